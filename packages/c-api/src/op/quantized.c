/* quantized.c - see quantized.h. */
#include "quantized.h"

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
