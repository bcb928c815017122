/*
 * op_multibox_prior.c - _contrib_MultiBoxPrior: the anchors of a feature map data (N, C, H, W, ...), of
 * which only H and W are read: (1, H W (S + R - 1), 4), corners in parts of the image.
 *
 * Around each cell's centre ((column + offset_x) step_x, (row + offset_y) step_y) stand first the boxes
 * of all sizes with the first ratio, then those of the first size with the other ratios: half as wide
 * as size H / W sqrt(ratio), half as high as size / sqrt(ratio). clip limits the corners to [0, 1].
 * Attributes: sizes = (1), ratios = (1), clip = False, steps = (-1, -1) and offsets = (0.5, 0.5), y
 * before x; steps of 0 or less are 1 / H and 1 / W. float32 alone, as in MXNet. SSD.
 */
#include "op_table.h"

#include <math.h>

typedef struct op_multibox_prior_param {
  lp_float_tuple sizes;
  lp_float_tuple ratios;
  int clip;
  lp_float_tuple steps;
  lp_float_tuple offsets;
} op_multibox_prior_param;

static const lp_attr op_multibox_prior_attrs[] = {
    {"sizes", LP_ATTR_FLOATS, 0, LP_ATTR_OF(op_multibox_prior_param, sizes), "(1,)", NULL},
    {"ratios", LP_ATTR_FLOATS, 0, LP_ATTR_OF(op_multibox_prior_param, ratios), "(1,)", NULL},
    {"clip", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_multibox_prior_param, clip), "False", NULL},
    {"steps", LP_ATTR_FLOATS, 0, LP_ATTR_OF(op_multibox_prior_param, steps), "(-1,-1)", NULL},
    {"offsets", LP_ATTR_FLOATS, 0, LP_ATTR_OF(op_multibox_prior_param, offsets), "(0.5,0.5)", NULL},
};

static lp_status op_multibox_prior_check(void *parsed) {
  const op_multibox_prior_param *param = parsed;
  if (param->sizes.count < 1 || param->ratios.count < 1) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "%d sizes and %d ratios, expected at least one of each",
                   param->sizes.count, param->ratios.count);
  }
  if (param->steps.count != 2 || param->offsets.count != 2) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "%d steps and %d offsets, expected two of each: y and x",
                   param->steps.count, param->offsets.count);
  }
  if (param->steps.values[0] * param->steps.values[1] < 0) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "steps (%g, %g), expected both positive or neither",
                   param->steps.values[0], param->steps.values[1]);
  }
  return LP_OK;
}

/* Anchors of a cell. */
static int64_t op_multibox_prior_count(const op_multibox_prior_param *param) {
  return (int64_t)param->sizes.count + param->ratios.count - 1;
}

static lp_status op_multibox_prior_shape(const lp_infer *infer) {
  const lp_shape *data = &infer->in[0];
  lp_shape out = lp_shape_3(1, LP_DIM_UNKNOWN, 4);
  if (data->ndim >= 0 && data->ndim < 4) {
    lp_shape_text text;
    return lp_infer_fail(infer, "data has shape %s, expected (N, C, H, W)",
                         lp_shape_print(data, &text));
  }
  if (data->ndim >= 4 && data->dim[2] >= 0 && data->dim[3] >= 0) {
    const int64_t count = op_multibox_prior_count(infer->param);
    if (data->dim[2] > 0 && data->dim[3] > INT64_MAX / 64 / count / data->dim[2]) {
      return lp_infer_fail(infer, "too many anchors: %lld for each of %lld by %lld cells",
                           (long long)count, (long long)data->dim[2], (long long)data->dim[3]);
    }
    out.dim[1] = data->dim[2] * data->dim[3] * count;
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_multibox_prior_dtype(const lp_infer *infer) {
  LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[0], LP_FLOAT32));
  return lp_infer_merge_dtype(infer, &infer->out_dtype[0], LP_FLOAT32);
}

static double op_multibox_prior_cost(const lp_query *query) {
  return lp_query_no_epilogue(query) ? lp_query_elements(query) : LP_COST_REJECT;
}

static lp_status op_multibox_prior_run(const lp_call *call) {
  const op_multibox_prior_param *param = call->param;
  const int64_t rows = call->in[0].shape.dim[2];
  const int64_t columns = call->in[0].shape.dim[3];
  const int64_t count = op_multibox_prior_count(param);
  float *y = call->out[0].data;
  float step[2];
  for (int k = 0; k < 2; k++) {
    const double given = param->steps.values[k];
    step[k] = given > 0 ? (float)given : 1.0f / (float)(k == 0 ? rows : columns);
  }
  for (int64_t i = 0; i < count; i++) {
    const int sizes = param->sizes.count;
    const float size = (float)param->sizes.values[i < sizes ? i : 0];
    const float root = sqrtf((float)param->ratios.values[i < sizes ? 0 : i - sizes + 1]);
    const float half[2] = {size * (float)rows / (float)columns * root / 2, size / root / 2};
    for (int64_t row = 0; row < rows; row++) {
      float *box = y + 4 * (row * columns * count + i);
      const float middle = ((float)row + (float)param->offsets.values[0]) * step[0];
      for (int64_t column = 0; column < columns; column++, box += 4 * count) {
        const float center = ((float)column + (float)param->offsets.values[1]) * step[1];
        box[0] = center - half[0];
        box[1] = middle - half[1];
        box[2] = center + half[0];
        box[3] = middle + half[1];
        for (int k = 0; k < 4 && param->clip; k++) {
          box[k] = box[k] < 0 ? 0 : box[k] > 1 ? 1 : box[k];
        }
      }
    }
  }
  return LP_OK;
}

static const lp_algorithm op_multibox_prior_algorithms[] = {
    {.name = "plain", .cost = op_multibox_prior_cost, .run = op_multibox_prior_run},
};

static const lp_op_family op_multibox_prior_family = {
    .attrs = op_multibox_prior_attrs,
    .num_attrs = (int)LP_COUNT(op_multibox_prior_attrs),
    .param_size = sizeof(op_multibox_prior_param),
    .check = op_multibox_prior_check,
    .inputs = "data",
    .shape_inputs = 1,
    .shape = op_multibox_prior_shape,
    .dtype = op_multibox_prior_dtype,
    .algorithms = op_multibox_prior_algorithms,
    .num_algorithms = (int)LP_COUNT(op_multibox_prior_algorithms),
};
LP_DATA const lp_op lp_op_contrib_MultiBoxPrior = {
    .name = "_contrib_MultiBoxPrior",
    .aliases = "_npx_multibox_prior",
    .family = &op_multibox_prior_family,
};
