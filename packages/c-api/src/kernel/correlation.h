/* correlation.h - products, or absolute differences, of the windows of two images. */
#ifndef LP_KERNEL_CORRELATION_H
#define LP_KERNEL_CORRELATION_H

#include "../tensor/dtype.h"
#include "isa.h"

typedef struct lp_correlation {
  int64_t channels, height, width;
  int64_t kernel, stride, pad;
  int64_t first; /* place of the first window along each axis of the padded image */
  int64_t out_height, out_width;
  bool multiply; /* else absolute differences */
} lp_correlation;

/* One plane of outputs: the second image's windows are moved by (down, right). Beyond the images is 0. */
LP_INTERNAL void lp_correlate(const lp_correlation *correlation, lp_dtype dtype, const void *first,
                              const void *second, int64_t down, int64_t right, void *y);

#endif
