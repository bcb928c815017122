/*
 * op_batch_norm.c - BatchNorm with moving statistics, under all its names.
 *
 * y = (x - moving_mean[c]) g / sqrt(moving_var[c] + eps) + beta[c], where g is
 * gamma[c], or 1 with fix_gamma (the default!). _contrib_BatchNormWithReLU
 * then takes max(y, 0). CuDNNBatchNorm calls its last input moving_inv_var and
 * means the variance all the same.
 *
 * Attributes: eps = 1e-3, fix_gamma = True, axis = 1 (BatchNorm_v1: always 1),
 * output_mean_var = False (shows the hidden outputs mean and var; the latter is
 * 1 / sqrt(variance + eps), but the variance itself of BatchNorm_v1). momentum, use_global_stats and others change nothing here.
 * Of all ages; the 2015 graphs without fix_gamma mean False (the loader says so).
 */
#include "../kernel/layout.h"
#include "../kernel/normalize.h"
#include "op_chain.h"
#include "op_table.h"

#include <math.h>

enum { OP_BATCH_NORM_LINEAR, OP_BATCH_NORM_RELU, OP_BATCH_NORM_V1 };
enum {
  OP_BATCH_NORM_DATA,
  OP_BATCH_NORM_GAMMA,
  OP_BATCH_NORM_BETA,
  OP_BATCH_NORM_MEAN,
  OP_BATCH_NORM_VARIANCE
};

typedef struct op_batch_norm_param {
  double eps;
  int fix_gamma;
  int output_mean_var;
  int64_t axis;
} op_batch_norm_param;

#define OP_BATCH_NORM_COMMON                                                                  \
  {"eps", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_batch_norm_param, eps), "1e-3", NULL},              \
      {"fix_gamma", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_batch_norm_param, fix_gamma), "True",      \
       NULL},                                                                                 \
      {"output_mean_var", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_batch_norm_param, output_mean_var),  \
       "False", NULL},                                                                        \
      {"momentum", LP_ATTR_IGNORED, 0, 0, NULL, NULL},                                        \
      {"use_global_stats", LP_ATTR_IGNORED, 0, 0, NULL, NULL},                                \
      {"cudnn_off", LP_ATTR_IGNORED, 0, 0, NULL, NULL},                                       \
      {"min_calib_range", LP_ATTR_IGNORED, 0, 0, NULL, NULL},                                 \
      {"max_calib_range", LP_ATTR_IGNORED, 0, 0, NULL, NULL},                                 \
      {"ndev", LP_ATTR_IGNORED, 0, 0, NULL, NULL}, {                                          \
    "key", LP_ATTR_IGNORED, 0, 0, NULL, NULL                                                  \
  }

static const lp_attr op_batch_norm_attrs[] = {
    {"axis", LP_ATTR_INT, 0, LP_ATTR_OF(op_batch_norm_param, axis), "1", NULL},
    OP_BATCH_NORM_COMMON,
};
/* Without axis, which stays 0 when parsed; op_batch_norm_check_v1 makes it 1. */
static const lp_attr op_batch_norm_v1_attrs[] = {OP_BATCH_NORM_COMMON};
#undef OP_BATCH_NORM_COMMON

static lp_status op_batch_norm_check_v1(void *param) {
  ((op_batch_norm_param *)param)->axis = 1;
  return LP_OK;
}

static int op_batch_norm_visible(const void *param) {
  return ((const op_batch_norm_param *)param)->output_mean_var ? 3 : 1;
}

/* The axis in data of known ndim, or -1. */
static int op_batch_norm_axis(const op_batch_norm_param *param, int ndim) {
  int64_t axis = param->axis < 0 ? param->axis + ndim : param->axis;
  return axis >= 0 && axis < ndim ? (int)axis : -1;
}

static lp_status op_batch_norm_shape(const lp_infer *infer) {
  const op_batch_norm_param *param = infer->param;
  LP_TRY(lp_infer_first_shape(infer));
  lp_shape data = infer->in[0];
  if (data.ndim < 0) {
    return LP_OK;
  }
  int axis = op_batch_norm_axis(param, data.ndim);
  if (axis < 0) {
    lp_shape_text text;
    return lp_infer_fail(infer, "Channel axis out of range: %lld for data of shape %s",
                         (long long)param->axis, lp_shape_print(&data, &text));
  }
  lp_shape channels = lp_shape_1(data.dim[axis]);
  for (int i = OP_BATCH_NORM_GAMMA; i <= OP_BATCH_NORM_VARIANCE; i++) {
    LP_TRY(lp_infer_merge(infer, &infer->in[i], &channels));
    channels = infer->in[i];
  }
  data.dim[axis] = channels.dim[0];
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &data));
  for (int i = 1; i < infer->num_outputs; i++) {
    LP_TRY(lp_infer_merge(infer, &infer->out[i], &channels));
  }
  return LP_OK;
}

