/* LRN, L2Normalization and InstanceNorm against their formulas in double, and operators.md 7. */
#include "run_op.h"

#include "../src/op/op_table.h"

/* Input 0 as doubles; also given to the operator as float64 if asked. */
static double *random_data(run_op *run, lp_shape shape, lp_dtype dtype, float scale) {
  run_op_random(run, 0, shape, 5, scale);
  int64_t count = lp_shape_size(&shape);
  double *x = malloc((size_t)count * sizeof(double));
  for (int64_t i = 0; i < count; i++) {
    x[i] = (double)((float *)run->in[0].data)[i];
  }
  if (dtype == LP_FLOAT64) {
    run_op_input(run, 0, LP_FLOAT64, shape, x);
  }
  return x;
}

static void check_lrn(lp_shape shape, const char *attributes, int64_t nsize, double alpha,
                      double beta, double knorm) {
  run_op run;
  run_op_begin(&run, &lp_op_LRN, attributes);
  double *x = random_data(&run, shape, LP_FLOAT32, 3);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  int64_t count = lp_shape_size(&shape);
  int64_t pixels = shape.dim[2] * shape.dim[3];
  double *expected = malloc((size_t)count * sizeof(double));
  double *norm = malloc((size_t)count * sizeof(double));
  for (int64_t i = 0; i < count; i++) {
    int64_t c = i / pixels % shape.dim[1];
    double sum = 0;
    for (int64_t k = c - nsize / 2; k <= c + nsize / 2; k++) {
      if (k >= 0 && k < shape.dim[1]) {
        sum += x[i + (k - c) * pixels] * x[i + (k - c) * pixels];
      }
    }
    norm[i] = knorm + alpha / (double)nsize * sum;
    expected[i] = x[i] * pow(norm[i], -beta);
  }
  run_op_expect(&run, 0, expected, 1e-6, 3e-6);
  run_op_expect(&run, 1, norm, 1e-6, 1e-6);
  CHECK(run_op_all(&run) >= 2);
  if (nsize / 2 <= lp_cpu_block(LP_ISA_BASE) && lp_cpu_block(LP_ISA_BASE) > 1) {
    CHECK(run.ran_blocked > 0);
  }
  run.hide[1] = true;
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
  free(x);
  free(expected);
  free(norm);
}

TEST(lrn_follows_the_formula) {
  check_lrn(lp_shape_4(2, 19, 3, 7), "nsize=5", 5, 1e-4, 0.75, 2);
  check_lrn(lp_shape_4(1, 32, 4, 4), "nsize=5 alpha=0.5 beta=0.6 knorm=1", 5, 0.5, 0.6, 1);
  check_lrn(lp_shape_4(1, 50, 3, 3), "nsize=9 alpha=2", 9, 2, 0.75, 2);
  check_lrn(lp_shape_4(1, 3, 5, 5), "nsize=1 alpha=2 beta=0.5", 1, 2, 0.5, 2);
  check_lrn(lp_shape_4(1, 2, 5, 5), "nsize=7 alpha=2", 7, 2, 0.75, 2);
  check_lrn(lp_shape_4(1, 40, 2, 3), "nsize=65 alpha=2", 65, 2, 0.75, 2);
  check_lrn(lp_shape_4(2, 96, 55, 55), "nsize=5 alpha=1", 5, 1, 0.75, 2);
}

