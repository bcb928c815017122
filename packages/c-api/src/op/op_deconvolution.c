/*
 * op_deconvolution.c - Deconvolution: the transpose of Convolution.
 *
 * x[n,c,i] * weight[c,f,k] is added to y[n,f,o] at o = i * stride - pad + k * dilate,
 * for every stride and dilation together; positions outside y are dropped.
 * Data (N, C, spatial...), weight (C, num_filter / num_group, kernel...), bias
 * (num_filter); output size per dimension
 * stride (in - 1) + dilate (kernel - 1) + 1 - 2 pad + adj, adj < stride.
 * With a target_shape, pad and adj are not the attributes: total = the size
 * without pad minus the target; pad before = ceil(total / 2).
 *
 * Attributes: as Convolution, but no_bias is True by default; adj (0),
 * target_shape (). Segmentation and super-resolution networks, UpSampling's
 * bilinear kind.
 */
#include "conv_param.h"
#include "op_table.h"

static const lp_attr op_deconvolution_attrs[] = {
    LP_CONV_ATTRS("True"),
    {"adj", LP_ATTR_TUPLE, 0, LP_ATTR_OF(lp_conv_param, adj), "()", NULL},
    {"target_shape", LP_ATTR_TUPLE, 0, LP_ATTR_OF(lp_conv_param, target_shape), "()", NULL},
};

static bool op_deconvolution_has_target(const lp_conv_param *p) {
  return p->targets[0] > 0 || p->targets[1] > 0 || p->targets[2] > 0;
}

static lp_status op_deconvolution_check(void *param) {
  lp_conv_param *p = param;
  LP_TRY(lp_conv_param_check(param));
  for (int i = 0; i < p->dims; i++) {
    int d = LP_CONV_DIMS - p->dims + i;
    if (op_deconvolution_has_target(p)) {
      if (p->targets[d] == 0) {
        return lp_fail(LP_ERROR_ATTRIBUTE, "entry %d of target_shape is 0 and others are not", i);
      }
    } else if (p->adjs[d] >= p->strides[d]) {
      return lp_fail(LP_ERROR_ATTRIBUTE, "entry %d of adj is %lld, expected less than stride %lld",
                     i, (long long)p->adjs[d], (long long)p->strides[d]);
    }
  }
  return LP_OK;
}

/* Size without padding: in is at least 1 and, as all factors, at most INT32_MAX. */
static int64_t op_deconvolution_full(const lp_conv_param *p, int d, int64_t in) {
  return p->strides[d] * (in - 1) + lp_conv_param_reach(p, d);
}

/* Padding before, from the attribute or from the target. */
static int64_t op_deconvolution_before(const lp_conv_param *p, int d, int64_t in) {
  if (op_deconvolution_has_target(p)) {
    return (op_deconvolution_full(p, d, in) - p->targets[d] + 1) / 2;
  }
  return p->pads[d];
}

static lp_status op_deconvolution_size(const lp_infer *infer, int d, int64_t in, int64_t *out) {
  const lp_conv_param *p = infer->param;
  int place = d - (LP_CONV_DIMS - p->dims);
  int64_t full;
  *out = LP_DIM_UNKNOWN;
  if (in < 0) {
    *out = op_deconvolution_has_target(p) ? p->targets[d] : LP_DIM_UNKNOWN;
    return LP_OK;
  }
  if (in < 1 || in > INT32_MAX) {
    return lp_infer_fail(infer, "spatial dimension %d of data is %lld, expected 1 to %lld", place,
                         (long long)in, (long long)INT32_MAX);
  }
  full = op_deconvolution_full(p, d, in);
  if (op_deconvolution_has_target(p)) {
    *out = p->targets[d];
    if (*out > full) {
      return lp_infer_fail(infer, "too big target shape: %lld in spatial dimension %d, at most %lld",
                           (long long)*out, place, (long long)full);
    }
    return LP_OK;
  }
  *out = full - 2 * p->pads[d] + p->adjs[d];
  if (*out < 1) {
    return lp_infer_fail(infer, "pad %lld leaves nothing of %lld in spatial dimension %d",
                         (long long)p->pads[d], (long long)full, place);
  }
  return LP_OK;
}

