/*
 * reduce.inl - float32 lanes of a reduction in vectors; once per level.
 *
 * Four vectors of lanes walk down the rows together, their sums and errors in
 * registers; what is less than four goes one by one, the last one through a
 * vector that is filled from memory with an element that changes nothing.
 */

/* t = s + x; what was lost is exactly (s - (t - b)) + (x - b) with b = t - s. */
#define REDUCE_TWO_SUM(s, e, x)                                             \
  do {                                                                      \
    lp_v reduce_t = V_ADD((s), (x));                                        \
    lp_v reduce_b = V_SUB(reduce_t, (s));                                   \
    (e) = V_ADD((e), V_ADD(V_SUB((s), V_SUB(reduce_t, reduce_b)), V_SUB((x), reduce_b))); \
    (s) = reduce_t;                                                         \
  } while (0)

#define REDUCE_SUM(s, e, x) REDUCE_TWO_SUM(s, e, x)
#define REDUCE_NANSUM(s, e, x)                              \
  do {                                                      \
    lp_v reduce_x = V_SELECT_EQUAL((x), (x), (x), V_ZERO()); \
    REDUCE_TWO_SUM(s, e, reduce_x);                         \
  } while (0)
/* x wins where it is greater or NaN, unless s is NaN already. */
#define REDUCE_MAX(s, e, x) ((s) = V_SELECT_EQUAL((s), (s), V_MAX((s), (x)), (s)))
#define REDUCE_MIN(s, e, x) ((s) = V_SELECT_EQUAL((s), (s), V_MIN((s), (x)), (s)))

#define REDUCE_CASE(reduction)                                                          \
  case LP_REDUCTION_##reduction:                                                        \
    for (; i + 4 * LP_VL <= lanes; i += 4 * LP_VL) {                                    \
      const float *p = x + i;                                                           \
      lp_v s0 = V_LOAD(value + i), e0 = V_LOAD(error + i);                              \
      lp_v s1 = V_LOAD(value + i + LP_VL), e1 = V_LOAD(error + i + LP_VL);              \
      lp_v s2 = V_LOAD(value + i + 2 * LP_VL), e2 = V_LOAD(error + i + 2 * LP_VL);      \
      lp_v s3 = V_LOAD(value + i + 3 * LP_VL), e3 = V_LOAD(error + i + 3 * LP_VL);      \
      for (int64_t row = 0; row < rows; row++, p += stride) {                           \
        lp_v x0 = V_LOAD(p), x1 = V_LOAD(p + LP_VL);                                    \
        lp_v x2 = V_LOAD(p + 2 * LP_VL), x3 = V_LOAD(p + 3 * LP_VL);                    \
        REDUCE_##reduction(s0, e0, x0);                                                 \
        REDUCE_##reduction(s1, e1, x1);                                                 \
        REDUCE_##reduction(s2, e2, x2);                                                 \
        REDUCE_##reduction(s3, e3, x3);                                                 \
      }                                                                                 \
      V_STORE(value + i, s0);                                                           \
      V_STORE(error + i, e0);                                                           \
      V_STORE(value + i + LP_VL, s1);                                                   \
      V_STORE(error + i + LP_VL, e1);                                                   \
      V_STORE(value + i + 2 * LP_VL, s2);                                               \
      V_STORE(error + i + 2 * LP_VL, e2);                                               \
      V_STORE(value + i + 3 * LP_VL, s3);                                               \
      V_STORE(error + i + 3 * LP_VL, e3);                                               \
    }                                                                                   \
    for (; i < lanes; i += LP_VL) {                                                     \
      const float *p = x + i;                                                           \
      lp_v s0 = V_LOAD(value + i), e0 = V_LOAD(error + i);                              \
      for (int64_t row = 0; row < rows; row++, p += stride) {                           \
        lp_v x0;                                                                        \
        if (lanes - i < LP_VL) {                                                        \
          for (int64_t k = 0; k < lanes - i; k++) {                                     \
            fill[k] = p[k];                                                             \
          }                                                                             \
          x0 = V_LOAD(fill);                                                            \
        } else {                                                                        \
          x0 = V_LOAD(p);                                                               \
        }                                                                               \
        REDUCE_##reduction(s0, e0, x0);                                                 \
      }                                                                                 \
      V_STORE(value + i, s0);                                                           \
      V_STORE(error + i, e0);                                                           \
    }                                                                                   \
    break

static void LP_NAME(reduce_vectors)(lp_reduce_state *state, const float *x, int64_t stride,
                                    int64_t rows, int64_t lanes) {
  float *value = state->value.single;
  float *error = state->error.single;
  float fill[LP_VL];
  int64_t i = 0;
  for (int k = 0; k < LP_VL; k++) {
    fill[k] = (float)reduce_neutral(state->reduction);
  }
  switch (state->reduction) {
    REDUCE_CASE(SUM);
    REDUCE_CASE(NANSUM);
    REDUCE_CASE(MAX);
    REDUCE_CASE(MIN);
    default:
      break;
  }
}

#undef REDUCE_TWO_SUM
#undef REDUCE_SUM
#undef REDUCE_NANSUM
#undef REDUCE_MAX
#undef REDUCE_MIN
#undef REDUCE_CASE
