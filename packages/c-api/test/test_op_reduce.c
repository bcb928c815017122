/* Reductions, norms and argmax against loops over indices, on shapes and sets of axes of every kind. */
#include "../src/op/op_table.h"
#include "run_op.h"

/* Result of one output from its n elements in index order. */
static double sum(const double *x, int64_t n) {
  /* What is rounded off is added up apart: a long double is a double on some systems. */
  double s = 0, lost = 0;
  for (int64_t i = 0; i < n; i++) {
    const double t = s + x[i];
    lost += fabs(s) >= fabs(x[i]) ? s - t + x[i] : x[i] - t + s;
    s = t;
  }
  return s + lost;
}
static double mean(const double *x, int64_t n) { return sum(x, n) / (double)n; }
static double prod(const double *x, int64_t n) {
  double p = 1;
  for (int64_t i = 0; i < n; i++) {
    p *= x[i];
  }
  return p;
}
static double max(const double *x, int64_t n) {
  double m = x[0];
  for (int64_t i = 1; i < n; i++) {
    m = fmax(m, x[i]);
  }
  return m;
}
static double min(const double *x, int64_t n) {
  double m = x[0];
  for (int64_t i = 1; i < n; i++) {
    m = fmin(m, x[i]);
  }
  return m;
}
static double norm2(const double *x, int64_t n) {
  double s = 0;
  for (int64_t i = 0; i < n; i++) {
    s += x[i] * x[i];
  }
  return sqrt(s);
}
static double norm1(const double *x, int64_t n) {
  double s = 0;
  for (int64_t i = 0; i < n; i++) {
    s += fabs(x[i]);
  }
  return s;
}
static double argmax(const double *x, int64_t n) {
  int64_t best = 0;
  for (int64_t i = 1; i < n; i++) {
    best = x[i] > x[best] ? i : best;
  }
  return (double)best;
}
static double argmin(const double *x, int64_t n) {
  int64_t best = 0;
  for (int64_t i = 1; i < n; i++) {
    best = x[i] < x[best] ? i : best;
  }
  return (double)best;
}

typedef struct reduction_case {
  const lp_op *op;
  double (*function)(const double *, int64_t);
  const char *more; /* attributes */
  double relative;  /* float32 */
} reduction_case;

static const reduction_case reductions[] = {
    {&lp_op_sum, sum, "", 2e-7},         {&lp_op_mean, mean, "", 2e-7},
    {&lp_op_prod, prod, "", 1e-6},       {&lp_op_nansum, sum, "", 2e-7},
    {&lp_op_nanprod, prod, "", 1e-6},    {&lp_op_max, max, "", 0},
    {&lp_op_min, min, "", 0},            {&lp_op_norm, norm2, " ord=2", 2e-7},
    {&lp_op_norm, norm1, " ord=1", 2e-7},
};

typedef struct axes_case {
  lp_shape shape;
  const char *axis;
  uint32_t reduced; /* bit i: axis i goes away */
} axes_case;

static const axes_case axes_cases[] = {
    {{4, {2, 5, 3, 7}}, "None", 15},       {{4, {2, 5, 3, 7}}, "()", 15},
    {{4, {2, 5, 3, 7}}, "(2,3)", 12},      {{4, {2, 5, 3, 7}}, "1", 2},
    {{4, {2, 5, 3, 7}}, "(-1,)", 8},       {{4, {2, 5, 3, 7}}, "0", 1},
    {{4, {2, 5, 3, 7}}, "(0,2)", 5},       {{4, {2, 5, 3, 7}}, "(3,1)", 10},
    {{4, {2, 5, 3, 7}}, "(-4,-2,-1)", 13}, {{4, {2, 5, 3, 7}}, "(0,1,2,3)", 15},
    {{1, {1}}, "0", 1},                    {{1, {1000}}, "0", 1},
    {{2, {3, 1000}}, "1", 2},              {{2, {1000, 3}}, "0", 1},
    {{2, {70, 133}}, "0", 1},              {{2, {70, 133}}, "1", 2},
    {{5, {2, 1, 3, 1, 5}}, "(1,3)", 10},   {{5, {2, 1, 3, 1, 5}}, "(0,4)", 17},
    {{3, {3, 65, 4}}, "(0,2)", 5},         {{2, {4, 513}}, "1", 2},
    {{10, {2, 1, 2, 2, 1, 2, 2, 1, 2, 3}}, "(0,3,6,9)", 0x249},
};

