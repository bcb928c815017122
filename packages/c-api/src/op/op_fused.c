/*
 * op_fused.c - _sg_mkldnn_conv and _sg_mkldnn_fully_connected with quantized=True: a
 * Convolution or FullyConnected with what MXNet's graph passes have joined to it, on 8 bits.
 *
 * conv  Weights W and bias b are real, and BatchNorm goes into them first: W a, beta + a (b - mean),
 *       a = (fix_gamma ? 1 : gamma) / sqrt(variance + eps). Then w = 8 bits of W s, s = 127.5 / max|W|
 *       of each filter (not calibrated: of all filters), but no more than keeps |b| s t below 2^30,
 *       t = top / Rx; y = sum of x w + round(b s t), and real numbers y / (s t).
 * rows  (fully_connected) w and b are int8 with ranges, s = 127.5 / Rw, and the bias brought to the
 *       sums' steps; with channel_wise_quantize they are real as above.
 * Then the sum input is added, the activation done, and the result rounded to uint8 or int8 steps
 * of the calibrated range, which goes out with it. Not calibrated: int32 y with its range;
 * enable_float_output: real numbers without a range.
 * uint8 come out behind relu, sigmoid, softrelu, abs, clip from 0 on and, of rows, leaky; else int8.
 *
 * As MXNet's: a conv's activation sees steps of the result and not real numbers (a difference for
 * gelu and elu alone), clips end with the range; filter f of group g is brought to 8 bits by the s
 * of filter g, but y stands for y / (s t) with its own; a sum input of another type than the result
 * leaves only what both types have, 0 to 127 steps.
 *
 * Attributes: quantized = False; min_calib_range, max_calib_range = None; enable_float_output,
 * channel_wise_quantize = False; with_bn, with_act, with_sum, ... say what the subgraph shows.
 * graph/subgraph_quantized.c adds those of the operators in it: as they are of Convolution and
 * FullyConnected; sum, bn, bn_eps, bn_fix_gamma, act, act_slope, act_min.
 * int8 graphs of quantize_net and quantize_model_mkldnn. Float nodes of these names: graph_load.c.
 */
#include <math.h>
#include <string.h>

#include "conv_param.h"
#include "fully_connected_param.h"
#include "op_table.h"
#include "quantized_rules.h"

enum { OP_FUSED_CONV, OP_FUSED_ROWS };

/* The values of act. */
#define OP_FUSED_ACTS "none|relu|sigmoid|tanh|softrelu|leaky|elu|gelu|clip|abs"
enum {
  OP_FUSED_NONE,
  OP_FUSED_RELU,
  OP_FUSED_SIGMOID,
  OP_FUSED_TANH,
  OP_FUSED_SOFTRELU,
  OP_FUSED_LEAKY,
  OP_FUSED_ELU,
  OP_FUSED_GELU,
  OP_FUSED_CLIP,
  OP_FUSED_ABS
};

typedef struct op_fused_param {
  lp_conv_param conv; /* first: its attributes' offsets are those of this structure */
  int64_t num_hidden;
  int flatten;
  lp_quantized_calib calib;
  int quantized, float_output, channel_wise;
  int sum, bn, bn_fix_gamma;
  double bn_eps;
  int act;
  double act_slope, act_min;
} op_fused_param;

#define OP_FUSED_ATTRS                                                                            \
  LP_QUANTIZED_CALIB_ATTRS(op_fused_param, calib),                                                \
      {"quantized", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_fused_param, quantized), "False", NULL},       \
      {"enable_float_output", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_fused_param, float_output), "False", \
       NULL},                                                                                     \
      {"act", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_fused_param, act), "none", OP_FUSED_ACTS},           \
      {"act_slope", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_fused_param, act_slope), "0.25", NULL}, {     \
    "act_min", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_fused_param, act_min), "0", NULL                   \
  }

