/*
 * op_clip.c - clip: y = x > a_max ? a_max : x < a_min ? a_min : x; NaN stays.
 *
 * The bounds are converted to the tensor's type first.
 * Attributes: a_min, a_max: float, required, a_min <= a_max.
 * In models since 2015; clip(0, 6) is the ReLU6 of MobileNet v2.
 */
#include "elementwise_run.h"
#include "op_table.h"

typedef struct op_clip_param {
  double a_min;
  double a_max;
} op_clip_param;

static const lp_attr op_clip_attrs[] = {
    {"a_min", LP_ATTR_FLOAT, LP_ATTR_REQUIRED, offsetof(op_clip_param, a_min), NULL, NULL},
    {"a_max", LP_ATTR_FLOAT, LP_ATTR_REQUIRED, offsetof(op_clip_param, a_max), NULL, NULL},
};

static lp_status op_clip_check(void *param) {
  const op_clip_param *clip = param;
  if (!(clip->a_min <= clip->a_max)) {
    return lp_fail(LP_ERROR_UNSUPPORTED, "expected a_min <= a_max, not a_min %g and a_max %g",
                   clip->a_min, clip->a_max);
  }
  return LP_OK;
}

static lp_status op_clip_run(const lp_call *call) {
  const op_clip_param *param = call->param;
  const lp_dtype dtype = call->out[0].dtype;
  double low; /* memory for one element of any type */
  double high;
  lp_dtype_convert(LP_FLOAT64, &param->a_min, dtype, &low, 1);
  lp_dtype_convert(LP_FLOAT64, &param->a_max, dtype, &high, 1);
  const lp_elementwise work = {.function = LP_FUNCTION_CEILING_MIN,
                               .dtype = dtype,
                               .x = call->in[0].data,
                               .y = &high,
                               .out = call->out[0].data,
                               .x_step = 1,
                               .rows = 1,
                               .n = lp_elementwise_size(call)};
  const lp_elementwise_step step = {LP_FUNCTION_FLOORING_MAX, &low};
  lp_elementwise_run_steps(&work, &step, 1, call->threads, call->isa);
  return LP_OK;
}

static bool op_clip_activation(const void *param, lp_activation *activation) {
  const op_clip_param *clip = param;
  *activation = (lp_activation){
      .kind = LP_ACTIVATION_CLIP, .low = (float)clip->a_min, .high = (float)clip->a_max};
  return true;
}

static const lp_algorithm op_clip_algorithms[] = LP_ELEMENTWISE_ALGORITHMS(op_clip_run);

LP_DATA const lp_op lp_op_clip = {
    .name = "clip",
    .aliases = "_sparse_clip _npi_clip",
    .kind = LP_FUNCTION_FLOORING_MAX,
    .attrs = op_clip_attrs,
    .num_attrs = (int)LP_COUNT(op_clip_attrs),
    .param_size = sizeof(op_clip_param),
    .check = op_clip_check,
    .inputs = "data",
    .algorithms = op_clip_algorithms,
    .num_algorithms = (int)LP_COUNT(op_clip_algorithms),
    .role = LP_ROLE_ACTIVATION,
    .activation = op_clip_activation,
};
