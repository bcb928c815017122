/*
 * op_quantized_elementwise.c - elementwise operators on 8 bits. R is a range's reach, top as in
 * op_quantize.c, "8 bits" rounds to the nearest and saturates.
 *
 * quantized_act            max(x, 0), the range passed on. act_type = relu alone
 * quantized_elemwise_add   calibrated: 8 bits of (a Ra / top + b Rb / top) top / R, uint8 where both
 *                          inputs are, else int8: then a uint8 input is first made int8 of the same
 *                          R. The range is the calibrated one. Else int32, range ±(Ra + Rb)
 * quantized_elemwise_mul   int8 inputs: a b as int32; calibrated: as int8, cut off toward zero;
 *                          enable_float_output: as float32, without range
 * quantized_batch_norm     int8 of ((x R / top - mean) g / sqrt(variance + eps) + beta) 127.5 / Rout
 *                          for the calibrated range, which is required. As in MXNet, g is gamma
 *                          always (fix_gamma changes nothing), and eps counts twice: x is divided
 *                          by sqrt(1 + eps), too. uint8 data are first made int8
 *
 * Attributes: act_type; min_calib_range, max_calib_range = None; enable_float_output = False;
 * eps = 1e-3, axis = 1. int8 graphs of residual networks.
 *
 * MXNet calls the relu of uint8 int8, loses uint8 inputs of a sum without calibrated range beside an
 * int8 one, and lets products overflow; not so here.
 */
#include "op_table.h"
#include "quantized_rules.h"

#include <math.h>

typedef struct op_quantized_elementwise_param {
  lp_quantized_calib calib;
  int act_type;
  int float_output;
  double eps;
  int64_t axis;
} op_quantized_elementwise_param;

#define OP_QUANTIZED_ELEMENTWISE_CALIB LP_QUANTIZED_CALIB_ATTRS(op_quantized_elementwise_param, calib)

/* One line of all elements of inputs 0 and, if `both`, 1. */
static lp_quantized_line op_quantized_elementwise_line(const lp_call *call, bool both) {
  return (lp_quantized_line){.x = call->in[0].data,
                             .type = call->in[0].dtype,
                             .scale = 1,
                             .added = both ? call->in[1].data : NULL,
                             .added_type = call->in[1].dtype,
                             .y = call->out[0].data,
                             .to = call->out[0].dtype,
                             .count = lp_shape_size(&call->in[0].shape)};
}

/* ---- quantized_act ---- */

static const lp_attr op_quantized_elementwise_act_attrs[] = {
    {"act_type", LP_ATTR_ENUM, LP_ATTR_REQUIRED,
     LP_ATTR_OF(op_quantized_elementwise_param, act_type), NULL,
     "relu|sigmoid|tanh|softrelu|softsign"},
};

static lp_status op_quantized_elementwise_act_check(void *param) {
  return ((op_quantized_elementwise_param *)param)->act_type == 0
             ? LP_OK
             : lp_fail(LP_ERROR_UNSUPPORTED, "act_type must be relu");
}

static lp_status op_quantized_elementwise_act_shape(const lp_infer *infer) {
  return lp_quantized_shape(infer, NULL, 1, 1);
}

static lp_status op_quantized_elementwise_act_run(const lp_call *call) {
  lp_quantized_line line = op_quantized_elementwise_line(call, false);
  line.bounds = LP_QUANTIZED_POSITIVE;
  lp_quantized_run(&line, call->threads);
  lp_quantized_pass_range(call, 1);
  return LP_OK;
}

