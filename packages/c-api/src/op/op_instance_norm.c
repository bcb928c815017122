/*
 * op_instance_norm.c - InstanceNorm: for each image and channel
 * y = gamma[c] (x - mean) / sqrt(variance + eps) + beta[c], the biased variance.
 *
 * Attribute: eps = 1e-3. Hidden outputs mean and var, (N, C). float32 alone, as
 * in MXNet. Style transfer.
 */
#include <math.h>

#include "../kernel/normalize.h"
#include "op_table.h"

typedef struct op_instance_norm_param {
  double eps;
} op_instance_norm_param;

static const lp_attr op_instance_norm_attrs[] = {
    {"eps", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_instance_norm_param, eps), "1e-3", NULL},
};

static lp_status op_instance_norm_shape(const lp_infer *infer) {
  LP_TRY(lp_infer_first_shape(infer));
  lp_shape data = infer->in[0];
  if (data.ndim < 0) {
    return LP_OK;
  }
  if (data.ndim < 3) {
    lp_shape_text text;
    return lp_infer_fail(infer, "data must have at least 3 dimensions, not %s",
                         lp_shape_print(&data, &text));
  }
  lp_shape channels = lp_shape_1(data.dim[1]);
  for (int i = 1; i < 3; i++) {
    LP_TRY(lp_infer_merge(infer, &infer->in[i], &channels));
    channels = infer->in[i];
  }
  data.dim[1] = channels.dim[0];
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &data));
  data.ndim = 2;
  for (int i = 1; i < infer->num_outputs; i++) {
    LP_TRY(lp_infer_merge(infer, &infer->out[i], &data));
  }
  return LP_OK;
}

static double op_instance_norm_cost(const lp_query *query) {
  if (!lp_query_no_epilogue(query) || !lp_query_all(query, LP_FLOAT32) ||
      lp_shape_product(&query->in[0].shape, 2, query->in[0].shape.ndim) == 0) {
    return LP_COST_REJECT;
  }
  return lp_query_elements(query) * 0.3;
}

static double op_instance_norm_cost_blocked(const lp_query *query) {
  return query->block > 1 ? op_instance_norm_cost(query) : LP_COST_REJECT;
}

/* One channel of one image, or one block of channels. */
static void op_instance_norm_chunk(void *context, int64_t index, unsigned worker) {
  const lp_call *call = context;
  const op_instance_norm_param *param = call->param;
  const lp_shape *shape = &call->in[0].shape;
  const int block = call->in[0].block;
  const int64_t channels = shape->dim[1];
  const int64_t blocks = (channels + block - 1) / block;
  const int64_t pixels = lp_shape_product(shape, 2, shape->ndim);
  const float *x = (const float *)call->in[0].data + index * pixels * block;
  float *y = (float *)call->out[0].data + index * pixels * block;
  const int64_t first = index % blocks * block;
  float mean[LP_MAX_BLOCK];
  float variance[LP_MAX_BLOCK];
  float scale[LP_MAX_BLOCK] = {0.0f};
  float shift[LP_MAX_BLOCK] = {0.0f};
  (void)worker;
  if (block > 1) {
    lp_normalize_moments_blocked(x, pixels, mean, variance, call->isa);
  } else {
    lp_normalize_moments(x, pixels, mean, variance, call->isa);
  }
  for (int k = 0; k < block && first + k < channels; k++) {
    const int64_t row = index / blocks * channels + first + k;
    scale[k] = ((const float *)call->in[1].data)[first + k] /
               sqrtf(variance[k] + (float)param->eps);
    shift[k] = ((const float *)call->in[2].data)[first + k];
    if (call->out[1].data != NULL) {
      ((float *)call->out[1].data)[row] = mean[k];
    }
    if (call->out[2].data != NULL) {
      ((float *)call->out[2].data)[row] = variance[k];
    }
  }
  if (block > 1) {
    lp_normalize_pixels(x, y, pixels, block, mean, scale, shift, false, call->isa);
  } else {
    lp_normalize_run(x, y, pixels, mean[0], scale[0], shift[0], false, call->isa);
  }
}

static lp_status op_instance_norm_run(const lp_call *call) {
  const lp_shape *shape = &call->in[0].shape;
  const int block = call->in[0].block;
  const int64_t chunks = shape->dim[0] * ((shape->dim[1] + block - 1) / block);
  lp_call copy = *call;
  if (lp_shape_size(shape) > 500000) {
    lp_threads_run(call->threads, chunks, op_instance_norm_chunk, &copy);
  } else {
    for (int64_t i = 0; i < chunks; i++) {
      op_instance_norm_chunk(&copy, i, 0);
    }
  }
  return LP_OK;
}

static const lp_algorithm op_instance_norm_algorithms[] = {
    {.name = "blocked",
     .cost = op_instance_norm_cost_blocked,
     .blocked_inputs = 1,
     .blocked_output = true,
     .run = op_instance_norm_run},
    {.name = "plain", .cost = op_instance_norm_cost, .run = op_instance_norm_run},
};

static const lp_op_family op_instancenorm_family = {
    .attrs = op_instance_norm_attrs,
    .num_attrs = (int)LP_COUNT(op_instance_norm_attrs),
    .param_size = sizeof(op_instance_norm_param),
    .inputs = "data gamma beta",
    .outputs = "output mean var",
    .weight_inputs = 6,
    .shape = op_instance_norm_shape,
    .algorithms = op_instance_norm_algorithms,
    .num_algorithms = (int)LP_COUNT(op_instance_norm_algorithms),
};
LP_DATA const lp_op lp_op_InstanceNorm = {
    .name = "InstanceNorm",
    .family = &op_instancenorm_family,
};
