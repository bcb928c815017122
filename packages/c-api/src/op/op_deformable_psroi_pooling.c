/*
 * op_deformable_psroi_pooling.c - _contrib_DeformablePSROIPooling: PSROIPooling by samples, whose
 * bins are moved.
 *
 * The region runs from round(x1) spatial_scale - 0.5 to (round(x2) + 1) spatial_scale - 0.5, at
 * least 0.1 long; bin i of n begins at start + i width / n + move trans_std width and has s samples
 * an axis, width / n / s apart, the first at its begin. Samples farther than half a pixel from the
 * image do not count; the others are bilinear and averaged. Without any: 0. Bin (i, j) of output
 * channel c reads channel (c g + floor(i g / n)) g + floor(j g / n), and its move is
 * trans[roi][2 class (x), 2 class + 1 (y)][floor(i p / n)][floor(j p / n)], where the output's
 * channels are divided among as many classes as trans has pairs of channels.
 *
 * Attributes: spatial_scale (0 to 1), output_dim, group_size (g), pooled_size (n), all required;
 * part_size = 0 (p; 0: n), sample_per_part = 1 (s), trans_std = 0 (0 to 1), no_trans = False (there
 * is no input trans). A region of an image that is not there is 0. Deformable R-FCN.
 */
#include <string.h>

#include "../kernel/sample.h"
#include "op_table.h"
#include "roi.h"

#define OP_DEFORMABLE_PSROI_SAMPLES 1024

typedef struct op_deformable_psroi_pooling_param {
  double spatial_scale;
  int64_t output_dim;
  int64_t group_size;
  int64_t pooled_size;
  int64_t part_size;
  int64_t sample_per_part;
  double trans_std;
  int no_trans;
} op_deformable_psroi_pooling_param;

#define OP_DEFORMABLE_PSROI(field) LP_ATTR_OF(op_deformable_psroi_pooling_param, field)
static const lp_attr op_deformable_psroi_pooling_attrs[] = {
    {"spatial_scale", LP_ATTR_FLOAT, LP_ATTR_REQUIRED, OP_DEFORMABLE_PSROI(spatial_scale), NULL,
     NULL},
    {"output_dim", LP_ATTR_INT, LP_ATTR_REQUIRED, OP_DEFORMABLE_PSROI(output_dim), NULL, NULL},
    {"group_size", LP_ATTR_INT, LP_ATTR_REQUIRED, OP_DEFORMABLE_PSROI(group_size), NULL, NULL},
    {"pooled_size", LP_ATTR_INT, LP_ATTR_REQUIRED, OP_DEFORMABLE_PSROI(pooled_size), NULL, NULL},
    {"part_size", LP_ATTR_INT, 0, OP_DEFORMABLE_PSROI(part_size), "0", NULL},
    {"sample_per_part", LP_ATTR_INT, 0, OP_DEFORMABLE_PSROI(sample_per_part), "1", NULL},
    {"trans_std", LP_ATTR_FLOAT, 0, OP_DEFORMABLE_PSROI(trans_std), "0", NULL},
    {"no_trans", LP_ATTR_BOOL, 0, OP_DEFORMABLE_PSROI(no_trans), "False", NULL},
};
#undef OP_DEFORMABLE_PSROI

static lp_status op_deformable_psroi_pooling_check(void *parsed) {
  op_deformable_psroi_pooling_param *param = parsed;
  LP_TRY(lp_plane_check("output_dim", param->output_dim, 1));
  LP_TRY(lp_plane_check("group_size", param->group_size, 1));
  LP_TRY(lp_plane_check("pooled_size", param->pooled_size, 1));
  if (param->part_size == 0) {
    param->part_size = param->pooled_size;
  }
  LP_TRY(lp_plane_check("part_size", param->part_size, 1));
  LP_TRY(lp_plane_check("sample_per_part", param->sample_per_part, 1));
  if (param->sample_per_part > OP_DEFORMABLE_PSROI_SAMPLES) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "attribute 'sample_per_part' is %lld, expected at most %d",
                   (long long)param->sample_per_part, OP_DEFORMABLE_PSROI_SAMPLES);
  }
  LP_TRY(lp_plane_check_part("trans_std", param->trans_std));
  return lp_plane_check_part("spatial_scale", param->spatial_scale);
}

