/*
 * op_diag.c - diag: of a vector the square matrix that has it on diagonal k, zeros elsewhere; of any
 *             other tensor diagonal k of its matrices: the two axes go, a last one comes.
 *
 * k: int = 0: above the main diagonal if positive; axis1: int = 0, axis2: int = 1: rows and columns
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_diag_param {
  int64_t k;
  int64_t axis1;
  int64_t axis2;
} op_diag_param;

static const lp_attr op_diag_attrs[] = {
    {"k", LP_ATTR_INT, 0, LP_ATTR_OF(op_diag_param, k), "0", NULL},
    {"axis1", LP_ATTR_INT, 0, LP_ATTR_OF(op_diag_param, axis1), "0", NULL},
    {"axis2", LP_ATTR_INT, 0, LP_ATTR_OF(op_diag_param, axis2), "1", NULL},
};

static lp_status op_diag_check(void *any_param) {
  const op_diag_param *param = any_param;
  if (param->k < -INT32_MAX || param->k > INT32_MAX) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "k is %lld, expected 32 bits", (long long)param->k);
  }
  return LP_OK;
}

static lp_status op_diag_shape(const lp_infer *infer) {
  const op_diag_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  lp_shape out = lp_shape_unknown();
  int rows = 0;
  int columns = 0;
  if (in->ndim < 0) {
    return LP_OK;
  }
  if (in->ndim == 1) {
    int64_t side = in->dim[0] < 0 ? in->dim[0] : in->dim[0] + (param->k < 0 ? -param->k : param->k);
    out = lp_shape_2(side, side);
    return lp_infer_merge(infer, &infer->out[0], &out);
  }
  LP_TRY(lp_movement_axis(infer, "axis1", param->axis1, in->ndim, &rows));
  LP_TRY(lp_movement_axis(infer, "axis2", param->axis2, in->ndim, &columns));
  if (rows == columns) {
    return lp_infer_fail(infer, "axis1 and axis2 are both %d, expected two axes", rows);
  }
  out.ndim = 0;
  for (int i = 0; i < in->ndim; i++) {
    if (i != rows && i != columns) {
      out.dim[out.ndim++] = in->dim[i];
    }
  }
  out.dim[out.ndim++] = LP_DIM_UNKNOWN;
  if (in->dim[rows] >= 0 && in->dim[columns] >= 0) {
    int64_t size = lp_movement_diagonal_of(in->dim[rows], in->dim[columns], param->k).size;
    if (size < 0) {
      return lp_infer_fail(infer, "there is no diagonal %lld in %lld rows and %lld columns",
                           (long long)param->k, (long long)in->dim[rows],
                           (long long)in->dim[columns]);
    }
    out.dim[out.ndim - 1] = size;
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_diag_run(const lp_call *call) {
  const op_diag_param *param = call->param;
  const lp_shape *in = &call->in[0].shape;
  const lp_shape *out = &call->out[0].shape;
  const size_t size = lp_dtype_size(call->out[0].dtype);
  const char *from = call->in[0].data;
  char *to = call->out[0].data;
  int64_t strides[LP_MAX_NDIM];
  lp_strided_copy copy;
  lp_strided_copy_begin(&copy);
  if (in->ndim == 1) {
    const int64_t side = out->dim[0];
    lp_movement_fill(&call->out[0], 0, call->threads);
    lp_strided_copy_add(&copy, in->dim[0], 1, side + 1);
    to += (size_t)(param->k < 0 ? -param->k * side : param->k) * size;
  } else {
    const int rows = lp_movement_position(param->axis1, in->ndim);
    const int columns = lp_movement_position(param->axis2, in->ndim);
    const lp_movement_diagonal diagonal =
        lp_movement_diagonal_of(in->dim[rows], in->dim[columns], param->k);
    int64_t stride = lp_shape_size(out);
    lp_movement_strides(in, strides);
    for (int i = 0; i < in->ndim; i++) {
      if (i != rows && i != columns) {
        stride = in->dim[i] > 0 ? stride / in->dim[i] : 0;
        lp_strided_copy_add(&copy, in->dim[i], strides[i], stride);
      }
    }
    lp_strided_copy_add(&copy, diagonal.size, strides[rows] + strides[columns], 1);
    from += (size_t)(diagonal.row * strides[rows] + diagonal.column * strides[columns]) * size;
  }
  if (lp_shape_size(out) > 0 && lp_shape_size(in) > 0) {
    lp_strided_copy_run(&copy, from, to, size, call->threads);
  }
  return LP_OK;
}

static const lp_algorithm op_diag_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_diag_run},
};

static const lp_op_family op_diag_family = {
    .attrs = op_diag_attrs,
    .num_attrs = LP_COUNT(op_diag_attrs),
    .param_size = sizeof(op_diag_param),
    .check = op_diag_check,
    .inputs = "data",
    .shape = op_diag_shape,
    .dtype = lp_movement_first_dtype,
    .algorithms = op_diag_algorithms,
    .num_algorithms = LP_COUNT(op_diag_algorithms),
};
LP_DATA const lp_op lp_op_diag = {.name = "diag", .family = &op_diag_family};
