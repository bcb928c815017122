/*
 * linear_depthwise.inl - one row of a depthwise convolution in blocked layout.
 *
 * Lanes are channels, so that one tap of one pixel is one multiply-add.
 * Rows and columns outside the image are left out. Where the whole window
 * is inside, LINEAR_DEPTHWISE_PIXELS pixels go together; for the common 3-wide
 * windows the width and the stride are constants and neighbours share loads.
 */
#if LP_VREGS >= 32
#define LINEAR_DEPTHWISE_PIXELS 8
#else
#define LINEAR_DEPTHWISE_PIXELS 4
#endif

/* Pixels [first, first + pixels) with the rows [top, bottom) of the window. `three`: 3 wide, not dilated, stride constant. */
static LP_ALWAYS_INLINE void LP_NAME(linear_depthwise_pixels)(
    const lp_depthwise_row *row, int64_t first, const int pixels, int64_t top, int64_t bottom,
    const bool three, const int64_t kernel_width, const int64_t stride, const int64_t dilate) {
  lp_v sum[LINEAR_DEPTHWISE_PIXELS];
  float sums[LINEAR_DEPTHWISE_PIXELS * LP_VL];
  LP_UNROLL
  for (int p = 0; p < pixels; p++) {
    sum[p] = V_ZERO();
  }
  for (int64_t ky = top; ky < bottom; ky++) {
    const float *w = row->w + (ky * kernel_width) * LP_VL;
    const float *x = row->x + ((row->top + ky * row->dilate_height) * row->width + row->left +
                               first * stride) * LP_VL;
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
      for (int64_t kx = 0; kx < kernel_width; kx++) {
        lp_v weight = V_LOAD(w + kx * LP_VL);
        const float *pixel = x + kx * dilate * LP_VL;
        LP_UNROLL
        for (int p = 0; p < pixels; p++) {
          sum[p] = V_FMA(weight, V_LOAD(pixel + p * stride * LP_VL), sum[p]);
        }
      }
    }
  }
  LP_UNROLL
  for (int p = 0; p < pixels; p++) {
    V_STORE(sums + p * LP_VL, sum[p]);
  }
  LP_NAME(linear_finish_blocked)(row->epilogue, row->channel, sums,
                                 row->added != NULL ? row->added + first * LP_VL : NULL,
                                 row->out + first * LP_VL, pixels);
}

/* Pixels [first, end), the whole width of the window inside the image. */
static LP_ALWAYS_INLINE void LP_NAME(linear_depthwise_inside)(
    const lp_depthwise_row *row, int64_t first, int64_t end, int64_t top, int64_t bottom,
    const bool three, const int64_t kernel_width, const int64_t stride, const int64_t dilate) {
  for (; first + LINEAR_DEPTHWISE_PIXELS <= end; first += LINEAR_DEPTHWISE_PIXELS) {
    LP_NAME(linear_depthwise_pixels)(row, first, LINEAR_DEPTHWISE_PIXELS, top, bottom, three,
                                     kernel_width, stride, dilate);
  }
  for (; first < end; first++) {
    LP_NAME(linear_depthwise_pixels)(row, first, 1, top, bottom, three, kernel_width, stride,
                                     dilate);
  }
}

static LP_NOINLINE void LP_NAME(linear_depthwise_3_1)(const lp_depthwise_row *row, int64_t first,
                                                      int64_t end, int64_t top, int64_t bottom) {
  LP_NAME(linear_depthwise_inside)(row, first, end, top, bottom, true, 3, 1, 1);
}
static LP_NOINLINE void LP_NAME(linear_depthwise_3_2)(const lp_depthwise_row *row, int64_t first,
                                                      int64_t end, int64_t top, int64_t bottom) {
  LP_NAME(linear_depthwise_inside)(row, first, end, top, bottom, true, 3, 2, 1);
}
static LP_NOINLINE void LP_NAME(linear_depthwise_any)(const lp_depthwise_row *row, int64_t first,
                                                      int64_t end, int64_t top, int64_t bottom) {
  LP_NAME(linear_depthwise_inside)(row, first, end, top, bottom, false, row->kernel_width,
                                   row->stride, row->dilate_width);
}

/* One pixel whose window is partly outside. */
static LP_NOINLINE void LP_NAME(linear_depthwise_edge)(const lp_depthwise_row *row, int64_t first,
                                                       int64_t top, int64_t bottom) {
  const int64_t dilate = row->dilate_width;
  const int64_t begin = row->left + first * row->stride;
  int64_t from = begin < 0 ? (-begin + dilate - 1) / dilate : 0;
  int64_t to = begin >= row->width ? 0 : (row->width - 1 - begin) / dilate + 1;
  lp_v sum = V_ZERO();
  float sums[LP_VL];
  to = to < row->kernel_width ? to : row->kernel_width;
  for (int64_t ky = top; ky < bottom; ky++) {
    const float *w = row->w + ky * row->kernel_width * LP_VL;
    const float *x = row->x + (row->top + ky * row->dilate_height) * row->width * LP_VL;
    for (int64_t kx = from; kx < to; kx++) {
      sum = V_FMA(V_LOAD(w + kx * LP_VL), V_LOAD(x + (begin + kx * dilate) * LP_VL), sum);
    }
  }
  V_STORE(sums, sum);
  LP_NAME(linear_finish_blocked)(row->epilogue, row->channel, sums,
                                 row->added != NULL ? row->added + first * LP_VL : NULL,
                                 row->out + first * LP_VL, 1);
}

static void LP_NAME(linear_depthwise)(const lp_depthwise_row *row) {
  const int64_t reach = row->dilate_width * (row->kernel_width - 1) + 1;
  const int64_t dilate = row->dilate_height;
  /* Rows of the window that are inside the image. */
  int64_t top = row->top < 0 ? (-row->top + dilate - 1) / dilate : 0;
  int64_t bottom = row->top >= row->height ? 0 : (row->height - 1 - row->top) / dilate + 1;
  /* Pixels [begin, end) have the whole window inside in width. */
  int64_t begin = row->left < 0 ? (-row->left + row->stride - 1) / row->stride : 0;
  int64_t last = row->width - reach - row->left;
  int64_t end = last < 0 ? 0 : last / row->stride + 1;
  int64_t pixel = 0;
  bottom = bottom < row->kernel_height ? bottom : row->kernel_height;
  end = end < row->pixels ? end : row->pixels;
  begin = begin < end ? begin : end;
  for (; pixel < begin; pixel++) {
    LP_NAME(linear_depthwise_edge)(row, pixel, top, bottom);
  }
  if (row->kernel_width == 3 && row->dilate_width == 1 && row->stride == 1) {
    LP_NAME(linear_depthwise_3_1)(row, pixel, end, top, bottom);
  } else if (row->kernel_width == 3 && row->dilate_width == 1 && row->stride == 2) {
    LP_NAME(linear_depthwise_3_2)(row, pixel, end, top, bottom);
  } else {
    LP_NAME(linear_depthwise_any)(row, pixel, end, top, bottom);
  }
  for (pixel = end > pixel ? end : pixel; pixel < row->pixels; pixel++) {
    LP_NAME(linear_depthwise_edge)(row, pixel, top, bottom);
  }
}
#undef LINEAR_DEPTHWISE_PIXELS
