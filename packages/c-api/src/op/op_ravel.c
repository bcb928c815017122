/*
 * op_ravel.c - positions in a tensor of the attribute's shape, as coordinates and as one number.
 *
 * _ravel_multi_index (ravel_multi_index): data (ndim, n), a column of coordinates each, to (n):
 *   the sum of coordinate times stride; coordinates outside of the shape are not refused.
 * _unravel_index (unravel_index): data (n) to (ndim, n): quotients and remainders as in C, so that
 *   the first coordinate takes all that is too much. MXNet reads outside of other than vectors.
 * shape: tuple, required; its first item does not matter and may be -1. In the type of data, whose
 * elements count toward zero.
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_ravel_param {
  lp_tuple shape;
} op_ravel_param;

static const lp_attr op_ravel_attrs[] = {
    {"shape", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(op_ravel_param, shape), NULL, NULL},
};

static lp_status op_ravel_check(void *any_param) {
  return lp_movement_check_shape("shape", &((const op_ravel_param *)any_param)->shape, 1);
}

static lp_status op_ravel_shape(const lp_infer *infer) {
  const int count = ((const op_ravel_param *)infer->param)->shape.count;
  const bool ravel = infer->op == &lp_op_ravel_multi_index;
  lp_shape *flat = ravel ? &infer->out[0] : &infer->in[0];
  lp_shape *columns = ravel ? &infer->in[0] : &infer->out[0];
  lp_shape known = lp_shape_2(count, LP_DIM_UNKNOWN);
  LP_TRY(lp_infer_merge(infer, columns, &known));
  known = lp_shape_1(columns->dim[1]);
  LP_TRY(lp_infer_merge(infer, flat, &known));
  known = lp_shape_2(count, flat->dim[0]);
  return lp_infer_merge(infer, columns, &known);
}

static void op_ravel_store(const lp_tensor *out, int64_t i, int64_t value) {
  lp_dtype_convert(LP_INT64, &value, out->dtype,
                   (char *)out->data + (size_t)i * lp_dtype_size(out->dtype), 1);
}

static lp_status op_ravel_run(const lp_call *call) {
  const lp_tuple *shape = &((const op_ravel_param *)call->param)->shape;
  const bool ravel = call->op == &lp_op_ravel_multi_index;
  const int64_t count = ravel ? call->out[0].shape.dim[0] : call->in[0].shape.dim[0];
  for (int64_t i = 0; i < count; i++) {
    uint64_t sum = 0; /* without a sign: what is too big wraps */
    int64_t rest = ravel ? 0 : lp_movement_index(&call->in[0], i);
    for (int k = 0; k < shape->count && ravel; k++) {
      sum = (k == 0 ? 0 : sum * (uint64_t)shape->values[k]) +
            (uint64_t)lp_movement_index(&call->in[0], k * count + i);
    }
    for (int k = shape->count - 1; k >= 0 && !ravel; k--) {
      op_ravel_store(&call->out[0], k * count + i, k == 0 ? rest : rest % shape->values[k]);
      rest = k == 0 ? rest : rest / shape->values[k];
    }
    if (ravel) {
      op_ravel_store(&call->out[0], i, (int64_t)sum);
    }
  }
  return LP_OK;
}

static const lp_algorithm op_ravel_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_ravel_run},
};

static const lp_op_family op_ravel_family = {
    .attrs = op_ravel_attrs,
    .num_attrs = LP_COUNT(op_ravel_attrs),
    .param_size = sizeof(op_ravel_param),
    .check = op_ravel_check,
    .inputs = "data",
    .shape = op_ravel_shape,
    .algorithms = op_ravel_algorithms,
    .num_algorithms = LP_COUNT(op_ravel_algorithms),
};
LP_DATA const lp_op lp_op_ravel_multi_index = {
    .name = "_ravel_multi_index", .aliases = "ravel_multi_index", .family = &op_ravel_family};

LP_DATA const lp_op lp_op_unravel_index = {
    .name = "_unravel_index", .aliases = "unravel_index", .family = &op_ravel_family};
