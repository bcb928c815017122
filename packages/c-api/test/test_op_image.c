/* Operators on images against values of the reference and by hand. */
#include "run_op.h"

#include "../src/op/op_table.h"

static void check_bytes_of(const lp_op *op, const char *attributes, lp_shape shape,
                           const uint8_t *data, lp_shape out, const double *expected) {
  run_op run;
  run_op_begin(&run, op, attributes);
  run_op_input(&run, 0, LP_UINT8, shape, data);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  REQUIRE(lp_shape_equal(&run.out[0].shape, &out));
  run_op_expect(&run, 0, expected, 1e-7, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

TEST(images_are_moved) {
  const uint8_t ramp[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const lp_shape image = lp_shape_3(3, 4, 1);
  check_bytes_of(&lp_op__image_crop, "x=1 y=1 width=2 height=2", image, ramp, lp_shape_3(2, 2, 1),
                 (const double[]){5, 6, 9, 10});
  check_bytes_of(&lp_op__image_flip_left_right, "", lp_shape_3(2, 2, 3), ramp, lp_shape_3(2, 2, 3),
                 (const double[]){3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8});
  check_bytes_of(&lp_op__image_flip_left_right, "", lp_shape_3(4, 3, 1), ramp, lp_shape_3(4, 3, 1),
                 (const double[]){2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9});
  check_bytes_of(&lp_op__image_flip_top_bottom, "", image, ramp, image,
                 (const double[]){8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3});
  check_bytes_of(&lp_op__image_to_tensor, "", lp_shape_3(1, 2, 3), (const uint8_t[]){0, 51, 255, 255, 102, 0},
                 lp_shape_3(3, 1, 2), (const double[]){0, 1, 0.2, 0.4, 1, 0});
}

TEST(integers_wrap_around) {
  /* As the reference does. */
  check_bytes_of(&lp_op__image_normalize, "mean=(0.5,300,-100) std=(0.3,1,2)", lp_shape_3(3, 1, 1),
                 (const uint8_t[]){200, 200, 200}, lp_shape_3(3, 1, 1),
                 (const double[]){153, 156, 150});
}

TEST(normalize_floats) {
  run_op run;
  run_op_begin(&run, &lp_op__image_normalize, "mean=(1,2,3) std=(2,)");
  run_op_floats(&run, 0, lp_shape_4(1, 3, 1, 2), (const float[]){1, 2, 3, 4, 5, 6});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, (const double[]){0, 0.5, 0.5, 1, 1, 1.5}, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

TEST(resizing) {
  const uint8_t data[4] = {0, 100, 200, 50};
  check_bytes_of(&lp_op__image_resize, "size=(4,2) interp=0", lp_shape_3(2, 2, 1), data,
                 lp_shape_3(2, 4, 1), (const double[]){0, 0, 100, 100, 200, 200, 50, 50});
  /* By hand: a quarter and three quarters between the columns. */
  check_bytes_of(&lp_op__image_resize, "size=(4,2)", lp_shape_3(2, 2, 1), data,
                 lp_shape_3(2, 4, 1), (const double[]){0, 25, 75, 100, 200, 163, 88, 50});
  check_bytes_of(&lp_op__image_resize, "size=1 keep_ratio=True", lp_shape_3(1, 4, 1), data,
                 lp_shape_3(1, 4, 1), (const double[]){0, 100, 200, 50});
}

static void check_refused(const lp_op *op, const char *attributes, lp_shape shape,
                          const char *text) {
  run_op_refuses_shapes(op, attributes, LP_UINT8, &shape, 1, text);
}

TEST(bad_input_is_refused) {
  run_op run;
  const lp_shape image = lp_shape_3(3, 4, 1);
  check_refused(&lp_op__image_crop, "x=-1 y=0 width=1 height=1", image, "is not inside images");
  check_refused(&lp_op__image_crop, "x=3 y=0 width=2 height=1", image, "is not inside images");
  check_refused(&lp_op__image_crop, "x=0 y=9223372036854775807 width=1 height=1", image,
                "is not inside images");
  check_refused(&lp_op__image_crop, "x=0 y=0 width=1 height=1", lp_shape_3(3, 4, 2),
                "2 channels, expected 1 or 3");
  check_refused(&lp_op__image_flip_left_right, "", lp_shape_4(1, 3, 4, 1), "must have 3 dimensions");
  check_refused(&lp_op__image_to_tensor, "", lp_shape_2(3, 4), "must have 3 or 4 dimensions");
  check_refused(&lp_op__image_normalize, "mean=(1,2)", lp_shape_3(3, 2, 2),
                "mean has 2 entries and std 1, expected 1 or 3");
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op__image_resize, "size=(2,2) interp=3"),
               LP_ERROR_UNSUPPORTED);
  CHECK_CONTAINS(lp_status_text(), "interp 3 is not supported");
  run_op_end(&run);
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op__image_resize, "size=(2,0)"), LP_ERROR_ATTRIBUTE);
  run_op_end(&run);
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op__image_resize, ""), LP_ERROR_ATTRIBUTE);
  run_op_end(&run);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(images_are_moved);
  RUN(integers_wrap_around);
  RUN(normalize_floats);
  RUN(resizing);
  RUN(bad_input_is_refused);
  return check_end();
}
