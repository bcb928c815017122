/* image.h - what operators on single images, (H, W, C) or (N, H, W, C), have in common. */
#ifndef LP_OP_IMAGE_H
#define LP_OP_IMAGE_H

#include "op.h"

/* The shape of input 0 has 3 or, where `batches`, 4 dimensions, and 1 or 3 channels at `channels` counted from the end (0: any number). *known: its dimensions are. */
LP_INTERNAL lp_status lp_image_check(const lp_infer *infer, bool batches, int channels,
                                     bool *known);
/* Images in a tensor, and a dimension counted from the end: 3 height, 2 width, 1 channels. */
static inline int64_t lp_image_count(const lp_shape *shape) {
  return shape->ndim > 3 ? shape->dim[0] : 1;
}
static inline int64_t lp_image_dim(const lp_shape *shape, int from_end) {
  return shape->dim[shape->ndim - from_end];
}

#endif
