/* softmax.inl - float32, once per level, after vector_functions.inl. */

/* The first `count` floats at p; lanes beyond are 0. */
static LP_ALWAYS_INLINE lp_v LP_NAME(softmax_load)(const float *p, int64_t count, bool negate) {
  lp_v v;
  if (count >= LP_VL) {
    v = V_LOAD(p);
  } else {
    float part[LP_VL] = {0.0f};
    memcpy(part, p, (size_t)count * sizeof(float));
    v = V_LOAD(part);
  }
  return negate ? V_SUB(V_ZERO(), v) : v;
}

static LP_ALWAYS_INLINE void LP_NAME(softmax_store)(float *p, int64_t count, lp_v v) {
  if (count >= LP_VL) {
    V_STORE(p, v);
  } else {
    float part[LP_VL];
    V_STORE(part, v);
    memcpy(p, part, (size_t)count * sizeof(float));
  }
}

/* One row of neighbours. */
static void LP_NAME(softmax_row)(const float *x, float *y, int64_t n, float temperature,
                                 bool negate, bool log) {
  float lanes[LP_VL];
  const lp_v divisor = V_SET1(temperature);
  lp_v most = V_SET1(-INFINITY);
  float largest = -INFINITY;
  int64_t i = 0;
  for (; i + LP_VL <= n; i += LP_VL) {
    most = V_MAX(LP_NAME(softmax_load)(x + i, LP_VL, negate), most);
  }
  V_STORE(lanes, most);
  for (int k = 0; k < LP_VL; k++) {
    largest = lanes[k] > largest ? lanes[k] : largest;
  }
  for (; i < n; i++) {
    float v = negate ? -x[i] : x[i];
    largest = v > largest ? v : largest;
  }
  const lp_v shift = V_SET1(largest);
  double sum = 0;
  lp_v part = V_ZERO();
  for (i = 0; i < n; i += LP_VL) {
    int64_t count = n - i < LP_VL ? n - i : LP_VL;
    lp_v z = V_SUB(LP_NAME(softmax_load)(x + i, count, negate), shift);
    lp_v e = LP_NAME(vector_exp)(V_DIV(z, divisor));
    if (!log) {
      LP_NAME(softmax_store)(y + i, count, e);
    }
    if (count == LP_VL) {
      part = V_ADD(part, e);
    }
    /* Parts are added up in double now and then, so that long rows lose nothing. */
    if (count < LP_VL || (i / LP_VL) % 128 == 127 || i + LP_VL >= n) {
      V_STORE(lanes, part);
      for (int k = 0; k < LP_VL; k++) {
        sum += (double)lanes[k];
      }
      part = V_ZERO();
    }
    if (count < LP_VL) {
      V_STORE(lanes, e);
      for (int64_t k = 0; k < count; k++) {
        sum += (double)lanes[k];
      }
    }
  }
  const lp_v total = V_SET1((float)sum);
  if (log) {
    const lp_v subtract = LP_NAME(vector_log)(total);
    for (i = 0; i < n; i += LP_VL) {
      lp_v z = V_SUB(LP_NAME(softmax_load)(x + i, n - i, negate), shift);
      LP_NAME(softmax_store)(y + i, n - i, V_SUB(V_DIV(z, divisor), subtract));
    }
  } else {
    for (i = 0; i < n; i += LP_VL) {
      LP_NAME(softmax_store)(y + i, n - i, V_DIV(LP_NAME(softmax_load)(y + i, n - i, false), total));
    }
  }
}

/* `count` neighbouring columns, at most LP_VL; their entries are `step` apart. */
static void LP_NAME(softmax_columns)(const float *x, float *y, int64_t count, int64_t n,
                                     int64_t step, float temperature, bool negate, bool log) {
  const lp_v divisor = V_SET1(temperature);
  lp_v most = V_SET1(-INFINITY);
  for (int64_t i = 0; i < n; i++) {
    most = V_MAX(LP_NAME(softmax_load)(x + i * step, count, negate), most);
  }
  lp_v sum = V_ZERO();
  for (int64_t from = 0; from < n; from += 128) {
    int64_t to = from + 128 < n ? from + 128 : n;
    lp_v part = V_ZERO();
    for (int64_t i = from; i < to; i++) {
      lp_v z = V_SUB(LP_NAME(softmax_load)(x + i * step, count, negate), most);
      lp_v e = LP_NAME(vector_exp)(V_DIV(z, divisor));
      if (!log) {
        LP_NAME(softmax_store)(y + i * step, count, e);
      }
      part = V_ADD(part, e);
    }
    sum = V_ADD(sum, part);
  }
  const lp_v subtract = log ? LP_NAME(vector_log)(sum) : V_ZERO();
  for (int64_t i = 0; i < n; i++) {
    lp_v v;
    if (log) {
      v = V_SUB(LP_NAME(softmax_load)(x + i * step, count, negate), most);
      v = V_SUB(V_DIV(v, divisor), subtract);
    } else {
      v = V_DIV(LP_NAME(softmax_load)(y + i * step, count, false), sum);
    }
    LP_NAME(softmax_store)(y + i * step, count, v);
  }
}

/* Columns [from, to) of one outer index. */
static void LP_NAME(softmax_floats)(const lp_softmax *softmax, int64_t outer, int64_t from,
                                    int64_t to) {
  const float temperature = (float)softmax->temperature;
  const int64_t at = outer * softmax->axis * softmax->inner;
  const float *x = (const float *)softmax->x + at;
  float *y = (float *)softmax->y + at;
  if (softmax->inner == 1) {
    const int64_t n = softmax_length(softmax, outer);
    if (n > 0) {
      LP_NAME(softmax_row)(x, y, n, temperature, softmax->negate, softmax->log);
    }
    memset(y + n, 0, (size_t)(softmax->axis - n) * sizeof(float));
    return;
  }
  for (int64_t i = from; i < to; i += LP_VL) {
    int64_t count = to - i < LP_VL ? to - i : LP_VL;
    LP_NAME(softmax_columns)(x + i, y + i, count, softmax->axis, softmax->inner, temperature,
                             softmax->negate, softmax->log);
  }
}
