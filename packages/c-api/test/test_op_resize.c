/* BilinearResize2D and AdaptiveAvgPooling2D against their definitions in double, and operators.md 7. */
#include "run_op.h"

#include "../src/op/op_table.h"

/* Random data of the type, read back by run_op_element. */
static void begin(run_op *run, const lp_op *op, const char *attributes, lp_shape shape,
                  lp_dtype dtype) {
  run_op_begin(run, op, attributes);
  run_op_random(run, 0, shape, 11, 3);
  if (dtype == LP_FLOAT64) {
    const int64_t count = lp_shape_size(&shape);
    double *wide = malloc((size_t)count * sizeof *wide);
    for (int64_t k = 0; k < count; k++) {
      wide[k] = run_op_element(&run->in[0], k);
    }
    run_op_input(run, 0, LP_FLOAT64, shape, wide);
    free(wide);
  }
}

static void check_all(run_op *run, lp_dtype dtype) {
  CHECK(run_op_all(run) >= 2);
  CHECK(dtype == LP_FLOAT64 || run->ran_blocked > 0 || lp_cpu_block(lp_cpu_isa()) == 1);
  run_op_end(run);
}

/* Where an output reads, and the weight of the place behind. */
static double place(int64_t in, int64_t out, bool corners, int64_t i, int64_t *near) {
  double at = out < 2   ? 0
              : corners ? (double)i * (double)(in - 1) / (double)(out - 1)
                        : fmax(((double)i + 0.5) * (double)in / (double)out - 0.5, 0);
  *near = (int64_t)(at + 1e-6) < in - 1 ? (int64_t)(at + 1e-6) : in - 1;
  return at - (double)*near;
}

static void check_resize(int64_t channels, int64_t height, int64_t width, int64_t out_height,
                         int64_t out_width, bool corners, lp_dtype dtype) {
  char attributes[128];
  (void)snprintf(attributes, sizeof attributes, "height=%d width=%d align_corners=%d",
                 (int)out_height, (int)out_width, (int)corners);
  run_op run;
  begin(&run, &lp_op__contrib_BilinearResize2D, attributes, lp_shape_4(2, channels, height, width),
        dtype);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  lp_shape out = lp_shape_4(2, channels, out_height, out_width);
  REQUIRE(lp_shape_equal(&run.out[0].shape, &out));
  double *expected = malloc((size_t)lp_shape_size(&out) * sizeof *expected);
  for (int64_t k = 0; k < lp_shape_size(&out); k++) {
    int64_t row;
    int64_t column;
    const double y = place(height, out_height, corners, k / out_width % out_height, &row);
    const double x = place(width, out_width, corners, k % out_width, &column);
    const int64_t plane = k / (out_width * out_height) * height;
    const int64_t below = row + 1 < height ? row + 1 : row;
    const int64_t right = column + 1 < width ? column + 1 : column;
    expected[k] =
        (1 - y) * ((1 - x) * run_op_element(&run.in[0], (plane + row) * width + column) +
                   x * run_op_element(&run.in[0], (plane + row) * width + right)) +
        y * ((1 - x) * run_op_element(&run.in[0], (plane + below) * width + column) +
             x * run_op_element(&run.in[0], (plane + below) * width + right));
  }
  run_op_expect(&run, 0, expected, 1e-4, 0); /* places are float32 */
  check_all(&run, dtype);
  free(expected);
}

TEST(resizing_is_bilinear) {
  const lp_dtype both[] = {LP_FLOAT32, LP_FLOAT64};
  for (size_t i = 0; i < 2; i++) {
    check_resize(19, 3, 4, 7, 9, true, both[i]);
    check_resize(19, 3, 4, 7, 9, false, both[i]);
    check_resize(3, 9, 8, 2, 3, true, both[i]);
    check_resize(3, 1, 1, 3, 2, false, both[i]);
    check_resize(2, 5, 6, 1, 1, true, both[i]);
    check_resize(2, 5, 6, 5, 6, true, both[i]);
    check_resize(2, 5, 6, 150, 6, true, both[i]); /* bands */
  }
  check_resize(21, 30, 30, 120, 100, true, LP_FLOAT32); /* threads */
}

