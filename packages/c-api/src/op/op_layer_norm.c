/*
 * op_layer_norm.c - y = gamma (x - mean) / sqrt(variance + eps) + beta, the biased variance.
 *
 * LayerNorm: mean and variance along one axis; gamma and beta of its size.
 * GroupNorm: of each image's channels, group by group, with all pixels; one gamma and beta for a group.
 *
 * Attributes: axis = -1 (LayerNorm), num_groups = 1 (GroupNorm), eps = 1e-5, output_mean_var (False:
 * outputs mean and std, sqrt(variance + eps), are hidden): data's shape with the axis 1; (N, groups).
 * float32, float64, float16. Transformers, since 1.3; GroupNorm since 1.6.
 */
#include <math.h>

#include "../kernel/normalize.h"
#include "movement.h"
#include "op_table.h"

#define OP_LAYER_NORM_CHUNK 32768 /* elements: some ten microseconds */

enum { OP_LAYER_NORM_AXIS, OP_LAYER_NORM_GROUPS };

typedef struct op_layer_norm_param {
  int64_t axis; /* or the number of groups */
  double eps;
  int output_mean_var;
} op_layer_norm_param;

#define OP_LAYER_NORM_ATTRS(key, text)                                                       \
  {                                                                                          \
    {key, LP_ATTR_INT, 0, LP_ATTR_OF(op_layer_norm_param, axis), text, NULL},                \
        {"eps", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_layer_norm_param, eps), "1e-5", NULL},       \
        {"output_mean_var", LP_ATTR_BOOL, 0,                                                 \
         LP_ATTR_OF(op_layer_norm_param, output_mean_var), "False", NULL},                   \
  }
static const lp_attr op_layer_norm_attrs[] = OP_LAYER_NORM_ATTRS("axis", "-1");
static const lp_attr op_layer_norm_group_attrs[] = OP_LAYER_NORM_ATTRS("num_groups", "1");

static int op_layer_norm_visible(const void *param) {
  return ((const op_layer_norm_param *)param)->output_mean_var ? 3 : 1;
}

/* gamma and beta are vectors of `size`. */
static lp_status op_layer_norm_vectors(const lp_infer *infer, int64_t size) {
  const lp_shape vector = lp_shape_1(size);
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &vector));
  return lp_infer_merge(infer, &infer->in[2], &vector);
}

static lp_status op_layer_norm_moments(const lp_infer *infer, const lp_shape *shape) {
  LP_TRY(lp_infer_merge(infer, &infer->out[1], shape));
  return lp_infer_merge(infer, &infer->out[2], shape);
}

static lp_status op_layer_norm_shape(const lp_infer *infer) {
  int axis = 0;
  LP_TRY(lp_infer_first_shape(infer));
  lp_shape data = infer->in[0];
  if (data.ndim < 0) {
    return LP_OK;
  }
  LP_TRY(lp_movement_axis(infer, "axis", ((const op_layer_norm_param *)infer->param)->axis,
                          data.ndim, &axis));
  LP_TRY(op_layer_norm_vectors(infer, data.dim[axis]));
  data.dim[axis] = infer->in[1].dim[0];
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &data));
  data.dim[axis] = 1;
  return op_layer_norm_moments(infer, &data);
}

static lp_status op_layer_norm_group_shape(const lp_infer *infer) {
  const int64_t groups = ((const op_layer_norm_param *)infer->param)->axis;
  lp_shape_text text;
  LP_TRY(op_layer_norm_vectors(infer, groups));
  LP_TRY(lp_infer_first_shape(infer));
  const lp_shape *data = &infer->in[0];
  if (data->ndim < 0) {
    return LP_OK;
  }
  if (data->ndim < 3) {
    return lp_infer_fail(infer, "data must have at least 3 dimensions, not %s",
                         lp_shape_print(data, &text));
  }
  if (data->dim[1] >= 0 && data->dim[1] % groups != 0) {
    return lp_infer_fail(infer, "the channels of data %s do not make %lld groups",
                         lp_shape_print(data, &text), (long long)groups);
  }
  const lp_shape moments = lp_shape_2(data->dim[0], groups);
  return op_layer_norm_moments(infer, &moments);
}

