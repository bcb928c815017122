/*
 * op_convolution.c - Convolution: cross-correlation with zero padding.
 *
 * y[n,f,o] = bias[f] + sum over c of f's group and taps k of
 *            weight[f,c,k] * x[n, c, o * stride - pad + k * dilate]
 * Data (N, C, spatial...), 1 to 3 spatial dimensions; weight (num_filter, C /
 * num_group, kernel...); bias (num_filter); output size per dimension
 * floor((in + 2 pad - (dilate (kernel - 1) + 1)) / stride) + 1.
 *
 * Attributes: kernel (required), stride (1), dilate (1), pad (0), num_filter
 * (required), num_group (1), no_bias (False), layout (None: channels first);
 * workspace, cudnn_tune, cudnn_off change nothing.
 * Every convolutional network of every age; Convolution_v1 is the same since 0.9.
 */
#include "conv_param.h"
#include "op_table.h"

static const lp_attr op_convolution_attrs[] = {LP_CONV_ATTRS("False")};

/* Output size of one dimension, or -1 if it is not known. */
static lp_status op_convolution_size(const lp_infer *infer, int d, int64_t in, int64_t *out) {
  const lp_conv_param *p = infer->param;
  int64_t reach = lp_conv_param_reach(p, d);
  *out = LP_DIM_UNKNOWN;
  if (in < 0) {
    return LP_OK;
  }
  if (reach > in + 2 * p->pads[d]) {
    return lp_infer_fail(infer,
                         "kernel size exceed input: dilated kernel is %lld, padded input %lld "
                         "in spatial dimension %d",
                         (long long)reach, (long long)(in + 2 * p->pads[d]),
                         d - (LP_CONV_DIMS - p->dims));
  }
  *out = (in + 2 * p->pads[d] - reach) / p->strides[d] + 1;
  return LP_OK;
}

static lp_status op_convolution_shape(const lp_infer *infer) {
  const lp_conv_param *p = infer->param;
  bool known;
  LP_TRY(lp_conv_param_shape(infer, &known));
  lp_shape shape = infer->in[0];
  shape.dim[0] = p->num_filter;
  shape.dim[1] = known ? infer->in[0].dim[1] / p->num_group : LP_DIM_UNKNOWN;
  for (int i = 0; i < p->dims; i++) {
    shape.dim[i + 2] = p->kernels[LP_CONV_DIMS - p->dims + i];
  }
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &shape));
  shape = infer->out[0];
  for (int i = 0; i < p->dims; i++) {
    LP_TRY(op_convolution_size(infer, LP_CONV_DIMS - p->dims + i, infer->in[0].dim[i + 2],
                               &shape.dim[i + 2]));
  }
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &shape));
  /* Without stride the data's size follows from the output's. */
  shape = infer->in[0];
  for (int i = 0; i < p->dims; i++) {
    int d = LP_CONV_DIMS - p->dims + i;
    int64_t size = infer->out[0].dim[i + 2] + lp_conv_param_reach(p, d) - 1 - 2 * p->pads[d];
    if (p->strides[d] == 1 && infer->out[0].dim[i + 2] >= 0 && size >= 0) {
      shape.dim[i + 2] = size;
    }
  }
  return lp_infer_merge(infer, &infer->in[0], &shape);
}

static lp_conv_geometry op_convolution_geometry(const void *param, const lp_tensor *in,
                                                const lp_tensor *out) {
  const lp_conv_param *p = param;
  return lp_conv_param_geometry(p, &in[0].shape, &out[0].shape, p->pads);
}

static lp_conv_geometry op_convolution_query(const lp_query *query) {
  return op_convolution_geometry(query->param, query->in, query->out);
}

