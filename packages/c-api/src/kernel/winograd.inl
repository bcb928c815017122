/*
 * winograd.inl - the transforms of winograd.h, once per level.
 *
 * With the points +-p of a pair, the polynomials of both share their even and
 * odd halves, so that a pair costs two halves and two multiply-adds. `pairs`
 * is a constant where these are inlined; everything unrolls.
 */

/* B' d of n = 2 pairs + 2 numbers, d[i * from] to o[i * to]. full: the product of all x^2 - p^2; rest: the same without pair k. */
static LP_ALWAYS_INLINE void LP_NAME(winograd_in_pairs)(const int pairs, const float *points,
                                                        const float *full, const float (*rest)[4],
                                                        const lp_v *d, lp_v *o) {
  lp_v zero = d[2 * pairs];
  lp_v infinite = d[2 * pairs + 1];
  LP_UNROLL
  for (int k = 0; k < pairs; k++) {
    zero = V_FMA(V_SET1(full[k]), d[2 * k], zero);
    infinite = V_FMA(V_SET1(full[k]), d[2 * k + 1], infinite);
  }
  o[0] = zero;
  o[2 * pairs + 1] = infinite;
  LP_UNROLL
  for (int k = 0; k < pairs; k++) {
    lp_v even = d[2 * pairs];
    lp_v odd = d[2 * pairs - 1];
    LP_UNROLL
    for (int i = 0; i + 1 < pairs; i++) {
      even = V_FMA(V_SET1(rest[k][i]), d[2 * i + 2], even);
      odd = V_FMA(V_SET1(rest[k][i]), d[2 * i + 1], odd);
    }
    o[2 * k + 1] = V_FMA(V_SET1(points[k]), odd, even);
    o[2 * k + 2] = V_FMA(V_SET1(-points[k]), odd, even);
  }
}

/* A' d, m of them: row i is the sum of p^i d over the points, and infinity in the last row. powers[k][i]: of pair k. */
static LP_ALWAYS_INLINE void LP_NAME(winograd_out_pairs)(const int pairs, const int outputs,
                                                         const float (*powers)[4], const lp_v *d,
                                                         lp_v *o) {
  lp_v sum[4], difference[4];
  LP_UNROLL
  for (int k = 0; k < pairs; k++) {
    sum[k] = V_ADD(d[2 * k + 1], d[2 * k + 2]);
    difference[k] = V_SUB(d[2 * k + 1], d[2 * k + 2]);
  }
  LP_UNROLL
  for (int i = 0; i < outputs; i++) {
    const lp_v *half = i % 2 == 0 ? sum : difference;
    lp_v y;
    int k = 0;
    if (i == 0) {
      y = d[0];
    } else if (i == outputs - 1) {
      y = d[2 * pairs + 1];
    } else {
      y = V_MUL(V_SET1(powers[0][i]), half[0]);
      k = 1;
    }
    LP_UNROLL
    for (; k < pairs; k++) {
      y = i == 0 ? V_ADD(y, half[k]) : V_FMA(V_SET1(powers[k][i]), half[k], y);
    }
    o[i] = y;
  }
}

/* 0, +-a, b, inf with a = 3/4, b = 3/2. */
static LP_ALWAYS_INLINE void LP_NAME(winograd_in_5)(const lp_v *d, lp_v *o) {
  const lp_v a = V_SET1(0.75f), minus_a = V_SET1(-0.75f), minus_a2 = V_SET1(-0.5625f);
  const lp_v minus_b = V_SET1(-1.5f);
  lp_v even = V_FMA(minus_a2, d[0], d[2]);
  lp_v odd = V_FMA(minus_a2, d[1], d[3]);
  lp_v next = V_FMA(minus_a2, d[2], d[4]);
  lp_v high = V_FMA(minus_b, d[2], d[3]);
  lp_v low = V_FMA(minus_b, d[1], d[2]);
  o[0] = V_FMA(minus_b, even, odd);
  o[1] = V_FMA(a, low, high);
  o[2] = V_FMA(minus_a, low, high);
  o[3] = odd;
  o[4] = V_FMA(minus_b, odd, next);
}

static LP_ALWAYS_INLINE void LP_NAME(winograd_out_5)(const lp_v *d, lp_v *o) {
  lp_v sum = V_ADD(d[1], d[2]);
  lp_v difference = V_SUB(d[1], d[2]);
  o[0] = V_ADD(V_ADD(d[0], sum), d[3]);
  o[1] = V_FMA(V_SET1(0.75f), difference, V_MUL(V_SET1(1.5f), d[3]));
  o[2] = V_FMA(V_SET1(0.5625f), sum, V_FMA(V_SET1(2.25f), d[3], d[4]));
}

static LP_ALWAYS_INLINE void LP_NAME(winograd_in)(const int points, const lp_v *d, lp_v *o) {
  switch (points) {
    case 4:
      LP_NAME(winograd_in_pairs)(1, winograd_points_4, winograd_full_4, winograd_rest_4, d, o);
      break;
    case 5: LP_NAME(winograd_in_5)(d, o); break;
    case 6:
      LP_NAME(winograd_in_pairs)(2, winograd_points_6, winograd_full_6, winograd_rest_6, d, o);
      break;
    default:
      LP_NAME(winograd_in_pairs)(4, winograd_points_10, winograd_full_10, winograd_rest_10, d, o);
      break;
  }
}

static LP_ALWAYS_INLINE void LP_NAME(winograd_out)(const int points, const int outputs,
                                                   const lp_v *d, lp_v *o) {
  switch (points) {
    case 4: LP_NAME(winograd_out_pairs)(1, outputs, winograd_powers_4, d, o); break;
    case 5: LP_NAME(winograd_out_5)(d, o); break;
    case 6: LP_NAME(winograd_out_pairs)(2, outputs, winograd_powers_6, d, o); break;
    default: LP_NAME(winograd_out_pairs)(4, outputs, winograd_powers_10, d, o); break;
  }
}

