/* Convolution: every algorithm against sums in double precision, its shape rule, and the check vectors of the reference. */
#include "check.h"
#include "run_op.h"

#include "../src/op/op_table.h"

/* One convolution; arrays are depth, height, width, of which the last `dims` count. */
typedef struct conv_case {
  int dims;
  int batch, channels, filters, groups;
  int in[3], kernel[3], stride[3], dilate[3], pad[3];
  bool no_bias;
  int epilogue; /* 0 none, 1 scale+shift+relu, 2 shift+clip, 3 add+leaky, 4 scale+prelu+add, 5 bias in shift, 6 hard sigmoid, 7 hard swish, 8 sigmoid, 9 swish, 10 tanh */
} conv_case;

static uint32_t conv_random_state = 12345;
static int conv_random(int least, int most) {
  conv_random_state = conv_random_state * 1664525u + 1013904223u;
  return least + (int)((conv_random_state >> 8) % (uint32_t)(most - least + 1));
}

static void conv_tuple(char *text, size_t size, const int *values, int dims) {
  (void)snprintf(text, size, dims == 1 ? "(%d,)" : dims == 2 ? "(%d,%d)" : "(%d,%d,%d)",
                 values[3 - dims], dims > 1 ? values[4 - dims] : 0, values[2]);
  if (dims == 2) {
    (void)snprintf(text, size, "(%d,%d)", values[1], values[2]);
  }
}

static void conv_attributes(const conv_case *c, char *text, size_t size) {
  char kernel[64], stride[64], dilate[64], pad[64];
  conv_tuple(kernel, sizeof kernel, c->kernel, c->dims);
  conv_tuple(stride, sizeof stride, c->stride, c->dims);
  conv_tuple(dilate, sizeof dilate, c->dilate, c->dims);
  conv_tuple(pad, sizeof pad, c->pad, c->dims);
  (void)snprintf(text, size,
                 "kernel=%s stride=%s dilate=%s pad=%s num_filter=%d num_group=%d no_bias=%d",
                 kernel, stride, dilate, pad, c->filters, c->groups, c->no_bias);
}

static lp_shape conv_data_shape(const conv_case *c) {
  lp_shape shape = lp_shape_2(c->batch, c->channels);
  shape.ndim = c->dims + 2;
  for (int i = 0; i < c->dims; i++) {
    shape.dim[i + 2] = c->in[3 - c->dims + i];
  }
  return shape;
}

/* A tensor's elements as doubles, to be freed. */
static double *conv_doubles(const lp_tensor *tensor) {
  int64_t count = lp_shape_size(&tensor->shape);
  double *values = run_op_memory((size_t)count * sizeof(double));
  for (int64_t i = 0; i < count; i++) {
    values[i] = run_op_element(tensor, i);
  }
  return values;
}

/* The sums, by definition. Returns the largest magnitude. */
static double conv_naive(const run_op *run, const conv_case *c, double *y) {
  double *x = conv_doubles(&run->in[0]);
  double *w = conv_doubles(&run->in[1]);
  int out[3];
  int group_channels = c->channels / c->groups;
  int group_filters = c->filters / c->groups;
  int64_t place = 0;
  for (int d = 0; d < 3; d++) {
    out[d] = d < 3 - c->dims ? 1
                             : (c->in[d] + 2 * c->pad[d] - c->dilate[d] * (c->kernel[d] - 1) - 1) /
                                       c->stride[d] + 1;
  }
  for (int n = 0; n < c->batch; n++) {
    for (int f = 0; f < c->filters; f++) {
      for (int oz = 0; oz < out[0]; oz++) {
        for (int oy = 0; oy < out[1]; oy++) {
          for (int ox = 0; ox < out[2]; ox++) {
            double sum = 0;
            for (int i = 0; i < group_channels; i++) {
              int channel = f / group_filters * group_channels + i;
              for (int kz = 0; kz < c->kernel[0]; kz++) {
                for (int ky = 0; ky < c->kernel[1]; ky++) {
                  for (int kx = 0; kx < c->kernel[2]; kx++) {
                    int z = oz * c->stride[0] - c->pad[0] + kz * c->dilate[0];
                    int row = oy * c->stride[1] - c->pad[1] + ky * c->dilate[1];
                    int column = ox * c->stride[2] - c->pad[2] + kx * c->dilate[2];
                    if (z < 0 || z >= c->in[0] || row < 0 || row >= c->in[1] || column < 0 ||
                        column >= c->in[2]) {
                      continue;
                    }
                    sum += x[((n * c->channels + channel) * c->in[0] + z) * c->in[1] * c->in[2] +
                             row * c->in[2] + column] *
                           w[((f * group_channels + i) * c->kernel[0] + kz) * c->kernel[1] *
                                 c->kernel[2] + ky * c->kernel[2] + kx];
                  }
                }
              }
            }
            if (!c->no_bias) {
              sum += run_op_element(&run->in[2], f);
            }
            y[place++] = sum;
          }
        }
      }
    }
  }
  double top = 0;
  free(x);
  free(w);
  for (int64_t i = 0; i < place; i++) {
    top = fabs(y[i]) > top ? fabs(y[i]) : top;
  }
  return top;
}

