/*
 * op_grid_generator.c - GridGenerator: where a sampler reads; x, then y, in [-1, 1].
 *
 * affine: data (N, 6), output (N, 2, target_shape): (x', y') = M (x, y, 1), M the 2 x 3 matrix in
 * data, x = -1 + 2 column / (width - 1), y likewise. A target of one row or column gives NaN, as in
 * MXNet.
 * warp: data (N, 2, H, W), a flow in pixels: (flow + place) / ((size - 1) / 2) - 1.
 *
 * Attributes: transform_type (affine, warp; required), target_shape = (0, 0) (affine alone).
 * MXNet's hidden output grid_dst is not given. Spatial transformers, optical flow.
 */
#include "../kernel/sample.h"
#include "op_table.h"
#include "plane.h"

enum { OP_GRID_GENERATOR_AFFINE, OP_GRID_GENERATOR_WARP };

typedef struct op_grid_generator_param {
  int transform_type;
  lp_tuple target_shape;
} op_grid_generator_param;

static const lp_attr op_grid_generator_attrs[] = {
    {"transform_type", LP_ATTR_ENUM, LP_ATTR_REQUIRED,
     LP_ATTR_OF(op_grid_generator_param, transform_type), NULL, "affine|warp"},
    {"target_shape", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_grid_generator_param, target_shape), "(0, 0)",
     NULL},
};

static lp_status op_grid_generator_check(void *parsed) {
  const op_grid_generator_param *param = parsed;
  return param->transform_type == OP_GRID_GENERATOR_AFFINE
             ? lp_plane_check_entries("target_shape", &param->target_shape, 2, 2, 1)
             : LP_OK;
}

static lp_status op_grid_generator_shape(const lp_infer *infer) {
  const op_grid_generator_param *param = infer->param;
  if (param->transform_type == OP_GRID_GENERATOR_WARP) {
    lp_shape flow = lp_shape_4(LP_DIM_UNKNOWN, 2, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
    LP_TRY(lp_infer_merge(infer, &infer->in[0], &flow));
    return lp_infer_same_shape(infer);
  }
  LP_TRY(lp_plane_maps(infer, 0));
  lp_shape grid = lp_shape_4(infer->in[0].dim[0], 2, param->target_shape.values[0],
                             param->target_shape.values[1]);
  return lp_infer_merge(infer, &infer->out[0], &grid);
}

#define OP_GRID_GENERATOR_WARP_AS(real)                                                          \
  for (int64_t i = 0; i < points; i++) {                                                         \
    for (int axis = 0; axis < 2; axis++) {                                                       \
      const int64_t at = (image * 2 + axis) * points + i;                                        \
      const real place = (real)(axis == 0 ? i % shape->dim[3] : i / shape->dim[3]);              \
      const real half = (real)((axis == 0 ? shape->dim[3] : shape->dim[2]) - 1) / 2;             \
      ((real *)call->out[0].data)[at] = (((const real *)call->in[0].data)[at] + place) / half - 1; \
    }                                                                                            \
  }

static void op_grid_generator_image(void *context, int64_t image, unsigned worker) {
  const lp_call *call = context;
  const op_grid_generator_param *param = call->param;
  const lp_shape *shape = &call->out[0].shape;
  const int64_t points = shape->dim[2] * shape->dim[3];
  const lp_dtype dtype = call->in[0].dtype;
  const size_t size = lp_dtype_size(dtype);
  (void)worker;
  if (param->transform_type == OP_GRID_GENERATOR_AFFINE) {
    char *y = (char *)call->out[0].data + (size_t)(image * 2 * points) * size;
    lp_sample_affine(dtype, (const char *)call->in[0].data + (size_t)(image * 6) * size,
                     shape->dim[2], shape->dim[3], 0, points, y, y + (size_t)points * size);
  } else if (lp_dtype_is(dtype, LP_FLOAT64)) {
    OP_GRID_GENERATOR_WARP_AS(double)
  } else {
    OP_GRID_GENERATOR_WARP_AS(float)
  }
}
#undef OP_GRID_GENERATOR_WARP_AS

static lp_status op_grid_generator_run(const lp_call *call) {
  lp_call copy = *call;
  if (lp_shape_size(&call->out[0].shape) > 0) {
    lp_threads_run(lp_plane_threads(call, 50000), call->out[0].shape.dim[0],
                   op_grid_generator_image, &copy);
  }
  return LP_OK;
}

static const lp_algorithm op_grid_generator_algorithms[] = {
    {.name = "plain", .cost = lp_plane_cost, .run = op_grid_generator_run},
};

static const lp_op_family op_grid_generator_family = {
    .attrs = op_grid_generator_attrs,
    .num_attrs = (int)LP_COUNT(op_grid_generator_attrs),
    .param_size = sizeof(op_grid_generator_param),
    .check = op_grid_generator_check,
    .inputs = "data",
    .shape = op_grid_generator_shape,
    .algorithms = op_grid_generator_algorithms,
    .num_algorithms = (int)LP_COUNT(op_grid_generator_algorithms),
};
LP_DATA const lp_op lp_op_GridGenerator = {
    .name = "GridGenerator",
    .family = &op_grid_generator_family,
};
