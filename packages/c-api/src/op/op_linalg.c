/*
 * op_linalg.c - the small operators of matrices: the last two axes of A, (..., n, n), matrix by matrix.
 *
 * _linalg_potrf       L, lower triangular, of L L' = A, of which the lower triangle is read
 * _linalg_potri       (L L')^-1 of a lower triangular A = L
 * _linalg_trmm        alpha T B, or rightside: alpha B T; T the triangle of A, transpose: its transpose
 * _linalg_trsm        X of T X = alpha B, or X T = alpha B
 * _linalg_syrk        alpha A A', transpose: alpha A' A; A (..., n, m)
 * _linalg_sumlogdiag  sum of the logarithms of the diagonal, (...) or (1)
 * _linalg_extractdiag, _linalg_makediag    diagonal `offset` of A, or a matrix of 0 with it
 * _linalg_extracttrian, _linalg_maketrian  the same of a triangle: lower row by row, upper column by column
 *
 * Attributes: transpose, rightside (False), lower (True: the triangle; where offset is 0), alpha = 1,
 * offset = 0. float32 and float64, computed in float64. Gaussian processes; rare in deployed models.
 */
#include <math.h>

#include "movement.h"
#include "op_table.h"

enum { OP_LINALG_POTRF, OP_LINALG_POTRI, OP_LINALG_TRMM, OP_LINALG_TRSM, OP_LINALG_SYRK,
       OP_LINALG_SUMLOGDIAG, OP_LINALG_EXTRACTDIAG, OP_LINALG_EXTRACTTRIAN, OP_LINALG_MAKEDIAG,
       OP_LINALG_MAKETRIAN };

typedef struct op_linalg_param {
  double alpha;
  int64_t offset;
  int transpose, rightside, lower;
} op_linalg_param;

#define OP_LINALG_LOWER {"lower", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_linalg_param, lower), "True", NULL}
#define OP_LINALG_SCALED                                                                    \
  {"transpose", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_linalg_param, transpose), "False", NULL},    \
      {"alpha", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_linalg_param, alpha), "1", NULL}
static const lp_attr op_linalg_scaled_attrs[] = {
    OP_LINALG_SCALED,
    {"rightside", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_linalg_param, rightside), "False", NULL},
    OP_LINALG_LOWER};
static const lp_attr op_linalg_offset_attrs[] = {
    {"offset", LP_ATTR_INT, 0, LP_ATTR_OF(op_linalg_param, offset), "0", NULL}, OP_LINALG_LOWER};

static int64_t op_linalg_shift(const op_linalg_param *param) {
  return param->offset < 0 ? -param->offset : param->offset;
}

static lp_status op_linalg_check(void *parsed) {
  const int64_t offset = ((const op_linalg_param *)parsed)->offset;
  return offset >= -INT32_MAX && offset <= INT32_MAX
             ? LP_OK
             : lp_fail(LP_ERROR_ATTRIBUTE, "offset is %lld, expected %d to %d", (long long)offset,
                       -INT32_MAX, INT32_MAX);
}

/* Lines of a triangle of `count` numbers; -1: there is no such triangle. */
static int64_t op_linalg_lines(int64_t count) {
  const int64_t lines = count > INT32_MAX ? -1 : (int64_t)sqrt(2.0 * (double)count);
  return lines * (lines + 1) / 2 == count ? lines : -1;
}

