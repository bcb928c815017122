/*
 * op_hard_sigmoid.c - hard_sigmoid: y = min(1, max(0, alpha x + beta)); NaN stays. Real types only.
 *
 * Attributes: alpha: float = 0.2, beta: float = 0.5. In models since 1.3 (gates of MobileNet v3).
 */
#include <string.h>

#include "elementwise_run.h"
#include "op_table.h"

typedef struct op_hard_sigmoid_param {
  double alpha;
  double beta;
} op_hard_sigmoid_param;

static const lp_attr op_hard_sigmoid_attrs[] = {
    {"alpha", LP_ATTR_FLOAT, 0, offsetof(op_hard_sigmoid_param, alpha), "0.2", NULL},
    {"beta", LP_ATTR_FLOAT, 0, offsetof(op_hard_sigmoid_param, beta), "0.5", NULL},
};

static lp_status op_hard_sigmoid_dtype(const lp_infer *infer) {
  const lp_dtype dtype = infer->in_dtype[0];
  if (dtype != LP_DTYPE_UNKNOWN && !lp_dtype_is_float(dtype)) {
    return lp_fail(LP_ERROR_DTYPE,
                   "Error in operator %s (hard_sigmoid): expected a real element type at 'data', "
                   "not %s",
                   infer->node, lp_dtype_name(dtype));
  }
  return lp_infer_same_dtype(infer);
}

static lp_status op_hard_sigmoid_run(const lp_call *call) {
  const op_hard_sigmoid_param *param = call->param;
  const lp_dtype dtype = call->out[0].dtype;
  const double from[4] = {param->alpha, param->beta, 1.0, 0.0};
  double to[4]; /* memory for one element of any type each */
  for (int i = 0; i < 4; i++) {
    lp_dtype_convert(LP_FLOAT64, &from[i], dtype, &to[i], 1);
  }
  const lp_elementwise work = {.function = LP_FUNCTION_MULTIPLY,
                               .dtype = dtype,
                               .x = call->in[0].data,
                               .y = &to[0],
                               .out = call->out[0].data,
                               .x_step = 1,
                               .rows = 1,
                               .n = lp_elementwise_size(call)};
  const lp_elementwise_step steps[] = {{LP_FUNCTION_ADD, &to[1]},
                                       {LP_FUNCTION_CEILING_MIN, &to[2]},
                                       {LP_FUNCTION_FLOORING_MAX, &to[3]}};
  lp_elementwise_run_steps(&work, steps, (int)LP_COUNT(steps), call->threads, call->isa);
  return LP_OK;
}

static bool op_hard_sigmoid_activation(const void *parsed, lp_activation *activation) {
  const op_hard_sigmoid_param *param = parsed;
  *activation = (lp_activation){.kind = LP_ACTIVATION_HARD_SIGMOID,
                                .low = (float)param->alpha,
                                .high = (float)param->beta};
  return true;
}

static int op_hard_sigmoid_links(const lp_query *query, lp_link *links) {
  const op_hard_sigmoid_param *param = query->param;
  const lp_link steps[] = {{.function = LP_FUNCTION_MULTIPLY, .value = (float)param->alpha},
                           {.function = LP_FUNCTION_ADD, .value = (float)param->beta},
                           {.function = LP_FUNCTION_CEILING_MIN, .value = 1.0f},
                           {.function = LP_FUNCTION_FLOORING_MAX, .value = 0.0f}};
  memcpy(links, steps, sizeof steps);
  return (int)LP_COUNT(steps);
}

static const lp_algorithm op_hard_sigmoid_algorithms[] =
    LP_ELEMENTWISE_ALGORITHMS(op_hard_sigmoid_run);

static const lp_op_family op_hard_sigmoid_family = {
    .attrs = op_hard_sigmoid_attrs,
    .num_attrs = (int)LP_COUNT(op_hard_sigmoid_attrs),
    .param_size = sizeof(op_hard_sigmoid_param),
    .inputs = "input0",
    .dtype = op_hard_sigmoid_dtype,
    .algorithms = op_hard_sigmoid_algorithms,
    .num_algorithms = (int)LP_COUNT(op_hard_sigmoid_algorithms),
    .links = op_hard_sigmoid_links,
    .role = LP_ROLE_ACTIVATION,
    .activation = op_hard_sigmoid_activation,
};
LP_DATA const lp_op lp_op_hard_sigmoid = {
    .name = "hard_sigmoid",
    .kind = LP_FUNCTION_MULTIPLY,
    .family = &op_hard_sigmoid_family,
};
