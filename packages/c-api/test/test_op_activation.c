/* Activation and LeakyReLU, every algorithm, against libm in double and the vectors of operators.md 7. */
#include "run_op.h"

#include "../src/op/op_table.h"

static double relu(double x) { return x < 0 ? 0 : x; }
static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double softrelu(double x) { return x > 20 ? x : log1p(exp(x)); }
static double softsign(double x) { return isinf(x) ? (double)NAN : x / (1 + fabs(x)); }
static double leaky(double x) { return x > 0 ? x : 0.25 * x; }
static double rrelu(double x) { return x > 0 ? x : 0.2295 * x; }
static double elu(double x) { return x > 0 ? x : 0.25 * expm1(x); }
static double selu(double x) {
  return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x));
}
static double gelu(double x) { return x / 2 * (1 + erf(x / sqrt(2.0))); }

typedef struct function {
  const lp_op *op;
  const char *attributes;
  double (*formula)(double x);
  double relative;
} function;

static const function functions[] = {
    {&lp_op_Activation, "act_type=relu", relu, 0},
    {&lp_op_Activation, "act_type=sigmoid", sigmoid, 1e-5},
    {&lp_op_Activation, "act_type=tanh", tanh, 1e-5},
    {&lp_op_Activation, "act_type=softrelu", softrelu, 1e-5},
    {&lp_op_Activation, "act_type=softsign", softsign, 1e-6},
    {&lp_op_LeakyReLU, "act_type=leaky", leaky, 0},
    {&lp_op_LeakyReLU, "act_type=rrelu", rrelu, 1e-6},
    {&lp_op_LeakyReLU, "act_type=elu", elu, 1e-5},
    {&lp_op_LeakyReLU, "act_type=selu", selu, 1e-5},
    {&lp_op_LeakyReLU, "act_type=gelu", gelu, 1e-5},
};

/* Numbers that matter, then a grid through the range where functions bend. */
static double test_number(int64_t i, int64_t count) {
  static const double special[] = {0,    -0.0,  1,     -1,    20,     20.0001, 88.7,  -88.7, -87.4,
                                   -104, 1e-40, -1e-40, 1e-20, -1e-20, 3e38,    -3e38, 0.925, -0.925};
  return i < (int64_t)LP_COUNT(special) ? special[i]
                                        : ((double)i / (double)count - 0.5) * 40;
}

static void check_function(const function *f, lp_shape shape, lp_dtype dtype) {
  int64_t count = lp_shape_size(&shape);
  float *floats = malloc((size_t)count * sizeof(float));
  double *doubles = malloc((size_t)count * sizeof(double));
  double *expected = malloc((size_t)count * sizeof(double));
  for (int64_t i = 0; i < count; i++) {
    floats[i] = (float)test_number(i, count);
    doubles[i] = (double)floats[i];
    expected[i] = f->formula(doubles[i]);
    if (f->relative <= 0 && dtype == LP_FLOAT32) {
      expected[i] = (double)(float)expected[i]; /* exact but for the rounding of denormals */
    }
  }
  run_op run;
  run_op_begin(&run, f->op, f->attributes);
  run_op_input(&run, 0, dtype, shape, dtype == LP_FLOAT64 ? (void *)doubles : (void *)floats);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  bool is_double = dtype == LP_FLOAT64;
  run_op_expect(&run, 0, expected, f->relative > 0 ? (is_double ? 1e-9 : 1e-6) : 0,
                is_double ? 1e-8 : f->relative);
  CHECK(run_op_all(&run) >= 4);
  CHECK(run.ran_inplace > 0);
  if (shape.ndim > 2 && !is_double && lp_cpu_block(LP_ISA_BASE) > 1) {
    CHECK(run.ran_blocked > 0);
  }
  run_op_end(&run);
  free(floats);
  free(doubles);
  free(expected);
}

TEST(functions_follow_their_formulas) {
  for (size_t i = 0; i < LP_COUNT(functions); i++) {
    check_function(&functions[i], lp_shape_1(1), LP_FLOAT32);
    check_function(&functions[i], lp_shape_1(4099), LP_FLOAT32);
    check_function(&functions[i], lp_shape_4(2, 19, 5, 7), LP_FLOAT32);
    check_function(&functions[i], lp_shape_3(1, 3, 11), LP_FLOAT32);
    check_function(&functions[i], lp_shape_2(3, 37), LP_FLOAT64);
  }
}

