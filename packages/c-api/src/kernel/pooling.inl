/*
 * pooling.inl - windows of one channel, and of a block of channels; once per level.
 *
 * One channel: the rows of a window are first combined into one row, in
 * vectors along the width, then that row's windows are combined. POOLING_REAL
 * is the element type; the level for double has vectors of one.
 */

/* What no cells give, for the sum kinds 0. */
static POOLING_REAL LP_NAME(pooling_start)(const lp_pooling *pooling, const lp_pooling_window *d,
                                           const lp_pooling_window *h,
                                           const lp_pooling_window *w) {
  if (pooling->kind != LP_POOLING_MAX) {
    return 0;
  }
  bool padded = d->cells > d->end - d->begin || h->cells > h->end - h->begin ||
                w->cells > w->end - w->begin;
  bool any = d->cells > 0 && h->cells > 0 && w->cells > 0;
  return pooling->zero_padding && padded && any ? 0 : (POOLING_REAL)pooling->nothing;
}

/* What becomes of a sum. */
static LP_ALWAYS_INLINE POOLING_REAL LP_NAME(pooling_finish)(const lp_pooling *pooling,
                                                             POOLING_REAL sum, int64_t divisor) {
  if (pooling->kind == LP_POOLING_AVERAGE) {
    return sum / (POOLING_REAL)divisor;
  }
  if (pooling->kind == LP_POOLING_ROOT && pooling->power > 1) {
    return (POOLING_REAL)(pooling->power == 2 ? sqrt((double)sum) : cbrt((double)sum));
  }
  return sum;
}

#define POOLING_POWER(x)                              \
  (power == 3 ? V_MUL(V_MUL((x), (x)), (x)) : power == 2 ? V_MUL((x), (x)) : (x))

/* Of one channel; vectors of 16 would add little to those of 8 but code. */
#if LP_VL <= 8
/* row[i] = max(row[i], x[i]) or row[i] + x[i]^power. */
static void LP_NAME(pooling_add_row)(lp_pooling_kind kind, int power, const POOLING_REAL *x,
                                     POOLING_REAL *row, int64_t n) {
  int64_t i = 0;
  if (kind == LP_POOLING_MAX) {
    for (; i + LP_VL <= n; i += LP_VL) {
      V_STORE(row + i, V_MAX(V_LOAD(x + i), V_LOAD(row + i)));
    }
    for (; i < n; i++) {
      row[i] = x[i] > row[i] ? x[i] : row[i];
    }
    return;
  }
  for (; i + LP_VL <= n; i += LP_VL) {
    lp_v v = V_LOAD(x + i);
    V_STORE(row + i, V_ADD(V_LOAD(row + i), POOLING_POWER(v)));
  }
  for (; i < n; i++) {
    POOLING_REAL v = x[i];
    row[i] += power == 3 ? v * v * v : power == 2 ? v * v : v;
  }
}

/* Maximum or sum of n neighbours, beginning with `start`; four vectors at a time, since each addition waits for the one before. */
static POOLING_REAL LP_NAME(pooling_reduce)(lp_pooling_kind kind, const POOLING_REAL *x, int64_t n,
                                            POOLING_REAL start) {
  POOLING_REAL lanes[LP_VL];
  POOLING_REAL result = start;
  int64_t i = 0;
  if (LP_WITH_FAST && n >= 4 * LP_VL && LP_VL > 1) {
    lp_v a = kind == LP_POOLING_MAX ? V_SET1(start) : V_ZERO();
    lp_v b = a;
    lp_v c = a;
    lp_v d = a;
    for (; i + 4 * LP_VL <= n; i += 4 * LP_VL) {
      if (kind == LP_POOLING_MAX) {
        a = V_MAX(V_LOAD(x + i), a);
        b = V_MAX(V_LOAD(x + i + LP_VL), b);
        c = V_MAX(V_LOAD(x + i + 2 * LP_VL), c);
        d = V_MAX(V_LOAD(x + i + 3 * LP_VL), d);
      } else {
        a = V_ADD(a, V_LOAD(x + i));
        b = V_ADD(b, V_LOAD(x + i + LP_VL));
        c = V_ADD(c, V_LOAD(x + i + 2 * LP_VL));
        d = V_ADD(d, V_LOAD(x + i + 3 * LP_VL));
      }
    }
    a = kind == LP_POOLING_MAX ? V_MAX(V_MAX(a, b), V_MAX(c, d)) : V_ADD(V_ADD(a, b), V_ADD(c, d));
    V_STORE(lanes, a);
    for (int k = 0; k < LP_VL; k++) {
      if (kind == LP_POOLING_MAX) {
        result = lanes[k] > result ? lanes[k] : result;
      } else {
        result += lanes[k];
      }
    }
  }
  if (kind == LP_POOLING_MAX) {
    for (; i < n; i++) {
      result = x[i] > result ? x[i] : result;
    }
  } else {
    for (; i < n; i++) {
      result += x[i];
    }
  }
  return result;
}

