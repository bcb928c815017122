/*
 * op_quantized_attention.c - _sg_mkldnn_selfatt_qk and _sg_mkldnn_selfatt_valatt with quantized=True:
 * the products of op_interleaved.c on 8 bits.
 *
 * qk      queries, keys and values int8 with their range
 * valatt  the same, the attention uint8, then both ranges
 * The result is float32 without range (enable_float_output), int8 steps of the calibrated range, or
 * else int32 of the sums of products, for qk divided by the root of a head's numbers and rounded.
 *
 * Attributes: heads (required), quantized = False, enable_float_output = False, min_calib_range,
 * max_calib_range = None. int8 BERT. MXNet gives int32 sums the range 0; here they have theirs.
 * Float nodes of these names: graph_load.c.
 */
#include "op_table.h"
#include "quantized_rules.h"

/* As the operators of op_interleaved.c, whose shape rule reads them. */
enum { OP_QUANTIZED_ATTENTION_QK, OP_QUANTIZED_ATTENTION_VALUE };

typedef struct op_quantized_attention_param {
  int64_t heads; /* first, as there */
  int quantized;
  int float_output;
  lp_quantized_calib calib;
} op_quantized_attention_param;

static const lp_attr op_quantized_attention_attrs[] = {
    {"heads", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_quantized_attention_param, heads), NULL,
     NULL},
    {"quantized", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_quantized_attention_param, quantized), "False",
     NULL},
    {"enable_float_output", LP_ATTR_BOOL, 0,
     LP_ATTR_OF(op_quantized_attention_param, float_output), "False", NULL},
    LP_QUANTIZED_CALIB_ATTRS(op_quantized_attention_param, calib),
};

static lp_status op_quantized_attention_check(void *any_param) {
  op_quantized_attention_param *param = any_param;
  return param->quantized ? lp_op_interleaved_matmul_selfatt_qk.family->check(&param->heads)
                          : lp_fail(LP_ERROR_UNSUPPORTED, "expected quantized=True, or a subgraph");
}

static int op_quantized_attention_outputs(const void *param) {
  return ((const op_quantized_attention_param *)param)->float_output ? 1 : 3;
}

static const lp_op *op_quantized_attention_plain(const lp_op *op, int *tensors) {
  const bool value = op->kind == OP_QUANTIZED_ATTENTION_VALUE;
  *tensors = value ? 2 : 1;
  return value ? &lp_op_interleaved_matmul_selfatt_valatt : &lp_op_interleaved_matmul_selfatt_qk;
}

static lp_status op_quantized_attention_shape(const lp_infer *infer) {
  int tensors;
  const lp_op *plain = op_quantized_attention_plain(infer->op, &tensors);
  return lp_quantized_shape(infer, plain, tensors, tensors);
}

static lp_status op_quantized_attention_dtype(const lp_infer *infer) {
  const op_quantized_attention_param *param = infer->param;
  const bool value = infer->op->kind == OP_QUANTIZED_ATTENTION_VALUE;
  LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[0], LP_INT8));
  if (value) {
    LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[1], LP_UINT8));
  }
  LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0],
                              param->float_output                      ? LP_FLOAT32
                              : lp_quantized_calibrated(&param->calib) ? LP_INT8
                                                                       : LP_INT32));
  return lp_quantized_ranges(infer, value ? 2 : 1);
}

static size_t op_quantized_attention_scratch(const lp_query *query) {
  int tensors;
  const lp_op *plain = op_quantized_attention_plain(query->op, &tensors);
  return lp_quantized_real_scratch(query, plain, tensors);
}

static lp_status op_quantized_attention_run(const lp_call *call) {
  const op_quantized_attention_param *param = call->param;
  int tensors;
  const lp_op *plain = op_quantized_attention_plain(call->op, &tensors);
  const float first = lp_quantized_step(lp_quantized_reach(call, tensors), LP_INT8);
  const float step =
      first * (tensors == 1 ? first : lp_quantized_step(lp_quantized_reach(call, 4), LP_UINT8));
  const double reach = (double)lp_quantized_reach_of(param->calib.low, param->calib.high);
  const lp_dtype to = call->out[0].dtype;
  LP_TRY(lp_quantized_real_run(call, plain, tensors,
                               to == LP_FLOAT32 ? step
                               : to == LP_INT32 ? 1
                                                : lp_quantized_ratio((double)step * 127.5, reach)));
  if (to == LP_INT32) {
    const float most = (float)((double)step * INT32_MAX);
    lp_quantized_put_range(call, -most, most);
  } else {
    lp_quantized_put_range(call, (float)param->calib.low, (float)param->calib.high);
  }
  return LP_OK;
}

static const lp_algorithm op_quantized_attention_algorithms[] = {
    {.name = "plain",
     .cost = lp_quantized_cost,
     .scratch = op_quantized_attention_scratch,
     .run = op_quantized_attention_run},
};

#define OP_QUANTIZED_ATTENTION(identifier, names, which)                         \
  static const lp_op_family op_quantized_attention_##identifier##_family = {               \
      .attrs = op_quantized_attention_attrs,                                     \
      .num_attrs = LP_COUNT(op_quantized_attention_attrs),                       \
      .param_size = sizeof(op_quantized_attention_param),                        \
      .check = op_quantized_attention_check,                                     \
      .inputs = names,                                                           \
      .outputs = LP_QUANTIZED_OUTPUTS,                                           \
      .count_outputs = op_quantized_attention_outputs,                           \
      .count_visible = op_quantized_attention_outputs,                           \
      .shape = op_quantized_attention_shape,                                     \
      .dtype = op_quantized_attention_dtype,                                     \
      .algorithms = op_quantized_attention_algorithms,                           \
      .num_algorithms = 1,                                                       \
  };                                                                             \
  LP_DATA const lp_op lp_op__sg_mkldnn_##identifier = {                          \
      .name = "_sg_mkldnn_" #identifier,                                         \
      .kind = which,                                                             \
      .family = &op_quantized_attention_##identifier##_family,                             \
  }

OP_QUANTIZED_ATTENTION(selfatt_qk, "queries_keys_values min_qkv max_qkv",
                       OP_QUANTIZED_ATTENTION_QK);
OP_QUANTIZED_ATTENTION(selfatt_valatt,
                       "queries_keys_values attention min_qkv max_qkv min_attention max_attention",
                       OP_QUANTIZED_ATTENTION_VALUE);

#undef OP_QUANTIZED_ATTENTION