static lp_status op_layer_norm_group_check(void *parsed) {
  const int64_t groups = ((const op_layer_norm_param *)parsed)->axis;
  return groups > 0 ? LP_OK
                    : lp_fail(LP_ERROR_ATTRIBUTE, "num_groups is %lld, expected 1 or more",
                              (long long)groups);
}

static double op_layer_norm_cost(const lp_query *query) {
  if (!lp_query_no_epilogue(query) ||
      (!lp_query_all(query, LP_FLOAT32) && !lp_query_doubles(query))) {
    return LP_COST_REJECT;
  }
  return 100.0 + lp_query_elements(query) * 0.3;
}

typedef struct op_layer_norm_work {
  const lp_call *call;
  bool group;
  int64_t rows, size, inner; /* rows of `size` elements, `inner` apart; rows that differ in what is further in are neighbours */
  int64_t vectors;           /* group: gammas */
  double eps;
  int64_t part; /* rows of a chunk */
} op_layer_norm_work;

/* Element i of input or output as a number. */
static double op_layer_norm_get(const lp_tensor *tensor, int64_t i) {
  return lp_dtype_is(tensor->dtype, LP_FLOAT64) ? ((const double *)tensor->data)[i]
                                                : (double)((const float *)tensor->data)[i];
}

static void op_layer_norm_set(const lp_tensor *tensor, int64_t i, double value) {
  if (tensor->data == NULL) {
    return; /* a hidden output that nobody reads */
  }
  if (lp_dtype_is(tensor->dtype, LP_FLOAT64)) {
    ((double *)tensor->data)[i] = value;
  } else {
    ((float *)tensor->data)[i] = (float)value;
  }
}

static void op_layer_norm_strided(const op_layer_norm_work *work, int64_t row) {
  const lp_tensor *in = work->call->in;
  const lp_tensor *out = work->call->out;
  const int64_t at = row / work->inner * work->size * work->inner + row % work->inner;
  double mean = 0;
  double variance = 0;
  for (int64_t i = 0; i < work->size; i++) {
    mean += op_layer_norm_get(&in[0], at + i * work->inner);
  }
  mean /= (double)work->size;
  for (int64_t i = 0; i < work->size; i++) {
    const double x = op_layer_norm_get(&in[0], at + i * work->inner) - mean;
    variance += x * x;
  }
  const double deviation = sqrt(variance / (double)work->size + work->eps);
  for (int64_t i = 0; i < work->size; i++) {
    const int64_t channel = work->group ? row % work->vectors : i;
    const double x = (op_layer_norm_get(&in[0], at + i * work->inner) - mean) / deviation;
    op_layer_norm_set(&out[0], at + i * work->inner,
                      x * op_layer_norm_get(&in[1], channel) + op_layer_norm_get(&in[2], channel));
  }
  op_layer_norm_set(&out[1], row, mean);
  op_layer_norm_set(&out[2], row, deviation);
}

/* float32, neighbours. */
static void op_layer_norm_row(const op_layer_norm_work *work, int64_t row) {
  const lp_tensor *out = work->call->out;
  const float *x = (const float *)work->call->in[0].data + row * work->size;
  const float *gamma = work->call->in[1].data;
  const float *beta = work->call->in[2].data;
  float *y = (float *)out[0].data + row * work->size;
  const lp_isa isa = work->call->isa;
  float mean;
  float variance;
  lp_normalize_moments(x, work->size, &mean, &variance, isa);
  const float deviation = (float)sqrt((double)variance + work->eps);
  if (work->group) {
    const int64_t g = row % work->vectors;
    lp_normalize_run(x, y, work->size, mean, gamma[g] / deviation, beta[g], false, isa);
  } else {
    lp_normalize_row(x, y, work->size, mean, 1.0f / deviation, gamma, beta, isa);
  }
  op_layer_norm_set(&out[1], row, (double)mean);
  op_layer_norm_set(&out[2], row, (double)deviation);
}

