/* lrn.c - chooses the level. */
#include "lrn.h"

#include "isa_base.inl"
#include "vector_functions.inl"
#include "lrn.inl"
#include "isa_end.inl"
#if LP_HAVE_X86_DISPATCH
#include "isa_avx2.inl"
#include "vector_functions.inl"
#include "lrn.inl"
#include "isa_end.inl"
#include "isa_avx512.inl"
#include "vector_functions.inl"
#include "lrn.inl"
#include "isa_end.inl"
#endif

void lp_lrn_plain(const lp_lrn *lrn, const float *x, float *y, int64_t from, int64_t to,
                  lp_isa isa) {
#if LP_HAVE_X86_DISPATCH
  if (isa >= LP_ISA_AVX2) {
    lrn_plain_avx2(lrn, x, y, from, to);
    return;
  }
#endif
  (void)isa;
  lrn_plain_base(lrn, x, y, from, to);
}

void lp_lrn_blocked(const lp_lrn *lrn, const float *x, float *y, int64_t from, int64_t to,
                    lp_isa isa) {
#if LP_HAVE_X86_DISPATCH
  if (isa == LP_ISA_AVX512) {
    lrn_blocked_avx512(lrn, x, y, from, to);
    return;
  }
  if (isa == LP_ISA_AVX2) {
    lrn_blocked_avx2(lrn, x, y, from, to);
    return;
  }
#endif
  (void)isa;
#if LP_HAVE_VECTORS
  lrn_blocked_base(lrn, x, y, from, to);
#else
  lrn_plain_base(lrn, x, y, from, to); /* a block of one channel is plain */
#endif
}
