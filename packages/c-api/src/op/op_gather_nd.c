/*
 * op_gather_nd.c - gather_nd: out[k...] = data[indices[0, k...], ..., indices[M-1, k...], ...].
 *
 * No attributes. Negative indices count from the end; out of range is an error of the forward.
 */
#include "movement.h"
#include "op_table.h"

#include <string.h>

static lp_status op_gather_nd_shape(const lp_infer *infer) {
  const lp_shape *data = &infer->in[0];
  const lp_shape *indices = &infer->in[1];
  if (data->ndim < 0 || indices->ndim < 0) {
    return LP_OK;
  }
  if (indices->ndim == 0 || indices->dim[0] == 0 || indices->dim[0] > data->ndim) {
    lp_shape_text text;
    return lp_infer_fail(infer, "indices of shape %s: expected a first dimension of 1 to %d, the "
                                "number of dimensions of data",
                         lp_shape_print(indices, &text), data->ndim);
  }
  if (indices->dim[0] < 0) {
    return LP_OK;
  }
  int depth = (int)indices->dim[0];
  lp_shape out = lp_shape_unknown();
  out.ndim = indices->ndim - 1 + data->ndim - depth;
  if (out.ndim > LP_MAX_NDIM) {
    return lp_infer_fail(infer, "the result has %d dimensions, expected at most %d", out.ndim,
                         LP_MAX_NDIM);
  }
  for (int i = 0; i < out.ndim; i++) {
    out.dim[i] = i < indices->ndim - 1 ? indices->dim[i + 1]
                                       : data->dim[i - (indices->ndim - 1) + depth];
  }
  if (out.ndim == 0) {
    out = lp_shape_1(1);
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_gather_nd_run(const lp_call *call) {
  const lp_tensor *data = &call->in[0];
  const lp_tensor *indices = &call->in[1];
  int depth = (int)indices->shape.dim[0];
  int64_t count = lp_shape_product(&indices->shape, 1, indices->shape.ndim);
  size_t row =
      (size_t)lp_shape_product(&data->shape, depth, data->shape.ndim) * lp_dtype_size(data->dtype);
  for (int64_t i = 0; i < count; i++) {
    int64_t from = 0;
    for (int k = 0; k < depth; k++) {
      int64_t size = data->shape.dim[k];
      int64_t index = lp_movement_index(indices, k * count + i);
      if (index < -size || index >= size) {
        return lp_fail(LP_ERROR_INDEX,
                       "gather_nd: index %lld for axis %d at position %lld, expected %lld to %lld",
                       (long long)index, k, (long long)i, -(long long)size, (long long)size - 1);
      }
      from = from * size + (index < 0 ? index + size : index);
    }
    memcpy((char *)call->out[0].data + (size_t)i * row,
           (const char *)data->data + (size_t)from * row, row);
  }
  return LP_OK;
}

static const lp_algorithm op_gather_nd_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_gather_nd_run},
};

static const lp_op_family op_gather_nd_family = {
    .attrs_any = true,
    .inputs = "data indices",
    .shape = op_gather_nd_shape,
    .dtype = lp_movement_first_dtype,
    .algorithms = op_gather_nd_algorithms,
    .num_algorithms = LP_COUNT(op_gather_nd_algorithms),
};
LP_DATA const lp_op lp_op_gather_nd = {
    .name = "gather_nd",
    .aliases = "_npx_gather_nd _npi_gather_nd",
    .family = &op_gather_nd_family,
};
