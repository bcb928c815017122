/*
 * linear_gemm.inl - product of two matrices for convolution by columns.
 *
 * Register block: LINEAR_GEMM_ROWS rows by LINEAR_GEMM_VECTORS vectors of
 * columns; each k takes the vectors of b once and broadcasts a's rows. Rows
 * left over take blocks of 4, 2 and 1. Sums leave the registers through a
 * small buffer, so that columns beyond the last are cut off and the epilogue
 * is written once.
 */
#define LINEAR_GEMM_VECTORS 2
#if LP_VREGS >= 32
#define LINEAR_GEMM_ROWS 12
#elif LP_VL >= 8
#define LINEAR_GEMM_ROWS 6
#else
#define LINEAR_GEMM_ROWS 4
#endif

static LP_ALWAYS_INLINE void LP_NAME(linear_gemm_block)(const lp_gemm *gemm, int64_t row,
                                                        int64_t column, const int rows,
                                                        float *sums) {
  const float *a = gemm->a + row * gemm->a_row;
  const float *b = gemm->b + column;
  const int64_t a_row = gemm->a_row;
  const int64_t a_depth = gemm->a_depth;
  const int64_t b_depth = gemm->b_depth;
  lp_v sum[LINEAR_GEMM_ROWS][LINEAR_GEMM_VECTORS];
  LP_UNROLL
  for (int r = 0; r < rows; r++) {
    sum[r][0] = V_ZERO();
    sum[r][1] = V_ZERO();
  }
  for (int64_t k = gemm->depth; k > 0; k--) {
    lp_v b0 = V_LOAD(b);
    lp_v b1 = V_LOAD(b + LP_VL);
    LP_UNROLL
    for (int r = 0; r < rows; r++) {
      lp_v weight = V_SET1(a[r * a_row]);
      sum[r][0] = V_FMA(weight, b0, sum[r][0]);
      sum[r][1] = V_FMA(weight, b1, sum[r][1]);
    }
    a += a_depth;
    b += b_depth;
  }
  LP_UNROLL
  for (int r = 0; r < rows; r++) {
    V_STORE(sums + (r * LINEAR_GEMM_VECTORS) * LP_VL, sum[r][0]);
    V_STORE(sums + (r * LINEAR_GEMM_VECTORS + 1) * LP_VL, sum[r][1]);
  }
}

static LP_NOINLINE void LP_NAME(linear_gemm_full)(const lp_gemm *gemm, int64_t row, int64_t column,
                                                  float *sums) {
  LP_NAME(linear_gemm_block)(gemm, row, column, LINEAR_GEMM_ROWS, sums);
}
#if LINEAR_GEMM_ROWS > 4
static LP_NOINLINE void LP_NAME(linear_gemm_4)(const lp_gemm *gemm, int64_t row, int64_t column,
                                               float *sums) {
  LP_NAME(linear_gemm_block)(gemm, row, column, 4, sums);
}
#endif
static LP_NOINLINE void LP_NAME(linear_gemm_2)(const lp_gemm *gemm, int64_t row, int64_t column,
                                               float *sums) {
  LP_NAME(linear_gemm_block)(gemm, row, column, 2, sums);
}
static LP_NOINLINE void LP_NAME(linear_gemm_1)(const lp_gemm *gemm, int64_t row, int64_t column,
                                               float *sums) {
  LP_NAME(linear_gemm_block)(gemm, row, column, 1, sums);
}

static void LP_NAME(linear_gemm)(const lp_gemm *gemm) {
  enum { width = LINEAR_GEMM_VECTORS * LP_VL };
  float sums[LINEAR_GEMM_ROWS * width];
  for (int64_t column = 0; column < gemm->columns; column += width) {
    int64_t columns = gemm->columns - column < width ? gemm->columns - column : width;
    int64_t rows;
    for (int64_t row = 0; row < gemm->rows; row += rows) {
      int64_t left = gemm->rows - row;
      if (left >= LINEAR_GEMM_ROWS) {
        rows = LINEAR_GEMM_ROWS;
        LP_NAME(linear_gemm_full)(gemm, row, column, sums);
#if LINEAR_GEMM_ROWS > 4
      } else if (left >= 4) {
        rows = 4;
        LP_NAME(linear_gemm_4)(gemm, row, column, sums);
#endif
      } else if (left >= 2) {
        rows = 2;
        LP_NAME(linear_gemm_2)(gemm, row, column, sums);
      } else {
        rows = 1;
        LP_NAME(linear_gemm_1)(gemm, row, column, sums);
      }
      for (int64_t r = 0; r < rows; r++) {
        float *source = sums + r * width;
        int64_t place = (row + r) * gemm->c_row + column;
        float *c = gemm->c + place;
        if (gemm->epilogue == NULL) {
          memcpy(c, source, (size_t)columns * sizeof(float));
        } else if (columns == width) {
          LP_NAME(linear_finish_plain)(gemm->epilogue, gemm->channel + row + r, source,
                                       gemm->added != NULL ? gemm->added + place : NULL, c,
                                       LINEAR_GEMM_VECTORS);
        } else {
          float added[width];
          if (gemm->added != NULL) {
            memset(added, 0, sizeof added);
            memcpy(added, gemm->added + place, (size_t)columns * sizeof(float));
          }
          LP_NAME(linear_finish_plain)(gemm->epilogue, gemm->channel + row + r, source,
                                       gemm->added != NULL ? added : NULL, source,
                                       LINEAR_GEMM_VECTORS);
          memcpy(c, source, (size_t)columns * sizeof(float));
        }
      }
    }
  }
}
#undef LINEAR_GEMM_ROWS
