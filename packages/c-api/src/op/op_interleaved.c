/*
 * op_interleaved.c - attention over projections in which the heads' queries, keys and values
 * stand side by side.
 *
 * _contrib_interleaved_matmul_
 *   selfatt_qk     qkv (L, N, 3E), for each head q, k, v of E / heads numbers: softmax's input
 *                  q k' / sqrt(E / heads), (N heads, L, L), product n heads + h
 *   selfatt_valatt qkv, attention (N heads, L, L): attention v, the heads side by side, (L, N, E)
 *   encdec_qk      queries (Lq, N, E), for each head its numbers; keys and values (Lk, N, 2E), for
 *                  each head k, v: (N heads, Lq, Lk)
 *   encdec_valatt  keys and values, attention (N heads, Lq, Lk): (Lq, N, E)
 *
 * Attribute: heads (required), which must divide E. The reference has float32 alone. GluonNLP's BERT
 * and transformers since 1.6. Nothing is brought apart first: the product takes its steps.
 */
#include <math.h>

#include "../kernel/matrix_product.h"
#include "op_table.h"

enum { OP_INTERLEAVED_SELF_QK, OP_INTERLEAVED_SELF_VALUE, OP_INTERLEAVED_CROSS_QK,
       OP_INTERLEAVED_CROSS_VALUE };

typedef struct op_interleaved_param {
  int64_t heads;
} op_interleaved_param;

static const lp_attr op_interleaved_attrs[] = {
    {"heads", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_interleaved_param, heads), NULL, NULL},
};

static lp_status op_interleaved_check(void *parsed) {
  const int64_t heads = ((const op_interleaved_param *)parsed)->heads;
  if (heads < 1 || heads > INT32_MAX) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "heads is %lld, expected 1 to %lld", (long long)heads,
                   (long long)INT32_MAX);
  }
  return LP_OK;
}

/* Parts (q, k, v) that a head has side by side in the last axis of input i; 0: it is the attention. */
static int op_interleaved_parts(int kind, int i) {
  switch (kind) {
    case OP_INTERLEAVED_SELF_QK: return 3;
    case OP_INTERLEAVED_SELF_VALUE: return i == 0 ? 3 : 0;
    case OP_INTERLEAVED_CROSS_QK: return i == 0 ? 1 : 2;
    default: return i == 0 ? 2 : 0;
  }
}

static lp_status op_interleaved_shape(const lp_infer *infer) {
  const int64_t heads = ((const op_interleaved_param *)infer->param)->heads;
  const int kind = infer->op->kind;
  const bool value = kind == OP_INTERLEAVED_SELF_VALUE || kind == OP_INTERLEAVED_CROSS_VALUE;
  const lp_shape any = lp_shape_3(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  const lp_shape *x = infer->in;
  for (int i = 0; i < infer->num_inputs; i++) {
    const int64_t unit = heads * op_interleaved_parts(kind, i);
    LP_TRY(lp_infer_merge(infer, &infer->in[i], &any));
    if (unit > 0 && x[i].dim[2] % unit != 0 && x[i].dim[2] >= 0) {
      lp_shape_text text;
      return lp_infer_fail(infer, "the last axis of %s is no multiple of %lld, for %lld heads",
                           lp_shape_print(&x[i], &text), (long long)unit, (long long)heads);
    }
  }
  const int64_t batch = x[0].dim[1];
  if (batch > INT64_MAX / heads || x[0].dim[2] > INT64_MAX / 2) {
    lp_shape_text text;
    return lp_infer_fail(infer, "%s is too large", lp_shape_print(&x[0], &text));
  }
  const int64_t products = batch < 0 ? LP_DIM_UNKNOWN : batch * heads;
  const int64_t length = x[0].dim[0];
  if (!value) {
    lp_shape out = lp_shape_3(products, length, length);
    if (kind == OP_INTERLEAVED_CROSS_QK) {
      const lp_shape keys = lp_shape_3(LP_DIM_UNKNOWN, batch,
                                       x[0].dim[2] < 0 ? LP_DIM_UNKNOWN : 2 * x[0].dim[2]);
      LP_TRY(lp_infer_merge(infer, &infer->in[1], &keys));
      out.dim[2] = x[1].dim[0];
    }
    return lp_infer_merge(infer, &infer->out[0], &out);
  }
  lp_shape attention = lp_shape_3(products, LP_DIM_UNKNOWN, length);
  if (kind == OP_INTERLEAVED_SELF_VALUE) {
    attention.dim[1] = length;
  }
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &attention));
  const int64_t last = x[0].dim[2];
  const lp_shape out = lp_shape_3(x[1].dim[1], batch,
                                  last < 0 ? LP_DIM_UNKNOWN : last / op_interleaved_parts(kind, 0));
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_matrix_product op_interleaved_job(const lp_op *op, const void *parsed,
                                            const lp_tensor *in, const lp_tensor *out) {
  const int kind = op->kind;
  const bool value = kind == OP_INTERLEAVED_SELF_VALUE || kind == OP_INTERLEAVED_CROSS_VALUE;
  const int64_t heads = ((const op_interleaved_param *)parsed)->heads;
  const lp_shape *x = &in[0].shape;
  const int64_t batch = x->dim[1];
  const int64_t head = x->dim[2] / heads / op_interleaved_parts(kind, 0);
  /* Projections: keys or values are b; queries are a. */
  const int from = kind == OP_INTERLEAVED_CROSS_QK ? 1 : 0;
  const int64_t unit = head * op_interleaved_parts(kind, from);
  const int64_t line = batch * heads * unit;
  lp_matrix_product job = {.outer = batch,
                           .inner = heads,
                           .b = in[from].data,
                           .b_outer = heads * unit,
                           .b_inner = unit,
                           .c = out[0].data,
                           .alpha = 1.0,
                           .dtype = out[0].dtype};
  const int64_t skip = kind == OP_INTERLEAVED_CROSS_QK     ? 0
                       : kind == OP_INTERLEAVED_SELF_VALUE ? 2 * head
                                                           : head;
  if (job.b != NULL) {
    job.b = (const char *)job.b + (size_t)skip * lp_dtype_size(job.dtype);
  }
  if (value) {
    const lp_shape *attention = &in[1].shape;
    job.rows = attention->dim[1];
    job.depth = attention->dim[2];
    job.columns = head;
    job.a = in[1].data;
    job.a_inner = job.rows * job.depth;
    job.a_outer = heads * job.a_inner;
    job.a_row = job.depth;
    job.a_depth = 1;
    job.b_depth = line;
    job.b_column = 1;
    job.c_inner = head;
    job.c_outer = heads * head;
    job.c_row = batch * heads * head;
    return job;
  }
  const int64_t query = head * op_interleaved_parts(kind, 0);
  job.rows = x->dim[0];
  job.columns = in[from].shape.dim[0];
  job.depth = head;
  job.a = in[0].data;
  job.a_inner = query;
  job.a_outer = heads * query;
  job.a_row = batch * heads * query;
  job.a_depth = 1;
  job.b_depth = 1;
  job.b_column = line;
  job.c_inner = job.rows * job.columns;
  job.c_outer = heads * job.c_inner;
  job.c_row = job.columns;
  job.alpha = 1.0 / sqrt((double)head);
  return job;
}

