/*
 * op_transpose.c - transpose: axis i of the output is axis axes[i] of the input.
 *                  SwapAxis: the transposition that swaps two axes.
 *
 * transpose: axes: tuple = (): empty: all axes in reverse order
 * SwapAxis: dim1: int = 0, dim2: int = 0
 * SSD and RetinaFace heads, ShuffleNet (SwapAxis).
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_transpose_param {
  lp_tuple axes;
} op_transpose_param;

typedef struct op_transpose_swap_param {
  int64_t dim1;
  int64_t dim2;
} op_transpose_swap_param;

static const lp_attr op_transpose_attrs[] = {
    {"axes", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_transpose_param, axes), "()", NULL},
};
static const lp_attr op_transpose_swap_attrs[] = {
    {"dim1", LP_ATTR_INT, 0, LP_ATTR_OF(op_transpose_swap_param, dim1), "0", NULL},
    {"dim2", LP_ATTR_INT, 0, LP_ATTR_OF(op_transpose_swap_param, dim2), "0", NULL},
};

/* The input axis of each output axis; false where the attribute is no permutation of ndim axes. */
static bool op_transpose_order(const lp_op *op, const void *any_param, int ndim, int *order) {
  bool used[LP_MAX_NDIM] = {false};
  for (int i = 0; i < ndim; i++) {
    order[i] = i;
  }
  if (op == &lp_op_SwapAxis) {
    const op_transpose_swap_param *param = any_param;
    int first = lp_movement_position(param->dim1, ndim);
    int second = lp_movement_position(param->dim2, ndim);
    order[first] = second;
    order[second] = first;
    return true;
  }
  const op_transpose_param *param = any_param;
  if (param->axes.count > 0 && param->axes.count != ndim) {
    return false;
  }
  for (int i = 0; i < ndim; i++) {
    int64_t axis = param->axes.count > 0 ? param->axes.values[i] : ndim - 1 - i;
    if (axis < 0 || axis >= ndim || used[axis]) {
      return false;
    }
    used[axis] = true;
    order[i] = (int)axis;
  }
  return true;
}

static lp_status op_transpose_shape(const lp_infer *infer) {
  lp_shape *in = &infer->in[0];
  int ndim = in->ndim >= 0 ? in->ndim : infer->out[0].ndim;
  int order[LP_MAX_NDIM];
  if (ndim < 0) {
    return LP_OK;
  }
  if (infer->op == &lp_op_SwapAxis) {
    const op_transpose_swap_param *param = infer->param;
    LP_TRY(lp_movement_axis(infer, "dim1", param->dim1, ndim, &order[0]));
    LP_TRY(lp_movement_axis(infer, "dim2", param->dim2, ndim, &order[0]));
  }
  if (!op_transpose_order(infer->op, infer->param, ndim, order)) {
    const op_transpose_param *param = infer->param;
    return lp_infer_fail(infer, "axes (%d of them) is no order of %d dimensions: expected each of "
                                "0 to %d once",
                         param->axes.count, ndim, ndim - 1);
  }
  lp_shape out = lp_shape_unknown();
  out.ndim = ndim;
  for (int i = 0; i < ndim; i++) {
    out.dim[i] = in->ndim >= 0 ? in->dim[order[i]] : LP_DIM_UNKNOWN;
  }
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &out));
  lp_shape back = lp_shape_unknown();
  back.ndim = ndim;
  for (int i = 0; i < ndim; i++) {
    back.dim[order[i]] = infer->out[0].dim[i];
  }
  return lp_infer_merge(infer, in, &back);
}

static lp_status op_transpose_run(const lp_call *call) {
  const lp_tensor *in = &call->in[0];
  const lp_tensor *out = &call->out[0];
  int order[LP_MAX_NDIM];
  int64_t from[LP_MAX_NDIM];
  int64_t to[LP_MAX_NDIM];
  lp_strided_copy copy;
  (void)op_transpose_order(call->op, call->param, in->shape.ndim, order);
  lp_movement_strides(&in->shape, from);
  lp_movement_strides(&out->shape, to);
  lp_strided_copy_begin(&copy);
  for (int i = 0; i < in->shape.ndim; i++) {
    lp_strided_copy_add(&copy, out->shape.dim[i], from[order[i]], to[i]);
  }
  lp_strided_copy_run(&copy, in->data, out->data, lp_dtype_size(in->dtype), call->threads);
  return LP_OK;
}

static double op_transpose_cost(const lp_query *query) { return 3 * lp_movement_cost(query); }

static const lp_algorithm op_transpose_algorithms[] = {
    {.name = "plain", .cost = op_transpose_cost, .run = op_transpose_run},
};

static const lp_op_family op_transpose_family = {
    .attrs = op_transpose_attrs,
    .num_attrs = LP_COUNT(op_transpose_attrs),
    .param_size = sizeof(op_transpose_param),
    .inputs = "input0",
    .shape = op_transpose_shape,
    .algorithms = op_transpose_algorithms,
    .num_algorithms = LP_COUNT(op_transpose_algorithms),
};
LP_DATA const lp_op lp_op_transpose = {.name = "transpose", .family = &op_transpose_family};

static const lp_op_family op_swapaxis_family = {
    .attrs = op_transpose_swap_attrs,
    .num_attrs = LP_COUNT(op_transpose_swap_attrs),
    .param_size = sizeof(op_transpose_swap_param),
    .inputs = "data",
    .shape = op_transpose_shape,
    .algorithms = op_transpose_algorithms,
    .num_algorithms = LP_COUNT(op_transpose_algorithms),
};
LP_DATA const lp_op lp_op_SwapAxis = {
    .name = "SwapAxis",
    .aliases = "swapaxes _npi_swapaxes",
    .family = &op_swapaxis_family,
};
