/* BatchNorm and its relatives, every algorithm, against the formula in double, and operators.md 7. */
#include "run_op.h"

#include "../src/op/op_table.h"

static const lp_op *const relatives[] = {&lp_op_BatchNorm, &lp_op_BatchNorm_v1, &lp_op_CuDNNBatchNorm,
                                      &lp_op__contrib_SyncBatchNorm,
                                      &lp_op__contrib_BatchNormWithReLU};

static void check_norm(const lp_op *op, lp_shape shape, int axis, const char *attributes,
                       bool fix_gamma, double eps, lp_dtype dtype) {
  run_op run;
  run_op_begin(&run, op, attributes);
  int64_t channels = shape.dim[axis];
  int64_t inner = lp_shape_product(&shape, axis + 1, shape.ndim);
  int64_t count = lp_shape_size(&shape);
  run_op_random(&run, 0, shape, 1, 4);
  for (int i = 1; i < 5; i++) {
    run_op_random(&run, i, lp_shape_1(channels), (uint32_t)i + 1, 1);
  }
  double *values[5];
  for (int i = 0; i < 5; i++) {
    int64_t n = i == 0 ? count : channels;
    values[i] = malloc((size_t)n * sizeof(double));
    for (int64_t k = 0; k < n; k++) {
      float *v = (float *)run.in[i].data + k;
      if (i == 4) {
        *v = *v * *v + 0.1f;
      }
      values[i][k] = (double)*v;
    }
    if (dtype == LP_FLOAT64) {
      run_op_input(&run, i, LP_FLOAT64, run.in[i].shape, values[i]);
    }
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  double *expected = malloc((size_t)count * sizeof(double));
  double *inverse = malloc((size_t)channels * sizeof(double));
  for (int64_t c = 0; c < channels; c++) {
    inverse[c] = 1 / sqrt(values[4][c] + eps);
  }
  for (int64_t i = 0; i < count; i++) {
    int64_t c = i / inner % channels;
    expected[i] = (values[0][i] - values[3][c]) * inverse[c] * (fix_gamma ? 1 : values[1][c]) +
                  values[2][c];
    if (op == &lp_op__contrib_BatchNormWithReLU && expected[i] < 0) {
      expected[i] = 0;
    }
  }
  double tight = dtype == LP_FLOAT64 ? 1e-13 : 2e-6;
  run_op_expect(&run, 0, expected, tight * 10, tight);
  run_op_expect(&run, 1, values[3], 0, 0);
  run_op_expect(&run, 2, op == &lp_op_BatchNorm_v1 ? values[4] : inverse, 0, tight);
  CHECK(run_op_all(&run) >= 4);
  CHECK(run.ran_inplace > 0);
  if (shape.ndim > 2 && axis == 1 && dtype == LP_FLOAT32 && lp_cpu_block(LP_ISA_BASE) > 1) {
    CHECK(run.ran_blocked > 0);
  }
  run.hide[1] = run.hide[2] = true;
  CHECK(run_op_all(&run) >= 4);
  run_op_end(&run);
  free(expected);
  free(inverse);
  for (int i = 0; i < 5; i++) {
    free(values[i]);
  }
}

TEST(normalises_along_any_axis) {
  const lp_op *op = &lp_op_BatchNorm;
  const lp_dtype both[] = {LP_FLOAT32, LP_FLOAT64};
  for (size_t i = 0; i < 2; i++) {
    check_norm(op, lp_shape_4(2, 19, 5, 7), 1, "", true, 1e-3, both[i]);
    check_norm(op, lp_shape_4(2, 19, 5, 7), 1, "fix_gamma=False eps=2e-5", false, 2e-5, both[i]);
    check_norm(op, lp_shape_4(2, 3, 5, 37), -1 + 4, "fix_gamma=False axis=-1", false, 1e-3, both[i]);
    check_norm(op, lp_shape_3(3, 33, 1), 1, "fix_gamma=0", false, 1e-3, both[i]);
    check_norm(op, lp_shape_3(3, 2, 9), 0, "fix_gamma=0 axis=0", false, 1e-3, both[i]);
    check_norm(op, lp_shape_2(3, 21), 1, "fix_gamma=0", false, 1e-3, both[i]);
    check_norm(op, lp_shape_1(5), 0, "fix_gamma=0 axis=0", false, 1e-3, both[i]);
    check_norm(op, lp_shape_4(1, 3, 2, 2), 2, "fix_gamma=0 axis=2 momentum=0.5", false, 1e-3, both[i]);
  }
  check_norm(op, lp_shape_4(1, 64, 90, 90), 1, "fix_gamma=0", false, 1e-3, LP_FLOAT32);
}

TEST(relatives_do_the_same) {
  for (size_t i = 0; i < LP_COUNT(relatives); i++) {
    check_norm(relatives[i], lp_shape_4(2, 19, 5, 7), 1, "fix_gamma=False", false, 1e-3, LP_FLOAT32);
    check_norm(relatives[i], lp_shape_2(5, 19), 1, "eps=1e-5", true, 1e-5, LP_FLOAT64);
    CHECK_EQ_INT(relatives[i]->family->aux_inputs, 24);
  }
}

TEST(check_vectors) {
  const struct {
    const char *attributes;
    double expected[4];
  } rows[] = {
      {"", {0, 0.4999375, 0.8333148, 1.16663}},
      {"fix_gamma=False eps=1e-5", {0, 0.9999988, 1.499999, 2.499999}},
      {"fix_gamma=False axis=2", {0, 0.5, 1.99975, 2.499889}},
  };
  for (size_t i = 0; i < LP_COUNT(rows); i++) {
    run_op run;
    run_op_begin(&run, &lp_op_BatchNorm, rows[i].attributes);
    run_op_floats(&run, 0, lp_shape_3(1, 2, 2), (const float[]){0, 1, 2, 3});
    run_op_floats(&run, 1, lp_shape_1(2), (const float[]){2, 3});
    run_op_floats(&run, 2, lp_shape_1(2), (const float[]){0, 0.5f});
    run_op_floats(&run, 3, lp_shape_1(2), (const float[]){0, 1});
    run_op_floats(&run, 4, lp_shape_1(2), (const float[]){4, 9});
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    run_op_expect(&run, 0, rows[i].expected, 1e-6, 1e-6);
    CHECK(run_op_all(&run) >= 4);
    run_op_end(&run);
  }
}

TEST(mean_and_inverse_deviation_are_outputs_when_asked_for) {
  char name[LP_OP_NAME_SIZE];
  run_op run;
  run_op_begin(&run, &lp_op_BatchNorm, "output_mean_var=True fix_gamma=False");
  CHECK_EQ_INT(lp_op_count_visible(run.op, run.param), 3);
  CHECK_STR(lp_op_output_name(run.op, NULL, 2, name), "var");
  run_op_floats(&run, 0, lp_shape_3(1, 2, 2), (const float[]){0, 1, 2, 3});
  run_op_floats(&run, 3, lp_shape_1(2), (const float[]){0, 1});
  run_op_floats(&run, 4, lp_shape_1(2), (const float[]){4, 9});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 1, (const double[]){0, 1}, 0, 0);
  run_op_expect(&run, 2, (const double[]){0.4999375343, 0.3333148062}, 1e-7, 0);
  CHECK(run_op_all(&run) >= 4);
  run_op_end(&run);
}

