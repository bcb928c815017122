/* blas.c - see blas.h. */
#include "blas.h"

#include <limits.h>

#if defined(LP_USE_CBLAS)
/* Of the standard interface; its enumerations have the width of int. */
enum { BLAS_ROW_MAJOR = 101, BLAS_PLAIN = 111, BLAS_TRANSPOSED = 112 };
extern void cblas_sgemm(int order, int trans_a, int trans_b, int m, int n, int k, float alpha,
                        const float *a, int lda, const float *b, int ldb, float beta, float *c,
                        int ldc);
extern void cblas_sgemv(int order, int trans, int m, int n, float alpha, const float *a, int lda,
                        const float *x, int step_x, float beta, float *y, int step_y);

/* Whether sizes and steps fit CBLAS's integers; a step is at least its row. */
static bool blas_fits(int64_t rows, int64_t columns, int64_t depth, int64_t a, int64_t b,
                      int64_t c) {
  return rows > 0 && columns > 0 && depth > 0 && rows <= INT_MAX && columns <= INT_MAX &&
         depth <= INT_MAX && a <= INT_MAX && b >= columns && b <= INT_MAX && c >= columns &&
         c <= INT_MAX;
}

/* The epilogue on one row of sums, in place. The frequent ones are loops that compilers make vectors of. */
static void blas_finish(const lp_linear_epilogue *epilogue, int64_t channel, const float *added,
                        float *c, int64_t columns) {
  const float scale = epilogue->scale != NULL ? epilogue->scale[channel] : 1.0f;
  const float shift = epilogue->shift != NULL ? epilogue->shift[channel] : 0.0f;
  if (epilogue->activation.kind > LP_ACTIVATION_RELU) {
    for (int64_t i = 0; i < columns; i++) {
      c[i] = lp_linear_finish(epilogue, channel, c[i], added != NULL ? added[i] : 0.0f);
    }
    return;
  }
  if (scale != 1.0f || shift != 0.0f || added != NULL) {
    for (int64_t i = 0; i < columns; i++) {
      c[i] = c[i] * scale + shift + (added != NULL ? added[i] : 0.0f);
    }
  }
  if (epilogue->activation.kind == LP_ACTIVATION_RELU) {
    for (int64_t i = 0; i < columns; i++) {
      c[i] = c[i] > 0.0f ? c[i] : 0.0f;
    }
  }
}

bool lp_blas_gemm(const lp_gemm *gemm, lp_isa isa) {
  const bool plain = gemm->a_depth == 1;
  const int64_t a_step = plain ? gemm->a_row : gemm->a_depth;
  if (!lp_blas_takes(isa, (double)gemm->rows * (double)gemm->columns * (double)gemm->depth) ||
      (!plain && gemm->a_row != 1) || a_step < (plain ? gemm->depth : gemm->rows) ||
      gemm->added == gemm->c || /* what is added would be written over first */
      !blas_fits(gemm->rows, gemm->columns, gemm->depth, a_step, gemm->b_depth, gemm->c_row)) {
    return false;
  }
  cblas_sgemm(BLAS_ROW_MAJOR, plain ? BLAS_PLAIN : BLAS_TRANSPOSED, BLAS_PLAIN, (int)gemm->rows,
              (int)gemm->columns, (int)gemm->depth, 1.0f, gemm->a, (int)a_step, gemm->b,
              (int)gemm->b_depth, gemm->accumulate ? 1.0f : 0.0f, gemm->c, (int)gemm->c_row);
  for (int64_t row = 0; row < gemm->rows && gemm->epilogue != NULL; row++) {
    const int64_t place = row * gemm->c_row;
    blas_finish(gemm->epilogue, gemm->channel + row,
                gemm->added != NULL ? gemm->added + place : NULL, gemm->c + place, gemm->columns);
  }
  return true;
}

bool lp_blas_dot(const lp_dot *dot, lp_isa isa) {
  const float beta = dot->accumulate ? 1.0f : 0.0f;
  if (!lp_blas_takes(isa, (double)dot->rows * (double)dot->images * (double)dot->depth) ||
      dot->x_image < dot->depth || dot->w_row > INT_MAX || dot->w_row < dot->depth ||
      !blas_fits(dot->images, dot->rows, dot->depth, dot->x_image, dot->rows, dot->sum_image)) {
    return false;
  }
  if (dot->images == 1) {
    cblas_sgemv(BLAS_ROW_MAJOR, BLAS_PLAIN, (int)dot->rows, (int)dot->depth, 1.0f, dot->w,
                (int)dot->w_row, dot->x, 1, beta, dot->sum, 1);
  } else {
    cblas_sgemm(BLAS_ROW_MAJOR, BLAS_PLAIN, BLAS_TRANSPOSED, (int)dot->images, (int)dot->rows,
                (int)dot->depth, 1.0f, dot->x, (int)dot->x_image, dot->w, (int)dot->w_row, beta,
                dot->sum, (int)dot->sum_image);
  }
  return true;
}
#else
bool lp_blas_gemm(const lp_gemm *gemm, lp_isa isa) {
  (void)gemm;
  (void)isa;
  return false;
}

bool lp_blas_dot(const lp_dot *dot, lp_isa isa) {
  (void)dot;
  (void)isa;
  return false;
}
#endif
