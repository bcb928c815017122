/* activation.inl - activation functions of float32 arrays; once per level, after vector_functions.inl. */

#define ACTIVATION_LOOP(function, expression)         \
  case LP_ACTIVATE_##function:                        \
    if (!LP_HAS_ACTIVATION(LP_ACTIVATE_##function)) { \
      return;                                         \
    }                                                 \
    for (int64_t i = 0; i < n; i += LP_VL) {          \
      lp_v v = V_LOAD(x + i);                         \
      V_STORE(y + i, (expression));                   \
    }                                                 \
    return

/* Whole vectors. */
static LP_NOINLINE void LP_NAME(activation_vectors)(lp_activation_function function, float slope,
                                                    const float *x, float *y, int64_t n) {
  const lp_v by = V_SET1(slope);
  const lp_v selu_scale = V_SET1(1.0507009873554805f);
  const lp_v selu_slope = V_SET1((float)(1.0507009873554805 * 1.6732632423543772));
  switch (function) {
    ACTIVATION_LOOP(RELU, V_SELECT_GREATER(V_ZERO(), v, V_ZERO(), v));
    ACTIVATION_LOOP(SIGMOID, LP_NAME(vector_sigmoid)(v));
    ACTIVATION_LOOP(TANH, LP_NAME(vector_tanh)(v));
    ACTIVATION_LOOP(SOFTRELU, LP_NAME(vector_softrelu)(v));
    ACTIVATION_LOOP(SOFTSIGN, LP_NAME(vector_softsign)(v));
    ACTIVATION_LOOP(LEAKY, V_SELECT_POSITIVE(v, v, V_MUL(by, v)));
    ACTIVATION_LOOP(ELU, V_SELECT_POSITIVE(v, v, V_MUL(by, LP_NAME(vector_expm1)(v))));
    ACTIVATION_LOOP(SELU, V_SELECT_POSITIVE(v, V_MUL(selu_scale, v),
                                            V_MUL(selu_slope, LP_NAME(vector_expm1)(v))));
    ACTIVATION_LOOP(GELU, LP_NAME(vector_gelu)(v));
  }
}

/* What is left at the end goes through a vector that is filled from memory. */
static void LP_NAME(activation_floats)(lp_activation_function function, float slope, const float *x,
                                       float *y, int64_t n) {
  float rest[LP_VL] = {0.0f};
  const int64_t whole = n / LP_VL * LP_VL;
  const size_t left = (size_t)(n - whole) * sizeof(float);
  LP_NAME(activation_vectors)(function, slope, x, y, whole);
  if (left > 0) {
    memcpy(rest, x + whole, left);
    LP_NAME(activation_vectors)(function, slope, rest, rest, LP_VL);
    memcpy(y + whole, rest, left);
  }
}
#undef ACTIVATION_LOOP

/* `vectors` vectors of slopes in turn. */
static void LP_NAME(activation_slopes)(const float *slope, const float *x, float *y,
                                       int vectors, int64_t pixels) {
  for (int k = 0; k < vectors; k++) {
    const lp_v by = V_LOAD(slope + k * LP_VL);
    for (int64_t i = k; i < pixels * vectors; i += vectors) {
      lp_v v = V_LOAD(x + i * LP_VL);
      V_STORE(y + i * LP_VL, V_SELECT_POSITIVE(v, v, V_MUL(by, v)));
    }
  }
}