static const lp_attr op_fused_conv_attrs[] = {
    LP_CONV_ATTRS("False"),
    OP_FUSED_ATTRS,
    {"sum", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_fused_param, sum), "False", NULL},
    {"bn", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_fused_param, bn), "False", NULL},
    {"bn_fix_gamma", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_fused_param, bn_fix_gamma), "True", NULL},
    {"bn_eps", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_fused_param, bn_eps), "1e-3", NULL},
    {"with_bn", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"with_act", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"with_relu", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"with_sum", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"with_postsum_act", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"with_postsum_relu", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};
static const lp_attr op_fused_rows_attrs[] = {
    {"num_hidden", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_fused_param, num_hidden), NULL,
     NULL},
    {"no_bias", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_fused_param, conv.no_bias), "False", NULL},
    {"flatten", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_fused_param, flatten), "True", NULL},
    OP_FUSED_ATTRS,
    {"channel_wise_quantize", LP_ATTR_BOOL, LP_ATTR_OPTIONAL,
     LP_ATTR_OF(op_fused_param, channel_wise), "None", NULL},
    {"with_eltwise", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"with_relu", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

static lp_activation_function op_fused_function(int act) {
  switch (act) {
    case OP_FUSED_SIGMOID: return LP_ACTIVATE_SIGMOID;
    case OP_FUSED_TANH: return LP_ACTIVATE_TANH;
    case OP_FUSED_SOFTRELU: return LP_ACTIVATE_SOFTRELU;
    case OP_FUSED_LEAKY: return LP_ACTIVATE_LEAKY;
    case OP_FUSED_ELU: return LP_ACTIVATE_ELU;
    case OP_FUSED_GELU: return LP_ACTIVATE_GELU;
    default: return LP_ACTIVATE_RELU;
  }
}

/* Bounds are all that the activation is. */
static bool op_fused_is_simple(const op_fused_param *param) {
  return param->act == OP_FUSED_NONE || param->act == OP_FUSED_RELU || param->act == OP_FUSED_CLIP;
}

static lp_status op_fused_check(const op_fused_param *param) {
  if (!param->quantized) {
    return lp_fail(LP_ERROR_UNSUPPORTED, "expected quantized=True, or a subgraph");
  }
  if (param->act == OP_FUSED_CLIP && param->act_min < 0) {
    return lp_fail(LP_ERROR_UNSUPPORTED, "a clip from %g on is not supported, only from 0",
                   param->act_min);
  }
  if (!param->float_output && !lp_quantized_calibrated(&param->calib) &&
      (param->sum || param->act != OP_FUSED_NONE) && param->act != OP_FUSED_RELU) {
    return lp_fail(LP_ERROR_UNSUPPORTED,
                   "a sum or activation needs min_calib_range and max_calib_range");
  }
  return op_fused_is_simple(param) || param->act == OP_FUSED_ABS
             ? LP_OK
             : lp_activation_check(op_fused_function(param->act));
}

static lp_status op_fused_conv_check(void *param) {
  LP_TRY(lp_conv_param_check(param));
  return op_fused_check(param);
}

static lp_status op_fused_rows_check(void *any_param) {
  op_fused_param *param = any_param;
  param->channel_wise = param->channel_wise > 0;
  if (param->num_hidden < 1 || param->num_hidden > INT32_MAX) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "num_hidden is %lld, expected 1 to %lld",
                   (long long)param->num_hidden, (long long)INT32_MAX);
  }
  return op_fused_check(param);
}

/* Data, weight, bias. */
static int op_fused_tensors(const op_fused_param *param) { return param->conv.no_bias ? 2 : 3; }

/* Where the ranges begin. */
static int op_fused_ranges(const op_fused_param *param) {
  return op_fused_tensors(param) + (param->bn ? 4 : 0) + (param->sum ? 1 : 0);
}

/* BatchNorm's mean and variance. */
static uint32_t op_fused_conv_states(const void *any_param) {
  const op_fused_param *param = any_param;
  return param->bn ? 12u << op_fused_tensors(param) : 0;
}

static int op_fused_conv_inputs(const void *any_param) {
  const op_fused_param *param = any_param;
  return op_fused_ranges(param) + (param->sum ? 4 : 2);
}

static int op_fused_rows_inputs(const void *any_param) {
  const op_fused_param *param = any_param;
  const int tensors = op_fused_tensors(param);
  return param->channel_wise ? tensors + 2 : 3 * tensors;
}

