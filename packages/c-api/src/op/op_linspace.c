/*
 * op_linspace.c - _linspace: num numbers at equal distances, start + i (stop - start) / (num - 1).
 *
 * start, stop: double, required; num: int, required; endpoint: bool = True: False: divided by num,
 *   so that stop is not reached; dtype: type = float32; ctx: no effect
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_linspace_param {
  double start;
  double stop;
  int64_t num;
  int endpoint;
  int dtype;
} op_linspace_param;

static const lp_attr op_linspace_attrs[] = {
    {"start", LP_ATTR_FLOAT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_linspace_param, start), NULL, NULL},
    {"stop", LP_ATTR_FLOAT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_linspace_param, stop), NULL, NULL},
    {"num", LP_ATTR_UINT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_linspace_param, num), NULL, NULL},
    {"endpoint", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_linspace_param, endpoint), "True", NULL},
    {"dtype", LP_ATTR_DTYPE, 0, LP_ATTR_OF(op_linspace_param, dtype), "float32", NULL},
    {"ctx", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

static lp_status op_linspace_shape(const lp_infer *infer) {
  const lp_shape out = lp_shape_1(((const op_linspace_param *)infer->param)->num);
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_linspace_dtype(const lp_infer *infer) {
  const op_linspace_param *param = infer->param;
  return lp_infer_merge_dtype(infer, &infer->out_dtype[0], param->dtype);
}

static lp_status op_linspace_run(const lp_call *call) {
  const op_linspace_param *param = call->param;
  const lp_tensor *out = &call->out[0];
  const int64_t parts = param->num - (param->endpoint ? 1 : 0);
  const double step = parts > 0 ? (param->stop - param->start) / (double)parts : 0;
  for (int64_t i = 0; i < param->num; i++) {
    const double value = param->start + (double)i * step;
    lp_dtype_convert(LP_FLOAT64, &value, out->dtype,
                     (char *)out->data + (size_t)i * lp_dtype_size(out->dtype), 1);
  }
  return LP_OK;
}

static const lp_algorithm op_linspace_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_linspace_run},
};

static const lp_op_family op_linspace_family = {
    .attrs = op_linspace_attrs,
    .num_attrs = LP_COUNT(op_linspace_attrs),
    .param_size = sizeof(op_linspace_param),
    .shape = op_linspace_shape,
    .dtype = op_linspace_dtype,
    .algorithms = op_linspace_algorithms,
    .num_algorithms = LP_COUNT(op_linspace_algorithms),
};
LP_DATA const lp_op lp_op_linspace = {
    .name = "_linspace", .aliases = "_npi_linspace", .family = &op_linspace_family};
