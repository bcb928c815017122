/*
 * linear_tile.inl - convolution of a run of pixels in blocked layout, weights packed by conv_pack.c.
 *
 * Register block: 1 or 2 blocks of output channels by up to LINEAR_TILE_PIXELS
 * pixels. One step takes the weights of one input channel and one tap (one
 * vector per block) and broadcasts that channel of every pixel. A run is split
 * into tiles of nearly equal width; every width is an instance, because an
 * index into the accumulators that is no constant would send them to memory.
 */
#if LP_VREGS >= 32 && LP_VL >= 16
#define LINEAR_TILE_PIXELS 14
#define LINEAR_TILE_REPEAT(X) LINEAR_REPEAT_14(X)
/* Where there is one block, or a plain input, narrow tiles are rare: they go pixel by pixel. */
#define LINEAR_TILE_NARROW 6
#define LINEAR_TILE_RARE(X) X(1) LINEAR_REPEAT_7_TO_14(X)
#define LINEAR_TILE_RARE_TABLE(X) X(1) X(1) X(1) X(1) X(1) X(1) LINEAR_REPEAT_7_TO_14(X)
#elif LP_VREGS >= 32
#define LINEAR_TILE_PIXELS 8
#define LINEAR_TILE_REPEAT(X) LINEAR_REPEAT_8(X)
#elif LP_FUSED
#define LINEAR_TILE_PIXELS 6
#define LINEAR_TILE_REPEAT(X) LINEAR_REPEAT_6(X)
#else
#define LINEAR_TILE_PIXELS 4
#define LINEAR_TILE_REPEAT(X) LINEAR_REPEAT_4(X)
#endif

#if !defined(LINEAR_TILE_NARROW)
#define LINEAR_TILE_NARROW 0
#define LINEAR_TILE_RARE(X) LINEAR_TILE_REPEAT(X)
#define LINEAR_TILE_RARE_TABLE(X) LINEAR_TILE_REPEAT(X)
#endif

/* Two steps in a row where that gains: one of 28 multiply-adds hides the loop by itself. */
#define LINEAR_TILE_TWICE (LP_VL == 8)

/* Lines of coming weights asked for with a block of channels: a quarter of as many as the block has. */
#define LINEAR_TILE_LINES (LP_VL >= 8 ? LP_VL * LP_VL / 32 : 1)

/* One input channel of one tap. */
#define LINEAR_TILE_STEP()                                               \
  do {                                                                   \
    lp_v w0 = V_LOAD(w);                                                 \
    lp_v w1 = blocks > 1 ? V_LOAD(w + LP_VL) : V_ZERO();                 \
    LP_UNROLL                                                            \
    for (int p = 0; p < pixels; p++) {                                   \
      lp_v value = V_SET1(pixel[p * step]);                              \
      sum[0][p] = V_FMA(w0, value, sum[0][p]);                           \
      if (blocks > 1) {                                                  \
        sum[1][p] = V_FMA(w1, value, sum[1][p]);                         \
      }                                                                  \
    }                                                                    \
    w += blocks * LP_VL;                                                 \
  } while (0)

#if defined(V_FMA_LANE)
/* The same with the channel's value where it stands among its neighbours, which were loaded together. */
#define LINEAR_TILE_LANE(lane)                                              \
  do {                                                                      \
    lp_v w0 = V_LOAD(w + (lane) * blocks * LP_VL);                          \
    lp_v w1 = blocks > 1 ? V_LOAD(w + (2 * (lane) + 1) * LP_VL) : V_ZERO(); \
    LP_UNROLL                                                               \
    for (int p = 0; p < pixels; p++) {                                      \
      sum[0][p] = V_FMA_LANE(w0, value[p], lane, sum[0][p]);                \
      if (blocks > 1) {                                                     \
        sum[1][p] = V_FMA_LANE(w1, value[p], lane, sum[1][p]);              \
      }                                                                     \
    }                                                                       \
  } while (0)
#endif

