/* activation.c - chooses the level of a float32 activation; the float64 forms. */
#include "activation.h"

#include "isa_base.inl"
#include "vector_functions.inl"
#include "activation.inl"
#include "isa_end.inl"
#if LP_HAVE_X86_DISPATCH
#include "isa_avx2.inl"
#include "vector_functions.inl"
#include "activation.inl"
#include "isa_end.inl"
#if LP_WITH_WIDE_FUNCTIONS
#include "isa_avx512.inl"
#include "vector_functions.inl"
#include "activation.inl"
#include "isa_end.inl"
#endif
#endif

lp_status lp_activation_check(lp_activation_function function) {
  return LP_HAS_ACTIVATION(function)
             ? LP_OK
             : lp_say(LP_ERROR_UNSUPPORTED,
                      "its act_type is not in this build: see LP_CONFIG_ACTIVATIONS in "
                      "predict_config.h");
}

void lp_activation_floats(lp_activation_function function, float slope, const float *x, float *y,
                          int64_t n, lp_isa isa) {
#if LP_HAVE_X86_DISPATCH
#if LP_WITH_WIDE_FUNCTIONS
  if (isa == LP_ISA_AVX512) {
    activation_floats_avx512(function, slope, x, y, n);
    return;
  }
#endif
  if (isa >= LP_ISA_AVX2) {
    activation_floats_avx2(function, slope, x, y, n);
    return;
  }
#endif
  (void)isa;
  activation_floats_base(function, slope, x, y, n);
}

void lp_activation_slopes(const float *slope, int block, const float *x, float *y, int64_t pixels,
                          lp_isa isa) {
#if LP_HAVE_X86_DISPATCH
#if LP_WITH_WIDE_FUNCTIONS
  if (isa == LP_ISA_AVX512 && block == 16) {
    activation_slopes_avx512(slope, x, y, 1, pixels);
    return;
  }
#endif
  if (isa >= LP_ISA_AVX2 && block >= 8) {
    activation_slopes_avx2(slope, x, y, block / 8, pixels);
    return;
  }
#endif
  if (block == 1) {
    lp_activation_floats(LP_ACTIVATE_LEAKY, slope[0], x, y, pixels, isa);
    return;
  }
  activation_slopes_base(slope, x, y, 1, pixels);
}

void lp_activation_doubles(lp_activation_function function, double slope, const double *x,
                           double *y, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    double v = x[i];
    switch (function) {
      case LP_ACTIVATE_RELU:
        v = v < 0 ? 0 : v;
        break;
      case LP_ACTIVATE_SIGMOID:
        v = 1 / (1 + exp(-v));
        break;
      case LP_ACTIVATE_TANH:
        v = tanh(v);
        break;
      case LP_ACTIVATE_SOFTRELU:
        v = v > 20 ? v : log1p(exp(v));
        break;
      case LP_ACTIVATE_SOFTSIGN:
        v = v / (1 + fabs(v));
        break;
      case LP_ACTIVATE_LEAKY:
        v = v > 0 ? v : slope * v;
        break;
      case LP_ACTIVATE_ELU:
        v = v > 0 ? v : slope * expm1(v);
        break;
      case LP_ACTIVATE_SELU:
        v = 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * expm1(v));
        break;
      case LP_ACTIVATE_GELU:
        v = 0.5 * v * (1 + erf(v * 0.70710678118654752));
        break;
    }
    y[i] = v;
  }
}

/* Some ten microseconds of float32 work with its memory, in whole vectors of every level. */
#define ACTIVATION_CHUNK_NANOSECONDS 5e3

typedef struct activation_work {
  lp_activation_function function;
  lp_dtype dtype;
  double slope;
  const void *x;
  void *y;
  int64_t n;
  int64_t chunk;
  lp_isa isa;
} activation_work;

static void activation_chunk(void *context, int64_t index, unsigned worker) {
  const activation_work *work = context;
  int64_t from = index * work->chunk;
  int64_t n = work->n - from < work->chunk ? work->n - from : work->chunk;
  (void)worker;
  if (lp_dtype_is(work->dtype, LP_FLOAT64)) {
    lp_activation_doubles(work->function, work->slope, (const double *)work->x + from,
                          (double *)work->y + from, n);
  } else {
    lp_activation_floats(work->function, (float)work->slope, (const float *)work->x + from,
                         (float *)work->y + from, n, work->isa);
  }
}

void lp_activation_run(lp_activation_function function, double slope, lp_dtype dtype, const void *x,
                       void *y, int64_t n, lp_isa isa, lp_threads *threads) {
  int64_t chunk =
      (int64_t)(ACTIVATION_CHUNK_NANOSECONDS / lp_activation_cost(function)) / 64 * 64 + 64;
  activation_work work = {function, dtype, slope, x, y, n, chunk, isa};
  lp_threads_run(threads, (n + chunk - 1) / chunk, activation_chunk, &work);
}

double lp_activation_cost(lp_activation_function function) {
  switch (function) {
    case LP_ACTIVATE_RELU:
    case LP_ACTIVATE_LEAKY:
    case LP_ACTIVATE_SOFTSIGN:
      return 0.1;
    default:
      return 0.5;
  }
}

#undef ACTIVATION_CHUNK_NANOSECONDS
