/* dot, batch_dot and _linalg_gemm against sums of products in double, and bad shapes. */
#include "run_op.h"

#include "../src/op/op_table.h"

/* An operand of random numbers; returns them as doubles. */
static double *operand(run_op *run, int i, lp_shape shape, lp_dtype dtype) {
  return run_op_operand(run, i, shape, dtype, (uint32_t)i + 3, 1);
}

/* `batch` products of row-major matrices (M, K) and (K, N), stored transposed where the attributes say so. */
static void check_products(const lp_op *op, const char *extra, int64_t batch, int64_t m, int64_t k,
                           int64_t n, double alpha, double beta, lp_dtype dtype) {
  for (int which = 0; which < 4; which++) {
    const bool ta = which & 1;
    const bool tb = which & 2;
    char attributes[128];
    (void)snprintf(attributes, sizeof attributes, "transpose_a=%s transpose_b=%s%s%s",
                   ta ? "True" : "False", tb ? "1" : "0", *extra != '\0' ? " " : "", extra);
    run_op run;
    run_op_begin(&run, op, attributes);
    lp_shape a = ta ? lp_shape_3(batch, k, m) : lp_shape_3(batch, m, k);
    lp_shape b = tb ? lp_shape_3(batch, n, k) : lp_shape_3(batch, k, n);
    if (op == &lp_op_dot) {
      a = lp_shape_2(a.dim[1], a.dim[2]);
      b = lp_shape_2(b.dim[1], b.dim[2]);
    }
    double *x = operand(&run, 0, a, dtype);
    double *y = operand(&run, 1, b, dtype);
    double *z = run.num_inputs > 2 ? operand(&run, 2, lp_shape_3(batch, m, n), dtype) : NULL;
    double *expected = malloc((size_t)(batch * m * n + 1) * sizeof(double));
    for (int64_t i = 0; i < batch * m * n; i++) {
      const int64_t p = i / (m * n);
      const int64_t r = i / n % m;
      const int64_t c = i % n;
      double sum = 0;
      for (int64_t j = 0; j < k; j++) {
        sum += x[p * m * k + (ta ? j * m + r : r * k + j)] *
               y[p * k * n + (tb ? c * k + j : j * n + c)];
      }
      expected[i] = alpha * sum + (z != NULL ? beta * z[i] : 0);
    }
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    const double error = dtype == LP_FLOAT64 ? 1e-14 : 4e-7;
    run_op_expect(&run, 0, expected, error * (double)(k + 4), error);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
    free(x);
    free(y);
    free(z);
    free(expected);
  }
}

TEST(dot_sums_products) {
  static const int64_t sizes[][3] = {{1, 1, 1},   {2, 3, 4},    {1, 9, 70},   {3, 20, 64}, {4, 5, 33},
                                     {5, 130, 1}, {13, 16, 37}, {61, 257, 33}, {6, 640, 3}, {485, 3, 35},
                                     {7, 5, 530}, {12, 128, 16}, {24, 384, 40}};
  for (size_t i = 0; i < LP_COUNT(sizes); i++) {
    check_products(&lp_op_dot, "", 1, sizes[i][0], sizes[i][1], sizes[i][2], 1, 0, LP_FLOAT32);
  }
  check_products(&lp_op_dot, "", 1, 7, 9, 11, 1, 0, LP_FLOAT64);
  check_products(&lp_op_dot, "", 1, 5, 9, 1, 1, 0, LP_FLOAT64);
}

