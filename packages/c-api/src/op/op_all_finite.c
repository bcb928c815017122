/*
 * op_all_finite.c - all_finite, multi_all_finite: 1 if no element of any input is infinite or NaN,
 *                   else 0; a vector of one float32.
 *
 * all_finite: data. multi_all_finite: num_arrays: int = 1 tensors. init_output: bool = True: no
 * effect (with False MXNet combines the result with what the output's memory happens to hold).
 */
#include "movement.h"
#include "op_table.h"

#include <math.h>

#define OP_ALL_FINITE_CHUNK 256

typedef struct op_all_finite_param {
  int64_t num_arrays;
} op_all_finite_param;

static const lp_attr op_all_finite_attrs[] = {
    {"init_output", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"num_arrays", LP_ATTR_INT, 0, LP_ATTR_OF(op_all_finite_param, num_arrays), "1", NULL},
};

static lp_status op_all_finite_check(void *any_param) {
  const op_all_finite_param *param = any_param;
  if (param->num_arrays < 1 || param->num_arrays > LP_MOVEMENT_MAX_TENSORS) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "num_arrays is %lld, expected 1 to %d",
                   (long long)param->num_arrays, LP_MOVEMENT_MAX_TENSORS);
  }
  return LP_OK;
}

static int op_all_finite_count(const void *param) {
  return (int)((const op_all_finite_param *)param)->num_arrays;
}

static lp_status op_all_finite_shape(const lp_infer *infer) {
  const lp_shape out = lp_shape_1(1);
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_all_finite_dtype(const lp_infer *infer) {
  return lp_infer_merge_dtype(infer, &infer->out_dtype[0], LP_FLOAT32);
}

static double op_all_finite_cost(const lp_query *query) {
  double elements = 0;
  for (int i = 0; i < query->num_inputs; i++) {
    if (!lp_dtype_is_float(query->in[i].dtype)) {
      return LP_COST_REJECT;
    }
    elements += (double)lp_shape_size(&query->in[i].shape);
  }
  return 100 + elements;
}

static bool op_all_finite_of(const lp_tensor *tensor) {
  const size_t size = lp_dtype_size(tensor->dtype);
  const int64_t total = lp_shape_size(&tensor->shape);
  double x[OP_ALL_FINITE_CHUNK];
  for (int64_t at = 0; at < total; at += OP_ALL_FINITE_CHUNK) {
    const size_t n = (size_t)(total - at < OP_ALL_FINITE_CHUNK ? total - at : OP_ALL_FINITE_CHUNK);
    lp_dtype_convert(tensor->dtype, (const char *)tensor->data + (size_t)at * size, LP_FLOAT64, x,
                     n);
    for (size_t i = 0; i < n; i++) {
      if (!isfinite(x[i])) {
        return false;
      }
    }
  }
  return true;
}

static lp_status op_all_finite_run(const lp_call *call) {
  bool finite = true;
  for (int i = 0; i < call->num_inputs && finite; i++) {
    finite = op_all_finite_of(&call->in[i]);
  }
  ((float *)call->out[0].data)[0] = finite ? 1.0f : 0.0f;
  return LP_OK;
}

static const lp_algorithm op_all_finite_algorithms[] = {
    {.name = "plain", .cost = op_all_finite_cost, .run = op_all_finite_run},
};

#define OP_ALL_FINITE_FIELDS                                                             \
  .attrs = op_all_finite_attrs, .param_size = sizeof(op_all_finite_param),               \
  .shape = op_all_finite_shape, .dtype = op_all_finite_dtype,                            \
  .algorithms = op_all_finite_algorithms, .num_algorithms = LP_COUNT(op_all_finite_algorithms)

static const lp_op_family op_all_finite_family = {
    OP_ALL_FINITE_FIELDS,
    .num_attrs = LP_COUNT(op_all_finite_attrs) - 1,
    .inputs = "data",
};
LP_DATA const lp_op lp_op_all_finite = {.name = "all_finite", .family = &op_all_finite_family};

static const lp_op_family op_multi_all_finite_family = {
    OP_ALL_FINITE_FIELDS,
    .num_attrs = LP_COUNT(op_all_finite_attrs),
    .check = op_all_finite_check,
    .inputs = "array_*",
    .count_inputs = op_all_finite_count,
};
LP_DATA const lp_op lp_op_multi_all_finite = {
    .name = "multi_all_finite", .family = &op_multi_all_finite_family};

#undef OP_ALL_FINITE_FIELDS
