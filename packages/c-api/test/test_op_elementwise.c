/* Elementwise operators of one shape against double-precision formulas, check vectors of MXNet, and integer arithmetic. */
#include "../src/op/op_table.h"
#include "run_op.h"

#define ENTRY(name) &lp_op_##name,
static const lp_op *const ops[] = {LP_OPS_ELEMENTWISE(ENTRY)};

static const lp_op *find(const char *name) {
  for (size_t i = 0; i < LP_COUNT(ops); i++) {
    if (strcmp(ops[i]->name, name) == 0) {
      return ops[i];
    }
  }
  CHECK_STR(name, "an operator of this list");
  REQUIRE(false);
  return NULL;
}

#define PI 3.14159265358979323846
#define COUNT 270 /* (2,5,3,9): two blocks of channels at 4 lanes, one at 8 and 16 */

static lp_shape shape_4(void) { return lp_shape_4(2, 5, 3, 9); }

/* ---- functions of one number ---------------------------------------------- */

static double f_relu(double x) { return x > 0 ? x : 0; }
static double f_sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double f_softsign(double x) { return x / (1 + fabs(x)); }
static double f_negative(double x) { return -x; }
static double f_sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }
static double f_round(double x) { return x < 0 ? -floor(0.5 - x) : floor(x + 0.5); }
static double f_rint(double x) { return ceil(x - 0.5); }
static double f_square(double x) { return x * x; }
static double f_rsqrt(double x) { return pow(x, -0.5); }
static double f_rcbrt(double x) { return 1 / cbrt(x); }
static double f_reciprocal(double x) { return 1 / x; }
static double f_degrees(double x) { return x * 180 / PI; }
static double f_radians(double x) { return x * PI / 180; }
static double f_logical_not(double x) { return x == 0; }
static double f_gammaln(double x) { return log(fabs(tgamma(x))); }
static double f_identity(double x) { return x; }
static double f_hard_sigmoid(double x) { return fmin(1, fmax(0, 0.2 * x + 0.5)); }
static double f_clip(double x) { return x > 1.5 ? 1.5 : x < -0.5 ? -0.5 : x; }

typedef struct unary_case {
  const char *name;
  double (*function)(double);
  double low;
  double high;
  double absolute;
  double relative;
  const char *attributes;
} unary_case;

static const unary_case unary_cases[] = {
    {"relu", f_relu, -3, 3, 0, 0, ""},
    {"sigmoid", f_sigmoid, -20, 20, 1e-7, 1e-6, ""},
    {"tanh", tanh, -6, 6, 1e-7, 1e-6, ""},
    {"softsign", f_softsign, -9, 9, 1e-7, 5e-7, ""},
    {"negative", f_negative, -9, 9, 0, 0, ""},
    {"abs", fabs, -9, 9, 0, 0, ""},
    {"sign", f_sign, -1, 1, 0, 0, ""},
    {"round", f_round, -9.75, 10.5, 0, 0, ""},
    {"rint", f_rint, -9.75, 10.5, 0, 0, ""},
    {"ceil", ceil, -9.75, 10.5, 0, 0, ""},
    {"floor", floor, -9.75, 10.5, 0, 0, ""},
    {"trunc", trunc, -9.75, 10.5, 0, 0, ""},
    {"fix", trunc, -9.75, 10.5, 0, 0, ""},
    {"square", f_square, -9, 9, 0, 2e-7, ""},
    {"sqrt", sqrt, 0, 90, 0, 2e-7, ""},
    {"rsqrt", f_rsqrt, 0.01, 90, 0, 5e-7, ""},
    {"cbrt", cbrt, -90, 90, 0, 1e-6, ""},
    {"rcbrt", f_rcbrt, 0.5, 90, 0, 1e-6, ""},
    {"reciprocal", f_reciprocal, 0.1, 90, 0, 2e-7, ""},
    {"exp", exp, -80, 80, 0, 1e-6, ""},
    {"expm1", expm1, -2, 2, 1e-7, 1e-6, ""},
    {"log", log, 0.001, 900, 1e-7, 1e-6, ""},
    {"log1p", log1p, -0.9, 9, 1e-7, 1e-6, ""},
    {"log2", log2, 0.001, 900, 1e-7, 1e-6, ""},
    {"log10", log10, 0.001, 900, 1e-7, 1e-6, ""},
    {"sin", sin, -30, 30, 1e-7, 1e-6, ""},
    {"cos", cos, -30, 30, 1e-7, 1e-6, ""},
    {"tan", tan, -1.5, 1.5, 1e-7, 1e-6, ""},
    {"arcsin", asin, -1, 1, 1e-7, 1e-6, ""},
    {"arccos", acos, -1, 1, 1e-7, 1e-6, ""},
    {"arctan", atan, -30, 30, 1e-7, 1e-6, ""},
    {"sinh", sinh, -9, 9, 1e-7, 1e-6, ""},
    {"cosh", cosh, -9, 9, 1e-7, 1e-6, ""},
    {"arcsinh", asinh, -30, 30, 1e-7, 1e-6, ""},
    {"arccosh", acosh, 1, 30, 1e-7, 1e-6, ""},
    {"arctanh", atanh, -0.99, 0.99, 1e-7, 1e-6, ""},
    {"degrees", f_degrees, -30, 30, 0, 5e-7, ""},
    {"radians", f_radians, -300, 300, 0, 5e-7, ""},
    {"erf", erf, -4, 4, 1e-7, 1e-6, ""},
    {"gamma", tgamma, 0.1, 20, 0, 1e-6, ""},
    {"gammaln", f_gammaln, -9.9, 90, 1e-6, 1e-6, ""},
    {"logical_not", f_logical_not, -1, 1, 0, 0, ""},
    {"_copy", f_identity, -9, 9, 0, 0, ""},
    {"BlockGrad", f_identity, -9, 9, 0, 0, ""},
    {"hard_sigmoid", f_hard_sigmoid, -4, 4, 1e-7, 5e-7, ""},
    {"clip", f_clip, -4, 4, 0, 0, "a_min=-0.5 a_max=1.5"},
};