static lp_status op_linalg_shape(const lp_infer *infer) {
  const op_linalg_param *param = infer->param;
  const int kind = infer->op->kind;
  const bool makes = kind >= OP_LINALG_MAKEDIAG;
  const lp_shape *a = &infer->in[0];
  lp_shape_text text;
  lp_shape out = *a;
  if (!lp_shape_known(a)) {
    return LP_OK;
  }
  const int last = a->ndim - 1;
  if (last < (makes ? 0 : 1) ||
      (!makes && kind != OP_LINALG_SYRK && a->dim[last] != a->dim[last - 1])) {
    return lp_infer_fail(infer, "A is %s, expected %s", lp_shape_print(a, &text),
                         makes ? "at least one axis" : "matrices, square ones but for syrk");
  }
  const int64_t shift = op_linalg_shift(param);
  const int64_t lines = makes && kind == OP_LINALG_MAKETRIAN ? op_linalg_lines(a->dim[last])
                                                             : a->dim[last] - (makes ? 0 : shift);
  if (lines < 0 || (lines == 0 && kind >= OP_LINALG_EXTRACTDIAG && !makes)) {
    return lp_infer_fail(infer, "offset %lld does not suit A %s", (long long)param->offset,
                         lp_shape_print(a, &text));
  }
  switch (kind) {
    case OP_LINALG_TRMM:
    case OP_LINALG_TRSM: {
      lp_shape b = *a;
      b.dim[param->rightside ? last - 1 : last] = LP_DIM_UNKNOWN;
      LP_TRY(lp_infer_merge(infer, &infer->in[1], &b));
      LP_TRY(lp_infer_merge(infer, &infer->out[0], &infer->in[1]));
      return lp_infer_merge(infer, &infer->in[1], &infer->out[0]);
    }
    case OP_LINALG_SYRK:
      out.dim[last] = out.dim[last - 1] = a->dim[param->transpose ? last : last - 1];
      break;
    case OP_LINALG_SUMLOGDIAG:
      out.ndim -= 2;
      out = out.ndim == 0 ? lp_shape_1(1) : out;
      break;
    case OP_LINALG_EXTRACTDIAG:
    case OP_LINALG_EXTRACTTRIAN:
      out.ndim--;
      out.dim[last - 1] = kind == OP_LINALG_EXTRACTDIAG ? lines : lines * (lines + 1) / 2;
      break;
    case OP_LINALG_MAKEDIAG:
    case OP_LINALG_MAKETRIAN:
      if (out.ndim == LP_MAX_NDIM || lines > INT64_MAX - shift) {
        return lp_infer_fail(infer, "A %s is too large", lp_shape_print(a, &text));
      }
      out.dim[out.ndim++] = lines + shift;
      out.dim[last] = lines + shift;
      break;
    default: break;
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static double op_linalg_cost(const lp_query *query) {
  return lp_query_no_epilogue(query) && (lp_query_all(query, LP_FLOAT32) || lp_query_doubles(query))
             ? 1000.0 + 100.0 * lp_query_elements(query)
             : LP_COST_REJECT;
}

/* One matrix: rows and columns of A, and of B and of the output where they are matrices. */
typedef struct op_linalg_job {
  const op_linalg_param *param;
  int64_t rows, columns;
  int64_t others; /* columns of B, or rows: as many as T's lines there are not */
  const double *a;
  const double *b;
  double *out;
} op_linalg_job;

static lp_status op_linalg_potrf(const op_linalg_job *job) {
  const int64_t n = job->rows;
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < n; j++) {
      double sum = job->a[i * n + j];
      for (int64_t k = 0; k < j && j <= i; k++) {
        sum -= job->out[i * n + k] * job->out[j * n + k];
      }
      if (i == j && sum <= 0) {
        return lp_fail(LP_ERROR_INDEX, "_linalg_potrf: A is not positive definite at line %lld",
                       (long long)i);
      }
      job->out[i * n + j] = j > i ? 0 : j == i ? sqrt(sum) : sum / job->out[j * n + j];
    }
  }
  return LP_OK;
}

/* The triangle of A, transposed where asked, by or under the columns of B; on the right side those are its rows. */
static void op_linalg_triangle(const op_linalg_job *job, bool solve) {
  const op_linalg_param *param = job->param;
  const int64_t n = job->rows;
  const bool transposed = (param->transpose != 0) != (param->rightside != 0);
  const bool lower = (param->lower != 0) != transposed;
  const int64_t step = param->rightside ? 1 : job->others;
  for (int64_t c = 0; c < job->others; c++) {
    const int64_t at = param->rightside ? c * n : c;
    for (int64_t line = 0; line < n; line++) {
      const int64_t i = lower == solve ? line : n - 1 - line;
      double sum = solve ? param->alpha * job->b[at + i * step] : 0;
      for (int64_t k = lower ? 0 : i + solve; k < (lower ? i + !solve : n); k++) {
        const double t = job->a[transposed ? k * n + i : i * n + k];
        sum += solve ? -t * job->out[at + k * step] : t * job->b[at + k * step];
      }
      job->out[at + i * step] = solve ? sum / job->a[i * n + i] : param->alpha * sum;
    }
  }
}