static lp_status op_deconvolution_shape(const lp_infer *infer) {
  const lp_conv_param *p = infer->param;
  bool known;
  LP_TRY(lp_conv_param_shape(infer, &known));
  lp_shape shape = infer->in[0];
  shape.dim[0] = known ? infer->in[0].dim[1] : LP_DIM_UNKNOWN;
  shape.dim[1] = p->num_filter / p->num_group;
  for (int i = 0; i < p->dims; i++) {
    shape.dim[i + 2] = p->kernels[LP_CONV_DIMS - p->dims + i];
  }
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &shape));
  shape = infer->out[0];
  for (int i = 0; i < p->dims; i++) {
    LP_TRY(op_deconvolution_size(infer, LP_CONV_DIMS - p->dims + i, infer->in[0].dim[i + 2],
                                 &shape.dim[i + 2]));
  }
  return lp_infer_merge(infer, &infer->out[0], &shape);
}

static lp_conv_geometry op_deconvolution_geometry(const lp_conv_param *p, const lp_tensor *in,
                                                  const lp_tensor *out) {
  int64_t before[LP_CONV_DIMS];
  for (int d = 0; d < LP_CONV_DIMS; d++) {
    int place = d - (LP_CONV_DIMS - p->dims);
    before[d] = place < 0 ? 0 : op_deconvolution_before(p, d, in[0].shape.dim[place + 2]);
  }
  return lp_conv_param_geometry(p, &in[0].shape, &out[0].shape, before);
}

static lp_conv_geometry op_deconvolution_query(const lp_query *query) {
  return op_deconvolution_geometry(query->param, query->in, query->out);
}

static lp_conv_run op_deconvolution_call(const lp_call *call, const lp_conv_geometry *geometry) {
  const lp_conv_param *p = call->param;
  return (lp_conv_run){.geometry = geometry,
                       .x = call->in[0].data,
                       .w = call->packed != NULL ? call->packed : call->in[1].data,
                       .y = call->out[0].data,
                       .bias = p->no_bias ? NULL : call->in[2].data,
                       .epilogue = call->epilogue,
                       .scratch = call->scratch,
                       .threads = call->threads,
                       .isa = call->isa};
}

/* Products of an input pixel and a tap's filter, without the depth. */
static double op_deconvolution_products(const lp_conv_geometry *g) {
  return (double)g->batch * (double)g->filters * (double)lp_conv_taps(g) *
         (double)lp_conv_in_pixels(g);
}

/* Multiply-adds per nanosecond of a dense kernel. */
static double op_deconvolution_rate(lp_isa isa) {
  return isa == LP_ISA_AVX512 ? 45.0 : isa == LP_ISA_AVX2 ? 28.0 : 6.0;
}

/* ---- plain ---- */

static double op_deconvolution_plain_cost(const lp_query *query) {
  lp_conv_geometry g = op_deconvolution_query(query);
  double products = op_deconvolution_products(&g);
  double depth = (double)g.channels / (double)g.groups;
  if (!lp_query_no_epilogue(query)) {
    return LP_COST_REJECT;
  }
  if (lp_query_all(query, LP_FLOAT64)) {
    return 1000.0 + 4.0 * products * depth;
  }
  return lp_query_all(query, LP_FLOAT32)
             ? 1000.0 + products * (1.0 + 1.5 * depth / op_deconvolution_rate(query->isa))
             : LP_COST_REJECT;
}

static size_t op_deconvolution_plain_scratch(const lp_query *query) {
  lp_conv_geometry g = op_deconvolution_query(query);
  return lp_deconv_plain_scratch(&g, query->isa, query->threads, query->out[0].dtype);
}

static lp_status op_deconvolution_plain_run(const lp_call *call) {
  lp_conv_geometry g = op_deconvolution_geometry(call->param, call->in, call->out);
  lp_conv_run run = op_deconvolution_call(call, &g);
  lp_deconv_plain_run(&run, call->out[0].dtype);
  return LP_OK;
}

/* ---- blocked: two dimensions, packed weights ---- */

/* What the packed form depends on, besides the weight's shape. */
static int64_t op_deconvolution_variant(const lp_query *query) {
  const lp_conv_param *p = query->param;
  int64_t variant = p->num_group;
  for (int d = 1; d < LP_CONV_DIMS; d++) {
    variant = (variant * 64 + p->strides[d] % 64) * 64 + p->dilates[d] % 64;
  }
  return variant;
}

/* A geometry that has what packing looks at: the weight's shape and the attributes. */
static lp_conv_geometry op_deconvolution_weights(const lp_query *query) {
  const lp_conv_param *p = query->param;
  lp_conv_geometry g = {.channels = query->in[1].shape.dim[0],
                        .filters = p->num_filter,
                        .groups = p->num_group};
  for (int d = 0; d < LP_CONV_DIMS; d++) {
    g.kernel[d] = p->kernels[d];
    g.stride[d] = p->strides[d];
    g.dilate[d] = p->dilates[d];
  }
  return g;
}

