/* sample.c - both element types. */
#include "sample.h"

#define SAMPLE_TILE 64 /* samples whose places and weights are found before any channel is read */

#define SAMPLE_REAL float
#define SAMPLE_NAME(x) x##_f32
#define SAMPLE_FLOOR floorf
#define SAMPLE_CEIL ceilf
#include "sample.inl"
#undef SAMPLE_REAL
#undef SAMPLE_NAME
#undef SAMPLE_FLOOR
#undef SAMPLE_CEIL
#define SAMPLE_REAL double
#define SAMPLE_NAME(x) x##_f64
#define SAMPLE_FLOOR floor
#define SAMPLE_CEIL ceil
#include "sample.inl"
#undef SAMPLE_REAL
#undef SAMPLE_NAME
#undef SAMPLE_FLOOR
#undef SAMPLE_CEIL
#undef SAMPLE_TILE

#define SAMPLE_CHOOSE(function, arguments)  \
  if (lp_dtype_is(dtype, LP_FLOAT64)) {     \
    function##_f64 arguments;               \
  } else {                                  \
    function##_f32 arguments;               \
  }

void lp_sample_grid(const lp_sample_planes *planes, lp_dtype dtype, const void *columns,
                    const void *rows, int64_t count) {
  SAMPLE_CHOOSE(sample_grid, (planes, columns, rows, count))
}

void lp_sample_affine(lp_dtype dtype, const void *map, int64_t height, int64_t width,
                      int64_t first, int64_t count, void *columns, void *rows) {
  SAMPLE_CHOOSE(sample_affine, (map, height, width, first, count, columns, rows))
}

void lp_sample_columns(const lp_sample_planes *planes, lp_dtype dtype,
                       const lp_sample_window *window, int64_t first, int64_t count) {
  SAMPLE_CHOOSE(sample_columns, (planes, window, first, count))
}

double lp_sample_rotated_count(const lp_sample_region *region, lp_dtype dtype, int axis) {
  return lp_dtype_is(dtype, LP_FLOAT64) ? sample_count_f64(region, axis)
                                        : (double)sample_count_f32(region, axis);
}

void lp_sample_rotated(const lp_sample_planes *planes, lp_dtype dtype,
                       const lp_sample_region *region) {
  SAMPLE_CHOOSE(sample_rotated, (planes, region))
}

void lp_sample_deformable(const lp_sample_planes *planes, lp_dtype dtype,
                          const lp_sample_region *region) {
  SAMPLE_CHOOSE(sample_deformable, (planes, region))
}
#undef SAMPLE_CHOOSE
