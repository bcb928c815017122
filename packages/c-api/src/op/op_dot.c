/*
 * op_dot.c - products of matrices.
 *
 * dot           the last axis of lhs (transpose_a: the first) with the first of rhs (transpose_b: the
 *               last): the other axes of lhs, then those of rhs; two vectors: shape (1)
 * batch_dot     (..., M, K) by (..., K, N), the same leading axes, at least one
 * _linalg_gemm2 alpha A B; `axis` is the axis of rows, that of columns is the last
 * _linalg_gemm  alpha A B + beta C; beta 0: C is not read
 *
 * Attributes: transpose_a, transpose_b (False: swap rows and columns of an operand first; vectors are
 * as they are); dot, batch_dot: forward_stype (ignored: results are dense); _linalg: alpha = 1,
 * beta = 1, axis = -2. float32, float64; float16 through float32, where the reference refuses it.
 * Attention, similarity of embeddings, BERT since 2018.
 */
#include "../kernel/matrix_product.h"
#include "movement.h"
#include "op_table.h"

enum { OP_DOT, OP_DOT_BATCH, OP_DOT_GEMM2, OP_DOT_GEMM };

typedef struct op_dot_param {
  int transpose_a;
  int transpose_b;
  double alpha;
  double beta;
  int64_t axis;
} op_dot_param;

#define OP_DOT_TRANSPOSES                                                                  \
  {"transpose_a", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_dot_param, transpose_a), "False", NULL}, \
      {"transpose_b", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_dot_param, transpose_b), "False", NULL}
#define OP_DOT_LINALG                                                         \
  OP_DOT_TRANSPOSES,                                                          \
      {"alpha", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_dot_param, alpha), "1", NULL}, \
      {"axis", LP_ATTR_INT, 0, LP_ATTR_OF(op_dot_param, axis), "-2", NULL}

static const lp_attr op_dot_attrs[] = {
    OP_DOT_TRANSPOSES,
    {"forward_stype", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};
static const lp_attr op_dot_gemm2_attrs[] = {OP_DOT_LINALG};
static const lp_attr op_dot_gemm_attrs[] = {
    OP_DOT_LINALG, {"beta", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_dot_param, beta), "1", NULL}};

static lp_status op_dot_disagree(const lp_infer *infer) {
  lp_shape_text lhs;
  lp_shape_text rhs;
  return lp_infer_fail(infer, "shapes %s and %s cannot be multiplied",
                       lp_shape_print(&infer->in[0], &lhs), lp_shape_print(&infer->in[1], &rhs));
}

/* Makes two dims the same where one is not known. */
static bool op_dot_join(int64_t *a, int64_t *b) {
  *a = *a == LP_DIM_UNKNOWN ? *b : *a;
  *b = *b == LP_DIM_UNKNOWN ? *a : *b;
  return *a == *b;
}

static lp_status op_dot_shape(const lp_infer *infer) {
  const op_dot_param *param = infer->param;
  lp_shape *lhs = &infer->in[0];
  lp_shape *rhs = &infer->in[1];
  lp_shape out = {0};
  if (lhs->ndim < 0 || rhs->ndim < 0) {
    return LP_OK;
  }
  if (lhs->ndim == 0 || rhs->ndim == 0 || lhs->ndim + rhs->ndim - 2 > LP_MAX_NDIM) {
    return op_dot_disagree(infer);
  }
  if (lhs->ndim == 1 && rhs->ndim == 1 && (param->transpose_a || param->transpose_b)) {
    return lp_infer_fail(infer, "two vectors cannot be transposed, expected transpose_a and "
                                "transpose_b False");
  }
  const int first = param->transpose_a && lhs->ndim > 1; /* of lhs' axes that stay */
  const int second = !(param->transpose_b && rhs->ndim > 1);
  if (!op_dot_join(&lhs->dim[first ? 0 : lhs->ndim - 1], &rhs->dim[second ? 0 : rhs->ndim - 1])) {
    return op_dot_disagree(infer);
  }
  for (int i = 0; i < lhs->ndim - 1; i++) {
    out.dim[out.ndim++] = lhs->dim[first + i];
  }
  for (int i = 0; i < rhs->ndim - 1; i++) {
    out.dim[out.ndim++] = rhs->dim[second + i];
  }
  if (out.ndim == 0) {
    out = lp_shape_1(1);
  }
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &out));
  for (int i = 0; i < lhs->ndim - 1; i++) {
    lhs->dim[first + i] = infer->out[0].dim[i];
  }
  for (int i = 0; i < rhs->ndim - 1; i++) {
    rhs->dim[second + i] = infer->out[0].dim[lhs->ndim - 1 + i];
  }
  return LP_OK;
}

