/* bins.c - chooses the level; one channel at a time is a level with vectors of one number. */
#include "bins.h"

#include <float.h>

#define BINS_REAL float
#define BINS_LEAST (-FLT_MAX)
#include "isa_base.inl"
#include "bins.inl"
#include "isa_end.inl"
#if LP_HAVE_X86_DISPATCH
#include "isa_avx2.inl"
#include "bins.inl"
#include "isa_end.inl"
#include "isa_avx512.inl"
#include "bins.inl"
#include "isa_end.inl"
#endif

#define V_LOAD(p) (*(p))
#define V_STORE(p, x) (*(p) = (x))
#define V_SET1(x) (x)
#define V_ZERO() 0
#define V_ADD(a, b) ((a) + (b))
#define V_MUL(a, b) ((a) * (b))
#define V_FMA(a, b, c) ((a) * (b) + (c))
#define V_MAX(a, b) ((a) > (b) ? (a) : (b))
#define LP_VL 1
#define lp_v float
#define LP_NAME(x) x##_float
#include "bins.inl"
#undef LP_NAME
#undef lp_v
#undef BINS_REAL
#undef BINS_LEAST
#define BINS_REAL double
#define BINS_LEAST (-DBL_MAX)
#define lp_v double
#define LP_NAME(x) x##_double
#include "bins.inl"
#include "isa_end.inl"
#undef BINS_REAL
#undef BINS_LEAST

/* Samples along one bin: more than this is a region far larger than any image. */
#define BINS_MOST_SAMPLES 1000000000

#define BINS_REAL float
#define BINS_NAME(x) x##_f32
#define BINS_FLOOR floorf
#define BINS_CEIL ceilf
#include "bins_axis.inl"
#undef BINS_REAL
#undef BINS_NAME
#undef BINS_FLOOR
#undef BINS_CEIL
#define BINS_REAL double
#define BINS_NAME(x) x##_f64
#define BINS_FLOOR floor
#define BINS_CEIL ceil
#include "bins_axis.inl"
#undef BINS_REAL
#undef BINS_NAME
#undef BINS_FLOOR
#undef BINS_CEIL
#undef BINS_MOST_SAMPLES

lp_bins_kernel lp_bins_find(lp_dtype dtype, int lanes, lp_isa isa) {
  if (lp_dtype_is(dtype, LP_FLOAT64)) {
    return bins_run_double;
  }
  if (lanes == 1) {
    return bins_run_float;
  }
#if LP_HAVE_X86_DISPATCH
  if (isa >= LP_ISA_AVX2) {
    return isa == LP_ISA_AVX512 ? bins_run_avx512 : bins_run_avx2;
  }
#endif
  (void)isa;
  return bins_run_base;
}

void lp_bins_lay(const lp_bins_axis *axis, lp_dtype dtype, double from, double to, lp_bins *bins) {
  if (lp_dtype_is(dtype, LP_FLOAT64)) {
    bins_lay_f64(axis, from, to, bins);
  } else {
    bins_lay_f32(axis, (float)from, (float)to, bins);
  }
}

void lp_bins_adapt(int64_t size, lp_bins *bins) {
  for (int64_t i = 0; i < bins->count; i++) {
    /* i size / count without a product that could overflow. */
    const int64_t whole = size / bins->count;
    const int64_t rest = size % bins->count;
    lp_bin *bin = bins->bin + i;
    bin->begin = i * whole + i * rest / bins->count;
    bin->end = (i + 1) * whole + ((i + 1) * rest + bins->count - 1) / bins->count;
    bin->scale = 1.0 / (double)(bin->end - bin->begin);
  }
}
