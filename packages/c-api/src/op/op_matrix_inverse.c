/*
 * op_matrix_inverse.c - of square matrices (..., n, n): _linalg_inverse: the inverse; _linalg_det: the
 *   determinant; _linalg_slogdet: its sign and the logarithm of its absolute value.
 *
 * By elimination with the largest pivot of each column, in float64; float32 and float64. Leading
 * dimensions stay, none become (1). A matrix without inverse is an error of the forward;
 * its determinant is 0, the logarithm -infinity. No attributes.
 */
#include "movement.h"
#include "op_table.h"

#include <math.h>
#include <string.h>

static lp_status op_matrix_inverse_shape(const lp_infer *infer) {
  const lp_shape *in = &infer->in[0];
  if (infer->op == &lp_op_linalg_inverse) {
    LP_TRY(lp_infer_first_shape(infer));
  }
  if (in->ndim < 0) {
    return LP_OK;
  }
  if (in->ndim < 2 || (in->dim[in->ndim - 1] >= 0 && in->dim[in->ndim - 2] >= 0 &&
                       in->dim[in->ndim - 1] != in->dim[in->ndim - 2])) {
    lp_shape_text text;
    return lp_infer_fail(infer, "expected square matrices in the last two dimensions, found %s",
                         lp_shape_print(in, &text));
  }
  lp_shape numbers = *in;
  numbers.ndim -= 2;
  if (numbers.ndim == 0) {
    numbers = lp_shape_1(1);
  }
  for (int i = 0; i < infer->num_outputs && infer->op != &lp_op_linalg_inverse; i++) {
    LP_TRY(lp_infer_merge(infer, &infer->out[i], &numbers));
  }
  return LP_OK;
}

static double op_matrix_inverse_cost(const lp_query *query) {
  const lp_dtype dtype = query->in[0].dtype;
  return dtype == LP_FLOAT32 || lp_dtype_is(dtype, LP_FLOAT64)
             ? 100 * (double)lp_shape_size(&query->in[0].shape)
             : LP_COST_REJECT;
}

/* A matrix, and beside it, for the inverse, what becomes it. */
static size_t op_matrix_inverse_scratch(const lp_query *query) {
  const lp_shape *in = &query->in[0].shape;
  const lp_shape matrices = lp_shape_3(2, in->dim[in->ndim - 1], in->dim[in->ndim - 1]);
  size_t bytes;
  return lp_shape_bytes(&matrices, sizeof(double), &bytes) ? bytes : SIZE_MAX;
}

/* Subtracts row `from` times `factor` from row `to`. */
static void op_matrix_inverse_subtract(double *rows, int64_t n, int64_t to, int64_t from,
                                       double factor) {
  for (int64_t k = 0; k < n; k++) {
    rows[to * n + k] -= factor * rows[from * n + k];
  }
}

static void op_matrix_inverse_swap(double *rows, int64_t n, int64_t a, int64_t b) {
  for (int64_t k = 0; k < n && a != b; k++) {
    const double kept = rows[a * n + k];
    rows[a * n + k] = rows[b * n + k];
    rows[b * n + k] = kept;
  }
}

/* Eliminates below the diagonal, and with `beside` also above it, doing the same to `beside`. Sign of the swaps; 0: there is no inverse. */
static double op_matrix_inverse_eliminate(double *matrix, double *beside, int64_t n) {
  double sign = 1;
  for (int64_t c = 0; c < n; c++) {
    int64_t best = c;
    for (int64_t r = c + 1; r < n; r++) {
      best = fabs(matrix[r * n + c]) > fabs(matrix[best * n + c]) ? r : best;
    }
    const double pivot = matrix[best * n + c];
    if (pivot == 0) {
      return 0;
    }
    sign = best == c ? sign : -sign;
    op_matrix_inverse_swap(matrix, n, c, best);
    if (beside != NULL) {
      op_matrix_inverse_swap(beside, n, c, best);
    }
    for (int64_t r = beside != NULL ? 0 : c + 1; r < n; r++) {
      const double factor = matrix[r * n + c] / pivot;
      if (r != c && factor != 0) {
        op_matrix_inverse_subtract(matrix, n, r, c, factor);
        if (beside != NULL) {
          op_matrix_inverse_subtract(beside, n, r, c, factor);
        }
      }
    }
  }
  return sign;
}

