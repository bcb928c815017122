/* LayerNorm, GroupNorm and moments against their formulas in double, and bad input. */
#include "run_op.h"

#include "../src/op/op_table.h"

static double *operand(run_op *run, int i, lp_shape shape, lp_dtype dtype) {
  return run_op_operand(run, i, shape, dtype, (uint32_t)i + 1, 2);
}

/* Rows of `size` elements, `inner` apart. `groups`: gamma and beta of each row, else of each element. */
static void check_norm(const lp_op *op, const char *attributes, lp_shape shape, int64_t size,
                       int64_t inner, int64_t groups, double eps, lp_dtype dtype) {
  run_op run;
  run_op_begin(&run, op, attributes);
  const int64_t count = lp_shape_size(&shape);
  const int64_t rows = size > 0 ? count / size : 0;
  const int64_t vectors = groups > 0 ? groups : size;
  double *x = operand(&run, 0, shape, dtype);
  double *gamma = operand(&run, 1, lp_shape_1(vectors), dtype);
  double *beta = operand(&run, 2, lp_shape_1(vectors), dtype);
  double *y = malloc(((size_t)count + 1) * sizeof(double));
  double *means = malloc(((size_t)rows + 1) * sizeof(double));
  double *deviations = malloc(((size_t)rows + 1) * sizeof(double));
  for (int64_t row = 0; row < rows; row++) {
    const int64_t at = row / inner * size * inner + row % inner;
    double mean = 0;
    double variance = 0;
    for (int64_t i = 0; i < size; i++) {
      mean += x[at + i * inner] / (double)size;
    }
    for (int64_t i = 0; i < size; i++) {
      variance += (x[at + i * inner] - mean) * (x[at + i * inner] - mean) / (double)size;
    }
    means[row] = mean;
    deviations[row] = sqrt(variance + eps);
    for (int64_t i = 0; i < size; i++) {
      const int64_t v = groups > 0 ? row % groups : i;
      y[at + i * inner] = (x[at + i * inner] - mean) / deviations[row] * gamma[v] + beta[v];
    }
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  const double error = dtype == LP_FLOAT64 ? 1e-13 : 3e-6;
  run_op_expect(&run, 0, y, error, error);
  run_op_expect(&run, 1, means, error, error);
  run_op_expect(&run, 2, deviations, error, error);
  CHECK(run_op_all(&run) >= 2);
  CHECK(run.ran_inplace > 0);
  run.hide[1] = run.hide[2] = true;
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
  free(x);
  free(gamma);
  free(beta);
  free(y);
  free(means);
  free(deviations);
}

TEST(layers_are_normalised_along_any_axis) {
  const lp_op *op = &lp_op_LayerNorm;
  const lp_dtype both[] = {LP_FLOAT32, LP_FLOAT64};
  for (size_t i = 0; i < 2; i++) {
    check_norm(op, "", lp_shape_1(5), 5, 1, 0, 1e-5, both[i]);
    check_norm(op, "", lp_shape_2(7, 48), 48, 1, 0, 1e-5, both[i]);
    check_norm(op, "eps=1e-12", lp_shape_3(2, 3, 37), 37, 1, 0, 1e-12, both[i]);
    check_norm(op, "", lp_shape_2(5, 1), 1, 1, 0, 1e-5, both[i]);
    check_norm(op, "", lp_shape_2(3, 768), 768, 1, 0, 1e-5, both[i]);
    check_norm(op, "axis=1 eps=0.5", lp_shape_4(2, 5, 3, 7), 5, 21, 0, 0.5, both[i]);
    check_norm(op, "axis=-3", lp_shape_3(6, 2, 2), 6, 4, 0, 1e-5, both[i]);
  }
  check_norm(op, "", lp_shape_2(300, 400), 400, 1, 0, 1e-5, LP_FLOAT32);
  check_norm(op, "", lp_shape_2(0, 4), 4, 1, 0, 1e-5, LP_FLOAT32);
}

TEST(groups_are_normalised) {
  const lp_op *op = &lp_op_GroupNorm;
  const lp_dtype both[] = {LP_FLOAT32, LP_FLOAT64};
  for (size_t i = 0; i < 2; i++) {
    check_norm(op, "", lp_shape_3(2, 3, 5), 15, 1, 1, 1e-5, both[i]);
    check_norm(op, "num_groups=2 eps=0.1", lp_shape_3(2, 4, 5), 10, 1, 2, 0.1, both[i]);
    check_norm(op, "num_groups=4", lp_shape_4(1, 8, 7, 3), 42, 1, 4, 1e-5, both[i]);
  }
  check_norm(op, "num_groups=32", lp_shape_4(1, 64, 30, 30), 1800, 1, 32, 1e-5, LP_FLOAT32);
}

static void refuse(const lp_op *op, const char *attributes, lp_shape data, int64_t vectors,
                   const char *phrase) {
  run_op run;
  run_op_begin(&run, op, attributes);
  run_op_input(&run, 0, LP_FLOAT32, data, NULL);
  if (vectors > 0) {
    run_op_input(&run, 1, LP_FLOAT32, lp_shape_1(vectors), NULL);
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  CHECK(strstr(lp_status_text(), "node") != NULL && strstr(lp_status_text(), phrase) != NULL);
  run_op_end(&run);
}

TEST(bad_input_is_refused) {
  run_op run;
  refuse(&lp_op_LayerNorm, "axis=2", lp_shape_2(2, 3), 0, "axis");
  refuse(&lp_op_LayerNorm, "axis=-3", lp_shape_2(2, 3), 0, "axis");
  refuse(&lp_op_LayerNorm, "axis=-9223372036854775807", lp_shape_2(2, 3), 0, "axis");
  refuse(&lp_op_LayerNorm, "", lp_shape_2(2, 3), 4, "gamma");
  refuse(&lp_op_LayerNorm, "", (lp_shape){.ndim = 0}, 0, "axis");
  refuse(&lp_op_GroupNorm, "", lp_shape_2(2, 3), 0, "3 dimensions");
  refuse(&lp_op_GroupNorm, "num_groups=2", lp_shape_3(2, 3, 4), 0, "groups");
  refuse(&lp_op_GroupNorm, "num_groups=2", lp_shape_3(2, 4, 4), 4, "gamma");
  refuse(&lp_op_moments, "axes=(2,)", lp_shape_2(2, 4), 0, "axes");
  refuse(&lp_op_moments, "axes=(1,-1)", lp_shape_2(2, 4), 0, "twice");
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op_GroupNorm, "num_groups=0"), LP_ERROR_ATTRIBUTE);
  run_op_end(&run);
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op_moments, ""), LP_ERROR_ATTRIBUTE);
  run_op_end(&run);
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op_moments, "axes=()"), LP_ERROR_ATTRIBUTE);
  run_op_end(&run);
}