/* Half-precision data have float32 parameters. */
static lp_status op_batch_norm_dtype(const lp_infer *infer) {
  LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[0], infer->out_dtype[0]));
  LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0], infer->in_dtype[0]));
  lp_dtype data = infer->in_dtype[0];
  lp_dtype parameters = lp_dtype_is(data, LP_FLOAT16) ? LP_FLOAT32 : data;
  for (int i = OP_BATCH_NORM_GAMMA; i <= OP_BATCH_NORM_VARIANCE; i++) {
    LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[i], parameters));
  }
  for (int i = 1; i < infer->num_outputs; i++) {
    LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[i], parameters));
  }
  return LP_OK;
}

static double op_batch_norm_cost(const lp_query *query) {
  if (!lp_query_no_epilogue(query) ||
      (!lp_query_all(query, LP_FLOAT32) && !lp_query_doubles(query))) {
    return LP_COST_REJECT;
  }
  return lp_query_elements(query) * (lp_dtype_is(query->in[0].dtype, LP_FLOAT64) ? 1 : 0.12);
}

static double op_batch_norm_cost_blocked(const lp_query *query) {
  int ndim = query->in[0].shape.ndim;
  if (query->block < 2 || ndim < 3 || query->in[0].dtype != LP_FLOAT32 ||
      op_batch_norm_axis(query->param, ndim) != 1) {
    return LP_COST_REJECT;
  }
  return op_batch_norm_cost(query) * 0.9;
}

/* Channels in whole blocks: the scratch arrays' size. */
static size_t op_batch_norm_padded(int64_t channels) {
  return ((size_t)channels + LP_MAX_BLOCK - 1) / LP_MAX_BLOCK * LP_MAX_BLOCK;
}

static size_t op_batch_norm_scratch(const lp_query *query) {
  const lp_shape *shape = &query->in[0].shape;
  int64_t channels = shape->dim[op_batch_norm_axis(query->param, shape->ndim)];
  size_t bytes;
  if (!lp_size_multiply(op_batch_norm_padded(channels), 3 * sizeof(double), &bytes)) {
    return SIZE_MAX;
  }
  return bytes;
}

/* Element i of a float32 or float64 array. */
static double op_batch_norm_get(const lp_tensor *tensor, int64_t i) {
  return lp_dtype_is(tensor->dtype, LP_FLOAT64) ? ((const double *)tensor->data)[i]
                                     : (double)((const float *)tensor->data)[i];
}

static void op_batch_norm_set(const lp_tensor *tensor, int64_t i, double value) {
  if (tensor->data == NULL) {
    return;
  }
  if (lp_dtype_is(tensor->dtype, LP_FLOAT64)) {
    ((double *)tensor->data)[i] = value;
  } else {
    ((float *)tensor->data)[i] = (float)value;
  }
}

typedef struct op_batch_norm_work {
  const lp_call *call;
  int64_t channels;
  int64_t runs;   /* of one channel, or pixels if `by_pixel` */
  int64_t length; /* elements of a run */
  int64_t chunk;  /* runs */
  bool by_pixel;
  const float *mean; /* float32 */
  const float *scale;
  const float *shift;
} op_batch_norm_work;

static void op_batch_norm_chunk(void *context, int64_t index, unsigned worker) {
  const op_batch_norm_work *work = context;
  const lp_call *call = work->call;
  const bool relu = call->op->kind == OP_BATCH_NORM_RELU;
  const int block = call->in[0].block;
  int64_t from = index * work->chunk;
  int64_t to = from + work->chunk < work->runs ? from + work->chunk : work->runs;
  (void)worker;
  const float *x = (const float *)call->in[0].data + from * work->length;
  float *y = (float *)call->out[0].data + from * work->length;
  if (work->by_pixel) {
    lp_normalize_pixels(x, y, to - from, work->length, work->mean, work->scale, work->shift, relu,
                        call->isa);
    return;
  }
  for (int64_t run = from; run < to; run++, x += work->length, y += work->length) {
    if (block > 1) {
      int64_t c = run % ((work->channels + block - 1) / block) * block;
      lp_normalize_pixels(x, y, work->length / block, block, work->mean + c, work->scale + c,
                          work->shift + c, relu, call->isa);
    } else {
      int64_t c = run % work->channels;
      lp_normalize_run(x, y, work->length, work->mean[c], work->scale[c], work->shift[c], relu,
                       call->isa);
    }
  }
}

