/*
 * linear_gemm.inl - products of two matrices: convolution by columns, FullyConnected of several images.
 *
 * Register block: LINEAR_GEMM_ROWS rows by LINEAR_GEMM_VECTORS vectors of
 * columns; each k takes the vectors of b once and broadcasts a's rows. Rows
 * left over take blocks of 8, 4, 2 and 1. With weights packed in panels of so many
 * columns the same blocks are those of FullyConnected (linear_panel). Sums go from the
 * registers to c, or through a small buffer, so that columns beyond the last are cut
 * off and the epilogue is written once.
 */
#define LINEAR_GEMM_VECTORS 2
#define LINEAR_GEMM_AHEAD 48
#if LP_VREGS >= 32
#define LINEAR_GEMM_ROWS 12
#elif LP_VL >= 8
#define LINEAR_GEMM_ROWS 6
#else
#define LINEAR_GEMM_ROWS 4
#endif

/* Where sums go: rows `step` floats apart; `add`: to what stands there. */
typedef struct LP_NAME(linear_sums) {
  float *at;
  int64_t step;
  bool add;
} LP_NAME(linear_sums);

static LP_ALWAYS_INLINE void LP_NAME(linear_gemm_block)(const lp_gemm *gemm, int64_t row,
                                                        int64_t column, const int rows,
                                                        const LP_NAME(linear_sums) *sums) {
  const float *a = gemm->a + row * gemm->a_row;
  const float *b = gemm->b + column;
  const int64_t a_row = gemm->a_row;
  const int64_t a_depth = gemm->a_depth;
  const int64_t b_depth = gemm->b_depth;
  lp_v sum[LINEAR_GEMM_ROWS][LINEAR_GEMM_VECTORS];
  LP_UNROLL
  for (int r = 0; r < rows; r++) {
    LP_PREFETCH(sums->at + r * sums->step);
    LP_PREFETCH(sums->at + r * sums->step + LP_VL);
    sum[r][0] = V_ZERO();
    sum[r][1] = V_ZERO();
  }
  for (int64_t k = gemm->depth; k > 0; k--) {
    lp_v b0 = V_LOAD(b);
    lp_v b1 = V_LOAD(b + LP_VL);
    /* Panels that come from memory come a little later than they are needed without. */
    LP_PREFETCH(b + LINEAR_GEMM_AHEAD * b_depth);
    LP_PREFETCH(b + LINEAR_GEMM_AHEAD * b_depth + LP_VL);
    LP_UNROLL
    for (int r = 0; r < rows; r++) {
      lp_v weight = V_SET1(a[r * a_row]);
      sum[r][0] = V_FMA(weight, b0, sum[r][0]);
      sum[r][1] = V_FMA(weight, b1, sum[r][1]);
    }
    a += a_depth;
    b += b_depth;
  }
  float *to = sums->at;
  if (sums->add) {
    LP_UNROLL
    for (int r = 0; r < rows; r++) {
      V_STORE(to + r * sums->step, V_ADD(V_LOAD(to + r * sums->step), sum[r][0]));
      V_STORE(to + r * sums->step + LP_VL, V_ADD(V_LOAD(to + r * sums->step + LP_VL), sum[r][1]));
    }
    return;
  }
  LP_UNROLL
  for (int r = 0; r < rows; r++) {
    V_STORE(to + r * sums->step, sum[r][0]);
    V_STORE(to + r * sums->step + LP_VL, sum[r][1]);
  }
}

static LP_NOINLINE void LP_NAME(linear_gemm_full)(const lp_gemm *gemm, int64_t row, int64_t column,
                                                 const LP_NAME(linear_sums) *sums) {
  LP_NAME(linear_gemm_block)(gemm, row, column, LINEAR_GEMM_ROWS, sums);
}
#if LINEAR_GEMM_ROWS > 8
static LP_NOINLINE void LP_NAME(linear_gemm_8)(const lp_gemm *gemm, int64_t row, int64_t column,
                                               const LP_NAME(linear_sums) *sums) {
  LP_NAME(linear_gemm_block)(gemm, row, column, 8, sums);
}
#endif
#if LINEAR_GEMM_ROWS > 4
static LP_NOINLINE void LP_NAME(linear_gemm_4)(const lp_gemm *gemm, int64_t row, int64_t column,
                                              const LP_NAME(linear_sums) *sums) {
  LP_NAME(linear_gemm_block)(gemm, row, column, 4, sums);
}
#endif
static LP_NOINLINE void LP_NAME(linear_gemm_2)(const lp_gemm *gemm, int64_t row, int64_t column,
                                              const LP_NAME(linear_sums) *sums) {
  LP_NAME(linear_gemm_block)(gemm, row, column, 2, sums);
}
static LP_NOINLINE void LP_NAME(linear_gemm_1)(const lp_gemm *gemm, int64_t row, int64_t column,
                                              const LP_NAME(linear_sums) *sums) {
  LP_NAME(linear_gemm_block)(gemm, row, column, 1, sums);
}

