/* pooling.c - chooses the level; float64 is a level with vectors of one double. */
#include "pooling.h"

#define POOLING_REAL float
#include "isa_base.inl"
#include "pooling.inl"
#include "isa_end.inl"
#if LP_HAVE_X86_DISPATCH
#include "isa_avx2.inl"
#include "pooling.inl"
#include "isa_end.inl"
#include "isa_avx512.inl"
#include "pooling.inl"
#include "isa_end.inl"
#endif
#undef POOLING_REAL

#define POOLING_REAL double
#define POOLING_ONE_CHANNEL_ONLY
#define LP_VL 1
#define lp_v double
#define LP_NAME(x) x##_double
#define V_LOAD(p) (*(p))
#define V_STORE(p, x) (*(p) = (x))
#define V_SET1(x) (x)
#define V_ZERO() 0.0
#define V_ADD(a, b) ((a) + (b))
#define V_MUL(a, b) ((a) * (b))
#define V_DIV(a, b) ((a) / (b))
#define V_MAX(a, b) ((a) > (b) ? (a) : (b))
#include "pooling.inl"
#include "isa_end.inl"
#undef POOLING_REAL
#undef POOLING_ONE_CHANNEL_ONLY

void lp_pooling_floats(const lp_pooling *pooling, const float *x, float *y, float *row,
                       lp_isa isa) {
#if LP_HAVE_X86_DISPATCH
  if (isa >= LP_ISA_AVX2) {
    pooling_channel_avx2(pooling, x, y, row);
    return;
  }
#endif
  (void)isa;
  pooling_channel_base(pooling, x, y, row);
}

void lp_pooling_doubles(const lp_pooling *pooling, const double *x, double *y, double *row) {
  pooling_channel_double(pooling, x, y, row);
}

void lp_pooling_blocked(const lp_pooling *pooling, const float *x, float *y, int64_t from,
                        int64_t to, lp_isa isa) {
#if LP_HAVE_X86_DISPATCH
  if (isa == LP_ISA_AVX512) {
    pooling_block_avx512(pooling, x, y, from, to);
    return;
  }
  if (isa == LP_ISA_AVX2) {
    pooling_block_avx2(pooling, x, y, from, to);
    return;
  }
#endif
  (void)isa;
  pooling_block_base(pooling, x, y, from, to);
}