/* Whole windows are so small that a vector of neighbouring windows is better than one window after the other. */
#define POOLING_SMALL 16

/*
 * The outputs with whole windows: the windows at all neighbouring places are
 * combined in vectors, in the row's own memory (a vector's places are only read
 * by itself and those before), and every step-th is taken.
 */
static void LP_NAME(pooling_whole)(const lp_pooling *pooling, POOLING_REAL *row, POOLING_REAL *y,
                                   int64_t divisor) {
  const lp_pooling_window *w = &pooling->windows[2][pooling->first];
  const int64_t size = w->end - w->begin;
  const int64_t places = (pooling->last - 1 - pooling->first) * pooling->step + 1;
  const bool most = pooling->kind == LP_POOLING_MAX;
  const lp_v start = V_SET1(most ? (POOLING_REAL)pooling->nothing : 0);
  const lp_v by = V_SET1((POOLING_REAL)(divisor * w->divisor));
  row += w->begin;
  for (int64_t i = 0; i < places; i += LP_VL) {
    lp_v v = start;
    if (most) {
      for (int64_t k = 0; k < size; k++) {
        v = V_MAX(V_LOAD(row + i + k), v);
      }
    } else {
      for (int64_t k = 0; k < size; k++) {
        v = V_ADD(v, V_LOAD(row + i + k));
      }
    }
    if (pooling->kind == LP_POOLING_AVERAGE) {
      v = V_DIV(v, by);
    }
    V_STORE(row + i, v);
  }
  if (pooling->kind == LP_POOLING_ROOT) {
    for (int64_t o = pooling->first; o < pooling->last; o++) {
      y[o] = LP_NAME(pooling_finish)(pooling, row[(o - pooling->first) * pooling->step], 1);
    }
    return;
  }
  for (int64_t o = pooling->first; o < pooling->last; o++) {
    y[o] = row[(o - pooling->first) * pooling->step];
  }
}

/* The outputs [from, to) of a row, one by one. */
static void LP_NAME(pooling_each)(const lp_pooling *pooling, const lp_pooling_window *d,
                                  const lp_pooling_window *h, const POOLING_REAL *row,
                                  POOLING_REAL *y, int64_t from, int64_t to) {
  const lp_pooling_window *w = pooling->windows[2];
  const int64_t divisor = d->divisor * h->divisor;
  const bool empty = d->begin == d->end || h->begin == h->end;
  for (int64_t o = from; o < to; o++) {
    int64_t size = empty ? 0 : w[o].end - w[o].begin;
    POOLING_REAL value = LP_NAME(pooling_start)(pooling, d, h, &w[o]);
    value = LP_NAME(pooling_reduce)(pooling->kind, row + w[o].begin, size, value);
    y[o] = LP_NAME(pooling_finish)(pooling, value, divisor * w[o].divisor);
  }
}

/* One row of outputs: `combined` is the row of scratch, or a row of the data. */
static void LP_NAME(pooling_row)(const lp_pooling *pooling, const lp_pooling_window *d,
                                 const lp_pooling_window *h, const POOLING_REAL *combined,
                                 POOLING_REAL *row, POOLING_REAL *y) {
  const lp_pooling_window *w = pooling->windows[2];
  const int64_t first = pooling->first;
  const bool empty = d->begin == d->end || h->begin == h->end;
  /* Zero padding above or below takes part in every window of the row. */
  const bool padded =
      pooling->zero_padding && (d->cells > d->end - d->begin || h->cells > h->end - h->begin);
  if (!LP_WITH_FAST || LP_VL == 1 || empty || padded || pooling->last - first < 2 ||
      w[first].end - w[first].begin > POOLING_SMALL) {
    LP_NAME(pooling_each)(pooling, d, h, combined, y, 0, pooling->out[2]);
    return;
  }
  LP_NAME(pooling_each)(pooling, d, h, combined, y, 0, first);
  LP_NAME(pooling_each)(pooling, d, h, combined, y, pooling->last, pooling->out[2]);
  if (combined != row) {
    memcpy(row, combined, (size_t)pooling->in[2] * sizeof *row);
  }
  LP_NAME(pooling_whole)(pooling, row, y, d->divisor * h->divisor);
}

