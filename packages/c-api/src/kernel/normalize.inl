/* normalize.inl - once per level; see normalize.h. Ends of rows go through a vector filled from memory, so that no element's rounding depends on where it stands. */

static LP_ALWAYS_INLINE lp_v LP_NAME(normalize_one)(lp_v x, lp_v mean, lp_v scale, lp_v shift,
                                                    bool relu) {
  lp_v y = V_FMA(V_SUB(x, mean), scale, shift);
  return relu ? V_SELECT_GREATER(V_ZERO(), y, V_ZERO(), y) : y;
}

static void LP_NAME(normalize_run)(const float *x, float *y, int64_t n, float mean, float scale,
                                   float shift, bool relu) {
  const lp_v m = V_SET1(mean);
  const lp_v a = V_SET1(scale);
  const lp_v b = V_SET1(shift);
  int64_t i = 0;
  for (; i + LP_VL <= n; i += LP_VL) {
    V_STORE(y + i, LP_NAME(normalize_one)(V_LOAD(x + i), m, a, b, relu));
  }
  if (i < n) {
    float rest[LP_VL] = {0.0f};
    memcpy(rest, x + i, (size_t)(n - i) * sizeof(float));
    V_STORE(rest, LP_NAME(normalize_one)(V_LOAD(rest), m, a, b, relu));
    memcpy(y + i, rest, (size_t)(n - i) * sizeof(float));
  }
}

/* The same with a scale and a shift for each element. */
static void LP_NAME(normalize_row)(const float *x, float *y, int64_t n, float mean, float scale,
                                   const float *gamma, const float *beta) {
  const lp_v m = V_SET1(mean);
  const lp_v a = V_SET1(scale);
  float rest[3][LP_VL] = {{0.0f}};
  for (int64_t i = 0; i < n; i += LP_VL) {
    const bool whole = n - i >= LP_VL;
    const size_t size = (size_t)(n - i) * sizeof(float);
    if (!whole) {
      memcpy(rest[0], x + i, size);
      memcpy(rest[1], gamma + i, size);
      memcpy(rest[2], beta + i, size);
    }
    lp_v v = V_MUL(V_SUB(V_LOAD(whole ? x + i : rest[0]), m), a);
    v = V_FMA(v, V_LOAD(whole ? gamma + i : rest[1]), V_LOAD(whole ? beta + i : rest[2]));
    V_STORE(whole ? y + i : rest[0], v);
    if (!whole) {
      memcpy(y + i, rest[0], size);
    }
  }
}

/* The channels of a vector or less, of all pixels. */
static void LP_NAME(normalize_pixel_columns)(const float *x, float *y, int64_t pixels, int64_t step,
                                       int64_t count, const float *mean, const float *scale,
                                       const float *shift, bool relu) {
  float column[3][LP_VL] = {{0.0f}};
  float rest[LP_VL] = {0.0f};
  const size_t size = (size_t)count * sizeof(float);
  memcpy(column[0], mean, size);
  memcpy(column[1], scale, size);
  memcpy(column[2], shift, size);
  const lp_v m = V_LOAD(column[0]);
  const lp_v a = V_LOAD(column[1]);
  const lp_v b = V_LOAD(column[2]);
  for (int64_t i = 0; i < pixels; i++, x += step, y += step) {
    if (count == LP_VL) {
      V_STORE(y, LP_NAME(normalize_one)(V_LOAD(x), m, a, b, relu));
    } else {
      memcpy(rest, x, size);
      V_STORE(rest, LP_NAME(normalize_one)(V_LOAD(rest), m, a, b, relu));
      memcpy(y, rest, size);
    }
  }
}

static void LP_NAME(normalize_pixels)(const float *x, float *y, int64_t pixels, int64_t channels,
                                      const float *mean, const float *scale, const float *shift,
                                      bool relu) {
  for (int64_t c = 0; c < channels; c += LP_VL) {
    int64_t count = channels - c < LP_VL ? channels - c : LP_VL;
    LP_NAME(normalize_pixel_columns)(x + c, y + c, pixels, channels, count, mean + c, scale + c,
                               shift + c, relu);
  }
}

