/* elementwise.c - functions of numbers in double and in int64, and the choice among them and vectors. */
#include "elementwise.h"

#include <string.h>

#include "isa_base.inl"
#include "vector_functions.inl"
#include "elementwise.inl"
#include "isa_end.inl"
#if LP_HAVE_X86_DISPATCH
#include "isa_avx2.inl"
#include "vector_functions.inl"
#include "elementwise.inl"
#include "isa_end.inl"
#include "isa_avx512.inl"
#include "vector_functions.inl"
#include "elementwise.inl"
#include "isa_end.inl"
#endif

/* Elements that are converted at a time, on the stack. */
#define ELEMENTWISE_CHUNK 128

#define ELEMENTWISE_PI 3.14159265358979323846

/* By a mask: a branch on random signs is ten times slower. */
static double elementwise_relu(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  bits &= 0 - (uint64_t)!(x <= 0.0);
  memcpy(&x, &bits, sizeof bits);
  return x;
}

static double elementwise_round(double x) {
  double below = floor(x);
  double above = ceil(x);
  return x > 0.0 ? (above - x > x - below ? below : above) : (x - below > above - x ? above : below);
}

static double elementwise_rint(double x) {
  double below = floor(x);
  double above = ceil(x);
  return x - below > above - x ? above : below;
}

static double elementwise_modulo(double x, double y) {
  if (y == 0.0) {
    return 0.0;
  }
  double rest = fmod(x, y);
  return rest != 0.0 && (rest < 0.0) != (y < 0.0) ? rest + y : rest;
}

/*
 * Not C's own: it is slow, and glibc has had the one that the linker would
 * take since 2.35 only. Scaled where a square leaves the range of double;
 * infinity goes before NaN.
 */
static double elementwise_hypot(double x, double y) {
  const double square = x * x + y * y;
  if (square > 1e-280 && square < 1e300) {
    return sqrt(square);
  }
  if (isinf(x) || isinf(y)) {
    return INFINITY;
  }
  double large = fabs(x), small = fabs(y);
  if (large < small) {
    large = fabs(y);
    small = fabs(x);
  }
  if (large == 0.0 || isnan(square)) {
    return square;
  }
  const double ratio = small / large;
  return large * sqrt(1.0 + ratio * ratio);
}

static double elementwise_smooth_l1(double x, double sigma) {
  double square = sigma * sigma;
  double size = fabs(x);
  return size < 1.0 / square ? 0.5 * square * x * x : size - 0.5 / square;
}

/*
 * Inverse of erf: Winitzki's approximation (2e-3), then twice Halley's method,
 * which triples the correct digits. Near 1 it works on erfc, which keeps its digits there.
 */
static double elementwise_erfinv(double x) {
  double size = fabs(x);
  if (!(size < 1.0)) {
    return size == 1.0 ? copysign(HUGE_VAL, x) : (double)NAN;
  }
  double l = log((1.0 - size) * (1.0 + size));
  double t = 2.0 / (ELEMENTWISE_PI * 0.147) + 0.5 * l;
  double z = sqrt(sqrt(t * t - l / 0.147) - t);
  for (int i = 0; i < 2 && size > 0.0; i++) {
    double miss = size < 0.5 ? erf(z) - size : (1.0 - size) - erfc(z);
    double step = miss * 0.5 * sqrt(ELEMENTWISE_PI) * exp(z * z);
    z -= step / (1.0 + z * step);
  }
  return copysign(z, x);
}

/* ln|gamma|. C's own writes a global variable. Beyond 100 by Stirling's series, below -100 by reflection. */
static double elementwise_gammaln(double x) {
  double size = fabs(x);
  if (isinf(x) || (x <= 0.0 && floor(x) == x)) {
    return HUGE_VAL;
  }
  if (size < 100.0) {
    return log(fabs(tgamma(x)));
  }
  double series = 1.0 / (12.0 * size) - 1.0 / (360.0 * size * size * size);
  double large = (size - 0.5) * log(size) - size + 0.5 * log(2.0 * ELEMENTWISE_PI) + series;
  /* gamma(-s) = -pi / (s sin(pi s) gamma(s)), and sin is asked for the fraction only. */
  return x > 0.0 ? large
                 : log(ELEMENTWISE_PI / (size * fabs(sin(ELEMENTWISE_PI * (size - floor(size)))))) -
                       large;
}

