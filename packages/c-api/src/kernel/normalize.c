/* normalize.c - chooses the level. */
#include "normalize.h"

#include "isa_base.inl"
#include "normalize.inl"
#include "isa_end.inl"
#if LP_HAVE_X86_DISPATCH
#include "isa_avx2.inl"
#include "normalize.inl"
#include "isa_end.inl"
#include "isa_avx512.inl"
#include "normalize.inl"
#include "isa_end.inl"
#define NORMALIZE_CHOOSE(function, arguments) \
  if (isa == LP_ISA_AVX512) {                 \
    function##_avx512 arguments;              \
  } else if (isa == LP_ISA_AVX2) {            \
    function##_avx2 arguments;                \
  } else {                                    \
    function##_base arguments;                \
  }
#else
#define NORMALIZE_CHOOSE(function, arguments) \
  (void)isa;                                  \
  function##_base arguments;
#endif

void lp_normalize_run(const float *x, float *y, int64_t n, float mean, float scale, float shift,
                      bool relu, lp_isa isa) {
  NORMALIZE_CHOOSE(normalize_run, (x, y, n, mean, scale, shift, relu))
}

void lp_normalize_row(const float *x, float *y, int64_t n, float mean, float scale,
                      const float *gamma, const float *beta, lp_isa isa) {
  NORMALIZE_CHOOSE(normalize_row, (x, y, n, mean, scale, gamma, beta))
}

void lp_normalize_pixels(const float *x, float *y, int64_t pixels, int64_t channels,
                         const float *mean, const float *scale, const float *shift, bool relu,
                         lp_isa isa) {
  NORMALIZE_CHOOSE(normalize_pixels, (x, y, pixels, channels, mean, scale, shift, relu))
}

void lp_normalize_moments(const float *x, int64_t n, float *mean, float *variance, lp_isa isa) {
  NORMALIZE_CHOOSE(normalize_moments, (x, n, mean, variance))
}

void lp_normalize_moments_blocked(const float *x, int64_t pixels, float *mean, float *variance,
                                  lp_isa isa) {
  NORMALIZE_CHOOSE(normalize_moments_blocked, (x, pixels, mean, variance))
}

void lp_normalize_columns(const float *x, float *y, int64_t count, int64_t n, int64_t step,
                          float epsilon, float *norms, lp_isa isa) {
  NORMALIZE_CHOOSE(normalize_columns, (x, y, count, n, step, epsilon, norms))
}

float lp_normalize_squares(const float *x, int64_t n, lp_isa isa) {
  double sum = 0;
  NORMALIZE_CHOOSE(sum = normalize_sum, (x, n, 0.0f, true))
  return (float)sum;
}

#undef NORMALIZE_CHOOSE
