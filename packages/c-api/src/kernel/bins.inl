/* bins.inl - the bins of one image, LP_VL channels at a time. */

#define BINS_TAKE(v, p) (most ? V_MAX(V_LOAD(p), (v)) : V_ADD((v), V_LOAD(p)))
#define BINS_JOIN(a, b) (most ? V_MAX((b), (a)) : V_ADD((a), (b)))

/* Every place of a range of rows and columns; four at a time, since each addition waits for the one before. */
static LP_ALWAYS_INLINE lp_v LP_NAME(bins_range)(const lp_bin *rows, const lp_bin *columns,
                                                 int64_t step, const BINS_REAL *x,
                                                 const bool most) {
  lp_v a = most ? V_SET1(BINS_LEAST) : V_ZERO();
  lp_v b = a;
  lp_v c = a;
  lp_v d = a;
  for (int64_t row = rows->begin; row < rows->end; row++) {
    const BINS_REAL *p = x + row * step + columns->begin * LP_VL;
    int64_t n = columns->end - columns->begin;
    for (; n >= 4; n -= 4, p += 4 * LP_VL) {
      a = BINS_TAKE(a, p);
      b = BINS_TAKE(b, p + LP_VL);
      c = BINS_TAKE(c, p + 2 * LP_VL);
      d = BINS_TAKE(d, p + 3 * LP_VL);
    }
    if (n >= 2) {
      a = BINS_TAKE(a, p);
      b = BINS_TAKE(b, p + LP_VL);
      p += 2 * LP_VL;
    }
    if (n % 2 != 0) {
      c = BINS_TAKE(c, p);
    }
  }
  a = BINS_JOIN(a, b);
  c = BINS_JOIN(c, d);
  return BINS_JOIN(a, c);
}

/* The places of two lists, with weights. */
static LP_ALWAYS_INLINE lp_v LP_NAME(bins_list)(const lp_bins *rows, const lp_bin *row_bin,
                                                const lp_bins *columns, const lp_bin *column_bin,
                                                const BINS_REAL *x) {
  const BINS_REAL *weight = columns->weight;
  const int64_t *at = columns->at;
  lp_v sum = V_ZERO();
  for (int64_t row = row_bin->begin; row < row_bin->end; row++) {
    const BINS_REAL *line = x + rows->at[row];
    lp_v part = V_ZERO();
    for (int64_t column = column_bin->begin; column < column_bin->end; column++) {
      part = V_FMA(V_SET1(weight[column]), V_LOAD(line + at[column]), part);
    }
    sum = V_FMA(V_SET1(((const BINS_REAL *)rows->weight)[row]), part, sum);
  }
  return sum;
}

static void LP_NAME(bins_run)(const lp_bins_run *run) {
  const lp_bins *rows = run->rows;
  const lp_bins *columns = run->columns;
  for (int64_t block = 0; block < run->blocks; block++) {
    const BINS_REAL *x = (const BINS_REAL *)run->x + block * run->x_block;
    BINS_REAL *y = (BINS_REAL *)run->y + block * run->y_block;
    for (int64_t i = 0; i < rows->count; i++) {
      const lp_bin *row = rows->bin + i;
      for (int64_t j = 0; j < columns->count; j++, y += LP_VL) {
        const lp_bin *column = columns->bin + j;
        lp_v value = V_ZERO();
        if (row->begin >= row->end || column->begin >= column->end) {
          V_STORE(y, value);
        } else if (run->most) {
          value = LP_NAME(bins_range)(row, column, rows->step, x, true);
          V_STORE(y, value);
        } else {
          value = rows->at == NULL ? LP_NAME(bins_range)(row, column, rows->step, x, false)
                                   : LP_NAME(bins_list)(rows, row, columns, column, x);
          V_STORE(y, V_MUL(value, V_SET1((BINS_REAL)(row->scale * column->scale))));
        }
      }
    }
  }
}
#undef BINS_TAKE
#undef BINS_JOIN
