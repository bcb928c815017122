/* _linalg_*: factors and triangles multiplied out again, positions, and bad input. */
#include "run_op.h"

#include "../src/op/op_table.h"

static const float lower[] = {2, 9, 9, 1, 3, 9, -1, 0.5f, 4}; /* 9: not read */

static void check_one(const lp_op *op, const char *attributes, lp_shape shape, const float *a,
                      const float *b, const double *expected) {
  run_op run;
  run_op_begin(&run, op, attributes);
  run_op_floats(&run, 0, shape, a);
  if (b != NULL) {
    run_op_floats(&run, 1, shape, b);
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, expected, 1e-6, 1e-6);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

TEST(factors_multiply_to_the_matrix) {
  /* L L' of the triangle above; its upper triangle is not read. */
  const float product[] = {4, 9, 9, 2, 10, 9, -2, 0.5f, 17.25f};
  check_one(&lp_op_linalg_potrf, "", lp_shape_2(3, 3), product, NULL,
            (const double[]){2, 0, 0, 1, 3, 0, -1, 0.5, 4});
  /* (L L')^-1 of L = [[2, 0], [1, 2]]: of [[4, 2], [2, 5]]. */
  check_one(&lp_op_linalg_potri, "", lp_shape_2(2, 2), (const float[]){2, 9, 1, 2}, NULL,
            (const double[]){0.3125, -0.125, -0.125, 0.25});
  check_one(&lp_op_linalg_sumlogdiag, "", lp_shape_2(3, 3), lower, NULL, (const double[]){3.1780538303479458});
}

TEST(triangles_are_multiplied_and_solved) {
  static const char *const words[] = {"False", "True"};
  const float b[] = {1, 2, 3, 4, 5, 6, 7, 8, 10};
  for (int which = 0; which < 8; which++) {
    const bool transpose = which & 1;
    const bool right = which & 2;
    const bool low = which & 4;
    double t[9];
    double product[9] = {0};
    float rounded[9];
    double solved[9];
    for (int i = 0; i < 9; i++) {
      const int from = transpose ? i % 3 * 3 + i / 3 : i;
      t[i] = (low ? from % 3 <= from / 3 : from % 3 >= from / 3) ? (double)lower[from] : 0;
    }
    for (int i = 0; i < 27; i++) {
      product[i / 3] += right ? 2 * (double)b[i / 9 * 3 + i % 3] * t[i % 3 * 3 + i / 3 % 3]
                              : 2 * t[i / 9 * 3 + i % 3] * (double)b[i % 3 * 3 + i / 3 % 3];
    }
    char attributes[96];
    (void)snprintf(attributes, sizeof attributes, "transpose=%s rightside=%s lower=%s alpha=2", words[transpose], words[right], words[low]);
    check_one(&lp_op_linalg_trmm, attributes, lp_shape_2(3, 3), lower, b, product);
    /* What the product came from is what solving it gives: X with alpha 2 is 2 times 2 b. */
    for (int i = 0; i < 9; i++) {
      rounded[i] = (float)product[i];
      solved[i] = 4 * (double)b[i];
    }
    run_op run;
    run_op_begin(&run, &lp_op_linalg_trsm, attributes);
    run_op_floats(&run, 0, lp_shape_2(3, 3), lower);
    run_op_floats(&run, 1, lp_shape_2(3, 3), rounded);
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    run_op_expect(&run, 0, solved, 1e-4, 1e-4);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
  }
}

TEST(diagonals_and_triangles_are_taken_and_made) {
  const float a[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  const lp_shape square = lp_shape_2(3, 3);
  check_one(&lp_op_linalg_extractdiag, "offset=-1", square, a, NULL, (const double[]){4, 8});
  check_one(&lp_op_linalg_extracttrian, "", square, a, NULL, (const double[]){1, 4, 5, 7, 8, 9});
  check_one(&lp_op_linalg_extracttrian, "lower=False", square, a, NULL, (const double[]){1, 2, 5, 3, 6, 9});
  check_one(&lp_op_linalg_makediag, "offset=1", lp_shape_1(2), a, NULL, (const double[]){0, 1, 0, 0, 0, 2, 0, 0, 0});
  check_one(&lp_op_linalg_maketrian, "offset=-1", lp_shape_1(3), a, NULL, (const double[]){0, 0, 0, 1, 0, 0, 2, 3, 0});
  check_one(&lp_op_linalg_syrk, "alpha=2", lp_shape_2(2, 2), a, NULL, (const double[]){10, 22, 22, 50});
  check_one(&lp_op_linalg_syrk, "transpose=1", lp_shape_2(2, 2), a, NULL, (const double[]){10, 14, 14, 20});
}

static void refuse(const lp_op *op, const char *attributes, lp_shape a) {
  run_op run;
  run_op_begin(&run, op, attributes);
  run.in[0].shape = a;
  run.in[0].dtype = LP_FLOAT32;
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  CHECK(strstr(lp_status_text(), "node") != NULL);
  run_op_end(&run);
}

TEST(bad_input_is_refused) {
  refuse(&lp_op_linalg_potrf, "", lp_shape_1(3));
  refuse(&lp_op_linalg_potrf, "", lp_shape_2(3, 4));
  refuse(&lp_op_linalg_syrk, "", lp_shape_1(3));
  refuse(&lp_op_linalg_extractdiag, "offset=3", lp_shape_2(3, 3));
  refuse(&lp_op_linalg_extracttrian, "offset=-2147483647", lp_shape_2(3, 3));
  refuse(&lp_op_linalg_maketrian, "", lp_shape_1(4));
  refuse(&lp_op_linalg_maketrian, "", lp_shape_1(INT64_MAX));
  refuse(&lp_op_linalg_makediag, "offset=1", lp_shape_1(INT64_MAX));
  run_op run;
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op_linalg_makediag, "offset=-9223372036854775807"), LP_ERROR_ATTRIBUTE);
  run_op_end(&run);
}

TEST(what_is_not_positive_definite_is_an_error) {
  run_op run;
  run_op_begin(&run, &lp_op_linalg_potrf, "");
  run_op_floats(&run, 0, lp_shape_2(2, 2), (const float[]){1, 2, 2, 1});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  CHECK(run_op_first(&run) != LP_OK);
  CHECK(strstr(lp_status_text(), "positive definite") != NULL);
  run_op_end(&run);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(factors_multiply_to_the_matrix);
  RUN(triangles_are_multiplied_and_solved);
  RUN(diagonals_and_triangles_are_taken_and_made);
  RUN(bad_input_is_refused);
  RUN(what_is_not_positive_definite_is_an_error);
  return check_end();
}