/* Number i of the grid, as a float: it holds the ends, and 0 where it lies in the middle. */
static float grid(const unary_case *c, int i) {
  if (c->low == -c->high && i == COUNT / 2) {
    return 0.0f;
  }
  return (float)(c->low + (c->high - c->low) * i / (COUNT - 1));
}

TEST(unary_float32) {
  for (size_t k = 0; k < LP_COUNT(unary_cases); k++) {
    const unary_case *c = &unary_cases[k];
    run_op run;
    float data[COUNT];
    double expected[COUNT];
    for (int i = 0; i < COUNT; i++) {
      data[i] = grid(c, i);
      expected[i] = c->function((double)data[i]);
    }
    run_op_begin(&run, find(c->name), c->attributes);
    run_op_floats(&run, 0, shape_4(), data);
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    CHECK_EQ_INT(run.out[0].dtype, LP_FLOAT32);
    run_op_expect(&run, 0, expected, c->absolute, c->relative);
    CHECK(run_op_all(&run) > 0);
    CHECK(lp_cpu_block(lp_cpu_isa()) == 1 || run.ran_blocked > 0);
    run_op_end(&run);
  }
}

TEST(unary_float64) {
  for (size_t k = 0; k < LP_COUNT(unary_cases); k++) {
    const unary_case *c = &unary_cases[k];
    run_op run;
    double data[COUNT];
    double expected[COUNT];
    for (int i = 0; i < COUNT; i++) {
      data[i] = (double)grid(c, i);
      expected[i] = c->function(data[i]);
    }
    run_op_begin(&run, find(c->name), c->attributes);
    run_op_input(&run, 0, LP_FLOAT64, lp_shape_2(27, 10), data);
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    CHECK_EQ_INT(run.out[0].dtype, LP_FLOAT64);
    run_op_expect(&run, 0, expected, c->absolute * 1e-6, c->relative * 1e-7);
    CHECK(run_op_all(&run) > 0);
    run_op_end(&run);
  }
}

/* One operator on a 1-D tensor of any type, against numbers as doubles. */
static void check_vector(const char *name, const char *attributes, lp_dtype dtype, int n,
                         const double *a, const double *b, const double *expected,
                         double relative) {
  run_op run;
  char converted[2][64 * 8];
  run_op_begin(&run, find(name), attributes);
  lp_dtype_convert(LP_FLOAT64, a, dtype, converted[0], (size_t)n);
  run_op_input(&run, 0, dtype, lp_shape_1(n), converted[0]);
  if (b != NULL) {
    lp_dtype_convert(LP_FLOAT64, b, dtype, converted[1], (size_t)n);
    run_op_input(&run, 1, dtype, lp_shape_1(n), converted[1]);
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, expected, relative * 0.1, relative);
  CHECK(run_op_all(&run) > 0);
  run_op_end(&run);
}

#define NUMBERS(...) ((const double[]){__VA_ARGS__})
#define INF ((double)INFINITY)
#define NOT ((double)NAN)

/* Observed with MXNet 1.9.1, native kernels. */
TEST(unary_special_numbers) {
  for (int pass = 0; pass < 2; pass++) {
    lp_dtype dtype = pass == 0 ? LP_FLOAT32 : LP_FLOAT64;
    check_vector("sign", "", dtype, 5, NUMBERS(NOT, -0.0, 0, INF, -2), NULL,
                 NUMBERS(0, 0, 0, 1, -1), 0);
    check_vector("relu", "", dtype, 5, NUMBERS(NOT, -0.0, 0, INF, -2), NULL,
                 NUMBERS(NOT, 0, 0, INF, 0), 0);
    check_vector("abs", "", dtype, 3, NUMBERS(NOT, -0.0, -INF), NULL, NUMBERS(NOT, 0, INF), 0);
    check_vector("round", "", dtype, 9,
                 NUMBERS(-0.3, -0.0, 0.49999997, 8388609, -8388609, INF, NOT, -0.5, -0.7), NULL,
                 NUMBERS(0, 0, 0, 8388609, -8388609, INF, NOT, -1, -1), 0);
    check_vector("rint", "", dtype, 9,
                 NUMBERS(-0.3, -0.0, 0.49999997, 8388609, -8388609, INF, NOT, -0.5, -0.7), NULL,
                 NUMBERS(0, 0, 0, 8388609, -8388609, INF, NOT, -1, -1), 0);
    check_vector("round", "", dtype, 6, NUMBERS(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5), NULL,
                 NUMBERS(-3, -2, -1, 1, 2, 3), 0);
    check_vector("rint", "", dtype, 6, NUMBERS(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5), NULL,
                 NUMBERS(-3, -2, -1, 0, 1, 2), 0);
    check_vector("logical_not", "", dtype, 3, NUMBERS(NOT, 0, 1), NULL, NUMBERS(0, 1, 0), 0);
    check_vector("gamma", "", dtype, 8, NUMBERS(0, -1, -0.5, 0.5, 5, NOT, INF, -0.0), NULL,
                 NUMBERS(INF, NOT, -3.5449077018110322, 1.7724538509055161, 24, NOT, INF, -INF),
                 1e-6);
    check_vector("gammaln", "", dtype, 11,
                 NUMBERS(0, -1, -0.5, 0.5, 5, 400, -200.5, NOT, -INF, INF, 1), NULL,
                 NUMBERS(INF, INF, 1.2655121234846454, 0.5723649429247001, 3.1780538303479458,
                         1994.5092334361228, -864.7382737925147, NOT, INF, INF, 0),
                 1e-6);
    check_vector("erfinv", "", dtype, 9, NUMBERS(0, -1, 1, 2, -0.0, 0.5, 0.75, 1e-10, NOT), NULL,
                 NUMBERS(0, -INF, INF, NOT, 0, 0.4769362762044699, 0.8134198475976185,
                         8.862269254527581e-11, NOT),
                 1e-6);
    check_vector("clip", "a_min=0 a_max=2", dtype, 6, NUMBERS(NOT, 1, 0, 5, -5, -0.0), NULL,
                 NUMBERS(NOT, 1, 0, 2, 0, 0), 0);
    check_vector("hard_sigmoid", "", dtype, 4, NUMBERS(NOT, -3, 0, 3), NULL,
                 NUMBERS(NOT, 0, 0.5, 1), 0);
    check_vector("hard_sigmoid", "alpha=0.5 beta=0.25", dtype, 3, NUMBERS(-1, 0.5, 3), NULL,
                 NUMBERS(0, 0.5, 1), 0);
  }
}

