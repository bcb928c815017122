/* image.c - see image.h. */
#include "image.h"

lp_status lp_image_check(const lp_infer *infer, bool batches, int channels, bool *known) {
  const lp_shape *shape = &infer->in[0];
  lp_shape_text text;
  *known = lp_shape_known(shape);
  if (shape->ndim >= 0 && shape->ndim != 3 && (!batches || shape->ndim != 4)) {
    return lp_infer_fail(infer, "data must have %s dimensions, not %s", batches ? "3 or 4" : "3",
                         lp_shape_print(shape, &text));
  }
  if (*known && channels > 0 && lp_image_dim(shape, channels) != 1 &&
      lp_image_dim(shape, channels) != 3) {
    return lp_infer_fail(infer, "data has %lld channels, expected 1 or 3",
                         (long long)lp_image_dim(shape, channels));
  }
  return LP_OK;
}