TEST(batches_are_products_of_their_own) {
  check_products(&lp_op_batch_dot, "", 3, 5, 7, 9, 1, 0, LP_FLOAT32);
  check_products(&lp_op_batch_dot, "", 2, 40, 64, 40, 1, 0, LP_FLOAT32);
  check_products(&lp_op_batch_dot, "", 5, 1, 8, 1, 1, 0, LP_FLOAT32);
  check_products(&lp_op_batch_dot, "", 3, 5, 7, 9, 1, 0, LP_FLOAT64);
  check_products(&lp_op_linalg_gemm2, "alpha=-0.75", 3, 5, 7, 9, -0.75, 0, LP_FLOAT32);
  check_products(&lp_op_linalg_gemm2, "alpha=3", 2, 3, 300, 4, 3, 0, LP_FLOAT32);
  check_products(&lp_op_linalg_gemm, "alpha=2 beta=-0.5", 2, 13, 4, 5, 2, -0.5, LP_FLOAT32);
  check_products(&lp_op_linalg_gemm, "alpha=2 beta=-0.5", 2, 13, 4, 5, 2, -0.5, LP_FLOAT64);
}

TEST(work_for_several_threads) {
  check_products(&lp_op_dot, "", 1, 130, 100, 560, 1, 0, LP_FLOAT32);
  check_products(&lp_op_batch_dot, "", 12, 33, 64, 33, 1, 0, LP_FLOAT32);
}