TEST(large_tensors_are_shared_among_threads) {
  check_function(&functions[0], lp_shape_1(3000001), LP_FLOAT32);
  check_function(&functions[2], lp_shape_4(1, 17, 150, 150), LP_FLOAT32);
}

TEST(not_a_number_stays_and_infinities_have_limits) {
  const float x[3] = {NAN, INFINITY, -INFINITY};
  const double nan = (double)NAN;
  const double inf = (double)INFINITY;
  const struct {
    const lp_op *op;
    const char *attributes;
    double expected[3];
  } rows[] = {
      {&lp_op_Activation, "act_type=relu", {nan, inf, 0}},
      {&lp_op_Activation, "act_type=sigmoid", {nan, 1, 0}},
      {&lp_op_Activation, "act_type=tanh", {nan, 1, -1}},
      {&lp_op_Activation, "act_type=softrelu", {nan, inf, 0}},
      {&lp_op_Activation, "act_type=softsign", {nan, nan, nan}},
      {&lp_op_LeakyReLU, "act_type=leaky", {nan, inf, -inf}},
      {&lp_op_LeakyReLU, "act_type=elu", {nan, inf, -0.25}},
      {&lp_op_LeakyReLU, "act_type=selu", {nan, inf, -1.7580993175506592}},
      {&lp_op_LeakyReLU, "act_type=gelu", {nan, inf, nan}},
  };
  for (size_t i = 0; i < LP_COUNT(rows); i++) {
    run_op run;
    run_op_begin(&run, rows[i].op, rows[i].attributes);
    run_op_floats(&run, 0, lp_shape_1(3), x);
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    run_op_expect(&run, 0, rows[i].expected, 0, 1e-6);
    CHECK(run_op_all(&run) > 0);
    run_op_end(&run);
  }
}

TEST(check_vectors) {
  const float x[3] = {-1.5f, 0, 2};
  const struct {
    const lp_op *op;
    const char *attributes;
    double expected[3];
  } rows[] = {
      {&lp_op_Activation, "act_type=sigmoid", {0.1824255, 0.5, 0.880797}},
      {&lp_op_Activation, "act_type=tanh", {-0.9051483, 0, 0.9640276}},
      {&lp_op_Activation, "act_type=softrelu", {0.2014133, 0.6931472, 2.126928}},
      {&lp_op_Activation, "act_type=softsign", {-0.6, 0, 0.6666667}},
      {&lp_op_LeakyReLU, "", {-0.375, 0, 2}},
      {&lp_op_LeakyReLU, "act_type=leaky", {-0.375, 0, 2}},
      {&lp_op_LeakyReLU, "act_type=elu", {-0.1942175, 0, 2}},
      {&lp_op_LeakyReLU, "act_type=selu", {-1.365814, 0, 2.101402}},
      {&lp_op_LeakyReLU, "act_type=gelu", {-0.1002108, 0, 1.9545}},
      {&lp_op_LeakyReLU, "act_type=rrelu", {-0.34425, 0, 2}},
      {&lp_op_LeakyReLU, "act_type=leaky slope=0.5", {-0.75, 0, 2}},
  };
  for (size_t i = 0; i < LP_COUNT(rows); i++) {
    run_op run;
    run_op_begin(&run, rows[i].op, rows[i].attributes);
    run_op_floats(&run, 0, lp_shape_1(3), x);
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    run_op_expect(&run, 0, rows[i].expected, 1e-7, 1e-6);
    CHECK(run_op_all(&run) > 0);
    run_op_end(&run);
  }
}

