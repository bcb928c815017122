/* dtype.h - element types: sizes, names, conversion of half precision. */
#ifndef LP_TENSOR_DTYPE_H
#define LP_TENSOR_DTYPE_H

#include "../base/status.h"

/* An LPDType, or LP_DTYPE_UNKNOWN. Files may hold more types; they are converted when read. */
typedef int lp_dtype;
#define LP_DTYPE_UNKNOWN (-1)
#define LP_DTYPE_COUNT 8

/* Bytes of one element; 0 for an unknown code. */
LP_INTERNAL size_t lp_dtype_size(lp_dtype dtype);
/* "float32", ...; "unknown" for an unknown code. */
LP_INTERNAL const char *lp_dtype_name(lp_dtype dtype);
/* The code of a name, or LP_DTYPE_UNKNOWN. */
LP_INTERNAL lp_dtype lp_dtype_from_name(const char *name, size_t length);
static inline bool lp_dtype_is_float(lp_dtype dtype) {
  return dtype == LP_FLOAT32 || dtype == LP_FLOAT64 || dtype == LP_FLOAT16;
}

/* Whether a type is this one, and this one is compiled in. */
static inline bool lp_dtype_is(lp_dtype dtype, lp_dtype one) {
  return (LP_WITH_DTYPES || one == LP_FLOAT32) && dtype == one;
}

/* IEEE half to float and back (round to nearest even), in plain C. */
LP_INTERNAL float lp_half_to_float(uint16_t half);
LP_INTERNAL uint16_t lp_float_to_half(float value);

/* Converts n elements between any two types, as a C cast does (float to integer: toward zero; NaN and values out of range give 0 or the nearest bound, defined here; to bool: x != 0). Regions must not overlap. */
LP_INTERNAL void lp_dtype_convert(lp_dtype from, const void *source, lp_dtype to, void *target,
                                  size_t n);

#endif