/* erf(erfinv(y)) = y, to the last digits of a double, near 1 and near 0. */
TEST(erfinv_is_the_inverse_of_erf) {
  run_op run;
  double data[200];
  for (int i = 0; i < 200; i++) {
    data[i] = i < 100 ? -pow(10, -0.16 * i) : 1 - pow(10, -0.15 * (i - 99));
  }
  run_op_begin(&run, find("erfinv"), "");
  run_op_input(&run, 0, LP_FLOAT64, lp_shape_1(200), data);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run.hide[0] = false;
  CHECK(run_op_all(&run) > 0);
  for (int i = 0; i < 200; i++) {
    double z = run_op_element(&run.out[0], i);
    if (data[i] == -1) {
      CHECK(isinf(z));
    } else if (fabs(data[i]) < 0.9) {
      CHECK_NEAR(erf(z), data[i], 1e-14 * fabs(data[i]));
    } else {
      CHECK_NEAR(erfc(fabs(z)), 1 - fabs(data[i]), 1e-11 * (1 - fabs(data[i])));
    }
  }
  run_op_end(&run);
}

TEST(unary_integers) {
  check_vector("negative", "", LP_UINT8, 4, NUMBERS(3, 251, 7, 100), NULL,
               NUMBERS(253, 5, 249, 156), 0);
  check_vector("square", "", LP_INT8, 4, NUMBERS(3, -5, 7, 100), NULL, NUMBERS(9, 25, 49, 16), 0);
  check_vector("abs", "", LP_INT32, 3, NUMBERS(-2147483648.0, -5, 7), NULL,
               NUMBERS(-2147483648.0, 5, 7), 0);
  check_vector("sign", "", LP_INT64, 3, NUMBERS(0, -5, 7), NULL, NUMBERS(0, -1, 1), 0);
  check_vector("relu", "", LP_INT32, 4, NUMBERS(3, -5, 7, 100), NULL, NUMBERS(3, 0, 7, 100), 0);
  check_vector("floor", "", LP_INT32, 2, NUMBERS(3, -5), NULL, NUMBERS(3, -5), 0);
  check_vector("logical_not", "", LP_UINT8, 2, NUMBERS(0, 5), NULL, NUMBERS(1, 0), 0);
  check_vector("logical_not", "", LP_BOOL, 2, NUMBERS(0, 1), NULL, NUMBERS(1, 0), 0);
  /* Observed with MXNet 1.9.1: functions of real numbers, then a C conversion. */
  check_vector("sqrt", "", LP_INT32, 4, NUMBERS(3, -5, 7, 100), NULL,
               NUMBERS(1, -2147483648.0, 2, 10), 0);
  check_vector("exp", "", LP_UINT8, 4, NUMBERS(3, 251, 7, 100), NULL, NUMBERS(20, 0, 72, 0), 0);
  check_vector("degrees", "", LP_INT8, 4, NUMBERS(3, -5, 7, 100), NULL,
               NUMBERS(-85, -30, -111, 97), 0);
  check_vector("reciprocal", "", LP_INT32, 2, NUMBERS(1, 4), NULL, NUMBERS(1, 0), 0);
  check_vector("clip", "a_min=-4.5 a_max=5.5", LP_INT32, 4, NUMBERS(3, -5, 7, 100), NULL,
               NUMBERS(3, -4, 5, 5), 0);
  check_vector("clip", "a_min=-2.5 a_max=3.25", LP_UINT8, 4, NUMBERS(0, 1, 77, 200), NULL,
               NUMBERS(0, 1, 3, 3), 0);
  check_vector("clip", "a_min=-200 a_max=300", LP_INT8, 3, NUMBERS(-128, 1, 127), NULL,
               NUMBERS(-128, 1, 127), 0);
  check_vector("clip", "a_min=-1e30 a_max=1e30", LP_INT64, 2, NUMBERS(-4e18, 4e18), NULL,
               NUMBERS(-4e18, 4e18), 0);
}

/* ---- functions of two numbers --------------------------------------------- */