#define ELEMENTWISE_CASE(function, expression)                              \
  case LP_FUNCTION_##function:                                              \
    for (int64_t i = 0; i < n; i++, px += x_step, py += y_step) {           \
      ELEMENTWISE_NUMBER x = *px;                                           \
      ELEMENTWISE_NUMBER y = *py;                                           \
      (void)y;                                                              \
      out[i] = (ELEMENTWISE_NUMBER)(expression);                            \
    }                                                                       \
    break

#define ELEMENTWISE_NUMBER double
static LP_NOINLINE void elementwise_reals(lp_function function, const double *px, int64_t x_step,
                              const double *py, int64_t y_step, double *out, int64_t n) {
  switch (function) {
    ELEMENTWISE_CASE(COPY, x);
    ELEMENTWISE_CASE(NEGATIVE, -x);
    ELEMENTWISE_CASE(ABS, fabs(x));
    ELEMENTWISE_CASE(SIGN, (x > 0.0) - (x < 0.0));
    ELEMENTWISE_CASE(RELU, elementwise_relu(x));
    ELEMENTWISE_CASE(SQUARE, x * x);
    ELEMENTWISE_CASE(SQRT, sqrt(x));
    ELEMENTWISE_CASE(RSQRT, 1.0 / sqrt(x));
    ELEMENTWISE_CASE(RECIPROCAL, 1.0 / x);
    ELEMENTWISE_CASE(FLOOR, floor(x));
    ELEMENTWISE_CASE(CEIL, ceil(x));
    ELEMENTWISE_CASE(TRUNC, trunc(x));
    ELEMENTWISE_CASE(ROUND, elementwise_round(x));
    ELEMENTWISE_CASE(RINT, elementwise_rint(x));
    ELEMENTWISE_CASE(SOFTSIGN, x / (1.0 + fabs(x)));
    ELEMENTWISE_CASE(DEGREES, x * (180.0 / ELEMENTWISE_PI));
    ELEMENTWISE_CASE(RADIANS, x * (ELEMENTWISE_PI / 180.0));
    ELEMENTWISE_CASE(LOGICAL_NOT, x == 0.0);
    ELEMENTWISE_CASE(ADD, x + y);
    ELEMENTWISE_CASE(SUBTRACT, x - y);
    ELEMENTWISE_CASE(MULTIPLY, x * y);
    ELEMENTWISE_CASE(DIVIDE, x / y);
    ELEMENTWISE_CASE(MAXIMUM, x != x || x > y ? x : y);
    ELEMENTWISE_CASE(MINIMUM, x != x || x < y ? x : y);
    ELEMENTWISE_CASE(EQUAL, x == y);
    ELEMENTWISE_CASE(NOT_EQUAL, x != y);
    ELEMENTWISE_CASE(GREATER, x > y);
    ELEMENTWISE_CASE(GREATER_EQUAL, x >= y);
    ELEMENTWISE_CASE(LESSER, x < y);
    ELEMENTWISE_CASE(LESSER_EQUAL, x <= y);
    ELEMENTWISE_CASE(LOGICAL_AND, x != 0.0 && y != 0.0);
    ELEMENTWISE_CASE(LOGICAL_OR, x != 0.0 || y != 0.0);
    ELEMENTWISE_CASE(LOGICAL_XOR, (x != 0.0) != (y != 0.0));
    ELEMENTWISE_CASE(CEILING_MIN, x > y ? y : x);
    ELEMENTWISE_CASE(FLOORING_MAX, x < y ? y : x);
    ELEMENTWISE_CASE(SMOOTH_L1, elementwise_smooth_l1(x, y));
    ELEMENTWISE_CASE(SIGMOID, 1.0 / (1.0 + exp(-x)));
    ELEMENTWISE_CASE(TANH, tanh(x));
    ELEMENTWISE_CASE(EXP, exp(x));
    ELEMENTWISE_CASE(LOG, log(x));
    ELEMENTWISE_CASE(ERF, erf(x));
    ELEMENTWISE_CASE(EXPM1, expm1(x));
    ELEMENTWISE_CASE(LOG1P, log1p(x));
    ELEMENTWISE_CASE(LOG2, log2(x));
    ELEMENTWISE_CASE(LOG10, log10(x));
    ELEMENTWISE_CASE(CBRT, cbrt(x));
    ELEMENTWISE_CASE(RCBRT, 1.0 / cbrt(x));
    ELEMENTWISE_CASE(SIN, sin(x));
    ELEMENTWISE_CASE(COS, cos(x));
    ELEMENTWISE_CASE(TAN, tan(x));
    ELEMENTWISE_CASE(ARCSIN, asin(x));
    ELEMENTWISE_CASE(ARCCOS, acos(x));
    ELEMENTWISE_CASE(ARCTAN, atan(x));
    ELEMENTWISE_CASE(SINH, sinh(x));
    ELEMENTWISE_CASE(COSH, cosh(x));
    ELEMENTWISE_CASE(ARCSINH, asinh(x));
    ELEMENTWISE_CASE(ARCCOSH, acosh(x));
    ELEMENTWISE_CASE(ARCTANH, atanh(x));
    ELEMENTWISE_CASE(ERFINV, elementwise_erfinv(x));
    ELEMENTWISE_CASE(GAMMA, tgamma(x));
    ELEMENTWISE_CASE(GAMMALN, elementwise_gammaln(x));
    ELEMENTWISE_CASE(MOD, elementwise_modulo(x, y));
    ELEMENTWISE_CASE(POWER, pow(x, y));
    ELEMENTWISE_CASE(HYPOT, elementwise_hypot(x, y));
  }
}
#undef ELEMENTWISE_NUMBER

