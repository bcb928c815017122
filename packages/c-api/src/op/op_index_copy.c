/*
 * op_index_copy.c - _contrib_index_copy: the first input with some rows (entries of axis 0) replaced:
 *                   out[index[i]] = new[i].
 *
 * No attributes. Of equal indices the last wins. Indices out of range, which MXNet writes outside of
 * the tensor, are an error of the forward.
 */
#include "movement.h"
#include "op_table.h"

#include <string.h>

static lp_status op_index_copy_shape(const lp_infer *infer) {
  const lp_shape any = lp_shape_1(LP_DIM_UNKNOWN);
  lp_shape rows = infer->in[0];
  LP_TRY(lp_infer_first_shape(infer));
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &any));
  if (rows.ndim == 0) {
    return lp_infer_fail(infer, "expected tensors of at least one dimension");
  }
  if (rows.ndim > 0) {
    rows.dim[0] = infer->in[1].dim[0];
    LP_TRY(lp_infer_merge(infer, &infer->in[2], &rows));
    rows = lp_shape_1(infer->in[2].dim[0]);
    LP_TRY(lp_infer_merge(infer, &infer->in[1], &rows));
  }
  return LP_OK;
}

static lp_status op_index_copy_dtype(const lp_infer *infer) {
  LP_TRY(lp_movement_first_dtype(infer));
  return lp_infer_merge_dtype(infer, &infer->in_dtype[2], infer->in_dtype[0]);
}

static lp_status op_index_copy_run(const lp_call *call) {
  const lp_tensor *out = &call->out[0];
  const int64_t rows = out->shape.dim[0];
  const size_t row =
      (size_t)lp_shape_product(&out->shape, 1, out->shape.ndim) * lp_dtype_size(out->dtype);
  if (row != 0 && rows != 0) {
    memcpy(out->data, call->in[0].data, (size_t)rows * row);
  }
  for (int64_t i = 0; i < call->in[1].shape.dim[0]; i++) {
    const int64_t index = lp_movement_index(&call->in[1], i);
    if (index < 0 || index >= rows) {
      return lp_fail(LP_ERROR_INDEX,
                     "_contrib_index_copy: index %lld at position %lld, expected 0 to %lld",
                     (long long)index, (long long)i, (long long)rows - 1);
    }
    memcpy((char *)out->data + (size_t)index * row,
           (const char *)call->in[2].data + (size_t)i * row, row);
  }
  return LP_OK;
}

static const lp_algorithm op_index_copy_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_index_copy_run},
};

static const lp_op_family op_index_copy_family = {
    .attrs_any = true,
    .inputs = "old_tensor index_vector new_tensor",
    .shape = op_index_copy_shape,
    .dtype = op_index_copy_dtype,
    .algorithms = op_index_copy_algorithms,
    .num_algorithms = LP_COUNT(op_index_copy_algorithms),
};
LP_DATA const lp_op lp_op_index_copy = {
    .name = "_contrib_index_copy", .family = &op_index_copy_family};