static double g_add(double x, double y) { return x + y; }
static double g_subtract(double x, double y) { return x - y; }
static double g_multiply(double x, double y) { return x * y; }
static double g_divide(double x, double y) { return x / y; }
static double g_mod(double x, double y) { return y == 0 ? 0 : x - y * floor(x / y); }
static double g_equal(double x, double y) { return x == y; }
static double g_not_equal(double x, double y) { return x != y; }
static double g_greater(double x, double y) { return x > y; }
static double g_greater_equal(double x, double y) { return x >= y; }
static double g_lesser(double x, double y) { return x < y; }
static double g_lesser_equal(double x, double y) { return x <= y; }
static double g_and(double x, double y) { return x != 0 && y != 0; }
static double g_or(double x, double y) { return x != 0 || y != 0; }
static double g_xor(double x, double y) { return (x != 0) != (y != 0); }

typedef struct binary_case {
  const char *same;     /* name of the operator of two equal shapes, or NULL */
  const char *scalar;   /* tensor and scalar */
  const char *reversed; /* scalar and tensor */
  double (*function)(double, double);
  double relative;
} binary_case;

static const binary_case binary_cases[] = {
    {"elemwise_add", "_plus_scalar", NULL, g_add, 2e-7},
    {"_grad_add", NULL, NULL, g_add, 2e-7},
    {"elemwise_sub", "_minus_scalar", "_rminus_scalar", g_subtract, 2e-7},
    {"elemwise_mul", "_mul_scalar", NULL, g_multiply, 2e-7},
    {"elemwise_div", "_div_scalar", "_rdiv_scalar", g_divide, 2e-7},
    {"_mod", "_mod_scalar", "_rmod_scalar", g_mod, 1e-6},
    {"_power", "_power_scalar", "_rpower_scalar", pow, 1e-6},
    {"_maximum", "_maximum_scalar", NULL, fmax, 0},
    {"_minimum", "_minimum_scalar", NULL, fmin, 0},
    {"_hypot", "_hypot_scalar", NULL, hypot, 1e-6},
    {"_equal", "_equal_scalar", NULL, g_equal, 0},
    {"_not_equal", "_not_equal_scalar", NULL, g_not_equal, 0},
    {"_greater", "_greater_scalar", NULL, g_greater, 0},
    {"_greater_equal", "_greater_equal_scalar", NULL, g_greater_equal, 0},
    {"_lesser", "_lesser_scalar", NULL, g_lesser, 0},
    {"_lesser_equal", "_lesser_equal_scalar", NULL, g_lesser_equal, 0},
    {"_logical_and", "_logical_and_scalar", NULL, g_and, 0},
    {"_logical_or", "_logical_or_scalar", NULL, g_or, 0},
    {"_logical_xor", "_logical_xor_scalar", NULL, g_xor, 0},
};

/* Halves between -4 and 4: equal ones and zeros occur. Powers want a positive base. */
static float left_number(const binary_case *c, int i) {
  return (float)(i * 7 % 17 - 8) * 0.5f + (c->function == pow ? 4.25f : 0.0f);
}
static float right_number(int i) { return (float)(i * 5 % 13 - 6) * 0.5f; }

TEST(binary_of_one_shape) {
  for (size_t k = 0; k < LP_COUNT(binary_cases); k++) {
    const binary_case *c = &binary_cases[k];
    for (int pass = 0; pass < 2; pass++) {
      run_op run;
      float single[2][COUNT];
      double real[2][COUNT];
      double expected[COUNT];
      for (int i = 0; i < COUNT; i++) {
        single[0][i] = left_number(c, i);
        single[1][i] = right_number(i);
        real[0][i] = (double)single[0][i];
        real[1][i] = (double)single[1][i];
        expected[i] = c->function(real[0][i], real[1][i]);
      }
      run_op_begin(&run, find(c->same), "");
      for (int i = 0; i < 2; i++) {
        run_op_input(&run, i, pass == 0 ? LP_FLOAT32 : LP_FLOAT64, shape_4(),
                     pass == 0 ? (const void *)single[i] : (const void *)real[i]);
      }
      CHECK_EQ_INT(run_op_infer(&run), LP_OK);
      run_op_expect(&run, 0, expected, c->relative * (pass == 0 ? 1 : 1e-7),
                    c->relative * (pass == 0 ? 1 : 1e-7));
      CHECK(run_op_all(&run) > 0);
      CHECK(run.ran_inplace > 0);
      CHECK(pass == 1 || lp_cpu_block(lp_cpu_isa()) == 1 || run.ran_blocked > 0);
      run_op_end(&run);
    }
  }
}

TEST(scalars) {
  static const double scalars[] = {1.5, -2.5, 0.0, 2.0};
  for (size_t k = 0; k < LP_COUNT(binary_cases); k++) {
    const binary_case *c = &binary_cases[k];
    for (int reversed = 0; reversed < 2; reversed++) {
      const char *name = reversed ? c->reversed : c->scalar;
      for (size_t s = 0; name != NULL && s < LP_COUNT(scalars); s++) {
        run_op run;
        float data[COUNT];
        double expected[COUNT];
        char attributes[64];
        if (reversed && c->function == pow && scalars[s] <= 0) {
          continue;
        }
        (void)snprintf(attributes, sizeof attributes, "scalar=%g is_int=False", scalars[s]);
        for (int i = 0; i < COUNT; i++) {
          data[i] = left_number(c, i);
          expected[i] = reversed ? c->function(scalars[s], (double)data[i])
                                 : c->function((double)data[i], scalars[s]);
        }
        run_op_begin(&run, find(name), attributes);
        run_op_floats(&run, 0, shape_4(), data);
        CHECK_EQ_INT(run_op_infer(&run), LP_OK);
        CHECK_EQ_INT(run.out[0].dtype, LP_FLOAT32);
        run_op_expect(&run, 0, expected, c->relative, c->relative);
        CHECK(run_op_all(&run) > 0);
        CHECK(run.ran_inplace > 0);
        CHECK(lp_cpu_block(lp_cpu_isa()) == 1 || run.ran_blocked > 0);
        run_op_end(&run);
      }
    }
  }
}

