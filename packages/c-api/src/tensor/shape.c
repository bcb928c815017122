/* shape.c - shapes, known or partly known. */
#include "shape.h"

#include <stdio.h>
#include <string.h>

lp_shape lp_shape_unknown(void) {
  lp_shape shape;
  memset(&shape, 0, sizeof shape);
  shape.ndim = -1;
  return shape;
}

lp_shape lp_shape_of(int ndim, const int64_t *dims) {
  lp_shape shape = lp_shape_unknown();
  shape.ndim = ndim;
  for (int i = 0; i < ndim && i < LP_MAX_NDIM; i++) {
    shape.dim[i] = dims[i];
  }
  return shape;
}

lp_shape lp_shape_1(int64_t a) { return lp_shape_of(1, &a); }

lp_shape lp_shape_2(int64_t a, int64_t b) {
  int64_t dims[2] = {a, b};
  return lp_shape_of(2, dims);
}

lp_shape lp_shape_3(int64_t a, int64_t b, int64_t c) {
  int64_t dims[3] = {a, b, c};
  return lp_shape_of(3, dims);
}

lp_shape lp_shape_4(int64_t a, int64_t b, int64_t c, int64_t d) {
  int64_t dims[4] = {a, b, c, d};
  return lp_shape_of(4, dims);
}

bool lp_shape_known(const lp_shape *shape) {
  for (int i = 0; i < shape->ndim; i++) {
    if (shape->dim[i] < 0) {
      return false;
    }
  }
  return shape->ndim >= 0;
}

bool lp_shape_equal(const lp_shape *a, const lp_shape *b) {
  if (a->ndim != b->ndim) {
    return false;
  }
  for (int i = 0; i < a->ndim; i++) {
    if (a->dim[i] != b->dim[i]) {
      return false;
    }
  }
  return true;
}

int64_t lp_shape_product(const lp_shape *shape, int from, int to) {
  int64_t product = 1;
  for (int i = from; i < to; i++) {
    product *= shape->dim[i];
  }
  return product;
}

bool lp_shape_bytes(const lp_shape *shape, size_t element_size, size_t *bytes) {
  /* Without zero dims first: partial products are used too, so they must not overflow either. */
  size_t product = element_size == 0 ? 1 : element_size;
  bool empty = false;
  if (!lp_shape_known(shape)) {
    return false;
  }
  for (int i = 0; i < shape->ndim; i++) {
    if (shape->dim[i] == 0) {
      empty = true;
      continue;
    }
    uint64_t dim = (uint64_t)shape->dim[i];
    if (dim > (uint64_t)(SIZE_MAX / 4) || product > SIZE_MAX / 4 / (size_t)dim) {
      return false;
    }
    product *= (size_t)dim;
  }
  *bytes = empty ? 0 : product;
  return true;
}

bool lp_shape_merge(lp_shape *target, const lp_shape *source, bool *changed) {
  if (source->ndim < 0) {
    return true;
  }
  if (target->ndim < 0) {
    *target = *source;
    if (changed != NULL) {
      *changed = true;
    }
    return true;
  }
  if (target->ndim != source->ndim) {
    return false;
  }
  for (int i = 0; i < target->ndim; i++) {
    if (source->dim[i] >= 0 && target->dim[i] >= 0 && source->dim[i] != target->dim[i]) {
      return false;
    }
  }
  for (int i = 0; i < target->ndim; i++) {
    if (target->dim[i] < 0 && source->dim[i] >= 0) {
      target->dim[i] = source->dim[i];
      if (changed != NULL) {
        *changed = true;
      }
    }
  }
  return true;
}

const char *lp_shape_print(const lp_shape *shape, lp_shape_text *buffer) {
  size_t used = 0;
  if (shape->ndim < 0) {
    (void)snprintf(buffer->text, sizeof buffer->text, "(unknown)");
    return buffer->text;
  }
  buffer->text[used++] = '(';
  for (int i = 0; i < shape->ndim; i++) {
    int length;
    if (shape->dim[i] < 0) {
      length = snprintf(buffer->text + used, sizeof buffer->text - used, "%s?", i == 0 ? "" : ",");
    } else {
      length = snprintf(buffer->text + used, sizeof buffer->text - used, "%s%lld",
                        i == 0 ? "" : ",", (long long)shape->dim[i]);
    }
    used += (size_t)length; /* at most 10 * 21 + 3 characters: always fits */
  }
  (void)snprintf(buffer->text + used, sizeof buffer->text - used, ")");
  return buffer->text;
}
