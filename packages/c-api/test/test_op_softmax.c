/* The softmax family against the formula in double, operators.md 7, and the reference's answers for odd values. */
#include "run_op.h"

#include "../src/op/op_table.h"

/* Expected values along the middle axis of (outer, axis, inner). */
static void define(const double *x, double *y, int64_t outer, int64_t axis, int64_t inner,
                   double temperature, bool negate, bool logarithm, const int32_t *lengths) {
  for (int64_t o = 0; o < outer * inner; o++) {
    int64_t at = o / inner * axis * inner + o % inner;
    int64_t n = lengths != NULL ? lengths[o] : axis;
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
      double z = (negate ? -1 : 1) * (x[at + i * inner] - x[at]) / temperature;
      sum += exp(z);
    }
    for (int64_t i = 0; i < axis; i++) {
      double z = (negate ? -1 : 1) * (x[at + i * inner] - x[at]) / temperature;
      y[at + i * inner] = i >= n ? 0 : logarithm ? z - log(sum) : exp(z) / sum;
    }
  }
}

static void check_softmax(const lp_op *op, const char *attributes, lp_shape shape, int first,
                          int last, double temperature, bool with_lengths, lp_dtype dtype) {
  run_op run;
  run_op_begin(&run, op, attributes);
  run_op_random(&run, 0, shape, 3, 12);
  int64_t count = lp_shape_size(&shape);
  int64_t outer = lp_shape_product(&shape, 0, first);
  int64_t axis = lp_shape_product(&shape, first, last);
  int64_t inner = lp_shape_product(&shape, last, shape.ndim);
  double *x = malloc((size_t)count * sizeof(double));
  double *expected = malloc((size_t)count * sizeof(double));
  int32_t *lengths = malloc((size_t)(outer * inner) * sizeof(int32_t));
  for (int64_t i = 0; i < count; i++) {
    x[i] = (double)((float *)run.in[0].data)[i];
  }
  for (int64_t i = 0; i < outer * inner; i++) {
    lengths[i] = (int32_t)(i * 3 % (axis + 1));
  }
  if (dtype == LP_FLOAT64) {
    run_op_input(&run, 0, LP_FLOAT64, shape, x);
  }
  if (with_lengths) {
    lp_shape rest = shape;
    rest.ndim--;
    for (int i = first; i < rest.ndim; i++) {
      rest.dim[i] = shape.dim[i + 1];
    }
    run_op_input(&run, 1, LP_INT32, rest, lengths);
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  define(x, expected, outer, axis, inner, temperature, op == &lp_op_softmin,
         op == &lp_op_log_softmax, with_lengths ? lengths : NULL);
  bool narrow = run.out[0].dtype == LP_FLOAT32;
  run_op_expect(&run, 0, expected, narrow ? 1e-6 : 1e-13, narrow ? 1e-5 : 1e-12);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
  free(x);
  free(expected);
  free(lengths);
}

TEST(softmax_follows_the_formula_along_any_axis) {
  const lp_op *const ops[] = {&lp_op_softmax, &lp_op_log_softmax, &lp_op_softmin};
  for (size_t i = 0; i < LP_COUNT(ops); i++) {
    check_softmax(ops[i], "", lp_shape_1(1), 0, 1, 1, false, LP_FLOAT32);
    check_softmax(ops[i], "", lp_shape_2(3, 21), 1, 2, 1, false, LP_FLOAT32);
    check_softmax(ops[i], "", lp_shape_2(2, 16), 1, 2, 1, false, LP_FLOAT32);
    check_softmax(ops[i], "", lp_shape_2(2, 5003), 1, 2, 1, false, LP_FLOAT32);
    check_softmax(ops[i], "axis=1", lp_shape_4(2, 5, 7, 9), 1, 2, 1, false, LP_FLOAT32);
    check_softmax(ops[i], "axis=-2 temperature=3", lp_shape_3(2, 300, 5), 1, 2, 3, false, LP_FLOAT32);
    check_softmax(ops[i], "axis=0 temperature=0.5", lp_shape_3(3, 4, 5), 0, 1, 0.5, false, LP_FLOAT32);
    check_softmax(ops[i], "axis=1", lp_shape_3(2, 5, 7), 1, 2, 1, false, LP_FLOAT64);
    check_softmax(ops[i], "dtype=float64", lp_shape_2(2, 5), 1, 2, 1, false, LP_FLOAT32);
    check_softmax(ops[i], "dtype=float32", lp_shape_2(2, 5), 1, 2, 1, false, LP_FLOAT64);
  }
}

TEST(large_data_are_shared_among_threads) {
  check_softmax(&lp_op_softmax, "axis=1", lp_shape_4(1, 21, 200, 301), 1, 2, 1, false, LP_FLOAT32);
  check_softmax(&lp_op_softmax, "", lp_shape_2(500, 1000), 1, 2, 1, false, LP_FLOAT32);
  check_softmax(&lp_op_SoftmaxOutput, "", lp_shape_4(2, 40, 50, 50), 1, 4, 1, false, LP_FLOAT32);
}

TEST(lengths_leave_out_the_rest) {
  check_softmax(&lp_op_softmax, "use_length=True", lp_shape_2(7, 9), 1, 2, 1, true, LP_FLOAT32);
  check_softmax(&lp_op_softmax, "use_length=True axis=1", lp_shape_3(2, 9, 3), 1, 2, 1, true, LP_FLOAT32);
  check_softmax(&lp_op_softmax, "use_length=True", lp_shape_2(7, 9), 1, 2, 1, true, LP_FLOAT64);
  run_op run;
  run_op_begin(&run, &lp_op_softmax, "use_length=True");
  run_op_floats(&run, 0, lp_shape_2(2, 3), (const float[]){1, 3, 2, 4, 5, 6});
  run_op_input(&run, 1, LP_INT64, lp_shape_1(2), (const int64_t[]){-5, 99});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, (const double[]){0, 0, 0, 0.09003057, 0.2447285, 0.6652410}, 1e-6, 1e-6);
  CHECK(run_op_all(&run) > 0);
  run_op_end(&run);
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op_softmin, "use_length=True"), LP_ERROR_UNSUPPORTED);
  run_op_end(&run);
}