/* Sums, differences and products wrap around, as unsigned numbers do. */
#define ELEMENTWISE_WRAP(x, operator, y) ((int64_t)((uint64_t)(x) operator(uint64_t)(y)))

/* Division is toward zero; by zero it gives 0, and the lowest number divided by -1 itself. */
static int64_t elementwise_quotient(int64_t x, int64_t y) {
  return y == 0 ? 0 : y == -1 ? ELEMENTWISE_WRAP(0, -, x) : x / y;
}

static int64_t elementwise_remainder(int64_t x, int64_t y) {
  if (y == 0 || y == -1) {
    return 0;
  }
  int64_t rest = x % y;
  return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}

/* False where the function is one of real numbers only. */
#define ELEMENTWISE_NUMBER int64_t
static LP_NOINLINE bool elementwise_integers(lp_function function, const int64_t *px, int64_t x_step,
                                 const int64_t *py, int64_t y_step, int64_t *out, int64_t n) {
  switch (function) {
    case LP_FUNCTION_FLOOR:
    case LP_FUNCTION_CEIL:
    case LP_FUNCTION_TRUNC:
    case LP_FUNCTION_ROUND:
    case LP_FUNCTION_RINT:
    ELEMENTWISE_CASE(COPY, x);
    ELEMENTWISE_CASE(NEGATIVE, ELEMENTWISE_WRAP(0, -, x));
    ELEMENTWISE_CASE(ABS, x < 0 ? ELEMENTWISE_WRAP(0, -, x) : x);
    ELEMENTWISE_CASE(SIGN, (x > 0) - (x < 0));
    ELEMENTWISE_CASE(RELU, x > 0 ? x : 0);
    ELEMENTWISE_CASE(SQUARE, ELEMENTWISE_WRAP(x, *, x));
    ELEMENTWISE_CASE(LOGICAL_NOT, x == 0);
    ELEMENTWISE_CASE(ADD, ELEMENTWISE_WRAP(x, +, y));
    ELEMENTWISE_CASE(SUBTRACT, ELEMENTWISE_WRAP(x, -, y));
    ELEMENTWISE_CASE(MULTIPLY, ELEMENTWISE_WRAP(x, *, y));
    ELEMENTWISE_CASE(DIVIDE, elementwise_quotient(x, y));
    ELEMENTWISE_CASE(MAXIMUM, x > y ? x : y);
    ELEMENTWISE_CASE(MINIMUM, x < y ? x : y);
    ELEMENTWISE_CASE(EQUAL, x == y);
    ELEMENTWISE_CASE(NOT_EQUAL, x != y);
    ELEMENTWISE_CASE(GREATER, x > y);
    ELEMENTWISE_CASE(GREATER_EQUAL, x >= y);
    ELEMENTWISE_CASE(LESSER, x < y);
    ELEMENTWISE_CASE(LESSER_EQUAL, x <= y);
    ELEMENTWISE_CASE(LOGICAL_AND, x != 0 && y != 0);
    ELEMENTWISE_CASE(LOGICAL_OR, x != 0 || y != 0);
    ELEMENTWISE_CASE(LOGICAL_XOR, (x != 0) != (y != 0));
    ELEMENTWISE_CASE(CEILING_MIN, x > y ? y : x);
    ELEMENTWISE_CASE(FLOORING_MAX, x < y ? y : x);
    ELEMENTWISE_CASE(MOD, elementwise_remainder(x, y));
    default:
      return false;
  }
  return true;
}
#undef ELEMENTWISE_NUMBER
#undef ELEMENTWISE_CASE
#undef ELEMENTWISE_WRAP