/* Turns the sums into what the epilogue makes of them. `channel_size`: outputs per filter. */
static void conv_finish(run_op *run, const conv_case *c, double *y, float *arrays) {
  lp_epilogue *e = &run->epilogue;
  float *scale = arrays;
  float *shift = arrays + 512;
  float *slope = arrays + 1024;
  float *added = NULL;
  int64_t count = lp_shape_size(&run->out[0].shape);
  int64_t channel_size = lp_shape_product(&run->out[0].shape, 2, run->out[0].shape.ndim);
  memset(arrays, 0, 1536 * sizeof(float));
  REQUIRE(c->filters <= 496);
  for (int f = 0; f < c->filters; f++) {
    scale[f] = 0.5f + 0.03f * (float)f;
    shift[f] = 0.25f - 0.04f * (float)f;
    slope[f] = 0.1f + 0.01f * (float)f;
  }
  if (c->epilogue == 5 && !c->no_bias) {
    for (int f = 0; f < c->filters; f++) {
      shift[f] = (float)run_op_element(&run->in[2], f);
      ((float *)run->in[2].data)[f] = NAN; /* must not be read */
    }
    e->shift = shift;
    e->bias_in_shift = e->has_shift = true;
    return;
  }
  if (c->epilogue == 1 || c->epilogue == 4) {
    e->scale = scale;
    e->has_scale = true;
  }
  if (c->epilogue == 1 || c->epilogue == 2) {
    e->shift = shift;
    e->has_shift = true;
  }
  if (c->epilogue == 3 || c->epilogue == 4) {
    run_op_random(run, run->num_inputs, run->out[0].shape, 77, 1.0f);
    added = run->in[run->num_inputs].data;
    e->add = true;
    run->num_inputs++;
  }
  if (c->epilogue == 1) {
    e->activation.kind = LP_ACTIVATION_RELU;
  } else if (c->epilogue == 2) {
    e->activation = (lp_activation){LP_ACTIVATION_CLIP, -0.5f, 0.75f, NULL};
  } else if (c->epilogue == 3) {
    e->activation = (lp_activation){LP_ACTIVATION_LEAKY, 0.25f, 0, NULL};
  } else if (c->epilogue == 4) {
    e->activation = (lp_activation){LP_ACTIVATION_PRELU, 0, 0, slope};
  } else if (c->epilogue == 6) {
    e->activation = (lp_activation){LP_ACTIVATION_HARD_SIGMOID, 0.3f, 0.4f, NULL};
  } else if (c->epilogue == 7) {
    e->activation = (lp_activation){LP_ACTIVATION_HARD_SWISH, 0.3f, 0.4f, NULL};
  } else if (c->epilogue >= 8) {
    e->activation.kind = c->epilogue == 8   ? LP_ACTIVATION_SIGMOID
                         : c->epilogue == 9 ? LP_ACTIVATION_SWISH
                                            : LP_ACTIVATION_TANH;
  }
  for (int64_t i = 0; i < count; i++) {
    int f = (int)(i / channel_size % c->filters);
    if (e->scale != NULL) {
      y[i] *= (double)scale[f];
    }
    if (e->shift != NULL) {
      y[i] += (double)shift[f];
    }
    if (added != NULL) {
      y[i] += (double)added[i];
    }
    switch (c->epilogue) {
      case 1: y[i] = y[i] > 0 ? y[i] : 0; break;
      case 2: y[i] = y[i] < -0.5 ? -0.5 : y[i] > 0.75 ? 0.75 : y[i]; break;
      case 3: y[i] = y[i] > 0 ? y[i] : 0.25 * y[i]; break;
      case 4: y[i] = y[i] > 0 ? y[i] : (double)slope[f] * y[i]; break;
      case 6: y[i] = fmin(fmax((double)0.3f * y[i] + (double)0.4f, 0), 1); break;
      case 7: y[i] *= fmin(fmax((double)0.3f * y[i] + (double)0.4f, 0), 1); break;
      case 8: y[i] = 1 / (1 + exp(-y[i])); break;
      case 9: y[i] = y[i] / (1 + exp(-y[i])); break;
      case 10: y[i] = tanh(y[i]); break;
      default: break;
    }
  }
}

