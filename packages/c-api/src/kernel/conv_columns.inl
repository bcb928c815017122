/* conv_columns.inl - a tile of columns, for one element type CONV_COLUMNS_REAL. */

/* One output row's part of one row of the matrix: outputs [from, from + count) under one tap. */
static void CONV_COLUMNS_NAME(conv_columns_segment)(const CONV_COLUMNS_REAL *source, int64_t width, int64_t stride,
                                          int64_t begin, int64_t count, CONV_COLUMNS_REAL *target) {
  int64_t i = 0;
  int64_t inside; /* first output whose input lies behind the row */
  if (begin < 0) {
    int64_t left = (-begin + stride - 1) / stride;
    i = left < count ? left : count;
    memset(target, 0, (size_t)i * sizeof *target);
  }
  inside = begin >= width ? 0 : (width - 1 - begin) / stride + 1;
  inside = inside < count ? inside : count;
  if (stride == 1) {
    if (i < inside) {
      memcpy(target + i, source + begin + i, (size_t)(inside - i) * sizeof *target);
      i = inside;
    }
  } else {
    for (; i < inside; i++) {
      target[i] = source[begin + i * stride];
    }
  }
  if (i < count) {
    memset(target + i, 0, (size_t)(count - i) * sizeof *target);
  }
}

/* Output pixels [first, first + count) of the group whose first channel is x; rows of the matrix are `row` elements long. */
static void CONV_COLUMNS_NAME(conv_columns_fill)(const lp_conv_geometry *g, const CONV_COLUMNS_REAL *x,
                                       int64_t first, int64_t count, CONV_COLUMNS_REAL *target,
                                       int64_t row) {
  const int64_t channels = g->channels / g->groups;
  const int64_t image = lp_conv_in_pixels(g);
  const int64_t first_x = first % g->out[2];
  const int64_t first_y = first / g->out[2] % g->out[1];
  const int64_t first_z = first / g->out[2] / g->out[1];
  for (int64_t channel = 0; channel < channels; channel++) {
    for (int64_t tap = 0; tap < lp_conv_taps(g); tap++) {
      const int64_t kx = tap % g->kernel[2];
      const int64_t ky = tap / g->kernel[2] % g->kernel[1];
      const int64_t kz = tap / g->kernel[2] / g->kernel[1];
      int64_t pixel = first;
      int64_t ox = first_x, oy = first_y, oz = first_z;
      while (pixel < first + count) {
        const int64_t y = oy * g->stride[1] - g->pad[1] + ky * g->dilate[1];
        const int64_t z = oz * g->stride[0] - g->pad[0] + kz * g->dilate[0];
        int64_t run = g->out[2] - ox;
        run = run < first + count - pixel ? run : first + count - pixel;
        if (y < 0 || y >= g->in[1] || z < 0 || z >= g->in[0]) {
          memset(target + (pixel - first), 0, (size_t)run * sizeof *target);
        } else {
          CONV_COLUMNS_NAME(conv_columns_segment)(x + (z * g->in[1] + y) * g->in[2], g->in[2], g->stride[2],
                                        ox * g->stride[2] - g->pad[2] + kx * g->dilate[2], run,
                                        target + (pixel - first));
        }
        pixel += run;
        ox = 0;
        if (++oy == g->out[1]) {
          oy = 0;
          oz++;
        }
      }
      target += row;
    }
    x += image;
  }
}
