/* executor.c - runs a plan. */
#include "executor.h"

#include "../base/clock.h"
#include "../base/float_mode.h"

#include <stdio.h>

static void executor_report(const lp_monitor *monitor, const char *name, const lp_tensor *tensor) {
  lp_array array = {LP_MAGIC_ARRAY, tensor};
  if (tensor->data != NULL) {
    monitor->callback(name, &array, monitor->user);
  }
}

static void executor_report_inputs(const lp_plan_step *step, const lp_graph *graph,
                                   const lp_monitor *monitor) {
  char name[512], suffix[LP_OP_NAME_SIZE];
  for (uint32_t i = 0; i < step->node->num_inputs; i++) {
    const lp_node *source = &graph->nodes[step->node->inputs[i].node];
    if (source->op == NULL) {
      executor_report(monitor, source->name, &step->call.in[i]);
    }
    (void)lp_op_input_name(step->node->op, (int)i, suffix);
    (void)snprintf(name, sizeof name, "%s_%s", step->node->name, suffix);
    executor_report(monitor, name, &step->call.in[i]);
  }
}

static void executor_report_outputs(const lp_plan_step *step, const lp_monitor *monitor) {
  char name[512], suffix[LP_OP_NAME_SIZE];
  for (int i = 0; i < step->node->num_outputs; i++) {
    (void)lp_op_output_name(step->node->op, step->node->param, i, suffix);
    (void)snprintf(name, sizeof name, "%s_%s", step->node->name, suffix);
    executor_report(monitor, name, &step->call.out[i]);
  }
}

/* The caller's mode of floating point is that of its callbacks too. */
static lp_status executor_step(const lp_plan_step *step, const lp_graph *graph,
                               const lp_monitor *monitor, uint32_t callers_mode) {
  bool watched = monitor->callback != NULL && step->node != NULL;
  if (watched && monitor->all) {
    lp_float_mode_enter(callers_mode);
    executor_report_inputs(step, graph, monitor);
  }
  /* Beside what a sum of products may be off by, a denormal is nothing; elsewhere it may be the exact result. */
  lp_float_mode_enter(step->call.op->family->multiply_adds != NULL ? LP_FLOAT_FLUSH : LP_FLOAT_EXACT);
  if (step->algorithm->run(&step->call) != LP_OK) {
    return lp_fail_within("Error in operator %.200s (%s): ", step->name, step->call.op->name);
  }
  if (watched) {
    lp_float_mode_enter(callers_mode);
    executor_report_outputs(step, monitor);
  }
  return LP_OK;
}

static lp_status executor_measure(const lp_plan_step *step, const lp_graph *graph,
                                  const lp_monitor *monitor, uint32_t callers_mode, bool first,
                                  lp_profile_entry *entry) {
  const uint64_t begin = lp_clock_now();
  LP_TRY(executor_step(step, graph, monitor, callers_mode));
  const uint64_t took = lp_clock_now() - begin;
  entry->least = first || took < entry->least ? took : entry->least;
  entry->sum += took;
  return LP_OK;
}

lp_status lp_executor_run(const lp_plan *plan, const lp_graph *graph, const lp_monitor *monitor,
                          const lp_flag *cancelled, lp_profile *profile) {
  const uint32_t callers_mode = lp_float_mode_get();
  lp_status status = LP_OK;
  for (uint32_t i = 0; i < plan->num_steps && status == LP_OK; i++) {
    const lp_plan_step *step = &plan->steps[i];
    if (lp_flag_read(cancelled) != 0) {
      status = lp_fail(LP_ERROR_CANCELLED, "cancelled before node '%.200s', %u of %u", step->name,
                       (unsigned)i + 1, (unsigned)plan->num_steps);
    } else if (profile->entries == NULL) {
      status = executor_step(step, graph, monitor, callers_mode);
    } else {
      status = executor_measure(step, graph, monitor, callers_mode, profile->runs == 0,
                                &profile->entries[i]);
    }
  }
  lp_float_mode_enter(callers_mode);
  profile->runs += status == LP_OK ? 1 : 0;
  return status;
}

lp_status lp_executor_run_step(const lp_plan *plan, const lp_graph *graph,
                               const lp_monitor *monitor, uint32_t step) {
  uint32_t callers_mode = lp_float_mode_get();
  lp_status status = step < plan->num_steps
                         ? executor_step(&plan->steps[step], graph, monitor, callers_mode)
                         : LP_OK;
  lp_float_mode_enter(callers_mode);
  return status;
}