static void op_layer_norm_chunk(void *context, int64_t chunk, unsigned worker) {
  const op_layer_norm_work *work = context;
  const int64_t from = chunk * work->part;
  const int64_t to = work->rows - from < work->part ? work->rows : from + work->part;
  const bool plain = work->inner == 1 && work->size > 0 &&
                     work->call->in[0].dtype == LP_FLOAT32;
  (void)worker;
  for (int64_t row = from; row < to; row++) {
    if (plain) {
      op_layer_norm_row(work, row);
    } else {
      op_layer_norm_strided(work, row);
    }
  }
}

static lp_status op_layer_norm_run(const lp_call *call) {
  const op_layer_norm_param *param = call->param;
  const lp_shape *data = &call->in[0].shape;
  op_layer_norm_work work = {.call = call,
                             .group = call->op->kind == OP_LAYER_NORM_GROUPS,
                             .inner = 1,
                             .eps = param->eps};
  if (work.group) {
    work.vectors = param->axis;
    work.rows = data->dim[0] * param->axis;
    work.size = data->dim[1] / param->axis * lp_shape_product(data, 2, data->ndim);
  } else {
    const int axis = lp_movement_position(param->axis, data->ndim);
    work.inner = lp_shape_product(data, axis + 1, data->ndim);
    work.rows = lp_shape_product(data, 0, axis) * work.inner;
    work.size = data->dim[axis];
  }
  if (lp_shape_size(data) == 0 && call->out[1].data == NULL && call->out[2].data == NULL) {
    return LP_OK;
  }
  work.part = OP_LAYER_NORM_CHUNK / (work.size + 1) + 1;
  lp_threads_run(call->threads, (work.rows + work.part - 1) / work.part, op_layer_norm_chunk,
                 &work);
  return LP_OK;
}

static const lp_algorithm op_layer_norm_algorithms[] = {
    {.name = "plain", .cost = op_layer_norm_cost, .inplace = true, .run = op_layer_norm_run},
};

#define OP_LAYER_NORM_REST                                                          \
  .param_size = sizeof(op_layer_norm_param), .inputs = "data gamma beta",           \
  .outputs = "output mean std", .count_visible = op_layer_norm_visible,             \
  .weight_inputs = 6, .algorithms = op_layer_norm_algorithms,                       \
  .num_algorithms = (int)LP_COUNT(op_layer_norm_algorithms)

static const lp_op_family op_layer_norm_family = {
    .attrs = op_layer_norm_attrs,
    .num_attrs = (int)LP_COUNT(op_layer_norm_attrs),
    .shape = op_layer_norm_shape,
    OP_LAYER_NORM_REST,
};
LP_DATA const lp_op lp_op_LayerNorm = {.name = "LayerNorm",
                                       .aliases = "_npx_layer_norm",
                                       .kind = OP_LAYER_NORM_AXIS,
                                       .family = &op_layer_norm_family};

static const lp_op_family op_layer_norm_group_family = {
    .attrs = op_layer_norm_group_attrs,
    .num_attrs = (int)LP_COUNT(op_layer_norm_group_attrs),
    .check = op_layer_norm_group_check,
    .shape = op_layer_norm_group_shape,
    OP_LAYER_NORM_REST,
};
LP_DATA const lp_op lp_op_GroupNorm = {
    .name = "GroupNorm", .kind = OP_LAYER_NORM_GROUPS, .family = &op_layer_norm_group_family};

#undef OP_LAYER_NORM_ATTRS
#undef OP_LAYER_NORM_REST
#undef OP_LAYER_NORM_CHUNK
