/* suppress.inl - float32, once per level. */

/* What two boxes, in rows and on all lanes, have in common; *total becomes what they cover. */
static LP_ALWAYS_INLINE lp_v LP_NAME(suppress_common)(const float *rows, int64_t room, int64_t i,
                                                      const lp_v *box, lp_v more, lp_v *total) {
  const lp_v right = V_MIN(V_LOAD(rows + 2 * room + i), box[2]);
  const lp_v low = V_MIN(V_LOAD(rows + 3 * room + i), box[3]);
  const lp_v w = V_ADD(V_SUB(right, V_MAX(V_LOAD(rows + i), box[0])), more);
  const lp_v h = V_ADD(V_SUB(low, V_MAX(V_LOAD(rows + room + i), box[1])), more);
  const lp_v common = V_MUL(V_MAX(w, V_ZERO()), V_MAX(h, V_ZERO()));
  *total = V_SUB(V_ADD(V_LOAD(rows + 4 * room + i), box[4]), common);
  return common;
}

/* Whether a box overlaps one of `count` kept ones by more than the threshold; rows are NaN beyond the count. */
static bool LP_NAME(suppress_any)(const float *kept, int64_t room, int64_t count, const float *box,
                                  float threshold, float margin) {
  const lp_v lanes[LP_SUPPRESS_BOX] = {V_SET1(box[0]), V_SET1(box[1]), V_SET1(box[2]),
                                       V_SET1(box[3]), V_SET1(box[4])};
  const lp_v limit = V_SET1(threshold);
  const lp_v more = V_SET1(margin);
  const lp_v one = V_SET1(1.0f);
  for (int64_t first = 0; first < count; first += LP_SUPPRESS_STEP) {
    lp_v hits = V_ZERO();
    for (int64_t i = first; i < first + LP_SUPPRESS_STEP; i += LP_VL) {
      lp_v total;
      const lp_v common = LP_NAME(suppress_common)(kept, room, i, lanes, more, &total);
      hits = V_SELECT_GREATER(V_DIV(common, total), limit, one, hits);
    }
    if (V_SUM(hits) > 0.0f) {
      return true;
    }
  }
  return false;
}

static void LP_NAME(suppress_overlaps)(const float *rows, int64_t room, const float *box, float *y) {
  const lp_v lanes[LP_SUPPRESS_BOX] = {V_SET1(box[0]), V_SET1(box[1]), V_SET1(box[2]),
                                       V_SET1(box[3]), V_SET1(box[4])};
  for (int64_t i = 0; i < room; i += LP_VL) {
    lp_v total;
    const lp_v common = LP_NAME(suppress_common)(rows, room, i, lanes, V_ZERO(), &total);
    V_STORE(y + i, V_SELECT_POSITIVE(common, V_DIV(common, total), V_ZERO()));
  }
}
