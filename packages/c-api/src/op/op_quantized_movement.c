/*
 * op_quantized_movement.c - operators that move numbers of 8 bits, their range with them.
 *
 * quantized_flatten    Flatten, of any type
 * quantized_embedding  Embedding with an int8 table
 * quantized_concat     Concat to uint8 where all inputs are, else int8, over the range from the
 *                      least of the minima and 0 to the largest of the maxima and 0
 * quantized_pooling    Pooling (max and avg), averages to the nearest, halves to the even one. Where
 *                      the padding counts, the divisor is always the window's whole size, as
 *                      oneDNN's is, also where pooling_convention=full cuts windows off
 *
 * Attributes: those of the operators on real numbers. int8 graphs.
 */
#include "../kernel/pooling.h"
#include "op_table.h"
#include "pooling_param.h"
#include "quantized_rules.h"

/* ---- quantized_flatten ---- */

static lp_status op_quantized_movement_flatten_shape(const lp_infer *infer) {
  return lp_quantized_shape(infer, &lp_op_Flatten, 1, 1);
}

static lp_status op_quantized_movement_flatten_dtype(const lp_infer *infer) {
  LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[0], infer->out_dtype[0]));
  LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0], infer->in_dtype[0]));
  return lp_quantized_ranges(infer, 1);
}

/* What an operator on real numbers does to its own inputs and output, whatever their type is. */
static lp_status op_quantized_movement_run(const lp_call *call, const lp_op *plain, int tensors) {
  lp_call inner = *call;
  inner.op = plain;
  inner.num_inputs = tensors;
  inner.num_outputs = 1;
  return lp_quantized_plain(plain)->run(&inner);
}

static lp_status op_quantized_movement_flatten_run(const lp_call *call) {
  LP_TRY(op_quantized_movement_run(call, &lp_op_Flatten, 1));
  lp_quantized_pass_range(call, 1);
  return LP_OK;
}

static const lp_algorithm op_quantized_movement_flatten_algorithms[] = {
    {.name = "plain", .cost = lp_quantized_cost, .run = op_quantized_movement_flatten_run},
};
static const lp_op_family op_quantized_movement_flatten_family = {
    .attrs_any = true,
    .inputs = "data min_data max_data",
    .outputs = LP_QUANTIZED_OUTPUTS,
    .count_visible = lp_quantized_three,
    .weight_inputs = 6,
    .shape = op_quantized_movement_flatten_shape,
    .dtype = op_quantized_movement_flatten_dtype,
    .algorithms = op_quantized_movement_flatten_algorithms,
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op__contrib_quantized_flatten = {
    .name = "_contrib_quantized_flatten",
    .family = &op_quantized_movement_flatten_family,
};

/* ---- quantized_embedding ---- */

static lp_status op_quantized_movement_embedding_shape(const lp_infer *infer) {
  return lp_quantized_shape(infer, &lp_op_Embedding, 2, 2);
}

static lp_status op_quantized_movement_embedding_dtype(const lp_infer *infer) {
  LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[1], LP_INT8));
  LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0], LP_INT8));
  return lp_quantized_ranges(infer, 2);
}

static lp_status op_quantized_movement_embedding_run(const lp_call *call) {
  LP_TRY(op_quantized_movement_run(call, &lp_op_Embedding, 2));
  lp_quantized_pass_range(call, 2);
  return LP_OK;
}

static const lp_algorithm op_quantized_movement_embedding_algorithms[] = {
    {.name = "plain", .cost = lp_quantized_cost, .run = op_quantized_movement_embedding_run},
};
static const lp_op_family op_quantized_movement_embedding_family = {
    .like = &lp_op_Embedding,
    .inputs = "data weight min_weight max_weight",
    .outputs = LP_QUANTIZED_OUTPUTS,
    .count_visible = lp_quantized_three,
    .weight_inputs = 14,
    .shape = op_quantized_movement_embedding_shape,
    .dtype = op_quantized_movement_embedding_dtype,
    .algorithms = op_quantized_movement_embedding_algorithms,
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op__contrib_quantized_embedding = {
    .name = "_contrib_quantized_embedding",
    .family = &op_quantized_movement_embedding_family,
};

/* ---- quantized_concat ---- */

static int op_quantized_movement_concat_inputs(const void *param) {
  return 3 * lp_op_count_inputs(&lp_op_Concat, param);
}

static lp_status op_quantized_movement_concat_shape(const lp_infer *infer) {
  const int tensors = infer->num_inputs / 3;
  return lp_quantized_shape(infer, &lp_op_Concat, tensors, tensors);
}

static lp_status op_quantized_movement_concat_dtype(const lp_infer *infer) {
  lp_dtype to = LP_UINT8;
  for (int i = 0; i < infer->num_inputs / 3; i++) {
    LP_TRY(lp_quantized_bytes(infer, i));
    if (infer->in_dtype[i] == LP_INT8) {
      to = LP_INT8;
    } else if (infer->in_dtype[i] == LP_DTYPE_UNKNOWN && to == LP_UINT8) {
      to = LP_DTYPE_UNKNOWN;
    }
  }
  LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0], to));
  return lp_quantized_ranges(infer, infer->num_inputs / 3);
}

