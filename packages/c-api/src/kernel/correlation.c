/* correlation.c - both element types. */
#include "correlation.h"

#define CORRELATION_REAL float
#define CORRELATION_NAME(x) x##_f32
#include "correlation.inl"
#undef CORRELATION_REAL
#undef CORRELATION_NAME
#define CORRELATION_REAL double
#define CORRELATION_NAME(x) x##_f64
#include "correlation.inl"
#undef CORRELATION_REAL
#undef CORRELATION_NAME

void lp_correlate(const lp_correlation *correlation, lp_dtype dtype, const void *first,
                  const void *second, int64_t down, int64_t right, void *y) {
  if (lp_dtype_is(dtype, LP_FLOAT64)) {
    correlation_plane_f64(correlation, first, second, down, right, y);
  } else {
    correlation_plane_f32(correlation, first, second, down, right, y);
  }
}