TEST(heads_choose_their_axes) {
  lp_shape shape = lp_shape_4(2, 5, 3, 7);
  const lp_dtype both[] = {LP_FLOAT32, LP_FLOAT64};
  for (size_t i = 0; i < 2; i++) {
    check_softmax(&lp_op_SoftmaxOutput, "", shape, 1, 4, 1, false, both[i]);
    check_softmax(&lp_op_SoftmaxOutput, "multi_output=True", shape, 1, 2, 1, false, both[i]);
    check_softmax(&lp_op_SoftmaxOutput, "preserve_shape=True grad_scale=3", shape, 3, 4, 1, false, both[i]);
    check_softmax(&lp_op_SoftmaxOutput, "", lp_shape_2(2, 1000), 1, 2, 1, false, both[i]);
    check_softmax(&lp_op_SoftmaxOutput, "", lp_shape_1(3), 1, 1, 1, false, both[i]);
    check_softmax(&lp_op_SoftmaxActivation, "", shape, 3, 4, 1, false, both[i]);
    check_softmax(&lp_op_SoftmaxActivation, "mode=channel", shape, 1, 2, 1, false, both[i]);
  }
}

TEST(check_vectors) {
  const struct {
    const lp_op *op;
    const char *attributes;
    lp_shape shape;
    double expected[4];
  } rows[] = {
      {&lp_op_SoftmaxActivation, "mode=instance", lp_shape_4(1, 2, 1, 2), {0.2689414, 0.7310586, 0.2689414, 0.7310586}},
      {&lp_op_SoftmaxActivation, "mode=channel", lp_shape_4(1, 2, 1, 2), {0.1192029, 0.1192029, 0.880797, 0.880797}},
      {&lp_op_SoftmaxOutput, "", lp_shape_4(1, 2, 1, 2), {0.0320586, 0.08714432, 0.2368828, 0.6439143}},
      {&lp_op_SoftmaxOutput, "multi_output=True", lp_shape_4(1, 2, 1, 2), {0.1192029, 0.1192029, 0.880797, 0.880797}},
      {&lp_op_SoftmaxOutput, "preserve_shape=True", lp_shape_4(1, 2, 1, 2), {0.2689414, 0.7310586, 0.2689414, 0.7310586}},
      {&lp_op_softmax, "axis=0 temperature=2", lp_shape_2(2, 2), {0.2689414, 0.2689414, 0.7310586, 0.7310586}},
      {&lp_op_log_softmax, "", lp_shape_2(1, 3), {-2.407606, -1.407606, -0.4076059}},
      {&lp_op_softmin, "", lp_shape_2(1, 3), {0.6652409, 0.2447285, 0.09003057}},
  };
  for (size_t i = 0; i < LP_COUNT(rows); i++) {
    run_op run;
    run_op_begin(&run, rows[i].op, rows[i].attributes);
    run_op_floats(&run, 0, rows[i].shape, (const float[]){0, 1, 2, 3});
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    run_op_expect(&run, 0, rows[i].expected, 1e-7, 1e-6);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
  }
}

