/*
 * elementwise.inl - float32 functions that vectors can do; once per level, after vector_functions.inl.
 *
 * One loop over whole vectors serves whole and repeated operands: a repeated
 * one is spread over a vector's worth of memory, and its pointer stands still
 * (step 0). What is left at the end of a row goes through the same loop as one
 * vector that is filled from memory.
 */

/* The `count` elements at p, followed by copies of the last. */
static LP_NOINLINE const float *LP_NAME(elementwise_fill)(const float *p, int64_t count,
                                                          float *vector) {
  for (int64_t i = 0; i < LP_VL; i++) {
    vector[i] = p[i < count ? i : count - 1];
  }
  return vector;
}

#define ELEMENTWISE_CASE(function, expression)                               \
  case LP_FUNCTION_##function:                                               \
    for (int64_t i = 0; i < n; i += LP_VL, px += x_step, py += y_step) {     \
      lp_v x = V_LOAD(px);                                                   \
      lp_v y = V_LOAD(py);                                                   \
      (void)y;                                                               \
      V_STORE(out + i, (expression));                                        \
    }                                                                        \
    break

#define ELEMENTWISE_1 V_SET1(1.0f)
#define ELEMENTWISE_0 V_ZERO()
#define ELEMENTWISE_CEIL(x) V_MUL(V_FLOOR(V_MUL((x), V_SET1(-1.0f))), V_SET1(-1.0f))
/* 0 - x is +0 for both zeros, and not greater than any: the second operand of V_MAX wins. */
#define ELEMENTWISE_ABS(x) V_MAX((x), V_SUB(ELEMENTWISE_0, (x)))
/* The neighbour that is nearer, floor on a tie. */
#define ELEMENTWISE_RINT(x)                                                              \
  V_SELECT_GREATER(V_SUB((x), V_FLOOR(x)), V_SUB(ELEMENTWISE_CEIL(x), (x)),              \
                   ELEMENTWISE_CEIL(x), V_FLOOR(x))
/* Ceiling on a tie. Integers come out as themselves, infinities too: the differences are 0 or NaN. */
#define ELEMENTWISE_ROUND_UP(x)                                                          \
  V_SELECT_GREATER(V_SUB(ELEMENTWISE_CEIL(x), (x)), V_SUB((x), V_FLOOR(x)), V_FLOOR(x),  \
                   ELEMENTWISE_CEIL(x))
#define ELEMENTWISE_IS_ZERO(x, yes, no) V_SELECT_EQUAL((x), ELEMENTWISE_0, (yes), (no))
#define ELEMENTWISE_TRUTH(x) ELEMENTWISE_IS_ZERO((x), ELEMENTWISE_0, ELEMENTWISE_1)
#define ELEMENTWISE_NAN_WINS(x, z) V_SELECT_EQUAL((x), (x), (z), (x))