/* Gathers the elements of every output; expected has one number each. Returns outputs. */
static int64_t reduce(const lp_tensor *in, uint32_t reduced,
                      double (*function)(const double *, int64_t), double *expected) {
  const int64_t n = lp_shape_size(&in->shape);
  double *elements = run_op_memory((size_t)n * sizeof(double));
  int64_t outputs = 1;
  for (int d = 0; d < in->shape.ndim; d++) {
    outputs *= (reduced >> d & 1u) != 0 ? 1 : in->shape.dim[d];
  }
  for (int64_t o = 0; o < outputs; o++) {
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
      int64_t rest = i;
      int64_t output = 0;
      int64_t stride = 1;
      for (int d = in->shape.ndim - 1; d >= 0; d--) {
        int64_t index = rest % in->shape.dim[d];
        rest /= in->shape.dim[d];
        if ((reduced >> d & 1u) == 0) {
          output += index * stride;
          stride *= in->shape.dim[d];
        }
      }
      if (output == o) {
        elements[count++] = run_op_element(in, i);
      }
    }
    expected[o] = function(elements, count);
  }
  free(elements);
  return outputs;
}

static void check_case(const reduction_case *c, const axes_case *a, lp_dtype dtype, bool keepdims,
                       bool exclude) {
  run_op run;
  char attributes[96];
  const int64_t n = lp_shape_size(&a->shape);
  double *real = run_op_memory((size_t)n * sizeof(double));
  double *expected = run_op_memory((size_t)n * sizeof(double));
  for (int64_t i = 0; i < n; i++) {
    /* Products stay near 1. */
    real[i] = c->function == prod ? (i % 97 == 0 ? -1.25 : 1.0) : (double)(i * 7919 % 1009 - 504);
    real[i] = lp_dtype_is_float(dtype) || c->function == prod ? real[i] : trunc(real[i] / 8);
    real[i] = c->function == prod && !lp_dtype_is_float(dtype) ? (double)(i % 41 == 0 ? -2 : 1)
                                                               : real[i];
    real[i] /= lp_dtype_is_float(dtype) && c->function != prod ? 7.0 : 1.0;
  }
  void *data = run_op_memory((size_t)n * sizeof(double));
  lp_dtype_convert(LP_FLOAT64, real, dtype, data, (size_t)n);
  (void)snprintf(attributes, sizeof attributes, "axis=%s keepdims=%d%s%s", a->axis, keepdims,
                 c->more, exclude ? " exclude=True" : "");
  run_op_begin(&run, c->op, attributes);
  run_op_input(&run, 0, dtype, a->shape, data);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  uint32_t reduced = exclude ? ~a->reduced : a->reduced;
  const int64_t outputs = reduce(&run.in[0], reduced, c->function, expected);
  CHECK_EQ_INT(lp_shape_size(&run.out[0].shape), outputs);
  CHECK(!keepdims || run.out[0].shape.ndim == a->shape.ndim);
  for (int64_t i = 0; i < outputs && !lp_dtype_is_float(dtype); i++) {
    expected[i] = trunc(expected[i]);
  }
  const double tolerance = dtype == LP_FLOAT32 ? c->relative : c->relative * 1e-8;
  run_op_expect(&run, 0, expected, tolerance, tolerance);
  CHECK(run_op_all(&run) > 0);
  free(data);
  free(real);
  free(expected);
  run_op_end(&run);
}

TEST(every_reduction_on_every_set_of_axes) {
  for (size_t r = 0; r < LP_COUNT(reductions); r++) {
    for (size_t a = 0; a < LP_COUNT(axes_cases); a++) {
      check_case(&reductions[r], &axes_cases[a], LP_FLOAT32, a % 2 == 0, false);
      check_case(&reductions[r], &axes_cases[a], LP_FLOAT64, a % 2 == 1, false);
    }
  }
}

TEST(axes_that_are_not_listed) {
  /* Without a list, exclude says nothing: all axes. */
  for (size_t a = 2; a < LP_COUNT(axes_cases); a++) {
    check_case(&reductions[0], &axes_cases[a], LP_FLOAT32, a % 2 == 0, true);
    check_case(&reductions[5], &axes_cases[a], LP_FLOAT32, a % 2 == 1, true);
  }
}

TEST(reductions_of_integers) {
  for (size_t a = 0; a < LP_COUNT(axes_cases); a++) {
    check_case(&reductions[0], &axes_cases[a], LP_INT64, false, false);
    check_case(&reductions[1], &axes_cases[a], LP_INT32, false, false);
    check_case(&reductions[2], &axes_cases[a], LP_INT64, false, false);
    check_case(&reductions[5], &axes_cases[a], LP_INT8, false, false);
    check_case(&reductions[6], &axes_cases[a], LP_INT32, false, false);
    check_case(&reductions[8], &axes_cases[a], LP_INT32, false, false);
  }
}