/* operators.md 7.1, and observed with MXNet 1.9.1. */
TEST(binary_special_numbers) {
  for (int pass = 0; pass < 2; pass++) {
    lp_dtype dtype = pass == 0 ? LP_FLOAT32 : LP_FLOAT64;
    check_vector("_mod", "", dtype, 6, NUMBERS(5, -5, 5, -5, 5, -6), NUMBERS(3, 3, -3, -3, 0, 3),
                 NUMBERS(2, 1, -1, -2, 0, 0), 0);
    check_vector("_mod", "", dtype, 8, NUMBERS(NOT, 1, INF, 1, -1, 5, -3.5, 0),
                 NUMBERS(1, INF, 2, -INF, INF, NOT, 1.25, 3),
                 NUMBERS(NOT, 1, NOT, -INF, INF, NOT, 0.25, 0), 0);
    check_vector("_maximum", "", dtype, 4, NUMBERS(NOT, 1, -INF, 2), NUMBERS(1, NOT, INF, 2),
                 NUMBERS(NOT, NOT, INF, 2), 0);
    check_vector("_minimum", "", dtype, 4, NUMBERS(NOT, 1, -INF, 2), NUMBERS(1, NOT, INF, 2),
                 NUMBERS(NOT, NOT, -INF, 2), 0);
    check_vector("_hypot", "", dtype, 3, NUMBERS(NOT, INF, 3e30), NUMBERS(INF, NOT, 4e30),
                 NUMBERS(INF, INF, 5e30), 1e-6);
    check_vector("_logical_and", "", dtype, 3, NUMBERS(NOT, 0, 1), NUMBERS(1, 1, NOT),
                 NUMBERS(1, 0, 1), 0);
    check_vector("_equal", "", dtype, 3, NUMBERS(NOT, INF, -0.0), NUMBERS(NOT, INF, 0),
                 NUMBERS(0, 1, 1), 0);
    check_vector("_not_equal", "", dtype, 2, NUMBERS(NOT, INF), NUMBERS(NOT, INF), NUMBERS(1, 0),
                 0);
    check_vector("_greater_equal", "", dtype, 3, NUMBERS(NOT, INF, 1), NUMBERS(1, INF, NOT),
                 NUMBERS(0, 1, 0), 0);
    check_vector("_lesser_equal", "", dtype, 3, NUMBERS(NOT, INF, 1), NUMBERS(1, INF, NOT),
                 NUMBERS(0, 1, 0), 0);
    check_vector("elemwise_div", "", dtype, 3, NUMBERS(1, -1, 0), NUMBERS(0, 0, 0),
                 NUMBERS(INF, -INF, NOT), 0);
    check_vector("smooth_l1", "scalar=2", dtype, 4, NUMBERS(-1, 0.1, 0.2, 0.3), NULL,
                 NUMBERS(0.875, 0.02, 0.08, 0.175), 1e-6);
    check_vector("smooth_l1", "", dtype, 5, NUMBERS(NOT, INF, -0.5, -1, 1), NULL,
                 NUMBERS(NOT, INF, 0.125, 0.5, 0.5), 0);
    check_vector("_rdiv_scalar", "scalar=2", dtype, 2, NUMBERS(4, 8), NULL, NUMBERS(0.5, 0.25), 0);
    check_vector("_rpower_scalar", "scalar=2", dtype, 2, NUMBERS(3, -1), NULL, NUMBERS(8, 0.5), 0);
  }
}

/* IEEE 754's hypot, by hand. */
TEST(hypot_at_the_ends_of_the_range) {
  check_vector("_hypot", "", LP_FLOAT64, 10,
               NUMBERS(3e300, -4e-300, 1e308, 1.7e308, 1e300, -INF, NOT, 5, 0, 3e-320),
               NUMBERS(-4e300, 3e-300, 1e308, 1.7e308, 1, NOT, 1, NOT, -0.0, 4e-320),
               NUMBERS(5e300, 5e-300, 1.4142135623730951e308, INF, 1e300, INF, NOT, NOT, 0, 5e-320),
               1e-15);
  const double least = 4.9406564584124654e-324;
  check_vector("_hypot", "", LP_FLOAT64, 3, NUMBERS(least, 0, 3 * least),
               NUMBERS(0, -least, 4 * least), NUMBERS(least, least, 5 * least), 0);
  check_vector("_hypot_scalar", "scalar=4e200", LP_FLOAT64, 2, NUMBERS(3e200, 0), NULL,
               NUMBERS(5e200, 4e200), 1e-15);
}

