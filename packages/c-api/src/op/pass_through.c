/* pass_through.c - copies input 0 to output 0 where the plan has not dropped the node. */
#include "pass_through.h"

#include <string.h>

#include "../kernel/layout.h"

bool lp_pass_through_always(const void *param) {
  (void)param;
  return true;
}

static double pass_through_cost(const lp_query *query) {
  return lp_query_no_epilogue(query) && query->in[0].dtype == query->out[0].dtype
             ? 0.1 * lp_query_elements(query)
             : LP_COST_REJECT;
}

static double pass_through_cost_blocked(const lp_query *query) {
  return query->block > 1 && query->in[0].dtype == LP_FLOAT32 && query->in[0].shape.ndim > 2
             ? pass_through_cost(query)
             : LP_COST_REJECT;
}

/* A further output: Dropout's mask, all kept. */
static void pass_through_fill(const lp_tensor *tensor) {
  const int64_t n = lp_shape_size(&tensor->shape);
  memset(tensor->data, 0, (size_t)n * lp_dtype_size(tensor->dtype));
  for (int64_t i = 0; i < n; i++) {
    if (tensor->dtype == LP_FLOAT32) {
      ((float *)tensor->data)[i] = 1;
    } else if (lp_dtype_is(tensor->dtype, LP_FLOAT64)) {
      ((double *)tensor->data)[i] = 1;
    } else if (lp_dtype_is(tensor->dtype, LP_FLOAT16)) {
      ((uint16_t *)tensor->data)[i] = 0x3c00;
    }
  }
}

static lp_status pass_through_run(const lp_call *call) {
  size_t elements = 0;
  if (!lp_layout_elements(&call->in[0].shape, call->in[0].block, &elements)) {
    return lp_fail(LP_ERROR_INTERNAL, "%s of an impossible shape", call->op->name);
  }
  if (call->out[0].data != call->in[0].data && elements > 0) {
    memcpy(call->out[0].data, call->in[0].data, elements * lp_dtype_size(call->in[0].dtype));
  }
  for (int i = 1; i < call->num_outputs; i++) {
    if (call->out[i].data != NULL) {
      pass_through_fill(&call->out[i]);
    }
  }
  return LP_OK;
}

LP_DATA const lp_algorithm lp_pass_through_algorithms[LP_PASS_THROUGH_COUNT] = {
    {.name = "blocked",
     .cost = pass_through_cost_blocked,
     .blocked_inputs = 1,
     .blocked_output = true,
     .run = pass_through_run},
    {.name = "plain", .cost = pass_through_cost, .run = pass_through_run},
};
