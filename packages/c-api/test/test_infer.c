/* What rules for shapes and element types are made of: merging, both ways, and the texts of contradictions. */
#include "check.h"

#include "../src/op/op.h"

static const lp_op_family test_family = {.inputs = "data label", .outputs = "output mask"};
static const lp_op test_op = {.name = "Test", .family = &test_family};

typedef struct fixture {
  lp_shape in[2];
  lp_shape out[2];
  lp_dtype in_dtype[2];
  lp_dtype out_dtype[2];
  lp_infer infer;
} fixture;

static void set_up(fixture *f) {
  for (int i = 0; i < 2; i++) {
    f->in[i] = f->out[i] = lp_shape_unknown();
    f->in_dtype[i] = f->out_dtype[i] = LP_DTYPE_UNKNOWN;
  }
  f->infer = (lp_infer){"node7",  &test_op, NULL,        2,           2,
                        f->in,    f->out,   f->in_dtype, f->out_dtype};
}

TEST(one_shape_is_gathered_from_everywhere_and_handed_out) {
  fixture f;
  set_up(&f);
  f.in[1] = lp_shape_3(2, -1, -1);
  f.out[0] = lp_shape_3(-1, 3, -1);
  f.out[1] = lp_shape_3(-1, -1, 4);
  CHECK_EQ_INT(lp_infer_same_shape(&f.infer), LP_OK);
  lp_shape expected = lp_shape_3(2, 3, 4);
  CHECK(lp_shape_equal(&f.in[0], &expected) && lp_shape_equal(&f.in[1], &expected));
  CHECK(lp_shape_equal(&f.out[0], &expected) && lp_shape_equal(&f.out[1], &expected));
}

TEST(nothing_known_stays_unknown) {
  fixture f;
  set_up(&f);
  CHECK_EQ_INT(lp_infer_same_shape(&f.infer), LP_OK);
  CHECK_EQ_INT(lp_infer_first_shape(&f.infer), LP_OK);
  CHECK_EQ_INT(lp_infer_same_dtype(&f.infer), LP_OK);
  CHECK(f.out[0].ndim == -1 && f.in_dtype[0] == LP_DTYPE_UNKNOWN);
}

TEST(first_shape_goes_both_ways_and_leaves_the_others) {
  fixture f;
  set_up(&f);
  f.out[0] = lp_shape_2(5, -1);
  f.in[0] = lp_shape_2(-1, 6);
  CHECK_EQ_INT(lp_infer_first_shape(&f.infer), LP_OK);
  lp_shape expected = lp_shape_2(5, 6);
  CHECK(lp_shape_equal(&f.in[0], &expected) && lp_shape_equal(&f.out[0], &expected));
  CHECK_EQ_INT(f.in[1].ndim, -1);
}

TEST(contradictions_name_node_operator_tensor_and_both_values) {
  fixture f;
  set_up(&f);
  f.in[0] = lp_shape_2(2, 3);
  f.in[1] = lp_shape_2(2, 4);
  CHECK_EQ_INT(lp_infer_same_shape(&f.infer), LP_ERROR_SHAPE);
  CHECK_STR(lp_status_text(),
            "Error in operator node7 (Test): Shape inconsistent at input 'label': expected (2,3), "
            "provided (2,4)");
  lp_shape three = lp_shape_3(1, 2, 3);
  f.out[1] = lp_shape_2(1, 2);
  CHECK_EQ_INT(lp_infer_merge(&f.infer, &f.out[1], &three), LP_ERROR_SHAPE);
  CHECK_CONTAINS(lp_status_text(), "output 'mask': expected (1,2,3), provided (1,2)");
  lp_shape unchanged = lp_shape_2(1, 2);
  CHECK(lp_shape_equal(&f.out[1], &unchanged));
  f.in_dtype[0] = LP_FLOAT16;
  f.in_dtype[1] = LP_FLOAT32;
  CHECK_EQ_INT(lp_infer_same_dtype(&f.infer), LP_ERROR_DTYPE);
  CHECK_STR(lp_status_text(), "Error in operator node7 (Test): requires uniform type. Expected "
                              "'float16' v.s. given 'float32' at 'label'");
}

TEST(one_element_type_is_handed_out) {
  fixture f;
  set_up(&f);
  f.out_dtype[1] = LP_FLOAT64;
  CHECK_EQ_INT(lp_infer_same_dtype(&f.infer), LP_OK);
  CHECK(f.in_dtype[0] == LP_FLOAT64 && f.in_dtype[1] == LP_FLOAT64 && f.out_dtype[0] == LP_FLOAT64);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(one_shape_is_gathered_from_everywhere_and_handed_out);
  RUN(nothing_known_stays_unknown);
  RUN(first_shape_goes_both_ways_and_leaves_the_others);
  RUN(contradictions_name_node_operator_tensor_and_both_values);
  RUN(one_element_type_is_handed_out);
  return check_end();
}
