/* Broadcasting operators against a loop over indices, on pairs of shapes of every kind. */
#include "../src/op/op_table.h"
#include "run_op.h"

static double add(double x, double y) { return x + y; }
static double subtract(double x, double y) { return x - y; }
static double multiply(double x, double y) { return x * y; }
static double divide(double x, double y) { return x / y; }
static double modulo(double x, double y) { return y == 0 ? 0 : x - y * floor(x / y); }
static double equal(double x, double y) { return x == y; }
static double not_equal(double x, double y) { return x != y; }
static double greater(double x, double y) { return x > y; }
static double greater_equal(double x, double y) { return x >= y; }
static double lesser(double x, double y) { return x < y; }
static double lesser_equal(double x, double y) { return x <= y; }
static double both(double x, double y) { return x != 0 && y != 0; }
static double either(double x, double y) { return x != 0 || y != 0; }
static double one_of(double x, double y) { return (x != 0) != (y != 0); }

typedef struct function_case {
  const lp_op *op;
  double (*function)(double, double);
  double relative; /* float32 */
} function_case;

static const function_case functions[] = {
    {&lp_op_broadcast_sub, subtract, 2e-7},
    {&lp_op_broadcast_add, add, 2e-7},
    {&lp_op_broadcast_mul, multiply, 2e-7},
    {&lp_op_broadcast_div, divide, 2e-7},
    {&lp_op_broadcast_mod, modulo, 1e-6},
    {&lp_op_broadcast_power, pow, 1e-6},
    {&lp_op_broadcast_maximum, fmax, 0},
    {&lp_op_broadcast_minimum, fmin, 0},
    {&lp_op_broadcast_hypot, hypot, 1e-6},
    {&lp_op_broadcast_equal, equal, 0},
    {&lp_op_broadcast_not_equal, not_equal, 0},
    {&lp_op_broadcast_greater, greater, 0},
    {&lp_op_broadcast_greater_equal, greater_equal, 0},
    {&lp_op_broadcast_lesser, lesser, 0},
    {&lp_op_broadcast_lesser_equal, lesser_equal, 0},
    {&lp_op_broadcast_logical_and, both, 0},
    {&lp_op_broadcast_logical_or, either, 0},
    {&lp_op_broadcast_logical_xor, one_of, 0},
};

typedef struct shape_pair {
  lp_shape lhs;
  lp_shape rhs;
  bool blocked; /* the blocked algorithm can do it */
} shape_pair;

static const shape_pair pairs[] = {
    {{4, {2, 5, 3, 7}}, {4, {2, 5, 3, 7}}, true},    /* equal */
    {{4, {2, 5, 3, 7}}, {4, {1, 5, 1, 1}}, true},    /* a value per channel */
    {{4, {2, 5, 3, 7}}, {4, {2, 5, 1, 1}}, true},    /* squeeze-and-excitation */
    {{4, {1, 19, 1, 1}}, {4, {3, 19, 4, 4}}, true},  /* lhs repeated */
    {{4, {1, 19, 4, 1}}, {4, {3, 19, 1, 4}}, true},  /* both repeated */
    {{4, {2, 5, 3, 7}}, {4, {2, 1, 3, 7}}, false},   /* a map for all channels */
    {{4, {2, 5, 3, 7}}, {4, {1, 1, 1, 1}}, false},   /* one number */
    {{4, {2, 5, 3, 7}}, {1, {1}}, false},            /* one number of fewer dimensions */
    {{4, {2, 5, 3, 7}}, {1, {7}}, false},            /* trailing dimension */
    {{2, {3, 7}}, {4, {2, 5, 3, 7}}, false},         /* trailing dimensions */
    {{2, {40, 1}}, {2, {1, 37}}, false},             /* outer product */
    {{3, {4, 1, 6}}, {3, {1, 5, 1}}, false},         /* crossed */
    {{5, {2, 1, 3, 1, 5}}, {5, {1, 4, 1, 2, 1}}, false},
    {{6, {2, 1, 3, 1, 2, 3}}, {5, {5, 3, 2, 1, 3}}, false},
    {{10, {1, 2, 1, 2, 1, 2, 1, 2, 1, 2}}, {10, {2, 1, 2, 1, 2, 1, 2, 1, 2, 1}}, false},
    {{1, {1}}, {1, {1}}, false},
    {{3, {2, 0, 3}}, {3, {2, 1, 1}}, false}, /* empty */
    {{2, {1, 100}}, {2, {33, 1}}, false},
    {{2, {33, 100}}, {2, {33, 1}}, false},
};

/* Offset in a tensor of `shape` of the element that stands at index i of `out`. */
static int64_t repeated_offset(const lp_shape *shape, const lp_shape *out, int64_t i) {
  int64_t offset = 0;
  int64_t stride = 1;
  for (int d = out->ndim - 1; d >= 0; d--) {
    int k = d - (out->ndim - shape->ndim);
    int64_t index = i % out->dim[d];
    i /= out->dim[d];
    if (k >= 0) {
      offset += shape->dim[k] == 1 ? 0 : index * stride;
      stride *= shape->dim[k];
    }
  }
  return offset;
}