/* By lane, the sum of x - centre or of its square, in parts of 256 so that rounding does not grow with the size. */
static lp_v LP_NAME(normalize_lanes)(const float *x, int64_t pixels, lp_v centre, bool square) {
  lp_v sum = V_ZERO();
  for (int64_t from = 0; from < pixels; from += 256) {
    int64_t to = from + 256 < pixels ? from + 256 : pixels;
    lp_v even = V_ZERO();
    lp_v odd = V_ZERO();
    int64_t i = from;
    for (; i + 2 <= to; i += 2) {
      lp_v p = V_SUB(V_LOAD(x + i * LP_VL), centre);
      lp_v q = V_SUB(V_LOAD(x + (i + 1) * LP_VL), centre);
      even = square ? V_FMA(p, p, even) : V_ADD(p, even);
      odd = square ? V_FMA(q, q, odd) : V_ADD(q, odd);
    }
    if (i < to) {
      lp_v p = V_SUB(V_LOAD(x + i * LP_VL), centre);
      even = square ? V_FMA(p, p, even) : V_ADD(p, even);
    }
    sum = V_ADD(sum, V_ADD(even, odd));
  }
  return sum;
}

/* The same of n neighbours, all lanes together. */
static double LP_NAME(normalize_sum)(const float *x, int64_t n, float centre, bool square) {
  float lanes[LP_VL];
  double sum = 0;
  V_STORE(lanes, LP_NAME(normalize_lanes)(x, n / LP_VL, V_SET1(centre), square));
  for (int k = 0; k < LP_VL; k++) {
    sum += (double)lanes[k];
  }
  for (int64_t i = n / LP_VL * LP_VL; i < n; i++) {
    double v = (double)x[i] - (double)centre;
    sum += square ? v * v : v;
  }
  return sum;
}

static void LP_NAME(normalize_moments)(const float *x, int64_t n, float *mean, float *variance) {
  *mean = (float)(LP_NAME(normalize_sum)(x, n, 0.0f, false) / (double)n);
  *variance = (float)(LP_NAME(normalize_sum)(x, n, *mean, true) / (double)n);
}

static void LP_NAME(normalize_moments_blocked)(const float *x, int64_t pixels, float *mean,
                                               float *variance) {
  const lp_v count = V_SET1((float)pixels);
  lp_v m = V_DIV(LP_NAME(normalize_lanes)(x, pixels, V_ZERO(), false), count);
  V_STORE(mean, m);
  V_STORE(variance, V_DIV(LP_NAME(normalize_lanes)(x, pixels, m, true), count));
}

/* At most LP_VL columns. */
static void LP_NAME(normalize_norm_columns)(const float *x, float *y, int64_t count, int64_t n,
                                            int64_t step, float epsilon, float *norms) {
  const size_t size = (size_t)count * sizeof(float);
  float rest[LP_VL] = {0.0f};
  lp_v sum = V_ZERO();
  for (int64_t i = 0; i < n; i++) {
    const float *p = x + i * step;
    if (count < LP_VL) {
      memcpy(rest, p, size);
      p = rest;
    }
    lp_v v = V_LOAD(p);
    sum = V_FMA(v, v, sum);
  }
  const lp_v norm = V_SQRT(V_ADD(sum, V_SET1(epsilon)));
  for (int64_t i = 0; i < n; i++) {
    if (count == LP_VL) {
      V_STORE(y + i * step, V_DIV(V_LOAD(x + i * step), norm));
    } else {
      memcpy(rest, x + i * step, size);
      V_STORE(rest, V_DIV(V_LOAD(rest), norm));
      memcpy(y + i * step, rest, size);
    }
  }
  if (norms != NULL) {
    V_STORE(rest, norm);
    memcpy(norms, rest, size);
  }
}

static void LP_NAME(normalize_columns)(const float *x, float *y, int64_t count, int64_t n,
                                       int64_t step, float epsilon, float *norms) {
  for (int64_t k = 0; k < count; k += LP_VL) {
    LP_NAME(normalize_norm_columns)(x + k, y + k, count - k < LP_VL ? count - k : LP_VL, n, step,
                                    epsilon, norms != NULL ? norms + k : NULL);
  }
}
