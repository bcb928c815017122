/*
 * layout.h - blocked layouts and conversion to and from them.
 *
 * A blocked tensor of shape (N, C, spatial...) is [N][ceil(C/b)][spatial...][b]
 * float32: b neighbouring channels of one pixel stand together. Lanes beyond C
 * hold anything; no kernel may let them reach a lane below C.
 */
#ifndef LP_KERNEL_LAYOUT_H
#define LP_KERNEL_LAYOUT_H

#include "../op/op.h"

/* Elements of a tensor in its layout, padding lanes included; false on overflow. */
LP_INTERNAL bool lp_layout_elements(const lp_shape *shape, int block, size_t *elements);
/* Plain to blocked and back; shapes are equal, one of the two is blocked. Lanes beyond C become 0. */
LP_INTERNAL void lp_layout_convert(const lp_tensor *from, const lp_tensor *to, lp_isa isa,
                                   lp_threads *threads);

#endif