TEST(moments_along_axes) {
  run_op run;
  run_op_begin(&run, &lp_op_moments, "axes=(0,2) keepdims=True");
  run_op_floats(&run, 0, lp_shape_3(2, 2, 2), (const float[]){1, 2, 3, 5, 3, 6, 4, 8});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  const lp_shape kept = lp_shape_3(1, 2, 1);
  CHECK(lp_shape_equal(&run.out[1].shape, &kept));
  run_op_expect(&run, 0, (const double[]){3, 5}, 0, 0);
  run_op_expect(&run, 1, (const double[]){3.5, 3.5}, 0, 1e-7);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
  /* Sums and squares of bytes wrap around: 257 is 1, 4 wraps to 4; 1 + 4 + 16 + 62500 is 57. */
  run_op_begin(&run, &lp_op_moments, "axes=-1");
  run_op_input(&run, 0, LP_UINT8, lp_shape_1(4), (const uint8_t[]){1, 2, 4, 250});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, (const double[]){0}, 0, 0);
  run_op_expect(&run, 1, (const double[]){14}, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
  run_op_begin(&run, &lp_op_moments, "axes=0");
  run_op_input(&run, 0, LP_INT32, lp_shape_2(0, 3), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
  run_op_begin(&run, &lp_op_moments, "axes=(1,)");
  run_op_random(&run, 0, lp_shape_3(3, 700, 2), 9, 1);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  double mean[6] = {0};
  double variance[6] = {0};
  for (int i = 0; i < 4200; i++) {
    mean[i / 1400 * 2 + i % 2] += (double)((float *)run.in[0].data)[i] / 700;
  }
  for (int i = 0; i < 4200; i++) {
    const int k = i / 1400 * 2 + i % 2;
    const double x = (double)((float *)run.in[0].data)[i] - mean[k];
    variance[k] += x * x / 700;
  }
  run_op_expect(&run, 0, mean, 1e-7, 1e-6);
  run_op_expect(&run, 1, variance, 1e-7, 1e-6);
  CHECK(run_op_all(&run) >= 2);
  run.hide[1] = true;
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(layers_are_normalised_along_any_axis);
  RUN(groups_are_normalised);
  RUN(bad_input_is_refused);
  RUN(moments_along_axes);
  return check_end();
}
