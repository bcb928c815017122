/* resize.inl - see resize.h; pixels of LP_VL elements. */

static void LP_NAME(resize_columns)(const lp_resize_place *places, int64_t count, const void *from,
                                    void *to) {
  const RESIZE_REAL *x = from;
  RESIZE_REAL *y = to;
  for (int64_t i = 0; i < count; i++, y += LP_VL) {
    const lp_resize_place *place = places + i;
    const lp_v first = V_MUL(V_LOAD(x + place->first), V_SET1(1 - (RESIZE_REAL)place->part));
    V_STORE(y, V_FMA(V_LOAD(x + place->second), V_SET1((RESIZE_REAL)place->part), first));
  }
}

#if !defined(RESIZE_COLUMNS_ONLY)
static void LP_NAME(resize_rows)(const void *above, const void *below, float part, int64_t count,
                                 void *to) {
  const RESIZE_REAL *first = above;
  const RESIZE_REAL *second = below;
  RESIZE_REAL *y = to;
  const RESIZE_REAL last = (RESIZE_REAL)part;
  int64_t i = 0;
  for (; i + LP_VL <= count; i += LP_VL) {
    const lp_v value = V_MUL(V_LOAD(first + i), V_SET1(1 - last));
    V_STORE(y + i, V_FMA(V_LOAD(second + i), V_SET1(last), value));
  }
  for (; i < count; i++) {
    y[i] = first[i] * (1 - last) + second[i] * last;
  }
}
#endif
