/* executor.c - runs a plan. */
#include "executor.h"

#include "../base/clock.h"
#include "../base/float_mode.h"
#include "../plan/plan_loop.h"

#include <stdio.h>
#include <string.h>

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

static lp_status executor_call(const lp_plan_step *step, const lp_flag *cancelled);

/* All steps of the body, for every item; how deep loops lie in one another the graph's reader has limited. */
static lp_status executor_loop(const lp_plan_step *step, const lp_flag *cancelled) {
  const lp_plan_loop *loop = step->loop;
  const lp_call *call = &step->call;
  const lp_loop_copy *next = loop->outputs + loop->num_stacked;
  for (int k = 0; k < loop->num_states; k++) {
    memcpy(loop->states[k].memory, call->in[loop->num_data + k].data, loop->states[k].bytes);
  }
  for (int64_t item = 0; item < loop->count; item++) {
    if (cancelled != NULL && lp_flag_read(cancelled) != 0) {
      return lp_fail(LP_ERROR_CANCELLED, "cancelled before item %lld of %lld", (long long)item + 1,
                     (long long)loop->count);
    }
    for (int k = 0; k < loop->num_data; k++) {
      const size_t bytes = loop->data[k].bytes;
      memcpy(loop->data[k].memory, (const char *)call->in[k].data + (size_t)item * bytes, bytes);
    }
    for (uint32_t i = 0; i < loop->body.num_steps; i++) {
      LP_TRY(executor_call(&loop->body.steps[i], cancelled));
    }
    for (int k = 0; k < loop->num_stacked; k++) {
      const lp_loop_copy *from = &loop->outputs[k];
      memcpy((char *)call->out[k].data + (size_t)item * from->bytes, from->memory, from->bytes);
    }
    for (int k = 0; k < loop->num_states; k++) {
      memcpy(loop->states[k].memory, next[k].memory, next[k].bytes);
    }
  }
  for (int k = 0; k < loop->num_states; k++) {
    memcpy(call->out[loop->num_stacked + k].data, loop->states[k].memory, loop->states[k].bytes);
  }
  return LP_OK;
}

static lp_status executor_call(const lp_plan_step *step, const lp_flag *cancelled) {
  /* Beside what a sum of products may be off by, a denormal is nothing; elsewhere it may be the exact result. */
  lp_float_mode_enter(step->call.op->family->multiply_adds != NULL ? LP_FLOAT_FLUSH : LP_FLOAT_EXACT);
  const lp_status status = LP_WITH_SUBGRAPHS && step->loop != NULL
                               ? executor_loop(step, cancelled)
                               : step->algorithm->run(&step->call);
  return status == LP_OK ? LP_OK
                         : lp_fail_within("Error in operator %.200s (%s): ", step->name,
                                          step->call.op->name);
}

/* What runs steps: whose graph they are of, who watches, who may stop them (NULL: nobody). */
typedef struct executor_context {
  const lp_graph *graph;
  const lp_monitor *monitor;
  const lp_flag *cancelled;
  uint32_t callers_mode; /* of floating point, in which callbacks run too */
} executor_context;

static lp_status executor_step(const executor_context *context, const lp_plan_step *step) {
  const lp_monitor *monitor = context->monitor;
  bool watched = monitor->callback != NULL && step->node != NULL;
  if (watched && monitor->all) {
    lp_float_mode_enter(context->callers_mode);
    executor_report_inputs(step, context->graph, monitor);
  }
  LP_TRY(executor_call(step, context->cancelled));
  if (watched) {
    lp_float_mode_enter(context->callers_mode);
    executor_report_outputs(step, monitor);
  }
  return LP_OK;
}

static lp_status executor_measure(const executor_context *context, const lp_plan_step *step,
                                  bool first, lp_profile_entry *entry) {
  const uint64_t begin = lp_clock_now();
  LP_TRY(executor_step(context, step));
  const uint64_t took = lp_clock_now() - begin;
  entry->least = first || took < entry->least ? took : entry->least;
  entry->sum += took;
  return LP_OK;
}

lp_status lp_executor_run(const lp_plan *plan, const lp_graph *graph, const lp_monitor *monitor,
                          const lp_flag *cancelled, lp_profile *profile) {
  const executor_context context = {graph, monitor, cancelled, lp_float_mode_get()};
  lp_status status = LP_OK;
  for (uint32_t i = 0; i < plan->num_steps && status == LP_OK; i++) {
    const lp_plan_step *step = &plan->steps[i];
    if (lp_flag_read(cancelled) != 0) {
      status = lp_fail(LP_ERROR_CANCELLED, "cancelled before node '%.200s', %u of %u", step->name,
                       (unsigned)i + 1, (unsigned)plan->num_steps);
    } else if (profile->entries == NULL) {
      status = executor_step(&context, step);
    } else {
      status = executor_measure(&context, step, profile->runs == 0, &profile->entries[i]);
    }
  }
  lp_float_mode_enter(context.callers_mode);
  profile->runs += status == LP_OK ? 1 : 0;
  return status;
}

lp_status lp_executor_run_step(const lp_plan *plan, const lp_graph *graph,
                               const lp_monitor *monitor, uint32_t step) {
  const executor_context context = {graph, monitor, NULL, lp_float_mode_get()};
  lp_status status = step < plan->num_steps ? executor_step(&context, &plan->steps[step]) : LP_OK;
  lp_float_mode_enter(context.callers_mode);
  return status;
}
