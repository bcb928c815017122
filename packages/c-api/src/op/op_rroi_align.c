/*
 * op_rroi_align.c - _contrib_RROIAlign: the mean of interpolated samples in each bin of a rotated
 * region.
 *
 * rois (R, 6): image, centre x, centre y, width, height, angle in degrees. All but the angle are
 * multiplied with spatial_scale, sides are at least 1. With (u, v) a sample's place from the centre
 * before the rotation, it is taken at x = u cos + v sin + centre x, y = v cos - u sin + centre y;
 * beyond -1 or the image's size it is 0, between them and the edges it is the edge.
 *
 * Attributes: pooled_size (height, width), spatial_scale (0 to 1), both required;
 * sampling_ratio = -1 (samples per bin and axis; 0 or less: ceil(side / bins)). A region of an image
 * that is not there is 0, where MXNet reads memory that is not its own; one that asks for more than
 * 2^20 samples in a bin is an error. Oriented text and objects.
 */
#include <string.h>

#include "../kernel/sample.h"
#include "op_table.h"
#include "roi.h"

#define OP_RROI_ALIGN_SAMPLES 1048576

typedef struct op_rroi_align_param {
  lp_tuple pooled_size;
  double spatial_scale;
  int64_t sampling_ratio;
} op_rroi_align_param;

static const lp_attr op_rroi_align_attrs[] = {
    {"pooled_size", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(op_rroi_align_param, pooled_size),
     NULL, NULL},
    {"spatial_scale", LP_ATTR_FLOAT, LP_ATTR_REQUIRED,
     LP_ATTR_OF(op_rroi_align_param, spatial_scale), NULL, NULL},
    {"sampling_ratio", LP_ATTR_INT, 0, LP_ATTR_OF(op_rroi_align_param, sampling_ratio), "-1", NULL},
};

static lp_status op_rroi_align_check(void *parsed) {
  const op_rroi_align_param *param = parsed;
  LP_TRY(lp_plane_check_entries("pooled_size", &param->pooled_size, 2, 2, 1));
  return lp_plane_check_part("spatial_scale", param->spatial_scale);
}

static lp_status op_rroi_align_shape(const lp_infer *infer) {
  const int64_t *pooled = ((const op_rroi_align_param *)infer->param)->pooled_size.values;
  const int64_t channels = infer->in[0].ndim == 4 ? infer->in[0].dim[1] : LP_DIM_UNKNOWN;
  return lp_roi_shape(infer, 6, channels, pooled[0], pooled[1]);
}

static double op_rroi_align_cost(const lp_query *query) {
  return lp_plane_cost_of(query, 20.0, false);
}

static lp_sample_region op_rroi_align_region(const lp_call *call, int64_t roi) {
  const op_rroi_align_param *param = call->param;
  const size_t row = 6 * lp_dtype_size(call->in[1].dtype);
  return (lp_sample_region){.bins = {call->out[0].shape.dim[2], call->out[0].shape.dim[3]},
                            .scale = param->spatial_scale,
                            .roi = (const char *)call->in[1].data + (size_t)roi * row,
                            .ratio = param->sampling_ratio};
}

static void op_rroi_align_chunk(void *context, int64_t roi, unsigned worker) {
  const lp_call *call = context;
  const lp_sample_region region = op_rroi_align_region(call, roi);
  lp_sample_planes planes;
  (void)worker;
  if (lp_roi_planes(call, roi, &planes)) {
    lp_sample_rotated(&planes, call->in[0].dtype, &region);
  }
}

static lp_status op_rroi_align_run(const lp_call *call) {
  lp_call copy = *call;
  const int64_t rois = call->in[1].shape.dim[0];
  for (int64_t roi = 0; roi < rois; roi++) {
    const lp_sample_region region = op_rroi_align_region(call, roi);
    const double samples = lp_sample_rotated_count(&region, call->in[1].dtype, 0) *
                           lp_sample_rotated_count(&region, call->in[1].dtype, 1);
    if (!(samples <= OP_RROI_ALIGN_SAMPLES)) {
      return lp_fail(LP_ERROR_SHAPE, "region %lld asks for %g samples in each bin, expected at most %d",
                     (long long)roi, samples, OP_RROI_ALIGN_SAMPLES);
    }
  }
  lp_threads_run(lp_plane_threads(call, 5000), rois, op_rroi_align_chunk, &copy);
  return LP_OK;
}

static const lp_algorithm op_rroi_align_algorithms[] = {
    {.name = "plain", .cost = op_rroi_align_cost, .run = op_rroi_align_run},
};

static const lp_op_family op_rroi_align_family = {
    .attrs = op_rroi_align_attrs,
    .num_attrs = (int)LP_COUNT(op_rroi_align_attrs),
    .param_size = sizeof(op_rroi_align_param),
    .check = op_rroi_align_check,
    .inputs = "data rois",
    .shape = op_rroi_align_shape,
    .algorithms = op_rroi_align_algorithms,
    .num_algorithms = (int)LP_COUNT(op_rroi_align_algorithms),
};
LP_DATA const lp_op lp_op__contrib_RROIAlign = {
    .name = "_contrib_RROIAlign",
    .family = &op_rroi_align_family,
};

#undef OP_RROI_ALIGN_SAMPLES
