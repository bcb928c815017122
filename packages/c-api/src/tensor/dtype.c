/* dtype.c - element types. */
#include "dtype.h"

#include <string.h>

static const struct {
  const char *name;
  size_t size;
} dtype_table[LP_DTYPE_COUNT] = {
    {"float32", 4}, {"float64", 8}, {"float16", 2}, {"uint8", 1},
    {"int32", 4},   {"int8", 1},    {"int64", 8},   {"bool", 1},
};

size_t lp_dtype_size(lp_dtype dtype) {
  return dtype >= 0 && dtype < LP_DTYPE_COUNT ? dtype_table[dtype].size : 0;
}

const char *lp_dtype_name(lp_dtype dtype) {
  return dtype >= 0 && dtype < LP_DTYPE_COUNT ? dtype_table[dtype].name : "unknown";
}

lp_dtype lp_dtype_from_name(const char *name, size_t length) {
  for (lp_dtype dtype = 0; dtype < LP_DTYPE_COUNT; dtype++) {
    if (strlen(dtype_table[dtype].name) == length &&
        memcmp(dtype_table[dtype].name, name, length) == 0) {
      return dtype;
    }
  }
  return LP_DTYPE_UNKNOWN;
}

static float dtype_float_of_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static uint32_t dtype_bits_of_float(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

float lp_half_to_float(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
  uint32_t exponent = (half >> 10) & 0x1fu;
  uint32_t fraction = half & 0x3ffu;
  if (exponent == 0x1f) {
    return dtype_float_of_bits(sign | 0x7f800000u | fraction << 13);
  }
  if (exponent != 0) {
    return dtype_float_of_bits(sign | (exponent + 112) << 23 | fraction << 13);
  }
  /* Subnormal halves are fraction * 2^-24, exact in float. */
  float magnitude = (float)fraction * dtype_float_of_bits(0x33800000u);
  return sign != 0 ? -magnitude : magnitude;
}

uint16_t lp_float_to_half(float value) {
  uint32_t bits = dtype_bits_of_float(value);
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000u);
  uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) {
    return (uint16_t)(sign | 0x7e00u);
  }
  if (magnitude >= 0x477ff000u) { /* rounds to 65520 or more */
    return (uint16_t)(sign | 0x7c00u);
  }
  if (magnitude < 0x38800000u) { /* below 2^-14: subnormal. Adding 0.5 aligns and rounds. */
    float rounded = dtype_float_of_bits(magnitude) + 0.5f;
    return (uint16_t)(sign | (dtype_bits_of_float(rounded) - 0x3f000000u));
  }
  uint32_t odd = magnitude >> 13 & 1u;
  magnitude += 0xc8000fffu + odd; /* re-bias the exponent by -112, round to nearest even */
  return (uint16_t)(sign | magnitude >> 13);
}

static bool dtype_is_real(lp_dtype dtype) { return lp_dtype_is_float(dtype); }

static double dtype_load_real(lp_dtype dtype, const void *source, size_t i) {
  if (dtype == LP_FLOAT32) {
    return (double)((const float *)source)[i];
  }
  if (dtype == LP_FLOAT64) {
    return ((const double *)source)[i];
  }
  return (double)lp_half_to_float(((const uint16_t *)source)[i]);
}

static int64_t dtype_load_integer(lp_dtype dtype, const void *source, size_t i) {
  switch (dtype) {
    case LP_INT32:
      return ((const int32_t *)source)[i];
    case LP_INT64:
      return ((const int64_t *)source)[i];
    case LP_INT8:
      return ((const int8_t *)source)[i];
    default:
      return ((const uint8_t *)source)[i];
  }
}

static void dtype_store_real(lp_dtype dtype, void *target, size_t i, double value) {
  if (dtype == LP_FLOAT32) {
    ((float *)target)[i] = (float)value;
  } else if (dtype == LP_FLOAT64) {
    ((double *)target)[i] = value;
  } else {
    ((uint16_t *)target)[i] = lp_float_to_half((float)value);
  }
}

static void dtype_store_integer(lp_dtype dtype, void *target, size_t i, int64_t value) {
  switch (dtype) {
    case LP_INT32:
      ((int32_t *)target)[i] = (int32_t)(uint32_t)(uint64_t)value;
      break;
    case LP_INT64:
      ((int64_t *)target)[i] = value;
      break;
    case LP_BOOL:
      ((uint8_t *)target)[i] = value != 0;
      break;
    default:
      ((uint8_t *)target)[i] = (uint8_t)(uint64_t)value;
      break;
  }
}

