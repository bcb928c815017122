/* quantized_rules.c - see quantized_rules.h. */
#include "quantized_rules.h"

#include <math.h>

int lp_quantized_three(const void *param) {
  (void)param;
  return 3;
}

lp_status lp_quantized_shape(const lp_infer *infer, const lp_op *plain, int tensors, int first) {
  lp_infer inner = *infer;
  inner.num_inputs = tensors;
  inner.num_outputs = 1;
  LP_TRY(plain != NULL ? plain->family->shape(&inner) : lp_infer_same_shape(&inner));
  return lp_quantized_range_shapes(infer, first);
}

lp_status lp_quantized_range_shapes(const lp_infer *infer, int first) {
  const lp_shape range = lp_shape_1(1);
  for (int i = first; i < infer->num_inputs; i++) {
    LP_TRY(lp_infer_merge(infer, &infer->in[i], &range));
  }
  for (int i = 1; i < infer->num_outputs; i++) {
    LP_TRY(lp_infer_merge(infer, &infer->out[i], &range));
  }
  return LP_OK;
}

lp_status lp_quantized_ranges(const lp_infer *infer, int first) {
  for (int i = first; i < infer->num_inputs; i++) {
    LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[i], LP_FLOAT32));
  }
  for (int i = 1; i < infer->num_outputs; i++) {
    LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[i], LP_FLOAT32));
  }
  return LP_OK;
}

lp_status lp_quantized_bytes(const lp_infer *infer, int input) {
  const lp_dtype dtype = infer->in_dtype[input];
  if (dtype == LP_DTYPE_UNKNOWN || dtype == LP_INT8 || dtype == LP_UINT8) {
    return LP_OK;
  }
  char name[LP_OP_NAME_SIZE];
  return lp_fail(LP_ERROR_DTYPE, "Error in operator %s (%s): '%s' is %s, expected int8 or uint8",
                 infer->node, infer->op->name, lp_op_input_name(infer->op, input, name),
                 lp_dtype_name(dtype));
}

lp_status lp_quantized_like_data(const lp_infer *infer) {
  LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[0], infer->out_dtype[0]));
  LP_TRY(lp_quantized_bytes(infer, 0));
  LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0], infer->in_dtype[0]));
  return lp_quantized_ranges(infer, 1);
}

double lp_quantized_cost(const lp_query *query) {
  return lp_query_no_epilogue(query) ? lp_query_elements(query) : LP_COST_REJECT;
}

float lp_quantized_reach_of(double low, double high) {
  const float a = fabsf((float)low);
  const float b = fabsf((float)high);
  return a > b ? a : b;
}

float lp_quantized_reach(const lp_call *call, int at) {
  return lp_quantized_reach_of(*(const float *)call->in[at].data,
                               *(const float *)call->in[at + 1].data);
}

void lp_quantized_put_range(const lp_call *call, float low, float high) {
  const float range[2] = {low, high};
  for (int i = 1; i < call->num_outputs; i++) {
    if (call->out[i].data != NULL) {
      *(float *)call->out[i].data = range[i - 1];
    }
  }
}

void lp_quantized_pass_range(const lp_call *call, int at) {
  lp_quantized_put_range(call, *(const float *)call->in[at].data,
                         *(const float *)call->in[at + 1].data);
}

void lp_quantized_put_sums_range(const lp_call *call, lp_dtype data, int at, int other) {
  const double step = (double)lp_quantized_reach(call, at) / (data == LP_UINT8 ? 255 : 127) *
                      (double)lp_quantized_reach(call, other) / 127;
  const float reach = (float)(step * INT32_MAX);
  lp_quantized_put_range(call, -reach, reach);
}

/* Places of float32 copies of inputs and output behind one another, and of what comes behind them. */
static bool quantized_rules_layout(const lp_tensor *in, const lp_tensor *out, int tensors,
                                  size_t offset[4]) {
  offset[0] = 0;
  for (int i = 0; i <= tensors; i++) {
    size_t bytes;
    if (!lp_shape_bytes(i < tensors ? &in[i].shape : &out[0].shape, sizeof(float), &bytes) ||
        !lp_size_add(bytes, LP_ALIGNMENT - bytes % LP_ALIGNMENT, &bytes) ||
        !lp_size_add(offset[i], bytes, &offset[i + 1])) {
      return false;
    }
  }
  return true;
}

/* Inputs and output of the operator on real numbers; without data where memory is NULL. */
static void quantized_rules_tensors(const lp_tensor *in, const lp_tensor *out, int tensors,
                                   char *memory, const size_t offset[4], lp_tensor real[3]) {
  for (int i = 0; i <= tensors; i++) {
    real[i] = i < tensors ? in[i] : out[0];
    real[i].dtype = LP_FLOAT32;
    real[i].data = memory == NULL ? NULL : memory + offset[i];
  }
}

size_t lp_quantized_real_scratch(const lp_query *query, const lp_op *plain, int tensors) {
  size_t offset[4];
  lp_tensor real[3];
  lp_query inner = *query;
  if (!quantized_rules_layout(query->in, query->out, tensors, offset)) {
    return SIZE_MAX;
  }
  quantized_rules_tensors(query->in, query->out, tensors, NULL, offset, real);
  inner.op = plain;
  inner.in = real;
  inner.out = &real[tensors];
  inner.num_inputs = tensors;
  inner.num_outputs = 1;
  const lp_algorithm *algorithm = lp_quantized_plain(plain);
  const size_t more = algorithm->scratch != NULL ? algorithm->scratch(&inner) : 0;
  size_t total;
  return more != SIZE_MAX && lp_size_add(offset[tensors + 1], more, &total) ? total : SIZE_MAX;
}

lp_status lp_quantized_real_run(const lp_call *call, const lp_op *plain, int tensors,
                                float scale) {
  size_t offset[4];
  lp_tensor real[3];
  lp_call inner = *call;
  (void)quantized_rules_layout(call->in, call->out, tensors, offset);
  quantized_rules_tensors(call->in, call->out, tensors, call->scratch, offset, real);
  for (int i = 0; i < tensors; i++) {
    const lp_quantized_line line = {.x = call->in[i].data,
                                    .type = call->in[i].dtype,
                                    .scale = 1,
                                    .y = real[i].data,
                                    .to = LP_FLOAT32,
                                    .count = lp_shape_size(&real[i].shape)};
    lp_quantized_run(&line, call->threads);
  }
  inner.op = plain;
  inner.in = real;
  inner.out = &real[tensors];
  inner.num_inputs = tensors;
  inner.num_outputs = 1;
  inner.scratch = (char *)call->scratch + offset[tensors + 1];
  LP_TRY(lp_quantized_plain(plain)->run(&inner));
  const lp_quantized_line line = {.x = real[tensors].data,
                                  .type = LP_FLOAT32,
                                  .scale = scale,
                                  .y = call->out[0].data,
                                  .to = call->out[0].dtype,
                                  .count = lp_shape_size(&real[tensors].shape)};
  lp_quantized_run(&line, call->threads);
  return LP_OK;
}