TEST(binary_integers) {
  check_vector("elemwise_mul", "", LP_INT8, 4, NUMBERS(3, -5, 7, 100), NUMBERS(2, 2, 2, 2),
               NUMBERS(6, -10, 14, -56), 0);
  check_vector("elemwise_add", "", LP_UINT8, 2, NUMBERS(250, 3), NUMBERS(10, 4), NUMBERS(4, 7), 0);
  check_vector("elemwise_add", "", LP_INT32, 1, NUMBERS(2147483647), NUMBERS(1),
               NUMBERS(-2147483648.0), 0);
  check_vector("elemwise_sub", "", LP_INT64, 1, NUMBERS(-9223372036854775808.0), NUMBERS(1),
               NUMBERS(9223372036854775807.0), 0);
  check_vector("elemwise_div", "", LP_INT32, 5, NUMBERS(7, -7, 7, 5, -2147483648.0),
               NUMBERS(2, 2, -2, 0, -1), NUMBERS(3, -3, -3, 0, -2147483648.0), 0);
  check_vector("elemwise_div", "", LP_INT64, 2, NUMBERS(-9223372036854775808.0, 1), NUMBERS(-1, 0),
               NUMBERS(-9223372036854775808.0, 0), 0);
  check_vector("_mod", "", LP_INT32, 6, NUMBERS(5, -5, 5, -5, 5, -2147483648.0),
               NUMBERS(3, 3, -3, -3, 0, -1), NUMBERS(2, 1, -1, -2, 0, 0), 0);
  check_vector("_mod", "", LP_INT64, 1, NUMBERS(-9223372036854775808.0), NUMBERS(-1), NUMBERS(0),
               0);
  check_vector("_power", "", LP_UINT8, 4, NUMBERS(3, 251, 7, 100), NUMBERS(2, 2, 2, 2),
               NUMBERS(9, 25, 49, 16), 0);
  check_vector("_power", "", LP_INT32, 1, NUMBERS(855), NUMBERS(3), NUMBERS(625026368), 0);
  check_vector("_hypot", "", LP_INT32, 2, NUMBERS(3, 100), NUMBERS(2, 2), NUMBERS(3, 100), 0);
  check_vector("_greater", "", LP_UINT8, 2, NUMBERS(200, 3), NUMBERS(100, 3), NUMBERS(1, 0), 0);
  check_vector("_maximum", "", LP_INT64, 1, NUMBERS(4611686018427387904.0), NUMBERS(5),
               NUMBERS(4611686018427387904.0), 0);
  check_vector("_logical_xor", "", LP_BOOL, 4, NUMBERS(0, 0, 1, 1), NUMBERS(0, 1, 0, 1),
               NUMBERS(0, 1, 1, 0), 0);
  check_vector("elemwise_add", "", LP_BOOL, 2, NUMBERS(1, 0), NUMBERS(1, 0), NUMBERS(1, 0), 0);
  /* Scalars, observed with MXNet 1.9.1: converted to the tensor's type. */
  check_vector("_plus_scalar", "scalar=2.5", LP_INT32, 4, NUMBERS(3, -5, 7, 100), NULL,
               NUMBERS(5, -3, 9, 102), 0);
  check_vector("_plus_scalar", "scalar=-1", LP_UINT8, 2, NUMBERS(10, 20), NULL, NUMBERS(9, 19), 0);
  check_vector("_plus_scalar", "scalar=300", LP_UINT8, 2, NUMBERS(10, 20), NULL, NUMBERS(54, 64),
               0);
  check_vector("_rminus_scalar", "scalar=2.5", LP_UINT8, 4, NUMBERS(3, 251, 7, 100), NULL,
               NUMBERS(255, 7, 251, 158), 0);
  check_vector("_rpower_scalar", "scalar=2.5", LP_INT32, 4, NUMBERS(3, -5, 7, 100), NULL,
               NUMBERS(8, 0, 128, -2147483648.0), 0);
  check_vector("smooth_l1", "scalar=2.5", LP_INT32, 4, NUMBERS(3, -5, 7, 100), NULL,
               NUMBERS(2, 4, 6, 99), 0);
  /* A real scalar makes a real result. */
  check_vector("_plus_scalar", "scalar=2.5 is_int=False", LP_INT32, 4, NUMBERS(3, -5, 7, 100),
               NULL, NUMBERS(5.5, -2.5, 9.5, 102.5), 0);
  check_vector("_rdiv_scalar", "scalar=2.5 is_int=0", LP_BOOL, 2, NUMBERS(1, 0), NULL,
               NUMBERS(2.5, INF), 0);
  check_vector("_minus_scalar", "scalar=2", LP_BOOL, 2, NUMBERS(1, 0), NULL, NUMBERS(-1, -2), 0);
}

TEST(scalar_result_types) {
  static const struct {
    lp_dtype in;
    const char *attributes;
    lp_dtype out;
  } cases[] = {
      {LP_FLOAT32, "scalar=2.5 is_int=False", LP_FLOAT32}, {LP_FLOAT64, "scalar=1", LP_FLOAT64},
      {LP_INT32, "scalar=2.5 is_int=False", LP_FLOAT64},   {LP_INT8, "scalar=2", LP_INT8},
      {LP_BOOL, "scalar=2", LP_INT64},                     {LP_BOOL, "is_int=False", LP_FLOAT64},
      {LP_FLOAT16, "is_int=False", LP_FLOAT16},
  };
  for (size_t i = 0; i < LP_COUNT(cases); i++) {
    run_op run;
    run_op_begin(&run, find("_mul_scalar"), cases[i].attributes);
    run_op_input(&run, 0, cases[i].in, lp_shape_1(3), NULL);
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    CHECK_EQ_INT(run.out[0].dtype, cases[i].out);
    run_op_end(&run);
  }
}

/* Long enough to be split among threads. */
TEST(many_elements) {
  static const char *const names[] = {"elemwise_add", "_power", "clip"};
  static const char *const attributes[] = {"", "", "a_min=-0.25 a_max=0.5"};
  for (size_t k = 0; k < LP_COUNT(names); k++) {
    run_op run;
    const int64_t n = k == 1 ? 40001 : 3000001;
    run_op_begin(&run, find(names[k]), attributes[k]);
    for (int i = 0; i < run.num_inputs; i++) {
      run_op_random(&run, i, lp_shape_1(n), (uint32_t)i + 1, 1.0f);
    }
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    double *expected = run_op_memory((size_t)n * sizeof(double));
    for (int64_t i = 0; i < n; i++) {
      double x = run_op_element(&run.in[0], i);
      if (k == 2) {
        expected[i] = x > 0.5 ? 0.5 : x < -0.25 ? -0.25 : x;
      } else {
        double y = run_op_element(&run.in[1], i);
        expected[i] = k == 0 ? x + y : pow(x, y);
      }
    }
    run_op_expect(&run, 0, expected, 1e-6, 1e-6);
    CHECK(run_op_all(&run) > 0);
    free(expected);
    run_op_end(&run);
  }
}