/* Runs one case by every algorithm; the number of runs, and how many were of `only` if given. */
static int conv_check(const conv_case *c, const char *only) {
  run_op run;
  char attributes[512];
  float arrays[1536];
  int failures = check_state.failures_here;
  conv_attributes(c, attributes, sizeof attributes);
  run_op_begin(&run, &lp_op_Convolution, attributes);
  run.only = only;
  run.constant_inputs = 6;
  lp_shape shape = conv_data_shape(c);
  run_op_random(&run, 0, shape, 1, 1.0f);
  lp_shape weight = shape;
  weight.dim[0] = c->filters;
  weight.dim[1] = c->channels / c->groups;
  for (int i = 0; i < c->dims; i++) {
    weight.dim[i + 2] = c->kernel[3 - c->dims + i];
  }
  run_op_random(&run, 1, weight, 2, 1.0f);
  if (!c->no_bias) {
    run_op_random(&run, 2, lp_shape_1(c->filters), 3, 1.0f);
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  int64_t count = lp_shape_size(&run.out[0].shape);
  double *y = run_op_memory((size_t)count * sizeof(double));
  double top = conv_naive(&run, c, y);
  double terms = (double)lp_shape_product(&weight, 1, weight.ndim);
  conv_finish(&run, c, y, arrays);
  run_op_expect(&run, 0, y, 1e-6 + (1e-6 * sqrt(terms) + 2e-6) * (top + 1) * 2, 0);
  int runs = run_op_all(&run);
  if (check_state.failures_here > failures) {
    lp_shape_text text;
    printf("  in the case %s data %s epilogue %d\n", attributes, lp_shape_print(&shape, &text),
           c->epilogue);
  }
  free(y);
  run_op_end(&run);
  return runs;
}

/* Makes a case possible: the window fits the padded input. */
static void conv_fit(conv_case *c) {
  for (int d = 0; d < 3; d++) {
    if (d < 3 - c->dims) {
      c->in[d] = c->kernel[d] = c->stride[d] = c->dilate[d] = 1;
      c->pad[d] = 0;
    }
    while (c->dilate[d] * (c->kernel[d] - 1) + 1 > c->in[d] + 2 * c->pad[d]) {
      c->in[d]++;
    }
  }
}

TEST(plain_in_one_two_and_three_dimensions) {
  for (int i = 0; i < 160; i++) {
    conv_case c = {.dims = 1 + i % 3, .batch = conv_random(1, 2), .groups = 1,
                   .no_bias = i % 4 == 0, .epilogue = i % 11};
    if (i % 5 == 0) {
      c.groups = conv_random(2, 3);
    }
    c.channels = c.groups * conv_random(1, 9);
    c.filters = c.groups * conv_random(1, i % 2 ? 30 : 7);
    for (int d = 0; d < 3; d++) {
      c.in[d] = conv_random(1, c.dims == 3 ? 7 : c.dims == 2 ? 14 : 100);
      c.kernel[d] = conv_random(1, 4);
      c.stride[d] = conv_random(1, 3);
      c.dilate[d] = conv_random(1, 3);
      c.pad[d] = conv_random(0, 3);
    }
    conv_fit(&c);
    CHECK(conv_check(&c, "plain") >= 2);
  }
}

/* A 1-wide window takes its columns from the input without a copy. */
TEST(plain_one_wide) {
  for (int pixels = 30; pixels <= 66; pixels += 3) {
    conv_case c = {2, 2, 5, 14, 1, {1, 1, pixels}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0},
                   false, pixels % 6};
    CHECK(conv_check(&c, "plain") >= 2);
  }
  /* Several tiles of columns and several splits of filters. */
  conv_case c = {2, 1, 3, 100, 1, {1, 40, 41}, {1, 3, 3}, {1, 1, 1}, {1, 1, 1}, {0, 1, 1}, false, 1};
  CHECK(conv_check(&c, "plain") >= 2);
  c = (conv_case){2, 1, 300, 60, 1, {1, 7, 7}, {1, 3, 3}, {1, 1, 1}, {1, 1, 1}, {0, 1, 1}, false, 0};
  CHECK(conv_check(&c, "plain") >= 2);
}