static void LP_NAME(pooling_channel)(const lp_pooling *pooling, const POOLING_REAL *x,
                                     POOLING_REAL *y, POOLING_REAL *row) {
  const int64_t width = pooling->in[2];
  const lp_pooling_kind kind = pooling->kind;
  const int power = kind == LP_POOLING_ROOT ? pooling->power : 1;
  const POOLING_REAL start = kind == LP_POOLING_MAX ? (POOLING_REAL)pooling->nothing : 0;
  for (int64_t od = 0; od < pooling->out[0]; od++) {
    const lp_pooling_window *d = &pooling->windows[0][od];
    for (int64_t oh = 0; oh < pooling->out[1]; oh++) {
      const lp_pooling_window *h = &pooling->windows[1][oh];
      const POOLING_REAL *combined = row;
      if (d->end - d->begin == 1 && h->end - h->begin == 1 && power == 1) {
        combined = x + (d->begin * pooling->in[1] + h->begin) * width;
      } else {
        for (int64_t i = 0; i < width; i++) {
          row[i] = start;
        }
        for (int64_t i = d->begin; i < d->end; i++) {
          for (int64_t k = h->begin; k < h->end; k++) {
            LP_NAME(pooling_add_row)(kind, power, x + (i * pooling->in[1] + k) * width, row, width);
          }
        }
      }
      LP_NAME(pooling_row)(pooling, d, h, combined, row, y);
      y += pooling->out[2];
    }
  }
}
#endif

#if !defined(POOLING_ONE_CHANNEL_ONLY)
/* Neighbouring outputs of a block of LP_VL channels whose windows have one size. */
typedef struct LP_NAME(pooling_strip) {
  const float *x; /* the first window's first pixel */
  int64_t image;  /* floats to the next image in depth, and to the next row */
  int64_t row;
  int64_t depth; /* the window's size */
  int64_t rows;
  int64_t columns;
  int64_t step; /* pixels from window to window */
  lp_v start;
  lp_v factor; /* of averages */
  float *y;
  int64_t n;
  bool left;  /* one output before y and one behind the n, where a column is missing */
  bool right;
} LP_NAME(pooling_strip);

#define POOLING_TAKE(v, p) (most ? V_MAX(V_LOAD(p), (v)) : V_ADD((v), V_LOAD(p)))
#define POOLING_JOIN(a, b) (most ? V_MAX((b), (a)) : V_ADD((a), (b)))
#define POOLING_SCALE(v) (most ? (v) : V_MUL((v), factor))

/* Any window: four outputs at a time, since each addition waits for the one before. */
static LP_ALWAYS_INLINE void LP_NAME(pooling_strip_any)(const LP_NAME(pooling_strip) *strip,
                                                        const bool most) {
  const lp_v factor = strip->factor;
  const int64_t step = strip->step * LP_VL;
  const int64_t columns = strip->columns * LP_VL;
  int64_t o = 0;
  for (; o + 4 <= strip->n; o += 4) {
    lp_v a = strip->start;
    lp_v b = a;
    lp_v c = a;
    lp_v d = a;
    for (int64_t i = 0; i < strip->depth; i++) {
      const float *row = strip->x + i * strip->image + o * step;
      for (int64_t k = 0; k < strip->rows; k++, row += strip->row) {
        for (int64_t at = 0; at < columns; at += LP_VL) {
          a = POOLING_TAKE(a, row + at);
          b = POOLING_TAKE(b, row + at + step);
          c = POOLING_TAKE(c, row + at + 2 * step);
          d = POOLING_TAKE(d, row + at + 3 * step);
        }
      }
    }
    V_STORE(strip->y + o * LP_VL, POOLING_SCALE(a));
    V_STORE(strip->y + (o + 1) * LP_VL, POOLING_SCALE(b));
    V_STORE(strip->y + (o + 2) * LP_VL, POOLING_SCALE(c));
    V_STORE(strip->y + (o + 3) * LP_VL, POOLING_SCALE(d));
  }
  for (; o < strip->n; o++) {
    lp_v a = strip->start;
    lp_v b = a;
    for (int64_t i = 0; i < strip->depth; i++) {
      const float *row = strip->x + i * strip->image + o * step;
      for (int64_t k = 0; k < strip->rows; k++, row += strip->row) {
        int64_t at = 0;
        for (; at + 2 * LP_VL <= columns; at += 2 * LP_VL) {
          a = POOLING_TAKE(a, row + at);
          b = POOLING_TAKE(b, row + at + LP_VL);
        }
        if (at < columns) {
          a = POOLING_TAKE(a, row + at);
        }
      }
    }
    a = POOLING_JOIN(a, b);
    V_STORE(strip->y + o * LP_VL, POOLING_SCALE(a));
  }
}

