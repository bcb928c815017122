/* sampler.h - what operators on sampling grids have in common: data (N, C, H, W), grid (N, 2, h, w) or affine maps (N, 6). */
#ifndef LP_OP_SAMPLER_H
#define LP_OP_SAMPLER_H

#include "op.h"

/* "target_shape" must have two entries of 1 or more. */
LP_INTERNAL lp_status lp_sampler_check_target(const lp_tuple *target);
/* Shape rule: input `maps` is (N, 6), output 0 is `shape` with N in front. */
LP_INTERNAL lp_status lp_sampler_merge_maps(const lp_infer *infer, int maps, lp_shape *shape);
/* float32 or float64 throughout. */
LP_INTERNAL double lp_sampler_cost(const lp_query *query);

#endif
