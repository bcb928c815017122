/* order.inl - float32, once per level. */

/* The greatest, or least, of ORDER_BLOCK neighbours; NaN is passed over. */
static float LP_NAME(order_extreme)(const float *x, bool greatest) {
  lp_v best = V_SET1(greatest ? -INFINITY : INFINITY);
  float lanes[LP_VL];
  for (int i = 0; i < ORDER_BLOCK; i += LP_VL) {
    const lp_v v = V_LOAD(x + i);
    best = greatest ? V_MAX(v, best) : V_MIN(v, best);
  }
  V_STORE(lanes, best);
  for (int k = 1; k < LP_VL; k++) {
    lanes[0] = (lanes[k] > lanes[0]) == greatest ? lanes[k] : lanes[0];
  }
  return lanes[0];
}
