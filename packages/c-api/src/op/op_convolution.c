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
                       .threads = call->threads,
                       .isa = call->isa};
}

/* Multiply-adds per nanosecond of a dense kernel. */
static double op_convolution_rate(lp_isa isa) {
  return isa == LP_ISA_AVX512 ? 45.0 : isa == LP_ISA_AVX2 ? 28.0 : 6.0;
}

/* ---- plain: any layout of attributes, any real type ---- */

static double op_convolution_plain_cost(const lp_query *query) {
  lp_conv_geometry g = op_convolution_query(query);
  double filters = (double)g.filters / (double)g.groups;
  double columns = (double)g.batch * (double)g.channels * (double)lp_conv_taps(&g) *
                   (double)lp_conv_out_pixels(&g);
  if (lp_query_all(query, LP_FLOAT64)) {
    return lp_query_no_epilogue(query) ? 1000.0 + lp_conv_work(&g) : LP_COST_REJECT;
  }
  if (!lp_query_all(query, LP_FLOAT32)) {
    return LP_COST_REJECT;
  }
  /* Few rows leave the register block half empty. */
  double rate = op_convolution_rate(query->isa) * (filters >= 12 ? 0.7 : 0.1 + 0.05 * filters);
  return 1000.0 + lp_conv_work(&g) / rate + 0.15 * columns;
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

static const lp_algorithm op_convolution_algorithms[] = {
    {.name = "plain",
     .cost = op_convolution_plain_cost,
     .scratch = op_convolution_plain_scratch,
     .run = op_convolution_plain_run},
};

LP_DATA const lp_op lp_op_Convolution = {
    .name = "Convolution",
    .aliases = "Convolution_v1 _npx_convolution",
    .attrs = op_convolution_attrs,
    .num_attrs = (int)LP_COUNT(op_convolution_attrs),
    .param_size = sizeof(lp_conv_param),
    .check = lp_conv_param_check,
    .inputs = "data weight bias",
    .count_inputs = lp_conv_param_inputs,
    .weight_inputs = 6,
    .shape = op_convolution_shape,
    .algorithms = op_convolution_algorithms,
    .num_algorithms = (int)LP_COUNT(op_convolution_algorithms),
    .role = LP_ROLE_LINEAR,
};
