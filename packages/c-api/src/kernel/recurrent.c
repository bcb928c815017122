/* recurrent.c - chooses the level of a float32 cell; the float64 cells. */
#include "recurrent.h"

#include <math.h>

#include "unroll.h"

#include "isa_base.inl"
#include "vector_functions.inl"
#include "recurrent.inl"
#include "isa_end.inl"
#if LP_HAVE_X86_DISPATCH
#include "isa_avx2.inl"
#include "vector_functions.inl"
#include "recurrent.inl"
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
  if (isa >= LP_ISA_AVX2) {
    recurrent_floats_avx2(cell);
    return;
  }
#endif
  (void)isa;
  recurrent_floats_base(cell);
}