/* Channels and filters around multiples of the blocks 4, 8 and 16; data with NaN in the lanes beyond. */
TEST(blocked_and_planar_grid) {
  static const int counts[] = {1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 48, 49};
  int runs = 0;
  for (int i = 0; i < 200; i++) {
    conv_case c = {.dims = i % 9 == 0 ? 1 : 2, .batch = 1 + (i % 4 == 0), .groups = 1,
                   .no_bias = i % 3 == 0, .epilogue = i % 11};
    c.channels = counts[conv_random(0, 17)];
    c.filters = counts[conv_random(0, 17)];
    for (int d = 0; d < 3; d++) {
      c.in[d] = conv_random(1, i % 7 == 0 ? 33 : 17);
      c.kernel[d] = i % 5 == 0 ? 1 : conv_random(1, i % 11 == 0 ? 7 : 4);
      c.stride[d] = i % 2 == 0 ? 1 : conv_random(1, 3);
      c.dilate[d] = i % 3 == 0 ? conv_random(1, 3) : 1;
      c.pad[d] = conv_random(0, 3);
    }
    conv_fit(&c);
    runs += conv_check(&c, "blocked");
    runs += conv_check(&c, "planar");
  }
  CHECK(runs >= 800 * ((int)lp_cpu_isa() + 1) || lp_cpu_block(lp_cpu_isa()) == 1);
}

TEST(blocked_one_wide) {
  for (int i = 0; i < 40; i++) {
    conv_case c = {2, 1 + i % 2, 1 + 7 * (i % 5), 16 + i, 1, {1, 1 + i % 30, 1 + i % 17},
                   {1, 1, 1}, {1, 1 + (i % 8 == 3), 1 + (i % 8 == 5)}, {1, 1, 1}, {0, 0, i % 16 == 7},
                   false, i % 6};
    (void)conv_check(&c, "blocked");
    (void)conv_check(&c, "planar");
  }
}

TEST(blocked_three_dimensions) {
  const int counts[] = {1, 3, 8, 16, 17, 20, 33};
  int runs = 0;
  for (int i = 0; i < 60; i++) {
    conv_case c = {.dims = 3, .batch = 1 + (i % 4 == 0), .groups = 1, .no_bias = i % 3 == 0,
                   .epilogue = i % 11};
    c.channels = counts[conv_random(0, 6)];
    c.filters = counts[conv_random(0, 6)];
    if (i % 7 == 3) {
      c.groups = 2;
      c.channels = 32;
      c.filters = 64;
    }
    for (int d = 0; d < 3; d++) {
      c.in[d] = conv_random(1, d == 0 ? 5 : 9);
      c.kernel[d] = i % 5 == 0 ? 1 : conv_random(1, 3);
      c.stride[d] = i % 2 == 0 ? 1 : conv_random(1, 3);
      c.dilate[d] = i % 3 == 0 ? conv_random(1, 2) : 1;
      c.pad[d] = i % 10 == 0 ? 0 : conv_random(0, 2);
    }
    conv_fit(&c);
    runs += conv_check(&c, "blocked");
    runs += conv_check(&c, "planar");
  }
  CHECK(runs >= 200 * ((int)lp_cpu_isa() + 1) || lp_cpu_block(lp_cpu_isa()) == 1);
}