static void check_vector(const lp_op *op, const char *attributes, lp_dtype dtype, lp_shape shape,
                         const double *x, lp_shape out_shape, const double *expected) {
  run_op run;
  double converted[64];
  run_op_begin(&run, op, attributes);
  lp_dtype_convert(LP_FLOAT64, x, dtype, converted, (size_t)lp_shape_size(&shape));
  run_op_input(&run, 0, dtype, shape, converted);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  CHECK(lp_shape_equal(&run.out[0].shape, &out_shape));
  run_op_expect(&run, 0, expected, 0, 1e-6);
  CHECK(run_op_all(&run) > 0);
  run_op_end(&run);
}

#define NUMBERS(...) ((const double[]){__VA_ARGS__})
#define INF ((double)INFINITY)
#define NOT ((double)NAN)

/* operators.md 7.1, and observed with MXNet 1.9.1. */
TEST(check_vectors) {
  const lp_shape one = lp_shape_1(1);
  const lp_shape three = lp_shape_1(3);
  check_vector(&lp_op_norm, "ord=1 axis=1", LP_FLOAT32, lp_shape_2(2, 2), NUMBERS(3, 4, -6, 8),
               lp_shape_1(2), NUMBERS(7, 14));
  check_vector(&lp_op_norm, "", LP_FLOAT32, lp_shape_2(2, 2), NUMBERS(3, 4, -6, 8), one,
               NUMBERS(11.18033988749895));
  check_vector(&lp_op_norm, "", LP_FLOAT32, lp_shape_1(2), NUMBERS(3e30, 4e30), one,
               NUMBERS(5e30));
  check_vector(&lp_op_norm, "keepdims=1", LP_FLOAT32, lp_shape_3(2, 1, 2), NUMBERS(1, 1, 1, 1),
               lp_shape_3(1, 1, 1), NUMBERS(2));
  check_vector(&lp_op_mean, "axis=1 exclude=True", LP_FLOAT32, lp_shape_3(2, 2, 2),
               NUMBERS(0, 1, 2, 3, 4, 5, 6, 7), lp_shape_1(2), NUMBERS(2.5, 4.5));
  check_vector(&lp_op_sum, "axis=(0,1) exclude=True", LP_FLOAT32, lp_shape_2(2, 2),
               NUMBERS(1, 2, 3, 4), lp_shape_2(2, 2), NUMBERS(1, 2, 3, 4));
  check_vector(&lp_op_sum, "exclude=True", LP_FLOAT32, lp_shape_2(2, 2), NUMBERS(1, 2, 3, 4), one,
               NUMBERS(10));
  for (int pass = 0; pass < 2; pass++) {
    lp_dtype dtype = pass == 0 ? LP_FLOAT32 : LP_FLOAT64;
    check_vector(&lp_op_max, "", dtype, three, NUMBERS(1, NOT, 3), one, NUMBERS(NOT));
    check_vector(&lp_op_max, "", dtype, three, NUMBERS(NOT, 1, 3), one, NUMBERS(NOT));
    check_vector(&lp_op_min, "", dtype, three, NUMBERS(1, NOT, 3), one, NUMBERS(NOT));
    check_vector(&lp_op_max, "axis=0", dtype, lp_shape_2(3, 2), NUMBERS(NOT, 1, 1, NOT, 3, 5),
                 lp_shape_1(2), NUMBERS(NOT, NOT));
    check_vector(&lp_op_max, "", dtype, three, NUMBERS(-INF, -INF, -INF), one, NUMBERS(-INF));
    check_vector(&lp_op_sum, "", dtype, three, NUMBERS(1, INF, 2), one, NUMBERS(INF));
    check_vector(&lp_op_sum, "", dtype, three, NUMBERS(-INF, INF, 2), one, NUMBERS(NOT));
    check_vector(&lp_op_nansum, "", dtype, three, NUMBERS(1, NOT, 3), one, NUMBERS(4));
    check_vector(&lp_op_nansum, "", dtype, three, NUMBERS(-INF, INF, 2), one, NUMBERS(NOT));
    check_vector(&lp_op_nanprod, "", dtype, three, NUMBERS(1, NOT, 3), one, NUMBERS(3));
    check_vector(&lp_op_prod, "", dtype, three, NUMBERS(1, NOT, 3), one, NUMBERS(NOT));
    check_vector(&lp_op_argmax, "axis=1", dtype, lp_shape_2(2, 3), NUMBERS(1, 5, 5, 7, 7, 0),
                 lp_shape_1(2), NUMBERS(1, 0));
    check_vector(&lp_op_argmax, "axis=0", dtype, three, NUMBERS(1, NOT, 3), one, NUMBERS(1));
    check_vector(&lp_op_argmax, "axis=0", dtype, three, NUMBERS(NOT, NOT, 3), one, NUMBERS(0));
    check_vector(&lp_op_argmin, "axis=0", dtype, three, NUMBERS(1, NOT, -3), one, NUMBERS(1));
    check_vector(&lp_op_argmax, "axis=0", dtype, three, NUMBERS(-INF, -INF, -INF), one,
                 NUMBERS(0));
  }
  check_vector(&lp_op_argmax, "keepdims=True", LP_FLOAT32, lp_shape_2(2, 3),
               NUMBERS(1, 1, 1, 1, 2, 1), lp_shape_2(1, 1), NUMBERS(4));
  check_vector(&lp_op_argmax_channel, "", LP_FLOAT32, lp_shape_3(1, 3, 2),
               NUMBERS(1, 2, 3, 0, 2, 9), lp_shape_2(1, 2), NUMBERS(1, 2));
  /* Integers wrap around, then a mean is divided. */
  check_vector(&lp_op_sum, "", LP_UINT8, lp_shape_1(4), NUMBERS(3, 251, 7, 100), one,
               NUMBERS(105));
  check_vector(&lp_op_mean, "", LP_UINT8, lp_shape_1(4), NUMBERS(3, 251, 7, 100), one,
               NUMBERS(26));
  check_vector(&lp_op_prod, "", LP_UINT8, lp_shape_1(4), NUMBERS(3, 251, 7, 100), one,
               NUMBERS(252));
  check_vector(&lp_op_mean, "", LP_BOOL, three, NUMBERS(1, 0, 0), one, NUMBERS(1));
  check_vector(&lp_op_prod, "", LP_BOOL, three, NUMBERS(1, 0, 1), one, NUMBERS(0));
  check_vector(&lp_op_argmin, "", LP_INT64, three, NUMBERS(3, -5, -5), one, NUMBERS(1));
  check_vector(&lp_op_norm, "out_dtype=float64", LP_INT32, lp_shape_1(2), NUMBERS(1, 1), one,
               NUMBERS(1.4142135623730951));
}

