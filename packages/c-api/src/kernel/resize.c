/* resize.c - chooses the level; one channel at a time is a level with vectors of one number. */
#include "resize.h"

#define RESIZE_REAL float
#include "isa_base.inl"
#include "resize.inl"
#include "isa_end.inl"
#if LP_HAVE_X86_DISPATCH
#include "isa_avx2.inl"
#include "resize.inl"
#include "isa_end.inl"
#include "isa_avx512.inl"
#include "resize.inl"
#include "isa_end.inl"
#endif

#define V_LOAD(p) (*(p))
#define V_STORE(p, x) (*(p) = (x))
#define V_SET1(x) (x)
#define V_MUL(a, b) ((a) * (b))
#define V_FMA(a, b, c) ((a) * (b) + (c))
#define LP_VL 1
#define lp_v float
#define LP_NAME(x) x##_float
#define RESIZE_COLUMNS_ONLY
#include "resize.inl"
#undef RESIZE_COLUMNS_ONLY
#undef LP_NAME
#undef lp_v
#undef RESIZE_REAL
#define RESIZE_REAL double
#define lp_v double
#define LP_NAME(x) x##_double
#include "resize.inl"
#include "isa_end.inl"
#undef RESIZE_REAL

void lp_resize_places(int64_t in, int64_t out, bool align_corners, int64_t step,
                      lp_resize_place *places) {
  const float ratio = out < 2         ? 0.0f
                      : align_corners ? (float)(in - 1) / (float)(out - 1)
                                      : (float)in / (float)out;
  for (int64_t i = 0; i < out; i++) {
    float at = align_corners ? ratio * (float)i : (float)(((double)i + 0.5) * (double)ratio - 0.5);
    at = at > 0.0f ? at : 0.0f;
    const int64_t near = (int64_t)at < in - 1 ? (int64_t)at : in - 1;
    places[i].first = near * step;
    places[i].second = (near + 1 < in ? near + 1 : near) * step;
    places[i].part = at - (float)near;
  }
}

lp_resize_kernels lp_resize_find(lp_dtype dtype, int lanes, lp_isa isa) {
  lp_resize_kernels kernels = {resize_columns_base, resize_rows_base};
  if (lp_dtype_is(dtype, LP_FLOAT64)) {
    return (lp_resize_kernels){resize_columns_double, resize_rows_double};
  }
#if LP_HAVE_X86_DISPATCH
  if (isa == LP_ISA_AVX512) {
    kernels = (lp_resize_kernels){resize_columns_avx512, resize_rows_avx512};
  } else if (isa == LP_ISA_AVX2) {
    kernels = (lp_resize_kernels){resize_columns_avx2, resize_rows_avx2};
  }
#endif
  (void)isa;
  if (lanes == 1) {
    kernels.columns = resize_columns_float;
  }
  return kernels;
}