static LP_ALWAYS_INLINE void LP_NAME(linear_tile)(const lp_tile_run *run, int64_t first,
                                                  const float *next, const int blocks,
                                                  const int pixels, const bool planar) {
  const float *w = run->w;
  const float *x = run->x + first * (planar ? run->x_pixel : run->panels ? run->x_block : LP_VL);
  const int64_t num_taps = run->num_taps;
  const int64_t *taps = run->taps;
  const int64_t next_step = next != NULL ? 16 * LINEAR_TILE_LINES : 0;
  lp_v sum[2][LINEAR_TILE_PIXELS];
  float sums[2 * LINEAR_TILE_PIXELS * LP_VL];
  next = next != NULL ? next : w;
  float *out = run->out + first * LP_VL;
  if (run->accumulate) {
    LP_UNROLL
    for (int p = 0; p < pixels; p++) {
      sum[0][p] = V_LOAD(out + p * LP_VL);
      if (blocks > 1) {
        sum[1][p] = V_LOAD(out + run->out_block + p * LP_VL);
      }
    }
  } else {
    LP_UNROLL
    for (int p = 0; p < pixels; p++) {
      sum[0][p] = V_ZERO();
      sum[1][p] = V_ZERO();
    }
  }
  if (planar) {
    const int64_t step = run->x_pixel;
    int64_t k = 0;
#if LINEAR_TILE_TWICE
    for (; k + 2 <= num_taps; k += 2) {
      const float *pixel = x + taps[k];
      LINEAR_TILE_STEP();
      pixel = x + taps[k + 1];
      LINEAR_TILE_STEP();
    }
#endif
    for (; k < num_taps; k++) {
      const float *pixel = x + taps[k];
      LINEAR_TILE_STEP();
    }
  } else {
    const int64_t x_block = run->panels ? pixels * LP_VL : run->x_block;
    const int step = LP_VL;
    for (int64_t left = run->channels; left > 0; left -= LP_VL) {
      const int64_t lanes = left < LP_VL ? left : LP_VL;
      for (int64_t tap = 0; tap < num_taps; tap++) {
        const float *pixel = x + taps[tap];
        LP_UNROLL
        for (int line = 0; line < LINEAR_TILE_LINES; line++) {
          LP_PREFETCH(next + 16 * line);
        }
        next += next_step;
        int64_t lane = lanes;
#if defined(V_FMA_LANE)
        if (lane == LP_VL) {
          lp_v value[LINEAR_TILE_PIXELS];
          LP_UNROLL
          for (int p = 0; p < pixels; p++) {
            value[p] = V_LOAD(pixel + p * step);
          }
          LINEAR_TILE_LANE(0);
          LINEAR_TILE_LANE(1);
          LINEAR_TILE_LANE(2);
          LINEAR_TILE_LANE(3);
          w += LP_VL * blocks * LP_VL;
          continue;
        }
#endif
#if LINEAR_TILE_TWICE
        for (; lane >= 2; lane -= 2) {
          LINEAR_TILE_STEP();
          pixel++;
          LINEAR_TILE_STEP();
          pixel++;
        }
#endif
        for (; lane > 0; lane--) {
          LINEAR_TILE_STEP();
          pixel++;
        }
      }
      x += x_block;
    }
  }
  /* The common ends are done in registers, the others out of line. */
  const lp_linear_epilogue *epilogue = run->epilogue;
  if (epilogue == NULL) {
    LP_UNROLL
    for (int p = 0; p < pixels; p++) {
      V_STORE(out + p * LP_VL, sum[0][p]);
      if (blocks > 1) {
        V_STORE(out + run->out_block + p * LP_VL, sum[1][p]);
      }
    }
    return;
  }
  if (LP_TUNED && (planar || blocks == 2) && pixels + 1 >= LINEAR_TILE_PIXELS &&
      run->added == NULL && epilogue->activation.kind <= LP_ACTIVATION_CLIP) {
    LP_UNROLL
    for (int b = 0; b < blocks; b++) {
      const int64_t channel = run->channel + b * LP_VL;
      lp_v scale = epilogue->scale != NULL ? V_LOAD(epilogue->scale + channel) : V_SET1(1.0f);
      lp_v shift = epilogue->shift != NULL ? V_LOAD(epilogue->shift + channel) : V_ZERO();
      LP_UNROLL
      for (int p = 0; p < pixels; p++) {
        sum[b][p] = V_FMA(sum[b][p], scale, shift);
      }
      LP_NAME(linear_bound)(&epilogue->activation, sum[b], pixels);
      LP_UNROLL
      for (int p = 0; p < pixels; p++) {
        V_STORE(out + b * run->out_block + p * LP_VL, sum[b][p]);
      }
    }
    return;
  }
  LP_UNROLL
  for (int p = 0; p < pixels; p++) {
    V_STORE(sums + p * LP_VL, sum[0][p]);
    if (blocks > 1) {
      V_STORE(sums + (LINEAR_TILE_PIXELS + p) * LP_VL, sum[1][p]);
    }
  }
  for (int b = 0; b < blocks; b++) {
    int64_t place = b * run->out_block + first * LP_VL;
    LP_NAME(linear_finish_blocked)(epilogue, run->channel + b * LP_VL,
                                   sums + b * LINEAR_TILE_PIXELS * LP_VL,
                                   run->added != NULL ? run->added + place : NULL,
                                   run->out + place, pixels);
  }
}

#define LINEAR_TILE_INSTANCE(name, n, blocks, planar)                                       \
  static LP_NOINLINE void LP_NAME(linear_tile_##name##_##n)(const lp_tile_run *run,         \
                                                            int64_t first,                  \
                                                            const float *next) {            \
    LP_NAME(linear_tile)(run, first, next, blocks, n, planar);                              \
  }
#define LINEAR_TILE_MAKE_BLOCKED_1(n) LINEAR_TILE_INSTANCE(blocked_1, n, 1, false)
#define LINEAR_TILE_MAKE_BLOCKED_2(n) LINEAR_TILE_INSTANCE(blocked_2, n, 2, false)
#define LINEAR_TILE_MAKE_PLANAR_1(n) LINEAR_TILE_INSTANCE(planar_1, n, 1, true)
#define LINEAR_TILE_MAKE_PLANAR_2(n) LINEAR_TILE_INSTANCE(planar_2, n, 2, true)
LINEAR_TILE_RARE(LINEAR_TILE_MAKE_BLOCKED_1)
LINEAR_TILE_REPEAT(LINEAR_TILE_MAKE_BLOCKED_2)
LINEAR_TILE_RARE(LINEAR_TILE_MAKE_PLANAR_1)
LINEAR_TILE_RARE(LINEAR_TILE_MAKE_PLANAR_2)