static const lp_algorithm op_quantized_elementwise_act_algorithms[] = {
    {.name = "plain",
     .cost = lp_quantized_cost,
     .inplace = true,
     .run = op_quantized_elementwise_act_run},
};
static const lp_op_family op_quantized_elementwise_act_family = {
    .attrs = op_quantized_elementwise_act_attrs,
    .num_attrs = LP_COUNT(op_quantized_elementwise_act_attrs),
    .param_size = sizeof(op_quantized_elementwise_param),
    .check = op_quantized_elementwise_act_check,
    .inputs = "data min_data max_data",
    .outputs = LP_QUANTIZED_OUTPUTS,
    .count_visible = lp_quantized_three,
    .weight_inputs = 6,
    .shape = op_quantized_elementwise_act_shape,
    .dtype = lp_quantized_like_data,
    .algorithms = op_quantized_elementwise_act_algorithms,
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op__contrib_quantized_act = {
    .name = "_contrib_quantized_act",
    .family = &op_quantized_elementwise_act_family,
};

/* ---- quantized_elemwise_add ---- */

static const lp_attr op_quantized_elementwise_add_attrs[] = {OP_QUANTIZED_ELEMENTWISE_CALIB};

static lp_status op_quantized_elementwise_two_shape(const lp_infer *infer) {
  return lp_quantized_shape(infer, NULL, 2, 2);
}

static lp_status op_quantized_elementwise_add_dtype(const lp_infer *infer) {
  const op_quantized_elementwise_param *param = infer->param;
  const lp_dtype *in = infer->in_dtype;
  LP_TRY(lp_quantized_bytes(infer, 0));
  LP_TRY(lp_quantized_bytes(infer, 1));
  LP_TRY(lp_quantized_ranges(infer, 2));
  if (!lp_quantized_calibrated(&param->calib)) {
    return lp_infer_merge_dtype(infer, &infer->out_dtype[0], LP_INT32);
  }
  if (in[0] == LP_DTYPE_UNKNOWN || in[1] == LP_DTYPE_UNKNOWN) {
    return LP_OK;
  }
  return lp_infer_merge_dtype(infer, &infer->out_dtype[0],
                              in[0] == LP_UINT8 && in[1] == LP_UINT8 ? LP_UINT8 : LP_INT8);
}

/* The uint8 one of two inputs as int8 in the output's place, where the other one is added. */
static void op_quantized_elementwise_add_mixed(lp_quantized_line *line, lp_threads *threads) {
  lp_quantized_line first = *line;
  first.added = NULL;
  if (line->type != LP_UINT8) {
    first.x = line->added;
    first.type = line->added_type;
    first.scale = line->added_scale;
    line->added = line->x;
    line->added_type = line->type;
    line->added_scale = line->scale;
  }
  lp_quantized_run(&first, threads);
  line->x = line->y;
  line->type = line->to;
  line->scale = 1;
}

static lp_status op_quantized_elementwise_add_run(const lp_call *call) {
  const op_quantized_elementwise_param *param = call->param;
  const bool calibrated = lp_quantized_calibrated(&param->calib);
  lp_quantized_line line = op_quantized_elementwise_line(call, true);
  const double a = (double)lp_quantized_reach(call, 2);
  const double b = (double)lp_quantized_reach(call, 4);
  const double reach =
      calibrated ? (double)lp_quantized_reach_of(param->calib.low, param->calib.high) : a + b;
  const double top = calibrated ? (double)lp_quantized_top(line.to) : INT32_MAX;
  line.scale = lp_quantized_ratio(a / (double)lp_quantized_top(line.type) * top, reach);
  line.added_scale = lp_quantized_ratio(b / (double)lp_quantized_top(line.added_type) * top, reach);
  if (calibrated && line.type != line.added_type) {
    op_quantized_elementwise_add_mixed(&line, call->threads);
  }
  lp_quantized_run(&line, call->threads);
  lp_quantized_put_range(call, calibrated ? (float)param->calib.low : (float)-reach,
                         calibrated ? (float)param->calib.high : (float)reach);
  return LP_OK;
}

static const lp_algorithm op_quantized_elementwise_add_algorithms[] = {
    {.name = "plain", .cost = lp_quantized_cost, .run = op_quantized_elementwise_add_run},
};
static const lp_op_family op_quantized_elementwise_add_family = {
    .attrs = op_quantized_elementwise_add_attrs,
    .num_attrs = LP_COUNT(op_quantized_elementwise_add_attrs),
    .param_size = sizeof(op_quantized_elementwise_param),
    .inputs = "lhs rhs lhs_min lhs_max rhs_min rhs_max",
    .outputs = LP_QUANTIZED_OUTPUTS,
    .count_visible = lp_quantized_three,
    .weight_inputs = 0x3c,
    .shape = op_quantized_elementwise_two_shape,
    .dtype = op_quantized_elementwise_add_dtype,
    .algorithms = op_quantized_elementwise_add_algorithms,
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op__contrib_quantized_elemwise_add = {
    .name = "_contrib_quantized_elemwise_add",
    .family = &op_quantized_elementwise_add_family,
};

/* ---- quantized_elemwise_mul ---- */

static const lp_attr op_quantized_elementwise_mul_attrs[] = {
    OP_QUANTIZED_ELEMENTWISE_CALIB,
    {"enable_float_output", LP_ATTR_BOOL, 0,
     LP_ATTR_OF(op_quantized_elementwise_param, float_output), "False", NULL},
};

static int op_quantized_elementwise_mul_outputs(const void *param) {
  return ((const op_quantized_elementwise_param *)param)->float_output ? 1 : 3;
}

static lp_status op_quantized_elementwise_mul_dtype(const lp_infer *infer) {
  const op_quantized_elementwise_param *param = infer->param;
  LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[0], LP_INT8));
  LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[1], LP_INT8));
  LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0],
                              param->float_output                      ? LP_FLOAT32
                              : lp_quantized_calibrated(&param->calib) ? LP_INT8
                                                                       : LP_INT32));
  return lp_quantized_ranges(infer, 2);
}

