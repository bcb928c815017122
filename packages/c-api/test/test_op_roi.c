/* Operators on regions of interest against their definitions in double, and operators.md 7. */
#include "run_op.h"

#include "../src/op/op_table.h"

enum { BATCH = 2, CHANNELS = 19, HEIGHT = 9, WIDTH = 11, REGIONS = 6 };

/* In the image, over its edges, beyond it, turned round, and of images that are not there. */
static const float regions[REGIONS * 5] = {0, 0, 0,  10, 8, 1, 2.5f, 1.25f, 7.75f, 30,
                                           0, 6, 5,  3,  2, 1, -40,  -40,   -30,   -30,
                                           2, 1, 1,  5,  5, -1, 1,    1,     5,     5};

static double pixel(const run_op *run, int64_t image, int64_t channel, int64_t row, int64_t column) {
  const lp_shape *shape = &run->in[0].shape;
  return run_op_element(&run->in[0], ((image * shape->dim[1] + channel) * shape->dim[2] + row) *
                                             shape->dim[3] +
                                         column);
}

/* Between the pixels; rows and columns beyond the edges are the edges. */
static double between(const run_op *run, int64_t image, int64_t channel, double y, double x) {
  const lp_shape *shape = &run->in[0].shape;
  y = fmin(fmax(y, 0), (double)(shape->dim[2] - 1));
  x = fmin(fmax(x, 0), (double)(shape->dim[3] - 1));
  int64_t row = (int64_t)y;
  int64_t column = (int64_t)x;
  int64_t below = row + 1 < shape->dim[2] ? row + 1 : row;
  int64_t right = column + 1 < shape->dim[3] ? column + 1 : column;
  y -= (double)row;
  x -= (double)column;
  return (1 - y) * ((1 - x) * pixel(run, image, channel, row, column) +
                    x * pixel(run, image, channel, row, right)) +
         y * ((1 - x) * pixel(run, image, channel, below, column) +
              x * pixel(run, image, channel, below, right));
}

static double clip(double value, double most) { return fmin(fmax(value, 0), most); }

typedef double (*bin_value)(const run_op *run, const float *region, int64_t channel, int64_t i,
                            int64_t j, int64_t rows, int64_t columns, double scale);

static double most_of_bin(const run_op *run, const float *region, int64_t channel, int64_t i,
                          int64_t j, int64_t rows, int64_t columns, double scale) {
  double left = round((double)region[1] * scale);
  double top = round((double)region[2] * scale);
  double width = fmax(round((double)region[3] * scale) - left + 1, 1) / (double)columns;
  double height = fmax(round((double)region[4] * scale) - top + 1, 1) / (double)rows;
  int64_t y = (int64_t)clip(floor((double)i * height) + top, HEIGHT);
  int64_t x = (int64_t)clip(floor((double)j * width) + left, WIDTH);
  int64_t y_end = (int64_t)clip(ceil((double)(i + 1) * height) + top, HEIGHT);
  int64_t x_end = (int64_t)clip(ceil((double)(j + 1) * width) + left, WIDTH);
  double value = y < y_end && x < x_end ? -INFINITY : 0;
  for (int64_t row = y; row < y_end; row++) {
    for (int64_t column = x; column < x_end; column++) {
      value = fmax(value, pixel(run, (int64_t)region[0], channel, row, column));
    }
  }
  return value;
}

/* ROIAlign with `samples` an axis (0: by size), `back` pixels back. */
static int samples;
static double back;
static double mean_of_samples(const run_op *run, const float *region, int64_t channel, int64_t i,
                              int64_t j, int64_t rows, int64_t columns, double scale) {
  double left = (double)region[1] * scale - back;
  double top = (double)region[2] * scale - back;
  double width = (double)region[3] * scale - back - left;
  double height = (double)region[4] * scale - back - top;
  if (back > 0 && (width <= 0 || height <= 0)) {
    return 0;
  }
  width = (back > 0 ? width : fmax(width, 1)) / (double)columns;
  height = (back > 0 ? height : fmax(height, 1)) / (double)rows;
  double down = samples > 0 ? samples : ceil(height);
  double right = samples > 0 ? samples : ceil(width);
  double sum = 0;
  for (double v = 0; v < down; v++) {
    for (double u = 0; u < right; u++) {
      double y = top + (double)i * height + (v + 0.5) * height / down;
      double x = left + (double)j * width + (u + 0.5) * width / right;
      if (y >= -1 && y <= (double)HEIGHT && x >= -1 && x <= (double)WIDTH) {
        sum += between(run, (int64_t)region[0], channel, y, x);
      }
    }
  }
  return sum / (down * right);
}