/* The sums of the next rows of the `left` that there are from `row` on; how many. No block with so few rows that its additions wait for each other, where it can be helped. */
static int64_t LP_NAME(linear_gemm_rows)(const lp_gemm *gemm, int64_t row, int64_t column,
                                         int64_t left, const LP_NAME(linear_sums) *sums) {
  if (left >= LINEAR_GEMM_ROWS && (left == LINEAR_GEMM_ROWS || left > LINEAR_GEMM_ROWS + 2) &&
      (LINEAR_GEMM_ROWS < 12 || left != 16)) {
    LP_NAME(linear_gemm_full)(gemm, row, column, sums);
    return LINEAR_GEMM_ROWS;
  }
#if LINEAR_GEMM_ROWS > 8
  if (left >= 8) {
    LP_NAME(linear_gemm_8)(gemm, row, column, sums);
    return 8;
  }
#endif
  if (left >= 4) {
#if LINEAR_GEMM_ROWS > 4
    LP_NAME(linear_gemm_4)(gemm, row, column, sums);
#else
    LP_NAME(linear_gemm_full)(gemm, row, column, sums);
#endif
    return 4;
  }
  if (left >= 2) {
    LP_NAME(linear_gemm_2)(gemm, row, column, sums);
    return 2;
  }
  LP_NAME(linear_gemm_1)(gemm, row, column, sums);
  return 1;
}

/* A panel's weights of so many k stay in the first-level cache while all images pass by. */
#define LINEAR_PANEL_DEPTH 384

static void LP_NAME(linear_panel)(const lp_panel *panel) {
  enum { width = LINEAR_GEMM_VECTORS * LP_VL };
  float sums[LP_PANEL_IMAGES * width];
  float piece[width];
  int64_t done = 0;
  do {
    const int64_t left = panel->depth - done;
    const lp_gemm gemm = {.depth = left < LINEAR_PANEL_DEPTH ? left : LINEAR_PANEL_DEPTH,
                          .a = panel->x + done,
                          .a_row = panel->x_image,
                          .a_depth = 1,
                          .b = panel->w + done * width,
                          .b_depth = width};
    int64_t images;
    for (int64_t image = 0; image < panel->images; image += images) {
      const LP_NAME(linear_sums) target = {sums + image * width, width, done > 0};
      images = LP_NAME(linear_gemm_rows)(&gemm, image, 0, panel->images - image, &target);
    }
    done += gemm.depth;
  } while (done < panel->depth);
  for (int64_t image = 0; image < panel->images; image++) {
    float *target = sums + image * width;
    float *y = panel->y + image * panel->y_image;
    for (int64_t at = 0; at < panel->columns; at += LP_VL) {
      const bool whole = panel->columns - at >= LP_VL;
      const size_t size = (size_t)(panel->columns - at) * sizeof(float);
      const float *added = NULL;
      if (panel->added != NULL) {
        added = panel->added + image * panel->y_image + at;
        if (!whole) {
          memset(piece, 0, LP_VL * sizeof(float));
          memcpy(piece, added, size);
          added = piece;
        }
      }
#if LP_VL > 1
      LP_NAME(linear_finish_blocked)(panel->epilogue, panel->channel + at, target + at, added,
                                     whole ? y + at : target + at, 1);
#else
      LP_NAME(linear_finish_plain)(panel->epilogue, panel->channel + at, target + at, added,
                                   whole ? y + at : target + at, 1);
#endif
      if (!whole) {
        memcpy(y + at, target + at, size);
      }
    }
  }
}
#undef LINEAR_PANEL_DEPTH

/* A row of sums to its place in c by way of the epilogue; `columns` may be fewer than there are sums. */
static void LP_NAME(linear_gemm_finish)(const lp_gemm *gemm, int64_t row, int64_t column,
                                        int64_t columns, float *sums) {
  enum { width = LINEAR_GEMM_VECTORS * LP_VL };
  const int64_t place = row * gemm->c_row + column;
  const size_t size = (size_t)columns * sizeof(float);
  const bool whole = columns == width;
  const float *added = gemm->accumulate ? gemm->c : gemm->added;
  float *c = gemm->c + place;
  float rest[width];
  if (added != NULL) {
    added += place;
    if (!whole) {
      memset(rest, 0, sizeof rest);
      memcpy(rest, added, size);
      added = rest;
    }
  }
  if (gemm->epilogue != NULL) {
    LP_NAME(linear_finish_plain)(gemm->epilogue, gemm->channel + row, sums, added,
                                 whole ? c : sums, LINEAR_GEMM_VECTORS);
  } else if (added != NULL) {
    for (int i = 0; i < width; i++) {
      sums[i] += added[i];
    }
  }
  if (!whole || gemm->epilogue == NULL) {
    memcpy(c, sums, size);
  }
}

static void LP_NAME(linear_gemm)(const lp_gemm *gemm) {
  enum { width = LINEAR_GEMM_VECTORS * LP_VL };
  float sums[LINEAR_GEMM_ROWS * width];
  if (LP_ISA_LEVEL == LP_ISA_BASE && lp_blas_gemm(gemm, LP_ISA_LEVEL)) {
    return;
  }
  for (int64_t column = 0; column < gemm->columns; column += width) {
    const int64_t left = gemm->columns - column;
    const int64_t columns = left < width ? left : width;
    const bool straight = gemm->epilogue == NULL && columns == width;
    LP_NAME(linear_sums) target = {sums, width, false};
    int64_t rows;
    for (int64_t row = 0; row < gemm->rows; row += rows) {
      if (straight) {
        target = (LP_NAME(linear_sums)){gemm->c + row * gemm->c_row + column, gemm->c_row,
                                        gemm->accumulate};
      }
      rows = LP_NAME(linear_gemm_rows)(gemm, row, column, gemm->rows - row, &target);
      for (int64_t r = 0; r < rows && !straight; r++) {
        LP_NAME(linear_gemm_finish)(gemm, row + r, column, columns, sums + r * width);
      }
    }
  }
}
#undef LINEAR_GEMM_ROWS
#undef LINEAR_GEMM_AHEAD
