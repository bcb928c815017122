/*
 * op_tile.c - tile: the whole input repeated along its axes, as NumPy's.
 *
 * reps: tuple, required: how often along each axis. The shorter of reps and the input's shape gets
 *   ones in front.
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_tile_param {
  lp_tuple reps;
} op_tile_param;

static const lp_attr op_tile_attrs[] = {
    {"reps", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(op_tile_param, reps), NULL, NULL},
};

static lp_status op_tile_check(void *any_param) {
  const op_tile_param *param = any_param;
  if (param->reps.count < 0 || param->reps.count > LP_MAX_NDIM) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "reps has %d items, expected 0 to %d", param->reps.count,
                   LP_MAX_NDIM);
  }
  for (int i = 0; i < param->reps.count; i++) {
    if (param->reps.values[i] < 1) {
      return lp_fail(LP_ERROR_ATTRIBUTE, "reps: item %d is %lld, expected at least 1", i,
                     (long long)param->reps.values[i]);
    }
  }
  return LP_OK;
}

/* Repetitions along axis i of the output's ndim, and the input's axis, -1 where it has none. */
static int64_t op_tile_axis(const op_tile_param *param, int in_ndim, int ndim, int i, int *axis) {
  int rep = i - (ndim - param->reps.count);
  *axis = i - (ndim - in_ndim);
  *axis = *axis < 0 ? -1 : *axis;
  return rep < 0 ? 1 : param->reps.values[rep];
}

static lp_status op_tile_shape(const lp_infer *infer) {
  const op_tile_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  if (in->ndim < 0) {
    return LP_OK;
  }
  lp_shape out = lp_shape_unknown();
  out.ndim = in->ndim > param->reps.count ? in->ndim : param->reps.count;
  for (int i = 0; i < out.ndim; i++) {
    int axis = 0; /* gcc 12 does not see that a failure returns */
    int64_t reps = op_tile_axis(param, in->ndim, out.ndim, i, &axis);
    int64_t size = axis < 0 ? 1 : in->dim[axis];
    if (size > INT64_MAX / reps) {
      return lp_infer_fail(infer, "%lld repetitions of axis %d of size %lld are too many",
                           (long long)reps, i, (long long)size);
    }
    out.dim[i] = size < 0 ? LP_DIM_UNKNOWN : size * reps;
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_tile_run(const lp_call *call) {
  const lp_shape *in = &call->in[0].shape;
  const lp_shape *out = &call->out[0].shape;
  int64_t from[LP_MAX_NDIM];
  int64_t to[LP_MAX_NDIM];
  lp_strided_copy copy;
  lp_movement_strides(in, from);
  lp_movement_strides(out, to);
  lp_strided_copy_begin(&copy);
  for (int i = 0; i < out->ndim; i++) {
    int axis = 0; /* gcc 12 does not see that a failure returns */
    int64_t reps = op_tile_axis(call->param, in->ndim, out->ndim, i, &axis);
    int64_t size = axis < 0 ? 1 : in->dim[axis];
    lp_strided_copy_add(&copy, reps, 0, size * to[i]);
    lp_strided_copy_add(&copy, size, axis < 0 ? 0 : from[axis], to[i]);
  }
  lp_strided_copy_run(&copy, call->in[0].data, call->out[0].data, lp_dtype_size(call->in[0].dtype),
                      call->threads);
  return LP_OK;
}

static const lp_algorithm op_tile_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_tile_run},
};

static const lp_op_family op_tile_family = {
    .attrs = op_tile_attrs,
    .num_attrs = LP_COUNT(op_tile_attrs),
    .param_size = sizeof(op_tile_param),
    .check = op_tile_check,
    .inputs = "data",
    .shape = op_tile_shape,
    .algorithms = op_tile_algorithms,
    .num_algorithms = LP_COUNT(op_tile_algorithms),
};
LP_DATA const lp_op lp_op_tile = {
    .name = "tile",
    .aliases = "_npi_tile",
    .family = &op_tile_family,
};