static void check_l2(lp_shape shape, const char *mode, int first, int last, lp_dtype dtype) {
  char attributes[64];
  (void)sprintf(attributes, "mode=%s eps=1e-3", mode);
  run_op run;
  run_op_begin(&run, &lp_op_L2Normalization, attributes);
  double *x = random_data(&run, shape, dtype, 3);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  int64_t outer = lp_shape_product(&shape, 0, first);
  int64_t axis = lp_shape_product(&shape, first, last);
  int64_t inner = lp_shape_product(&shape, last, shape.ndim);
  double *expected = malloc((size_t)(outer * axis * inner) * sizeof(double));
  double *norm = malloc((size_t)(outer * inner) * sizeof(double));
  for (int64_t o = 0; o < outer; o++) {
    for (int64_t i = 0; i < inner; i++) {
      double sum = 1e-3;
      for (int64_t a = 0; a < axis; a++) {
        sum += pow(x[(o * axis + a) * inner + i], 2);
      }
      norm[o * inner + i] = sqrt(sum);
      for (int64_t a = 0; a < axis; a++) {
        expected[(o * axis + a) * inner + i] = x[(o * axis + a) * inner + i] / sqrt(sum);
      }
    }
  }
  REQUIRE(lp_shape_size(&run.out[1].shape) == outer * inner);
  double tight = dtype == LP_FLOAT64 ? 1e-13 : 2e-6;
  run_op_expect(&run, 0, expected, tight, tight);
  run_op_expect(&run, 1, norm, tight, tight);
  CHECK(run_op_all(&run) >= 4);
  CHECK(run.ran_inplace > 0);
  run.hide[1] = true;
  CHECK(run_op_all(&run) >= 4);
  run_op_end(&run);
  free(x);
  free(expected);
  free(norm);
}

TEST(l2_normalization_follows_the_formula) {
  const lp_dtype both[] = {LP_FLOAT32, LP_FLOAT64};
  for (size_t i = 0; i < 2; i++) {
    check_l2(lp_shape_4(2, 19, 3, 7), "instance", 1, 4, both[i]);
    check_l2(lp_shape_4(2, 19, 3, 7), "channel", 1, 2, both[i]);
    check_l2(lp_shape_4(2, 19, 3, 7), "spatial", 2, 4, both[i]);
    check_l2(lp_shape_2(2, 512), "instance", 1, 2, both[i]);
    check_l2(lp_shape_1(3), "instance", 1, 1, both[i]);
    check_l2(lp_shape_3(2, 5, 1), "channel", 1, 2, both[i]);
    check_l2(lp_shape_3(2, 5, 33), "channel", 1, 2, both[i]);
  }
  check_l2(lp_shape_4(2, 512, 38, 38), "channel", 1, 2, LP_FLOAT32);
  check_l2(lp_shape_2(3, 100000), "instance", 1, 2, LP_FLOAT32);
}

static void check_instance(lp_shape shape) {
  run_op run;
  run_op_begin(&run, &lp_op_InstanceNorm, "eps=1e-2");
  double *x = random_data(&run, shape, LP_FLOAT32, 3);
  int64_t channels = shape.dim[1];
  int64_t pixels = lp_shape_product(&shape, 2, shape.ndim);
  int64_t rows = shape.dim[0] * channels;
  run_op_random(&run, 1, lp_shape_1(channels), 8, 2);
  run_op_random(&run, 2, lp_shape_1(channels), 9, 2);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  double *expected = malloc((size_t)(rows * pixels) * sizeof(double));
  double *means = malloc((size_t)rows * sizeof(double));
  double *variances = malloc((size_t)rows * sizeof(double));
  for (int64_t r = 0; r < rows; r++) {
    double mean = 0;
    double variance = 0;
    for (int64_t i = 0; i < pixels; i++) {
      mean += x[r * pixels + i] / (double)pixels;
    }
    for (int64_t i = 0; i < pixels; i++) {
      variance += pow(x[r * pixels + i] - mean, 2) / (double)pixels;
    }
    means[r] = mean;
    variances[r] = variance;
    for (int64_t i = 0; i < pixels; i++) {
      expected[r * pixels + i] = (double)((float *)run.in[1].data)[r % channels] *
                                     (x[r * pixels + i] - mean) / sqrt(variance + 1e-2) +
                                 (double)((float *)run.in[2].data)[r % channels];
    }
  }
  run_op_expect(&run, 0, expected, 1e-5, 1e-5);
  run_op_expect(&run, 1, means, 1e-6, 1e-6);
  run_op_expect(&run, 2, variances, 1e-6, 3e-6);
  CHECK(run_op_all(&run) >= 2);
  CHECK(run.ran_blocked > 0 || lp_cpu_block(LP_ISA_BASE) == 1);
  run.hide[1] = run.hide[2] = true;
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
  free(x);
  free(expected);
  free(means);
  free(variances);
}