static LP_ALWAYS_INLINE void LP_NAME(winograd_input_tiles)(const lp_winograd_input *job,
                                                           const int points, const bool line) {
  const int rows = line ? 1 : points;
  const float *x = job->x;
  float *v = job->v;
  for (int64_t tile = 0; tile < job->tiles; tile++) {
    lp_v turned[LP_WINOGRAD_MOST_TILE];
    lp_v d[LP_WINOGRAD_MOST_POINTS], o[LP_WINOGRAD_MOST_POINTS];
    if (!line) {
      for (int c = 0; c < points; c++) {
        LP_UNROLL
        for (int r = 0; r < points; r++) {
          d[r] = V_LOAD(x + r * job->row_step + c * job->column_step);
        }
        LP_NAME(winograd_in)(points, d, o);
        LP_UNROLL
        for (int r = 0; r < points; r++) {
          turned[r * points + c] = o[r];
        }
      }
    }
    for (int r = 0; r < rows; r++) {
      float *place = v + r * points * job->point_step;
      LP_UNROLL
      for (int c = 0; c < points; c++) {
        d[c] = line ? V_LOAD(x + c * job->column_step) : turned[r * points + c];
      }
      LP_NAME(winograd_in)(points, d, o);
      LP_UNROLL
      for (int c = 0; c < points; c++) {
        V_STORE(place + c * job->point_step, o[c]);
      }
    }
    x += job->tile_step;
    v += LP_VL;
  }
}

static LP_ALWAYS_INLINE void LP_NAME(winograd_output_tiles)(const lp_winograd_output *job,
                                                            const int points, const int outputs,
                                                            const bool line) {
  const int rows = line ? 1 : outputs;
  const float *m = job->m;
  float *y = job->y;
  for (int64_t tile = 0; tile < job->tiles; tile++) {
    lp_v turned[LP_WINOGRAD_MOST_TILE];
    lp_v d[LP_WINOGRAD_MOST_POINTS], o[LP_WINOGRAD_MOST_POINTS];
    if (!line) {
      for (int c = 0; c < points; c++) {
        LP_UNROLL
        for (int r = 0; r < points; r++) {
          d[r] = V_LOAD(m + (r * points + c) * job->point_step);
        }
        LP_NAME(winograd_out)(points, outputs, d, o);
        LP_UNROLL
        for (int r = 0; r < outputs; r++) {
          turned[r * points + c] = o[r];
        }
      }
    }
    for (int r = 0; r < rows; r++) {
      LP_UNROLL
      for (int c = 0; c < points; c++) {
        d[c] = line ? V_LOAD(m + c * job->point_step) : turned[r * points + c];
      }
      LP_NAME(winograd_out)(points, outputs, d, o);
      LP_UNROLL
      for (int c = 0; c < outputs; c++) {
        V_STORE(y + r * job->row_step + c * job->column_step, o[c]);
      }
    }
    m += LP_VL;
    y += job->tile_step;
  }
}

#define WINOGRAD_INPUT(name, points, line)                                                   \
  static LP_NOINLINE void LP_NAME(winograd_input_##name)(const lp_winograd_input *job) {     \
    LP_NAME(winograd_input_tiles)(job, points, line);                                        \
  }
#define WINOGRAD_OUTPUT(name, points, outputs, line)                                         \
  static LP_NOINLINE void LP_NAME(winograd_output_##name)(const lp_winograd_output *job) {   \
    LP_NAME(winograd_output_tiles)(job, points, outputs, line);                              \
  }
WINOGRAD_INPUT(4, 4, false)
WINOGRAD_INPUT(5, 5, false)
WINOGRAD_INPUT(6, 6, false)
WINOGRAD_INPUT(line_6, 6, true)
WINOGRAD_INPUT(line_10, 10, true)
WINOGRAD_OUTPUT(2_3, 4, 2, false)
WINOGRAD_OUTPUT(3_3, 5, 3, false)
WINOGRAD_OUTPUT(4_3, 6, 4, false)
WINOGRAD_OUTPUT(2_5, 6, 2, false)
WINOGRAD_OUTPUT(line_4_3, 6, 4, true)
WINOGRAD_OUTPUT(line_4_7, 10, 4, true)
#undef WINOGRAD_INPUT
#undef WINOGRAD_OUTPUT

static const lp_winograd_kernels LP_NAME(winograd_kernels) = {
    .input = {[LP_WINOGRAD_2_3] = LP_NAME(winograd_input_4),
              [LP_WINOGRAD_3_3] = LP_NAME(winograd_input_5),
              [LP_WINOGRAD_4_3] = LP_NAME(winograd_input_6),
              [LP_WINOGRAD_2_5] = LP_NAME(winograd_input_6),
              [LP_WINOGRAD_LINE_4_3] = LP_NAME(winograd_input_line_6),
              [LP_WINOGRAD_LINE_4_7] = LP_NAME(winograd_input_line_10)},
    .output = {[LP_WINOGRAD_2_3] = LP_NAME(winograd_output_2_3),
               [LP_WINOGRAD_3_3] = LP_NAME(winograd_output_3_3),
               [LP_WINOGRAD_4_3] = LP_NAME(winograd_output_4_3),
               [LP_WINOGRAD_2_5] = LP_NAME(winograd_output_2_5),
               [LP_WINOGRAD_LINE_4_3] = LP_NAME(winograd_output_line_4_3),
               [LP_WINOGRAD_LINE_4_7] = LP_NAME(winograd_output_line_4_7)},
};
