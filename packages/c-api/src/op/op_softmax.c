/*
 * op_softmax.c - softmax, log_softmax and softmin: e^z / sum e^z along an axis.
 *
 * softmax     z = x / temperature
 * log_softmax log of the same
 * softmin     z = -x / temperature
 *
 * Attributes: axis = -1, temperature = None (1), dtype = None (of the result:
 * as data), use_length = False (softmax: one more input, int32 or int64 of
 * data's shape without the axis: entries from there on become 0). Gluon nets,
 * SSD, transformers.
 */
#include "../kernel/softmax.h"
#include "op_table.h"

#include <math.h>

enum { OP_SOFTMAX_PLAIN, OP_SOFTMAX_LOG, OP_SOFTMAX_MIN };

typedef struct op_softmax_param {
  int64_t axis;
  double temperature; /* NaN: 1 */
  int dtype;          /* -1: as data */
  int use_length;
} op_softmax_param;

static const lp_attr op_softmax_attrs[] = {
    {"axis", LP_ATTR_INT, 0, LP_ATTR_OF(op_softmax_param, axis), "-1", NULL},
    {"temperature", LP_ATTR_FLOAT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_softmax_param, temperature),
     "None", NULL},
    {"dtype", LP_ATTR_DTYPE, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_softmax_param, dtype), "None", NULL},
    {"use_length", LP_ATTR_BOOL, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_softmax_param, use_length),
     "False", NULL},
};

static lp_status op_softmax_check(void *parsed) {
  const op_softmax_param *param = parsed;
  if (param->dtype != LP_DTYPE_UNKNOWN && !lp_dtype_is_float(param->dtype)) {
    return lp_fail(LP_ERROR_ATTRIBUTE,
                   "attribute 'dtype' is %s, expected float16, float32, float64 or None",
                   lp_dtype_name(param->dtype));
  }
  return LP_OK;
}

/* Of log_softmax and softmin, which take no lengths. */
static lp_status op_softmax_check_other(void *parsed) {
  if (((const op_softmax_param *)parsed)->use_length > 0) {
    return lp_fail(LP_ERROR_UNSUPPORTED, "use_length is for softmax alone");
  }
  return op_softmax_check(parsed);
}

static int op_softmax_inputs(const void *param) {
  return ((const op_softmax_param *)param)->use_length > 0 ? 2 : 1;
}

/* The axis in data of known ndim, or -1. */
static int op_softmax_axis(const op_softmax_param *param, int ndim) {
  int64_t axis = param->axis < 0 ? param->axis + ndim : param->axis;
  return axis >= 0 && axis < ndim ? (int)axis : -1;
}

static lp_status op_softmax_shape(const lp_infer *infer) {
  const op_softmax_param *param = infer->param;
  LP_TRY(lp_infer_first_shape(infer));
  const lp_shape *data = &infer->in[0];
  if (data->ndim < 0) {
    return LP_OK;
  }
  int axis = op_softmax_axis(param, data->ndim);
  if (axis < 0) {
    lp_shape_text text;
    return lp_infer_fail(infer, "axis %lld exceeds the input dimension of %d in %s",
                         (long long)param->axis, data->ndim, lp_shape_print(data, &text));
  }
  if (infer->num_inputs < 2) {
    return LP_OK;
  }
  lp_shape length = lp_shape_unknown();
  length.ndim = data->ndim - 1;
  for (int i = 0; i < length.ndim; i++) {
    length.dim[i] = data->dim[i < axis ? i : i + 1];
  }
  return lp_infer_merge(infer, &infer->in[1], &length);
}

static lp_status op_softmax_dtype(const lp_infer *infer) {
  const op_softmax_param *param = infer->param;
  if (param->dtype != LP_DTYPE_UNKNOWN) {
    LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0], param->dtype));
  } else {
    LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[0], infer->out_dtype[0]));
    LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0], infer->in_dtype[0]));
  }
  if (infer->num_inputs > 1 && infer->in_dtype[1] != LP_DTYPE_UNKNOWN &&
      infer->in_dtype[1] != LP_INT64) {
    return lp_infer_merge_dtype(infer, &infer->in_dtype[1], LP_INT32);
  }
  return LP_OK;
}

