/* suppress.inl - float32, once per level. */

/* Whether a box overlaps one of `count` kept ones by more than the threshold. The rows of `kept` are `room` apart, and NaN beyond the count. */
static bool LP_NAME(suppress_any)(const float *kept, int64_t room, int64_t count, const float *box,
                                  float threshold, float margin) {
  const lp_v x1 = V_SET1(box[0]);
  const lp_v y1 = V_SET1(box[1]);
  const lp_v x2 = V_SET1(box[2]);
  const lp_v y2 = V_SET1(box[3]);
  const lp_v area = V_SET1(box[4]);
  const lp_v limit = V_SET1(threshold);
  const lp_v more = V_SET1(margin);
  const lp_v zero = V_ZERO();
  const lp_v one = V_SET1(1.0f);
  for (int64_t first = 0; first < count; first += SUPPRESS_STEP) {
    lp_v hits = V_ZERO();
    for (int64_t i = first; i < first + SUPPRESS_STEP; i += LP_VL) {
      lp_v w = V_ADD(V_SUB(V_MIN(V_LOAD(kept + 2 * room + i), x2), V_MAX(V_LOAD(kept + i), x1)), more);
      lp_v h = V_ADD(V_SUB(V_MIN(V_LOAD(kept + 3 * room + i), y2), V_MAX(V_LOAD(kept + room + i), y1)),
                     more);
      lp_v common = V_MUL(V_MAX(w, zero), V_MAX(h, zero));
      lp_v total = V_SUB(V_ADD(V_LOAD(kept + 4 * room + i), area), common);
      hits = V_SELECT_GREATER(V_DIV(common, total), limit, one, hits);
    }
    if (V_SUM(hits) > 0.0f) {
      return true;
    }
  }
  return false;
}