static int op_fused_outputs(const void *param) {
  return ((const op_fused_param *)param)->float_output ? 1 : 3;
}

/* ---- shapes and types ---- */

static lp_status op_fused_conv_shape(const lp_infer *infer) {
  const op_fused_param *param = infer->param;
  const int tensors = op_fused_tensors(param);
  const lp_shape filters = lp_shape_1(param->conv.num_filter);
  LP_TRY(lp_quantized_shape(infer, &lp_op_Convolution, tensors, op_fused_ranges(param)));
  for (int i = tensors; param->bn && i < tensors + 4; i++) {
    LP_TRY(lp_infer_merge(infer, &infer->in[i], &filters));
  }
  if (param->sum) {
    lp_shape *sum = &infer->in[op_fused_ranges(param) - 1];
    LP_TRY(lp_infer_merge(infer, sum, &infer->out[0]));
    LP_TRY(lp_infer_merge(infer, &infer->out[0], sum));
  }
  return LP_OK;
}

/* What FullyConnected's rule reads of its own parameters. */
static lp_status op_fused_rows_shape(const lp_infer *infer) {
  const op_fused_param *param = infer->param;
  const int tensors = op_fused_tensors(param);
  const lp_fully_connected_param plain = {param->num_hidden, param->conv.no_bias, param->flatten};
  lp_infer inner = *infer;
  inner.param = &plain;
  return lp_quantized_shape(&inner, &lp_op_FullyConnected, tensors, tensors);
}

static bool op_fused_is_positive(const lp_op *op, const op_fused_param *param) {
  switch (param->act) {
    case OP_FUSED_RELU:
    case OP_FUSED_SIGMOID:
    case OP_FUSED_SOFTRELU:
    case OP_FUSED_CLIP:
    case OP_FUSED_ABS: return true;
    case OP_FUSED_LEAKY: return op->kind == OP_FUSED_ROWS;
    default: return false;
  }
}

static lp_status op_fused_dtype(const lp_infer *infer) {
  const op_fused_param *param = infer->param;
  const int tensors = op_fused_tensors(param);
  const bool real = infer->op->kind == OP_FUSED_CONV || param->channel_wise;
  LP_TRY(lp_quantized_bytes(infer, 0));
  for (int i = 1; i < tensors; i++) {
    LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[i], real ? LP_FLOAT32 : LP_INT8));
  }
  if (param->sum) {
    LP_TRY(lp_quantized_bytes(infer, op_fused_ranges(param) - 1));
  }
  for (int i = tensors; param->bn && i < tensors + 4; i++) {
    LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[i], LP_FLOAT32));
  }
  LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0],
                              param->float_output                       ? LP_FLOAT32
                              : !lp_quantized_calibrated(&param->calib) ? LP_INT32
                              : op_fused_is_positive(infer->op, param)  ? LP_UINT8
                                                                        : LP_INT8));
  return lp_quantized_ranges(
      infer, infer->op->kind == OP_FUSED_CONV ? op_fused_ranges(param) : tensors);
}

/* ---- running ---- */

/* What a run needs besides the sums' own scratch: two numbers of each filter, 8-bit weights, sums. */
typedef struct op_fused_layout {
  size_t bias, weights, sums, inner, total;
} op_fused_layout;

static bool op_fused_reserve(int64_t count, size_t size, size_t *total) {
  size_t bytes;
  return lp_size_multiply((size_t)count, size, &bytes) &&
         lp_size_add(bytes, LP_ALIGNMENT - 1, &bytes) &&
         lp_size_add(*total, bytes / LP_ALIGNMENT * LP_ALIGNMENT, total);
}

