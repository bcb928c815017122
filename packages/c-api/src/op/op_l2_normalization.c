/*
 * op_l2_normalization.c - L2Normalization: y = x / sqrt(sum x^2 + eps).
 *
 * mode instance: the sum goes over all axes but the first; channel: over axis 1;
 * spatial: over the axes behind 1. Attributes: eps = 1e-10, mode = instance.
 * Hidden output norm: the divisors. SSD (channel), face embeddings (instance);
 * graphs before November 2016 have no mode.
 */
#include <math.h>

#include "../kernel/normalize.h"
#include "op_table.h"

enum { OP_L2_NORMALIZATION_INSTANCE, OP_L2_NORMALIZATION_CHANNEL, OP_L2_NORMALIZATION_SPATIAL };

typedef struct op_l2_normalization_param {
  double eps;
  int mode;
} op_l2_normalization_param;

static const lp_attr op_l2_normalization_attrs[] = {
    {"eps", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_l2_normalization_param, eps), "1e-10", NULL},
    {"mode", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_l2_normalization_param, mode), "instance",
     "instance|channel|spatial"},
};

static lp_status op_l2_normalization_shape(const lp_infer *infer) {
  const op_l2_normalization_param *param = infer->param;
  LP_TRY(lp_infer_first_shape(infer));
  const lp_shape *data = &infer->in[0];
  if (data->ndim < 0) {
    return LP_OK;
  }
  int least = param->mode == OP_L2_NORMALIZATION_INSTANCE ? 1 : 3;
  if (data->ndim < least) {
    lp_shape_text text;
    return lp_infer_fail(infer, "data must have at least %d dimensions in this mode, not %s",
                         least, lp_shape_print(data, &text));
  }
  lp_shape norm = *data;
  if (param->mode == OP_L2_NORMALIZATION_CHANNEL) {
    norm.dim[1] = 1;
  } else {
    norm.ndim = param->mode == OP_L2_NORMALIZATION_INSTANCE ? 1 : 2;
  }
  return lp_infer_merge(infer, &infer->out[1], &norm);
}

static double op_l2_normalization_cost(const lp_query *query) {
  lp_dtype dtype = query->in[0].dtype;
  if (!lp_query_no_epilogue(query) || !lp_query_all(query, dtype) ||
      (dtype != LP_FLOAT32 && dtype != LP_FLOAT64)) {
    return LP_COST_REJECT;
  }
  return lp_query_elements(query) * (dtype == LP_FLOAT64 ? 2 : 0.3);
}

/* (outer, axis, inner): one sum for each outer and inner. */
typedef struct op_l2_normalization_work {
  const lp_call *call;
  int64_t axis;
  int64_t inner;
  float eps;
} op_l2_normalization_work;

static void op_l2_normalization_chunk(void *context, int64_t outer, unsigned worker) {
  const op_l2_normalization_work *work = context;
  const lp_call *call = work->call;
  const int64_t at = outer * work->axis * work->inner;
  const float *x = (const float *)call->in[0].data + at;
  float *y = (float *)call->out[0].data + at;
  float *norms = call->out[1].data != NULL ? (float *)call->out[1].data + outer * work->inner : NULL;
  (void)worker;
  if (work->inner != 1) {
    lp_normalize_columns(x, y, work->inner, work->axis, work->inner, work->eps, norms, call->isa);
    return;
  }
  float norm = sqrtf(lp_normalize_squares(x, work->axis, call->isa) + work->eps);
  lp_normalize_run(x, y, work->axis, 0, 1 / norm, 0, false, call->isa);
  if (norms != NULL) {
    *norms = norm;
  }
}

static void op_l2_normalization_doubles(const lp_call *call, int64_t outer, int64_t axis,
                                        int64_t inner, double eps) {
  const double *x = call->in[0].data;
  double *y = call->out[0].data;
  double *norms = call->out[1].data;
  for (int64_t o = 0; o < outer * inner; o++) {
    const int64_t at = o / inner * axis * inner + o % inner;
    double sum = eps;
    for (int64_t i = 0; i < axis; i++) {
      sum += x[at + i * inner] * x[at + i * inner];
    }
    for (int64_t i = 0; i < axis; i++) {
      y[at + i * inner] = x[at + i * inner] / sqrt(sum);
    }
    if (norms != NULL) {
      norms[o] = sqrt(sum);
    }
  }
}

static lp_status op_l2_normalization_run(const lp_call *call) {
  const op_l2_normalization_param *param = call->param;
  const lp_shape *shape = &call->in[0].shape;
  const int first = param->mode == OP_L2_NORMALIZATION_SPATIAL ? 2 : 1;
  const int last = param->mode == OP_L2_NORMALIZATION_CHANNEL ? 2 : shape->ndim;
  const int64_t outer = lp_shape_product(shape, 0, first);
  op_l2_normalization_work work = {call, lp_shape_product(shape, first, last),
                                   lp_shape_product(shape, last, shape->ndim), (float)param->eps};
  if (call->in[0].dtype == LP_FLOAT64) {
    op_l2_normalization_doubles(call, outer, work.axis, work.inner, param->eps);
  } else if (work.axis * work.inner > 20000) {
    lp_threads_run(call->threads, outer, op_l2_normalization_chunk, &work);
  } else {
    for (int64_t i = 0; i < outer; i++) {
      op_l2_normalization_chunk(&work, i, 0);
    }
  }
  return LP_OK;
}

static const lp_algorithm op_l2_normalization_algorithms[] = {
    {.name = "plain",
     .cost = op_l2_normalization_cost,
     .inplace = true,
     .run = op_l2_normalization_run},
};

static const lp_op_family op_l2normalization_family = {
    .attrs = op_l2_normalization_attrs,
    .num_attrs = (int)LP_COUNT(op_l2_normalization_attrs),
    .param_size = sizeof(op_l2_normalization_param),
    .inputs = "data",
    .outputs = "output norm",
    .shape = op_l2_normalization_shape,
    .algorithms = op_l2_normalization_algorithms,
    .num_algorithms = (int)LP_COUNT(op_l2_normalization_algorithms),
};
LP_DATA const lp_op lp_op_L2Normalization = {
    .name = "L2Normalization",
    .family = &op_l2normalization_family,
};
