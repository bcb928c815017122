/*
 * op_psroi_pooling.c - _contrib_PSROIPooling: the mean of each bin of a region, each group of bins
 * in channels of its own.
 *
 * The region runs from round(x1) spatial_scale to (round(x2) + 1) spatial_scale, at least 0.1; bin i
 * of n covers floor(start + i width / n) up to ceil(start + (i + 1) width / n), cut off at the
 * image. Bin (i, j) of output channel c reads channel (c g + floor(i g / n)) g + floor(j g / n). A
 * bin that holds nothing is 0, and so is a region of an image that is not there, where MXNet reads
 * memory that is not its own.
 *
 * Attributes: spatial_scale (0 to 1), output_dim, pooled_size (n), all required; group_size = 0
 * (g; 0: n). R-FCN.
 */
#include "op_table.h"
#include "roi.h"

typedef struct op_psroi_pooling_param {
  double spatial_scale;
  int64_t output_dim;
  int64_t pooled_size;
  int64_t group_size;
} op_psroi_pooling_param;

static const lp_attr op_psroi_pooling_attrs[] = {
    {"spatial_scale", LP_ATTR_FLOAT, LP_ATTR_REQUIRED,
     LP_ATTR_OF(op_psroi_pooling_param, spatial_scale), NULL, NULL},
    {"output_dim", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_psroi_pooling_param, output_dim),
     NULL, NULL},
    {"pooled_size", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_psroi_pooling_param, pooled_size),
     NULL, NULL},
    {"group_size", LP_ATTR_INT, 0, LP_ATTR_OF(op_psroi_pooling_param, group_size), "0", NULL},
};

static lp_status op_psroi_pooling_check(void *parsed) {
  op_psroi_pooling_param *param = parsed;
  LP_TRY(lp_plane_check("output_dim", param->output_dim, 1));
  LP_TRY(lp_plane_check("pooled_size", param->pooled_size, 1));
  if (param->group_size == 0) {
    param->group_size = param->pooled_size;
  }
  LP_TRY(lp_plane_check("group_size", param->group_size, 1));
  return lp_plane_check_part("spatial_scale", param->spatial_scale);
}

static lp_status op_psroi_pooling_shape(const lp_infer *infer) {
  const op_psroi_pooling_param *param = infer->param;
  LP_TRY(lp_roi_shape(infer, 5, param->output_dim, param->pooled_size, param->pooled_size));
  return lp_roi_group_channels(infer, param->output_dim, param->group_size);
}

static double op_psroi_pooling_cost(const lp_query *query) {
  return lp_plane_cost_of(query, 20.0, false);
}

static lp_status op_psroi_pooling_run(const lp_call *call) {
  const op_psroi_pooling_param *param = call->param;
  const lp_roi_bins bins = {.axis = {.rule = LP_BINS_SCALED, .scale = param->spatial_scale},
                            .groups = {param->group_size, param->group_size}};
  return lp_roi_run(call, &bins);
}

static const lp_algorithm op_psroi_pooling_algorithms[] = {
    {.name = "plain",
     .cost = op_psroi_pooling_cost,
     .scratch = lp_roi_scratch,
     .run = op_psroi_pooling_run},
};

static const lp_op_family op_psroi_pooling_family = {
    .attrs = op_psroi_pooling_attrs,
    .num_attrs = (int)LP_COUNT(op_psroi_pooling_attrs),
    .param_size = sizeof(op_psroi_pooling_param),
    .check = op_psroi_pooling_check,
    .inputs = "data rois",
    .shape = op_psroi_pooling_shape,
    .algorithms = op_psroi_pooling_algorithms,
    .num_algorithms = (int)LP_COUNT(op_psroi_pooling_algorithms),
};
LP_DATA const lp_op lp_op__contrib_PSROIPooling = {
    .name = "_contrib_PSROIPooling",
    .family = &op_psroi_pooling_family,
};
