/* recurrent.c - chooses the level of a float32 cell; the float64 cells. */
#include "recurrent.h"

#include <math.h>

#include "linear.h"
#include "unroll.h"

/* A chunk of a product has so many multiply-adds. */
#define RECURRENT_CHUNK 400000

#include "isa_base.inl"
#include "vector_functions.inl"
#include "recurrent.inl"
#include "recurrent_product.inl"
#include "isa_end.inl"
#if LP_HAVE_X86_DISPATCH
#include "isa_avx2.inl"
#include "vector_functions.inl"
#include "recurrent.inl"
#include "recurrent_product.inl"
#include "isa_end.inl"

#include "isa_avx512.inl"
#include "vector_functions.inl"
#include "recurrent.inl"
#include "recurrent_product.inl"
#include "isa_end.inl"
#endif

static double recurrent_sigmoid(double x) { return 1 / (1 + exp(-x)); }

static void recurrent_doubles(const lp_recurrent_cell *cell) {
  const int64_t n = cell->size;
  const double *a = cell->a, *u = cell->u, *bias = cell->bias;
  double *h = cell->h, *c = cell->c;
  for (int64_t i = 0; i < n; i++) {
    const double first = a[i] + u[i];
    if (cell->mode == LP_RECURRENT_LSTM) {
      c[i] = recurrent_sigmoid(a[n + i] + u[n + i]) * c[i] +
             recurrent_sigmoid(first) * tanh(a[2 * n + i] + u[2 * n + i]);
      h[i] = recurrent_sigmoid(a[3 * n + i] + u[3 * n + i]) * tanh(c[i]);
    } else if (cell->mode == LP_RECURRENT_GRU) {
      const double fresh =
          tanh(a[2 * n + i] + recurrent_sigmoid(first) * (u[2 * n + i] + bias[i]));
      h[i] = fresh + recurrent_sigmoid(a[n + i] + u[n + i]) * (h[i] - fresh);
    } else if (cell->mode == LP_RECURRENT_TANH) {
      h[i] = tanh(first);
    } else {
      h[i] = first < 0 ? 0 : first;
    }
  }
}

void lp_recurrent_run(const lp_recurrent_cell *cell, lp_dtype dtype, lp_isa isa) {
  if (lp_dtype_is(dtype, LP_FLOAT64)) {
    recurrent_doubles(cell);
    return;
  }
#if LP_HAVE_X86_DISPATCH
  if (isa == LP_ISA_AVX512) {
    recurrent_floats_avx512(cell);
    return;
  }
  if (isa == LP_ISA_AVX2) {
    recurrent_floats_avx2(cell);
    return;
  }
#endif
  (void)isa;
  recurrent_floats_base(cell);
}

typedef struct recurrent_work {
  const lp_recurrent_product *product;
  int64_t rows; /* of a chunk, whole panels */
  lp_isa isa;
} recurrent_work;

static void recurrent_chunk(void *context, int64_t chunk, unsigned worker) {
  const recurrent_work *work = context;
  const int64_t from = chunk * work->rows;
  const int64_t to =
      from + work->rows < work->product->rows ? from + work->rows : work->product->rows;
  (void)worker;
#if LP_HAVE_X86_DISPATCH
  if (work->isa == LP_ISA_AVX512) {
    recurrent_rows_avx512(work->product, from, to);
    return;
  }
  if (work->isa == LP_ISA_AVX2) {
    recurrent_rows_avx2(work->product, from, to);
    return;
  }
#endif
  recurrent_rows_base(work->product, from, to);
}

void lp_recurrent_multiply(const lp_recurrent_product *product, lp_threads *threads, lp_isa isa) {
  const int64_t width = lp_linear_find(isa)->gemm_columns * 4;
  recurrent_work work = {product, width, isa};
  work.rows *= 1 + RECURRENT_CHUNK / (width * product->depth * product->images + 1);
  lp_threads_run(threads, (product->rows + work.rows - 1) / work.rows, recurrent_chunk, &work);
}

#undef RECURRENT_CHUNK
