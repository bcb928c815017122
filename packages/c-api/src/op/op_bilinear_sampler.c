/*
 * op_bilinear_sampler.c - BilinearSampler: y[n, c, i, j] is data[n, c] at the place grid[n, :, i, j];
 * SpatialTransformer: the same with GridGenerator's affine grid.
 *
 * The grid's x comes before y; -1 and 1 are the centres of the outermost pixels: column
 * (x + 1) (W - 1) / 2. Of the four neighbours those beyond the image count as 0. A coordinate that
 * is not finite gives NaN, as in MXNet.
 *
 * BilinearSampler: data, grid (N, 2, h, w); cudnn_off is ignored.
 * SpatialTransformer: data, loc (N, 6); target_shape = (0, 0) (height, width), transform_type
 * (affine) and sampler_type (bilinear), both required; cudnn_off is ignored. A target of one row or
 * column gives NaN. Hidden outputs are not given. Spatial transformers, optical flow, text.
 */
#include "../kernel/sample.h"
#include "op_table.h"
#include "plane.h"

enum { OP_BILINEAR_SAMPLER_GRID, OP_BILINEAR_SAMPLER_AFFINE };

#define OP_BILINEAR_SAMPLER_TILE 256 /* points of a chunk */

typedef struct op_bilinear_sampler_param {
  lp_tuple target_shape;
  int transform_type;
  int sampler_type;
} op_bilinear_sampler_param;

static const lp_attr op_bilinear_sampler_attrs[] = {
    {"cudnn_off", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

static const lp_attr op_bilinear_sampler_affine_attrs[] = {
    {"target_shape", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_bilinear_sampler_param, target_shape),
     "(0, 0)", NULL},
    {"transform_type", LP_ATTR_ENUM, LP_ATTR_REQUIRED,
     LP_ATTR_OF(op_bilinear_sampler_param, transform_type), NULL, "affine"},
    {"sampler_type", LP_ATTR_ENUM, LP_ATTR_REQUIRED,
     LP_ATTR_OF(op_bilinear_sampler_param, sampler_type), NULL, "bilinear"},
    {"cudnn_off", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

static lp_status op_bilinear_sampler_check(void *parsed) {
  const op_bilinear_sampler_param *param = parsed;
  return lp_plane_check_entries("target_shape", &param->target_shape, 2, 2, 1);
}

static lp_status op_bilinear_sampler_shape(const lp_infer *infer) {
  LP_TRY(lp_plane_input(infer, 0));
  if (infer->op->kind == OP_BILINEAR_SAMPLER_AFFINE) {
    const int64_t *target = ((const op_bilinear_sampler_param *)infer->param)->target_shape.values;
    LP_TRY(lp_plane_output(infer, LP_PLANE_SAME, target[0], target[1]));
    return lp_plane_maps(infer, 1);
  }
  lp_shape grid = lp_shape_4(infer->in[0].dim[0], 2, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &grid));
  return lp_plane_output(infer, LP_PLANE_SAME, infer->in[1].dim[2], infer->in[1].dim[3]);
}

typedef struct op_bilinear_sampler_work {
  const lp_call *call;
  int64_t tiles; /* of an image */
} op_bilinear_sampler_work;

static void op_bilinear_sampler_tile(void *context, int64_t chunk, unsigned worker) {
  const op_bilinear_sampler_work *work = context;
  const lp_call *call = work->call;
  const lp_shape *in = &call->in[0].shape;
  const lp_shape *out = &call->out[0].shape;
  const lp_dtype dtype = call->in[0].dtype;
  const size_t size = lp_dtype_size(dtype);
  const int64_t points = out->dim[2] * out->dim[3];
  const int64_t image = chunk / work->tiles;
  const int64_t first = chunk % work->tiles * OP_BILINEAR_SAMPLER_TILE;
  const int64_t left = points - first;
  const int64_t count = left < OP_BILINEAR_SAMPLER_TILE ? left : OP_BILINEAR_SAMPLER_TILE;
  const lp_sample_planes planes = {
      .height = in->dim[2],
      .width = in->dim[3],
      .channels = in->dim[1],
      .x = (const char *)call->in[0].data + (size_t)(image * lp_shape_product(in, 1, 4)) * size,
      .x_channel = in->dim[2] * in->dim[3],
      .y = (char *)call->out[0].data + (size_t)(image * in->dim[1] * points + first) * size,
      .y_channel = points};
  (void)worker;
  if (call->op->kind == OP_BILINEAR_SAMPLER_AFFINE) {
    double columns[OP_BILINEAR_SAMPLER_TILE]; /* room for either type */
    double rows[OP_BILINEAR_SAMPLER_TILE];
    lp_sample_affine(dtype, (const char *)call->in[1].data + (size_t)(image * 6) * size,
                     out->dim[2], out->dim[3], first, count, columns, rows);
    lp_sample_grid(&planes, dtype, columns, rows, count);
  } else {
    const char *grid =
        (const char *)call->in[1].data + (size_t)(image * 2 * points + first) * size;
    lp_sample_grid(&planes, dtype, grid, grid + (size_t)points * size, count);
  }
}

static lp_status op_bilinear_sampler_run(const lp_call *call) {
  const lp_shape *out = &call->out[0].shape;
  const int64_t points = out->dim[2] * out->dim[3];
  op_bilinear_sampler_work work = {
      call, (points + OP_BILINEAR_SAMPLER_TILE - 1) / OP_BILINEAR_SAMPLER_TILE};
  if (lp_shape_size(out) > 0) {
    lp_threads_run(lp_plane_threads(call, 20000), out->dim[0] * work.tiles,
                   op_bilinear_sampler_tile, &work);
  }
  return LP_OK;
}

static const lp_algorithm op_bilinear_sampler_algorithms[] = {
    {.name = "plain", .cost = lp_plane_cost, .run = op_bilinear_sampler_run},
};

static const lp_op_family op_bilinear_sampler_family = {
    .attrs = op_bilinear_sampler_attrs,
    .num_attrs = (int)LP_COUNT(op_bilinear_sampler_attrs),
    .inputs = "data grid",
    .shape = op_bilinear_sampler_shape,
    .algorithms = op_bilinear_sampler_algorithms,
    .num_algorithms = (int)LP_COUNT(op_bilinear_sampler_algorithms),
};
LP_DATA const lp_op lp_op_BilinearSampler = {
    .name = "BilinearSampler",
    .kind = OP_BILINEAR_SAMPLER_GRID,
    .family = &op_bilinear_sampler_family,
};

static const lp_op_family op_bilinear_sampler_affine_family = {
    .attrs = op_bilinear_sampler_affine_attrs,
    .num_attrs = (int)LP_COUNT(op_bilinear_sampler_affine_attrs),
    .param_size = sizeof(op_bilinear_sampler_param),
    .check = op_bilinear_sampler_check,
    .inputs = "data loc",
    .shape = op_bilinear_sampler_shape,
    .algorithms = op_bilinear_sampler_algorithms,
    .num_algorithms = (int)LP_COUNT(op_bilinear_sampler_algorithms),
};
LP_DATA const lp_op lp_op_SpatialTransformer = {
    .name = "SpatialTransformer",
    .kind = OP_BILINEAR_SAMPLER_AFFINE,
    .family = &op_bilinear_sampler_affine_family,
};

#undef OP_BILINEAR_SAMPLER_TILE