/* Sums of float32 must be at least as good as compensated ones. */
TEST(sums_do_not_lose_small_numbers) {
  enum { N = 100000 };
  float *data = run_op_memory(N * sizeof(float));
  for (int along = 0; along < 2; along++) {
    double expected = 0;
    run_op run;
    for (int i = 0; i < N; i++) {
      data[i] = i == 0 ? 1e8f : i == N - 1 ? -1e8f : 0.01f * (float)(i % 7);
      expected += (double)data[i];
    }
    run_op_begin(&run, &lp_op_sum, along == 0 ? "axis=1" : "axis=0");
    run_op_floats(&run, 0, along == 0 ? lp_shape_2(1, N) : lp_shape_2(N, 1), data);
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    run_op_expect(&run, 0, &expected, 0, 1e-6);
    CHECK(run_op_all(&run) > 0);
    run_op_end(&run);
  }
  /* Columns: one lane takes in all; plain float32 sums would be 1500 off, compensated ones up to 24. */
  run_op run;
  double expected[2] = {0, 0};
  for (int i = 0; i < N; i++) {
    data[i] = i < 2 ? 1e8f : i >= N - 2 ? -1e8f : 0.01f * (float)(i % 7);
    expected[i % 2] += (double)data[i];
  }
  run_op_begin(&run, &lp_op_sum, "axis=0");
  run_op_floats(&run, 0, lp_shape_2(N / 2, 2), data);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, expected, 1, 0);
  CHECK(run_op_all(&run) > 0);
  run_op_end(&run);
  free(data);
}

TEST(argmax_on_axes) {
  static const reduction_case cases[] = {{&lp_op_argmax, argmax, "", 0},
                                         {&lp_op_argmin, argmin, "", 0}};
  static const axes_case axes[] = {
      {{4, {2, 5, 3, 7}}, "None", 15}, {{4, {2, 5, 3, 7}}, "1", 2},  {{4, {2, 5, 3, 7}}, "-1", 8},
      {{4, {2, 5, 3, 7}}, "0", 1},     {{1, {1000}}, "0", 1},        {{2, {3, 1000}}, "1", 2},
      {{2, {100, 133}}, "0", 1},       {{2, {3, 65}}, "1", 2},
  };
  for (size_t c = 0; c < LP_COUNT(cases); c++) {
    for (size_t a = 0; a < LP_COUNT(axes); a++) {
      check_case(&cases[c], &axes[a], LP_FLOAT32, a % 2 == 0 && axes[a].shape.ndim > 1, false);
      check_case(&cases[c], &axes[a], LP_FLOAT64, false, false);
      check_case(&cases[c], &axes[a], LP_INT32, false, false);
    }
  }
}

