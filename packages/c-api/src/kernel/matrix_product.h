/* matrix_product.h - many products of two matrices that lie anywhere in memory: dot, batch_dot, attention. */
#ifndef LP_KERNEL_MATRIX_PRODUCT_H
#define LP_KERNEL_MATRIX_PRODUCT_H

#include "linear.h"

/*
 * c[row][column] = alpha * sum over k of a[row][k] * b[k][column], for each of outer * inner
 * products. Steps are in elements; columns of c are neighbours.
 */
typedef struct lp_matrix_product {
  int64_t outer, inner;
  int64_t rows, columns, depth;
  const void *a;
  int64_t a_outer, a_inner, a_row, a_depth;
  const void *b;
  int64_t b_outer, b_inner, b_depth, b_column;
  void *c;
  int64_t c_outer, c_inner, c_row;
  double alpha;
  lp_dtype dtype; /* float32 or float64 */
  void *scratch;
  lp_threads *threads;
  lp_isa isa;
} lp_matrix_product;

/* Multiply-adds of all products. */
static inline double lp_matrix_product_adds(const lp_matrix_product *product) {
  return (double)product->outer * (double)product->inner * (double)product->rows *
         (double)product->columns * (double)product->depth;
}
/* Bytes that lp_matrix_product_run needs with so many threads; SIZE_MAX on overflow. */
LP_INTERNAL size_t lp_matrix_product_scratch(const lp_matrix_product *product, unsigned threads);
LP_INTERNAL void lp_matrix_product_run(const lp_matrix_product *product);

#endif
