/*
 * op_foreach.c - _foreach: a subgraph, once for every item along axis 0 of the data.
 *
 * At each step the subgraph takes an item of each of the data, the states and the rest of the inputs;
 * its first outputs are stacked along a new axis 0, the others are the states of the next step.
 *
 * Attributes, all required: num_args (inputs + 1), num_outputs, num_out_data (outputs that are
 * stacked), in_data_locs, in_state_locs, remain_locs (see op_foreach.h).
 * Only a graph can infer and run it: graph/shape_inference.c, plan/plan_loop.c, exec/executor.c.
 * mx.sym.contrib.foreach, Gluon's unrolled cells with it.
 */
#include "movement.h"
#include "op_foreach.h"
#include "op_table.h"

static const lp_attr op_foreach_attrs[] = {
    {"num_args", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(lp_foreach, num_args), NULL, NULL},
    {"num_outputs", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(lp_foreach, num_outputs), NULL, NULL},
    {"num_out_data", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(lp_foreach, num_out_data), NULL,
     NULL},
    {"in_data_locs", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(lp_foreach, data), NULL, NULL},
    {"in_state_locs", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(lp_foreach, states), NULL, NULL},
    {"remain_locs", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(lp_foreach, rest), NULL, NULL},
};

static lp_status op_foreach_check(void *param) {
  const lp_foreach *loop = param;
  if (loop->num_args < 2 || loop->num_args > LP_MOVEMENT_MAX_TENSORS || loop->num_outputs < 1 ||
      loop->num_outputs > LP_MOVEMENT_MAX_TENSORS) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "num_args is %lld and num_outputs %lld, expected 2 to %d and 1 to %d",
                   (long long)loop->num_args, (long long)loop->num_outputs,
                   LP_MOVEMENT_MAX_TENSORS, LP_MOVEMENT_MAX_TENSORS);
  }
  if (loop->data.count < 1 || loop->states.count < 0 || loop->rest.count < 0 ||
      (int64_t)loop->data.count + loop->states.count + loop->rest.count != loop->num_args - 1 ||
      loop->num_out_data < 0 || loop->num_out_data + loop->states.count != loop->num_outputs) {
    return lp_fail(LP_ERROR_ATTRIBUTE,
                   "%d data, %d states and %d other inputs, %lld stacked outputs: expected at least "
                   "1 data, %lld inputs in all and, with the states, %lld outputs",
                   loop->data.count, loop->states.count, loop->rest.count,
                   (long long)loop->num_out_data, (long long)loop->num_args - 1,
                   (long long)loop->num_outputs);
  }
  return LP_OK;
}

static int op_foreach_count_inputs(const void *param) {
  return (int)((const lp_foreach *)param)->num_args - 1;
}
static int op_foreach_count_outputs(const void *param) {
  return (int)((const lp_foreach *)param)->num_outputs;
}

/* The graph knows more. */
static lp_status op_foreach_infer(const lp_infer *infer) {
  (void)infer;
  return LP_OK;
}
static double op_foreach_cost(const lp_query *query) {
  (void)query;
  return LP_COST_REJECT;
}
static lp_status op_foreach_run(const lp_call *call) {
  return lp_fail(LP_ERROR_INTERNAL, "%s without its subgraph", call->op->name);
}

static const lp_algorithm op_foreach_algorithms[] = {
    {.name = "loop", .cost = op_foreach_cost, .run = op_foreach_run},
};

static const lp_op_family op_foreach_family = {
    .attrs = op_foreach_attrs,
    .num_attrs = (int)LP_COUNT(op_foreach_attrs),
    .param_size = sizeof(lp_foreach),
    .check = op_foreach_check,
    .inputs = "data*",
    .count_inputs = op_foreach_count_inputs,
    .count_outputs = op_foreach_count_outputs,
    .count_visible = op_foreach_count_outputs,
    .shape = op_foreach_infer,
    .dtype = op_foreach_infer,
    .algorithms = op_foreach_algorithms,
    .num_algorithms = (int)LP_COUNT(op_foreach_algorithms),
    .role = LP_ROLE_LOOP,
};
LP_DATA const lp_op lp_op_foreach = {.name = "_foreach", .family = &op_foreach_family};
