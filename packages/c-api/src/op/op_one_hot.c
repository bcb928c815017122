/*
 * op_one_hot.c - one_hot: a new last axis of size depth: on_value at the index, off_value elsewhere.
 *                Indices of any type, taken toward zero; out of range: off_value everywhere.
 *
 * depth: int, required; on_value: double = 1; off_value: double = 0; dtype: type = float32
 */
#include "movement.h"
#include "op_table.h"

#include <string.h>

typedef struct op_one_hot_param {
  int64_t depth;
  double on_value;
  double off_value;
  int dtype;
} op_one_hot_param;

static const lp_attr op_one_hot_attrs[] = {
    {"depth", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_one_hot_param, depth), NULL, NULL},
    {"on_value", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_one_hot_param, on_value), "1", NULL},
    {"off_value", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_one_hot_param, off_value), "0", NULL},
    {"dtype", LP_ATTR_DTYPE, 0, LP_ATTR_OF(op_one_hot_param, dtype), "float32", NULL},
};

static lp_status op_one_hot_check(void *any_param) {
  const op_one_hot_param *param = any_param;
  if (param->depth < 1) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "depth is %lld, expected at least 1",
                   (long long)param->depth);
  }
  return LP_OK;
}

static lp_status op_one_hot_shape(const lp_infer *infer) {
  const op_one_hot_param *param = infer->param;
  lp_shape out = infer->in[0];
  if (out.ndim < 0) {
    return LP_OK;
  }
  if (out.ndim == LP_MAX_NDIM) {
    return lp_infer_fail(infer, "expected indices of at most %d dimensions, found %d",
                         LP_MAX_NDIM - 1, out.ndim);
  }
  out.dim[out.ndim++] = param->depth;
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_one_hot_dtype(const lp_infer *infer) {
  const op_one_hot_param *param = infer->param;
  return lp_infer_merge_dtype(infer, &infer->out_dtype[0], param->dtype);
}

static lp_status op_one_hot_run(const lp_call *call) {
  const op_one_hot_param *param = call->param;
  const lp_tensor *out = &call->out[0];
  size_t size = lp_dtype_size(out->dtype);
  int64_t count = lp_shape_size(&call->in[0].shape);
  int64_t on[1];
  lp_dtype_convert(LP_FLOAT64, &param->on_value, out->dtype, on, 1);
  lp_movement_fill(out, param->off_value, call->threads);
  for (int64_t i = 0; i < count; i++) {
    int64_t index = lp_movement_index(&call->in[0], i);
    if (index >= 0 && index < param->depth) {
      memcpy((char *)out->data + (size_t)(i * param->depth + index) * size, on, size);
    }
  }
  return LP_OK;
}

static const lp_algorithm op_one_hot_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_one_hot_run},
};

static const lp_op_family op_one_hot_family = {
    .attrs = op_one_hot_attrs,
    .num_attrs = LP_COUNT(op_one_hot_attrs),
    .param_size = sizeof(op_one_hot_param),
    .check = op_one_hot_check,
    .inputs = "indices",
    .shape = op_one_hot_shape,
    .dtype = op_one_hot_dtype,
    .algorithms = op_one_hot_algorithms,
    .num_algorithms = LP_COUNT(op_one_hot_algorithms),
};
LP_DATA const lp_op lp_op_one_hot = {
    .name = "one_hot",
    .aliases = "_npx_one_hot",
    .family = &op_one_hot_family,
};