/* The axis of rows in tensors of known ndim; that of columns is the last. */
static int op_dot_row_axis(const op_dot_param *param, int kind, int ndim) {
  return kind == OP_DOT_BATCH ? ndim - 2 : lp_movement_position(param->axis, ndim);
}

static lp_status op_dot_batch_shape(const lp_infer *infer) {
  const op_dot_param *param = infer->param;
  const int kind = infer->op->kind;
  lp_shape *lhs = &infer->in[0];
  lp_shape *rhs = &infer->in[1];
  const int ndim = lhs->ndim;
  if (ndim < 0 || rhs->ndim < 0) {
    return LP_OK;
  }
  if (ndim != rhs->ndim || ndim < (kind == OP_DOT_BATCH ? 3 : 2)) {
    return op_dot_disagree(infer);
  }
  const int row = op_dot_row_axis(param, kind, ndim);
  if (row < 0 || row > ndim - 2) {
    return lp_infer_fail(infer, "axis is %lld, expected an axis before the last of %d",
                         (long long)param->axis, ndim);
  }
  for (int i = 0; i < ndim - 1; i++) {
    if (i != row && !op_dot_join(&lhs->dim[i], &rhs->dim[i])) {
      return op_dot_disagree(infer);
    }
  }
  int64_t *rows = &lhs->dim[param->transpose_a ? ndim - 1 : row];
  int64_t *columns = &rhs->dim[param->transpose_b ? row : ndim - 1];
  if (!op_dot_join(&lhs->dim[param->transpose_a ? row : ndim - 1],
                   &rhs->dim[param->transpose_b ? ndim - 1 : row])) {
    return op_dot_disagree(infer);
  }
  lp_shape out = *lhs;
  out.dim[row] = *rows;
  out.dim[ndim - 1] = *columns;
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &out));
  out = infer->out[0];
  for (int i = 0; i < ndim - 1; i++) {
    if (i != row) {
      lhs->dim[i] = rhs->dim[i] = out.dim[i];
    }
  }
  *rows = out.dim[row];
  *columns = out.dim[ndim - 1];
  return kind == OP_DOT_GEMM ? lp_infer_merge(infer, &infer->in[2], &out) : LP_OK;
}

/* Sizes and steps of operands whose rows are `inner` matrices apart. */
static lp_matrix_product op_dot_product(const op_dot_param *param, int64_t outer, int64_t inner,
                                        int64_t rows, int64_t depth, int64_t columns) {
  const int64_t a_line = param->transpose_a ? rows : depth;
  const int64_t b_line = param->transpose_b ? depth : columns;
  return (lp_matrix_product){.outer = outer,
                             .inner = inner,
                             .rows = rows,
                             .columns = columns,
                             .depth = depth,
                             .a_outer = rows * depth * inner,
                             .a_inner = a_line,
                             .a_row = param->transpose_a ? 1 : a_line * inner,
                             .a_depth = param->transpose_a ? a_line * inner : 1,
                             .b_outer = depth * columns * inner,
                             .b_inner = b_line,
                             .b_depth = param->transpose_b ? 1 : b_line * inner,
                             .b_column = param->transpose_b ? b_line * inner : 1,
                             .c_outer = rows * columns * inner,
                             .c_inner = columns,
                             .c_row = columns * inner,
                             .alpha = param->alpha};
}

static lp_matrix_product op_dot_job(const lp_op *op, const void *parsed, const lp_tensor *in,
                                    const lp_tensor *out) {
  op_dot_param param = *(const op_dot_param *)parsed;
  const lp_shape *lhs = &in[0].shape;
  const lp_shape *rhs = &in[1].shape;
  lp_matrix_product job;
  if (op->kind == OP_DOT) {
    const int stay = lhs->ndim - 1;
    param.transpose_a = param.transpose_a && lhs->ndim > 1;
    param.transpose_b = param.transpose_b && rhs->ndim > 1;
    const int64_t depth = lhs->dim[param.transpose_a ? 0 : stay];
    job = op_dot_product(&param, 1, 1,
                         lp_shape_product(lhs, param.transpose_a, stay + param.transpose_a), depth,
                         lp_shape_product(rhs, !param.transpose_b,
                                          rhs->ndim - param.transpose_b));
  } else {
    const int last = lhs->ndim - 1;
    const int row = op_dot_row_axis(&param, op->kind, lhs->ndim);
    job = op_dot_product(&param, lp_shape_product(lhs, 0, row),
                         lp_shape_product(lhs, row + 1, last), out[0].shape.dim[row],
                         lhs->dim[param.transpose_a ? row : last], out[0].shape.dim[last]);
  }
  job.dtype = out[0].dtype;
  return job;
}