static bool op_fused_lay_out(const lp_tensor *weight, const lp_tensor *out, size_t inner,
                             op_fused_layout *layout) {
  size_t at = 0;
  if (inner == SIZE_MAX || !op_fused_reserve(weight->shape.dim[0], sizeof(float), &at)) {
    return false;
  }
  layout->bias = at;
  if (!op_fused_reserve(weight->shape.dim[0], sizeof(int32_t), &at)) {
    return false;
  }
  layout->weights = at;
  if (!op_fused_reserve(lp_shape_size(&weight->shape), 1, &at)) {
    return false;
  }
  layout->sums = at;
  if (!op_fused_reserve(lp_shape_size(&out->shape), sizeof(int32_t), &at)) {
    return false;
  }
  layout->inner = at;
  return lp_size_add(at, inner, &layout->total);
}

static lp_conv_geometry op_fused_geometry(const void *param, const lp_tensor *in,
                                          const lp_tensor *out) {
  const lp_conv_param *conv = &((const op_fused_param *)param)->conv;
  return lp_conv_param_geometry(conv, &in[0].shape, &out[0].shape, conv->pads);
}

static int64_t op_fused_images(const lp_tensor *out) {
  return lp_shape_product(&out->shape, 0, out->shape.ndim - 1);
}

static size_t op_fused_inner(const lp_op *op, const void *param, const lp_tensor *in,
                             const lp_tensor *out, lp_isa isa, unsigned threads) {
  if (op->kind == OP_FUSED_CONV) {
    const lp_conv_geometry g = op_fused_geometry(param, in, out);
    return lp_quantized_conv_scratch(&g, isa, threads);
  }
  return lp_quantized_rows_scratch(op_fused_images(out), in[1].shape.dim[0], in[1].shape.dim[1],
                                   threads);
}

static size_t op_fused_scratch(const lp_query *query) {
  op_fused_layout layout;
  const size_t inner = op_fused_inner(query->op, query->param, query->in, query->out, query->isa,
                                      query->threads);
  return op_fused_lay_out(&query->in[1], query->out, inner, &layout) ? layout.total : SIZE_MAX;
}

/*
 * BatchNorm's factor of filter f, 1 without; its bias with BatchNorm's. Rounded as MXNet does, for
 * the largest weight lies between two steps.
 */
static float op_fused_factor(const lp_call *call, int64_t f, float *bias) {
  const op_fused_param *param = call->param;
  const lp_tensor *norm = call->in + op_fused_tensors(param);
  float factor = 1;
  *bias = param->conv.no_bias ? 0 : ((const float *)call->in[2].data)[f];
  if (param->bn) {
    const double gamma = param->bn_fix_gamma ? 1 : (double)((const float *)norm[0].data)[f];
    factor = (float)(gamma / sqrt((double)((const float *)norm[3].data)[f] + param->bn_eps));
    *bias = ((const float *)norm[1].data)[f] +
            factor * (*bias - ((const float *)norm[2].data)[f]);
  }
  return factor;
}

static float op_fused_largest(const float *w, float factor, int64_t count) {
  float most = 0;
  for (int64_t i = 0; i < count; i++) {
    const float size = fabsf(w[i] * factor);
    most = size > most ? size : most;
  }
  return most;
}

/* 8 bits of w factor s. */
static void op_fused_round(const float *w, float factor, float s, int64_t count, int8_t *y) {
  for (int64_t i = 0; i < count; i++) {
    const float real = w[i] * factor;
    const float step = real * s;
    const float low = step > -128.0f ? step : -128.0f;
    const float v = low < 127.0f ? low : 127.0f;
    y[i] = (int8_t)lp_quantized_round_small(v);
  }
}

/* Real weights: scale[f] are their s. */
static void op_fused_scales(const lp_call *call, float *scale) {
  const op_fused_param *param = call->param;
  const float *w = call->in[1].data;
  const int64_t filters = call->in[1].shape.dim[0];
  const int64_t depth = lp_shape_product(&call->in[1].shape, 1, call->in[1].shape.ndim);
  const bool apart = param->channel_wise || lp_quantized_calibrated(&param->calib);
  float shift;
  float all = 0;
  for (int64_t f = 0; f < filters; f++) {
    const float most = op_fused_largest(w + f * depth, op_fused_factor(call, f, &shift), depth);
    all = most > all ? most : all;
    scale[f] = most > 0 ? 127.5f / most : 1;
  }
  for (int64_t f = 0; f < filters && !apart; f++) {
    scale[f] = all > 0 ? 127.5f / all : 1;
  }
}