/* float32 or float64; `least`: of the runs with a blocked layout. */
static void check_regions(const lp_op *op, const char *attributes, int64_t rows, int64_t columns,
                          double scale, bin_value value, lp_dtype dtype, double tolerance) {
  run_op run;
  run_op_begin(&run, op, attributes);
  run_op_random(&run, 0, lp_shape_4(BATCH, CHANNELS, HEIGHT, WIDTH), 5, 4);
  run_op_floats(&run, 1, lp_shape_2(REGIONS, 5), regions);
  for (int i = 0; i < 2 && dtype == LP_FLOAT64; i++) {
    double wide[BATCH * CHANNELS * HEIGHT * WIDTH];
    for (int64_t k = 0; k < lp_shape_size(&run.in[i].shape); k++) {
      wide[k] = run_op_element(&run.in[i], k);
    }
    run_op_input(&run, i, LP_FLOAT64, run.in[i].shape, wide);
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  lp_shape out = lp_shape_4(REGIONS, CHANNELS, rows, columns);
  REQUIRE(lp_shape_equal(&run.out[0].shape, &out));
  double *expected = calloc((size_t)lp_shape_size(&out), sizeof(double));
  for (int64_t k = 0; k < lp_shape_size(&out); k++) {
    const float *region = regions + k / (CHANNELS * rows * columns) * 5;
    if (region[0] >= 0 && region[0] < (float)BATCH) {
      expected[k] = value(&run, region, k / (rows * columns) % CHANNELS, k / columns % rows,
                          k % columns, rows, columns, scale);
    }
  }
  run_op_expect(&run, 0, expected, tolerance, 0);
  CHECK(run_op_all(&run) >= 2);
  CHECK(dtype == LP_FLOAT64 || run.ran_blocked > 0 || lp_cpu_block(lp_cpu_isa()) == 1);
  run_op_end(&run);
  free(expected);
}

TEST(roi_pooling_takes_maxima) {
  const lp_dtype both[] = {LP_FLOAT32, LP_FLOAT64};
  for (size_t i = 0; i < 2; i++) {
    check_regions(&lp_op_ROIPooling, "pooled_size=(3,2) spatial_scale=1", 3, 2, 1, most_of_bin,
                  both[i], 0);
    check_regions(&lp_op_ROIPooling, "pooled_size=(1,7) spatial_scale=0.25", 1, 7, 0.25,
                  most_of_bin, both[i], 0);
  }
}

TEST(roi_align_takes_means_of_samples) {
  const lp_dtype both[] = {LP_FLOAT32, LP_FLOAT64};
  for (size_t i = 0; i < 2; i++) {
    back = 0;
    samples = 2;
    check_regions(&lp_op__contrib_ROIAlign, "pooled_size=(3,2) spatial_scale=1 sample_ratio=2", 3,
                  2, 1, mean_of_samples, both[i], 4e-5);
    samples = 0;
    check_regions(&lp_op__contrib_ROIAlign, "pooled_size=(2,2) spatial_scale=0.5", 2, 2, 0.5,
                  mean_of_samples, both[i], 4e-5);
    back = 0.5;
    check_regions(&lp_op__contrib_ROIAlign, "pooled_size=(2,3) spatial_scale=0.5 aligned=True", 2,
                  3, 0.5, mean_of_samples, both[i], 4e-5);
  }
}

/* Four channels of 2 x 2 pixels; expected values from operators.md 7 and the reference. */
static void check_small(const lp_op *op, const char *attributes, lp_shape data, lp_shape rois,
                        const float *roi, lp_shape out, const double *expected) {
  float ramp[64];
  for (int i = 0; i < 64; i++) {
    ramp[i] = (float)i;
  }
  run_op run;
  run_op_begin(&run, op, attributes);
  run_op_floats(&run, 0, data, ramp);
  run_op_floats(&run, 1, rois, roi);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  REQUIRE(lp_shape_equal(&run.out[0].shape, &out));
  run_op_expect(&run, 0, expected, 2e-6, 1e-6);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

TEST(check_vectors) {
  const lp_shape one = lp_shape_2(1, 5);
  check_small(&lp_op_ROIPooling, "pooled_size=(2,2) spatial_scale=0.5", lp_shape_4(1, 1, 4, 4), one,
              (const float[]){0, 1, 1, 5, 7}, lp_shape_4(1, 1, 2, 2),
              (const double[]){10, 11, 14, 15});
  check_small(&lp_op__contrib_ROIAlign, "pooled_size=(1,2) spatial_scale=0.5 aligned=True",
              lp_shape_4(1, 1, 4, 4), one, (const float[]){0, 1, 1, 7, 5}, lp_shape_4(1, 1, 1, 2),
              (const double[]){4.75, 6.25});
  check_small(&lp_op__contrib_PSROIPooling, "spatial_scale=1 output_dim=1 pooled_size=2",
              lp_shape_4(1, 4, 2, 2), one, (const float[]){0, 0, 0, 1, 1}, lp_shape_4(1, 1, 2, 2),
              (const double[]){0, 5, 10, 15});
  check_small(&lp_op__contrib_PSROIPooling,
              "spatial_scale=1 output_dim=1 pooled_size=3 group_size=2", lp_shape_4(1, 4, 2, 2),
              one, (const float[]){0, 0, 0, 3, 3}, lp_shape_4(1, 1, 3, 3),
              (const double[]){1.5, 2, 0, 2.5, 3, 0, 0, 0, 0});
  const lp_shape turned = lp_shape_2(1, 6);
  check_small(&lp_op__contrib_RROIAlign, "pooled_size=(2,2) spatial_scale=1 sampling_ratio=2",
              lp_shape_4(1, 1, 4, 4), turned, (const float[]){0, 2, 2, 2, 2, 90},
              lp_shape_4(1, 1, 2, 2), (const double[]){11.5, 7.5, 12.5, 8.5});
  check_small(&lp_op__contrib_RROIAlign, "pooled_size=(2,2) spatial_scale=1 sampling_ratio=2",
              lp_shape_4(1, 1, 4, 4), turned, (const float[]){1, 2, 2, 2, 2, 90},
              lp_shape_4(1, 1, 2, 2), (const double[]){0, 0, 0, 0});
  check_small(&lp_op__contrib_DeformablePSROIPooling,
              "spatial_scale=1 output_dim=1 group_size=1 pooled_size=1 no_trans=True "
              "sample_per_part=1",
              lp_shape_4(1, 1, 4, 4), one, (const float[]){0, 1, 2, 2, 3},
              lp_shape_4(1, 1, 1, 1), (const double[]){6.5});
}

TEST(samples_move_with_trans) {
  run_op run;
  run_op_begin(&run, &lp_op__contrib_DeformablePSROIPooling,
               "spatial_scale=1 output_dim=2 group_size=1 pooled_size=1 trans_std=0.5");
  run_op_floats(&run, 0, lp_shape_4(1, 2, 2, 3), (const float[]){0, 1, 2, 3, 4, 5, 0, 10, 20, 30, 40, 50});
  run_op_floats(&run, 1, lp_shape_2(1, 5), (const float[]){0, 0, 0, 0, 0});
  /* By hand: begin (-0.5, -0.5) and size 1; class 0 moves by (2, 1) / 2, class 1 by (3, 3) / 2. */
  run_op_floats(&run, 2, lp_shape_4(1, 4, 1, 1), (const float[]){2, 1, 3, 3});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, (const double[]){0.5, 40}, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

/* What shape inference says; the attributes are right. */
static void check_refused(const lp_op *op, const char *attributes, lp_shape data, lp_shape rois,
                          const char *text) {
  run_op_refuses_shapes(op, attributes, LP_FLOAT32, (const lp_shape[]){data, rois}, 2, text);
}

TEST(bad_input_is_refused) {
  const lp_shape data = lp_shape_4(1, 4, 4, 4);
  const char *plain = "pooled_size=(2,2) spatial_scale=1";
  check_refused(&lp_op_ROIPooling, plain, data, lp_shape_2(3, 4), "expected (?,5)");
  check_refused(&lp_op_ROIPooling, plain, lp_shape_3(4, 4, 4), lp_shape_2(3, 5), "'data'");
  check_refused(&lp_op__contrib_RROIAlign, plain, data, lp_shape_2(3, 5), "expected (?,6)");
  check_refused(&lp_op__contrib_ROIAlign,
                "pooled_size=(3,1) spatial_scale=1 position_sensitive=True", data,
                lp_shape_2(1, 5), "4 channels, expected a multiple of 3 bins");
  check_refused(&lp_op__contrib_PSROIPooling, "spatial_scale=1 output_dim=2 pooled_size=2", data,
                lp_shape_2(1, 5), "4 channels, expected output_dim group_size^2 = 2 * 4");
  run_op_refuses_attribute(&lp_op_ROIPooling, "pooled_size=(2,) spatial_scale=1", "1 entries, expected 2");
  run_op_refuses_attribute(&lp_op_ROIPooling, "pooled_size=(0,2) spatial_scale=1", "'pooled_size' is 0");
  run_op_refuses_attribute(&lp_op__contrib_ROIAlign, "pooled_size=(2,2) spatial_scale=2", "expected 0 to 1");
  run_op_refuses_attribute(&lp_op__contrib_ROIAlign, "pooled_size=(2,2) spatial_scale=nan", "expected 0 to 1");
  run_op_refuses_attribute(&lp_op__contrib_ROIAlign, "pooled_size=(2,2)", "spatial_scale");
  run_op_refuses_attribute(&lp_op__contrib_PSROIPooling, "spatial_scale=1 output_dim=0 pooled_size=2",
                  "'output_dim' is 0");
  run_op_refuses_attribute(&lp_op__contrib_DeformablePSROIPooling,
                  "spatial_scale=1 output_dim=1 group_size=1 pooled_size=1 trans_std=2",
                  "'trans_std' is 2");
}

TEST(regions_without_bounds_are_survived) {
  const float wild[] = {0,   NAN, 0, 3, 3, NAN, 0,   0,     3,    3,     0, -1e30f, -1e30f,
                        1e30f, 1e30f, 0, 0, 0, INFINITY, 3, 1e20f, 0, 0, 1, 1};
  const lp_op *const ops[] = {&lp_op_ROIPooling, &lp_op__contrib_ROIAlign};
  for (size_t i = 0; i < 2; i++) {
    run_op run;
    run_op_begin(&run, ops[i], "pooled_size=(2,3) spatial_scale=1");
    run_op_random(&run, 0, lp_shape_4(1, 3, 5, 4), 1, 1);
    run_op_floats(&run, 1, lp_shape_2(5, 5), wild);
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
  }
  run_op run;
  run_op_begin(&run, &lp_op_ROIPooling, "pooled_size=(2,3) spatial_scale=1");
  run_op_random(&run, 0, lp_shape_4(1, 3, 5, 4), 1, 1);
  run_op_floats(&run, 1, lp_shape_2(0, 5), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(roi_pooling_takes_maxima);
  RUN(roi_align_takes_means_of_samples);
  RUN(check_vectors);
  RUN(samples_move_with_trans);
  RUN(bad_input_is_refused);
  RUN(regions_without_bounds_are_survived);
  return check_end();
}