/* Dilated so far that taps see nothing but padding: before, behind, on all sides, at every place. */
TEST(blocked_taps_of_padding) {
  const int dilates[][3] = {{1, 9, 9}, {1, 9, 1}, {1, 1, 9}, {4, 4, 4}, {1, 5, 9}, {1, 6, 6}};
  int runs = 0;
  for (int i = 0; i < 48; i++) {
    const int *dilate = dilates[i % 6];
    conv_case c = {3 - (dilate[0] == 1), 1 + i % 2, i % 4 == 3 ? 20 : 32, i % 5 == 4 ? 17 : 48, 1,
                   {dilate[0] == 1 ? 1 : 3, 6, 7}, {dilate[0] == 1 ? 1 : 3, 3, 3},
                   {1, 1 + (i % 8 == 7), 1}, {dilate[0], dilate[1], dilate[2]},
                   {dilate[0] == 1 ? 0 : dilate[0], dilate[1], dilate[2]}, i % 3 == 0, i % 11};
    if (i % 6 == 5) { /* one side alone */
      c.pad[1] = 12;
      c.in[1] = 5;
    }
    conv_fit(&c);
    runs += conv_check(&c, "blocked");
  }
  CHECK(runs >= 90 * ((int)lp_cpu_isa() + 1) || lp_cpu_block(lp_cpu_isa()) == 1);
}

/* One slice deep, but the window is deeper or the slice lies outside of it. */
TEST(a_third_dimension_of_padding) {
  conv_case c = {3, 2, 20, 18, 1, {1, 9, 9}, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, false, 0};
  CHECK(conv_check(&c, NULL) >= 2);
  c.kernel[1] = c.kernel[2] = 1;
  CHECK(conv_check(&c, NULL) >= 2);
  c.kernel[0] = 1;
  c.stride[0] = 3;
  CHECK(conv_check(&c, NULL) >= 2);
  c = (conv_case){3, 2, 20, 20, 20, {1, 9, 9}, {1, 3, 3}, {3, 1, 1}, {1, 1, 1}, {1, 1, 1}, false, 0};
  CHECK(conv_check(&c, NULL) >= 2);
}

TEST(blocked_groups) {
  int runs = 0;
  for (int i = 0; i < 40; i++) {
    conv_case c = {.dims = 2, .batch = 1 + i % 2, .groups = 2 + i % 3, .epilogue = i % 11};
    c.channels = c.groups * (i % 2 ? 16 : 4 << i % 3);
    c.filters = c.groups * (i % 3 ? 16 : 32) / (i % 4 == 0 ? 2 : 1);
    for (int d = 0; d < 3; d++) {
      c.in[d] = conv_random(1, 17);
      c.kernel[d] = conv_random(1, 3);
      c.stride[d] = conv_random(1, 2);
      c.dilate[d] = conv_random(1, 2);
      c.pad[d] = conv_random(0, 2);
    }
    conv_fit(&c);
    runs += conv_check(&c, "blocked");
    (void)conv_check(&c, "planar");
  }
  CHECK(runs >= 75 * ((int)lp_cpu_isa() + 1) || lp_cpu_block(lp_cpu_isa()) == 1);
  /* Groups that do not fill blocks are not for it. */
  conv_case c = {2, 1, 6, 32, 2, {1, 5, 5}, {1, 3, 3}, {1, 1, 1}, {1, 1, 1}, {0, 1, 1}, false, 0};
  CHECK_EQ_INT(conv_check(&c, "blocked"), 0);
}

/* Several bands of rows, of pixels, and several parts of the filters. */
TEST(blocked_bands) {
  conv_case c = {2, 1, 256, 20, 1, {1, 24, 25}, {1, 3, 3}, {1, 1, 1}, {1, 1, 1}, {0, 1, 1}, false, 1};
  (void)conv_check(&c, "blocked");
  (void)conv_check(&c, "planar");
  c = (conv_case){2, 1, 200, 20, 1, {1, 40, 41}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}, false, 4};
  (void)conv_check(&c, "blocked");
  c = (conv_case){2, 1, 128, 20, 1, {1, 40, 61}, {1, 3, 3}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}, true, 3};
  (void)conv_check(&c, "blocked");
  c.stride[1] = c.stride[2] = 2;
  (void)conv_check(&c, "blocked");
}