/* The biases as steps of the sums; whether scales had to give way to them. */
static bool op_fused_biases(const lp_call *call, double data_scale, float *scale, int32_t *bias) {
  bool bound = false;
  for (int64_t f = 0; f < call->in[1].shape.dim[0]; f++) {
    float shift;
    (void)op_fused_factor(call, f, &shift);
    const double most = 1073741824.0 / (fabs((double)shift) * data_scale);
    if ((double)scale[f] > most) {
      scale[f] = (float)most;
      bound = true;
    }
    const double steps = (double)shift * (double)scale[f] * data_scale;
    bias[f] = steps == steps && fabs(steps) < 2e9 ? lp_quantized_round(steps) : 0;
  }
  return bound;
}

/* Real weights to 8 bits. */
static void op_fused_quantize(const lp_call *call, const float *scale, int8_t *weights) {
  const op_fused_param *param = call->param;
  const float *w = call->in[1].data;
  const int64_t filters = call->in[1].shape.dim[0];
  const int64_t depth = lp_shape_product(&call->in[1].shape, 1, call->in[1].shape.ndim);
  const int64_t each = call->op->kind == OP_FUSED_CONV ? filters / param->conv.num_group : filters;
  float shift;
  for (int64_t f = 0; f < filters; f++) {
    op_fused_round(w + f * depth, op_fused_factor(call, f, &shift),
                   scale[each < filters ? f / each : f], depth, weights + f * depth);
  }
}

/* Prepared: the scales, then the 8-bit weights. */
static size_t op_fused_prepared(const lp_query *query) {
  const op_fused_param *param = query->param;
  const bool conv = query->op->kind == OP_FUSED_CONV;
  const int inputs = op_fused_tensors(param) + (param->bn ? 4 : 0);
  const uint32_t wanted = (1u << inputs) - 2;
  size_t bytes = 0;
  if ((!conv && !param->channel_wise) || (query->constant_inputs & wanted) != wanted) {
    return 0;
  }
  return op_fused_reserve(query->in[1].shape.dim[0], sizeof(float), &bytes) &&
                 op_fused_reserve(lp_shape_size(&query->in[1].shape), 1, &bytes)
             ? bytes
             : SIZE_MAX;
}

static int8_t *op_fused_prepared_weights(const lp_call *call, const void *prepared) {
  size_t offset = 0;
  (void)op_fused_reserve(call->in[1].shape.dim[0], sizeof(float), &offset);
  return (int8_t *)(uintptr_t)prepared + offset;
}

static void op_fused_prepare(const lp_call *call, void *prepared) {
  op_fused_scales(call, prepared);
  op_fused_quantize(call, prepared, op_fused_prepared_weights(call, prepared));
}

/* Scales, biases and 8-bit weights of a run; the weights. */
static const int8_t *op_fused_weights(const lp_call *call, double data_scale, float *scale,
                                      int32_t *bias, int8_t *room) {
  if (call->prepared != NULL) {
    memcpy(scale, call->prepared, (size_t)call->in[1].shape.dim[0] * sizeof *scale);
  } else {
    op_fused_scales(call, scale);
  }
  if (!op_fused_biases(call, data_scale, scale, bias) && call->prepared != NULL) {
    return op_fused_prepared_weights(call, call->prepared);
  }
  op_fused_quantize(call, scale, room);
  return room;
}

/* int8 weights as they are: the same numbers for every row. */
static void op_fused_rows_scales(const lp_call *call, double data_scale, float *scale,
                                 int32_t *bias) {
  const op_fused_param *param = call->param;
  const int ranges = op_fused_tensors(param);
  const double reach = (double)lp_quantized_reach(call, ranges + 2);
  const double s = reach > 0 ? 127.5 / reach : 1;
  const double step =
      param->conv.no_bias ? 0 : (double)lp_quantized_reach(call, ranges + 4) / 127.5;
  for (int64_t f = 0; f < param->num_hidden; f++) {
    scale[f] = (float)s;
    bias[f] = 0;
    if (!param->conv.no_bias) {
      const double steps = (double)((const int8_t *)call->in[2].data)[f] * step * s * data_scale;
      const double most = steps < 1073741824.0 ? steps : 1073741824.0;
      bias[f] = lp_quantized_round(most > -1073741824.0 ? most : -1073741824.0);
    }
  }
}

