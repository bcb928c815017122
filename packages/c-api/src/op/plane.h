/* plane.h - what operators on the planes of images, (N, C, H, W), have in common: checks of attributes, shapes, costs. */
#ifndef LP_OP_PLANE_H
#define LP_OP_PLANE_H

#include "op.h"

/* Attribute `key`: least to INT32_MAX. */
LP_INTERNAL lp_status lp_plane_check(const char *key, int64_t value, int64_t least);
/* A tuple of `fewest` to `most` entries, each like that. */
LP_INTERNAL lp_status lp_plane_check_entries(const char *key, const lp_tuple *tuple, int fewest,
                                             int most, int64_t least);
/* 0 to 1. */
LP_INTERNAL lp_status lp_plane_check_part(const char *key, double value);

/* Input i has four dimensions; its height and width are at least 1 and no more than INT32_MAX. */
LP_INTERNAL lp_status lp_plane_input(const lp_infer *infer, int i);
/* Output 0 has as many images as input 0, and these other dimensions, which may be unknown. channels LP_PLANE_SAME: those of input 0. */
#define LP_PLANE_SAME (-2)
LP_INTERNAL lp_status lp_plane_output(const lp_infer *infer, int64_t channels, int64_t height,
                                      int64_t width);
/* Input i is (N, 6), with the N of output 0. */
LP_INTERNAL lp_status lp_plane_maps(const lp_infer *infer, int i);

/* Input 0 and output 0 are float32 or float64, and there is no epilogue. */
LP_INTERNAL bool lp_plane_possible(const lp_query *query);
/* Nanoseconds for elements of the output: 1 each. */
LP_INTERNAL double lp_plane_cost(const lp_query *query);
/* The same for another rate; blocked: float32 alone, where there are blocked layouts. */
LP_INTERNAL double lp_plane_cost_of(const lp_query *query, double each, bool blocked);
/* Threads for outputs of more elements than `least`. */
LP_INTERNAL lp_threads *lp_plane_threads(const lp_call *call, int64_t least);

#endif
