/*
 * op_quantize.c - between real numbers and 8 bits.
 *
 * quantize_v2  q = round(x top / R), R the range's reach; top 127.5 (int8) or 255.5 (uint8).
 *              The range is the calibrated one, or else that of the data. Output range -R, R
 *              (int8) or the range itself (uint8). 8-bit data are passed on as they are, with the
 *              calibrated range or that of all their values.
 * quantize     the same for a range of two inputs, top 127 or 255
 * dequantize   x = q R / top
 * requantize   q = round(y r / R): int32 y stands for y S / (2^31 - 1), S the reach of its range;
 *              r 127 or 255; R of the calibrated range, or else of the data. Output range -R
 *              (uint8: 0), R
 *
 * Attributes: out_type = int8 (quantize: uint8), or uint8, or auto (uint8 where the calibrated
 * range begins at 0 or above); min_calib_range, max_calib_range = None. dequantize: out_type =
 * float32. No value but 0 (all data 0) gives 0 here; MXNet divides by 0. Every int8 graph.
 */
#include "op_table.h"
#include "quantized_rules.h"

#include <math.h>
#include <string.h>

enum { OP_QUANTIZE_INT8, OP_QUANTIZE_UINT8, OP_QUANTIZE_AUTO };

typedef struct op_quantize_param {
  int out_type;
  lp_quantized_calib calib;
} op_quantize_param;

static const lp_attr op_quantize_v1_attrs[] = {
    {"out_type", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_quantize_param, out_type), "uint8", "int8|uint8"},
};
static const lp_attr op_quantize_attrs[] = {
    {"out_type", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_quantize_param, out_type), "int8",
     "int8|uint8|auto"},
    LP_QUANTIZED_CALIB_ATTRS(op_quantize_param, calib),
};
static const lp_attr op_quantize_back_attrs[] = {
    {"out_type", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_quantize_param, out_type), "float32", "float32"},
};

static lp_dtype op_quantize_type(const op_quantize_param *param) {
  const bool positive = lp_quantized_calibrated(&param->calib) && param->calib.low >= 0;
  return param->out_type == OP_QUANTIZE_UINT8 || (param->out_type == OP_QUANTIZE_AUTO && positive)
             ? LP_UINT8
             : LP_INT8;
}

static lp_status op_quantize_shape(const lp_infer *infer) {
  return lp_quantized_shape(infer, NULL, 1, 1);
}

static lp_status op_quantize_v1_dtype(const lp_infer *infer) {
  const op_quantize_param *param = infer->param;
  LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[0], LP_FLOAT32));
  LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0],
                              param->out_type == OP_QUANTIZE_UINT8 ? LP_UINT8 : LP_INT8));
  return lp_quantized_ranges(infer, 1);
}

static lp_status op_quantize_v2_dtype(const lp_infer *infer) {
  if (infer->in_dtype[0] != LP_FLOAT32) {
    LP_TRY(lp_quantized_bytes(infer, 0));
  }
  LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0], op_quantize_type(infer->param)));
  return lp_quantized_ranges(infer, 1);
}

static lp_status op_quantize_re_dtype(const lp_infer *infer) {
  LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[0], LP_INT32));
  LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0], op_quantize_type(infer->param)));
  return lp_quantized_ranges(infer, 1);
}

static lp_status op_quantize_back_dtype(const lp_infer *infer) {
  LP_TRY(lp_quantized_bytes(infer, 0));
  LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0], LP_FLOAT32));
  return lp_quantized_ranges(infer, 1);
}

static lp_quantized_line op_quantize_line(const lp_call *call, float scale) {
  return (lp_quantized_line){.x = call->in[0].data,
                             .type = call->in[0].dtype,
                             .scale = scale,
                             .y = call->out[0].data,
                             .to = call->out[0].dtype,
                             .count = lp_shape_size(&call->in[0].shape)};
}

static void op_quantize_put(const lp_call *call, double low, double high, bool whole_steps) {
  const lp_dtype to = call->out[0].dtype;
  const float reach = lp_quantized_reach_of(low, high);
  const float top = lp_quantized_top(to) - (whole_steps ? 0.5f : 0.0f);
  const lp_quantized_line line = op_quantize_line(call, reach > 0 ? top / reach : 0);
  lp_quantized_run(&line, call->threads);
  lp_quantized_put_range(call, to == LP_UINT8 ? (float)low : -reach,
                         to == LP_UINT8 ? (float)high : reach);
}

static lp_status op_quantize_v1_run(const lp_call *call) {
  op_quantize_put(call, *(const float *)call->in[1].data, *(const float *)call->in[2].data, true);
  return LP_OK;
}

/* Least and largest, NaN passed over; 0 where there is nothing. */
static lp_quantized_calib op_quantize_range(const float *x, int64_t count) {
  float low = INFINITY;
  float high = -INFINITY;
  for (int64_t i = 0; i < count; i++) {
    low = x[i] < low ? x[i] : low;
    high = x[i] > high ? x[i] : high;
  }
  return low <= high ? (lp_quantized_calib){low, high} : (lp_quantized_calib){0, 0};
}