/* Adds the biases; the sums are then the result if that is int32. */
static void op_fused_add_bias(const lp_call *call, const int32_t *bias, int64_t filters,
                              int64_t count, int32_t *sums) {
  const bool relu = call->out[0].dtype == LP_INT32 &&
                    ((const op_fused_param *)call->param)->act == OP_FUSED_RELU;
  const int64_t lines = count > 0 ? lp_shape_size(&call->out[0].shape) / count : 0;
  for (int64_t i = 0; i < lines; i++) {
    for (int64_t k = i * count; k < (i + 1) * count; k++) {
      sums[k] = (int32_t)((uint32_t)sums[k] + (uint32_t)bias[i % filters]);
      sums[k] = relu && sums[k] < 0 ? 0 : sums[k];
    }
  }
}

/* From sums to steps of the output, or to real numbers. */
static void op_fused_finish(const lp_call *call, int64_t filters, int64_t count, double data_scale,
                            const float *scale, const int32_t *sums) {
  const op_fused_param *param = call->param;
  const lp_tensor *out = &call->out[0];
  const int64_t total = lp_shape_size(&out->shape);
  const int ranges = op_fused_ranges(param);
  const lp_tensor *sum = &call->in[ranges - 1];
  const double reach = (double)lp_quantized_reach_of(param->calib.low, param->calib.high);
  const float gain =
      param->float_output ? 1 : lp_quantized_ratio((double)lp_quantized_top(out->dtype), reach);
  const bool late = call->op->kind == OP_FUSED_ROWS; /* steps come behind the activation */
  const lp_quantized_activation activation = {.magnitude = param->act == OP_FUSED_ABS,
                                              .function = op_fused_function(param->act),
                                              .slope = (float)param->act_slope,
                                              .gain = late ? gain : 1,
                                              .isa = call->isa};
  const bool simple = op_fused_is_simple(param);
  float *values = (float *)(void *)(uintptr_t)sums; /* in their place */
  for (int64_t i = 0; i < (count > 0 ? total / count : 0); i++) {
    const float step = (float)(1 / (data_scale * (double)scale[i % filters])) *
                       (late && !simple ? 1 : gain);
    for (int64_t k = i * count; k < (i + 1) * count; k++) {
      values[k] = (float)sums[k] * step;
    }
  }
  lp_quantized_line line = {
      .x = values,
      .type = LP_FLOAT32,
      .scale = 1,
      .activation = simple ? NULL : &activation,
      .bounds = param->act == OP_FUSED_RELU ? LP_QUANTIZED_POSITIVE : LP_QUANTIZED_OF_TYPE,
      .y = out->data,
      .to = out->dtype,
      .count = total};
  if (param->sum) {
    line.added = sum->data;
    line.added_type = sum->dtype;
    line.added_scale = lp_quantized_step(lp_quantized_reach(call, ranges + 2), sum->dtype) * gain;
    line.bounds = sum->dtype != out->dtype ? LP_QUANTIZED_COMMON : line.bounds;
  }
  lp_quantized_run(&line, call->threads);
}

