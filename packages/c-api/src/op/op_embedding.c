/*
 * op_embedding.c - Embedding: out[..., :] = weight[data[...], :]. Indices of any type, taken toward
 *                  zero and clipped to the table.
 *
 * input_dim: int, required; output_dim: int, required: the table's shape
 * dtype: type = float32: of the table, where nothing else tells
 * sparse_grad: no effect
 */
#include "movement.h"
#include "op_table.h"

#include <string.h>

typedef struct op_embedding_param {
  int64_t input_dim;
  int64_t output_dim;
  int dtype;
} op_embedding_param;

static const lp_attr op_embedding_attrs[] = {
    {"input_dim", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_embedding_param, input_dim), NULL,
     NULL},
    {"output_dim", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_embedding_param, output_dim), NULL,
     NULL},
    {"dtype", LP_ATTR_DTYPE, 0, LP_ATTR_OF(op_embedding_param, dtype), "float32", NULL},
    {"sparse_grad", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"deterministic", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

static lp_status op_embedding_check(void *any_param) {
  const op_embedding_param *param = any_param;
  if (param->input_dim < 1 || param->output_dim < 1) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "input_dim is %lld and output_dim %lld, expected at least 1",
                   (long long)param->input_dim, (long long)param->output_dim);
  }
  return LP_OK;
}

static lp_status op_embedding_shape(const lp_infer *infer) {
  const op_embedding_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  lp_shape weight = lp_shape_2(param->input_dim, param->output_dim);
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &weight));
  if (in->ndim < 0) {
    return LP_OK;
  }
  if (in->ndim == LP_MAX_NDIM) {
    return lp_infer_fail(infer, "expected indices of at most %d dimensions, found %d",
                         LP_MAX_NDIM - 1, in->ndim);
  }
  lp_shape out = *in;
  out.dim[out.ndim++] = param->output_dim;
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_embedding_dtype(const lp_infer *infer) {
  const op_embedding_param *param = infer->param;
  LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[0], infer->in_dtype[1]));
  if (infer->out_dtype[0] == LP_DTYPE_UNKNOWN) {
    infer->out_dtype[0] = param->dtype;
  }
  return lp_infer_merge_dtype(infer, &infer->in_dtype[1], infer->out_dtype[0]);
}

static lp_status op_embedding_run(const lp_call *call) {
  const op_embedding_param *param = call->param;
  size_t row = (size_t)param->output_dim * lp_dtype_size(call->out[0].dtype);
  const char *table = call->in[1].data;
  char *target = call->out[0].data;
  int64_t count = lp_shape_size(&call->in[0].shape);
  for (int64_t i = 0; i < count; i++) {
    int64_t index = lp_movement_index(&call->in[0], i);
    index = index < 0 ? 0 : index >= param->input_dim ? param->input_dim - 1 : index;
    memcpy(target, table + (size_t)index * row, row);
    target += row;
  }
  return LP_OK;
}

static const lp_algorithm op_embedding_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_embedding_run},
};

static const lp_op_family op_embedding_family = {
    .attrs = op_embedding_attrs,
    .num_attrs = LP_COUNT(op_embedding_attrs),
    .param_size = sizeof(op_embedding_param),
    .check = op_embedding_check,
    .inputs = "data weight",
    .weight_inputs = 2,
    .shape = op_embedding_shape,
    .dtype = op_embedding_dtype,
    .algorithms = op_embedding_algorithms,
    .num_algorithms = LP_COUNT(op_embedding_algorithms),
};
LP_DATA const lp_op lp_op_Embedding = {
    .name = "Embedding",
    .aliases = "_npx_embedding _contrib_SparseEmbedding _sparse_Embedding",
    .family = &op_embedding_family,
};