/* n is a multiple of LP_VL; steps are LP_VL or 0. */
static LP_NOINLINE void LP_NAME(elementwise_loop)(lp_function function, const float *px,
                                                  int64_t x_step, const float *py, int64_t y_step,
                                                  float *out, int64_t n) {
  switch (function) {
    ELEMENTWISE_CASE(COPY, x);
    ELEMENTWISE_CASE(NEGATIVE, V_MUL(x, V_SET1(-1.0f)));
    ELEMENTWISE_CASE(ABS, ELEMENTWISE_ABS(x));
    ELEMENTWISE_CASE(SIGN,
                     V_SELECT_POSITIVE(x, ELEMENTWISE_1,
                                       V_SELECT_GREATER(ELEMENTWISE_0, x, V_SET1(-1.0f),
                                                        ELEMENTWISE_0)));
    ELEMENTWISE_CASE(RELU, ELEMENTWISE_NAN_WINS(x, V_MAX(x, ELEMENTWISE_0)));
    ELEMENTWISE_CASE(SQUARE, V_MUL(x, x));
    ELEMENTWISE_CASE(SQRT, V_SQRT(x));
    ELEMENTWISE_CASE(RSQRT, V_DIV(ELEMENTWISE_1, V_SQRT(x)));
    ELEMENTWISE_CASE(RECIPROCAL, V_DIV(ELEMENTWISE_1, x));
    ELEMENTWISE_CASE(FLOOR, V_FLOOR(x));
    ELEMENTWISE_CASE(CEIL, ELEMENTWISE_CEIL(x));
    ELEMENTWISE_CASE(TRUNC, V_SELECT_POSITIVE(x, V_FLOOR(x), ELEMENTWISE_CEIL(x)));
    ELEMENTWISE_CASE(ROUND, V_SELECT_POSITIVE(x, ELEMENTWISE_ROUND_UP(x), ELEMENTWISE_RINT(x)));
    ELEMENTWISE_CASE(RINT, ELEMENTWISE_RINT(x));
    ELEMENTWISE_CASE(SOFTSIGN, V_DIV(x, V_ADD(ELEMENTWISE_1, ELEMENTWISE_ABS(x))));
    ELEMENTWISE_CASE(DEGREES, V_MUL(x, V_SET1(57.29577951308232f)));
    ELEMENTWISE_CASE(RADIANS, V_MUL(x, V_SET1(0.017453292519943295f)));
    ELEMENTWISE_CASE(LOGICAL_NOT, ELEMENTWISE_IS_ZERO(x, ELEMENTWISE_1, ELEMENTWISE_0));
    ELEMENTWISE_CASE(ADD, V_ADD(x, y));
    ELEMENTWISE_CASE(SUBTRACT, V_SUB(x, y));
    ELEMENTWISE_CASE(MULTIPLY, V_MUL(x, y));
    ELEMENTWISE_CASE(DIVIDE, V_DIV(x, y));
    ELEMENTWISE_CASE(MAXIMUM, ELEMENTWISE_NAN_WINS(x, V_MAX(x, y)));
    ELEMENTWISE_CASE(MINIMUM, ELEMENTWISE_NAN_WINS(x, V_MIN(x, y)));
    ELEMENTWISE_CASE(EQUAL, V_SELECT_EQUAL(x, y, ELEMENTWISE_1, ELEMENTWISE_0));
    ELEMENTWISE_CASE(NOT_EQUAL, V_SELECT_EQUAL(x, y, ELEMENTWISE_0, ELEMENTWISE_1));
    ELEMENTWISE_CASE(GREATER, V_SELECT_GREATER(x, y, ELEMENTWISE_1, ELEMENTWISE_0));
    ELEMENTWISE_CASE(GREATER_EQUAL,
                     V_SELECT_GREATER(x, y, ELEMENTWISE_1,
                                      V_SELECT_EQUAL(x, y, ELEMENTWISE_1, ELEMENTWISE_0)));
    ELEMENTWISE_CASE(LESSER, V_SELECT_GREATER(y, x, ELEMENTWISE_1, ELEMENTWISE_0));
    ELEMENTWISE_CASE(LESSER_EQUAL,
                     V_SELECT_GREATER(y, x, ELEMENTWISE_1,
                                      V_SELECT_EQUAL(x, y, ELEMENTWISE_1, ELEMENTWISE_0)));
    ELEMENTWISE_CASE(LOGICAL_AND, ELEMENTWISE_IS_ZERO(x, ELEMENTWISE_0, ELEMENTWISE_TRUTH(y)));
    ELEMENTWISE_CASE(LOGICAL_OR, ELEMENTWISE_IS_ZERO(x, ELEMENTWISE_TRUTH(y), ELEMENTWISE_1));
    ELEMENTWISE_CASE(LOGICAL_XOR,
                     ELEMENTWISE_IS_ZERO(x, ELEMENTWISE_TRUTH(y),
                                         ELEMENTWISE_IS_ZERO(y, ELEMENTWISE_1, ELEMENTWISE_0)));
    ELEMENTWISE_CASE(CEILING_MIN, V_SELECT_GREATER(x, y, y, x));
    ELEMENTWISE_CASE(FLOORING_MAX, V_SELECT_GREATER(y, x, y, x));
    ELEMENTWISE_CASE(SMOOTH_L1,
                     V_SELECT_GREATER(V_DIV(ELEMENTWISE_1, V_MUL(y, y)), ELEMENTWISE_ABS(x),
                                      V_MUL(V_MUL(V_MUL(V_SET1(0.5f), x), x), V_MUL(y, y)),
                                      V_SUB(ELEMENTWISE_ABS(x),
                                            V_DIV(V_SET1(0.5f), V_MUL(y, y)))));
    ELEMENTWISE_CASE(SIGMOID, LP_NAME(vector_sigmoid)(x));
    ELEMENTWISE_CASE(TANH, LP_NAME(vector_tanh)(x));
    ELEMENTWISE_CASE(EXP, LP_NAME(vector_exp)(x));
    ELEMENTWISE_CASE(EXPM1, LP_NAME(vector_expm1)(x));
    ELEMENTWISE_CASE(LOG, LP_NAME(vector_log)(x));
    ELEMENTWISE_CASE(LOG1P, LP_NAME(vector_log1p)(x));
    ELEMENTWISE_CASE(ERF, LP_NAME(vector_erf)(x));
    default:
      break;
  }
}

static void LP_NAME(elementwise_vectors)(const lp_elementwise *work) {
  const float *x_row = work->x;
  const float *y_row = work->y != NULL ? work->y : work->x;
  float *out = work->out;
  const int64_t whole = work->n / LP_VL * LP_VL;
  const int64_t left = work->n - whole;
  const int64_t x_step = work->x_step * LP_VL;
  const int64_t y_step = work->y_step * LP_VL;
  float x_fill[LP_VL];
  float y_fill[LP_VL];
  float out_fill[LP_VL];
  for (int64_t row = 0; row < work->rows; row++) {
    const float *px = x_step == 0 && !work->x_lanes ? LP_NAME(elementwise_fill)(x_row, 1, x_fill)
                                                    : x_row;
    const float *py = y_step == 0 && !work->y_lanes ? LP_NAME(elementwise_fill)(y_row, 1, y_fill)
                                                    : y_row;
    LP_NAME(elementwise_loop)(work->function, px, x_step, py, y_step, out, whole);
    if (left > 0) {
      px = x_step == 0 ? px : LP_NAME(elementwise_fill)(x_row + whole, left, x_fill);
      py = y_step == 0 ? py : LP_NAME(elementwise_fill)(y_row + whole, left, y_fill);
      LP_NAME(elementwise_loop)(work->function, px, x_step, py, y_step, out_fill, LP_VL);
      for (int64_t k = 0; k < left; k++) {
        out[whole + k] = out_fill[k];
      }
    }
    x_row += work->x_row;
    y_row += work->y_row;
    out += work->n;
  }
}

#undef ELEMENTWISE_CASE
#undef ELEMENTWISE_1
#undef ELEMENTWISE_0
#undef ELEMENTWISE_CEIL
#undef ELEMENTWISE_ABS
#undef ELEMENTWISE_RINT
#undef ELEMENTWISE_ROUND_UP
#undef ELEMENTWISE_IS_ZERO
#undef ELEMENTWISE_TRUTH
#undef ELEMENTWISE_NAN_WINS
