/*
 * vector_functions.inl - exp, log and their relatives on one vector; once per level.
 *
 * Inlined into the loops of whoever includes this file; a level's second
 * inclusion in one translation unit adds nothing. The polynomials are
 * least-maximum fits made for these intervals. Errors are a few units in the
 * last place. NaN stays NaN, infinities and denormals give what libm gives.
 *
 *   vector_exp, vector_expm1, vector_log, vector_log1p, vector_tanh,
 *   vector_sigmoid, vector_erf, vector_softrelu, vector_softsign, vector_gelu
 */
#if (LP_VL == 16 && !defined(LP_VECTOR_FUNCTIONS_16)) || \
    (LP_VL == 8 && !defined(LP_VECTOR_FUNCTIONS_8)) ||   \
    (LP_VL < 8 && !defined(LP_VECTOR_FUNCTIONS_BASE))
#if LP_VL == 16
#define LP_VECTOR_FUNCTIONS_16
#elif LP_VL == 8
#define LP_VECTOR_FUNCTIONS_8
#else
#define LP_VECTOR_FUNCTIONS_BASE
#endif

/* Adding 1.5 * 2^23 leaves the nearest integer in the low bits of the sum. */
#define VECTOR_MAGIC 12582912.0f
#define VECTOR_MAGIC_BITS 0x4B400000
/* ln 2 = HIGH + LOW; HIGH has so few bits that its products with exponents are exact. */
#define VECTOR_LN2_HIGH 0.693359375f
#define VECTOR_LN2_LOW -2.12194440e-4f

/* x = n ln 2 + r with |r| <= ln 2 / 2; returns e^r - 1. |x| < 2^20. */
static LP_ALWAYS_INLINE lp_v LP_NAME(vector_reduce)(lp_v x, lp_vi *n) {
  lp_v sum = V_FMA(x, V_SET1(1.44269504f), V_SET1(VECTOR_MAGIC));
  lp_v whole = V_SUB(sum, V_SET1(VECTOR_MAGIC));
  *n = VI_SUB(V_AS_INT(sum), VI_SET1(VECTOR_MAGIC_BITS));
  lp_v r = V_FMA(whole, V_SET1(-VECTOR_LN2_HIGH), x);
  r = V_FMA(whole, V_SET1(-VECTOR_LN2_LOW), r);
  lp_v p = V_SET1(1.991025667e-04f);
  p = V_FMA(p, r, V_SET1(1.393545424e-03f));
  p = V_FMA(p, r, V_SET1(8.333282118e-03f));
  p = V_FMA(p, r, V_SET1(4.166644834e-02f));
  p = V_FMA(p, r, V_SET1(1.666666677e-01f));
  p = V_FMA(p, r, V_SET1(5.000000015e-01f));
  return V_FMA(V_MUL(r, r), p, r);
}

/* 2^n for -126 <= n <= 127. */
static LP_ALWAYS_INLINE lp_v LP_NAME(vector_power_of_two)(lp_vi n) {
  return V_AS_FLOAT(VI_SHIFT_LEFT(VI_ADD(n, VI_SET1(127)), 23));
}

static LP_ALWAYS_INLINE lp_v LP_NAME(vector_exp)(lp_v x) {
  lp_vi n;
  /* Beyond these bounds all results are infinity or 0. In this order NaN comes through. */
  x = V_MIN(V_SET1(89.5f), V_MAX(V_SET1(-105.0f), x));
  lp_v y = V_ADD(LP_NAME(vector_reduce)(x, &n), V_SET1(1.0f));
  /* In two steps: 2^n itself may be too large, or denormal. */
  lp_vi half = VI_SHIFT_RIGHT(n, 1);
  return V_MUL(V_MUL(y, LP_NAME(vector_power_of_two)(half)),
               LP_NAME(vector_power_of_two)(VI_SUB(n, half)));
}