/* What a kernel driver needs of a call; packed weights where there are any. */
static lp_conv_run op_convolution_run(const lp_call *call, const lp_conv_geometry *geometry) {
  const lp_conv_param *p = call->param;
  bool bias = !p->no_bias && !call->epilogue->bias_in_shift;
  return (lp_conv_run){.geometry = geometry,
                       .x = call->in[0].data,
                       .w = call->packed != NULL ? call->packed : call->in[1].data,
                       .y = call->out[0].data,
                       .bias = bias ? call->in[2].data : NULL,
                       .added = call->epilogue->add ? call->in[call->num_inputs - 1].data : NULL,
                       .epilogue = call->epilogue,
                       .scratch = call->scratch,
                       .prepared = call->prepared,
                       .threads = call->threads,
                       .isa = call->isa};
}

/* ---- plain: any layout of attributes, any real type ---- */

static double op_convolution_plain_cost(const lp_query *query) {
  lp_conv_geometry g = op_convolution_query(query);
  if (lp_query_doubles(query)) {
    return lp_query_no_epilogue(query) ? 1000.0 + lp_conv_work(&g) : LP_COST_REJECT;
  }
  return lp_query_all(query, LP_FLOAT32) ? lp_conv_plain_cost(&g, query->isa) : LP_COST_REJECT;
}

static size_t op_convolution_plain_scratch(const lp_query *query) {
  lp_conv_geometry g = op_convolution_query(query);
  return lp_conv_columns_scratch(&g, query->isa, query->threads, query->out[0].dtype);
}

static lp_status op_convolution_plain_run(const lp_call *call) {
  lp_conv_geometry g = op_convolution_geometry(call->param, call->in, call->out);
  lp_conv_run run = op_convolution_run(call, &g);
  lp_conv_columns_run(&run, call->out[0].dtype);
  return LP_OK;
}

/* ---- blocked: two dimensions, packed weights ---- */

static lp_conv_weights op_convolution_weights(const lp_query *query) {
  const lp_shape *shape = &query->in[1].shape;
  return lp_conv_weights_of(shape->dim[0], shape->dim[1], lp_shape_product(shape, 2, shape->ndim),
                            ((const lp_conv_param *)query->param)->num_group);
}

static int64_t op_convolution_variant(const lp_query *query) {
  return ((const lp_conv_param *)query->param)->num_group;
}

static size_t op_convolution_packed_size(const lp_query *query) {
  lp_conv_weights weights = op_convolution_weights(query);
  return lp_conv_blocked_size(&weights, query->block) * sizeof(float);
}

static void op_convolution_pack(const lp_query *query, const float *plain, lp_threads *threads,
                                void *packed) {
  lp_conv_weights weights = op_convolution_weights(query);
  lp_conv_blocked_pack(&weights, query->block, plain, threads, packed);
}

static void op_convolution_unpack(const lp_query *query, const void *packed, float *plain) {
  lp_conv_weights weights = op_convolution_weights(query);
  lp_conv_blocked_unpack(&weights, query->block, packed, plain);
}

static const lp_packing op_convolution_packing = {.name = "blocked",
                                                  .input = 1,
                                                  .size = op_convolution_packed_size,
                                                  .variant = op_convolution_variant,
                                                  .pack = op_convolution_pack,
                                                  .unpack = op_convolution_unpack};

/* What every algorithm on packed weights asks first. */
static bool op_convolution_packs(const lp_query *query) {
  return query->block > 1 && query->block == lp_linear_find(query->isa)->block &&
         (query->constant_inputs >> 1 & 1u) != 0 && lp_query_all(query, LP_FLOAT32);
}

/* What is added may be the output's own memory, which sums of a part of the weights go through. */
static lp_conv_geometry op_convolution_live(lp_conv_geometry g, const lp_epilogue *epilogue,
                                            bool planar) {
  if (!planar && !epilogue->add) {
    lp_conv_blocked_live(&g);
  }
  return g;
}

static double op_convolution_block_cost(const lp_query *query, bool planar) {
  lp_conv_geometry g =
      op_convolution_live(op_convolution_query(query), query->epilogue, planar);
  if (!op_convolution_packs(query) || !lp_conv_blocked_accepts(&g, query->block, planar) ||
      lp_conv_blocked_scratch(&g, query->isa, query->threads, planar) == SIZE_MAX) {
    return LP_COST_REJECT;
  }
  return lp_conv_blocked_cost(&g, query->isa, planar);
}