/* `count` elements of an operand from `first` on in another type; one where it is repeated. */
static void elementwise_load(lp_dtype dtype, const void *data, int64_t step, int64_t first,
                             int64_t count, lp_dtype to, void *chunk) {
  if (data == NULL) {
    memset(chunk, 0, sizeof(double));
    return;
  }
  const char *source = (const char *)data + (size_t)(first * step) * lp_dtype_size(dtype);
  lp_dtype_convert(dtype, source, to, chunk, step == 0 ? 1 : (size_t)count);
}

/* One row in double or, for integer types, in int64 where the function can. */
static void elementwise_row(const lp_elementwise *work, const char *x, const char *y, char *out) {
  /* Two views of the same memory: doubles are used only where integers cannot do. */
  union elementwise_chunk {
    double real[ELEMENTWISE_CHUNK];
    int64_t integer[ELEMENTWISE_CHUNK];
  } cx, cy, cz;
  const bool real = lp_dtype_is_float(work->dtype);
  const size_t size = lp_dtype_size(work->dtype);
  for (int64_t i = 0; i < work->n; i += ELEMENTWISE_CHUNK) {
    int64_t count = work->n - i < ELEMENTWISE_CHUNK ? work->n - i : ELEMENTWISE_CHUNK;
    if (!real) {
      elementwise_load(work->dtype, x, work->x_step, i, count, LP_INT64, cx.integer);
      elementwise_load(work->dtype, y, work->y_step, i, count, LP_INT64, cy.integer);
      if (elementwise_integers(work->function, cx.integer, work->x_step, cy.integer, work->y_step,
                               cz.integer, count)) {
        lp_dtype_convert(LP_INT64, cz.integer, work->dtype, out + (size_t)i * size, (size_t)count);
        continue;
      }
    }
    elementwise_load(work->dtype, x, work->x_step, i, count, LP_FLOAT64, cx.real);
    elementwise_load(work->dtype, y, work->y_step, i, count, LP_FLOAT64, cy.real);
    elementwise_reals(work->function, cx.real, work->x_step, cy.real, work->y_step, cz.real, count);
    /* Powers of integers are rounded to float32 on the way, as in the reference. */
    for (int64_t k = 0; !real && work->function == LP_FUNCTION_POWER && k < count; k++) {
      cz.real[k] = (double)(float)cz.real[k];
    }
    lp_dtype_convert(LP_FLOAT64, cz.real, work->dtype, out + (size_t)i * size, (size_t)count);
  }
}

void lp_elementwise_apply(const lp_elementwise *work, lp_isa isa) {
  if (work->dtype == LP_FLOAT32 && work->function <= LP_FUNCTION_LAST_VECTOR) {
#if LP_HAVE_X86_DISPATCH
    if (isa == LP_ISA_AVX512) {
      elementwise_vectors_avx512(work);
      return;
    }
    if (isa == LP_ISA_AVX2) {
      elementwise_vectors_avx2(work);
      return;
    }
#endif
    (void)isa;
    elementwise_vectors_base(work);
    return;
  }
  const size_t size = lp_dtype_size(work->dtype);
  for (int64_t row = 0; row < work->rows; row++) {
    elementwise_row(work, (const char *)work->x + (size_t)(row * work->x_row) * size,
                    work->y != NULL ? (const char *)work->y + (size_t)(row * work->y_row) * size
                                    : NULL,
                    (char *)work->out + (size_t)(row * work->n) * size);
  }
}

double lp_elementwise_cost(lp_function function, lp_dtype dtype) {
  if (function <= LP_FUNCTION_LAST_CHEAP) {
    return dtype == LP_FLOAT32 ? 0.1 : 2.0;
  }
  if (function <= LP_FUNCTION_LAST_VECTOR && dtype == LP_FLOAT32) {
    return 0.5;
  }
  return function == LP_FUNCTION_GAMMA || function == LP_FUNCTION_ERFINV ||
                 function == LP_FUNCTION_GAMMALN
             ? 60.0
             : 10.0;
}
