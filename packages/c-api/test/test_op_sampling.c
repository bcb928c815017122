/* Samplers, grids, deformable convolutions, Correlation, im2col and col2im: definitions in double, values of the reference, operators.md 7. */
#include "run_op.h"

#include "../src/op/op_table.h"

static const float to_nine[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

static void check_runs(run_op *run, lp_shape out, const double *expected, double tolerance) {
  CHECK_EQ_INT(run_op_infer(run), LP_OK);
  REQUIRE(lp_shape_equal(&run->out[0].shape, &out));
  run_op_expect(run, 0, expected, tolerance, 0);
  CHECK(run_op_all(run) >= 2);
  run_op_end(run);
}

TEST(sampler_counts_outside_as_zero) {
  run_op run;
  run_op_begin(&run, &lp_op_BilinearSampler, "cudnn_off=True");
  run_op_floats(&run, 0, lp_shape_4(1, 1, 3, 3), to_nine);
  run_op_floats(&run, 1, lp_shape_4(1, 2, 2, 3),
                (const float[]){-1, 1, -1.5f, -2, 1.5f, 0, -1, 1, 0, 0, 0, 1.5f});
  check_runs(&run, lp_shape_4(1, 1, 2, 3), (const double[]){1, 9, 2, 0, 3, 4}, 0);
  run_op_begin(&run, &lp_op_BilinearSampler, "");
  run_op_floats(&run, 0, lp_shape_4(1, 1, 3, 3), to_nine);
  run_op_floats(&run, 1, lp_shape_4(1, 2, 1, 3), (const float[]){NAN, INFINITY, -1e30f, 0, 0, 0});
  check_runs(&run, lp_shape_4(1, 1, 1, 3), (const double[]){NAN, NAN, 0}, 0);
}

TEST(grids) {
  run_op run;
  run_op_begin(&run, &lp_op_GridGenerator, "transform_type=affine target_shape=(2,2)");
  run_op_floats(&run, 0, lp_shape_2(1, 6), (const float[]){1, 0.5f, 0, 0, 1, 0.25f});
  check_runs(&run, lp_shape_4(1, 2, 2, 2),
             (const double[]){-1.5, 0.5, -0.5, 1.5, -0.75, -0.75, 1.25, 1.25}, 1e-6);
  run_op_begin(&run, &lp_op_GridGenerator, "transform_type=warp");
  const double flow[8] = {0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25};
  run_op_input(&run, 0, LP_FLOAT64, lp_shape_4(1, 2, 2, 2), flow);
  check_runs(&run, lp_shape_4(1, 2, 2, 2),
             (const double[]){-0.5, 1.5, -0.5, 1.5, -0.5, -0.5, 1.5, 1.5}, 0);
  run_op_begin(&run, &lp_op_SpatialTransformer,
               "target_shape=(2,3) transform_type=affine sampler_type=bilinear");
  run_op_floats(&run, 0, lp_shape_4(1, 1, 2, 2), (const float[]){0, 1, 2, 3});
  run_op_floats(&run, 1, lp_shape_2(1, 6), (const float[]){1, 0, 0.5f, 0, 1, 0});
  check_runs(&run, lp_shape_4(1, 1, 2, 3), (const double[]){0.25, 0.75, 0.75, 2.25, 2.75, 2.25},
             1e-6);
}

/* A grid of the pixels' own places gives the image back; threads have several tiles. */
TEST(identity_of_many_points) {
  enum { SIZE = 41 };
  run_op run;
  run_op_begin(&run, &lp_op_SpatialTransformer,
               "target_shape=(41,41) transform_type=affine sampler_type=bilinear");
  run_op_random(&run, 0, lp_shape_4(2, 9, SIZE, SIZE), 3, 1);
  run_op_floats(&run, 1, lp_shape_2(2, 6), (const float[]){1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0});
  static double expected[2 * 9 * SIZE * SIZE];
  for (int64_t k = 0; k < (int64_t)LP_COUNT(expected); k++) {
    expected[k] = run_op_element(&run.in[0], k);
  }
  check_runs(&run, run.in[0].shape, expected, 2e-5);
}

/* A 1 x 1 window whose offset is the same everywhere. */
static void check_moved(const lp_op *op, float down, float right, const double *expected) {
  run_op run;
  float offset[18];
  float half[9];
  for (int i = 0; i < 9; i++) {
    offset[i] = down;
    offset[9 + i] = right;
    half[i] = 0.5f;
  }
  const bool masked = op == &lp_op__contrib_ModulatedDeformableConvolution;
  run_op_begin(&run, op, "kernel=(1,1) num_filter=1 no_bias=True");
  run_op_floats(&run, 0, lp_shape_4(1, 1, 3, 3), to_nine);
  run_op_floats(&run, 1, lp_shape_4(1, 2, 3, 3), offset);
  if (masked) {
    run_op_floats(&run, 2, lp_shape_4(1, 1, 3, 3), half);
  }
  run_op_floats(&run, masked ? 3 : 2, lp_shape_4(1, 1, 1, 1), (const float[]){1});
  check_runs(&run, lp_shape_4(1, 1, 3, 3), expected, 1e-6);
}

TEST(windows_beyond_the_edge) {
  /* Of the reference. */
  const lp_op *plain = &lp_op__contrib_DeformableConvolution;
  const lp_op *masked = &lp_op__contrib_ModulatedDeformableConvolution;
  check_moved(plain, -0.5f, 0, (const double[]){0, 0, 0, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5});
  check_moved(masked, -0.5f, 0, (const double[]){0.25, 0.5, 0.75, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75});
  check_moved(plain, 2.5f, 0, (const double[]){7, 8, 9, 0, 0, 0, 0, 0, 0});
  check_moved(masked, 2.5f, 0, (const double[]){1.75, 2, 2.25, 0, 0, 0, 0, 0, 0});
  check_moved(plain, 1.5f, 1.5f, (const double[]){7, 7.5, 0, 8.5, 9, 0, 0, 0, 0});
  check_moved(masked, 1.5f, 1.5f, (const double[]){3.5, 1.875, 0, 2.125, 1.125, 0, 0, 0, 0});
  check_moved(plain, NAN, 0, (const double[]){0, 0, 0, 0, 0, 0, 0, 0, 0});
}

/* Without offsets it is a convolution; one that is larger than a tile, in float64 too. */
static void check_unmoved(const lp_op *op, lp_dtype dtype) {
  enum { CHANNELS = 6, FILTERS = 4, SIZE = 29 };
  const bool masked = op == &lp_op__contrib_ModulatedDeformableConvolution;
  const int weight = masked ? 3 : 2;
  run_op run;
  run_op_begin(&run, op,
               "kernel=(3,3) pad=(2,1) dilate=(2,1) stride=(1,2) num_filter=4 num_group=2 "
               "num_deformable_group=3");
  const lp_shape shapes[] = {lp_shape_4(1, CHANNELS, SIZE, SIZE), lp_shape_4(FILTERS, 3, 3, 3),
                             lp_shape_1(FILTERS), lp_shape_4(1, 27, SIZE, 15)};
  const int at[] = {0, weight, weight + 1, 2};
  for (int i = 0; i < (masked ? 4 : 3); i++) {
    run_op_random(&run, at[i], shapes[i], (uint32_t)i, 1);
    if (i == 3) {
      for (int64_t k = 0; k < lp_shape_size(&shapes[3]); k++) {
        ((float *)run.in[2].data)[k] = 1;
      }
    }
    if (dtype == LP_FLOAT64) {
      const int64_t count = lp_shape_size(&shapes[i]);
      double *wide = malloc((size_t)count * sizeof *wide);
      for (int64_t k = 0; k < count; k++) {
        wide[k] = run_op_element(&run.in[at[i]], k);
      }
      run_op_input(&run, at[i], LP_FLOAT64, shapes[i], wide);
      free(wide);
    }
  }
  static double expected[FILTERS * SIZE * 15];
  for (int64_t k = 0; k < (int64_t)LP_COUNT(expected); k++) {
    const int64_t filter = k / (SIZE * 15);
    double sum = run_op_element(&run.in[weight + 1], filter);
    for (int64_t tap = 0; tap < 27; tap++) {
      const int64_t y = k / 15 % SIZE - 2 + tap / 3 % 3 * 2;
      const int64_t x = k % 15 * 2 - 1 + tap % 3;
      const int64_t channel = filter / 2 * 3 + tap / 9;
      if (y >= 0 && y < SIZE && x >= 0 && x < SIZE) {
        sum += run_op_element(&run.in[0], (channel * SIZE + y) * SIZE + x) *
               run_op_element(&run.in[weight], filter * 27 + tap);
      }
    }
    expected[k] = sum;
  }
  check_runs(&run, lp_shape_4(1, FILTERS, SIZE, 15), expected, 2e-5);
}

TEST(without_offsets_it_is_a_convolution) {
  const lp_dtype both[] = {LP_FLOAT32, LP_FLOAT64};
  for (size_t i = 0; i < 2; i++) {
    check_unmoved(&lp_op__contrib_DeformableConvolution, both[i]);
    check_unmoved(&lp_op__contrib_ModulatedDeformableConvolution, both[i]);
  }
}

TEST(correlation) {
  run_op run;
  run_op_begin(&run, &lp_op_Correlation, "max_displacement=1 pad_size=1");
  run_op_floats(&run, 0, lp_shape_4(1, 1, 2, 2), to_nine);
  run_op_floats(&run, 1, lp_shape_4(1, 1, 2, 2), to_nine);
  check_runs(&run, lp_shape_4(1, 9, 2, 2),
             (const double[]){0, 0, 0, 4, 0, 0, 3, 8, 0, 0, 6, 0, 0, 2, 0, 12, 1, 4,
                              9, 16, 2, 0, 12, 0, 0, 6, 0, 0, 3, 8, 0, 0, 4, 0, 0, 0},
             0);
  /* By hand: displacements -1, 0 and 1 of |a - b|, beyond the image 0. */
  const double first[3] = {1, 2, 4};
  const double second[3] = {3, 3, 3};
  run_op_begin(&run, &lp_op_Correlation, "max_displacement=1 pad_size=1 is_multiply=False");
  run_op_input(&run, 0, LP_FLOAT64, lp_shape_4(1, 1, 1, 3), first);
  run_op_input(&run, 1, LP_FLOAT64, lp_shape_4(1, 1, 1, 3), second);
  check_runs(&run, lp_shape_4(1, 9, 1, 3),
             (const double[]){1, 2, 4, 1, 2, 4, 1, 2, 4, 1, 1, 1, 2, 1,
                              1, 2, 1, 4, 1, 2, 4, 1, 2, 4, 1, 2, 4},
             0);
}

TEST(columns_and_back) {
  run_op run;
  run_op_begin(&run, &lp_op_im2col, "kernel=(2,2)");
  run_op_floats(&run, 0, lp_shape_4(1, 1, 3, 3), to_nine);
  const double columns[16] = {1, 2, 4, 5, 2, 3, 5, 6, 4, 5, 7, 8, 5, 6, 8, 9};
  check_runs(&run, lp_shape_3(1, 4, 4), columns, 0);
  run_op_begin(&run, &lp_op_im2col, "kernel=(1,2) stride=(2,2) pad=(1,1)");
  run_op_floats(&run, 0, lp_shape_4(1, 1, 3, 3), to_nine);
  check_runs(&run, lp_shape_3(1, 2, 6), (const double[]){0, 0, 0, 5, 0, 0, 0, 0, 4, 6, 0, 0}, 0);
  run_op_begin(&run, &lp_op_col2im, "kernel=(2,2) output_size=(3,3)");
  run_op_input(&run, 0, LP_FLOAT64, lp_shape_3(1, 4, 4), columns);
  check_runs(&run, lp_shape_4(1, 1, 3, 3), (const double[]){1, 4, 3, 8, 20, 12, 7, 16, 9}, 0);
}

static void check_refused(const lp_op *op, const char *attributes, lp_shape first, lp_shape second,
                          const char *text) {
  run_op_refuses_shapes(op, attributes, LP_FLOAT32, (const lp_shape[]){first, second}, 2, text);
}

TEST(bad_input_is_refused) {
  const lp_shape image = lp_shape_4(1, 2, 4, 4);
  const char *transformer = "target_shape=(2,2) transform_type=affine sampler_type=bilinear";
  check_refused(&lp_op_BilinearSampler, "", image, lp_shape_4(1, 3, 2, 2), "'grid'");
  check_refused(&lp_op_BilinearSampler, "", image, lp_shape_4(2, 2, 2, 2), "'grid'");
  check_refused(&lp_op_BilinearSampler, "", lp_shape_4(1, 2, 0, 4), lp_shape_4(1, 2, 2, 2),
                "height 0");
  check_refused(&lp_op_SpatialTransformer, transformer, image, lp_shape_2(1, 5), "'loc'");
  check_refused(&lp_op_GridGenerator, "transform_type=warp", lp_shape_4(1, 3, 4, 4), image, "'data'");
  run_op_refuses_attribute(&lp_op_GridGenerator, "transform_type=affine", "'target_shape' is 0");
  run_op_refuses_attribute(&lp_op_SpatialTransformer, "transform_type=affine sampler_type=nearest", "nearest");
  check_refused(&lp_op_Correlation, "", image, lp_shape_4(1, 3, 4, 4), "'data2'");
  check_refused(&lp_op_Correlation, "max_displacement=3", image, image, "do not fit");
  run_op_refuses_attribute(&lp_op_Correlation, "kernel_size=2", "expected an odd number");
  run_op_refuses_attribute(&lp_op_Correlation, "stride2=0", "'stride2' is 0");
  check_refused(&lp_op_im2col, "kernel=(5,5)", image, image, "exceeds the image's height of 4");
  check_refused(&lp_op_col2im, "kernel=(2,2) output_size=(3,3)", lp_shape_3(1, 7, 4), image, "7 rows");
  check_refused(&lp_op_col2im, "kernel=(2,2) output_size=(3,3)", lp_shape_3(1, 8, 5), image, "'data'");
  run_op_refuses_attribute(&lp_op_im2col, "kernel=(2,)", "1 entries, expected 2");
  const lp_op *deformable = &lp_op__contrib_DeformableConvolution;
  const char *window = "kernel=(3,3) num_filter=4 num_group=2";
  check_refused(deformable, window, lp_shape_4(1, 3, 4, 4), lp_shape_4(1, 18, 2, 2), "3 channels");
  check_refused(deformable, window, image, lp_shape_4(1, 9, 2, 2), "'offset'");
  check_refused(deformable, window, lp_shape_4(1, 2, 2, 4), image, "exceeds the data's height of 2");
  run_op_refuses_attribute(deformable, "kernel=(3,) num_filter=1", "1 entries, expected 2");
  run_op_refuses_attribute(deformable, "kernel=(3,3) num_filter=1 num_deformable_group=0",
                  "'num_deformable_group' is 0");
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(sampler_counts_outside_as_zero);
  RUN(grids);
  RUN(identity_of_many_points);
  RUN(windows_beyond_the_edge);
  RUN(without_offsets_it_is_a_convolution);
  RUN(correlation);
  RUN(columns_and_back);
  RUN(bad_input_is_refused);
  return check_end();
}
