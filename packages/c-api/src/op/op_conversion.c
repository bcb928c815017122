/* op_conversion.c - conversion of element type and of layout. */
#include "op_conversion.h"

#include "../kernel/layout.h"

#define OP_CONVERSION_GRAIN ((int64_t)1 << 16) /* elements per chunk of work */

static void op_conversion_chunk(void *context, int64_t chunk, unsigned worker) {
  const lp_call *call = context;
  const lp_tensor *in = &call->in[0], *out = &call->out[0];
  (void)worker;
  int64_t size = lp_shape_size(&in->shape), begin = chunk * OP_CONVERSION_GRAIN;
  int64_t count = size - begin < OP_CONVERSION_GRAIN ? size - begin : OP_CONVERSION_GRAIN;
  lp_dtype_convert(in->dtype, (const char *)in->data + (size_t)begin * lp_dtype_size(in->dtype),
                   out->dtype, (char *)out->data + (size_t)begin * lp_dtype_size(out->dtype),
                   (size_t)count);
}

static lp_status op_conversion_dtype(const lp_call *call) {
  int64_t size = lp_shape_size(&call->in[0].shape);
  lp_threads_run(call->threads, (size + OP_CONVERSION_GRAIN - 1) / OP_CONVERSION_GRAIN,
                 op_conversion_chunk, (void *)(uintptr_t)call);
  return LP_OK;
}

static lp_status op_conversion_layout(const lp_call *call) {
  if (!LP_WITH_FAST) {
    return LP_OK; /* no tensor is blocked */
  }
  lp_layout_convert(&call->in[0], &call->out[0], call->isa, call->threads);
  return LP_OK;
}

static double op_conversion_cost(const lp_query *query) {
  return lp_query_no_epilogue(query) ? lp_query_elements(query) : LP_COST_REJECT;
}

static const lp_algorithm op_conversion_dtype_algorithms[] = {
    {.name = "plain", .cost = op_conversion_cost, .run = op_conversion_dtype}};
static const lp_algorithm op_conversion_layout_algorithms[] = {
    {.name = "plain", .cost = op_conversion_cost, .run = op_conversion_layout}};

static const lp_op_family op_to_dtype_family = {
    .inputs = "data",
    .algorithms = op_conversion_dtype_algorithms,
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op_to_dtype = {.name = "to_dtype", .family = &op_to_dtype_family};
static const lp_op_family op_to_layout_family = {
    .inputs = "data",
    .algorithms = op_conversion_layout_algorithms,
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op_to_layout = {.name = "to_layout", .family = &op_to_layout_family};