static lp_status op_matrix_inverse_run(const lp_call *call) {
  const lp_tensor *in = &call->in[0];
  const int64_t n = in->shape.dim[in->shape.ndim - 1];
  const int64_t count = lp_shape_product(&in->shape, 0, in->shape.ndim - 2);
  const size_t size = lp_dtype_size(in->dtype);
  double *matrix = call->scratch;
  if (n == 0) {
    return LP_OK;
  }
  double *inverse = matrix + n * n;
  for (int64_t i = 0; i < count; i++) {
    lp_dtype_convert(in->dtype, (const char *)in->data + (size_t)(i * n * n) * size, LP_FLOAT64,
                     matrix, (size_t)(n * n));
    memset(inverse, 0, (size_t)(n * n) * sizeof *inverse);
    for (int64_t k = 0; k < n; k++) {
      inverse[k * n + k] = 1;
    }
    if (op_matrix_inverse_eliminate(matrix, inverse, n) == 0) {
      return lp_fail(LP_ERROR_ARGUMENT, "_linalg_inverse: matrix %lld has no inverse", (long long)i);
    }
    for (int64_t k = 0; k < n * n; k++) {
      inverse[k] /= matrix[k / n * n + k / n];
    }
    lp_dtype_convert(LP_FLOAT64, inverse, in->dtype,
                     (char *)call->out[0].data + (size_t)(i * n * n) * size, (size_t)(n * n));
  }
  return LP_OK;
}

static lp_status op_matrix_inverse_run_det(const lp_call *call) {
  const lp_tensor *in = &call->in[0];
  const int64_t n = in->shape.dim[in->shape.ndim - 1];
  const int64_t count = lp_shape_product(&in->shape, 0, in->shape.ndim - 2);
  const size_t size = lp_dtype_size(in->dtype);
  double *matrix = call->scratch;
  for (int64_t i = 0; i < count; i++) {
    lp_dtype_convert(in->dtype, (const char *)in->data + (size_t)(i * n * n) * size, LP_FLOAT64,
                     matrix, (size_t)(n * n));
    double sign = op_matrix_inverse_eliminate(matrix, NULL, n);
    double product = 1;
    double logarithm = 0;
    for (int64_t k = 0; k < n && sign != 0; k++) {
      const double pivot = matrix[k * n + k];
      product *= pivot;
      logarithm += log(fabs(pivot));
      sign = pivot < 0 && call->op == &lp_op_linalg_slogdet ? -sign : sign;
    }
    const double results[2] = {call->op == &lp_op_linalg_slogdet ? sign : sign * product,
                               sign == 0 ? -INFINITY : logarithm};
    for (int k = 0; k < call->num_outputs; k++) {
      if (call->out[k].data != NULL) {
        lp_dtype_convert(LP_FLOAT64, &results[k], in->dtype,
                         (char *)call->out[k].data + (size_t)i * size, 1);
      }
    }
  }
  return LP_OK;
}

static const lp_algorithm op_matrix_inverse_algorithms[] = {
    {.name = "plain",
     .cost = op_matrix_inverse_cost,
     .scratch = op_matrix_inverse_scratch,
     .run = op_matrix_inverse_run},
};
static const lp_algorithm op_matrix_inverse_det_algorithms[] = {
    {.name = "plain",
     .cost = op_matrix_inverse_cost,
     .scratch = op_matrix_inverse_scratch,
     .run = op_matrix_inverse_run_det},
};

static int op_matrix_inverse_one(const void *param) {
  (void)param;
  return 1;
}
static int op_matrix_inverse_two(const void *param) {
  (void)param;
  return 2;
}

static const lp_op_family op_linalg_inverse_family = {
    .attrs_any = true,
    .inputs = "A",
    .shape = op_matrix_inverse_shape,
    .algorithms = op_matrix_inverse_algorithms,
    .num_algorithms = LP_COUNT(op_matrix_inverse_algorithms),
};
LP_DATA const lp_op lp_op_linalg_inverse = {
    .name = "_linalg_inverse",
    .aliases = "linalg_inverse _npi_inv",
    .family = &op_linalg_inverse_family,
};

#define OP_MATRIX_INVERSE_DET(count)                              \
  .attrs_any = true, .inputs = "A", .outputs = "output*",         \
  .count_outputs = count, .count_visible = count,                 \
  .shape = op_matrix_inverse_shape,                               \
  .algorithms = op_matrix_inverse_det_algorithms,                 \
  .num_algorithms = LP_COUNT(op_matrix_inverse_det_algorithms)
static const lp_op_family op_linalg_det_family = {OP_MATRIX_INVERSE_DET(op_matrix_inverse_one)};
LP_DATA const lp_op lp_op_linalg_det = {
    .name = "_linalg_det", .aliases = "linalg_det _npi_det", .family = &op_linalg_det_family};

static const lp_op_family op_linalg_slogdet_family = {OP_MATRIX_INVERSE_DET(op_matrix_inverse_two)};
LP_DATA const lp_op lp_op_linalg_slogdet = {
    .name = "_linalg_slogdet",
    .aliases = "linalg_slogdet _npi_slogdet",
    .family = &op_linalg_slogdet_family,
};
#undef OP_MATRIX_INVERSE_DET