/* Enough to be split among threads. */
TEST(many_elements) {
  static const axes_case large = {{4, {2, 300, 50, 50}}, "(2,3)", 12};
  run_op run;
  run_op_begin(&run, &lp_op_mean, "axis=(2,3)");
  run_op_random(&run, 0, large.shape, 1, 1.0f);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  double expected[600] = {0};
  for (int64_t i = 0; i < 600 * 2500; i++) {
    expected[i / 2500] += run_op_element(&run.in[0], i) / 2500;
  }
  run_op_expect(&run, 0, expected, 1e-7, 1e-7);
  CHECK(run_op_all(&run) > 0);
  run_op_end(&run);
}

TEST(empty_tensors) {
  const lp_shape shape = lp_shape_3(2, 0, 3);
  const lp_shape left = lp_shape_2(2, 3);
  check_vector(&lp_op_sum, "axis=1", LP_FLOAT32, shape, NUMBERS(0), left,
               NUMBERS(0, 0, 0, 0, 0, 0));
  check_vector(&lp_op_prod, "axis=1", LP_INT32, shape, NUMBERS(0), left,
               NUMBERS(1, 1, 1, 1, 1, 1));
  check_vector(&lp_op_mean, "axis=1", LP_FLOAT64, shape, NUMBERS(0), left,
               NUMBERS(NOT, NOT, NOT, NOT, NOT, NOT));
  check_vector(&lp_op_mean, "", LP_INT32, shape, NUMBERS(0), lp_shape_1(1), NUMBERS(0));
  check_vector(&lp_op_sum, "axis=0", LP_FLOAT32, shape, NUMBERS(0), lp_shape_2(0, 3), NUMBERS(0));
}

TEST(rules_that_fail) {
  static const struct {
    const lp_op *op;
    const char *attributes;
    lp_shape shape;
  } cases[] = {
      {&lp_op_sum, "axis=2", {2, {2, 3}}},      {&lp_op_sum, "axis=-3", {2, {2, 3}}},
      {&lp_op_sum, "axis=(1,1)", {2, {2, 3}}},  {&lp_op_sum, "axis=(1,-1)", {2, {2, 3}}},
      {&lp_op_sum, "axis=(1,-1) exclude=1", {2, {2, 3}}},
      {&lp_op_argmax, "axis=2", {2, {2, 3}}},   {&lp_op_argmax, "axis=1", {2, {2, 0}}},
      {&lp_op_argmax_channel, "", {1, {3}}},    {&lp_op_norm, "axis=5", {2, {2, 3}}},
      {&lp_op_max, "axis=9223372036854775807", {2, {2, 3}}},
      {&lp_op_max, "axis=-9223372036854775807", {2, {2, 3}}},
  };
  for (size_t i = 0; i < LP_COUNT(cases); i++) {
    run_op run;
    run_op_begin(&run, cases[i].op, cases[i].attributes);
    run_op_input(&run, 0, LP_FLOAT32, cases[i].shape, NULL);
    CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
    CHECK_CONTAINS(lp_status_text(), "expected");
    run_op_end(&run);
  }
  run_op run;
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op_norm, "ord=3"), LP_ERROR_ATTRIBUTE);
  lp_pool_free(&run.pool);
  /* Nothing known yet: no error. */
  run_op_begin(&run, &lp_op_sum, "axis=1");
  lp_shape in = lp_shape_unknown();
  lp_shape out = lp_shape_unknown();
  lp_infer infer = {"node", run.op, run.param, 1, 1, &in, &out, NULL, NULL};
  CHECK_EQ_INT(run.op->family->shape(&infer), LP_OK);
  in = lp_shape_3(LP_DIM_UNKNOWN, 2, LP_DIM_UNKNOWN);
  CHECK_EQ_INT(run.op->family->shape(&infer), LP_OK);
  CHECK_EQ_INT(out.ndim, 2);
  CHECK_EQ_INT(out.dim[1], LP_DIM_UNKNOWN);
  run_op_end(&run);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(every_reduction_on_every_set_of_axes);
  RUN(axes_that_are_not_listed);
  RUN(reductions_of_integers);
  RUN(check_vectors);
  RUN(sums_do_not_lose_small_numbers);
  RUN(argmax_on_axes);
  RUN(many_elements);
  RUN(empty_tensors);
  RUN(rules_that_fail);
  return check_end();
}
