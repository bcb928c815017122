/*
 * op_scatter_nd.c - scatter_nd: zeros of the shape asked for, with
 *                   out[indices[0, k...], ..., indices[M-1, k...], ...] = data[k..., ...].
 *
 * shape: tuple, required. Of equal indices the last wins. Indices out of range, which MXNet writes
 * outside of the tensor, are an error of the forward.
 */
#include "movement.h"
#include "op_table.h"

#include <string.h>

typedef struct op_scatter_nd_param {
  lp_tuple shape;
} op_scatter_nd_param;

static const lp_attr op_scatter_nd_attrs[] = {
    {"shape", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(op_scatter_nd_param, shape), NULL, NULL},
};

static lp_status op_scatter_nd_check(void *any_param) {
  return lp_movement_check_shape("shape", &((const op_scatter_nd_param *)any_param)->shape, 0);
}

static lp_status op_scatter_nd_shape(const lp_infer *infer) {
  const op_scatter_nd_param *param = infer->param;
  const lp_shape out = lp_shape_of(param->shape.count, param->shape.values);
  const lp_shape *indices = &infer->in[1];
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &out));
  if (indices->ndim < 0 || (indices->ndim > 0 && indices->dim[0] < 0)) {
    return LP_OK;
  }
  if (indices->ndim == 0 || indices->dim[0] == 0 || indices->dim[0] > out.ndim ||
      indices->ndim - 1 + out.ndim - indices->dim[0] > LP_MAX_NDIM) {
    lp_shape_text text;
    return lp_infer_fail(infer, "indices of shape %s: expected a first dimension of 1 to %d, the "
                                "number of dimensions of the result",
                         lp_shape_print(indices, &text), out.ndim);
  }
  lp_shape data = lp_shape_unknown();
  data.ndim = 0;
  for (int i = 1; i < indices->ndim; i++) {
    data.dim[data.ndim++] = indices->dim[i];
  }
  for (int i = (int)indices->dim[0]; i < out.ndim; i++) {
    data.dim[data.ndim++] = out.dim[i];
  }
  return lp_infer_merge(infer, &infer->in[0], &data);
}

static lp_status op_scatter_nd_run(const lp_call *call) {
  const lp_tensor *indices = &call->in[1];
  const lp_tensor *out = &call->out[0];
  const int depth = (int)indices->shape.dim[0];
  const int64_t count = lp_shape_product(&indices->shape, 1, indices->shape.ndim);
  const size_t row =
      (size_t)lp_shape_product(&out->shape, depth, out->shape.ndim) * lp_dtype_size(out->dtype);
  lp_movement_fill(out, 0, call->threads);
  for (int64_t i = 0; i < count; i++) {
    int64_t to = 0;
    for (int k = 0; k < depth; k++) {
      const int64_t size = out->shape.dim[k];
      const int64_t index = lp_movement_index(indices, k * count + i);
      if (index < 0 || index >= size) {
        return lp_fail(LP_ERROR_INDEX,
                       "scatter_nd: index %lld for axis %d at position %lld, expected 0 to %lld",
                       (long long)index, k, (long long)i, (long long)size - 1);
      }
      to = to * size + index;
    }
    memcpy((char *)out->data + (size_t)to * row,
           (const char *)call->in[0].data + (size_t)i * row, row);
  }
  return LP_OK;
}

static const lp_algorithm op_scatter_nd_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_scatter_nd_run},
};

static const lp_op_family op_scatter_nd_family = {
    .attrs = op_scatter_nd_attrs,
    .num_attrs = LP_COUNT(op_scatter_nd_attrs),
    .param_size = sizeof(op_scatter_nd_param),
    .check = op_scatter_nd_check,
    .inputs = "data indices",
    .shape = op_scatter_nd_shape,
    .dtype = lp_movement_first_dtype,
    .algorithms = op_scatter_nd_algorithms,
    .num_algorithms = LP_COUNT(op_scatter_nd_algorithms),
};
LP_DATA const lp_op lp_op_scatter_nd = {.name = "scatter_nd", .family = &op_scatter_nd_family};
