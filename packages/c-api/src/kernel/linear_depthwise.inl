/*
 * linear_depthwise.inl - rows of a depthwise convolution in blocked layout.
 *
 * Lanes are channels, so that one tap of one pixel is one multiply-add.
 * Rows and columns outside the image are left out. Where the whole window
 * is inside, LINEAR_DEPTHWISE_PIXELS pixels go together; for the common 3-wide
 * windows the width and the stride are constants and neighbours share loads.
 * Scale, shift and the usual bounds are applied in registers; any other end is
 * put on the finished row. What is added may lie in the row's own memory, so
 * then pixels are finished in a buffer.
 */
#define LINEAR_DEPTHWISE_PIXELS 4

/* What is done to each pixel of a row, and the rows [top, bottom) of the window that are inside. */
typedef struct LP_NAME(linear_depthwise_row) {
  const lp_depthwise_band *band;
  int64_t top, bottom;
  const float *x; /* the window's first row, or where it would be */
  float *out;
  const float *added;
  lp_v scale, shift;
} LP_NAME(linear_depthwise_row);

static LP_ALWAYS_INLINE void LP_NAME(linear_depthwise_store)(
    const LP_NAME(linear_depthwise_row) * row, int64_t first, const int pixels, lp_v *sum) {
  const lp_depthwise_band *band = row->band;
  if (row->added != NULL) {
    float sums[LINEAR_DEPTHWISE_PIXELS * LP_VL];
    LP_UNROLL
    for (int p = 0; p < pixels; p++) {
      V_STORE(sums + p * LP_VL, sum[p]);
    }
    LP_NAME(linear_finish_blocked)(band->epilogue, band->channel, sums,
                                   row->added + first * LP_VL, row->out + first * LP_VL, pixels);
    return;
  }
  LP_UNROLL
  for (int p = 0; p < pixels; p++) {
    sum[p] = V_FMA(sum[p], row->scale, row->shift);
  }
  LP_NAME(linear_bound)(&band->epilogue->activation, sum, pixels);
  LP_UNROLL
  for (int p = 0; p < pixels; p++) {
    V_STORE(row->out + (first + p) * LP_VL, sum[p]);
  }
}

/* Pixels [first, first + pixels) with the columns [from, to) of the window. `three`: 3 wide, not dilated, stride constant. */
static LP_ALWAYS_INLINE void LP_NAME(linear_depthwise_pixels)(
    const LP_NAME(linear_depthwise_row) * row, int64_t first, const int pixels, const bool three,
    int64_t from, int64_t to, const int64_t stride, const int64_t dilate) {
  const lp_depthwise_band *band = row->band;
  lp_v sum[LINEAR_DEPTHWISE_PIXELS];
  LP_UNROLL
  for (int p = 0; p < pixels; p++) {
    sum[p] = V_ZERO();
  }
  const float *w = band->w + row->top * band->kernel_width * LP_VL;
  const float *x = row->x + row->top * band->dilate_height * band->width * LP_VL +
                   (first * stride - band->left) * LP_VL;
  for (int64_t ky = row->top; ky < row->bottom; ky++) {
    if (three) {
      lp_v w0 = V_LOAD(w);
      lp_v w1 = V_LOAD(w + LP_VL);
      lp_v w2 = V_LOAD(w + 2 * LP_VL);
      LP_UNROLL
      for (int p = 0; p < pixels; p++) {
        sum[p] = V_FMA(w0, V_LOAD(x + (p * stride) * LP_VL), sum[p]);
        sum[p] = V_FMA(w1, V_LOAD(x + (p * stride + 1) * LP_VL), sum[p]);
        sum[p] = V_FMA(w2, V_LOAD(x + (p * stride + 2) * LP_VL), sum[p]);
      }
    } else {
      for (int64_t kx = from; kx < to; kx++) {
        lp_v weight = V_LOAD(w + kx * LP_VL);
        const float *pixel = x + kx * dilate * LP_VL;
        LP_UNROLL
        for (int p = 0; p < pixels; p++) {
          sum[p] = V_FMA(weight, V_LOAD(pixel + p * stride * LP_VL), sum[p]);
        }
      }
    }
    w += band->kernel_width * LP_VL;
    x += band->dilate_height * band->width * LP_VL;
  }
  LP_NAME(linear_depthwise_store)(row, first, pixels, sum);
}