static double op_interleaved_adds(const lp_infer *infer) {
  const lp_tensor in[] = {{.shape = infer->in[0]}, {.shape = infer->in[infer->num_inputs > 1]}};
  const lp_tensor out = {.shape = infer->out[0]};
  const lp_matrix_product job = op_interleaved_job(infer->op, infer->param, in, &out);
  return lp_matrix_product_adds(&job);
}

static double op_interleaved_cost(const lp_query *query) {
  if (!lp_query_no_epilogue(query) ||
      (!lp_query_all(query, LP_FLOAT32) && !lp_query_doubles(query))) {
    return LP_COST_REJECT;
  }
  return 100.0 + lp_query_elements(query);
}

static size_t op_interleaved_scratch(const lp_query *query) {
  lp_matrix_product job = op_interleaved_job(query->op, query->param, query->in, query->out);
  job.isa = query->isa;
  return lp_matrix_product_scratch(&job, query->threads);
}

static lp_status op_interleaved_run(const lp_call *call) {
  lp_matrix_product job = op_interleaved_job(call->op, call->param, call->in, call->out);
  job.scratch = call->scratch;
  job.threads = call->threads;
  job.isa = call->isa;
  lp_matrix_product_run(&job);
  return LP_OK;
}

static const lp_algorithm op_interleaved_algorithms[] = {
    {.name = "plain",
     .cost = op_interleaved_cost,
     .scratch = op_interleaved_scratch,
     .run = op_interleaved_run},
};

#define OP_INTERLEAVED(identifier, names, which)                            \
  static const lp_op_family op_interleaved_##identifier##_family = {        \
      .attrs = op_interleaved_attrs,                                        \
      .num_attrs = (int)LP_COUNT(op_interleaved_attrs),                     \
      .param_size = sizeof(op_interleaved_param),                           \
      .check = op_interleaved_check,                                        \
      .inputs = names,                                                      \
      .weight_inputs = 3,                                                   \
      .shape = op_interleaved_shape,                                        \
      .multiply_adds = LP_WITH_REPORTS ? op_interleaved_adds : NULL,        \
      .algorithms = op_interleaved_algorithms,                              \
      .num_algorithms = (int)LP_COUNT(op_interleaved_algorithms),           \
  };                                                                        \
  LP_DATA const lp_op lp_op_interleaved_matmul_##identifier = {             \
      .name = "_contrib_interleaved_matmul_" #identifier,                   \
      .kind = which,                                                        \
      .family = &op_interleaved_##identifier##_family,                      \
  }

OP_INTERLEAVED(selfatt_qk, "queries_keys_values", OP_INTERLEAVED_SELF_QK);
OP_INTERLEAVED(selfatt_valatt, "queries_keys_values attention", OP_INTERLEAVED_SELF_VALUE);
OP_INTERLEAVED(encdec_qk, "queries keys_values", OP_INTERLEAVED_CROSS_QK);
OP_INTERLEAVED(encdec_valatt, "keys_values attention", OP_INTERLEAVED_CROSS_VALUE);

#undef OP_INTERLEAVED