static double op_convolution_blocked_cost(const lp_query *query) {
  return op_convolution_block_cost(query, false);
}

static double op_convolution_planar_cost(const lp_query *query) {
  return op_convolution_block_cost(query, true);
}

static size_t op_convolution_blocked_scratch(const lp_query *query) {
  lp_conv_geometry g = op_convolution_live(op_convolution_query(query), query->epilogue, false);
  return lp_conv_blocked_scratch(&g, query->isa, query->threads, false);
}

static size_t op_convolution_planar_scratch(const lp_query *query) {
  lp_conv_geometry g = op_convolution_query(query);
  return lp_conv_blocked_scratch(&g, query->isa, query->threads, true);
}

static size_t op_convolution_block_prepared(const lp_query *query) {
  (void)query;
  return lp_conv_blocked_prepared();
}

/* The geometry of a blocked call. */
static lp_conv_geometry op_convolution_blocked_geometry(const lp_call *call) {
  return op_convolution_live(op_convolution_geometry(call->param, call->in, call->out),
                             call->epilogue, false);
}

static void op_convolution_blocked_prepare(const lp_call *call, void *prepared) {
  lp_conv_geometry g = op_convolution_blocked_geometry(call);
  lp_conv_blocked_prepare(&g, call->isa, lp_threads_count(call->threads), false, prepared);
}

static void op_convolution_planar_prepare(const lp_call *call, void *prepared) {
  lp_conv_geometry g = op_convolution_geometry(call->param, call->in, call->out);
  lp_conv_blocked_prepare(&g, call->isa, lp_threads_count(call->threads), true, prepared);
}

static lp_status op_convolution_blocked_run(const lp_call *call) {
  lp_conv_geometry g = op_convolution_blocked_geometry(call);
  lp_conv_run run = op_convolution_run(call, &g);
  lp_conv_blocked_run(&run, false);
  return LP_OK;
}

static lp_status op_convolution_planar_run(const lp_call *call) {
  lp_conv_geometry g = op_convolution_geometry(call->param, call->in, call->out);
  lp_conv_run run = op_convolution_run(call, &g);
  lp_conv_blocked_run(&run, true);
  return LP_OK;
}

/* ---- depthwise: one filter per channel ---- */

static size_t op_convolution_depthwise_size(const lp_query *query) {
  lp_conv_weights weights = op_convolution_weights(query);
  return lp_conv_depthwise_size(&weights, query->block) * sizeof(float);
}

static void op_convolution_depthwise_pack(const lp_query *query, const float *plain,
                                          lp_threads *threads, void *packed) {
  (void)threads;
  lp_conv_weights weights = op_convolution_weights(query);
  lp_conv_depthwise_pack(&weights, query->block, plain, packed);
}

static void op_convolution_depthwise_unpack(const lp_query *query, const void *packed,
                                            float *plain) {
  lp_conv_weights weights = op_convolution_weights(query);
  lp_conv_depthwise_unpack(&weights, query->block, packed, plain);
}

static const lp_packing op_convolution_depthwise_packing = {
    .name = "depthwise",
    .input = 1,
    .size = op_convolution_depthwise_size,
    .variant = op_convolution_variant,
    .pack = op_convolution_depthwise_pack,
    .unpack = op_convolution_depthwise_unpack};

static double op_convolution_depthwise_cost(const lp_query *query) {
  lp_conv_geometry g = op_convolution_query(query);
  if (!op_convolution_packs(query) || !lp_conv_depthwise_accepts(&g, query->block)) {
    return LP_COST_REJECT;
  }
  return lp_conv_depthwise_cost(&g, query->isa);
}

static size_t op_convolution_depthwise_scratch(const lp_query *query) {
  lp_conv_geometry g = op_convolution_query(query);
  return lp_conv_depthwise_scratch(&g);
}

