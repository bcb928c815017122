/*
 * op_clip.c - clip: y = x > a_max ? a_max : x < a_min ? a_min : x; NaN stays.
 *
 * For integer types the bounds are first brought into the type's range and truncated.
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

/* A bound in the tensor's type. */
static void op_clip_bound(double bound, lp_dtype dtype, void *to) {
  static const struct {
    lp_dtype dtype;
    double least;
    double greatest;
  } ranges[] = {{LP_UINT8, 0.0, 255.0},
                {LP_INT8, -128.0, 127.0},
                {LP_BOOL, 0.0, 1.0},
                {LP_INT32, -2147483648.0, 2147483647.0},
                /* The greatest double below 2^63. */
                {LP_INT64, -9223372036854775808.0, 9223372036854774784.0}};
  for (size_t i = 0; i < LP_COUNT(ranges); i++) {
    if (ranges[i].dtype == dtype) {
      bound = bound < ranges[i].least ? ranges[i].least : bound;
      bound = bound > ranges[i].greatest ? ranges[i].greatest : bound;
    }
  }
  lp_dtype_convert(LP_FLOAT64, &bound, dtype, to, 1);
}

static lp_status op_clip_run(const lp_call *call) {
  const op_clip_param *param = call->param;
  const lp_dtype dtype = call->out[0].dtype;
  double low; /* memory for one element of any type */
  double high;
  /* The attributes are float, whatever the tensor's type. */
  op_clip_bound((float)param->a_min, dtype, &low);
  op_clip_bound((float)param->a_max, dtype, &high);
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

static int op_clip_links(const lp_query *query, lp_link *links) {
  const op_clip_param *param = query->param;
  links[0] = (lp_link){.kind = LP_LINK_FUNCTION,
                       .function = LP_FUNCTION_CEILING_MIN,
                       .value = (float)param->a_max};
  links[1] = (lp_link){.kind = LP_LINK_FUNCTION,
                       .function = LP_FUNCTION_FLOORING_MAX,
                       .value = (float)param->a_min};
  return 2;
}

static const lp_algorithm op_clip_algorithms[] = LP_ELEMENTWISE_ALGORITHMS(op_clip_run);

static const lp_op_family op_clip_family = {
    .attrs = op_clip_attrs,
    .num_attrs = (int)LP_COUNT(op_clip_attrs),
    .param_size = sizeof(op_clip_param),
    .check = op_clip_check,
    .inputs = "input0",
    .algorithms = op_clip_algorithms,
    .num_algorithms = (int)LP_COUNT(op_clip_algorithms),
    .links = op_clip_links,
    .role = LP_ROLE_ACTIVATION,
    .activation = op_clip_activation,
};
LP_DATA const lp_op lp_op_clip = {
    .name = "clip",
    .aliases = "_sparse_clip _npi_clip",
    .kind = LP_FUNCTION_FLOORING_MAX,
    .family = &op_clip_family,
};