static LP_ALWAYS_INLINE lp_v LP_NAME(vector_expm1)(lp_v x) {
  lp_vi n;
  x = V_MIN(V_SET1(89.0f), V_MAX(V_SET1(-20.0f), x));
  lp_v y = LP_NAME(vector_reduce)(x, &n);
  /* 2 (y 2^(n-1) + (2^(n-1) - 1/2)): with 2^(n-1) because 2^128 is infinity. */
  lp_v scale = LP_NAME(vector_power_of_two)(VI_SUB(n, VI_SET1(1)));
  lp_v z = V_FMA(y, scale, V_SUB(scale, V_SET1(0.5f)));
  return V_ADD(z, z);
}

/* x is positive, normal and finite. */
static LP_ALWAYS_INLINE lp_v LP_NAME(vector_log_normal)(lp_v x) {
  /* x = m 2^e with m between the roots of 1/2 and 2. */
  lp_vi e = VI_SHIFT_RIGHT(VI_SUB(V_AS_INT(x), VI_SET1(0x3F3504F3)), 23);
  lp_v f = V_SUB(V_AS_FLOAT(VI_SUB(V_AS_INT(x), VI_SHIFT_LEFT(e, 23))), V_SET1(1.0f));
  lp_v exponent = V_FROM_INT(e);
  lp_v square = V_MUL(f, f);
  lp_v p = V_SET1(6.926590606e-02f);
  p = V_FMA(p, f, V_SET1(-1.180799340e-01f));
  p = V_FMA(p, f, V_SET1(1.187763888e-01f));
  p = V_FMA(p, f, V_SET1(-1.238176486e-01f));
  p = V_FMA(p, f, V_SET1(1.421775189e-01f));
  p = V_FMA(p, f, V_SET1(-1.666936040e-01f));
  p = V_FMA(p, f, V_SET1(2.000227112e-01f));
  p = V_FMA(p, f, V_SET1(-2.499998524e-01f));
  p = V_FMA(p, f, V_SET1(3.333330985e-01f));
  lp_v y = V_MUL(V_MUL(p, f), square);
  y = V_FMA(exponent, V_SET1(VECTOR_LN2_LOW), y);
  y = V_FMA(square, V_SET1(-0.5f), y);
  return V_FMA(exponent, V_SET1(VECTOR_LN2_HIGH), V_ADD(f, y));
}

static LP_ALWAYS_INLINE lp_v LP_NAME(vector_log)(lp_v x) {
  const lp_v smallest = V_SET1(1.17549435e-38f);
  /* Denormals are brought among the normal numbers, times 2^24. */
  lp_v scaled = V_SELECT_GREATER(smallest, x, V_MUL(x, V_SET1(16777216.0f)), x);
  /* What is not positive is dealt with below. */
  lp_v y = LP_NAME(vector_log_normal)(V_MAX(scaled, smallest));
  y = V_SELECT_GREATER(smallest, x, V_SUB(y, V_SET1(16.6355323f)), y);
  y = V_SELECT_GREATER(x, V_SET1(3.40282347e38f), x, y);
  /* 0: 0 - infinity; NaN stays; negative: NaN. */
  lp_v other = V_SELECT_GREATER(V_ZERO(), x, V_SET1(NAN), V_SUB(x, V_SET1(INFINITY)));
  return V_SELECT_POSITIVE(x, y, other);
}

/* log(1 + x) = log(w) + what w = 1 + x lost in rounding. */
static LP_ALWAYS_INLINE lp_v LP_NAME(vector_log1p)(lp_v x) {
  lp_v w = V_ADD(x, V_SET1(1.0f));
  lp_v lost = V_DIV(V_SUB(x, V_SUB(w, V_SET1(1.0f))), w);
  lp_v y = V_ADD(LP_NAME(vector_log)(w), lost);
  /* Where w is 0 or infinite there is nothing lost to be told. */
  y = V_SELECT_GREATER(w, V_SET1(3.40282347e38f), w, y);
  return V_SELECT_EQUAL(w, V_ZERO(), V_SET1(-INFINITY), y);
}