static void op_batch_norm_doubles(const lp_call *call, const double *mean, const double *scale,
                                  const double *shift, int64_t channels, int64_t inner) {
  const double *x = call->in[0].data;
  double *y = call->out[0].data;
  int64_t n = lp_shape_size(&call->in[0].shape);
  for (int64_t i = 0; i < n; i++) {
    int64_t c = i / inner % channels;
    double value = (x[i] - mean[c]) * scale[c] + shift[c];
    y[i] = call->op->kind == OP_BATCH_NORM_RELU && value < 0 ? 0 : value;
  }
}

static lp_status op_batch_norm_run(const lp_call *call) {
  const op_batch_norm_param *param = call->param;
  const lp_shape *shape = &call->in[0].shape;
  const int axis = op_batch_norm_axis(param, shape->ndim);
  const int64_t channels = shape->dim[axis];
  const int64_t inner = lp_shape_product(shape, axis + 1, shape->ndim);
  const int64_t padded = (int64_t)op_batch_norm_padded(channels);
  const bool v1 = call->op->kind == OP_BATCH_NORM_V1;
  double *wide = call->scratch;
  float *narrow = call->scratch;
  for (int64_t c = 0; c < channels; c++) {
    double mean = op_batch_norm_get(&call->in[OP_BATCH_NORM_MEAN], c);
    double variance = op_batch_norm_get(&call->in[OP_BATCH_NORM_VARIANCE], c);
    double inverse = 1 / sqrt(variance + param->eps);
    double scale = param->fix_gamma
                       ? inverse
                       : inverse * op_batch_norm_get(&call->in[OP_BATCH_NORM_GAMMA], c);
    double shift = op_batch_norm_get(&call->in[OP_BATCH_NORM_BETA], c);
    if (lp_dtype_is(call->in[0].dtype, LP_FLOAT64)) {
      wide[c] = mean;
      wide[padded + c] = scale;
      wide[2 * padded + c] = shift;
    } else {
      narrow[c] = (float)mean;
      narrow[padded + c] = (float)scale;
      narrow[2 * padded + c] = (float)shift;
    }
    op_batch_norm_set(&call->out[1], c, mean);
    op_batch_norm_set(&call->out[2], c, v1 ? variance : inverse);
  }
  if (lp_dtype_is(call->in[0].dtype, LP_FLOAT64)) {
    op_batch_norm_doubles(call, wide, wide + padded, wide + 2 * padded, channels, inner);
    return LP_OK;
  }
  for (int64_t c = channels; c < padded; c++) {
    narrow[c] = narrow[padded + c] = narrow[2 * padded + c] = 0;
  }
  op_batch_norm_work work = {.call = call,
                             .channels = channels,
                             .by_pixel = inner == 1 && call->in[0].block == 1,
                             .mean = narrow,
                             .scale = narrow + padded,
                             .shift = narrow + 2 * padded};
  const int64_t outer = lp_shape_product(shape, 0, axis);
  const int64_t block = call->in[0].block;
  work.length = work.by_pixel ? channels : inner * block;
  work.runs = work.by_pixel ? outer : outer * ((channels + block - 1) / block);
  work.chunk = 1 + 50000 / (work.length + 1); /* some ten microseconds */
  lp_threads_run(call->threads, (work.runs + work.chunk - 1) / work.chunk, op_batch_norm_chunk,
                 &work);
  return LP_OK;
}

static void op_batch_norm_fold(const void *parsed, double *epsilon, bool *fix_gamma,
                               int64_t *axis) {
  const op_batch_norm_param *param = parsed;
  *epsilon = param->eps;
  *fix_gamma = param->fix_gamma != 0;
  *axis = param->axis;
}