static lp_status op_convolution_depthwise_run(const lp_call *call) {
  lp_conv_geometry g = op_convolution_geometry(call->param, call->in, call->out);
  lp_conv_run run = op_convolution_run(call, &g);
  lp_conv_depthwise_run(&run);
  return LP_OK;
}

/* ---- Winograd ---- */

static double op_convolution_winograd_cost(const lp_query *query, lp_winograd_form form) {
  lp_conv_geometry g = op_convolution_query(query);
  if (query->lean || !op_convolution_packs(query) ||
      !lp_conv_winograd_accepts(&g, query->block, form) ||
      lp_conv_winograd_scratch(&g, query->isa, query->threads, form) == SIZE_MAX) {
    return LP_COST_REJECT;
  }
  return lp_conv_winograd_cost(&g, query->isa, form);
}

static size_t op_convolution_winograd_size(const lp_query *query, lp_winograd_form form) {
  lp_conv_weights weights = op_convolution_weights(query);
  return lp_conv_winograd_size(&weights, query->block, form) * sizeof(float);
}

static void op_convolution_winograd_pack(const lp_query *query, lp_winograd_form form,
                                         const float *plain, lp_threads *threads, void *packed) {
  lp_conv_weights weights = op_convolution_weights(query);
  lp_conv_winograd_pack(&weights, query->block, form, plain, threads, packed);
}

static size_t op_convolution_winograd_scratch(const lp_query *query, lp_winograd_form form) {
  lp_conv_geometry g = op_convolution_query(query);
  return lp_conv_winograd_scratch(&g, query->isa, query->threads, form);
}

static lp_status op_convolution_winograd_run(const lp_call *call, lp_winograd_form form) {
  lp_conv_geometry g = op_convolution_geometry(call->param, call->in, call->out);
  lp_conv_run run = op_convolution_run(call, &g);
  lp_conv_winograd_run(&run, form);
  return LP_OK;
}

/* The functions of one form, which differ by a constant. */
#define OP_CONVOLUTION_WINOGRAD(id, form)                                                    \
  static double op_convolution_##id##_cost(const lp_query *query) {                          \
    return op_convolution_winograd_cost(query, form);                                        \
  }                                                                                          \
  static size_t op_convolution_##id##_size(const lp_query *query) {                          \
    return op_convolution_winograd_size(query, form);                                        \
  }                                                                                          \
  static void op_convolution_##id##_pack(const lp_query *query, const float *plain,          \
                                         lp_threads *threads, void *packed) {                \
    op_convolution_winograd_pack(query, form, plain, threads, packed);                       \
  }                                                                                          \
  static size_t op_convolution_##id##_scratch(const lp_query *query) {                       \
    return op_convolution_winograd_scratch(query, form);                                     \
  }                                                                                          \
  static lp_status op_convolution_##id##_run(const lp_call *call) {                          \
    return op_convolution_winograd_run(call, form);                                          \
  }                                                                                          \
  static const lp_packing op_convolution_##id##_packing = {                                  \
      .name = #id,                                                                           \
      .input = 1,                                                                            \
      .size = op_convolution_##id##_size,                                                    \
      .pack = op_convolution_##id##_pack};
OP_CONVOLUTION_WINOGRAD(f2x3, LP_WINOGRAD_2_3)
OP_CONVOLUTION_WINOGRAD(f3x3, LP_WINOGRAD_3_3)
OP_CONVOLUTION_WINOGRAD(f4x3, LP_WINOGRAD_4_3)
OP_CONVOLUTION_WINOGRAD(f2x5, LP_WINOGRAD_2_5)
OP_CONVOLUTION_WINOGRAD(line_f4x3, LP_WINOGRAD_LINE_4_3)
OP_CONVOLUTION_WINOGRAD(line_f4x7, LP_WINOGRAD_LINE_4_7)
#undef OP_CONVOLUTION_WINOGRAD

/* ---- depthwise and 1x1 behind it ---- */

static size_t op_convolution_joined_scratch(const lp_query *before, const lp_query *query) {
  lp_conv_geometry first = op_convolution_query(before);
  lp_conv_geometry g = op_convolution_query(query);
  /* What is added to the first would have to be cut into bands, too. */
  return before->epilogue->add ? 0
                               : lp_conv_joined_scratch(&first, &g, query->isa, query->threads);
}

