/*
 * op_quantized_linear.c - quantized_conv and quantized_fully_connected: Convolution and
 * FullyConnected on 8 bits, to int32.
 *
 * y = sum of x w + cut(b (top / Rx) (127 / Rw) / (127 / Rb)), cut off toward zero; x int8 or uint8,
 * w and the bias b int8, R the reaches of their ranges, top 127.5 (int8) or 255.5 (uint8). y stands
 * for y (Rx / r) (Rw / 127), r = 127 or 255: that is what the range says, ±(2^31 - 1) such steps.
 *
 * Attributes: those of the operators on real numbers. Inputs: data, weight, bias unless no_bias, then
 * two ranges or three. int8 graphs without fusion.
 *
 * MXNet's convolution takes uint8 alone, one group, two or three dimensions; it adds the bias as it
 * stands and says 127 of uint8, so that all it gives is twice too large. Not so here.
 */
#include "conv_param.h"
#include "op_table.h"
#include "quantized_rules.h"

static const lp_attr op_quantized_linear_conv_attrs[] = {LP_CONV_ATTRS("False")};

/* Data, weight and bias, or the first two. */
static int op_quantized_linear_tensors(int num_inputs) { return num_inputs / 3; }

static int op_quantized_linear_conv_inputs(const void *param) {
  return 3 * lp_op_count_inputs(&lp_op_Convolution, param);
}

static int op_quantized_linear_rows_inputs(const void *param) {
  return 3 * lp_op_count_inputs(&lp_op_FullyConnected, param);
}

static lp_status op_quantized_linear_conv_shape(const lp_infer *infer) {
  const int tensors = op_quantized_linear_tensors(infer->num_inputs);
  return lp_quantized_shape(infer, &lp_op_Convolution, tensors, tensors);
}

static lp_status op_quantized_linear_rows_shape(const lp_infer *infer) {
  const int tensors = op_quantized_linear_tensors(infer->num_inputs);
  return lp_quantized_shape(infer, &lp_op_FullyConnected, tensors, tensors);
}

static lp_status op_quantized_linear_dtype(const lp_infer *infer) {
  const int tensors = op_quantized_linear_tensors(infer->num_inputs);
  LP_TRY(lp_quantized_bytes(infer, 0));
  for (int i = 1; i < tensors; i++) {
    LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[i], LP_INT8));
  }
  LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0], LP_INT32));
  return lp_quantized_ranges(infer, tensors);
}

/* What follows the sums: the bias of `count` outputs of each row, and the range. */
static void op_quantized_linear_finish(const lp_call *call, int64_t rows, int64_t count) {
  const int tensors = op_quantized_linear_tensors(call->num_inputs);
  const lp_dtype data = call->in[0].dtype;
  int32_t *y = call->out[0].data;
  lp_quantized_put_sums_range(call, data, tensors, tensors + 2);
  if (tensors < 3) {
    return;
  }
  const float scale =
      lp_quantized_ratio((double)lp_quantized_top(data) * (double)lp_quantized_reach(call, 7),
                         (double)lp_quantized_reach(call, 3) * (double)lp_quantized_reach(call, 5));
  const int64_t total = lp_shape_size(&call->out[0].shape);
  for (int64_t i = 0; i < (count > 0 ? total / count : 0); i++) {
    const float bias = (float)((const int8_t *)call->in[2].data)[i % rows] * scale;
    const float within = bias < 1073741824.0f ? bias : 1073741824.0f;
    const int32_t add = (int32_t)(within > -1073741824.0f ? within : -1073741824.0f);
    for (int64_t k = 0; k < count; k++) {
      y[i * count + k] = (int32_t)((uint32_t)y[i * count + k] + (uint32_t)add);
    }
  }
}

/* ---- quantized_conv ---- */

static lp_conv_geometry op_quantized_linear_conv_geometry(const void *param, const lp_tensor *in,
                                                   const lp_tensor *out) {
  const lp_conv_param *conv = param;
  return lp_conv_param_geometry(conv, &in[0].shape, &out[0].shape, conv->pads);
}