static int op_batch_norm_links(const lp_query *query, lp_link *links) {
  const op_batch_norm_param *param = query->param;
  if (op_batch_norm_axis(param, query->in[0].shape.ndim) != 1) {
    return 0;
  }
  links[0] = (lp_link){.kind = LP_LINK_NORMALIZE,
                       .fix_gamma = param->fix_gamma != 0,
                       .relu = query->op->kind == OP_BATCH_NORM_RELU,
                       .epsilon = param->eps,
                       .inputs = {OP_BATCH_NORM_GAMMA, OP_BATCH_NORM_BETA, OP_BATCH_NORM_MEAN,
                                  OP_BATCH_NORM_VARIANCE}};
  return 1;
}

static const lp_algorithm op_batch_norm_algorithms[] = {
    {.name = "blocked",
     .cost = op_batch_norm_cost_blocked,
     .blocked_inputs = 1,
     .blocked_output = true,
     .inplace = true,
     .scratch = op_batch_norm_scratch,
     .run = op_batch_norm_run},
    {.name = "plain",
     .cost = op_batch_norm_cost,
     .inplace = true,
     .scratch = op_batch_norm_scratch,
     .run = op_batch_norm_run},
};

#define OP_BATCH_NORM_REST                                               \
  .param_size = sizeof(op_batch_norm_param), .outputs = "output mean var", \
  .count_visible = op_batch_norm_visible, .aux_inputs = 0x18,            \
  .weight_inputs = 0x1e, .shape = op_batch_norm_shape,                   \
  .dtype = op_batch_norm_dtype, .links = LP_WITH_CHAINS ? op_batch_norm_links : NULL, \
  .algorithms = op_batch_norm_algorithms,                                \
  .num_algorithms = (int)LP_COUNT(op_batch_norm_algorithms)

static const lp_op_family op_batchnorm_family = {
    .attrs = op_batch_norm_attrs,
    .num_attrs = (int)LP_COUNT(op_batch_norm_attrs),
    .inputs = "data gamma beta moving_mean moving_var",
    .role = LP_ROLE_BATCH_NORM,
    .batch_norm = op_batch_norm_fold,
    OP_BATCH_NORM_REST,
};
LP_DATA const lp_op lp_op_BatchNorm = {
    .name = "BatchNorm",
    .aliases = "_npx_batch_norm",
    .family = &op_batchnorm_family,
};

static const lp_op_family op_batchnorm_v1_family = {
    .attrs = op_batch_norm_v1_attrs,
    .num_attrs = (int)LP_COUNT(op_batch_norm_v1_attrs),
    .check = op_batch_norm_check_v1,
    .inputs = "data gamma beta moving_mean moving_var",
    .role = LP_ROLE_BATCH_NORM,
    .batch_norm = op_batch_norm_fold,
    OP_BATCH_NORM_REST,
};
LP_DATA const lp_op lp_op_BatchNorm_v1 = {
    .name = "BatchNorm_v1",
    .kind = OP_BATCH_NORM_V1,
    .family = &op_batchnorm_v1_family,
};

LP_DATA const lp_op lp_op__contrib_SyncBatchNorm = {
    .name = "_contrib_SyncBatchNorm",
    .family = &op_batchnorm_v1_family,
};

static const lp_op_family op_cudnnbatchnorm_family = {
    .attrs = op_batch_norm_attrs,
    .num_attrs = (int)LP_COUNT(op_batch_norm_attrs),
    .inputs = "data gamma beta moving_mean moving_inv_var",
    .role = LP_ROLE_BATCH_NORM,
    .batch_norm = op_batch_norm_fold,
    OP_BATCH_NORM_REST,
};
LP_DATA const lp_op lp_op_CuDNNBatchNorm = {
    .name = "CuDNNBatchNorm",
    .family = &op_cudnnbatchnorm_family,
};

static const lp_op_family op_contrib_batchnormwithrelu_family = {
    .attrs = op_batch_norm_attrs,
    .num_attrs = (int)LP_COUNT(op_batch_norm_attrs),
    .inputs = "data gamma beta moving_mean moving_var",
    OP_BATCH_NORM_REST,
};
LP_DATA const lp_op lp_op__contrib_BatchNormWithReLU = {
    .name = "_contrib_BatchNormWithReLU",
    .kind = OP_BATCH_NORM_RELU,
    .family = &op_contrib_batchnormwithrelu_family,
};

#undef OP_BATCH_NORM_REST