static lp_status op_quantize_v2_run(const lp_call *call) {
  const op_quantize_param *param = call->param;
  const lp_tensor *in = &call->in[0];
  const int64_t count = lp_shape_size(&in->shape);
  lp_quantized_calib range = param->calib;
  if (in->dtype == LP_FLOAT32) {
    if (!lp_quantized_calibrated(&range)) {
      range = op_quantize_range(in->data, count);
    }
    op_quantize_put(call, range.low, range.high, false);
    return LP_OK;
  }
  if (!lp_quantized_calibrated(&range)) {
    const float top = lp_quantized_top(in->dtype);
    range = (lp_quantized_calib){in->dtype == LP_UINT8 ? 0 : -top, top};
  }
  if (count > 0) {
    memcpy(call->out[0].data, in->data, (size_t)count);
  }
  lp_quantized_put_range(call, (float)range.low, (float)range.high);
  return LP_OK;
}

static lp_status op_quantize_back_run(const lp_call *call) {
  const lp_quantized_line line =
      op_quantize_line(call, lp_quantized_step(lp_quantized_reach(call, 1), call->in[0].dtype));
  lp_quantized_run(&line, call->threads);
  return LP_OK;
}

static lp_status op_quantize_re_run(const lp_call *call) {
  const op_quantize_param *param = call->param;
  const bool positive = call->out[0].dtype == LP_UINT8;
  const double step = (double)lp_quantized_reach(call, 1) / INT32_MAX;
  float reach = lp_quantized_reach_of(param->calib.low, param->calib.high);
  if (!lp_quantized_calibrated(&param->calib)) {
    const int32_t *y = call->in[0].data;
    double most = 0;
    for (int64_t i = 0; i < lp_shape_size(&call->in[0].shape); i++) {
      const double size = y[i] < 0 ? -(double)y[i] : (double)y[i];
      most = size > most ? size : most;
    }
    reach = (float)(most * step);
  }
  const lp_quantized_line line =
      op_quantize_line(call, lp_quantized_ratio(step * (positive ? 255 : 127), (double)reach));
  lp_quantized_run(&line, call->threads);
  lp_quantized_put_range(call, positive ? 0 : -reach, reach);
  return LP_OK;
}

static const lp_algorithm op_quantize_v1_algorithms[] = {
    {.name = "plain", .cost = lp_quantized_cost, .run = op_quantize_v1_run},
};
static const lp_op_family op_quantize_v1_family = {
    .attrs = op_quantize_v1_attrs,
    .num_attrs = LP_COUNT(op_quantize_v1_attrs),
    .param_size = sizeof(op_quantize_param),
    .inputs = "data min_range max_range",
    .outputs = "output*",
    .count_outputs = lp_quantized_three,
    .count_visible = lp_quantized_three,
    .weight_inputs = 6,
    .shape = op_quantize_shape,
    .dtype = op_quantize_v1_dtype,
    .algorithms = op_quantize_v1_algorithms,
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op__contrib_quantize = {
    .name = "_contrib_quantize",
    .family = &op_quantize_v1_family,
};

static const lp_algorithm op_quantize_v2_algorithms[] = {
    {.name = "plain", .cost = lp_quantized_cost, .run = op_quantize_v2_run},
};
static const lp_op_family op_quantize_v2_family = {
    .attrs = op_quantize_attrs,
    .num_attrs = LP_COUNT(op_quantize_attrs),
    .param_size = sizeof(op_quantize_param),
    .inputs = "data",
    .outputs = "output*",
    .count_outputs = lp_quantized_three,
    .count_visible = lp_quantized_three,
    .shape = op_quantize_shape,
    .dtype = op_quantize_v2_dtype,
    .algorithms = op_quantize_v2_algorithms,
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op__contrib_quantize_v2 = {
    .name = "_contrib_quantize_v2",
    .family = &op_quantize_v2_family,
};

static const lp_algorithm op_quantize_re_algorithms[] = {
    {.name = "plain", .cost = lp_quantized_cost, .run = op_quantize_re_run},
};
static const lp_op_family op_quantize_re_family = {
    .attrs = op_quantize_attrs,
    .num_attrs = LP_COUNT(op_quantize_attrs),
    .param_size = sizeof(op_quantize_param),
    .inputs = "data min_range max_range",
    .outputs = "output*",
    .count_outputs = lp_quantized_three,
    .count_visible = lp_quantized_three,
    .weight_inputs = 6,
    .shape = op_quantize_shape,
    .dtype = op_quantize_re_dtype,
    .algorithms = op_quantize_re_algorithms,
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op__contrib_requantize = {
    .name = "_contrib_requantize",
    .family = &op_quantize_re_family,
};

static const lp_algorithm op_quantize_back_algorithms[] = {
    {.name = "plain", .cost = lp_quantized_cost, .run = op_quantize_back_run},
};
static const lp_op_family op_quantize_back_family = {
    .attrs = op_quantize_back_attrs,
    .num_attrs = LP_COUNT(op_quantize_back_attrs),
    .param_size = sizeof(op_quantize_param),
    .inputs = "data min_range max_range",
    .weight_inputs = 6,
    .shape = op_quantize_shape,
    .dtype = op_quantize_back_dtype,
    .algorithms = op_quantize_back_algorithms,
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op__contrib_dequantize = {
    .name = "_contrib_dequantize",
    .family = &op_quantize_back_family,
};