static int8_t op_quantized_elementwise_mul_cut(float v) {
  return (int8_t)(v >= 127.0f ? 127 : v <= -128.0f ? -128 : (int)v);
}

static lp_status op_quantized_elementwise_mul_run(const lp_call *call) {
  const op_quantized_elementwise_param *param = call->param;
  const int8_t *a = call->in[0].data;
  const int8_t *b = call->in[1].data;
  const lp_tensor *out = &call->out[0];
  const int64_t count = lp_shape_size(&out->shape);
  const float step = lp_quantized_step(lp_quantized_reach(call, 2), LP_INT8) *
                     lp_quantized_step(lp_quantized_reach(call, 4), LP_INT8);
  const double reach = (double)lp_quantized_reach_of(param->calib.low, param->calib.high);
  const float scale = lp_quantized_ratio((double)step * 127.5, reach);
  for (int64_t i = 0; i < count; i++) {
    const int product = a[i] * b[i];
    if (out->dtype == LP_FLOAT32) {
      ((float *)out->data)[i] = (float)product * step;
    } else if (out->dtype == LP_INT8) {
      ((int8_t *)out->data)[i] = op_quantized_elementwise_mul_cut((float)product * scale);
    } else {
      ((int32_t *)out->data)[i] = product;
    }
  }
  if (out->dtype == LP_INT8) {
    lp_quantized_put_range(call, (float)param->calib.low, (float)param->calib.high);
  } else {
    lp_quantized_put_sums_range(call, LP_INT8, 2, 4);
  }
  return LP_OK;
}

static const lp_algorithm op_quantized_elementwise_mul_algorithms[] = {
    {.name = "plain", .cost = lp_quantized_cost, .run = op_quantized_elementwise_mul_run},
};
static const lp_op_family op_quantized_elementwise_mul_family = {
    .attrs = op_quantized_elementwise_mul_attrs,
    .num_attrs = LP_COUNT(op_quantized_elementwise_mul_attrs),
    .param_size = sizeof(op_quantized_elementwise_param),
    .inputs = "lhs rhs lhs_min lhs_max rhs_min rhs_max",
    .outputs = LP_QUANTIZED_OUTPUTS,
    .count_outputs = op_quantized_elementwise_mul_outputs,
    .count_visible = op_quantized_elementwise_mul_outputs,
    .weight_inputs = 0x3c,
    .shape = op_quantized_elementwise_two_shape,
    .dtype = op_quantized_elementwise_mul_dtype,
    .algorithms = op_quantized_elementwise_mul_algorithms,
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op__contrib_quantized_elemwise_mul = {
    .name = "_contrib_quantized_elemwise_mul",
    .family = &op_quantized_elementwise_mul_family,
};

/* ---- quantized_batch_norm ---- */

static const lp_attr op_quantized_elementwise_norm_attrs[] = {
    {"eps", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_quantized_elementwise_param, eps), "1e-3", NULL},
    {"axis", LP_ATTR_INT, 0, LP_ATTR_OF(op_quantized_elementwise_param, axis), "1", NULL},
    OP_QUANTIZED_ELEMENTWISE_CALIB,
    {"fix_gamma", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"momentum", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"use_global_stats", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"output_mean_var", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"cudnn_off", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

static lp_status op_quantized_elementwise_norm_check(void *any_param) {
  const op_quantized_elementwise_param *param = any_param;
  if (!lp_quantized_calibrated(&param->calib)) {
    return lp_fail(LP_ERROR_UNSUPPORTED,
                   "min_calib_range and max_calib_range are required: quantize with calibration");
  }
  return param->axis == 1 ? LP_OK : lp_fail(LP_ERROR_UNSUPPORTED, "axis is %lld, expected 1",
                                            (long long)param->axis);
}

static lp_status op_quantized_elementwise_norm_shape(const lp_infer *infer) {
  LP_TRY(lp_infer_first_shape(infer));
  const lp_shape *data = &infer->in[0];
  lp_shape channels = lp_shape_1(LP_DIM_UNKNOWN);
  if (data->ndim >= 0 && data->ndim < 2) {
    return lp_infer_fail(infer, "data has %d dimensions, expected at least 2", data->ndim);
  }
  channels.dim[0] = data->ndim < 0 ? LP_DIM_UNKNOWN : data->dim[1];
  for (int i = 1; i < 5; i++) {
    LP_TRY(lp_infer_merge(infer, &infer->in[i], &channels));
  }
  return lp_quantized_range_shapes(infer, 5);
}

static lp_status op_quantized_elementwise_norm_dtype(const lp_infer *infer) {
  LP_TRY(lp_quantized_bytes(infer, 0));
  LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0], LP_INT8));
  return lp_quantized_ranges(infer, 1);
}