static double op_softmax_cost(const lp_query *query) {
  lp_dtype from = query->in[0].dtype;
  lp_dtype to = query->out[0].dtype;
  if (!lp_query_no_epilogue(query) || (from != LP_FLOAT32 && !lp_dtype_is(from, LP_FLOAT64)) ||
      (to != LP_FLOAT32 && !lp_dtype_is(to, LP_FLOAT64)) ||
      (query->num_inputs > 1 && query->in[1].dtype != LP_INT32 &&
       query->in[1].dtype != LP_INT64)) {
    return LP_COST_REJECT;
  }
  return lp_query_elements(query) *
         (from == to && from == LP_FLOAT32 ? 1 : 15);
}

static lp_status op_softmax_run(const lp_call *call) {
  const op_softmax_param *param = call->param;
  const lp_shape *shape = &call->in[0].shape;
  const int axis = op_softmax_axis(param, shape->ndim);
  lp_softmax softmax = {.x = call->in[0].data,
                        .y = call->out[0].data,
                        .from = call->in[0].dtype,
                        .to = call->out[0].dtype,
                        .outer = lp_shape_product(shape, 0, axis),
                        .axis = shape->dim[axis],
                        .inner = lp_shape_product(shape, axis + 1, shape->ndim),
                        .temperature = isnan(param->temperature) ? 1 : param->temperature,
                        .negate = call->op->kind == OP_SOFTMAX_MIN,
                        .log = call->op->kind == OP_SOFTMAX_LOG};
  if (call->num_inputs > 1) {
    softmax.lengths = call->in[1].data;
    softmax.length_type = call->in[1].dtype;
  }
  lp_softmax_run(&softmax, call->isa, call->threads);
  return LP_OK;
}

static const lp_algorithm op_softmax_algorithms[] = {
    {.name = "plain", .cost = op_softmax_cost, .inplace = true, .run = op_softmax_run},
};

#define OP_SOFTMAX_REST                                                      \
  .attrs = op_softmax_attrs, .num_attrs = (int)LP_COUNT(op_softmax_attrs),   \
  .param_size = sizeof(op_softmax_param),                                    \
  .count_inputs = op_softmax_inputs, .weight_inputs = 2,                     \
  .shape = op_softmax_shape, .dtype = op_softmax_dtype,                      \
  .algorithms = op_softmax_algorithms,                                       \
  .num_algorithms = (int)LP_COUNT(op_softmax_algorithms)

static const lp_op_family op_softmax_family = {
    .check = op_softmax_check,
    .inputs = "data length",
    OP_SOFTMAX_REST,
};
LP_DATA const lp_op lp_op_softmax = {
    .name = "softmax",
    .aliases = "_npx_softmax",
    .kind = OP_SOFTMAX_PLAIN,
    .family = &op_softmax_family,
};

static const lp_op_family op_log_softmax_family = {
    .check = op_softmax_check_other,
    .inputs = "data length",
    OP_SOFTMAX_REST,
};
LP_DATA const lp_op lp_op_log_softmax = {
    .name = "log_softmax",
    .aliases = "_npx_log_softmax",
    .kind = OP_SOFTMAX_LOG,
    .family = &op_log_softmax_family,
};

static const lp_op_family op_softmin_family = {
    .check = op_softmax_check_other,
    .inputs = "input0",
    OP_SOFTMAX_REST,
};
LP_DATA const lp_op lp_op_softmin = {
    .name = "softmin",
    .kind = OP_SOFTMAX_MIN,
    .family = &op_softmin_family,
};

#undef OP_SOFTMAX_REST
