/* linear_epilogue.inl - scale, shift, addition and activation on vectors. */

/* The activations with an exponential. Not inlined: each is as long as all others together. */
static LP_NOINLINE lp_v LP_NAME(linear_activate_smooth)(lp_v y, lp_activation_kind kind) {
  if (LP_HAS_ACTIVATION(LP_ACTIVATE_TANH) && kind == LP_ACTIVATION_TANH) {
    return LP_NAME(vector_tanh)(y);
  }
  if (!LP_HAS_ACTIVATION(LP_ACTIVATE_SIGMOID)) {
    return y; /* pass_fusion.c asks only for what is there */
  }
  lp_v sigmoid = LP_NAME(vector_sigmoid)(y);
  return kind == LP_ACTIVATION_SWISH ? V_MUL(y, sigmoid) : sigmoid;
}

/* Scale and shift of one vector of sums. `scale` and `shift` are vectors of channels, or one channel's value in every lane. */
static LP_ALWAYS_INLINE lp_v LP_NAME(linear_activate)(lp_v y, const lp_activation *activation,
                                                      lp_v slope) {
  switch (activation->kind) {
    case LP_ACTIVATION_RELU: return V_MAX(y, V_ZERO());
    case LP_ACTIVATION_CLIP:
      /* The bound comes first: NaN stays. */
      return V_MIN(V_SET1(activation->high), V_MAX(V_SET1(activation->low), y));
    case LP_ACTIVATION_LEAKY:
    case LP_ACTIVATION_PRELU: return V_SELECT_POSITIVE(y, y, V_MUL(y, slope));
    case LP_ACTIVATION_HARD_SIGMOID:
    case LP_ACTIVATION_HARD_SWISH: {
      lp_v gate = V_FMA(y, V_SET1(activation->low), V_SET1(activation->high));
      gate = V_MIN(V_SET1(1.0f), V_MAX(V_ZERO(), gate));
      return activation->kind == LP_ACTIVATION_HARD_SWISH ? V_MUL(y, gate) : gate;
    }
    case LP_ACTIVATION_SIGMOID:
    case LP_ACTIVATION_SWISH:
    case LP_ACTIVATION_TANH: return LP_NAME(linear_activate_smooth)(y, activation->kind);
    case LP_ACTIVATION_NONE: break;
  }
  return y;
}

/* Applies the activations up to LP_ACTIVATION_CLIP to vectors in registers. */
static LP_ALWAYS_INLINE void LP_NAME(linear_bound)(const lp_activation *activation, lp_v *y,
                                                   const int count) {
  if (activation->kind == LP_ACTIVATION_RELU) {
    LP_UNROLL
    for (int i = 0; i < count; i++) {
      y[i] = V_MAX(y[i], V_ZERO());
    }
  } else if (activation->kind == LP_ACTIVATION_CLIP) {
    lp_v low = V_SET1(activation->low);
    lp_v high = V_SET1(activation->high);
    LP_UNROLL
    for (int i = 0; i < count; i++) {
      y[i] = V_MIN(high, V_MAX(low, y[i])); /* the bound comes first: NaN stays */
    }
  }
}

/*
 * Finishes `count` vectors of sums, `step` floats apart, of the same channels:
 * lanes are channels from `channel` on (blocked), or all lanes are `channel`
 * (plain). A sum is never read after `out` of the same place is written.
 */
static LP_ALWAYS_INLINE void LP_NAME(linear_finish)(const lp_linear_epilogue *epilogue,
                                                    const bool blocked, int64_t channel,
                                                    const float *sums, const float *added,
                                                    float *out, int64_t count) {
  const lp_activation *activation = &epilogue->activation;
  lp_v scale = V_SET1(1.0f);
  lp_v shift = V_ZERO();
  lp_v slope = V_SET1(activation->low);
  if (epilogue->scale != NULL) {
    scale = blocked ? V_LOAD(epilogue->scale + channel) : V_SET1(epilogue->scale[channel]);
  }
  if (epilogue->shift != NULL) {
    shift = blocked ? V_LOAD(epilogue->shift + channel) : V_SET1(epilogue->shift[channel]);
  }
  if (activation->kind == LP_ACTIVATION_PRELU) {
    slope = blocked ? V_LOAD(activation->slope + channel) : V_SET1(activation->slope[channel]);
  }
  if (LP_WITH_FAST && added == NULL && activation->kind <= LP_ACTIVATION_RELU) {
    if (activation->kind == LP_ACTIVATION_RELU) {
      for (int64_t i = 0; i < count; i++) {
        lp_v y = V_FMA(V_LOAD(sums + i * LP_VL), scale, shift);
        V_STORE(out + i * LP_VL, V_MAX(y, V_ZERO()));
      }
    } else {
      for (int64_t i = 0; i < count; i++) {
        V_STORE(out + i * LP_VL, V_FMA(V_LOAD(sums + i * LP_VL), scale, shift));
      }
    }
    return;
  }
  if (LP_WITH_FAST && added == NULL && activation->kind == LP_ACTIVATION_PRELU) {
    for (int64_t i = 0; i < count; i++) {
      lp_v y = V_FMA(V_LOAD(sums + i * LP_VL), scale, shift);
      V_STORE(out + i * LP_VL, V_SELECT_POSITIVE(y, y, V_MUL(y, slope)));
    }
    return;
  }
  for (int64_t i = 0; i < count; i++) {
    lp_v y = V_FMA(V_LOAD(sums + i * LP_VL), scale, shift);
    if (added != NULL) {
      y = V_ADD(y, V_LOAD(added + i * LP_VL));
    }
    V_STORE(out + i * LP_VL, LP_NAME(linear_activate)(y, activation, slope));
  }
}

#if LP_VL > 1
/* Not inlined into the many instances of the tile kernels. */
static LP_NOINLINE void LP_NAME(linear_finish_blocked)(const lp_linear_epilogue *epilogue,
                                                       int64_t channel, const float *sums,
                                                       const float *added, float *out,
                                                       int64_t count) {
  LP_NAME(linear_finish)(epilogue, true, channel, sums, added, out, count);
}
#endif
static LP_NOINLINE void LP_NAME(linear_finish_plain)(const lp_linear_epilogue *epilogue,
                                                     int64_t channel, const float *sums,
                                                     const float *added, float *out,
                                                     int64_t count) {
  LP_NAME(linear_finish)(epilogue, false, channel, sums, added, out, count);
}