static void check_pair(const function_case *c, const shape_pair *pair, lp_dtype dtype) {
  run_op run;
  run_op_begin(&run, c->op, "");
  for (int k = 0; k < 2; k++) {
    const lp_shape *shape = k == 0 ? &pair->lhs : &pair->rhs;
    const int64_t n = lp_shape_size(shape);
    double *real = run_op_memory((size_t)n * sizeof(double));
    void *data = run_op_memory((size_t)n * sizeof(double));
    for (int64_t i = 0; i < n; i++) {
      real[i] = k == 0 ? (double)(i * 7 % 17 + (c->function == pow ? 1 : -8)) : (double)(i * 5 % 13 - 6);
      real[i] *= lp_dtype_is_float(dtype) ? 0.5 : 1.0;
    }
    lp_dtype_convert(LP_FLOAT64, real, dtype, data, (size_t)n);
    run_op_input(&run, k, dtype, *shape, data);
    free(data);
    free(real);
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  const int64_t n = lp_shape_size(&run.out[0].shape);
  double *expected = run_op_memory((size_t)n * sizeof(double));
  for (int64_t i = 0; i < n; i++) {
    expected[i] =
        c->function(run_op_element(&run.in[0], repeated_offset(&pair->lhs, &run.out[0].shape, i)),
                    run_op_element(&run.in[1], repeated_offset(&pair->rhs, &run.out[0].shape, i)));
  }
  const double tolerance = dtype == LP_FLOAT32 ? c->relative : c->relative * 1e-7;
  run_op_expect(&run, 0, expected, tolerance, tolerance);
  CHECK(run_op_all(&run) > 0);
  CHECK(!pair->blocked || dtype != LP_FLOAT32 || lp_cpu_block(lp_cpu_isa()) == 1 ||
        run.ran_blocked > 0);
  free(expected);
  run_op_end(&run);
}

TEST(every_function_on_some_shapes) {
  for (size_t f = 0; f < LP_COUNT(functions); f++) {
    check_pair(&functions[f], &pairs[2], LP_FLOAT32);
    check_pair(&functions[f], &pairs[9], LP_FLOAT32);
    check_pair(&functions[f], &pairs[11], LP_FLOAT64);
  }
}

TEST(every_shape) {
  for (size_t p = 0; p < LP_COUNT(pairs); p++) {
    check_pair(&functions[0], &pairs[p], LP_FLOAT32);
    check_pair(&functions[0], &pairs[p], LP_FLOAT64);
    check_pair(&functions[0], &pairs[p], LP_INT32);
    check_pair(&functions[0], &pairs[p], LP_INT64);
    check_pair(&functions[8], &pairs[p], LP_FLOAT32);
  }
}

TEST(small_integers_wrap_around) {
  run_op run;
  run_op_begin(&run, &lp_op_broadcast_mul, "");
  run_op_input(&run, 0, LP_INT8, lp_shape_2(2, 2), (const int8_t[]){100, 3, -5, 7});
  run_op_input(&run, 1, LP_INT8, lp_shape_1(1), (const int8_t[]){2});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, (const double[]){-56, 6, -10, 14}, 0, 0);
  CHECK(run_op_all(&run) > 0);
  run_op_end(&run);
}

/* Rows enough to be split among threads. */
TEST(many_elements) {
  static const shape_pair large = {{3, {30, 40, 2001}}, {3, {30, 40, 1}}, false};
  static const shape_pair row = {{1, {2500001}}, {1, {1}}, false};
  check_pair(&functions[0], &large, LP_FLOAT32);
  check_pair(&functions[0], &row, LP_FLOAT32);
}

static void check_shape(lp_shape lhs, lp_shape rhs, lp_status status, lp_shape expected) {
  lp_shape in[2] = {lhs, rhs};
  lp_shape out = lp_shape_unknown();
  lp_infer infer = {"node", &lp_op_broadcast_add, NULL, 2, 1, in, &out, NULL, NULL};
  CHECK_EQ_INT(lp_op_broadcast_add.family->shape(&infer), status);
  CHECK(lp_shape_equal(&out, &expected));
}

TEST(shape_rule) {
  const int64_t u = LP_DIM_UNKNOWN;
  check_shape(lp_shape_2(2, 3), lp_shape_unknown(), LP_OK, lp_shape_unknown());
  check_shape(lp_shape_2(2, 3), lp_shape_2(2, 4), LP_ERROR_SHAPE, lp_shape_unknown());
  CHECK_CONTAINS(lp_status_text(), "(2,3)");
  CHECK_CONTAINS(lp_status_text(), "(2,4)");
  check_shape(lp_shape_3(7, 2, 1), lp_shape_2(2, 4), LP_OK, lp_shape_3(7, 2, 4));
  check_shape(lp_shape_2(u, 3), lp_shape_2(4, 1), LP_OK, lp_shape_2(4, 3));
  check_shape(lp_shape_2(u, 3), lp_shape_2(1, u), LP_OK, lp_shape_2(u, 3));
  check_shape(lp_shape_2(1, u), lp_shape_2(u, 1), LP_OK, lp_shape_2(u, u));
  check_shape(lp_shape_2(0, 3), lp_shape_2(1, 3), LP_OK, lp_shape_2(0, 3));
  check_shape(lp_shape_2(0, 3), lp_shape_2(2, 3), LP_ERROR_SHAPE, lp_shape_unknown());
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(every_function_on_some_shapes);
  RUN(every_shape);
  RUN(small_integers_wrap_around);
  RUN(many_elements);
  RUN(shape_rule);
  return check_end();
}