TEST(odd_values_make_the_whole_row_odd) {
  const float inf = INFINITY;
  const float rows[5][3] = {{1, NAN, 2}, {1, inf, 2}, {-inf, -inf, -inf}, {-inf, 0, 0}, {1e30f, -1e30f, 1e30f}};
  const double expected[5][3] = {{(double)NAN, (double)NAN, (double)NAN}, {(double)NAN, (double)NAN, (double)NAN},
                                 {(double)NAN, (double)NAN, (double)NAN}, {0, 0.5, 0.5}, {0.5, 0, 0.5}};
  for (int i = 0; i < 5; i++) {
    run_op run;
    run_op_begin(&run, &lp_op_softmax, "");
    run_op_floats(&run, 0, lp_shape_1(3), rows[i]);
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    run_op_expect(&run, 0, expected[i], 0, 0);
    CHECK(run_op_all(&run) > 0);
    run_op_end(&run);
    run_op_begin(&run, &lp_op_softmax, "axis=0");
    run_op_floats(&run, 0, lp_shape_2(3, 1), rows[i]);
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    run_op_expect(&run, 0, expected[i], 0, 0);
    CHECK(run_op_all(&run) > 0);
    run_op_end(&run);
  }
}

/* Shape of a label that SoftmaxOutput finds for data, or -1 where it refuses the one given. */
static int label_ndim(const char *attributes, lp_shape data, lp_shape label) {
  run_op run;
  run_op_begin(&run, &lp_op_SoftmaxOutput, attributes);
  run_op_floats(&run, 0, data, NULL);
  if (label.ndim >= 0) {
    run_op_floats(&run, 1, label, NULL);
  }
  int status = run_op_infer(&run);
  CHECK(status == LP_OK || status == LP_ERROR_SHAPE);
  int ndim = status == LP_OK ? run.in[1].shape.ndim : -1;
  if (status == LP_OK && label.ndim < 0 && strcmp(attributes, "multi_output=1") == 0) {
    CHECK_EQ_INT(run.in[1].shape.dim[1], 20);
  }
  run_op_end(&run);
  return ndim;
}

TEST(labels_are_inferred_or_checked) {
  lp_shape data = lp_shape_4(2, 3, 4, 5);
  lp_shape none = lp_shape_unknown();
  CHECK_EQ_INT(label_ndim("", data, none), 3);
  CHECK_EQ_INT(label_ndim("multi_output=1", data, none), 2);
  CHECK_EQ_INT(label_ndim("preserve_shape=1", data, none), 3);
  CHECK_EQ_INT(label_ndim("", data, data), 4);
  CHECK_EQ_INT(label_ndim("", data, lp_shape_2(2, 20)), -1);
  CHECK_EQ_INT(label_ndim("", data, lp_shape_1(2)), -1);
  CHECK_EQ_INT(label_ndim("multi_output=1", data, lp_shape_3(2, 4, 5)), 3);
  CHECK_EQ_INT(label_ndim("multi_output=1", data, lp_shape_4(2, 1, 4, 5)), 4);
  CHECK_EQ_INT(label_ndim("multi_output=1", data, lp_shape_3(2, 5, 4)), -1);
  CHECK_EQ_INT(label_ndim("multi_output=1", data, lp_shape_1(2)), -1);
  CHECK_EQ_INT(label_ndim("multi_output=1", lp_shape_1(2), none), -1);
  run_op run;
  run_op_begin(&run, &lp_op_softmax, "axis=2");
  run_op_floats(&run, 0, lp_shape_2(2, 3), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  run_op_end(&run);
  run_op_begin(&run, &lp_op_SoftmaxActivation, "mode=channel");
  run_op_floats(&run, 0, lp_shape_2(2, 3), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  run_op_end(&run);
  run_op_begin(&run, &lp_op_SoftmaxOutput, "");
  run_op_input(&run, 0, LP_FLOAT64, lp_shape_2(2, 3), NULL);
  run_op_floats(&run, 1, lp_shape_1(2), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_DTYPE);
  CHECK_CONTAINS(lp_status_text(), "at 'label'");
  run_op_end(&run);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(softmax_follows_the_formula_along_any_axis);
  RUN(large_data_are_shared_among_threads);
  RUN(lengths_leave_out_the_rest);
  RUN(heads_choose_their_axes);
  RUN(check_vectors);
  RUN(odd_values_make_the_whole_row_odd);
  RUN(labels_are_inferred_or_checked);
  return check_end();
}
