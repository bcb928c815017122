/* SequenceMask, SequenceLast, SequenceReverse and _contrib_div_sqrt_dim on small numbers, odd lengths, bad input. */
#include "run_op.h"

#include "../src/op/op_table.h"

static const float counted[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

static void check_sequence(const lp_op *op, const char *attributes, lp_shape shape,
                           lp_dtype length_type, const void *lengths, const double *expected) {
  run_op run;
  run_op_begin(&run, op, attributes);
  run_op_floats(&run, 0, shape, counted);
  if (lengths != NULL) {
    const int64_t batch = shape.dim[strstr(attributes, "axis=1") != NULL ? 0 : 1];
    run_op_input(&run, 1, length_type, lp_shape_1(batch), lengths);
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, expected, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

#define USE "use_sequence_length=True "

TEST(steps_beyond_the_length_are_masked) {
  const lp_op *op = &lp_op_SequenceMask;
  const float lengths[] = {1, 3};
  check_sequence(op, USE "value=-1", lp_shape_3(3, 2, 2), LP_FLOAT32, lengths,
                 (const double[]){1, 2, 3, 4, -1, -1, 7, 8, -1, -1, 11, 12});
  check_sequence(op, USE "axis=1", lp_shape_3(2, 3, 2), LP_FLOAT32, lengths,
                 (const double[]){1, 2, 0, 0, 0, 0, 7, 8, 9, 10, 11, 12});
  check_sequence(op, "value=7", lp_shape_2(2, 3), LP_FLOAT32, NULL, (const double[]){1, 2, 3, 4, 5, 6});
  const float odd[] = {-1e30f, NAN, 1e18f};
  check_sequence(op, USE "value=-1", lp_shape_2(2, 3), LP_FLOAT32, odd,
                 (const double[]){-1, -1, 3, -1, -1, 6});
  const int64_t whole[] = {INT64_MIN, INT64_MAX, 1};
  check_sequence(op, USE "value=-1", lp_shape_2(2, 3), LP_INT64, whole,
                 (const double[]){-1, 2, 3, -1, 5, -1});
}

TEST(masks_have_the_type_of_the_data) {
  const struct {
    lp_dtype dtype;
    const char *attributes;
    double expected;
  } rows[] = {{LP_UINT8, USE "value=-3", 253}, {LP_UINT8, USE "value=2.9", 2}, {LP_INT8, USE "value=200", -56},
              {LP_INT32, USE "value=-7.5", -7}, {LP_INT64, USE "value=3e9", 3e9}, {LP_FLOAT64, USE "value=0.1", 0.1},
              {LP_FLOAT32, USE "value=inf", (double)INFINITY}, {LP_FLOAT16, USE "value=1e9", (double)INFINITY}};
  for (size_t i = 0; i < LP_COUNT(rows); i++) {
    run_op run;
    run_op_begin(&run, &lp_op_SequenceMask, rows[i].attributes);
    run_op_input(&run, 0, rows[i].dtype, lp_shape_2(2, 1), NULL);
    run_op_floats(&run, 1, lp_shape_1(1), (const float[]){1});
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    run_op_expect(&run, 0, (const double[]){0, rows[i].expected}, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
  }
}

TEST(the_last_steps) {
  const lp_op *op = &lp_op_SequenceLast;
  const int32_t lengths[] = {1, 3};
  check_sequence(op, USE, lp_shape_3(3, 2, 2), LP_INT32, lengths, (const double[]){1, 2, 11, 12});
  check_sequence(op, USE "axis=1", lp_shape_3(2, 3, 2), LP_INT32, lengths, (const double[]){1, 2, 11, 12});
  check_sequence(op, "", lp_shape_3(3, 2, 2), LP_INT32, NULL, (const double[]){9, 10, 11, 12});
  check_sequence(op, "axis=1", lp_shape_2(2, 3), LP_INT32, NULL, (const double[]){3, 6});
  const int32_t odd[] = {0, INT32_MIN, INT32_MAX};
  check_sequence(op, USE, lp_shape_2(2, 3), LP_INT32, odd, (const double[]){1, 2, 6});
}

TEST(the_first_steps_are_reversed) {
  const lp_op *op = &lp_op_SequenceReverse;
  const int32_t lengths[] = {2, 3};
  check_sequence(op, USE, lp_shape_3(3, 2, 2), LP_INT32, lengths,
                 (const double[]){5, 6, 11, 12, 1, 2, 7, 8, 9, 10, 3, 4});
  check_sequence(op, "", lp_shape_2(3, 2), LP_INT32, NULL, (const double[]){5, 6, 3, 4, 1, 2});
  const int32_t odd[] = {-5, 99};
  check_sequence(op, USE, lp_shape_2(2, 2), LP_INT32, odd, (const double[]){1, 4, 3, 2});
}

TEST(bad_input_is_refused) {
  const lp_op *const ops[] = {&lp_op_SequenceMask, &lp_op_SequenceLast, &lp_op_SequenceReverse};
  run_op run;
  for (size_t i = 0; i < LP_COUNT(ops); i++) {
    CHECK_EQ_INT(run_op_try_begin(&run, ops[i], "axis=2"), LP_ERROR_ATTRIBUTE);
    run_op_end(&run);
    CHECK_EQ_INT(run_op_try_begin(&run, ops[i], "axis=-1"), LP_ERROR_ATTRIBUTE);
    run_op_end(&run);
    for (int which = 0; which < 2; which++) {
      run_op_begin(&run, ops[i], USE);
      run_op_input(&run, 0, LP_FLOAT32, which == 0 ? lp_shape_1(3) : lp_shape_3(2, 3, 1), NULL);
      run_op_input(&run, 1, LP_FLOAT32, lp_shape_1(2), NULL);
      CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
      CHECK(strstr(lp_status_text(), "node") != NULL);
      run_op_end(&run);
    }
  }
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op_SequenceReverse, "axis=1"), LP_ERROR_ATTRIBUTE);
  run_op_end(&run);
  run_op_begin(&run, &lp_op_SequenceLast, "");
  run_op_input(&run, 0, LP_FLOAT32, lp_shape_2(0, 3), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  run_op_end(&run);
}

TEST(empty_sequences) {
  const lp_op *const ops[] = {&lp_op_SequenceMask, &lp_op_SequenceReverse, &lp_op_SequenceLast};
  const lp_shape shapes[] = {lp_shape_3(2, 0, 3), lp_shape_3(2, 3, 0), lp_shape_3(0, 3, 2)};
  for (size_t i = 0; i < LP_COUNT(ops); i++) {
    for (size_t k = 0; k < (i < 2 ? 3 : 2); k++) {
      run_op run;
      run_op_begin(&run, ops[i], USE);
      run_op_input(&run, 0, LP_FLOAT32, shapes[k], NULL);
      CHECK_EQ_INT(run_op_infer(&run), LP_OK);
      CHECK(run_op_all(&run) >= 2);
      run_op_end(&run);
    }
  }
}

TEST(divided_by_the_root_of_the_last_axis) {
  run_op run;
  run_op_begin(&run, &lp_op_div_sqrt_dim, "");
  run_op_floats(&run, 0, lp_shape_2(3, 4), counted);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, (const double[]){0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6}, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
  run_op_begin(&run, &lp_op_div_sqrt_dim, "");
  run_op_input(&run, 0, LP_INT32, lp_shape_1(8), (const int32_t[]){9, 10, -7, 1, 0, 4, 5, 6});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, (const double[]){4, 5, -3, 0, 0, 2, 2, 3}, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(steps_beyond_the_length_are_masked);
  RUN(masks_have_the_type_of_the_data);
  RUN(the_last_steps);
  RUN(the_first_steps_are_reversed);
  RUN(bad_input_is_refused);
  RUN(empty_sequences);
  RUN(divided_by_the_root_of_the_last_axis);
  return check_end();
}