/* ---- the others ------------------------------------------------------------ */

TEST(add_n_sums) {
  for (int n = 1; n <= 5; n++) {
    run_op run;
    char attributes[32];
    double expected[COUNT] = {0};
    (void)snprintf(attributes, sizeof attributes, "num_args=%d", n);
    run_op_begin(&run, find("add_n"), attributes);
    CHECK_EQ_INT(run.num_inputs, n);
    for (int i = 0; i < n; i++) {
      run_op_random(&run, i, shape_4(), (uint32_t)i, 1.0f);
      for (int k = 0; k < COUNT; k++) {
        expected[k] += run_op_element(&run.in[i], k);
      }
    }
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    run_op_expect(&run, 0, expected, 5e-7, 5e-7);
    CHECK(run_op_all(&run) > 0);
    CHECK(run.ran_inplace > 0);
    run_op_end(&run);
  }
  check_vector("add_n", "num_args=2", LP_INT8, 2, NUMBERS(100, -5), NUMBERS(100, 3),
               NUMBERS(-56, -2), 0);
  run_op run;
  CHECK_EQ_INT(run_op_try_begin(&run, find("add_n"), "num_args=0"), LP_ERROR_ATTRIBUTE);
  lp_pool_free(&run.pool);
}

/* Observed with MXNet 1.9.1. */
TEST(casts) {
  static const struct {
    lp_dtype to;
    const char *attributes;
    double expected[6];
  } cases[] = {
      {LP_UINT8, "dtype=uint8", {44, 255, 0, 0, 0, 0}},
      {LP_INT8, "dtype=int8", {44, -1, 0, 0, 0, 0}},
      {LP_INT32,
       "dtype=int32",
       {300, -1, -2147483648.0, -2147483648.0, -2147483648.0, -2147483648.0}},
      {LP_BOOL, "dtype=bool", {1, 1, 1, 1, 1, 1}},
  };
  for (size_t i = 0; i < LP_COUNT(cases); i++) {
    run_op run;
    run_op_begin(&run, find("Cast"), cases[i].attributes);
    run_op_floats(&run, 0, lp_shape_1(6), (const float[]){300.7f, -1.5f, NAN, INFINITY, 3e9f, -3e9f});
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    CHECK_EQ_INT(run.out[0].dtype, cases[i].to);
    run_op_expect(&run, 0, cases[i].expected, 0, 0);
    CHECK(run_op_all(&run) > 0);
    run_op_end(&run);
  }
  /* Every pair of types. */
  for (lp_dtype from = 0; from < LP_DTYPE_COUNT; from++) {
    for (lp_dtype to = 0; to < LP_DTYPE_COUNT; to++) {
      run_op run;
      char attributes[32];
      const double numbers[3] = {0, 1, from == LP_BOOL ? 1 : 100};
      const double expected[3] = {0, 1, to == LP_BOOL ? 1 : numbers[2]};
      double converted[3];
      (void)snprintf(attributes, sizeof attributes, "dtype=%s", lp_dtype_name(to));
      lp_dtype_convert(LP_FLOAT64, numbers, from, converted, 3);
      run_op_begin(&run, find("Cast"), attributes);
      run_op_input(&run, 0, from, lp_shape_1(3), converted);
      CHECK_EQ_INT(run_op_infer(&run), LP_OK);
      run_op_expect(&run, 0, expected, 0, 0);
      CHECK(run_op_all(&run) > 0);
      run_op_end(&run);
    }
  }
  run_op run;
  run_op_begin(&run, find("amp_cast"), "dtype=float16");
  run_op_input(&run, 0, LP_INT32, lp_shape_1(3), (const int32_t[]){1, 2, 70000});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  CHECK_EQ_INT(run.out[0].dtype, LP_INT32);
  run_op_expect(&run, 0, NUMBERS(1, 2, 70000), 0, 0);
  CHECK(run_op_all(&run) > 0);
  run_op_end(&run);
  run_op_begin(&run, find("amp_cast"), "dtype=float16");
  run_op_input(&run, 0, LP_FLOAT64, lp_shape_1(2), (const double[]){0.1, 70000});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  CHECK_EQ_INT(run.out[0].dtype, LP_FLOAT64);
  run_op_expect(&run, 0, NUMBERS(0.1, 70000), 0, 0);
  CHECK(run_op_all(&run) > 0);
  run_op_end(&run);
  run_op_begin(&run, find("amp_cast"), "dtype=int32");
  run_op_floats(&run, 0, lp_shape_1(2), (const float[]){1.75f, -1.75f});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, NUMBERS(1, -1), 0, 0);
  CHECK(run_op_all(&run) > 0);
  run_op_end(&run);
  run_op_begin(&run, find("amp_cast"), "dtype=float16");
  run_op_floats(&run, 0, lp_shape_1(3), (const float[]){1.0f, 0.1f, 70000.0f});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  CHECK_EQ_INT(run.out[0].dtype, LP_FLOAT16);
  run_op_expect(&run, 0, NUMBERS(1, 0.0999755859375, INF), 0, 0);
  CHECK(run_op_all(&run) > 0);
  run_op_end(&run);
}