static size_t op_quantized_linear_conv_scratch(const lp_query *query) {
  const lp_conv_geometry g = op_quantized_linear_conv_geometry(query->param, query->in, query->out);
  return lp_quantized_conv_scratch(&g, query->isa, query->threads);
}

static lp_status op_quantized_linear_conv_run(const lp_call *call) {
  const lp_conv_geometry g = op_quantized_linear_conv_geometry(call->param, call->in, call->out);
  lp_quantized_conv(&g, call->in[0].data, call->in[0].dtype, call->in[1].data, call->out[0].data,
                    call->scratch, call->threads, call->isa);
  op_quantized_linear_finish(call, g.filters, lp_conv_out_pixels(&g));
  return LP_OK;
}

#define OP_QUANTIZED_LINEAR_INPUTS \
  "data weight bias min_data max_data min_weight max_weight min_bias max_bias"

static const lp_algorithm op_quantized_linear_conv_algorithms[] = {
    {.name = "plain",
     .cost = lp_quantized_cost,
     .scratch = op_quantized_linear_conv_scratch,
     .run = op_quantized_linear_conv_run},
};
static const lp_op_family op_quantized_linear_conv_family = {
    .attrs = op_quantized_linear_conv_attrs,
    .num_attrs = LP_COUNT(op_quantized_linear_conv_attrs),
    .param_size = sizeof(lp_conv_param),
    .check = lp_conv_param_check,
    .inputs = OP_QUANTIZED_LINEAR_INPUTS,
    .count_inputs = op_quantized_linear_conv_inputs,
    .outputs = LP_QUANTIZED_OUTPUTS,
    .count_visible = lp_quantized_three,
    .weight_inputs = 0x1fe,
    .shape = op_quantized_linear_conv_shape,
    .dtype = op_quantized_linear_dtype,
    .multiply_adds = LP_WITH_REPORTS ? lp_infer_adds_per_output : NULL,
    .algorithms = op_quantized_linear_conv_algorithms,
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op__contrib_quantized_conv = {
    .name = "_contrib_quantized_conv",
    .family = &op_quantized_linear_conv_family,
};

/* ---- quantized_fully_connected ---- */

static int64_t op_quantized_linear_rows_images(const lp_tensor *out) {
  return lp_shape_product(&out->shape, 0, out->shape.ndim - 1);
}

static size_t op_quantized_linear_rows_scratch(const lp_query *query) {
  const int64_t *weight = query->in[1].shape.dim;
  return lp_quantized_rows_scratch(op_quantized_linear_rows_images(query->out), weight[0], weight[1],
                                   query->threads);
}

static lp_status op_quantized_linear_rows_run(const lp_call *call) {
  const int64_t *weight = call->in[1].shape.dim;
  lp_quantized_rows(op_quantized_linear_rows_images(call->out), weight[0], weight[1], call->in[0].data,
                    call->in[0].dtype, call->in[1].data, call->out[0].data, call->scratch,
                    call->threads, call->isa);
  op_quantized_linear_finish(call, weight[0], 1);
  return LP_OK;
}

static const lp_algorithm op_quantized_linear_rows_algorithms[] = {
    {.name = "plain",
     .cost = lp_quantized_cost,
     .scratch = op_quantized_linear_rows_scratch,
     .run = op_quantized_linear_rows_run},
};
static const lp_op_family op_quantized_linear_rows_family = {
    .like = &lp_op_FullyConnected,
    .inputs = OP_QUANTIZED_LINEAR_INPUTS,
    .count_inputs = op_quantized_linear_rows_inputs,
    .outputs = LP_QUANTIZED_OUTPUTS,
    .count_visible = lp_quantized_three,
    .weight_inputs = 0x1fe,
    .shape = op_quantized_linear_rows_shape,
    .dtype = op_quantized_linear_dtype,
    .multiply_adds = LP_WITH_REPORTS ? lp_infer_adds_per_output : NULL,
    .algorithms = op_quantized_linear_rows_algorithms,
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op__contrib_quantized_fully_connected = {
    .name = "_contrib_quantized_fully_connected",
    .family = &op_quantized_linear_rows_family,
};

#undef OP_QUANTIZED_LINEAR_INPUTS
