/* lrn.h - local response normalisation across channels: y = x (knorm + scale sum x^2)^-beta, the sum over `radius` channels to each side. */
#ifndef LP_KERNEL_LRN_H
#define LP_KERNEL_LRN_H

#include "isa.h"

typedef struct lp_lrn {
  int64_t channels;
  int64_t pixels;
  int64_t radius;
  float scale; /* alpha / nsize */
  float beta;
  float knorm;
} lp_lrn;

/* Pixels [from, to) of one plain image. y is not x. */
LP_INTERNAL void lp_lrn_plain(const lp_lrn *lrn, const float *x, float *y, int64_t from, int64_t to,
                              lp_isa isa);
/* The same of a blocked image; radius is at most the block, lp_cpu_block(isa). */
LP_INTERNAL void lp_lrn_blocked(const lp_lrn *lrn, const float *x, float *y, int64_t from,
                                int64_t to, lp_isa isa);

#endif