TEST(instance_norm_follows_the_formula) {
  check_instance(lp_shape_4(2, 19, 3, 7));
  check_instance(lp_shape_3(1, 3, 1));
  check_instance(lp_shape_3(2, 16, 1001));
  check_instance(lp_shape_4(1, 32, 150, 151));
}

/* One row of operators.md 7; inputs 1 and 2 by default not given. */
static void check_row(const lp_op *op, const char *attributes, lp_shape shape, const float *x,
                      const float *gamma, const float *beta, const double *expected) {
  run_op run;
  run_op_begin(&run, op, attributes);
  run_op_floats(&run, 0, shape, x);
  if (gamma != NULL) {
    run_op_floats(&run, 1, lp_shape_1(shape.dim[1]), gamma);
    run_op_floats(&run, 2, lp_shape_1(shape.dim[1]), beta);
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, expected, 1e-6, 1e-6);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

TEST(check_vectors) {
  const float one[] = {1, 2, 3, 4};
  lp_shape shape = lp_shape_4(1, 2, 1, 2);
  check_row(&lp_op_LRN, "nsize=3 alpha=1 beta=0.5 knorm=1", lp_shape_4(1, 3, 1, 1), one, NULL, NULL,
            (const double[]){0.6123724, 0.840168, 1.299038});
  check_row(&lp_op_L2Normalization, "", shape, one, NULL, NULL,
            (const double[]){0.1825742, 0.3651484, 0.5477225, 0.7302967});
  check_row(&lp_op_L2Normalization, "mode=spatial", shape, one, NULL, NULL,
            (const double[]){0.4472136, 0.8944272, 0.6, 0.8});
  check_row(&lp_op_L2Normalization, "mode=channel", shape, one, NULL, NULL,
            (const double[]){0.3162278, 0.4472136, 0.9486833, 0.8944272});
  check_row(&lp_op_InstanceNorm, "", lp_shape_3(1, 2, 2), (const float[]){1, 3, 5, 9},
            (const float[]){1, 2}, (const float[]){0, 1},
            (const double[]){-0.9995004, 0.9995004, -0.9997501, 2.99975});
}

static void check_refused(const lp_op *op, const char *attributes, lp_shape shape) {
  run_op run;
  run_op_begin(&run, op, attributes);
  run_op_floats(&run, 0, shape, NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  run_op_end(&run);
}

TEST(what_cannot_be_done_is_refused) {
  check_refused(&lp_op_LRN, "nsize=3", lp_shape_3(1, 3, 2));
  check_refused(&lp_op_L2Normalization, "mode=channel", lp_shape_2(2, 3));
  check_refused(&lp_op_L2Normalization, "mode=spatial", lp_shape_1(2));
  check_refused(&lp_op_InstanceNorm, "", lp_shape_2(2, 3));
  run_op run;
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op_LRN, "nsize=2"), LP_ERROR_ATTRIBUTE);
  run_op_end(&run);
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op_LRN, ""), LP_ERROR_ATTRIBUTE);
  run_op_end(&run);
  run_op_begin(&run, &lp_op_LRN, "nsize=1");
  run_op_input(&run, 0, LP_FLOAT64, lp_shape_4(1, 1, 1, 1), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  CHECK_EQ_INT(run_op_all(&run), 0);
  run_op_end(&run);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(lrn_follows_the_formula);
  RUN(l2_normalization_follows_the_formula);
  RUN(instance_norm_follows_the_formula);
  RUN(check_vectors);
  RUN(what_cannot_be_done_is_refused);
  return check_end();
}
