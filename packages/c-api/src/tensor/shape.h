/*
 * shape.h - shapes, known or partly known.
 *
 * ndim -1: nothing is known. A dim of -1: that dimension is not known. A dim of
 * 0 is a dimension of size zero. (In files and in the C API 0 means not known;
 * it is translated where it comes in.)
 */
#ifndef LP_TENSOR_SHAPE_H
#define LP_TENSOR_SHAPE_H

#include "../base/status.h"

#define LP_MAX_NDIM 10
#define LP_DIM_UNKNOWN (-1)

typedef struct lp_shape {
  int ndim;
  int64_t dim[LP_MAX_NDIM];
} lp_shape;

LP_INTERNAL lp_shape lp_shape_unknown(void);
/* lp_shape_make(4, n, c, h, w): the dims are int64_t! Cast constants. */
LP_INTERNAL lp_shape lp_shape_of(int ndim, const int64_t *dims);
LP_INTERNAL lp_shape lp_shape_1(int64_t a);
LP_INTERNAL lp_shape lp_shape_2(int64_t a, int64_t b);
LP_INTERNAL lp_shape lp_shape_3(int64_t a, int64_t b, int64_t c);
LP_INTERNAL lp_shape lp_shape_4(int64_t a, int64_t b, int64_t c, int64_t d);
LP_INTERNAL bool lp_shape_known(const lp_shape *shape);
LP_INTERNAL bool lp_shape_equal(const lp_shape *a, const lp_shape *b);
/* Product of dims [from, to). The shape is known and lp_shape_bytes has accepted it, so it does not overflow. */
LP_INTERNAL int64_t lp_shape_product(const lp_shape *shape, int from, int to);
static inline int64_t lp_shape_size(const lp_shape *shape) {
  return lp_shape_product(shape, 0, shape->ndim);
}
/* Element count times element size; false on overflow of int64/size_t or unknown dims. */
LP_INTERNAL bool lp_shape_bytes(const lp_shape *shape, size_t element_size, size_t *bytes);
/* Takes what `source` knows into `target`; false if they contradict. *changed is set if target learned something (may be NULL). */
LP_INTERNAL bool lp_shape_merge(lp_shape *target, const lp_shape *source, bool *changed);

/* "(1,3,224,224)", unknown dims as "?". Returns its text buffer. */
#define LP_SHAPE_TEXT_SIZE 232
typedef struct lp_shape_text {
  char text[LP_SHAPE_TEXT_SIZE];
} lp_shape_text;
LP_INTERNAL const char *lp_shape_print(const lp_shape *shape, lp_shape_text *buffer);

#endif
