/*
 * linear_dot.inl - products of rows with rows: FullyConnected with its weights as they are stored.
 *
 * Register block: 4 rows of w by LINEAR_DOT_IMAGES images or 1; vectors run along k and
 * are summed across at the end. With one image a row of w is read once and
 * memory sets the pace.
 */
#if LP_VREGS >= 32
#define LINEAR_DOT_IMAGES 4
#else
#define LINEAR_DOT_IMAGES 2
#endif

static LP_ALWAYS_INLINE void LP_NAME(linear_dot_block)(const lp_dot *dot, int64_t row,
                                                       int64_t image, const int rows,
                                                       const int images) {
  const float *w = dot->w + row * dot->w_row;
  const float *x = dot->x + image * dot->x_image;
  lp_v sum[4][4];
  int64_t k = 0;
  LP_UNROLL
  for (int r = 0; r < rows; r++) {
    LP_UNROLL
    for (int i = 0; i < images; i++) {
      sum[r][i] = V_ZERO();
    }
  }
  for (; k + LP_VL <= dot->depth; k += LP_VL) {
    lp_v value[4];
    LP_UNROLL
    for (int i = 0; i < images; i++) {
      value[i] = V_LOAD(x + i * dot->x_image + k);
    }
    LP_UNROLL
    for (int r = 0; r < rows; r++) {
      lp_v weight = V_LOAD(w + r * dot->w_row + k);
      LP_UNROLL
      for (int i = 0; i < images; i++) {
        sum[r][i] = V_FMA(weight, value[i], sum[r][i]);
      }
    }
  }
  LP_UNROLL
  for (int r = 0; r < rows; r++) {
    LP_UNROLL
    for (int i = 0; i < images; i++) {
      float *target = dot->sum + (image + i) * dot->sum_image + row + r;
      float total = V_SUM(sum[r][i]);
      for (int64_t tail = k; tail < dot->depth; tail++) {
        total += w[r * dot->w_row + tail] * x[i * dot->x_image + tail];
      }
      *target = dot->accumulate ? *target + total : total;
    }
  }
}

static LP_NOINLINE void LP_NAME(linear_dot_many)(const lp_dot *dot, int64_t row, int64_t image) {
  LP_NAME(linear_dot_block)(dot, row, image, 4, LINEAR_DOT_IMAGES);
}
static LP_NOINLINE void LP_NAME(linear_dot_4)(const lp_dot *dot, int64_t row, int64_t image) {
  LP_NAME(linear_dot_block)(dot, row, image, 4, 1);
}
static LP_NOINLINE void LP_NAME(linear_dot_1)(const lp_dot *dot, int64_t row, int64_t image) {
  LP_NAME(linear_dot_block)(dot, row, image, 1, 1);
}

static void LP_NAME(linear_dot)(const lp_dot *dot) {
  if (LP_ISA_LEVEL == LP_ISA_BASE && lp_blas_dot(dot, LP_ISA_LEVEL)) {
    return;
  }
  for (int64_t row = 0; row < dot->rows; row += 4) {
    int64_t rows = dot->rows - row < 4 ? dot->rows - row : 4;
    int64_t image = 0;
    if (LP_WITH_FAST && rows == 4) {
      for (; image + LINEAR_DOT_IMAGES <= dot->images; image += LINEAR_DOT_IMAGES) {
        LP_NAME(linear_dot_many)(dot, row, image);
      }
      for (; image < dot->images; image++) {
        LP_NAME(linear_dot_4)(dot, row, image);
      }
    }
    for (; image < dot->images; image++) {
      for (int64_t r = 0; r < rows; r++) {
        LP_NAME(linear_dot_1)(dot, row + r, image);
      }
    }
  }
}
#undef LINEAR_DOT_IMAGES