static lp_status op_fused_run(const lp_call *call) {
  const op_fused_param *param = call->param;
  const bool conv = call->op->kind == OP_FUSED_CONV;
  const lp_dtype data = call->in[0].dtype;
  const int64_t filters = call->in[1].shape.dim[0];
  const int64_t depth = call->in[1].shape.dim[1];
  const int ranges = conv ? op_fused_ranges(param) : op_fused_tensors(param);
  const double reach = (double)lp_quantized_reach(call, ranges);
  const double data_scale = reach > 0 ? (double)lp_quantized_top(data) / reach : 1;
  const size_t inner = op_fused_inner(call->op, param, call->in, call->out, call->isa,
                                      lp_threads_count(call->threads));
  op_fused_layout layout;
  (void)op_fused_lay_out(&call->in[1], call->out, inner, &layout);
  char *memory = call->scratch;
  float *scale = call->scratch;
  int32_t *bias = (int32_t *)(void *)(memory + layout.bias);
  int8_t *weights = (int8_t *)(memory + layout.weights);
  const int8_t *used;
  int32_t *sums = call->out[0].dtype == LP_INT32 ? (int32_t *)call->out[0].data
                                                 : (int32_t *)(void *)(memory + layout.sums);
  if (conv || param->channel_wise) {
    used = op_fused_weights(call, data_scale, scale, bias, weights);
  } else {
    op_fused_rows_scales(call, data_scale, scale, bias);
    used = call->in[1].data;
  }
  if (conv) {
    const lp_conv_geometry g = op_fused_geometry(param, call->in, call->out);
    lp_quantized_conv(&g, call->in[0].data, data, used, sums, memory + layout.inner, call->threads,
                      call->isa);
  } else {
    lp_quantized_rows(op_fused_images(call->out), filters, depth, call->in[0].data, data, used, sums,
                      memory + layout.inner, call->threads, call->isa);
  }
  const int64_t count =
      conv ? lp_shape_product(&call->out[0].shape, 2, call->out[0].shape.ndim) : 1;
  op_fused_add_bias(call, bias, filters, count, sums);
  if (call->out[0].dtype == LP_INT32) { /* one s for all filters, and 127 or 255 steps */
    const double top = data == LP_UINT8 ? 255 : 127;
    const float most = (float)(reach / top * (127.5 / (double)scale[0]) / 127 * INT32_MAX);
    lp_quantized_put_range(call, -most, most);
  } else {
    op_fused_finish(call, filters, count, data_scale, scale, sums);
    lp_quantized_put_range(call, (float)param->calib.low, (float)param->calib.high);
  }
  return LP_OK;
}

static const lp_algorithm op_fused_algorithms[] = {
    {.name = "plain",
     .cost = lp_quantized_cost,
     .scratch = op_fused_scratch,
     .prepared = op_fused_prepared,
     .prepare = op_fused_prepare,
     .run = op_fused_run},
};

#define OP_FUSED_REST                                                                       \
  .param_size = sizeof(op_fused_param), .outputs = LP_QUANTIZED_OUTPUTS,                    \
  .count_outputs = op_fused_outputs, .count_visible = op_fused_outputs,                     \
  .dtype = op_fused_dtype, .multiply_adds = LP_WITH_REPORTS ? lp_infer_adds_per_output : NULL, \
  .algorithms = op_fused_algorithms, .num_algorithms = 1

static const lp_op_family op_fused_conv_family = {
    .attrs = op_fused_conv_attrs,
    .num_attrs = LP_COUNT(op_fused_conv_attrs),
    .check = op_fused_conv_check,
    .inputs = "arg*",
    .count_inputs = op_fused_conv_inputs,
    .aux_inputs_of = op_fused_conv_states,
    .weight_inputs = 0x1e,
    .shape = op_fused_conv_shape,
    OP_FUSED_REST,
};
LP_DATA const lp_op lp_op__sg_mkldnn_conv = {
    .name = "_sg_mkldnn_conv",
    .kind = OP_FUSED_CONV,
    .family = &op_fused_conv_family,
};

static const lp_op_family op_fused_rows_family = {
    .attrs = op_fused_rows_attrs,
    .num_attrs = LP_COUNT(op_fused_rows_attrs),
    .check = op_fused_rows_check,
    .inputs = "arg*",
    .count_inputs = op_fused_rows_inputs,
    .weight_inputs = 0x1fe,
    .shape = op_fused_rows_shape,
    OP_FUSED_REST,
};
LP_DATA const lp_op lp_op__sg_mkldnn_fully_connected = {
    .name = "_sg_mkldnn_fully_connected",
    .kind = OP_FUSED_ROWS,
    .family = &op_fused_rows_family,
};

#undef OP_FUSED_ATTRS
#undef OP_FUSED_ACTS
#undef OP_FUSED_REST
