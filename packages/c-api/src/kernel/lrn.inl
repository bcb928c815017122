/* lrn.inl - once per level, after vector_functions.inl. */

/* x (knorm + scale sum)^-beta */
static LP_ALWAYS_INLINE lp_v LP_NAME(lrn_one)(const lp_lrn *lrn, lp_v x, lp_v sum) {
  lp_v base = V_FMA(V_SET1(lrn->scale), sum, V_SET1(lrn->knorm));
  if (lrn->beta == 0.75f) {
    lp_v root = V_SQRT(base);
    return V_DIV(x, V_MUL(root, V_SQRT(root)));
  }
  return V_MUL(x, LP_NAME(vector_exp)(V_MUL(V_SET1(-lrn->beta), LP_NAME(vector_log)(base))));
}

#if LP_VL <= 8
static void LP_NAME(lrn_plain)(const lp_lrn *lrn, const float *x, float *y, int64_t from,
                               int64_t to) {
  for (int64_t c = 0; c < lrn->channels; c++) {
    const int64_t first = c > lrn->radius ? c - lrn->radius : 0;
    const int64_t last =
        lrn->radius < lrn->channels - 1 - c ? c + lrn->radius : lrn->channels - 1;
    for (int64_t i = from; i < to; i += LP_VL) {
      float part[LP_VL] = {0.0f};
      const size_t size = (size_t)(to - i < LP_VL ? to - i : LP_VL) * sizeof(float);
      const bool whole = to - i >= LP_VL;
      lp_v sum = V_ZERO();
      for (int64_t k = first; k <= last; k++) {
        const float *p = x + k * lrn->pixels + i;
        if (!whole) {
          memcpy(part, p, size);
          p = part;
        }
        lp_v v = V_LOAD(p);
        sum = V_FMA(v, v, sum);
      }
      const float *p = x + c * lrn->pixels + i;
      if (whole) {
        V_STORE(y + c * lrn->pixels + i, LP_NAME(lrn_one)(lrn, V_LOAD(p), sum));
      } else {
        memcpy(part, p, size);
        V_STORE(part, LP_NAME(lrn_one)(lrn, V_LOAD(part), sum));
        memcpy(y + c * lrn->pixels + i, part, size);
      }
    }
  }
}

#endif

#if LP_VL > 1
/*
 * The squares of a pixel's channels stand in a row of three blocks: the one
 * before, this one and the next; a window is then a sum of unaligned vectors.
 */
static void LP_NAME(lrn_blocked)(const lp_lrn *lrn, const float *x, float *y, int64_t from,
                                 int64_t to) {
  const int64_t blocks = (lrn->channels + LP_VL - 1) / LP_VL;
  const int64_t valid = lrn->channels - (blocks - 1) * LP_VL;
  const int64_t step = lrn->pixels * LP_VL;
  float squares[3 * LP_VL];
  for (int64_t b = 0; b < blocks; b++) {
    for (int64_t i = from; i < to; i++) {
      const float *p = x + b * step + i * LP_VL;
      lp_v v = V_LOAD(p);
      lp_v before = b > 0 ? V_LOAD(p - step) : V_ZERO();
      lp_v after = b + 1 < blocks ? V_LOAD(p + step) : V_ZERO();
      V_STORE(squares, V_MUL(before, before));
      V_STORE(squares + LP_VL, V_MUL(v, v));
      V_STORE(squares + 2 * LP_VL, V_MUL(after, after));
      /* Lanes beyond the last channel may hold anything. */
      if (b + 2 >= blocks) {
        for (int64_t k = valid + (b + 1 < blocks ? 2 : 1) * LP_VL;
             k < (b + 1 < blocks ? 3 : 2) * LP_VL; k++) {
          squares[k] = 0.0f;
        }
      }
      lp_v sum = V_ZERO();
      for (int64_t k = -lrn->radius; k <= lrn->radius; k++) {
        sum = V_ADD(sum, V_LOAD(squares + LP_VL + k));
      }
      V_STORE(y + b * step + i * LP_VL, LP_NAME(lrn_one)(lrn, v, sum));
    }
  }
}
#endif