/* The maximum or sum of the column at p. A maximum begins with `start`, so that NaN never wins. */
#define POOLING_COLUMN(p)                                                             \
  (rows == 3 ? POOLING_TAKE(POOLING_TAKE(POOLING_FIRST(p), (p) + row), (p) + 2 * row) \
             : POOLING_TAKE(POOLING_FIRST(p), (p) + row))
#define POOLING_FIRST(p) (most ? V_MAX(V_LOAD(p), start) : V_LOAD(p))

/* Windows of 2 x 2 or 3 x 3, `step` apart: every column is combined once. */
static LP_ALWAYS_INLINE void LP_NAME(pooling_strip_of)(const LP_NAME(pooling_strip) *strip,
                                                       const bool most, const int rows,
                                                       const int step) {
  const lp_v factor = strip->factor;
  const lp_v start = strip->start;
  const int64_t row = strip->row;
  const float *x = strip->x;
  float *y = strip->y;
  int64_t n = strip->n;
  lp_v a = start; /* of sums 0 */
  lp_v b = start;
  if (strip->left) {
    y -= LP_VL;
    n++;
    x -= (step - 1) * LP_VL;
  } else if (rows > 2) {
    a = POOLING_COLUMN(x);
    x += LP_VL;
  }
  if (rows > step + 1) {
    b = POOLING_COLUMN(x);
    x += LP_VL;
  }
  for (; n > 0; n--, x += step * LP_VL, y += LP_VL) {
    lp_v last = POOLING_COLUMN(x + (step - 1) * LP_VL);
    lp_v before = step > 1 ? POOLING_COLUMN(x) : b;
    lp_v v = POOLING_JOIN(before, last);
    if (rows > 2) {
      v = POOLING_JOIN(a, v);
    }
    V_STORE(y, POOLING_SCALE(v));
    a = step > 1 ? last : b;
    b = last;
  }
  if (strip->right) {
    lp_v before = step > 1 ? POOLING_COLUMN(x) : b;
    lp_v v = POOLING_JOIN(a, before);
    V_STORE(y, POOLING_SCALE(v));
  }
}
#undef POOLING_COLUMN
#undef POOLING_FIRST

#define POOLING_STRIP(name, call)                                                           \
  static LP_NOINLINE void LP_NAME(name)(const LP_NAME(pooling_strip) *strip) { call; }
POOLING_STRIP(pooling_max, LP_NAME(pooling_strip_any)(strip, true))
POOLING_STRIP(pooling_sum, LP_NAME(pooling_strip_any)(strip, false))
POOLING_STRIP(pooling_max_2, LP_NAME(pooling_strip_of)(strip, true, 2, 2))
POOLING_STRIP(pooling_sum_2, LP_NAME(pooling_strip_of)(strip, false, 2, 2))
POOLING_STRIP(pooling_max_31, LP_NAME(pooling_strip_of)(strip, true, 3, 1))
POOLING_STRIP(pooling_sum_31, LP_NAME(pooling_strip_of)(strip, false, 3, 1))
POOLING_STRIP(pooling_max_32, LP_NAME(pooling_strip_of)(strip, true, 3, 2))
POOLING_STRIP(pooling_sum_32, LP_NAME(pooling_strip_of)(strip, false, 3, 2))
#undef POOLING_STRIP

