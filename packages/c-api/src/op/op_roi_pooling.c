/*
 * op_roi_pooling.c - ROIPooling: the maximum of each bin of a region.
 *
 * The region's corners times spatial_scale are rounded (halves away from zero); it has
 * max(end - start + 1, 1) places a side, and bin i of n covers floor(i size / n) up to
 * ceil((i + 1) size / n), cut off at the image. A bin that holds nothing is 0, and so is a region
 * of an image that is not there. NaN never wins.
 *
 * Attributes: pooled_size (height, width) and spatial_scale (0 to 1), both required. MXNet's hidden
 * output maxidx is not given. Fast and Faster R-CNN.
 */
#include "op_table.h"
#include "roi.h"

typedef struct op_roi_pooling_param {
  lp_tuple pooled_size;
  double spatial_scale;
} op_roi_pooling_param;

static const lp_attr op_roi_pooling_attrs[] = {
    {"pooled_size", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(op_roi_pooling_param, pooled_size),
     NULL, NULL},
    {"spatial_scale", LP_ATTR_FLOAT, LP_ATTR_REQUIRED,
     LP_ATTR_OF(op_roi_pooling_param, spatial_scale), NULL, NULL},
};

static lp_status op_roi_pooling_check(void *parsed) {
  const op_roi_pooling_param *param = parsed;
  LP_TRY(lp_plane_check_entries("pooled_size", &param->pooled_size, 2, 2, 1));
  return lp_plane_check_part("spatial_scale", param->spatial_scale);
}

static lp_status op_roi_pooling_shape(const lp_infer *infer) {
  const int64_t *pooled = ((const op_roi_pooling_param *)infer->param)->pooled_size.values;
  const int64_t channels = infer->in[0].ndim == 4 ? infer->in[0].dim[1] : LP_DIM_UNKNOWN;
  return lp_roi_shape(infer, 5, channels, pooled[0], pooled[1]);
}

/* A bin has some ten places. */
static double op_roi_pooling_cost(const lp_query *query) {
  return lp_plane_cost_of(query, 10.0, false);
}

static double op_roi_pooling_cost_blocked(const lp_query *query) {
  return lp_plane_cost_of(query, 12.0 / query->block, true);
}

static double op_roi_pooling_cost_to_plain(const lp_query *query) {
  return lp_roi_cost_to_plain(query, op_roi_pooling_cost_blocked(query));
}

static lp_status op_roi_pooling_run(const lp_call *call) {
  const op_roi_pooling_param *param = call->param;
  const lp_roi_bins bins = {.axis = {.rule = LP_BINS_ROUNDED, .scale = param->spatial_scale},
                            .most = true,
                            .groups = {1, 1}};
  return lp_roi_run(call, &bins);
}

static const lp_algorithm op_roi_pooling_algorithms[] = {
    {.name = "blocked",
     .cost = op_roi_pooling_cost_blocked,
     .blocked_inputs = 1,
     .blocked_output = true,
     .scratch = lp_roi_scratch,
     .run = op_roi_pooling_run},
    {.name = "blocked_to_plain",
     .cost = op_roi_pooling_cost_to_plain,
     .blocked_inputs = 1,
     .scratch = lp_roi_scratch,
     .run = op_roi_pooling_run},
    {.name = "plain",
     .cost = op_roi_pooling_cost,
     .scratch = lp_roi_scratch,
     .run = op_roi_pooling_run},
};

static const lp_op_family op_roi_pooling_family = {
    .attrs = op_roi_pooling_attrs,
    .num_attrs = (int)LP_COUNT(op_roi_pooling_attrs),
    .param_size = sizeof(op_roi_pooling_param),
    .check = op_roi_pooling_check,
    .inputs = "data rois",
    .shape = op_roi_pooling_shape,
    .algorithms = op_roi_pooling_algorithms,
    .num_algorithms = (int)LP_COUNT(op_roi_pooling_algorithms),
};
LP_DATA const lp_op lp_op_ROIPooling = {
    .name = "ROIPooling",
    .aliases = "_npx_roi_pooling",
    .family = &op_roi_pooling_family,
};