static size_t op_deconvolution_packed_size(const lp_query *query) {
  lp_conv_geometry g = op_deconvolution_weights(query);
  return lp_deconv_blocked_size(&g, query->block) * sizeof(float);
}

static void op_deconvolution_pack(const lp_query *query, const float *plain, lp_threads *threads,
                                  void *packed) {
  lp_conv_geometry g = op_deconvolution_weights(query);
  lp_deconv_blocked_pack(&g, query->block, plain, threads, packed);
}

static void op_deconvolution_unpack(const lp_query *query, const void *packed, float *plain) {
  lp_conv_geometry g = op_deconvolution_weights(query);
  lp_deconv_blocked_unpack(&g, query->block, packed, plain);
}

static const lp_packing op_deconvolution_packing = {.name = "phases",
                                                    .input = 1,
                                                    .size = op_deconvolution_packed_size,
                                                    .variant = op_deconvolution_variant,
                                                    .pack = op_deconvolution_pack,
                                                    .unpack = op_deconvolution_unpack};

static double op_deconvolution_blocked_cost(const lp_query *query) {
  lp_conv_geometry g = op_deconvolution_query(query);
  double depth = (double)g.channels / (double)g.groups;
  double block = (double)query->block;
  double filters = (double)g.filters / (double)g.groups;
  double rate = op_deconvolution_rate(query->isa);
  /* The variant above tells strides and dilations below 64 apart. */
  for (int d = 0; d < LP_CONV_DIMS; d++) {
    if (g.stride[d] > 63 || g.dilate[d] > 63) {
      return LP_COST_REJECT;
    }
  }
  if (query->block < 2 || query->block != lp_linear_find(query->isa)->block ||
      (query->constant_inputs >> 1 & 1u) == 0 || !lp_query_all(query, LP_FLOAT32) ||
      !lp_query_no_epilogue(query) || !lp_deconv_blocked_accepts(&g, query->block) ||
      lp_deconv_blocked_scratch(&g, query->isa, query->threads) == SIZE_MAX) {
    return LP_COST_REJECT;
  }
  if (g.groups == g.channels && g.filters == g.channels) {
    return 1000.0 + op_deconvolution_products(&g) / (0.3 * rate) +
           0.2 * lp_query_elements(query);
  }
  double lanes = block * (double)(int64_t)((filters + block - 1) / block);
  return 1000.0 + op_deconvolution_products(&g) * depth * lanes / filters / rate +
         0.2 * lp_query_elements(query);
}

static size_t op_deconvolution_blocked_scratch(const lp_query *query) {
  lp_conv_geometry g = op_deconvolution_query(query);
  return lp_deconv_blocked_scratch(&g, query->isa, query->threads);
}

static lp_status op_deconvolution_blocked_run(const lp_call *call) {
  lp_conv_geometry g = op_deconvolution_geometry(call->param, call->in, call->out);
  lp_conv_run run = op_deconvolution_call(call, &g);
  lp_deconv_blocked_run(&run);
  return LP_OK;
}

static const lp_algorithm op_deconvolution_algorithms[] = {
    {.name = "blocked",
     .cost = op_deconvolution_blocked_cost,
     .blocked_inputs = 1,
     .blocked_output = true,
     .packing = &op_deconvolution_packing,
     .scratch = op_deconvolution_blocked_scratch,
     .run = op_deconvolution_blocked_run},
    {.name = "plain",
     .cost = op_deconvolution_plain_cost,
     .scratch = op_deconvolution_plain_scratch,
     .run = op_deconvolution_plain_run},
};

static const lp_op_family op_deconvolution_family = {
    .attrs = op_deconvolution_attrs,
    .num_attrs = (int)LP_COUNT(op_deconvolution_attrs),
    .param_size = sizeof(lp_conv_param),
    .check = op_deconvolution_check,
    .inputs = "data weight bias",
    .count_inputs = lp_conv_param_inputs,
    .weight_inputs = 6,
    .shape = op_deconvolution_shape,
    .multiply_adds = LP_WITH_REPORTS ? lp_infer_adds_per_input : NULL,
    .algorithms = op_deconvolution_algorithms,
    .num_algorithms = (int)LP_COUNT(op_deconvolution_algorithms),
};
LP_DATA const lp_op lp_op_Deconvolution = {
    .name = "Deconvolution",
    .aliases = "_npx_deconvolution",
    .family = &op_deconvolution_family,
};
