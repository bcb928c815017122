/*
 * op_activation.c - Activation: y = f(x).
 *
 * Attributes: act_type (required) relu, sigmoid, tanh, softrelu or softsign.
 * Of all ages; most networks have it. NaN stays NaN.
 */
#include "../kernel/activation.h"
#include "../kernel/layout.h"
#include "op_chain.h"
#include "op_table.h"

typedef struct op_activation_param {
  int act_type; /* an lp_activation_function: the first five have the attribute's order */
} op_activation_param;

static const lp_attr op_activation_attrs[] = {
    {"act_type", LP_ATTR_ENUM, LP_ATTR_REQUIRED, LP_ATTR_OF(op_activation_param, act_type), NULL,
     "relu|sigmoid|tanh|softrelu|softsign"},
};

static lp_status op_activation_check(void *param) {
  return lp_activation_check(
      (lp_activation_function)((const op_activation_param *)param)->act_type);
}

static double op_activation_cost(const lp_query *query) {
  const op_activation_param *param = query->param;
  lp_dtype dtype = query->in[0].dtype;
  if (!lp_query_no_epilogue(query) || !lp_query_all(query, dtype) ||
      (dtype != LP_FLOAT32 && !lp_dtype_is(dtype, LP_FLOAT64))) {
    return LP_COST_REJECT;
  }
  double each = lp_activation_cost((lp_activation_function)param->act_type);
  return lp_query_elements(query) * (lp_dtype_is(dtype, LP_FLOAT64) ? 10 * each : each);
}

static double op_activation_cost_blocked(const lp_query *query) {
  bool possible = query->block > 1 && query->in[0].dtype == LP_FLOAT32 && query->in[0].shape.ndim > 2;
  return possible ? op_activation_cost(query) : LP_COST_REJECT;
}

static lp_status op_activation_run(const lp_call *call) {
  const op_activation_param *param = call->param;
  size_t elements = 0;
  if (!lp_layout_elements(&call->in[0].shape, call->in[0].block, &elements)) {
    return lp_fail(LP_ERROR_INTERNAL, "Activation of an impossible shape");
  }
  lp_activation_run((lp_activation_function)param->act_type, 0, call->in[0].dtype,
                    call->in[0].data, call->out[0].data, (int64_t)elements, call->isa,
                    call->threads);
  return LP_OK;
}

static bool op_activation_fused(const void *param, lp_activation *activation) {
  switch (((const op_activation_param *)param)->act_type) {
    case LP_ACTIVATE_RELU: activation->kind = LP_ACTIVATION_RELU; return true;
    case LP_ACTIVATE_SIGMOID: activation->kind = LP_ACTIVATION_SIGMOID; return true;
    case LP_ACTIVATE_TANH: activation->kind = LP_ACTIVATION_TANH; return true;
    default: return false;
  }
}

static int op_activation_links(const lp_query *query, lp_link *links) {
  links[0] = (lp_link){.kind = LP_LINK_ACTIVATE,
                       .function = ((const op_activation_param *)query->param)->act_type};
  return 1;
}

static const lp_algorithm op_activation_algorithms[] = {
#if LP_WITH_FAST
    {.name = "blocked",
     .cost = op_activation_cost_blocked,
     .blocked_inputs = 1,
     .blocked_output = true,
     .inplace = true,
     .run = op_activation_run},
#endif
    {.name = "plain", .cost = op_activation_cost, .inplace = true, .run = op_activation_run},
};

static const lp_op_family op_activation_family = {
    .attrs = op_activation_attrs,
    .num_attrs = (int)LP_COUNT(op_activation_attrs),
    .param_size = sizeof(op_activation_param),
    .check = op_activation_check,
    .inputs = "input0",
    .weight_inputs = 0,
    .algorithms = op_activation_algorithms,
    .num_algorithms = (int)LP_COUNT(op_activation_algorithms),
    .links = LP_WITH_CHAINS ? op_activation_links : NULL,
    .role = LP_ROLE_ACTIVATION,
    .activation = op_activation_fused,
};
LP_DATA const lp_op lp_op_Activation = {
    .name = "Activation",
    .aliases = "_npx_activation",
    .family = &op_activation_family,
};
