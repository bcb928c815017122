/* movement.c - see movement.h. */
#include "movement.h"

#include <string.h>

lp_status lp_movement_axis(const lp_infer *infer, const char *key, int64_t axis, int ndim,
                           int *position) {
  if (axis < -ndim || axis >= ndim) {
    return lp_infer_fail(infer, "%s is %lld, expected a value from %d to %d for %d dimensions", key,
                         (long long)axis, -ndim, ndim - 1, ndim);
  }
  *position = lp_movement_position(axis, ndim);
  return LP_OK;
}

bool lp_movement_product(const lp_shape *shape, int from, int to, int64_t *product) {
  bool known = true;
  *product = 1;
  for (int i = from; i < to; i++) {
    if (shape->dim[i] < 0) {
      known = false;
    } else if (shape->dim[i] != 0 && *product > INT64_MAX / shape->dim[i]) {
      return false;
    } else {
      *product *= shape->dim[i];
    }
  }
  *product = known ? *product : LP_DIM_UNKNOWN;
  return true;
}

lp_status lp_movement_check_shape(const char *key, const lp_tuple *shape, int free) {
  if (shape->count < 1 || shape->count > LP_MAX_NDIM) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "%s has %d items, expected 1 to %d", key, shape->count,
                   LP_MAX_NDIM);
  }
  for (int i = free; i < shape->count; i++) {
    if (shape->values[i] < 1) {
      return lp_fail(LP_ERROR_ATTRIBUTE, "item %d of %s is %lld, expected at least 1", i, key,
                     (long long)shape->values[i]);
    }
  }
  return LP_OK;
}

lp_movement_diagonal lp_movement_diagonal_of(int64_t rows, int64_t columns, int64_t k) {
  lp_movement_diagonal diagonal = {0, 0, -1};
  if (k >= -rows && k <= columns) {
    diagonal.row = k < 0 ? -k : 0;
    diagonal.column = k > 0 ? k : 0;
    rows -= diagonal.row;
    columns -= diagonal.column;
    diagonal.size = rows < columns ? rows : columns;
  }
  return diagonal;
}

void lp_movement_strides(const lp_shape *shape, int64_t *strides) {
  int64_t stride = 1;
  for (int i = shape->ndim - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape->dim[i];
  }
}

lp_status lp_movement_first_dtype(const lp_infer *infer) {
  LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0], infer->in_dtype[0]));
  return lp_infer_merge_dtype(infer, &infer->in_dtype[0], infer->out_dtype[0]);
}

int64_t lp_movement_index(const lp_tensor *tensor, int64_t i) {
  size_t size = lp_dtype_size(tensor->dtype);
  const char *element = (const char *)tensor->data + (size_t)i * size;
  double real[1];
  int64_t integer[1];
  if (tensor->dtype == LP_FLOAT32) { /* the usual one */
    float value = ((const float *)tensor->data)[i];
    return value > -9.2233720e18f && value < 9.2233720e18f ? (int64_t)value : INT64_MIN;
  }
  if (!lp_dtype_is_float(tensor->dtype)) {
    lp_dtype_convert(tensor->dtype, element, LP_INT64, integer, 1);
    return integer[0];
  }
  lp_dtype_convert(tensor->dtype, element, LP_FLOAT64, real, 1);
  return real[0] > -9223372036854775808.0 && real[0] < 9223372036854775808.0 ? (int64_t)real[0]
                                                                              : INT64_MIN;
}

void lp_movement_fill(const lp_tensor *tensor, double value, lp_threads *threads) {
  int64_t element[1];
  lp_strided_copy copy;
  lp_dtype_convert(LP_FLOAT64, &value, tensor->dtype, element, 1);
  lp_strided_copy_begin(&copy);
  lp_strided_copy_add(&copy, lp_shape_size(&tensor->shape), 0, 1);
  lp_strided_copy_run(&copy, element, tensor->data, lp_dtype_size(tensor->dtype), threads);
}

double lp_movement_cost(const lp_query *query) {
  return 100 + 0.06 * lp_query_elements(query) * (double)lp_dtype_size(query->out[0].dtype);
}

static lp_status movement_copy_run(const lp_call *call) {
  size_t bytes;
  if (call->out[0].data != call->in[0].data &&
      lp_shape_bytes(&call->out[0].shape, lp_dtype_size(call->out[0].dtype), &bytes) &&
      bytes != 0) {
    memcpy(call->out[0].data, call->in[0].data, bytes);
  }
  return LP_OK;
}

LP_DATA const lp_algorithm lp_movement_copy = {
    .name = "plain", .cost = lp_movement_cost, .inplace = true, .run = movement_copy_run};