static void LP_NAME(pooling_run_strip)(const LP_NAME(pooling_strip) *strip, bool most) {
  const bool square = strip->depth == 1 && strip->rows == strip->columns;
  if (square && strip->rows == 3 && strip->step == 1) {
    (most ? LP_NAME(pooling_max_31) : LP_NAME(pooling_sum_31))(strip);
  } else if (square && strip->rows == 3 && strip->step == 2) {
    (most ? LP_NAME(pooling_max_32) : LP_NAME(pooling_sum_32))(strip);
  } else if (square && strip->rows == 2 && strip->step == 2) {
    (most ? LP_NAME(pooling_max_2) : LP_NAME(pooling_sum_2))(strip);
  } else {
    (most ? LP_NAME(pooling_max) : LP_NAME(pooling_sum))(strip);
  }
}

/* Sums of powers, output by output: rare. */
static void LP_NAME(pooling_roots)(const lp_pooling *pooling, const LP_NAME(pooling_strip) *strip) {
  const int power = pooling->power;
  for (int64_t o = 0; o < strip->n; o++) {
    float *y = strip->y + o * LP_VL;
    lp_v value = V_ZERO();
    for (int64_t i = 0; i < strip->depth; i++) {
      const float *row = strip->x + i * strip->image + o * strip->step * LP_VL;
      for (int64_t k = 0; k < strip->rows; k++, row += strip->row) {
        for (int64_t at = 0; at < strip->columns; at++) {
          lp_v v = V_LOAD(row + at * LP_VL);
          value = V_ADD(value, POOLING_POWER(v));
        }
      }
    }
    V_STORE(y, value);
    for (int k = 0; k < LP_VL; k++) {
      y[k] = LP_NAME(pooling_finish)(pooling, y[k], 1);
    }
  }
}

static void LP_NAME(pooling_block)(const lp_pooling *pooling, const float *x, float *y,
                                   int64_t from, int64_t to) {
  const bool most = pooling->kind == LP_POOLING_MAX;
  LP_NAME(pooling_strip) strip = {.image = pooling->in[1] * pooling->in[2] * LP_VL,
                                  .row = pooling->in[2] * LP_VL,
                                  .step = pooling->step};
  for (int64_t line = from; line < to; line++) {
    const lp_pooling_window *d = &pooling->windows[0][line / pooling->out[1]];
    const lp_pooling_window *h = &pooling->windows[1][line % pooling->out[1]];
    strip.depth = d->end - d->begin;
    strip.rows = h->end - h->begin;
    /* Columns that are missing at the ends do nothing, where the padding takes no part. */
    const bool ends = strip.depth == 1 && strip.rows == 3 && !pooling->zero_padding &&
                      pooling->power == 1 && pooling->step < 3;
    const bool left = ends && pooling->left;
    int64_t next;
    for (int64_t o = left && pooling->first == 1 ? 1 : 0; o < pooling->out[2]; o = next) {
      const lp_pooling_window *w = &pooling->windows[2][o];
      const bool whole = o == pooling->first && pooling->last > o;
      strip.n = whole ? pooling->last - o : 1;
      strip.left = whole && left && o == 1;
      strip.right = whole && ends && pooling->right;
      next = o + strip.n + (strip.right ? 1 : 0);
      strip.columns = w->end - w->begin;
      strip.x = x + d->begin * strip.image + h->begin * strip.row + w->begin * LP_VL;
      strip.y = y + (line * pooling->out[2] + o) * LP_VL;
      strip.start = V_SET1(LP_NAME(pooling_start)(pooling, d, h, w));
      strip.factor = V_SET1(1.0f);
      if (pooling->kind == LP_POOLING_AVERAGE) {
        strip.factor = V_SET1(1.0f / (float)(d->divisor * h->divisor * w->divisor));
      }
      if (pooling->kind == LP_POOLING_ROOT && pooling->power > 1) {
        LP_NAME(pooling_roots)(pooling, &strip);
      } else {
        LP_NAME(pooling_run_strip)(&strip, most);
      }
    }
  }
}
#undef POOLING_TAKE
#undef POOLING_JOIN
#undef POOLING_SCALE
#endif
#undef POOLING_POWER
#undef POOLING_SMALL
