/*
 * op_roi_align.c - _contrib_ROIAlign: the mean of interpolated samples in each bin of a region.
 *
 * The region begins at x1 spatial_scale and is (x2 - x1) spatial_scale wide, at least 1; bin i of n
 * has g samples along an axis, at start + i width / n + (k + 0.5) width / n / g. A sample beyond
 * -1 or the image's size is 0, between them and the edges it is the edge; else bilinear. Sums are
 * taken axis by axis: weights of the places first, then products.
 *
 * Attributes: pooled_size (height, width), spatial_scale (0 to 1), both required; sample_ratio = -1
 * (g; 0 or less: ceil(width / n)); position_sensitive = False (bin (i, j) of output channel c reads
 * channel (c n_y + i) n_x + j); aligned = False (half a place back, and regions may be smaller than
 * one place). Regions of an image that is not there are 0, and so are aligned ones without an
 * extent, for which MXNet ends the process. Mask R-CNN.
 */
#include "op_table.h"
#include "roi.h"

#define OP_ROI_ALIGN_SAMPLES 65536 /* the most that sample_ratio may ask for */

typedef struct op_roi_align_param {
  lp_tuple pooled_size;
  double spatial_scale;
  int64_t sample_ratio;
  int position_sensitive;
  int aligned;
} op_roi_align_param;

static const lp_attr op_roi_align_attrs[] = {
    {"pooled_size", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(op_roi_align_param, pooled_size),
     NULL, NULL},
    {"spatial_scale", LP_ATTR_FLOAT, LP_ATTR_REQUIRED,
     LP_ATTR_OF(op_roi_align_param, spatial_scale), NULL, NULL},
    {"sample_ratio", LP_ATTR_INT, 0, LP_ATTR_OF(op_roi_align_param, sample_ratio), "-1", NULL},
    {"position_sensitive", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_roi_align_param, position_sensitive),
     "False", NULL},
    {"aligned", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_roi_align_param, aligned), "False", NULL},
};

static lp_status op_roi_align_check(void *parsed) {
  const op_roi_align_param *param = parsed;
  LP_TRY(lp_plane_check_entries("pooled_size", &param->pooled_size, 2, 2, 1));
  if (param->sample_ratio > OP_ROI_ALIGN_SAMPLES) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "attribute 'sample_ratio' is %lld, expected at most %d",
                   (long long)param->sample_ratio, OP_ROI_ALIGN_SAMPLES);
  }
  return lp_plane_check_part("spatial_scale", param->spatial_scale);
}

static lp_status op_roi_align_shape(const lp_infer *infer) {
  const op_roi_align_param *param = infer->param;
  const int64_t *pooled = param->pooled_size.values;
  int64_t channels = infer->in[0].ndim == 4 ? infer->in[0].dim[1] : LP_DIM_UNKNOWN;
  if (param->position_sensitive && channels >= 0) {
    if (channels % (pooled[0] * pooled[1]) != 0) {
      return lp_infer_fail(infer, "data has %lld channels, expected a multiple of %lld bins",
                           (long long)channels, (long long)(pooled[0] * pooled[1]));
    }
    channels /= pooled[0] * pooled[1];
  }
  return lp_roi_shape(infer, 5, channels, pooled[0], pooled[1]);
}

/* Samples touch some ten places. */
static double op_roi_align_cost(const lp_query *query) {
  return lp_plane_cost_of(query, 10.0, false);
}

static double op_roi_align_cost_blocked(const lp_query *query) {
  const op_roi_align_param *param = query->param;
  return param->position_sensitive ? LP_COST_REJECT
                                   : lp_plane_cost_of(query, 12.0 / query->block, true);
}

static double op_roi_align_cost_to_plain(const lp_query *query) {
  return lp_roi_cost_to_plain(query, op_roi_align_cost_blocked(query));
}

static lp_status op_roi_align_run(const lp_call *call) {
  const op_roi_align_param *param = call->param;
  lp_roi_bins bins = {.axis = {.rule = param->aligned ? LP_BINS_HALF : LP_BINS_SAMPLED,
                               .scale = param->spatial_scale,
                               .samples = param->sample_ratio},
                      .groups = {1, 1}};
  for (int axis = 0; axis < 2 && param->position_sensitive; axis++) {
    bins.groups[axis] = param->pooled_size.values[axis];
  }
  return lp_roi_run(call, &bins);
}

static const lp_algorithm op_roi_align_algorithms[] = {
    {.name = "blocked",
     .cost = op_roi_align_cost_blocked,
     .blocked_inputs = 1,
     .blocked_output = true,
     .scratch = lp_roi_scratch,
     .run = op_roi_align_run},
    {.name = "blocked_to_plain",
     .cost = op_roi_align_cost_to_plain,
     .blocked_inputs = 1,
     .scratch = lp_roi_scratch,
     .run = op_roi_align_run},
    {.name = "plain", .cost = op_roi_align_cost, .scratch = lp_roi_scratch, .run = op_roi_align_run},
};

static const lp_op_family op_roi_align_family = {
    .attrs = op_roi_align_attrs,
    .num_attrs = (int)LP_COUNT(op_roi_align_attrs),
    .param_size = sizeof(op_roi_align_param),
    .check = op_roi_align_check,
    .inputs = "data rois",
    .shape = op_roi_align_shape,
    .algorithms = op_roi_align_algorithms,
    .num_algorithms = (int)LP_COUNT(op_roi_align_algorithms),
};
LP_DATA const lp_op lp_op__contrib_ROIAlign = {
    .name = "_contrib_ROIAlign",
    .family = &op_roi_align_family,
};

#undef OP_ROI_ALIGN_SAMPLES