static lp_status op_convolution_joined_run(const lp_call *call) {
  lp_conv_geometry first = op_convolution_geometry(call->before->param, call->before->in,
                                                   call->before->out);
  lp_conv_geometry g = op_convolution_geometry(call->param, call->in, call->out);
  lp_conv_run before = op_convolution_run(call->before, &first);
  lp_conv_run run = op_convolution_run(call, &g);
  lp_conv_joined_run(&before, &run);
  return LP_OK;
}

static const lp_algorithm op_convolution_joined = {.name = "depthwise+blocked",
                                                   .run = op_convolution_joined_run};
static const lp_join op_convolution_join = {.before = "depthwise",
                                            .scratch = op_convolution_joined_scratch,
                                            .joined = &op_convolution_joined};

#define OP_CONVOLUTION_WINOGRAD(id)                      \
  {.name = "winograd-" #id,                              \
   .cost = op_convolution_##id##_cost,                   \
   .blocked_inputs = 1,                                  \
   .blocked_output = true,                               \
   .packing = &op_convolution_##id##_packing,            \
   .scratch = op_convolution_##id##_scratch,             \
   .run = op_convolution_##id##_run}
static const lp_algorithm op_convolution_algorithms[] = {
#if LP_WITH_FAST
    OP_CONVOLUTION_WINOGRAD(f2x3),
    OP_CONVOLUTION_WINOGRAD(f3x3),
    OP_CONVOLUTION_WINOGRAD(f4x3),
    OP_CONVOLUTION_WINOGRAD(f2x5),
    OP_CONVOLUTION_WINOGRAD(line_f4x3),
    OP_CONVOLUTION_WINOGRAD(line_f4x7),
    {.name = "depthwise",
     .cost = op_convolution_depthwise_cost,
     .blocked_inputs = 1,
     .blocked_output = true,
     .packing = &op_convolution_depthwise_packing,
     .scratch = op_convolution_depthwise_scratch,
     .run = op_convolution_depthwise_run},
    {.name = "blocked",
     .cost = op_convolution_blocked_cost,
     .blocked_inputs = 1,
     .blocked_output = true,
     .packing = &op_convolution_packing,
     .join = &op_convolution_join,
     .scratch = op_convolution_blocked_scratch,
     .prepared = op_convolution_block_prepared,
     .prepare = op_convolution_blocked_prepare,
     .run = op_convolution_blocked_run},
    {.name = "planar", /* plain input, blocked output: first layers */
     .cost = op_convolution_planar_cost,
     .blocked_output = true,
     .packing = &op_convolution_packing,
     .scratch = op_convolution_planar_scratch,
     .prepared = op_convolution_block_prepared,
     .prepare = op_convolution_planar_prepare,
     .run = op_convolution_planar_run},
#endif
    {.name = "plain",
     .cost = op_convolution_plain_cost,
     .scratch = op_convolution_plain_scratch,
     .run = op_convolution_plain_run},
};
#undef OP_CONVOLUTION_WINOGRAD

static const lp_op_family op_convolution_family = {
    .attrs = op_convolution_attrs,
    .num_attrs = (int)LP_COUNT(op_convolution_attrs),
    .param_size = sizeof(lp_conv_param),
    .check = lp_conv_param_check,
    .inputs = "data weight bias",
    .count_inputs = lp_conv_param_inputs,
    .weight_inputs = 6,
    .shape = op_convolution_shape,
    .multiply_adds = LP_WITH_REPORTS ? lp_infer_adds_per_output : NULL,
    .algorithms = op_convolution_algorithms,
    .num_algorithms = (int)LP_COUNT(op_convolution_algorithms),
    .role = LP_ROLE_LINEAR,
};
LP_DATA const lp_op lp_op_Convolution = {
    .name = "Convolution",
    .aliases = "Convolution_v1 _npx_convolution",
    .family = &op_convolution_family,
};
