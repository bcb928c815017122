/* winograd.c - the points of winograd.h, what follows from them, and the transforms at each level. */
#include "winograd.h"

#include "isa.h"
#include "unroll.h"

#include <string.h>

/*
 * For the pairs +-p: p; the coefficients of the product of all x^2 - p^2, lowest first, without the
 * highest, which is 1; the same without the pair's own factor; the powers of p from 0 to 3. The points
 * are such that all of these are exact.
 */
static const float winograd_points_4[1] = {1.0f};
static const float winograd_points_6[2] = {0.75f, 1.5f};
static const float winograd_points_10[4] = {0.5f, 0.875f, 1.25f, 2.5f};

#if LP_HAVE_VECTORS
static const float winograd_full_4[1] = {-1.0f};
static const float winograd_rest_4[1][4] = {{0}};
static const float winograd_powers_4[1][4] = {{1.0f, 1.0f, 1.0f, 1.0f}};
static const float winograd_full_6[2] = {1.265625f, -2.8125f};
static const float winograd_rest_6[2][4] = {{-2.25f}, {-0.5625f}};
static const float winograd_powers_6[2][4] = {{1.0f, 0.75f, 0.5625f, 0.421875f},
                                              {1.0f, 1.5f, 2.25f, 3.375f}};
static const float winograd_full_10[4] = {1.86920166015625f, -11.41357421875f, 17.8916015625f,
                                          -8.828125f};
static const float winograd_rest_10[4][4] = {{-7.476806640625f, 15.7470703125f, -8.578125f},
                                             {-2.44140625f, 11.71875f, -8.0625f},
                                             {-1.1962890625f, 6.5390625f, -7.265625f},
                                             {-0.299072265625f, 1.7783203125f, -2.578125f}};
static const float winograd_powers_10[4][4] = {{1.0f, 0.5f, 0.25f, 0.125f},
                                               {1.0f, 0.875f, 0.765625f, 0.669921875f},
                                               {1.0f, 1.25f, 1.5625f, 1.953125f},
                                               {1.0f, 2.5f, 6.25f, 15.625f}};

#include "isa_base.inl"
#include "winograd.inl"
#include "isa_end.inl"
#endif

#if LP_HAVE_X86_DISPATCH
#include "isa_avx2.inl"
#include "winograd.inl"
#include "isa_end.inl"

#include "isa_avx512.inl"
#include "winograd.inl"
#include "isa_end.inl"
#endif

const lp_winograd_kernels *lp_winograd_find(lp_isa isa) {
#if LP_HAVE_X86_DISPATCH
  if (isa == LP_ISA_AVX512) {
    return &winograd_kernels_avx512;
  }
  if (isa == LP_ISA_AVX2) {
    return &winograd_kernels_avx2;
  }
#endif
  (void)isa;
#if LP_HAVE_VECTORS
  return &winograd_kernels_base;
#else
  return NULL;
#endif
}

static const lp_winograd_sizes winograd_forms[LP_WINOGRAD_FORMS] = {
    [LP_WINOGRAD_2_3] = {3, 2, 4, false},      [LP_WINOGRAD_3_3] = {3, 3, 5, false},
    [LP_WINOGRAD_4_3] = {3, 4, 6, false},      [LP_WINOGRAD_2_5] = {5, 2, 6, false},
    [LP_WINOGRAD_LINE_4_3] = {3, 4, 6, true}, [LP_WINOGRAD_LINE_4_7] = {7, 4, 10, true},
};

lp_winograd_sizes lp_winograd_sizes_of(lp_winograd_form form) { return winograd_forms[form]; }

void lp_winograd_filter(lp_winograd_form form,
                        double g[LP_WINOGRAD_MOST_POINTS][LP_WINOGRAD_MOST_POINTS]) {
  const lp_winograd_sizes *sizes = &winograd_forms[form];
  const int finite = sizes->points - 1;
  double points[LP_WINOGRAD_MOST_POINTS] = {0.0, 0.75, -0.75, 1.5}; /* of F(3,3) */
  const float *pairs = sizes->points == 4    ? winograd_points_4
                       : sizes->points == 6  ? winograd_points_6
                       : sizes->points == 10 ? winograd_points_10
                                             : NULL;
  for (int i = 1; i < finite && pairs != NULL; i++) {
    points[i] = (i % 2 != 0 ? 1.0 : -1.0) * (double)pairs[(i - 1) / 2];
  }
  memset(g, 0, sizeof(double) * LP_WINOGRAD_MOST_POINTS * LP_WINOGRAD_MOST_POINTS);
  for (int i = 0; i < finite; i++) {
    double value = 1.0;
    for (int k = 0; k < finite; k++) {
      value /= k == i ? 1.0 : points[i] - points[k];
    }
    for (int tap = 0; tap < sizes->taps; tap++) {
      g[i][tap] = value;
      value *= points[i];
    }
  }
  g[finite][sizes->taps - 1] = 1.0;
}
