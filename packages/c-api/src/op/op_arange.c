/*
 * op_arange.c - _arange: start, start + step, ... below stop, each `repeat` times.
 *               _contrib_arange_like: the same, as many as data has elements or one of its axes.
 *
 * _arange: start: double, required; stop: optional double = None: None: from 0 to start;
 *   step: double = 1; repeat: int = 1; infer_range: bool = False: as many as the consumer takes;
 *   dtype: type = float32; ctx: no effect
 * _contrib_arange_like: start: double = 0; step: double = 1; repeat: int = 1;
 *   axis: optional int = None: None: data's shape; else a vector of that axis' size; ctx: no effect
 * float32 is computed in float32, as MXNet does, float64 in float64; all other types, float16 too,
 * from start and step without their fractions.
 */
#include "movement.h"
#include "op_table.h"

#include <math.h>

typedef struct op_arange_param {
  double start;
  double stop;
  double step;
  int64_t repeat;
  int64_t axis;
  int infer_range;
  int dtype;
} op_arange_param;

static const lp_attr op_arange_attrs[] = {
    {"start", LP_ATTR_FLOAT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_arange_param, start), NULL, NULL},
    {"stop", LP_ATTR_FLOAT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_arange_param, stop), "None", NULL},
    {"step", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_arange_param, step), "1", NULL},
    {"repeat", LP_ATTR_INT, 0, LP_ATTR_OF(op_arange_param, repeat), "1", NULL},
    {"infer_range", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_arange_param, infer_range), "False", NULL},
    {"dtype", LP_ATTR_DTYPE, 0, LP_ATTR_OF(op_arange_param, dtype), "float32", NULL},
    {"ctx", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};
static const lp_attr op_arange_like_attrs[] = {
    {"start", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_arange_param, start), "0", NULL},
    {"step", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_arange_param, step), "1", NULL},
    {"repeat", LP_ATTR_INT, 0, LP_ATTR_OF(op_arange_param, repeat), "1", NULL},
    {"axis", LP_ATTR_INT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_arange_param, axis), "None", NULL},
    {"ctx", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

static lp_status op_arange_like_check(void *any_param) {
  const op_arange_param *param = any_param;
  if (param->repeat < 1) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "repeat is %lld, expected at least 1",
                   (long long)param->repeat);
  }
  return LP_OK;
}

static lp_status op_arange_check(void *any_param) {
  op_arange_param *param = any_param;
  LP_TRY(op_arange_like_check(param));
  if (isnan(param->stop) && !param->infer_range) {
    param->stop = param->start;
    param->start = 0;
  }
  double length = (param->stop - param->start) / param->step;
  if (!param->infer_range &&
      !(length > 0 && length < (double)(INT64_MAX / 4) / (double)param->repeat)) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "start %g, stop %g, step %g: expected a range that holds "
                                       "something and is not too long",
                   param->start, param->stop, param->step);
  }
  return LP_OK;
}

static lp_status op_arange_shape(const lp_infer *infer) {
  const op_arange_param *param = infer->param;
  lp_shape out = lp_shape_1(LP_DIM_UNKNOWN);
  if (!param->infer_range) {
    out.dim[0] = (int64_t)ceil((param->stop - param->start) / param->step) * param->repeat;
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_arange_dtype(const lp_infer *infer) {
  const op_arange_param *param = infer->param;
  return lp_infer_merge_dtype(infer, &infer->out_dtype[0], param->dtype);
}

static lp_status op_arange_like_shape(const lp_infer *infer) {
  const op_arange_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  int axis = 0; /* gcc 12 does not see that a failure returns */
  if (in->ndim < 0) {
    return LP_OK;
  }
  if (param->axis == LP_NONE) {
    return lp_infer_merge(infer, &infer->out[0], in);
  }
  LP_TRY(lp_movement_axis(infer, "axis", param->axis, in->ndim, &axis));
  lp_shape out = lp_shape_1(in->dim[axis]);
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_arange_run(const lp_call *call) {
  const op_arange_param *param = call->param;
  const lp_tensor *out = &call->out[0];
  int64_t count = lp_shape_size(&out->shape);
  size_t size = lp_dtype_size(out->dtype);
  int64_t start;
  int64_t step;
  lp_dtype_convert(LP_FLOAT64, &param->start, LP_INT64, &start, 1);
  lp_dtype_convert(LP_FLOAT64, &param->step, LP_INT64, &step, 1);
  for (int64_t i = 0; i < count; i++) {
    int64_t k = i / param->repeat;
    if (out->dtype == LP_FLOAT32) {
      float distance = (float)k * (float)param->step;
      ((float *)out->data)[i] = (float)param->start + distance;
    } else if (out->dtype == LP_FLOAT64) {
      ((double *)out->data)[i] = param->start + (double)k * param->step;
    } else {
      int64_t value = (int64_t)((uint64_t)start + (uint64_t)k * (uint64_t)step);
      lp_dtype_convert(LP_INT64, &value, out->dtype, (char *)out->data + (size_t)i * size, 1);
    }
  }
  return LP_OK;
}

static double op_arange_cost(const lp_query *query) { return 4 * lp_movement_cost(query); }

static const lp_algorithm op_arange_algorithms[] = {
    {.name = "plain", .cost = op_arange_cost, .run = op_arange_run},
};

static const lp_op_family op_arange_family = {
    .attrs = op_arange_attrs,
    .num_attrs = LP_COUNT(op_arange_attrs),
    .param_size = sizeof(op_arange_param),
    .check = op_arange_check,
    .shape = op_arange_shape,
    .dtype = op_arange_dtype,
    .algorithms = op_arange_algorithms,
    .num_algorithms = LP_COUNT(op_arange_algorithms),
};
LP_DATA const lp_op lp_op_arange = {.name = "_arange", .family = &op_arange_family};

static const lp_op_family op_arange_like_family = {
    .attrs = op_arange_like_attrs,
    .num_attrs = LP_COUNT(op_arange_like_attrs),
    .param_size = sizeof(op_arange_param),
    .check = op_arange_like_check,
    .inputs = "input0",
    .shape = op_arange_like_shape,
    .dtype = lp_movement_first_dtype,
    .algorithms = op_arange_algorithms,
    .num_algorithms = LP_COUNT(op_arange_algorithms),
};
LP_DATA const lp_op lp_op_arange_like = {
    .name = "_contrib_arange_like",
    .aliases = "_npx_arange_like",
    .family = &op_arange_like_family,
};
