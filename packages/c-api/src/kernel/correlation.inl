/* correlation.inl - see correlation.h; for one element type CORRELATION_REAL. */

/* The outputs whose places begin + i stride lie in [0, width): [*from, *to). */
static void CORRELATION_NAME(correlation_range)(int64_t begin, int64_t stride, int64_t width,
                                                int64_t count, int64_t *from, int64_t *to) {
  int64_t first = begin < 0 ? (-begin + stride - 1) / stride : 0;
  int64_t end = begin < width ? (width - 1 - begin) / stride + 1 : 0;
  *from = first < count ? first : count;
  *to = end < count ? end : count;
  *to = *to > *from ? *to : *from;
}

/* y[i] += |x[begin + i stride]| in [from, to), but for [but, behind). */
static void CORRELATION_NAME(correlation_alone)(const CORRELATION_REAL *x, int64_t begin,
                                                int64_t stride, const int64_t *range,
                                                const int64_t *but, CORRELATION_REAL *y) {
  for (int64_t i = range[0]; i < range[1]; i++) {
    if (i < but[0] || i >= but[1]) {
      const CORRELATION_REAL value = x[begin + i * stride];
      y[i] += value < 0 ? -value : value;
    }
  }
}

/* One row of both images, which may be NULL: beyond the image. */
static void CORRELATION_NAME(correlation_row)(const lp_correlation *c, const CORRELATION_REAL *a,
                                              int64_t a_begin, const CORRELATION_REAL *b,
                                              int64_t b_begin, CORRELATION_REAL *y) {
  const int64_t stride = c->stride;
  int64_t in_a[2] = {0, 0};
  int64_t in_b[2] = {0, 0};
  if (a != NULL) {
    CORRELATION_NAME(correlation_range)(a_begin, stride, c->width, c->out_width, in_a, in_a + 1);
  }
  if (b != NULL) {
    CORRELATION_NAME(correlation_range)(b_begin, stride, c->width, c->out_width, in_b, in_b + 1);
  }
  int64_t both[2] = {in_a[0] > in_b[0] ? in_a[0] : in_b[0], in_a[1] < in_b[1] ? in_a[1] : in_b[1]};
  both[1] = both[1] > both[0] ? both[1] : both[0];
  if (c->multiply && stride == 1) {
    for (int64_t i = both[0]; i < both[1]; i++) {
      y[i] += a[a_begin + i] * b[b_begin + i];
    }
    return;
  }
  for (int64_t i = both[0]; i < both[1]; i++) {
    const CORRELATION_REAL first = a[a_begin + i * stride];
    const CORRELATION_REAL second = b[b_begin + i * stride];
    const CORRELATION_REAL difference = first > second ? first - second : second - first;
    y[i] += c->multiply ? first * second : difference;
  }
  if (!c->multiply) {
    CORRELATION_NAME(correlation_alone)(a, a_begin, stride, in_a, both, y);
    CORRELATION_NAME(correlation_alone)(b, b_begin, stride, in_b, both, y);
  }
}

static void CORRELATION_NAME(correlation_plane)(const lp_correlation *c, const CORRELATION_REAL *a,
                                                const CORRELATION_REAL *b, int64_t down,
                                                int64_t right, CORRELATION_REAL *y) {
  const CORRELATION_REAL divisor = (CORRELATION_REAL)(c->kernel * c->kernel * c->channels);
  const int64_t image = c->height * c->width;
  for (int64_t i = 0; i < c->out_height; i++, y += c->out_width) {
    memset(y, 0, (size_t)c->out_width * sizeof *y);
    for (int64_t tap = 0; tap < c->kernel * c->kernel; tap++) {
      const int64_t a_row = c->first + i * c->stride + tap / c->kernel - c->pad;
      const int64_t a_column = c->first + tap % c->kernel - c->pad;
      const int64_t b_row = a_row + down;
      const bool a_inside = a_row >= 0 && a_row < c->height;
      const bool b_inside = b_row >= 0 && b_row < c->height;
      for (int64_t channel = 0; channel < c->channels; channel++) {
        CORRELATION_NAME(correlation_row)(
            c, a_inside ? a + channel * image + a_row * c->width : NULL, a_column,
            b_inside ? b + channel * image + b_row * c->width : NULL, a_column + right, y);
      }
    }
    for (int64_t k = 0; k < c->out_width; k++) {
      y[k] /= divisor;
    }
  }
}