/* Expected values by the rule: gamma's axes are data's from `align` on. */
static void check_prelu(lp_shape data, lp_shape gamma, int align, lp_dtype dtype) {
  int64_t count = lp_shape_size(&data);
  int64_t gammas = lp_shape_size(&gamma);
  float *x = malloc((size_t)count * sizeof(float));
  double *x64 = malloc((size_t)count * sizeof(double));
  float *g = malloc((size_t)gammas * sizeof(float));
  double *g64 = malloc((size_t)gammas * sizeof(double));
  double *expected = malloc((size_t)count * sizeof(double));
  for (int64_t i = 0; i < gammas; i++) {
    g[i] = 0.5f + (float)i;
    g64[i] = (double)g[i];
  }
  for (int64_t i = 0; i < count; i++) {
    int64_t position[LP_MAX_NDIM];
    int64_t left = i;
    for (int axis = data.ndim - 1; axis >= 0; axis--) {
      position[axis] = left % data.dim[axis];
      left /= data.dim[axis];
    }
    int64_t at = 0;
    for (int axis = 0; axis < gamma.ndim; axis++) {
      at = at * gamma.dim[axis] + (gamma.dim[axis] == 1 ? 0 : position[align + axis]);
    }
    x[i] = (float)(i % 7 - 4);
    x64[i] = (double)x[i];
    expected[i] = x[i] > 0 ? x64[i] : g64[at] * x64[i];
  }
  run_op run;
  run_op_begin(&run, &lp_op_LeakyReLU, "act_type=prelu");
  run_op_input(&run, 0, dtype, data, dtype == LP_FLOAT64 ? (void *)x64 : (void *)x);
  run_op_input(&run, 1, dtype, gamma, dtype == LP_FLOAT64 ? (void *)g64 : (void *)g);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, expected, 0, 0);
  CHECK(run_op_all(&run) >= 4);
  run_op_end(&run);
  free(x);
  free(x64);
  free(g);
  free(g64);
  free(expected);
}

TEST(prelu_takes_a_slope_by_channel_or_by_broadcast) {
  const lp_dtype both[] = {LP_FLOAT32, LP_FLOAT64};
  for (size_t i = 0; i < 2; i++) {
    check_prelu(lp_shape_4(2, 19, 3, 5), lp_shape_1(19), 1, both[i]);
    check_prelu(lp_shape_4(2, 19, 3, 5), lp_shape_1(1), 0, both[i]);
    check_prelu(lp_shape_4(2, 3, 4, 5), lp_shape_2(1, 3), 0, both[i]);
    check_prelu(lp_shape_3(2, 3, 4), lp_shape_3(2, 3, 4), 0, both[i]);
    check_prelu(lp_shape_3(2, 3, 4), lp_shape_3(1, 1, 4), 0, both[i]);
    check_prelu(lp_shape_3(2, 3, 4), lp_shape_3(2, 1, 4), 0, both[i]);
    check_prelu(lp_shape_2(2, 3), lp_shape_1(3), 1, both[i]);
    check_prelu(lp_shape_2(2, 3), lp_shape_1(2), 0, both[i]);
    check_prelu(lp_shape_2(3, 3), lp_shape_1(3), 1, both[i]);
    check_prelu(lp_shape_1(3), lp_shape_1(3), 0, both[i]);
  }
}

TEST(prelu_infers_gamma_and_refuses_what_does_not_fit) {
  run_op run;
  run_op_begin(&run, &lp_op_LeakyReLU, "act_type=prelu");
  run_op_floats(&run, 0, lp_shape_3(2, 3, 4), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  CHECK(run.in[1].shape.ndim == 1 && run.in[1].shape.dim[0] == 3);
  run_op_floats(&run, 1, lp_shape_1(4), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  CHECK_CONTAINS(lp_status_text(), "not (4)");
  run_op_floats(&run, 1, lp_shape_4(1, 3, 1, 1), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  run_op_end(&run);
}

TEST(rrelu_has_a_mask_and_integers_have_no_algorithm) {
  run_op run;
  run_op_begin(&run, &lp_op_LeakyReLU, "act_type=rrelu");
  CHECK_EQ_INT(lp_op_count_visible(run.op, run.param), 2);
  run_op_floats(&run, 0, lp_shape_1(3), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 1, (const double[]){0, 0, 0}, 0, 0);
  CHECK(run_op_all(&run) > 0);
  run_op_end(&run);
  run_op_begin(&run, &lp_op_Activation, "act_type=relu");
  run_op_input(&run, 0, LP_INT32, lp_shape_1(3), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  CHECK_EQ_INT(run_op_all(&run), 0);
  run_op_end(&run);
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op_Activation, ""), LP_ERROR_ATTRIBUTE);
  run_op_end(&run);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(functions_follow_their_formulas);
  RUN(large_tensors_are_shared_among_threads);
  RUN(not_a_number_stays_and_infinities_have_limits);
  RUN(check_vectors);
  RUN(prelu_takes_a_slope_by_channel_or_by_broadcast);
  RUN(prelu_infers_gamma_and_refuses_what_does_not_fit);
  RUN(rrelu_has_a_mask_and_integers_have_no_algorithm);
  return check_end();
}