/* One pixel whose window is partly outside. */
static LP_ALWAYS_INLINE void LP_NAME(linear_depthwise_edge)(
    const LP_NAME(linear_depthwise_row) * row, int64_t first, const int64_t stride,
    const int64_t dilate) {
  const lp_depthwise_band *band = row->band;
  const int64_t begin = first * stride - band->left;
  int64_t from = begin < 0 ? (-begin + dilate - 1) / dilate : 0;
  int64_t to = begin >= band->width ? 0 : (band->width - 1 - begin) / dilate + 1;
  to = to < band->kernel_width ? to : band->kernel_width;
  LP_NAME(linear_depthwise_pixels)(row, first, 1, false, from, to, stride, dilate);
}

static LP_ALWAYS_INLINE void LP_NAME(linear_depthwise_rows)(const lp_depthwise_band *band,
                                                            const bool three,
                                                            const int64_t stride,
                                                            const int64_t dilate) {
  const lp_linear_epilogue *epilogue = band->epilogue;
  const lp_activation *activation = &epilogue->activation;
  const bool simple = activation->kind <= LP_ACTIVATION_CLIP;
  LP_NAME(linear_depthwise_row) row = {.band = band,
                                       .scale = V_SET1(1.0f),
                                       .shift = V_ZERO()};
  if (simple && epilogue->scale != NULL) {
    row.scale = V_LOAD(epilogue->scale + band->channel);
  }
  if (simple && epilogue->shift != NULL) {
    row.shift = V_LOAD(epilogue->shift + band->channel);
  }
  /* Pixels [begin, end) have the whole window inside in width. */
  const int64_t reach = dilate * (band->kernel_width - 1) + 1;
  const int64_t last = band->width - reach + band->left;
  int64_t begin = band->left > 0 ? (band->left + stride - 1) / stride : 0;
  int64_t end = last < 0 ? 0 : last / stride + 1;
  end = end < band->pixels ? end : band->pixels;
  begin = begin < end ? begin : end;
  for (int64_t r = 0; r < band->rows; r++) {
    const int64_t above = (band->first + r) * band->stride_height - band->top;
    const int64_t step = band->dilate_height;
    int64_t pixel = 0;
    row.top = above < 0 ? (-above + step - 1) / step : 0;
    row.bottom = above >= band->height ? 0 : (band->height - 1 - above) / step + 1;
    row.bottom = row.bottom < band->kernel_height ? row.bottom : band->kernel_height;
    row.x = band->x + above * band->width * LP_VL;
    row.out = band->out + r * band->pixels * LP_VL;
    row.added = band->added != NULL ? band->added + r * band->pixels * LP_VL : NULL;
    for (; pixel < begin; pixel++) {
      LP_NAME(linear_depthwise_edge)(&row, pixel, stride, dilate);
    }
    for (; pixel + LINEAR_DEPTHWISE_PIXELS <= end; pixel += LINEAR_DEPTHWISE_PIXELS) {
      LP_NAME(linear_depthwise_pixels)(&row, pixel, LINEAR_DEPTHWISE_PIXELS, three, 0,
                                       band->kernel_width, stride, dilate);
    }
    for (; pixel < end; pixel++) {
      LP_NAME(linear_depthwise_pixels)(&row, pixel, 1, three, 0, band->kernel_width, stride,
                                       dilate);
    }
    for (; pixel < band->pixels; pixel++) {
      LP_NAME(linear_depthwise_edge)(&row, pixel, stride, dilate);
    }
    if (!simple && band->added == NULL) {
      LP_NAME(linear_finish_blocked)(epilogue, band->channel, row.out, NULL, row.out,
                                     band->pixels);
    }
  }
}

#if LP_TUNED
static LP_NOINLINE void LP_NAME(linear_depthwise_3_1)(const lp_depthwise_band *band) {
  LP_NAME(linear_depthwise_rows)(band, true, 1, 1);
}
static LP_NOINLINE void LP_NAME(linear_depthwise_3_2)(const lp_depthwise_band *band) {
  LP_NAME(linear_depthwise_rows)(band, true, 2, 1);
}
#endif
static LP_NOINLINE void LP_NAME(linear_depthwise_any)(const lp_depthwise_band *band) {
  LP_NAME(linear_depthwise_rows)(band, false, band->stride_width, band->dilate_width);
}

static void LP_NAME(linear_depthwise)(const lp_depthwise_band *band) {
#if LP_TUNED
  if (band->kernel_width == 3 && band->dilate_width == 1 && band->stride_width == 1) {
    LP_NAME(linear_depthwise_3_1)(band);
  } else if (band->kernel_width == 3 && band->dilate_width == 1 && band->stride_width == 2) {
    LP_NAME(linear_depthwise_3_2)(band);
  } else
#endif
  {
    LP_NAME(linear_depthwise_any)(band);
  }
}
#undef LINEAR_DEPTHWISE_PIXELS