TEST(identities_of_every_type) {
  static const char *const names[] = {"_copy", "BlockGrad", "_identity_with_attr_like_rhs"};
  for (size_t k = 0; k < LP_COUNT(names); k++) {
    for (lp_dtype dtype = 0; dtype < LP_DTYPE_COUNT; dtype++) {
      run_op run;
      double numbers[3] = {0, 1, 1};
      double converted[3];
      lp_dtype_convert(LP_FLOAT64, numbers, dtype, converted, 3);
      run_op_begin(&run, find(names[k]), "anything=1");
      run_op_input(&run, 0, dtype, lp_shape_1(3), converted);
      CHECK_EQ_INT(run_op_infer(&run), LP_OK);
      run_op_expect(&run, 0, numbers, 0, 0);
      CHECK(run_op_all(&run) > 0);
      CHECK(run.op->family->identity(run.param));
      run_op_end(&run);
    }
  }
}

TEST(activations_of_epilogues) {
  lp_activation activation;
  run_op run;
  CHECK_EQ_INT(find("relu")->family->role, LP_ROLE_ACTIVATION);
  CHECK(find("relu")->family->activation(NULL, &activation));
  CHECK_EQ_INT(activation.kind, LP_ACTIVATION_RELU);
  run_op_begin(&run, find("clip"), "a_min=-1 a_max=6");
  CHECK(run.op->family->activation(run.param, &activation));
  CHECK_EQ_INT(activation.kind, LP_ACTIVATION_CLIP);
  CHECK(activation.low == -1.0f && activation.high == 6.0f);
  run_op_end(&run);
  CHECK(find("sigmoid")->family->activation(NULL, &activation));
  CHECK_EQ_INT(activation.kind, LP_ACTIVATION_SIGMOID);
  CHECK(find("tanh")->family->activation(NULL, &activation));
  CHECK_EQ_INT(activation.kind, LP_ACTIVATION_TANH);
  run_op_begin(&run, find("hard_sigmoid"), "alpha=0.25 beta=0.5");
  CHECK(run.op->family->activation(run.param, &activation));
  CHECK_EQ_INT(activation.kind, LP_ACTIVATION_HARD_SIGMOID);
  CHECK(activation.low == 0.25f && activation.high == 0.5f);
  run_op_end(&run);
  CHECK_EQ_INT(find("elemwise_add")->family->role, LP_ROLE_ADD);
  CHECK_EQ_INT(find("elemwise_sub")->family->role, LP_ROLE_NONE);
}

TEST(shapes_are_merged_both_ways) {
  run_op run;
  run_op_begin(&run, find("elemwise_add"), "");
  run.in[0].shape = lp_shape_2(LP_DIM_UNKNOWN, 4);
  run.out[0].shape = lp_shape_2(3, LP_DIM_UNKNOWN);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  CHECK_EQ_INT(run.in[1].shape.dim[0], 3);
  CHECK_EQ_INT(run.in[1].shape.dim[1], 4);
  run_op_end(&run);
  run_op_begin(&run, find("elemwise_add"), "");
  run.in[0].shape = lp_shape_2(3, 4);
  run.in[1].shape = lp_shape_2(1, 4);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  run_op_end(&run);
  run_op_begin(&run, find("elemwise_add"), "");
  run_op_input(&run, 0, LP_FLOAT32, lp_shape_1(1), NULL);
  run_op_input(&run, 1, LP_FLOAT64, lp_shape_1(1), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_DTYPE);
  run_op_end(&run);
}

TEST(attributes_that_cannot_be) {
  run_op run;
  CHECK_EQ_INT(run_op_try_begin(&run, find("clip"), "a_min=3 a_max=2"), LP_ERROR_UNSUPPORTED);
  lp_pool_free(&run.pool);
  CHECK_EQ_INT(run_op_try_begin(&run, find("clip"), "a_min=3"), LP_ERROR_ATTRIBUTE);
  lp_pool_free(&run.pool);
  CHECK_EQ_INT(run_op_try_begin(&run, find("_plus_scalar"), "scalar=x"), LP_ERROR_ATTRIBUTE);
  lp_pool_free(&run.pool);
  lp_pool_free(&run.pool);
  run_op_begin(&run, find("hard_sigmoid"), "");
  run_op_input(&run, 0, LP_INT32, lp_shape_1(1), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_DTYPE);
  CHECK_CONTAINS(lp_status_text(), "int32");
  run_op_end(&run);
}

TEST(empty_tensors) {
  static const char *const names[] = {"relu", "elemwise_add", "_mul_scalar", "exp", "Cast", "_copy"};
  for (size_t k = 0; k < LP_COUNT(names); k++) {
    run_op run;
    run_op_begin(&run, find(names[k]), k == 4 ? "dtype=int32" : "");
    for (int i = 0; i < run.num_inputs; i++) {
      run_op_input(&run, i, LP_FLOAT32, lp_shape_4(2, 0, 3, 1), NULL);
    }
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    CHECK(run_op_all(&run) > 0);
    run_op_end(&run);
  }
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(unary_float32);
  RUN(unary_float64);
  RUN(unary_special_numbers);
  RUN(erfinv_is_the_inverse_of_erf);
  RUN(unary_integers);
  RUN(binary_of_one_shape);
  RUN(scalars);
  RUN(binary_special_numbers);
  RUN(hypot_at_the_ends_of_the_range);
  RUN(binary_integers);
  RUN(scalar_result_types);
  RUN(many_elements);
  RUN(add_n_sums);
  RUN(casts);
  RUN(identities_of_every_type);
  RUN(activations_of_epilogues);
  RUN(shapes_are_merged_both_ways);
  RUN(attributes_that_cannot_be);
  RUN(empty_tensors);
  return check_end();
}