TEST(rows_may_be_any_axis) {
  const float a[] = {1, 2, 3, 4, 5, 6, 7, 8};   /* (2, 2, 2): rows are axis 0 */
  const float b[] = {1, 0, 2, 1, 0, 1, -1, 3};
  run_op run;
  run_op_begin(&run, &lp_op_linalg_gemm2, "axis=0");
  run_op_floats(&run, 0, lp_shape_3(2, 2, 2), a);
  run_op_floats(&run, 1, lp_shape_3(2, 2, 2), b);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  /* Matrices [[1, 2], [5, 6]] by [[1, 0], [0, 1]] and [[3, 4], [7, 8]] by [[2, 1], [-1, 3]]. */
  run_op_expect(&run, 0, (const double[]){1, 2, 2, 15, 5, 6, 6, 31}, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

static void check_shapes(const lp_op *op, const char *attributes, lp_shape a, lp_shape b,
                         lp_status status, lp_shape out) {
  run_op run;
  run_op_begin(&run, op, attributes);
  run_op_input(&run, 0, LP_FLOAT32, a, NULL);
  run_op_input(&run, 1, LP_FLOAT32, b, NULL);
  CHECK_EQ_INT(run_op_infer(&run), status);
  if (status == LP_OK) {
    CHECK(lp_shape_equal(&run.out[0].shape, &out));
    double *zeros = calloc((size_t)lp_shape_size(&out) + 1, sizeof(double));
    run_op_expect(&run, 0, zeros, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    free(zeros);
  } else {
    CHECK(strstr(lp_status_text(), "node") != NULL);
  }
  run_op_end(&run);
}

TEST(shapes_and_empty_tensors) {
  const lp_op *dot = &lp_op_dot;
  check_shapes(dot, "", lp_shape_1(3), lp_shape_1(3), LP_OK, lp_shape_1(1));
  check_shapes(dot, "", lp_shape_3(2, 3, 4), lp_shape_3(4, 5, 6), LP_OK, lp_shape_4(2, 3, 5, 6));
  check_shapes(dot, "transpose_a=1", lp_shape_3(4, 2, 3), lp_shape_1(4), LP_OK, lp_shape_2(2, 3));
  check_shapes(dot, "transpose_b=1", lp_shape_1(4), lp_shape_3(2, 3, 4), LP_OK, lp_shape_2(2, 3));
  check_shapes(dot, "", lp_shape_2(0, 3), lp_shape_2(3, 2), LP_OK, lp_shape_2(0, 2));
  check_shapes(dot, "", lp_shape_2(2, 0), lp_shape_2(0, 3), LP_OK, lp_shape_2(2, 3));
  check_shapes(dot, "", lp_shape_2(70, 0), lp_shape_2(0, 40), LP_OK, lp_shape_2(70, 40));
  check_shapes(dot, "", lp_shape_2(2, 3), lp_shape_2(3, 0), LP_OK, lp_shape_2(2, 0));
  check_shapes(dot, "", lp_shape_1(0), lp_shape_1(0), LP_OK, lp_shape_1(1));
  check_shapes(dot, "", lp_shape_2(2, 3), lp_shape_2(4, 3), LP_ERROR_SHAPE, lp_shape_unknown());
  check_shapes(dot, "transpose_b=1", lp_shape_1(3), lp_shape_1(3), LP_ERROR_SHAPE, lp_shape_unknown());
  lp_shape many = {.ndim = 7, .dim = {1, 1, 1, 1, 1, 1, 1}};
  check_shapes(dot, "", many, many, LP_ERROR_SHAPE, lp_shape_unknown());
  const lp_op *batch = &lp_op_batch_dot;
  check_shapes(batch, "", lp_shape_4(2, 3, 4, 5), lp_shape_4(2, 3, 5, 6), LP_OK, lp_shape_4(2, 3, 4, 6));
  check_shapes(batch, "", lp_shape_3(0, 4, 5), lp_shape_3(0, 5, 6), LP_OK, lp_shape_3(0, 4, 6));
  check_shapes(batch, "", lp_shape_3(2, 4, 0), lp_shape_3(2, 0, 6), LP_OK, lp_shape_3(2, 4, 6));
  check_shapes(batch, "", lp_shape_2(4, 5), lp_shape_2(5, 6), LP_ERROR_SHAPE, lp_shape_unknown());
  check_shapes(batch, "", lp_shape_3(1, 4, 5), lp_shape_3(2, 5, 6), LP_ERROR_SHAPE, lp_shape_unknown());
  check_shapes(batch, "", lp_shape_3(2, 4, 5), lp_shape_3(2, 4, 6), LP_ERROR_SHAPE, lp_shape_unknown());
  const lp_op *gemm = &lp_op_linalg_gemm2;
  check_shapes(gemm, "axis=-1", lp_shape_2(3, 3), lp_shape_2(3, 3), LP_ERROR_SHAPE, lp_shape_unknown());
  check_shapes(gemm, "axis=-3", lp_shape_2(3, 3), lp_shape_2(3, 3), LP_ERROR_SHAPE, lp_shape_unknown());
  check_shapes(gemm, "axis=9223372036854775807", lp_shape_2(3, 3), lp_shape_2(3, 3), LP_ERROR_SHAPE, lp_shape_unknown());
  check_shapes(gemm, "", lp_shape_1(3), lp_shape_1(3), LP_ERROR_SHAPE, lp_shape_unknown());
}

TEST(shapes_are_inferred_backward) {
  run_op run;
  run_op_begin(&run, &lp_op_batch_dot, "");
  run.in[0].shape = lp_shape_3(LP_DIM_UNKNOWN, 4, LP_DIM_UNKNOWN);
  run.in[1].shape = lp_shape_3(2, 5, LP_DIM_UNKNOWN);
  run.out[0].shape = lp_shape_3(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, 6);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  const lp_shape expected = lp_shape_3(2, 5, 6);
  CHECK(lp_shape_equal(&run.in[1].shape, &expected));
  run_op_end(&run);
}

TEST(integers_are_refused) {
  run_op run;
  run_op_begin(&run, &lp_op_dot, "");
  run_op_input(&run, 0, LP_INT32, lp_shape_2(2, 2), NULL);
  run_op_input(&run, 1, LP_INT32, lp_shape_2(2, 2), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  CHECK_EQ_INT(run_op_all(&run), 0);
  run_op_end(&run);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(dot_sums_products);
  RUN(batches_are_products_of_their_own);
  RUN(work_for_several_threads);
  RUN(rows_may_be_any_axis);
  RUN(shapes_and_empty_tensors);
  RUN(shapes_are_inferred_backward);
  RUN(integers_are_refused);
  return check_end();
}
