/*
 * op_image_normalize.c - _image_normalize: (x - mean[c]) / std[c] of images (C, H, W) or
 * (N, C, H, W), C 1 or 3.
 *
 * Attributes: mean = (0), std = (1), of one entry or C. (MXNet's own defaults have four entries,
 * which it then refuses.) Integers are computed in float32, cut off toward zero, and wrap around; what
 * 64 bits do not hold ends at their bounds, NaN is 0. Preprocessing in exported networks.
 */
#include "image.h"
#include "op_table.h"

typedef struct op_image_normalize_param {
  lp_float_tuple mean;
  lp_float_tuple std;
} op_image_normalize_param;

static const lp_attr op_image_normalize_attrs[] = {
    {"mean", LP_ATTR_FLOATS, 0, LP_ATTR_OF(op_image_normalize_param, mean), "(0)", NULL},
    {"std", LP_ATTR_FLOATS, 0, LP_ATTR_OF(op_image_normalize_param, std), "(1)", NULL},
};

static lp_status op_image_normalize_shape(const lp_infer *infer) {
  const op_image_normalize_param *param = infer->param;
  bool known;
  LP_TRY(lp_infer_same_shape(infer));
  LP_TRY(lp_image_check(infer, true, 3, &known));
  if (known) {
    const int64_t channels = lp_image_dim(&infer->in[0], 3);
    if ((param->mean.count != 1 && param->mean.count != channels) ||
        (param->std.count != 1 && param->std.count != channels)) {
      return lp_infer_fail(infer, "mean has %d entries and std %d, expected 1 or %lld",
                           param->mean.count, param->std.count, (long long)channels);
    }
  }
  return LP_OK;
}

static int64_t op_image_normalize_whole(float value) {
  return value >= 9223372036854775808.0f    ? INT64_MAX
         : value > -9223372036854775808.0f ? (int64_t)value
         : value < 0                        ? INT64_MIN
                                            : 0;
}

#define OP_IMAGE_NORMALIZE_AS(type, real, cast)                  \
  for (int64_t i = 0; i < count; i++) {                          \
    const real value = ((real)((const type *)x)[i] - (real)mean) / (real)deviation; \
    ((type *)y)[i] = (type)cast(value);                          \
  }                                                              \
  break

static void op_image_normalize_plane(lp_dtype dtype, const void *x, int64_t count, float mean,
                                     float deviation, void *y) {
  switch (dtype) {
    case LP_FLOAT32:
      OP_IMAGE_NORMALIZE_AS(float, float, );
    case LP_FLOAT64:
      OP_IMAGE_NORMALIZE_AS(double, double, );
    case LP_UINT8:
      OP_IMAGE_NORMALIZE_AS(uint8_t, float, op_image_normalize_whole);
    case LP_INT8:
      OP_IMAGE_NORMALIZE_AS(int8_t, float, op_image_normalize_whole);
    case LP_INT32:
      OP_IMAGE_NORMALIZE_AS(int32_t, float, op_image_normalize_whole);
    default:
      OP_IMAGE_NORMALIZE_AS(int64_t, float, op_image_normalize_whole);
  }
}
#undef OP_IMAGE_NORMALIZE_AS

static double op_image_normalize_cost(const lp_query *query) {
  const lp_dtype dtype = query->in[0].dtype;
  return lp_query_no_epilogue(query) && dtype != LP_FLOAT16 && dtype != LP_BOOL &&
                 (LP_WITH_DTYPES || dtype == LP_FLOAT32)
             ? 500.0 + lp_query_elements(query)
             : LP_COST_REJECT;
}

static lp_status op_image_normalize_run(const lp_call *call) {
  const op_image_normalize_param *param = call->param;
  const lp_tensor *in = &call->in[0];
  const int64_t channels = lp_image_dim(&in->shape, 3);
  const int64_t pixels = lp_image_dim(&in->shape, 2) * lp_image_dim(&in->shape, 1);
  const size_t bytes = (size_t)pixels * lp_dtype_size(in->dtype);
  for (int64_t plane = 0; plane < lp_image_count(&in->shape) * channels; plane++) {
    const int64_t c = plane % channels;
    op_image_normalize_plane(in->dtype, (const char *)in->data + (size_t)plane * bytes, pixels,
                             (float)param->mean.values[param->mean.count > 1 ? c : 0],
                             (float)param->std.values[param->std.count > 1 ? c : 0],
                             (char *)call->out[0].data + (size_t)plane * bytes);
  }
  return LP_OK;
}

static const lp_algorithm op_image_normalize_algorithms[] = {
    {.name = "plain", .cost = op_image_normalize_cost, .inplace = true, .run = op_image_normalize_run},
};

static const lp_op_family op_image_normalize_family = {
    .attrs = op_image_normalize_attrs,
    .num_attrs = (int)LP_COUNT(op_image_normalize_attrs),
    .param_size = sizeof(op_image_normalize_param),
    .inputs = "data",
    .shape = op_image_normalize_shape,
    .algorithms = op_image_normalize_algorithms,
    .num_algorithms = (int)LP_COUNT(op_image_normalize_algorithms),
};
LP_DATA const lp_op lp_op__image_normalize = {
    .name = "_image_normalize",
    .aliases = "_npx__image_normalize",
    .family = &op_image_normalize_family,
};