/* Padding and dilation that would need more memory than the data: left to the plain algorithm. */
TEST(blocked_refuses_huge_windows) {
  conv_case c = {2, 1, 4, 4, 1, {1, 2, 2}, {1, 2, 2}, {1, 1, 1}, {1, 20001, 20001},
                 {0, 10000, 10000}, false, 0};
  CHECK_EQ_INT(conv_check(&c, "blocked"), 0);
  CHECK(conv_check(&c, "plain") >= 2);
}

TEST(depthwise_grid) {
  int runs = 0;
  for (int i = 0; i < 180; i++) {
    conv_case c = {.dims = i % 9 == 0 ? 1 : 2, .batch = 1 + (i % 4 == 0), .no_bias = i % 3 == 0,
                   .epilogue = i % 11};
    c.channels = c.filters = c.groups = conv_random(2, 40);
    for (int d = 0; d < 3; d++) {
      c.in[d] = conv_random(1, i % 3 == 0 ? 33 : 12);
      c.kernel[d] = i % 2 == 0 ? 3 : conv_random(1, 5);
      c.stride[d] = conv_random(1, i % 2 == 0 ? 2 : 3);
      c.dilate[d] = i % 5 == 0 ? conv_random(1, 3) : 1;
      c.pad[d] = conv_random(0, i % 7 == 0 ? 3 : 1);
    }
    conv_fit(&c);
    runs += conv_check(&c, "depthwise");
  }
  CHECK(runs >= 180 * ((int)lp_cpu_isa() + 1) || lp_cpu_block(lp_cpu_isa()) == 1);
}

TEST(float64) {
  for (int i = 0; i < 40; i++) {
    run_op run;
    char attributes[512];
    conv_case c = {.dims = 1 + i % 3, .batch = 2, .groups = 1 + i % 2, .no_bias = i % 3 == 0};
    c.channels = c.groups * conv_random(1, 4);
    c.filters = c.groups * conv_random(1, 7);
    for (int d = 0; d < 3; d++) {
      c.in[d] = conv_random(1, 9);
      c.kernel[d] = conv_random(1, 3);
      c.stride[d] = conv_random(1, 2);
      c.dilate[d] = conv_random(1, 2);
      c.pad[d] = conv_random(0, 2);
    }
    conv_fit(&c);
    conv_attributes(&c, attributes, sizeof attributes);
    run_op_begin(&run, &lp_op_Convolution, attributes);
    run_op_input(&run, 0, LP_FLOAT64, conv_data_shape(&c), NULL);
    CHECK_EQ_INT(run_op_infer(&run), LP_OK);
    for (int k = 0; k < run.num_inputs; k++) {
      for (int64_t j = 0; j < lp_shape_size(&run.in[k].shape); j++) {
        ((double *)run.in[k].data)[j] = conv_random(-1000000, 1000000) / 999983.0;
      }
    }
    double *y = run_op_memory((size_t)lp_shape_size(&run.out[0].shape) * sizeof(double));
    (void)conv_naive(&run, &c, y);
    run_op_expect(&run, 0, y, 1e-12, 1e-12);
    CHECK(run_op_all(&run) >= 2);
    free(y);
    run_op_end(&run);
  }
}