static double op_dot_adds(const lp_infer *infer) {
  const lp_tensor in[] = {{.shape = infer->in[0]}, {.shape = infer->in[infer->num_inputs > 1]}};
  const lp_tensor out = {.shape = infer->out[0]};
  const lp_matrix_product job = op_dot_job(infer->op, infer->param, in, &out);
  return lp_matrix_product_adds(&job);
}

static double op_dot_cost(const lp_query *query) {
  if (!lp_query_no_epilogue(query) ||
      (!lp_query_all(query, LP_FLOAT32) && !lp_query_doubles(query))) {
    return LP_COST_REJECT;
  }
  return 100.0 + lp_query_elements(query);
}

static size_t op_dot_scratch(const lp_query *query) {
  lp_matrix_product job = op_dot_job(query->op, query->param, query->in, query->out);
  job.isa = query->isa;
  return lp_matrix_product_scratch(&job, query->threads);
}

/* c += beta added, `n` elements. */
static void op_dot_add(const lp_tensor *added, double beta, void *c, int64_t n) {
  if (lp_dtype_is(added->dtype, LP_FLOAT64)) {
    for (int64_t i = 0; i < n; i++) {
      ((double *)c)[i] += beta * ((const double *)added->data)[i];
    }
    return;
  }
  for (int64_t i = 0; i < n; i++) {
    ((float *)c)[i] += (float)beta * ((const float *)added->data)[i];
  }
}

static lp_status op_dot_run(const lp_call *call) {
  lp_matrix_product job = op_dot_job(call->op, call->param, call->in, call->out);
  job.a = call->in[0].data;
  job.b = call->in[1].data;
  job.c = call->out[0].data;
  job.scratch = call->scratch;
  job.threads = call->threads;
  job.isa = call->isa;
  lp_matrix_product_run(&job);
  if (call->op->kind == OP_DOT_GEMM && ((const op_dot_param *)call->param)->beta != 0) {
    op_dot_add(&call->in[2], ((const op_dot_param *)call->param)->beta, job.c,
               lp_shape_size(&call->out[0].shape));
  }
  return LP_OK;
}

static const lp_algorithm op_dot_algorithms[] = {
    {.name = "plain", .cost = op_dot_cost, .scratch = op_dot_scratch, .run = op_dot_run},
};

static lp_status op_dot_check(void *parsed) {
  ((op_dot_param *)parsed)->alpha = 1.0;
  return LP_OK;
}

#define OP_DOT_FAMILY(attributes, names, rule, check_function)                   \
  {                                                                              \
    .attrs = attributes, .num_attrs = (int)LP_COUNT(attributes),                 \
    .param_size = sizeof(op_dot_param), .check = check_function, .inputs = names, \
    .weight_inputs = 7, .shape = rule,                                           \
    .multiply_adds = LP_WITH_REPORTS ? op_dot_adds : NULL,                       \
    .algorithms = op_dot_algorithms, .num_algorithms = (int)LP_COUNT(op_dot_algorithms)                           \
  }
static const lp_op_family op_dot_family =
    OP_DOT_FAMILY(op_dot_attrs, "lhs rhs", op_dot_shape, op_dot_check);
static const lp_op_family op_dot_batch_family =
    OP_DOT_FAMILY(op_dot_attrs, "lhs rhs", op_dot_batch_shape, op_dot_check);
static const lp_op_family op_dot_gemm2_family =
    OP_DOT_FAMILY(op_dot_gemm2_attrs, "A B", op_dot_batch_shape, NULL);
static const lp_op_family op_dot_gemm_family =
    OP_DOT_FAMILY(op_dot_gemm_attrs, "A B C", op_dot_batch_shape, NULL);

LP_DATA const lp_op lp_op_dot = {
    .name = "dot", .aliases = "_sparse_dot", .kind = OP_DOT, .family = &op_dot_family};
LP_DATA const lp_op lp_op_batch_dot = {.name = "batch_dot",
                                       .aliases = "_npx_batch_dot",
                                       .kind = OP_DOT_BATCH,
                                       .family = &op_dot_batch_family};
LP_DATA const lp_op lp_op_linalg_gemm2 = {.name = "_linalg_gemm2",
                                          .aliases = "linalg_gemm2",
                                          .kind = OP_DOT_GEMM2,
                                          .family = &op_dot_gemm2_family};
LP_DATA const lp_op lp_op_linalg_gemm = {.name = "_linalg_gemm",
                                         .aliases = "linalg_gemm",
                                         .kind = OP_DOT_GEMM,
                                         .family = &op_dot_gemm_family};

#undef OP_DOT_TRANSPOSES
#undef OP_DOT_LINALG
#undef OP_DOT_FAMILY