static void check_adaptive(int64_t channels, int64_t height, int64_t width, int64_t rows,
                           int64_t columns, lp_dtype dtype) {
  char attributes[64];
  (void)snprintf(attributes, sizeof attributes, "output_size=(%d,%d)", (int)rows, (int)columns);
  run_op run;
  begin(&run, &lp_op__contrib_AdaptiveAvgPooling2D, attributes,
        lp_shape_4(2, channels, height, width), dtype);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  lp_shape out = lp_shape_4(2, channels, rows, columns);
  REQUIRE(lp_shape_equal(&run.out[0].shape, &out));
  double *expected = malloc((size_t)lp_shape_size(&out) * sizeof *expected);
  for (int64_t k = 0; k < lp_shape_size(&out); k++) {
    const int64_t i = k / columns % rows;
    const int64_t j = k % columns;
    double sum = 0;
    double count = 0;
    for (int64_t y = i * height / rows; y < ((i + 1) * height + rows - 1) / rows; y++) {
      for (int64_t x = j * width / columns; x < ((j + 1) * width + columns - 1) / columns; x++) {
        sum += run_op_element(&run.in[0], (k / (rows * columns) * height + y) * width + x);
        count++;
      }
    }
    expected[k] = sum / count;
  }
  run_op_expect(&run, 0, expected, 3e-6, 0);
  check_all(&run, dtype);
  free(expected);
}

TEST(adaptive_pooling_averages) {
  const lp_dtype both[] = {LP_FLOAT32, LP_FLOAT64};
  for (size_t i = 0; i < 2; i++) {
    check_adaptive(19, 13, 11, 6, 4, both[i]);
    check_adaptive(3, 4, 5, 1, 1, both[i]);
    check_adaptive(3, 2, 3, 5, 7, both[i]);
    check_adaptive(2, 3, 3, 0, 2, both[i]);
  }
  check_adaptive(70, 60, 60, 3, 2, LP_FLOAT32);
}

static void check_size(const char *attributes, lp_shape data, int64_t height, int64_t width) {
  run_op run;
  run_op_begin(&run, &lp_op__contrib_BilinearResize2D, attributes);
  run_op_floats(&run, 0, data, NULL);
  if (run.num_inputs > 1) {
    run_op_floats(&run, 1, lp_shape_4(3, 4, 5, 6), NULL);
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  lp_shape out = lp_shape_4(1, 2, height, width);
  CHECK(lp_shape_equal(&run.out[0].shape, &out));
  run_op_end(&run);
}

TEST(modes_give_sizes) {
  const lp_shape data = lp_shape_4(1, 2, 4, 7);
  check_size("", data, 1, 1);
  check_size("scale_height=2 scale_width=0.6", data, 8, 4);
  check_size("scale_width=2 height=3 width=9", data, 3, 9);
  check_size("mode=like", data, 5, 6);
  check_size("mode=odd_scale scale_height=2 scale_width=3", data, 8, 19);
  check_size("mode=to_even_down", data, 4, 6);
  check_size("mode=to_even_up", data, 4, 8);
  check_size("mode=to_odd_down", data, 3, 7);
  check_size("mode=to_odd_up", data, 5, 7);
}

static void check_refused(const lp_op *op, const char *attributes, lp_shape data,
                          const char *text) {
  run_op_refuses_shapes(op, attributes, LP_FLOAT32, &data, 1, text);
}

TEST(bad_input_is_refused) {
  const lp_op *resize = &lp_op__contrib_BilinearResize2D;
  const lp_op *adaptive = &lp_op__contrib_AdaptiveAvgPooling2D;
  run_op_refuses_attribute(resize, "height=0", "'height' is 0");
  run_op_refuses_attribute(resize, "scale_height=2", "'scale_width'");
  run_op_refuses_attribute(resize, "scale_height=-1 scale_width=1", "'scale_height' is -1");
  run_op_refuses_attribute(resize, "mode=odd_scale", "'scale_height'");
  run_op_refuses_attribute(resize, "mode=cubic", "cubic");
  check_refused(resize, "height=2 width=2", lp_shape_3(2, 3, 4), "'data'");
  check_refused(resize, "height=2 width=2", lp_shape_4(1, 2, 0, 4), "height 0");
  run_op_refuses_attribute(adaptive, "output_size=(2,-1)", "'output_size' is -1");
  check_refused(adaptive, "", lp_shape_3(2, 3, 4), "'data'");
  check_refused(adaptive, "", lp_shape_4(1, 2, 3, 0), "width 0");
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(resizing_is_bilinear);
  RUN(adaptive_pooling_averages);
  RUN(modes_give_sizes);
  RUN(bad_input_is_refused);
  return check_end();
}