static LP_ALWAYS_INLINE lp_v LP_NAME(vector_tanh)(lp_v x) {
  lp_v bounded = V_MIN(V_SET1(9.5f), V_MAX(V_SET1(-9.5f), x));
  lp_v e = LP_NAME(vector_expm1)(V_ADD(bounded, bounded));
  return V_DIV(e, V_ADD(e, V_SET1(2.0f)));
}

static LP_ALWAYS_INLINE lp_v LP_NAME(vector_sigmoid)(lp_v x) {
  lp_v e = LP_NAME(vector_exp)(V_SUB(V_ZERO(), x));
  return V_DIV(V_SET1(1.0f), V_ADD(V_SET1(1.0f), e));
}

static LP_ALWAYS_INLINE lp_v LP_NAME(vector_erf)(lp_v x) {
  lp_v positive = V_SELECT_GREATER(V_ZERO(), x, V_SUB(V_ZERO(), x), x);
  /* |x| <= 0.925: x + x P(x^2). */
  lp_v square = V_MUL(x, x);
  lp_v p = V_SET1(8.215426508e-05f);
  p = V_FMA(p, square, V_SET1(-8.105965875e-04f));
  p = V_FMA(p, square, V_SET1(5.197797244e-03f));
  p = V_FMA(p, square, V_SET1(-2.685810432e-02f));
  p = V_FMA(p, square, V_SET1(1.128367255e-01f));
  p = V_FMA(p, square, V_SET1(-3.761263229e-01f));
  p = V_FMA(p, square, V_SET1(1.283791665e-01f));
  lp_v near = V_FMA(p, x, x);
  /* Beyond: 1 - exp(-(t + t Q(t))); at 4 it is 1 in float32. */
  lp_v t = V_MIN(V_SET1(4.0f), positive);
  lp_v q = V_SET1(5.150926429e-06f);
  q = V_FMA(q, t, V_SET1(-4.820278021e-05f));
  q = V_FMA(q, t, V_SET1(-3.606202513e-05f));
  q = V_FMA(q, t, V_SET1(2.892293495e-03f));
  q = V_FMA(q, t, V_SET1(-2.261199842e-02f));
  q = V_FMA(q, t, V_SET1(1.052029018e-01f));
  q = V_FMA(q, t, V_SET1(6.356565283e-01f));
  q = V_FMA(q, t, V_SET1(1.285448988e-01f));
  lp_v e = LP_NAME(vector_exp)(V_SUB(V_ZERO(), V_FMA(q, t, t)));
  lp_v far = V_SUB(V_SET1(1.0f), e);
  far = V_SELECT_GREATER(V_ZERO(), x, V_SUB(V_ZERO(), far), far);
  return V_SELECT_GREATER(positive, V_SET1(0.925f), far, near);
}

/* log(1 + e^x), x itself beyond 20. */
static LP_ALWAYS_INLINE lp_v LP_NAME(vector_softrelu)(lp_v x) {
  lp_v e = LP_NAME(vector_exp)(V_MIN(V_SET1(20.0f), x));
  return V_SELECT_GREATER(x, V_SET1(20.0f), x, LP_NAME(vector_log1p)(e));
}

static LP_ALWAYS_INLINE lp_v LP_NAME(vector_softsign)(lp_v x) {
  lp_v positive = V_SELECT_GREATER(V_ZERO(), x, V_SUB(V_ZERO(), x), x);
  return V_DIV(x, V_ADD(V_SET1(1.0f), positive));
}

/* x/2 (1 + erf(x / sqrt 2)) */
static LP_ALWAYS_INLINE lp_v LP_NAME(vector_gelu)(lp_v x) {
  lp_v e = LP_NAME(vector_erf)(V_MUL(x, V_SET1(0.707106781f)));
  return V_MUL(V_MUL(V_SET1(0.5f), x), V_ADD(V_SET1(1.0f), e));
}

#undef VECTOR_MAGIC
#undef VECTOR_MAGIC_BITS
#undef VECTOR_LN2_HIGH
#undef VECTOR_LN2_LOW
#endif