/* The inverse of L L': by the columns of the identity, L and then L'. */
static void op_linalg_potri(const op_linalg_job *job) {
  const int64_t n = job->rows;
  for (int64_t c = 0; c < n; c++) {
    double *x = job->out + c * n; /* symmetric: a row does for a column */
    for (int64_t i = 0; i < n; i++) {
      double sum = i == c ? 1 : 0;
      for (int64_t k = 0; k < i; k++) {
        sum -= job->a[i * n + k] * x[k];
      }
      x[i] = sum / job->a[i * n + i];
    }
    for (int64_t i = n - 1; i >= 0; i--) {
      for (int64_t k = i + 1; k < n; k++) {
        x[i] -= job->a[k * n + i] * x[k];
      }
      x[i] /= job->a[i * n + i];
    }
  }
}

static void op_linalg_syrk(const op_linalg_job *job) {
  const bool t = job->param->transpose;
  const int64_t n = t ? job->columns : job->rows;
  const int64_t depth = t ? job->rows : job->columns;
  const int64_t line = t ? 1 : depth;
  const int64_t step = t ? n : 1;
  for (int64_t i = 0; i < n * n; i++) {
    double sum = 0;
    for (int64_t k = 0; k < depth; k++) {
      sum += job->a[i / n * line + k * step] * job->a[i % n * line + k * step];
    }
    job->out[i] = job->param->alpha * sum;
  }
}

/* Between a matrix of n lines and the numbers of its diagonal or triangle. */
static void op_linalg_pick(const op_linalg_param *param, int64_t n, bool triangle, const double *from,
                           double *to, bool makes) {
  const int64_t shift = op_linalg_shift(param);
  const bool lower = param->offset < 0 || (param->offset == 0 && param->lower);
  for (int64_t i = 0; i < n * n && makes; i++) {
    to[i] = 0;
  }
  for (int64_t p = shift; p < n; p++) {
    for (int64_t q = triangle ? 0 : p - shift; q <= p - shift; q++) {
      const int64_t at = lower ? p * n + q : q * n + p;
      if (makes) {
        to[at] = *from++;
      } else {
        *to++ = from[at];
      }
    }
  }
}

/* Numbers of one matrix, or of what belongs to it, in a tensor that has `count` of them. */
static int64_t op_linalg_each(const lp_tensor *tensor, int64_t count) {
  return count > 0 ? lp_shape_size(&tensor->shape) / count : 0;
}

static int64_t op_linalg_count(const lp_op *op, const lp_tensor *in) {
  const lp_shape *a = &in[0].shape;
  return lp_shape_product(a, 0, a->ndim - (op->kind >= OP_LINALG_MAKEDIAG ? 1 : 2));
}

static size_t op_linalg_scratch(const lp_query *query) {
  const int64_t count = op_linalg_count(query->op, query->in);
  size_t bytes = 0;
  for (int i = 0; i <= query->num_inputs; i++) {
    size_t more;
    const lp_tensor *tensor = i < query->num_inputs ? &query->in[i] : &query->out[0];
    if (!lp_size_multiply((size_t)op_linalg_each(tensor, count), sizeof(double), &more) ||
        !lp_size_add(bytes, more, &bytes)) {
      return SIZE_MAX;
    }
  }
  return bytes;
}

