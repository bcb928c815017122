/*
 * recurrent_product.inl - products of one or two images with weights in panels, once per level.
 *
 * Several panels at once, so that there are enough sums not to wait for one another; nothing is
 * summed across lanes.
 */
#define RECURRENT_VECTORS 2 /* of a panel; see lp_linear_kernels.gemm_columns */
#define RECURRENT_PANELS 4
#if LP_VREGS >= 32
#define RECURRENT_PAIR 4 /* panels with two images */
#else
#define RECURRENT_PAIR 2
#endif

static LP_ALWAYS_INLINE void LP_NAME(recurrent_panels)(const float *w, int64_t depth,
                                                       const float *x, float *sums,
                                                       const int panels, const int images) {
  enum { width = RECURRENT_VECTORS * LP_VL };
  lp_v sum[2][RECURRENT_PANELS * RECURRENT_VECTORS];
  LP_UNROLL
  for (int i = 0; i < images; i++) {
    LP_UNROLL
    for (int v = 0; v < panels * RECURRENT_VECTORS; v++) {
      sum[i][v] = V_ZERO();
    }
  }
  for (int64_t k = 0; k < depth; k++) {
    lp_v value[2];
    LP_UNROLL
    for (int i = 0; i < images; i++) {
      value[i] = V_SET1(x[i * depth + k]);
    }
    LP_UNROLL
    for (int v = 0; v < panels * RECURRENT_VECTORS; v++) {
      lp_v weight = V_LOAD(w + ((v / RECURRENT_VECTORS) * depth + k) * width +
                           v % RECURRENT_VECTORS * LP_VL);
      LP_UNROLL
      for (int i = 0; i < images; i++) {
        sum[i][v] = V_FMA(weight, value[i], sum[i][v]);
      }
    }
  }
  LP_UNROLL
  for (int i = 0; i < images; i++) {
    LP_UNROLL
    for (int v = 0; v < panels * RECURRENT_VECTORS; v++) {
      V_STORE(sums + (i * RECURRENT_PANELS * RECURRENT_VECTORS + v) * LP_VL, sum[i][v]);
    }
  }
}

#define RECURRENT_INSTANCE(panels, images)                                                       \
  static LP_NOINLINE void LP_NAME(recurrent_panels_##panels##_##images)(                         \
      const float *w, int64_t depth, const float *x, float *sums) {                              \
    LP_NAME(recurrent_panels)(w, depth, x, sums, panels, images);                                \
  }
RECURRENT_INSTANCE(4, 1)
RECURRENT_INSTANCE(1, 1)
#if RECURRENT_PAIR == 4
RECURRENT_INSTANCE(4, 2)
#else
RECURRENT_INSTANCE(2, 2)
#endif
RECURRENT_INSTANCE(1, 2)
#undef RECURRENT_INSTANCE

static void LP_NAME(recurrent_rows)(const lp_recurrent_product *product, int64_t from, int64_t to) {
  enum { width = RECURRENT_VECTORS * LP_VL };
  float sums[2 * RECURRENT_PANELS * width];
  const int64_t depth = product->depth;
  const int64_t most = product->images == 1 ? RECURRENT_PANELS : RECURRENT_PAIR;
  for (int64_t row = from; row < to;) {
    const bool several = (to - row + width - 1) / width >= most;
    const int64_t next = row + (several ? most : 1) * width;
    const int64_t count = (next < to ? next : to) - row;
    const float *w = product->w + row * depth;
    if (product->images == 1) {
      (several ? LP_NAME(recurrent_panels_4_1) : LP_NAME(recurrent_panels_1_1))(w, depth, product->x,
                                                                                sums);
    } else {
#if RECURRENT_PAIR == 4
      (several ? LP_NAME(recurrent_panels_4_2) : LP_NAME(recurrent_panels_1_2))(w, depth, product->x,
                                                                                sums);
#else
      (several ? LP_NAME(recurrent_panels_2_2) : LP_NAME(recurrent_panels_1_2))(w, depth, product->x,
                                                                                sums);
#endif
    }
    for (int64_t i = 0; i < product->images; i++) {
      memcpy(product->y + i * product->rows + row, sums + i * RECURRENT_PANELS * width,
             (size_t)count * sizeof(float));
    }
    row = next;
  }
}
#undef RECURRENT_VECTORS
#undef RECURRENT_PANELS
#undef RECURRENT_PAIR
