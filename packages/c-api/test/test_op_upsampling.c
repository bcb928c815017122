/* UpSampling against its definition in double, and operators.md 7. */
#include "run_op.h"

#include "../src/op/op_table.h"

/* Inputs of `channels[i]` channels and `divisor[i]`-th part of the output's size. */
static void check_nearest(const char *attributes, int inputs, const int64_t *channels,
                          const int64_t *divisor, int64_t height, int64_t width, bool sum,
                          lp_dtype dtype) {
  run_op run;
  run_op_begin(&run, &lp_op_UpSampling, attributes);
  int64_t total = 0;
  for (int i = 0; i < inputs; i++) {
    lp_shape shape = lp_shape_4(2, channels[i], height / divisor[i], width / divisor[i]);
    run_op_random(&run, i, shape, (uint32_t)i + 3, 9);
    total = sum ? channels[i] : total + channels[i];
    if (dtype == LP_FLOAT64) {
      float *narrow = run.in[i].data;
      run.in[i].data = NULL;
      run_op_input(&run, i, LP_FLOAT64, shape, NULL);
      for (int64_t k = 0; k < lp_shape_size(&shape); k++) {
        ((double *)run.in[i].data)[k] = (double)narrow[k];
      }
      free(narrow);
    }
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  lp_shape out = lp_shape_4(2, total, height, width);
  REQUIRE(lp_shape_equal(&run.out[0].shape, &out));
  double *expected = calloc((size_t)(2 * total * height * width), sizeof(double));
  for (int64_t n = 0; n < 2; n++) {
    int64_t first = 0;
    for (int i = 0; i < inputs; i++) {
      for (int64_t c = 0; c < channels[i]; c++) {
        for (int64_t h = 0; h < height; h++) {
          for (int64_t w = 0; w < width; w++) {
            expected[((n * total + first + c) * height + h) * width + w] += run_op_element(
                &run.in[i], ((n * channels[i] + c) * (height / divisor[i]) + h / divisor[i]) *
                                    (width / divisor[i]) +
                                w / divisor[i]);
          }
        }
      }
      first += sum ? 0 : channels[i];
    }
  }
  run_op_expect(&run, 0, expected, sum ? 2e-6 : 0, 0);
  CHECK(run_op_all(&run) >= 2);
  if ((sum || inputs == 1) && dtype == LP_FLOAT32 && lp_cpu_block(LP_ISA_BASE) > 1) {
    CHECK(run.ran_blocked > 0);
  }
  run_op_end(&run);
  free(expected);
}

TEST(nearest_repeats_pixels) {
  const lp_dtype both[] = {LP_FLOAT32, LP_FLOAT64};
  for (size_t i = 0; i < 2; i++) {
    check_nearest("scale=2 sample_type=nearest num_args=1", 1, (const int64_t[]){19},
                  (const int64_t[]){2}, 6, 10, false, both[i]);
    check_nearest("scale=3 sample_type=nearest num_args=1", 1, (const int64_t[]){3},
                  (const int64_t[]){3}, 9, 3, false, both[i]);
    check_nearest("scale=2 sample_type=nearest num_args=3", 3, (const int64_t[]){3, 5, 1},
                  (const int64_t[]){2, 1, 4}, 8, 12, false, both[i]);
    check_nearest("scale=4 sample_type=nearest num_args=2 multi_input_mode=sum", 2,
                  (const int64_t[]){19, 19}, (const int64_t[]){4, 2}, 8, 12, true, both[i]);
  }
  check_nearest("scale=2 sample_type=nearest num_args=1", 1, (const int64_t[]){64},
                (const int64_t[]){2}, 80, 80, false, LP_FLOAT32);
}

/* The definition: every input adds to the outputs its kernel covers. */
static void check_bilinear(int64_t scale, int64_t channels, int64_t height, int64_t width,
                           lp_dtype dtype) {
  char attributes[128];
  (void)sprintf(attributes, "scale=%d sample_type=bilinear num_args=2 num_filter=%d", (int)scale,
                (int)channels);
  int64_t kernel = 2 * scale - scale % 2;
  int64_t pad = (int64_t)ceil((double)(scale - 1) / 2);
  run_op run;
  run_op_begin(&run, &lp_op_UpSampling, attributes);
  lp_shape shapes[2] = {lp_shape_4(2, channels, height, width),
                        lp_shape_4(channels, 1, kernel, kernel)};
  for (int i = 0; i < 2; i++) {
    run_op_random(&run, i, shapes[i], (uint32_t)i + 3, 2);
    if (dtype == LP_FLOAT64) {
      float *narrow = run.in[i].data;
      run.in[i].data = NULL;
      run_op_input(&run, i, LP_FLOAT64, shapes[i], NULL);
      for (int64_t k = 0; k < lp_shape_size(&shapes[i]); k++) {
        ((double *)run.in[i].data)[k] = (double)narrow[k];
      }
      free(narrow);
    }
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  int64_t out_height = height * scale;
  int64_t out_width = width * scale;
  double *expected = calloc((size_t)(2 * channels * out_height * out_width), sizeof(double));
  for (int64_t plane = 0; plane < 2 * channels; plane++) {
    for (int64_t h = 0; h < height; h++) {
      for (int64_t w = 0; w < width; w++) {
        for (int64_t kh = 0; kh < kernel; kh++) {
          for (int64_t kw = 0; kw < kernel; kw++) {
            int64_t oh = h * scale - pad + kh;
            int64_t ow = w * scale - pad + kw;
            if (oh >= 0 && ow >= 0 && oh < out_height && ow < out_width) {
              expected[(plane * out_height + oh) * out_width + ow] +=
                  run_op_element(&run.in[0], (plane * height + h) * width + w) *
                  run_op_element(&run.in[1], (plane % channels * kernel + kh) * kernel + kw);
            }
          }
        }
      }
    }
  }
  run_op_expect(&run, 0, expected, 3e-6, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
  free(expected);
}

TEST(bilinear_is_a_transposed_convolution_by_channel) {
  for (int64_t scale = 1; scale <= 5; scale++) {
    check_bilinear(scale, 3, 4, 5, LP_FLOAT32);
    check_bilinear(scale, 2, 1, 3, LP_FLOAT64);
  }
  check_bilinear(8, 21, 20, 20, LP_FLOAT32);
}

TEST(check_vectors) {
  run_op run;
  run_op_begin(&run, &lp_op_UpSampling, "scale=2 sample_type=nearest num_args=2");
  run_op_floats(&run, 0, lp_shape_4(1, 1, 1, 1), (const float[]){7});
  run_op_floats(&run, 1, lp_shape_4(1, 1, 2, 2), (const float[]){0, 1, 2, 3});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, (const double[]){7, 7, 7, 7, 0, 1, 2, 3}, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
  run_op_begin(&run, &lp_op_UpSampling, "scale=2 sample_type=bilinear num_args=2 num_filter=1");
  run_op_floats(&run, 0, lp_shape_4(1, 1, 2, 2), (const float[]){1, 2, 3, 4});
  run_op_floats(&run, 1, lp_shape_4(1, 1, 4, 4),
                (const float[]){0.0625f, 0.1875f, 0.1875f, 0.0625f, 0.1875f, 0.5625f, 0.5625f,
                                0.1875f, 0.1875f, 0.5625f, 0.5625f, 0.1875f, 0.0625f, 0.1875f,
                                0.1875f, 0.0625f});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0,
                (const double[]){0.5625, 0.9375, 1.3125, 1.125, 1.125, 1.75, 2.25, 1.875, 1.875,
                                 2.75, 3.25, 2.625, 1.6875, 2.4375, 2.8125, 2.25},
                0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

TEST(impossible_sizes_are_refused) {
  run_op run;
  run_op_begin(&run, &lp_op_UpSampling, "scale=2 sample_type=nearest num_args=2");
  run_op_floats(&run, 0, lp_shape_4(1, 1, 2, 2), NULL);
  run_op_floats(&run, 1, lp_shape_4(1, 1, 3, 3), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  CHECK_CONTAINS(lp_status_text(), "input 1, (1,1,3,3), does not divide the output's height of 4");
  run_op_end(&run);
  run_op_begin(&run, &lp_op_UpSampling, "scale=2 sample_type=nearest num_args=1");
  run_op_floats(&run, 0, lp_shape_3(1, 2, 2), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  run_op_end(&run);
  run_op_begin(&run, &lp_op_UpSampling, "scale=2 sample_type=bilinear num_args=2 num_filter=1");
  run_op_floats(&run, 0, lp_shape_4(1, 2, 2, 2), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  run_op_end(&run);
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op_UpSampling, "scale=0 sample_type=nearest num_args=1"),
               LP_ERROR_ATTRIBUTE);
  run_op_end(&run);
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op_UpSampling, "scale=1 sample_type=nearest num_args=0"),
               LP_ERROR_ATTRIBUTE);
  run_op_end(&run);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(nearest_repeats_pixels);
  RUN(bilinear_is_a_transposed_convolution_by_channel);
  RUN(check_vectors);
  RUN(impossible_sizes_are_refused);
  return check_end();
}