static lp_status op_quantized_elementwise_norm_run(const lp_call *call) {
  const op_quantized_elementwise_param *param = call->param;
  const lp_shape *shape = &call->in[0].shape;
  const int64_t pixels = lp_shape_product(shape, 2, shape->ndim);
  const double in_reach = (double)lp_quantized_reach(call, 5);
  const double reach = (double)lp_quantized_reach_of(param->calib.low, param->calib.high);
  lp_quantized_line line = op_quantized_elementwise_line(call, false);
  if (line.type == LP_UINT8) {
    line.scale = 127.5f / 255.5f;
    lp_quantized_run(&line, call->threads);
    line.x = line.y;
    line.type = LP_INT8;
  }
  const int8_t *x = line.x;
  int8_t *y = line.y;
  line.count = pixels;
  for (int64_t i = 0; i < shape->dim[0] * shape->dim[1]; i++) {
    const int64_t c = i % shape->dim[1];
    const double factor = (double)((const float *)call->in[1].data)[c] /
                          sqrt((double)((const float *)call->in[4].data)[c] + param->eps);
    const double shift = (double)((const float *)call->in[2].data)[c] -
                         (double)((const float *)call->in[3].data)[c] * factor;
    line.x = x + i * pixels;
    line.y = y + i * pixels;
    line.scale = lp_quantized_ratio(factor * in_reach / sqrt(1 + param->eps), reach);
    line.shift = lp_quantized_ratio(shift * 127.5, reach);
    lp_quantized_run(&line, call->threads);
  }
  lp_quantized_put_range(call, (float)param->calib.low, (float)param->calib.high);
  return LP_OK;
}

static const lp_algorithm op_quantized_elementwise_norm_algorithms[] = {
    {.name = "plain", .cost = lp_quantized_cost, .run = op_quantized_elementwise_norm_run},
};
static const lp_op_family op_quantized_elementwise_norm_family = {
    .attrs = op_quantized_elementwise_norm_attrs,
    .num_attrs = LP_COUNT(op_quantized_elementwise_norm_attrs),
    .param_size = sizeof(op_quantized_elementwise_param),
    .check = op_quantized_elementwise_norm_check,
    .inputs = "data gamma beta moving_mean moving_var min_data max_data",
    .outputs = LP_QUANTIZED_OUTPUTS,
    .count_visible = lp_quantized_three,
    .aux_inputs = 0x18,
    .weight_inputs = 0x7e,
    .shape = op_quantized_elementwise_norm_shape,
    .dtype = op_quantized_elementwise_norm_dtype,
    .algorithms = op_quantized_elementwise_norm_algorithms,
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op__contrib_quantized_batch_norm = {
    .name = "_contrib_quantized_batch_norm",
    .family = &op_quantized_elementwise_norm_family,
};

#undef OP_QUANTIZED_ELEMENTWISE_CALIB