static int op_deformable_psroi_pooling_inputs(const void *parsed) {
  return ((const op_deformable_psroi_pooling_param *)parsed)->no_trans ? 2 : 3;
}

static lp_status op_deformable_psroi_pooling_shape(const lp_infer *infer) {
  const op_deformable_psroi_pooling_param *param = infer->param;
  LP_TRY(lp_roi_shape(infer, 5, param->output_dim, param->pooled_size, param->pooled_size));
  LP_TRY(lp_roi_group_channels(infer, param->output_dim, param->group_size));
  if (infer->num_inputs < 3) {
    return LP_OK;
  }
  lp_shape moves = lp_shape_4(infer->in[1].dim[0], LP_DIM_UNKNOWN, param->part_size,
                              param->part_size);
  LP_TRY(lp_infer_merge(infer, &infer->in[2], &moves));
  const int64_t channels = infer->in[2].dim[1];
  if (channels >= 0 &&
      (channels < 2 || channels % 2 != 0 || param->output_dim % (channels / 2) != 0)) {
    return lp_infer_fail(infer, "trans has %lld channels, expected 2 for each class, classes that "
                                "divide output_dim = %lld",
                         (long long)channels, (long long)param->output_dim);
  }
  return LP_OK;
}

static double op_deformable_psroi_pooling_cost(const lp_query *query) {
  const op_deformable_psroi_pooling_param *param = query->param;
  const double samples = (double)(param->sample_per_part * param->sample_per_part);
  return lp_plane_cost_of(query, 5.0 * samples, false);
}

static void op_deformable_psroi_pooling_chunk(void *context, int64_t roi, unsigned worker) {
  const lp_call *call = context;
  const op_deformable_psroi_pooling_param *param = call->param;
  const size_t size = lp_dtype_size(call->in[1].dtype);
  lp_sample_region region = {.bins = {param->pooled_size, param->pooled_size},
                             .scale = param->spatial_scale,
                             .roi = (const char *)call->in[1].data + (size_t)roi * 5 * size,
                             .group_size = param->group_size,
                             .part_size = param->part_size,
                             .samples = param->sample_per_part,
                             .classes = 1,
                             .moves_scale = param->trans_std};
  lp_sample_planes planes;
  (void)worker;
  if (call->num_inputs > 2) {
    const lp_shape *moves = &call->in[2].shape;
    region.classes = moves->dim[1] / 2;
    region.moves = (const char *)call->in[2].data +
                   (size_t)(roi * lp_shape_product(moves, 1, moves->ndim)) * size;
  }
  if (lp_roi_planes(call, roi, &planes)) {
    lp_sample_deformable(&planes, call->in[0].dtype, &region);
  }
}

static lp_status op_deformable_psroi_pooling_run(const lp_call *call) {
  lp_call copy = *call;
  lp_threads_run(lp_plane_threads(call, 5000), call->in[1].shape.dim[0],
                 op_deformable_psroi_pooling_chunk, &copy);
  return LP_OK;
}

static const lp_algorithm op_deformable_psroi_pooling_algorithms[] = {
    {.name = "plain",
     .cost = op_deformable_psroi_pooling_cost,
     .run = op_deformable_psroi_pooling_run},
};

static const lp_op_family op_deformable_psroi_pooling_family = {
    .attrs = op_deformable_psroi_pooling_attrs,
    .num_attrs = (int)LP_COUNT(op_deformable_psroi_pooling_attrs),
    .param_size = sizeof(op_deformable_psroi_pooling_param),
    .check = op_deformable_psroi_pooling_check,
    .inputs = "data rois trans",
    .count_inputs = op_deformable_psroi_pooling_inputs,
    .shape = op_deformable_psroi_pooling_shape,
    .algorithms = op_deformable_psroi_pooling_algorithms,
    .num_algorithms = (int)LP_COUNT(op_deformable_psroi_pooling_algorithms),
};
LP_DATA const lp_op lp_op__contrib_DeformablePSROIPooling = {
    .name = "_contrib_DeformablePSROIPooling",
    .family = &op_deformable_psroi_pooling_family,
};

#undef OP_DEFORMABLE_PSROI_SAMPLES