typedef void (*LP_NAME(linear_tile_function))(const lp_tile_run *run, int64_t first,
                                              const float *next);

/* [planar][output blocks - 1][pixels - 1] */
#define LINEAR_TILE_BLOCKED_1(n) LP_NAME(linear_tile_blocked_1_##n),
#define LINEAR_TILE_BLOCKED_2(n) LP_NAME(linear_tile_blocked_2_##n),
#define LINEAR_TILE_PLANAR_1(n) LP_NAME(linear_tile_planar_1_##n),
#define LINEAR_TILE_PLANAR_2(n) LP_NAME(linear_tile_planar_2_##n),
static const LP_NAME(linear_tile_function)
    LP_NAME(linear_tile_functions)[2][2][LINEAR_TILE_PIXELS] = {
        {{LINEAR_TILE_RARE_TABLE(LINEAR_TILE_BLOCKED_1)},
         {LINEAR_TILE_REPEAT(LINEAR_TILE_BLOCKED_2)}},
        {{LINEAR_TILE_RARE_TABLE(LINEAR_TILE_PLANAR_1)},
         {LINEAR_TILE_RARE_TABLE(LINEAR_TILE_PLANAR_2)}}};

/* Pixels of tile `tile` of `tiles` of nearly equal width: the first ones are one pixel wider. */
static int64_t LP_NAME(linear_tile_width)(int64_t pixels, int64_t tiles, int64_t tile) {
  return pixels / tiles + (tile < pixels % tiles);
}

static int64_t LP_NAME(linear_tile_count)(int64_t pixels) {
  return (pixels + LINEAR_TILE_PIXELS - 1) / LINEAR_TILE_PIXELS;
}

static void LP_NAME(linear_tiles)(lp_tile_run *run, int planar) {
  const LP_NAME(linear_tile_function) *functions =
      LP_NAME(linear_tile_functions)[planar][run->out_blocks - 1];
  const int64_t blocks = (run->channels + LP_VL - 1) / LP_VL;
  const float *next = run->next;
  const int64_t tiles = LP_NAME(linear_tile_count)(run->pixels);
  int64_t first = 0;
  for (int64_t tile = 0; tile < tiles; tile++) {
    const int64_t pixels = LP_NAME(linear_tile_width)(run->pixels, tiles, tile);
    const bool narrow = pixels <= LINEAR_TILE_NARROW && (planar || run->out_blocks == 1);
    for (int64_t last = first + pixels; first < last; first += narrow ? 1 : pixels) {
      functions[pixels - 1](run, first, next);
    }
    /* Each tile has asked for a part of the weights that come next; all are asked for once. */
    if (next != NULL) {
      next += 16 * LINEAR_TILE_LINES * run->num_taps * blocks;
      next = next < run->next_end ? next : NULL;
    }
  }
  run->next = next;
}

static void LP_NAME(linear_panels)(const float *x, int64_t x_block, int64_t blocks, int64_t pixels,
                                   float *panels) {
  const int64_t tiles = LP_NAME(linear_tile_count)(pixels);
  for (int64_t tile = 0; tile < tiles; tile++) {
    const int64_t count = LP_NAME(linear_tile_width)(pixels, tiles, tile);
    for (int64_t b = 0; b < blocks; b++) {
      const float *from = x + b * x_block;
      for (int64_t p = 0; p < count; p++) {
        V_STORE(panels, V_LOAD(from + p * LP_VL));
        panels += LP_VL;
      }
    }
    x += count * LP_VL;
  }
}

static void LP_NAME(linear_tile_blocked)(lp_tile_run *run) { LP_NAME(linear_tiles)(run, 0); }
static void LP_NAME(linear_tile_planar)(lp_tile_run *run) { LP_NAME(linear_tiles)(run, 1); }

#undef LINEAR_TILE_REPEAT
#undef LINEAR_TILE_STEP
#undef LINEAR_TILE_LANE
#undef LINEAR_TILE_LINES
#undef LINEAR_TILE_TWICE
#undef LINEAR_TILE_NARROW
#undef LINEAR_TILE_RARE
#undef LINEAR_TILE_RARE_TABLE
#undef LINEAR_TILE_INSTANCE
#undef LINEAR_TILE_MAKE_BLOCKED_1
#undef LINEAR_TILE_MAKE_BLOCKED_2
#undef LINEAR_TILE_MAKE_PLANAR_1
#undef LINEAR_TILE_MAKE_PLANAR_2
#undef LINEAR_TILE_BLOCKED_1
#undef LINEAR_TILE_BLOCKED_2
#undef LINEAR_TILE_PLANAR_1
#undef LINEAR_TILE_PLANAR_2
