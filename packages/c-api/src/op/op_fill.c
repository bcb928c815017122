/*
 * op_fill.c - tensors of one number: _zeros, _ones, _full, _zeros_without_dtype; zeros_like,
 *             ones_like: of data's shape.
 *
 * shape: tuple = (): 0 in it, or an empty one, is not known and comes from elsewhere in the graph
 * dtype: type = float32 (_zeros_without_dtype: a type's number, -1: whatever it is used as); ctx: no effect; _full: value: double, required
 * Begin states of recurrent nets; masks.
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_fill_param {
  lp_tuple shape;
  int dtype;
  int64_t number; /* _zeros_without_dtype: instead of dtype */
  double value;
} op_fill_param;

static const lp_attr op_fill_attrs[] = {
    {"shape", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_fill_param, shape), "()", NULL},
    {"dtype", LP_ATTR_DTYPE, 0, LP_ATTR_OF(op_fill_param, dtype), "float32", NULL},
    {"ctx", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"value", LP_ATTR_FLOAT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_fill_param, value), NULL, NULL},
};

static lp_status op_fill_shape(const lp_infer *infer) {
  const op_fill_param *param = infer->param;
  lp_shape out = lp_shape_unknown();
  if (param->shape.count > LP_MAX_NDIM) {
    return lp_infer_fail(infer, "shape has %d dimensions, expected at most %d", param->shape.count,
                         LP_MAX_NDIM);
  }
  out.ndim = param->shape.count > 0 ? param->shape.count : -1;
  for (int i = 0; i < out.ndim; i++) {
    out.dim[i] = param->shape.values[i] > 0 ? param->shape.values[i] : LP_DIM_UNKNOWN;
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_fill_dtype(const lp_infer *infer) {
  const op_fill_param *param = infer->param;
  return lp_infer_merge_dtype(infer, &infer->out_dtype[0], param->dtype);
}

static const lp_attr op_fill_free_attrs[] = {
    {"shape", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_fill_param, shape), "()", NULL},
    {"dtype", LP_ATTR_INT, 0, LP_ATTR_OF(op_fill_param, number), "-1", NULL},
    {"ctx", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

static lp_status op_fill_free_check(void *any_param) {
  const op_fill_param *param = any_param;
  if (param->number < -1 || param->number >= LP_DTYPE_COUNT) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "dtype is %lld, expected -1 to %d",
                   (long long)param->number, LP_DTYPE_COUNT - 1);
  }
  return LP_OK;
}

static lp_status op_fill_free_dtype(const lp_infer *infer) {
  const op_fill_param *param = infer->param;
  return lp_infer_merge_dtype(infer, &infer->out_dtype[0], (lp_dtype)param->number);
}

static lp_status op_fill_run(const lp_call *call) {
  const op_fill_param *param = call->param;
  double value = call->op == &lp_op_full                                        ? param->value
                 : call->op == &lp_op_ones || call->op == &lp_op_ones_like ? 1.0
                                                                                : 0.0;
  lp_movement_fill(&call->out[0], value, call->threads);
  return LP_OK;
}

static const lp_algorithm op_fill_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_fill_run},
};

static const lp_op_family op_zeros_family = {
    .attrs = op_fill_attrs,
    .num_attrs = LP_COUNT(op_fill_attrs) - 1,
    .param_size = sizeof(op_fill_param),
    .shape = op_fill_shape,
    .dtype = op_fill_dtype,
    .algorithms = op_fill_algorithms,
    .num_algorithms = LP_COUNT(op_fill_algorithms),
};
LP_DATA const lp_op lp_op_zeros = {.name = "_zeros", .family = &op_zeros_family};

LP_DATA const lp_op lp_op_ones = {.name = "_ones", .family = &op_zeros_family};

static const lp_op_family op_zeros_without_dtype_family = {
    .attrs = op_fill_free_attrs,
    .num_attrs = LP_COUNT(op_fill_free_attrs),
    .param_size = sizeof(op_fill_param),
    .check = op_fill_free_check,
    .shape = op_fill_shape,
    .dtype = op_fill_free_dtype,
    .algorithms = op_fill_algorithms,
    .num_algorithms = LP_COUNT(op_fill_algorithms),
};
LP_DATA const lp_op lp_op_zeros_without_dtype = {
    .name = "_zeros_without_dtype", .family = &op_zeros_without_dtype_family};

static const lp_op_family op_full_family = {
    .attrs = op_fill_attrs,
    .num_attrs = LP_COUNT(op_fill_attrs),
    .param_size = sizeof(op_fill_param),
    .shape = op_fill_shape,
    .dtype = op_fill_dtype,
    .algorithms = op_fill_algorithms,
    .num_algorithms = LP_COUNT(op_fill_algorithms),
};
LP_DATA const lp_op lp_op_full = {
    .name = "_full",
    .aliases = "_npi_full",
    .family = &op_full_family,
};

static const lp_op_family op_zeros_like_family = {
    .attrs_any = true,
    .inputs = "input0",
    .algorithms = op_fill_algorithms,
    .num_algorithms = LP_COUNT(op_fill_algorithms),
};
LP_DATA const lp_op lp_op_zeros_like = {
    .name = "zeros_like", .aliases = "_sparse_zeros_like", .family = &op_zeros_like_family};

LP_DATA const lp_op lp_op_ones_like = {.name = "ones_like", .family = &op_zeros_like_family};