static lp_status op_linalg_run(const lp_call *call) {
  const int kind = call->op->kind;
  const lp_shape *a = &call->in[0].shape;
  const bool makes = kind >= OP_LINALG_MAKEDIAG;
  const int64_t count = op_linalg_count(call->op, call->in);
  const int64_t size = op_linalg_each(&call->in[0], count);
  const int64_t second = call->num_inputs > 1 ? op_linalg_each(&call->in[1], count) : 0;
  const int64_t result = op_linalg_each(&call->out[0], count);
  const lp_dtype dtype = call->out[0].dtype;
  const size_t bytes = lp_dtype_size(dtype);
  double *x = call->scratch;
  op_linalg_job job = {.param = call->param,
                       .rows = makes ? 1 : a->dim[a->ndim - 2],
                       .columns = a->dim[a->ndim - 1],
                       .a = x,
                       .b = x + size,
                       .out = x + size + second};
  job.others = job.rows > 0 ? second / job.rows : 0;
  for (int64_t i = 0; i < count && result > 0; i++) {
    lp_dtype_convert(dtype, (const char *)call->in[0].data + (size_t)(i * size) * bytes, LP_FLOAT64,
                     x, (size_t)size);
    if (second > 0) {
      lp_dtype_convert(dtype, (const char *)call->in[1].data + (size_t)(i * second) * bytes,
                       LP_FLOAT64, x + size, (size_t)second);
    }
    switch (kind) {
      case OP_LINALG_POTRF: LP_TRY(op_linalg_potrf(&job)); break;
      case OP_LINALG_POTRI: op_linalg_potri(&job); break;
      case OP_LINALG_TRMM:
      case OP_LINALG_TRSM: op_linalg_triangle(&job, kind == OP_LINALG_TRSM); break;
      case OP_LINALG_SYRK: op_linalg_syrk(&job); break;
      case OP_LINALG_SUMLOGDIAG:
        *job.out = 0;
        for (int64_t k = 0; k < job.rows; k++) {
          *job.out += log(job.a[k * (job.rows + 1)]);
        }
        break;
      default:
        op_linalg_pick(job.param,
                       makes ? call->out[0].shape.dim[call->out[0].shape.ndim - 1] : job.rows,
                       kind == OP_LINALG_EXTRACTTRIAN || kind == OP_LINALG_MAKETRIAN, job.a, job.out,
                       makes);
    }
    lp_dtype_convert(LP_FLOAT64, job.out, dtype,
                     (char *)call->out[0].data + (size_t)(i * result) * bytes, (size_t)result);
  }
  return LP_OK;
}

static const lp_algorithm op_linalg_algorithms[] = {
    {.name = "plain", .cost = op_linalg_cost, .scratch = op_linalg_scratch, .run = op_linalg_run},
};

/* A family for each set of attributes: the first `count` of a list. */
#define OP_LINALG_FAMILY(identifier, names, list, count)                              \
  static const lp_op_family op_linalg_##identifier##_family = {                       \
      .attrs = list,                                                                  \
      .num_attrs = count,                                                             \
      .attrs_any = (count) == 0,                                                      \
      .param_size = sizeof(op_linalg_param),                                          \
      .check = op_linalg_check,                                                       \
      .inputs = names,                                                                \
      .weight_inputs = 3,                                                             \
      .shape = op_linalg_shape,                                                       \
      .algorithms = op_linalg_algorithms,                                             \
      .num_algorithms = (int)LP_COUNT(op_linalg_algorithms),                          \
  }
OP_LINALG_FAMILY(bare, "A", NULL, 0);
OP_LINALG_FAMILY(square, "A", op_linalg_scaled_attrs, 2);
OP_LINALG_FAMILY(triangle, "A B", op_linalg_scaled_attrs, 4);
OP_LINALG_FAMILY(diagonal, "A", op_linalg_offset_attrs, 1);
OP_LINALG_FAMILY(trian, "A", op_linalg_offset_attrs, 2);

#define OP_LINALG(identifier, which, family_name)                  \
  LP_DATA const lp_op lp_op_linalg_##identifier = {                \
      .name = "_linalg_" #identifier,                              \
      .aliases = "linalg_" #identifier,                            \
      .kind = which,                                               \
      .family = &op_linalg_##family_name##_family,                 \
  }
OP_LINALG(potrf, OP_LINALG_POTRF, bare);
OP_LINALG(potri, OP_LINALG_POTRI, bare);
OP_LINALG(trmm, OP_LINALG_TRMM, triangle);
OP_LINALG(trsm, OP_LINALG_TRSM, triangle);
OP_LINALG(syrk, OP_LINALG_SYRK, square);
OP_LINALG(sumlogdiag, OP_LINALG_SUMLOGDIAG, bare);
OP_LINALG(extractdiag, OP_LINALG_EXTRACTDIAG, diagonal);
OP_LINALG(makediag, OP_LINALG_MAKEDIAG, diagonal);
OP_LINALG(extracttrian, OP_LINALG_EXTRACTTRIAN, trian);
OP_LINALG(maketrian, OP_LINALG_MAKETRIAN, trian);

#undef OP_LINALG_LOWER
#undef OP_LINALG_SCALED
#undef OP_LINALG_FAMILY
#undef OP_LINALG
