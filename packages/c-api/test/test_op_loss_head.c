/* Loss heads and Dropout: what they give at inference, and the labels they infer. */
#include "run_op.h"

#include "../src/op/op_table.h"

static const lp_op *const identities[] = {
    &lp_op_Dropout,   &lp_op_LinearRegressionOutput, &lp_op_MAERegressionOutput, &lp_op_SVMOutput,
    &lp_op_MakeLoss,  &lp_op_make_loss,              &lp_op_IdentityAttachKLSparseReg};

TEST(most_heads_give_their_data_back) {
  for (size_t i = 0; i < LP_COUNT(identities); i++) {
    const lp_op *op = identities[i];
    run_op run;
    run_op_begin(&run, op, "");
    CHECK(op->family->identity != NULL && op->family->identity(run.param));
    lp_shape shape = lp_shape_4(2, 19, 3, 5);
    double expected[2 * 19 * 3 * 5];
    run_op_random(&run, 0, shape, 4, 5);
    for (int k = 0; k < 2 * 19 * 3 * 5; k++) {
      expected[k] = (double)((float *)run.in[0].data)[k];
    }
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    run_op_expect(&run, 0, expected, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    CHECK(run.ran_blocked > 0 || lp_cpu_block(LP_ISA_BASE) == 1);
    run_op_end(&run);
  }
}

TEST(half_precision_and_integers_pass_through) {
  run_op run;
  run_op_begin(&run, &lp_op_MakeLoss, "");
  run_op_input(&run, 0, LP_INT32, lp_shape_1(3), (const int32_t[]){1, -2, 3});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, (const double[]){1, -2, 3}, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
  run_op_begin(&run, &lp_op_Dropout, "p=0.3 mode=always axes=(1,)");
  run_op_input(&run, 0, LP_FLOAT16, lp_shape_1(2), (const uint16_t[]){0x3c00, 0xc000});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, (const double[]){1, -2}, 0, 0);
  run_op_expect(&run, 1, (const double[]){1, 1}, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

TEST(logistic_regression_is_a_sigmoid) {
  const lp_dtype both[] = {LP_FLOAT32, LP_FLOAT64};
  for (size_t i = 0; i < 2; i++) {
    run_op run;
    run_op_begin(&run, &lp_op_LogisticRegressionOutput, "grad_scale=2");
    const float narrow[] = {1, 2, 3, -4};
    const double wide[] = {1, 2, 3, -4};
    run_op_input(&run, 0, both[i], lp_shape_4(1, 2, 1, 2), i == 0 ? (void *)narrow : (void *)wide);
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    run_op_expect(&run, 0, (const double[]){0.7310586, 0.8807971, 0.9525741, 0.01798621}, 1e-7, 1e-6);
    CHECK(run_op_all(&run) >= 2);
    CHECK(run.op->family->identity == NULL);
    run_op_end(&run);
  }
}

/* Dimensions of the label that an operator infers or accepts; -1 where it refuses. */
static int label_ndim(const lp_op *op, lp_shape data, lp_shape label) {
  run_op run;
  run_op_begin(&run, op, "");
  run_op_floats(&run, 0, data, NULL);
  if (label.ndim >= 0) {
    run_op_floats(&run, 1, label, NULL);
  }
  int status = run_op_infer(&run);
  CHECK(status == LP_OK || status == LP_ERROR_SHAPE);
  int ndim = status == LP_OK ? run.in[1].shape.ndim : -1;
  run_op_end(&run);
  return ndim;
}

TEST(labels_are_inferred_or_checked) {
  const lp_op *regression = &lp_op_LinearRegressionOutput;
  lp_shape none = lp_shape_unknown();
  CHECK_EQ_INT(label_ndim(regression, lp_shape_2(2, 3), none), 2);
  CHECK_EQ_INT(label_ndim(regression, lp_shape_2(2, 1), none), 1);
  CHECK_EQ_INT(label_ndim(regression, lp_shape_3(2, 1, 1), none), 3);
  CHECK_EQ_INT(label_ndim(regression, lp_shape_1(2), none), 1);
  CHECK_EQ_INT(label_ndim(regression, lp_shape_2(2, 1), lp_shape_2(2, 1)), 2);
  CHECK_EQ_INT(label_ndim(regression, lp_shape_3(2, 3, 4), lp_shape_2(2, 12)), 2);
  CHECK_EQ_INT(label_ndim(regression, lp_shape_2(2, 3), lp_shape_1(6)), -1);
  CHECK_EQ_INT(label_ndim(regression, lp_shape_2(2, 3), lp_shape_1(2)), -1);
  CHECK_EQ_INT(label_ndim(regression, lp_shape_2(2, 3), lp_shape_2(3, 2)), -1);
  const lp_op *svm = &lp_op_SVMOutput;
  CHECK_EQ_INT(label_ndim(svm, lp_shape_2(2, 3), none), 1);
  CHECK_EQ_INT(label_ndim(svm, lp_shape_3(2, 3, 4), none), 2);
  CHECK_EQ_INT(label_ndim(svm, lp_shape_2(2, 3), lp_shape_2(2, 3)), -1);
  CHECK_EQ_INT(label_ndim(&lp_op_IdentityAttachKLSparseReg, lp_shape_2(2, 3), none), 1);
  CHECK_EQ_INT(label_ndim(&lp_op_IdentityAttachKLSparseReg, lp_shape_1(2), none), -1);
}

TEST(names_are_those_of_the_format) {
  char name[LP_OP_NAME_SIZE];
  CHECK_STR(lp_op_output_name(&lp_op_make_loss, NULL, 0, name), "loss");
  CHECK_STR(lp_op_output_name(&lp_op_MakeLoss, NULL, 0, name), "output");
  CHECK_STR(lp_op_input_name(&lp_op_SVMOutput, 1, name), "label");
  CHECK_STR(lp_op_input_name(&lp_op_IdentityAttachKLSparseReg, 1, name), "moving_avg");
  CHECK_EQ_INT(lp_op_IdentityAttachKLSparseReg.family->aux_inputs, 2);
  CHECK_EQ_INT(lp_op_LinearRegressionOutput.family->label_inputs, 2);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(most_heads_give_their_data_back);
  RUN(half_precision_and_integers_pass_through);
  RUN(logistic_regression_is_a_sigmoid);
  RUN(labels_are_inferred_or_checked);
  RUN(names_are_those_of_the_format);
  return check_end();
}