TEST(shapes_and_types_are_inferred_and_checked) {
  run_op run;
  run_op_begin(&run, &lp_op_BatchNorm, "axis=3");
  run_op_floats(&run, 0, lp_shape_3(1, 2, 2), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  CHECK_CONTAINS(lp_status_text(), "axis out of range: 3");
  run_op_end(&run);
  run_op_begin(&run, &lp_op_BatchNorm, "");
  run_op_floats(&run, 0, lp_shape_3(1, 2, 2), NULL);
  run_op_floats(&run, 2, lp_shape_1(3), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  CHECK_CONTAINS(lp_status_text(), "beta");
  run_op_end(&run);
  run_op_begin(&run, &lp_op_BatchNorm, "");
  run_op_input(&run, 0, LP_FLOAT16, lp_shape_3(1, 2, 2), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  CHECK_EQ_INT(run.in[1].dtype, LP_FLOAT32);
  CHECK_EQ_INT(run.out[0].dtype, LP_FLOAT16);
  CHECK_EQ_INT(run_op_all(&run), 0);
  run_op_end(&run);
  run_op_begin(&run, &lp_op_BatchNorm, "");
  run_op_input(&run, 0, LP_FLOAT64, lp_shape_3(1, 2, 2), NULL);
  run_op_floats(&run, 1, lp_shape_1(2), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_DTYPE);
  CHECK_CONTAINS(lp_status_text(), "Expected 'float64' v.s. given 'float32' at 'gamma'");
  run_op_end(&run);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(normalises_along_any_axis);
  RUN(relatives_do_the_same);
  RUN(check_vectors);
  RUN(mean_and_inverse_deviation_are_outputs_when_asked_for);
  RUN(shapes_and_types_are_inferred_and_checked);
  return check_end();
}