static const float ramp[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                               16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

/* operators.md 7.1 */
static void conv_vector(const char *attributes, lp_shape data, const float *x, lp_shape weight,
                        const float *w, const float *bias, lp_shape out, const double *y) {
  run_op run;
  run_op_begin(&run, &lp_op_Convolution, attributes);
  run_op_floats(&run, 0, data, x);
  run_op_floats(&run, 1, weight, w);
  if (bias != NULL) {
    run_op_floats(&run, 2, lp_shape_1(weight.dim[0]), bias);
  }
  run.constant_inputs = 6;
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  CHECK(lp_shape_equal(&run.out[0].shape, &out));
  run_op_expect(&run, 0, y, 0, 1e-6);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

TEST(check_vectors) {
  conv_vector("kernel=(3,3) num_filter=1 no_bias=True pad=(1,1) stride=(2,2)",
              lp_shape_4(1, 1, 4, 4), ramp, lp_shape_4(1, 1, 3, 3), ramp, NULL,
              lp_shape_4(1, 1, 2, 2), (const double[]){73, 154, 279, 438});
  conv_vector("kernel=(2,2) num_filter=1 no_bias=True dilate=(2,2)", lp_shape_4(1, 1, 4, 4), ramp,
              lp_shape_4(1, 1, 2, 2), (const float[]){1, 2, 3, 4}, NULL, lp_shape_4(1, 1, 2, 2),
              (const double[]){68, 78, 108, 118});
  conv_vector("kernel=(1,1) num_filter=4 num_group=2", lp_shape_4(1, 4, 1, 1),
              (const float[]){1, 2, 3, 4}, lp_shape_4(4, 2, 1, 1), ramp,
              (const float[]){0.5f, 0.5f, 0.5f, 0.5f}, lp_shape_4(1, 4, 1, 1),
              (const double[]){2.5, 8.5, 32.5, 46.5});
  conv_vector("kernel=(2,) num_filter=1 no_bias=1", lp_shape_3(1, 1, 4), ramp,
              lp_shape_3(1, 1, 2), (const float[]){1, 2}, NULL, lp_shape_3(1, 1, 3),
              (const double[]){2, 5, 8});
  conv_vector("kernel=(2,1,1) num_filter=1 no_bias=1",
              lp_shape_of(5, (const int64_t[]){1, 1, 3, 1, 1}), ramp,
              lp_shape_of(5, (const int64_t[]){1, 1, 2, 1, 1}), (const float[]){1, 2}, NULL,
              lp_shape_of(5, (const int64_t[]){1, 1, 2, 1, 1}), (const double[]){2, 5});
}

/* Shapes after inference from a data and an output shape; status. */
static lp_status conv_infer(const char *attributes, lp_shape *data, lp_shape *weight,
                            lp_shape *out) {
  run_op run;
  lp_status status = run_op_try_begin(&run, &lp_op_Convolution, attributes);
  if (status == LP_OK) {
    lp_infer infer = {"node", run.op, run.param, run.num_inputs, 1, NULL, NULL, NULL, NULL};
    lp_shape in[3] = {*data, *weight, lp_shape_unknown()};
    lp_shape result = *out;
    infer.in = in;
    infer.out = &result;
    status = lp_op_Convolution.family->shape(&infer);
    if (status == LP_OK) {
      status = lp_op_Convolution.family->shape(&infer);
    }
    *data = in[0];
    *weight = in[1];
    *out = result;
  }
  lp_pool_free(&run.pool);
  return status;
}

static void conv_expect_shapes(const char *attributes, lp_shape data, lp_shape out,
                               const char *data_text, const char *weight_text,
                               const char *out_text) {
  lp_shape weight = lp_shape_unknown();
  lp_shape_text text;
  CHECK_EQ_INT(conv_infer(attributes, &data, &weight, &out), LP_OK);
  CHECK_STR(lp_shape_print(&data, &text), data_text);
  CHECK_STR(lp_shape_print(&weight, &text), weight_text);
  CHECK_STR(lp_shape_print(&out, &text), out_text);
}

/* As the reference infers. */
TEST(shapes_both_ways) {
  lp_shape unknown = lp_shape_unknown();
  conv_expect_shapes("kernel=(3,3) num_filter=4", lp_shape_4(1, 3, 8, 8), unknown, "(1,3,8,8)",
                     "(4,3,3,3)", "(1,4,6,6)");
  conv_expect_shapes("kernel=(3,3) num_filter=4", lp_shape_4(-1, 3, -1, 8), unknown, "(?,3,?,8)",
                     "(4,3,3,3)", "(?,4,?,6)");
  conv_expect_shapes("kernel=(3,3) num_filter=4", lp_shape_4(1, -1, 8, 8), unknown, "(1,?,8,8)",
                     "(4,?,3,3)", "(1,4,6,6)");
  conv_expect_shapes("kernel=(3,3) num_filter=4", lp_shape_4(-1, 3, -1, -1),
                     lp_shape_4(2, 4, 7, 9), "(2,3,9,11)", "(4,3,3,3)", "(2,4,7,9)");
  conv_expect_shapes("kernel=(3,3) num_filter=4 stride=(2,2)", lp_shape_4(-1, 3, -1, -1),
                     lp_shape_4(2, 4, 7, 9), "(2,3,?,?)", "(4,3,3,3)", "(2,4,7,9)");
  conv_expect_shapes("kernel=(3,) num_filter=4 num_group=2 dilate=2 pad=1", lp_shape_3(1, 6, 9),
                     unknown, "(1,6,9)", "(4,3,3)", "(1,4,7)");
  conv_expect_shapes("kernel=(3,3) num_filter=4", unknown, unknown, "(?,?,?,?)", "(4,?,3,3)",
                     "(?,4,?,?)");
}

static void conv_refuses(const char *attributes, lp_shape data, int code, const char *text) {
  lp_shape weight = lp_shape_unknown();
  lp_shape out = lp_shape_unknown();
  CHECK_EQ_INT(conv_infer(attributes, &data, &weight, &out), code);
  CHECK_CONTAINS(lp_status_text(), text);
}

TEST(refuses_what_is_impossible) {
  lp_shape data = lp_shape_4(1, 3, 8, 8);
  conv_refuses("kernel=(9,9) num_filter=4", data, LP_ERROR_SHAPE, "kernel size exceed input");
  conv_refuses("kernel=(3,3) num_filter=4 dilate=(4,4)", data, LP_ERROR_SHAPE, "is 9, padded input 8");
  conv_refuses("kernel=(3,3) num_filter=4 stride=(0,1)", data, LP_ERROR_ATTRIBUTE, "stride");
  conv_refuses("kernel=(0,3) num_filter=4", data, LP_ERROR_ATTRIBUTE, "kernel");
  conv_refuses("kernel=(3,3) num_filter=4 pad=(-1,0)", data, LP_ERROR_ATTRIBUTE, "pad");
  conv_refuses("kernel=(3,3) num_filter=4 dilate=(0,1)", data, LP_ERROR_ATTRIBUTE, "dilate");
  conv_refuses("kernel=(3,3) num_filter=4 stride=(1,)", data, LP_ERROR_ATTRIBUTE, "expected 2");
  conv_refuses("kernel=(3,3) num_filter=5 num_group=2", data, LP_ERROR_ATTRIBUTE, "num_group");
  conv_refuses("kernel=(3,3) num_filter=4 num_group=2", data, LP_ERROR_SHAPE, "multiple of num_group");
  conv_refuses("kernel=(3,3) num_filter=4 num_group=0", data, LP_ERROR_ATTRIBUTE, "num_group");
  conv_refuses("kernel=(3,3) num_filter=0", data, LP_ERROR_ATTRIBUTE, "num_filter");
  conv_refuses("kernel=(3,3,3,3) num_filter=4", data, LP_ERROR_ATTRIBUTE, "kernel has 4");
  conv_refuses("kernel=() num_filter=4", data, LP_ERROR_ATTRIBUTE, "kernel has 0");
  conv_refuses("kernel=(3,) num_filter=4", data, LP_ERROR_SHAPE, "3 dimensions");
  conv_refuses("kernel=(3,3) num_filter=4 layout=NHWC", data, LP_ERROR_UNSUPPORTED, "NCHW");
  conv_refuses("kernel=(3,3) num_filter=4 layout=NCW", data, LP_ERROR_ATTRIBUTE, "layout");
  conv_refuses("kernel=(3,3) num_filter=4 pad=(9223372036854775807,1)", data, LP_ERROR_ATTRIBUTE,
               "pad");
  conv_refuses("kernel=(3,3) num_filter=4", lp_shape_4(1, 3, INT64_MAX - 1, 8), LP_ERROR_SHAPE,
               "too large");
  lp_shape weight = lp_shape_4(4, 3, 3, 2);
  lp_shape out = lp_shape_unknown();
  CHECK_EQ_INT(conv_infer("kernel=(3,3) num_filter=4", &data, &weight, &out), LP_ERROR_SHAPE);
  CHECK_CONTAINS(lp_status_text(), "'weight'");
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(plain_in_one_two_and_three_dimensions);
  RUN(plain_one_wide);
  RUN(blocked_and_planar_grid);
  RUN(blocked_one_wide);
  RUN(blocked_three_dimensions);
  RUN(blocked_taps_of_padding);
  RUN(a_third_dimension_of_padding);
  RUN(blocked_groups);
  RUN(blocked_bands);
  RUN(blocked_refuses_huge_windows);
  RUN(depthwise_grid);
  RUN(float64);
  RUN(check_vectors);
  RUN(shapes_both_ways);
  RUN(refuses_what_is_impossible);
  return check_end();
}