/* A C cast to integer, with the result x86 gives where C leaves it undefined: the lowest number. */
static int64_t dtype_truncate(double value, lp_dtype to) {
  bool wide = to == LP_INT64;
  double bound = wide ? 9223372036854775808.0 : 2147483648.0;
  if (!(value > -bound - (wide ? 0.0 : 1.0) && value < bound)) {
    return wide ? INT64_MIN : INT32_MIN;
  }
  return (int64_t)value;
}

/* The conversions that pictures, and arithmetic in double and int64, are made of, each a loop of its own; false: none of them. */
#define DTYPE_LOOP(from_dtype, from_type, to_dtype, to_type, cast) \
  if (from == from_dtype && to == to_dtype) {                      \
    for (size_t i = 0; i < n; i++) {                               \
      ((to_type *)target)[i] = cast((const from_type *)source)[i]; \
    }                                                              \
    return true;                                                   \
  }
static bool dtype_convert_wide(lp_dtype from, const void *source, lp_dtype to, void *target,
                               size_t n) {
  DTYPE_LOOP(LP_FLOAT32, float, LP_FLOAT64, double, (double))
  DTYPE_LOOP(LP_FLOAT64, double, LP_FLOAT32, float, (float))
  if (!LP_WITH_DTYPES) {
    return true; /* other types do not get so far */
  }
  DTYPE_LOOP(LP_UINT8, uint8_t, LP_FLOAT32, float, (float))
  DTYPE_LOOP(LP_INT8, int8_t, LP_FLOAT32, float, (float))
  DTYPE_LOOP(LP_INT32, int32_t, LP_FLOAT32, float, (float))
  DTYPE_LOOP(LP_UINT8, uint8_t, LP_INT32, int32_t, )
  DTYPE_LOOP(LP_INT32, int32_t, LP_INT64, int64_t, )
  DTYPE_LOOP(LP_INT8, int8_t, LP_INT64, int64_t, )
  DTYPE_LOOP(LP_UINT8, uint8_t, LP_INT64, int64_t, )
  DTYPE_LOOP(LP_BOOL, uint8_t, LP_INT64, int64_t, )
  DTYPE_LOOP(LP_INT64, int64_t, LP_INT32, int32_t, (int32_t)(uint32_t)(uint64_t))
  DTYPE_LOOP(LP_INT64, int64_t, LP_INT8, uint8_t, (uint8_t)(uint64_t))
  DTYPE_LOOP(LP_INT64, int64_t, LP_UINT8, uint8_t, (uint8_t)(uint64_t))
  return false;
}
#undef DTYPE_LOOP

void lp_dtype_convert(lp_dtype from, const void *source, lp_dtype to, void *target, size_t n) {
  if (from == to) {
    if (n != 0) {
      memcpy(target, source, n * lp_dtype_size(from));
    }
    return;
  }
  if (dtype_convert_wide(from, source, to, target, n)) {
    return;
  }
  if (from == LP_FLOAT16 && to == LP_FLOAT32) {
    for (size_t i = 0; i < n; i++) {
      ((float *)target)[i] = lp_half_to_float(((const uint16_t *)source)[i]);
    }
    return;
  }
  if (from == LP_FLOAT32 && to == LP_FLOAT16) {
    for (size_t i = 0; i < n; i++) {
      ((uint16_t *)target)[i] = lp_float_to_half(((const float *)source)[i]);
    }
    return;
  }
  for (size_t i = 0; i < n; i++) {
    if (!dtype_is_real(from)) {
      int64_t value = dtype_load_integer(from, source, i);
      if (!dtype_is_real(to)) {
        dtype_store_integer(to, target, i, value);
      } else if (to == LP_FLOAT64) {
        ((double *)target)[i] = (double)value;
      } else {
        dtype_store_real(to, target, i, (double)(float)value);
      }
      continue;
    }
    double value = dtype_load_real(from, source, i);
    if (dtype_is_real(to)) {
      dtype_store_real(to, target, i, value);
    } else if (to == LP_BOOL) {
      ((uint8_t *)target)[i] = value != 0.0;
    } else {
      dtype_store_integer(to, target, i, dtype_truncate(value, to));
    }
  }
}