/* The inputs in the output's steps one behind the other, and their descriptions. */
static size_t op_quantized_movement_concat_scratch(const lp_query *query) {
  const int64_t count = lp_shape_size(&query->out[0].shape);
  const size_t tensors = (size_t)query->num_inputs / 3;
  size_t bytes;
  return lp_size_multiply(tensors, sizeof(lp_tensor), &bytes) &&
                 lp_size_add(bytes, (size_t)count, &bytes)
             ? bytes
             : SIZE_MAX;
}

static lp_status op_quantized_movement_concat_run(const lp_call *call) {
  const int tensors = call->num_inputs / 3;
  lp_tensor *in = call->scratch;
  char *steps = (char *)(in + tensors);
  float low = 0;
  float high = 0;
  for (int i = 0; i < tensors; i++) {
    const float least = *(const float *)call->in[tensors + 2 * i].data;
    const float most = *(const float *)call->in[tensors + 2 * i + 1].data;
    low = least < low ? least : low;
    high = most > high ? most : high;
  }
  for (int i = 0; i < tensors; i++) {
    const lp_dtype from = call->in[i].dtype;
    in[i] = call->in[i];
    in[i].data = steps;
    in[i].dtype = call->out[0].dtype;
    const lp_quantized_line line = {
        .x = call->in[i].data,
        .type = from,
        .scale = lp_quantized_ratio((double)(lp_quantized_reach(call, tensors + 2 * i) /
                                             lp_quantized_top(from) * lp_quantized_top(in[i].dtype)),
                                    (double)lp_quantized_reach_of((double)low, (double)high)),
        .y = steps,
        .to = in[i].dtype,
        .count = lp_shape_size(&in[i].shape)};
    lp_quantized_run(&line, call->threads);
    steps += line.count;
  }
  lp_call inner = *call;
  inner.in = in;
  LP_TRY(op_quantized_movement_run(&inner, &lp_op_Concat, tensors));
  lp_quantized_put_range(call, low, high);
  return LP_OK;
}

static const lp_algorithm op_quantized_movement_concat_algorithms[] = {
    {.name = "plain",
     .cost = lp_quantized_cost,
     .scratch = op_quantized_movement_concat_scratch,
     .run = op_quantized_movement_concat_run},
};
static const lp_op_family op_quantized_movement_concat_family = {
    .like = &lp_op_Concat,
    .inputs = "arg*",
    .count_inputs = op_quantized_movement_concat_inputs,
    .outputs = LP_QUANTIZED_OUTPUTS,
    .count_visible = lp_quantized_three,
    .shape = op_quantized_movement_concat_shape,
    .dtype = op_quantized_movement_concat_dtype,
    .algorithms = op_quantized_movement_concat_algorithms,
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op__contrib_quantized_concat = {
    .name = "_contrib_quantized_concat",
    .family = &op_quantized_movement_concat_family,
};

/* ---- quantized_pooling ---- */

static lp_status op_quantized_movement_pooling_shape(const lp_infer *infer) {
  bool whole;
  const lp_pooling_kind kind = lp_pooling_param_kind(infer->param, &whole);
  if (kind != LP_POOLING_MAX && kind != LP_POOLING_AVERAGE) {
    return lp_infer_fail(infer, "pool_type must be max or avg");
  }
  return lp_quantized_shape(infer, &lp_op_Pooling, 1, 1);
}

static size_t op_quantized_movement_pooling_scratch(const lp_query *query) {
  return lp_quantized_real_scratch(query, &lp_op_Pooling, 1);
}

static lp_status op_quantized_movement_pooling_run(const lp_call *call) {
  bool whole;
  const bool average = lp_pooling_param_kind(call->param, &whole) == LP_POOLING_AVERAGE;
  LP_TRY(lp_quantized_real_run(call, average && whole ? &lp_op_Pooling_v1 : &lp_op_Pooling, 1, 1));
  lp_quantized_pass_range(call, 1);
  return LP_OK;
}

static const lp_algorithm op_quantized_movement_pooling_algorithms[] = {
    {.name = "plain",
     .cost = lp_quantized_cost,
     .scratch = op_quantized_movement_pooling_scratch,
     .run = op_quantized_movement_pooling_run},
};
static const lp_op_family op_quantized_movement_pooling_family = {
    .like = &lp_op_Pooling,
    .inputs = "data min_data max_data",
    .outputs = LP_QUANTIZED_OUTPUTS,
    .count_visible = lp_quantized_three,
    .weight_inputs = 6,
    .shape = op_quantized_movement_pooling_shape,
    .dtype = lp_quantized_like_data,
    .algorithms = op_quantized_movement_pooling_algorithms,
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op__contrib_quantized_pooling = {
    .name = "_contrib_quantized_pooling",
    .family = &op_quantized_movement_pooling_family,
};
