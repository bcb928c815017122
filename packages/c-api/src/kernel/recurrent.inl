/* recurrent.inl - recurrent cells of float32 numbers; once per level, after vector_functions.inl. */

/* The last elements of a gate, and zeros. */
static LP_NOINLINE lp_v LP_NAME(recurrent_read_rest)(const float *from, int64_t count) {
  float rest[LP_VL] = {0.0f};
  memcpy(rest, from, (size_t)count * sizeof *from);
  return V_LOAD(rest);
}

static LP_NOINLINE void LP_NAME(recurrent_write_rest)(float *to, lp_v value, int64_t count) {
  float rest[LP_VL];
  V_STORE(rest, value);
  memcpy(to, rest, (size_t)count * sizeof *to);
}

static LP_ALWAYS_INLINE lp_v LP_NAME(recurrent_read)(const float *from, int64_t count) {
  return count >= LP_VL ? V_LOAD(from) : LP_NAME(recurrent_read_rest)(from, count);
}

static LP_ALWAYS_INLINE void LP_NAME(recurrent_write)(float *to, lp_v value, int64_t count) {
  if (count >= LP_VL) {
    V_STORE(to, value);
  } else {
    LP_NAME(recurrent_write_rest)(to, value, count);
  }
}

/* Not inlined: each is longer than the rest of a cell. */
static LP_NOINLINE lp_v LP_NAME(recurrent_sigmoid)(lp_v x) { return LP_NAME(vector_sigmoid)(x); }
static LP_NOINLINE lp_v LP_NAME(recurrent_tanh)(lp_v x) { return LP_NAME(vector_tanh)(x); }

static LP_ALWAYS_INLINE void LP_NAME(recurrent_step)(const lp_recurrent_cell *cell,
                                                     const lp_recurrent_mode mode, int64_t i,
                                                     int64_t count) {
  const float *a = (const float *)cell->a + i, *u = (const float *)cell->u + i;
  float *h = (float *)cell->h + i;
  const int gates = mode == LP_RECURRENT_LSTM ? 4 : mode == LP_RECURRENT_GRU ? 3 : 1;
  lp_v sum[4], last = V_ZERO(), out;
  LP_UNROLL
  for (int g = 0; g < gates; g++) {
    lp_v input = LP_NAME(recurrent_read)(a + g * cell->size, count);
    lp_v state = LP_NAME(recurrent_read)(u + g * cell->size, count);
    if (mode == LP_RECURRENT_GRU && g == 2) {
      sum[g] = input;
      last = V_ADD(state, LP_NAME(recurrent_read)((const float *)cell->bias + i, count));
    } else {
      sum[g] = V_ADD(input, state);
    }
  }
  if (mode == LP_RECURRENT_LSTM) {
    float *c = (float *)cell->c + i;
    lp_v kept = V_MUL(LP_NAME(recurrent_sigmoid)(sum[1]), LP_NAME(recurrent_read)(c, count));
    kept = V_FMA(LP_NAME(recurrent_sigmoid)(sum[0]), LP_NAME(recurrent_tanh)(sum[2]), kept);
    LP_NAME(recurrent_write)(c, kept, count);
    out = V_MUL(LP_NAME(recurrent_sigmoid)(sum[3]), LP_NAME(recurrent_tanh)(kept));
  } else if (mode == LP_RECURRENT_GRU) {
    lp_v fresh = LP_NAME(recurrent_tanh)(V_FMA(LP_NAME(recurrent_sigmoid)(sum[0]), last, sum[2]));
    lp_v before = LP_NAME(recurrent_read)(h, count);
    out = V_FMA(LP_NAME(recurrent_sigmoid)(sum[1]), V_SUB(before, fresh), fresh);
  } else if (mode == LP_RECURRENT_TANH) {
    out = LP_NAME(recurrent_tanh)(sum[0]);
  } else {
    out = V_SELECT_GREATER(V_ZERO(), sum[0], V_ZERO(), sum[0]); /* NaN stays */
  }
  LP_NAME(recurrent_write)(h, out, count);
}

#define RECURRENT_LOOP(mode)                                                                 \
  case mode:                                                                                 \
    for (int64_t i = 0; i < cell->size; i += LP_VL) {                                        \
      LP_NAME(recurrent_step)(cell, mode, i, cell->size - i);                                \
    }                                                                                        \
    return

static void LP_NAME(recurrent_floats)(const lp_recurrent_cell *cell) {
  switch (cell->mode) {
    RECURRENT_LOOP(LP_RECURRENT_RELU);
    RECURRENT_LOOP(LP_RECURRENT_TANH);
    RECURRENT_LOOP(LP_RECURRENT_LSTM);
    RECURRENT_LOOP(LP_RECURRENT_GRU);
  }
}
#undef RECURRENT_LOOP
