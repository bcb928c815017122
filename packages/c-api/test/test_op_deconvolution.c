/* Deconvolution against its definition in double precision, its shape rule, and the check vectors of the reference. */
#include "check.h"
#include "run_op.h"

#include "../src/op/op_table.h"

typedef struct deconv_case {
  int dims, batch, channels, filters, groups;
  int in[3], kernel[3], stride[3], dilate[3], pad[3], adj[3];
  bool bias;
} deconv_case;

static uint32_t deconv_random_state = 4711;
static int deconv_random(int least, int most) {
  deconv_random_state = deconv_random_state * 1664525u + 1013904223u;
  return least + (int)((deconv_random_state >> 8) % (uint32_t)(most - least + 1));
}

/* The last `dims` of three values as a tuple. */
static const char *deconv_tuple(char *text, size_t size, const int *values, int dims) {
  char *end = text;
  *end++ = '(';
  for (int i = 3 - dims; i < 3; i++) {
    end += snprintf(end, size - (size_t)(end - text), "%d,", values[i]);
  }
  (void)snprintf(end, size - (size_t)(end - text), ")");
  return text;
}

/* Output o of size `out` in dimension d gets input i by tap k where o + pad = i * stride + k * dilate. */
static void deconv_naive(const run_op *run, const deconv_case *c, const int *out, double *y,
                         double *top) {
  int channels = c->channels / c->groups;
  int filters = c->filters / c->groups;
  int64_t place = 0;
  *top = 0;
  for (int n = 0; n < c->batch; n++) {
    for (int f = 0; f < c->filters; f++) {
      for (int o0 = 0; o0 < out[0]; o0++) {
        for (int o1 = 0; o1 < out[1]; o1++) {
          for (int o2 = 0; o2 < out[2]; o2++) {
            const int o[3] = {o0, o1, o2};
            double sum = c->bias ? run_op_element(&run->in[2], f) : 0;
            for (int tap = 0; tap < c->kernel[0] * c->kernel[1] * c->kernel[2]; tap++) {
              const int k[3] = {tap / c->kernel[2] / c->kernel[1], tap / c->kernel[2] % c->kernel[1],
                                tap % c->kernel[2]};
              int i[3];
              bool inside = true;
              for (int d = 0; d < 3; d++) {
                int from = o[d] + c->pad[d] - k[d] * c->dilate[d];
                i[d] = from / c->stride[d];
                inside = inside && from >= 0 && from % c->stride[d] == 0 && i[d] < c->in[d];
              }
              for (int channel = 0; inside && channel < channels; channel++) {
                int64_t from = f / filters * channels + channel;
                sum += run_op_element(&run->in[0],
                                      ((((int64_t)n * c->channels + from) * c->in[0] + i[0]) *
                                           c->in[1] + i[1]) * c->in[2] + i[2]) *
                       run_op_element(&run->in[1],
                                      (from * filters + f % filters) * c->kernel[0] *
                                              c->kernel[1] * c->kernel[2] + tap);
              }
            }
            y[place++] = sum;
            *top = fabs(sum) > *top ? fabs(sum) : *top;
          }
        }
      }
    }
  }
}

/* Runs of algorithms in blocked layout. */
static int deconv_check(deconv_case c, lp_dtype dtype) {
  run_op run;
  char attributes[512];
  char text[6][64];
  int out[3];
  int failures = check_state.failures_here;
  for (int d = 0; d < 3; d++) {
    if (d < 3 - c.dims) {
      c.in[d] = c.kernel[d] = c.stride[d] = c.dilate[d] = 1;
      c.pad[d] = c.adj[d] = 0;
    }
    c.adj[d] = c.adj[d] < c.stride[d] ? c.adj[d] : c.stride[d] - 1;
    out[d] = c.stride[d] * (c.in[d] - 1) + c.dilate[d] * (c.kernel[d] - 1) + 1 - 2 * c.pad[d] +
             c.adj[d];
    if (out[d] < 1) {
      return 0;
    }
  }
  (void)snprintf(attributes, sizeof attributes,
                 "kernel=%s stride=%s dilate=%s pad=%s adj=%s num_filter=%d num_group=%d no_bias=%d",
                 deconv_tuple(text[0], 64, c.kernel, c.dims),
                 deconv_tuple(text[1], 64, c.stride, c.dims),
                 deconv_tuple(text[2], 64, c.dilate, c.dims),
                 deconv_tuple(text[3], 64, c.pad, c.dims), deconv_tuple(text[4], 64, c.adj, c.dims),
                 c.filters, c.groups, !c.bias);
  run_op_begin(&run, &lp_op_Deconvolution, attributes);
  lp_shape data = lp_shape_2(c.batch, c.channels);
  data.ndim = c.dims + 2;
  for (int i = 0; i < c.dims; i++) {
    data.dim[i + 2] = c.in[3 - c.dims + i];
  }
  run_op_input(&run, 0, dtype, data, NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  for (int i = 0; i < c.dims; i++) {
    CHECK_EQ_INT(run.out[0].shape.dim[i + 2], out[3 - c.dims + i]);
  }
  for (int k = 0; k < run.num_inputs; k++) {
    for (int64_t j = 0; j < lp_shape_size(&run.in[k].shape); j++) {
      double value = deconv_random(-1000000, 1000000) / 999983.0;
      if (dtype == LP_FLOAT64) {
        ((double *)run.in[k].data)[j] = value;
      } else {
        ((float *)run.in[k].data)[j] = (float)value;
      }
    }
  }
  double top;
  double *y = run_op_memory((size_t)lp_shape_size(&run.out[0].shape) * sizeof(double));
  deconv_naive(&run, &c, out, y, &top);
  double terms = (double)lp_shape_size(&run.in[1].shape) / (c.filters / c.groups);
  run_op_expect(&run, 0, y,
                dtype == LP_FLOAT64 ? 1e-12 : 1e-6 + (1e-6 * sqrt(terms) + 2e-6) * (top + 1), 0);
  run.constant_inputs = 6;
  CHECK(run_op_all(&run) >= 2);
  int blocked = run.ran_blocked;
  if (check_state.failures_here > failures) {
    lp_shape_text shape;
    printf("  in the case %s data %s\n", attributes, lp_shape_print(&data, &shape));
  }
  free(y);
  run_op_end(&run);
  return blocked;
}

static deconv_case deconv_random_case(int i, int most_in, int most_channels) {
  deconv_case c = {.dims = 1 + i % 3, .batch = deconv_random(1, 2),
                   .groups = i % 4 == 0 ? deconv_random(2, 3) : 1, .bias = i % 2 == 0};
  c.channels = c.groups * deconv_random(1, most_channels);
  c.filters = c.groups * deconv_random(1, most_channels);
  for (int d = 0; d < 3; d++) {
    c.in[d] = deconv_random(1, most_in);
    c.kernel[d] = deconv_random(1, 4);
    c.stride[d] = deconv_random(1, 3);
    c.dilate[d] = i % 3 == 0 ? deconv_random(1, 3) : 1;
    c.pad[d] = deconv_random(0, 2);
    c.adj[d] = deconv_random(0, 2);
  }
  return c;
}

TEST(grid) {
  for (int i = 0; i < 150; i++) {
    (void)deconv_check(deconv_random_case(i, i % 3 == 2 ? 5 : 12, 7), LP_FLOAT32);
  }
}

/* More pixels than a tile, more rows than a piece, several parts of the filters. */
TEST(large) {
  deconv_case c = {2, 1, 20, 70, 1, {1, 17, 13}, {1, 4, 4}, {1, 2, 2}, {1, 1, 1},
                   {0, 1, 1}, {0, 1, 0}, true};
  (void)deconv_check(c, LP_FLOAT32);
  c = (deconv_case){2, 2, 12, 12, 12, {1, 30, 31}, {1, 4, 4}, {1, 2, 2}, {1, 1, 1},
                    {0, 1, 1}, {0, 0, 0}, false};
  (void)deconv_check(c, LP_FLOAT32);
}

/* Phases of one tap that are narrower than the input: the image is not one row. */
TEST(narrow_phases) {
  for (int channels = 1; channels <= 18; channels += 17) {
    (void)deconv_check((deconv_case){2, 2, channels, 4, 1, {1, 3, 4}, {1, 2, 3}, {1, 3, 3}, {1, 1, 1},
                                     {0, 0, 2}, {0, 2, 1}, true}, LP_FLOAT32);
    (void)deconv_check((deconv_case){2, 1, channels, channels, channels, {1, 9, 6}, {1, 2, 4},
                                     {1, 3, 4}, {1, 1, 1}, {0, 0, 1}, {0, 1, 0}, true}, LP_FLOAT32);
  }
}

/* Channels and filters around the blocks, strides without and with dilation, phases without taps. */
TEST(blocked_grid) {
  int blocked = 0;
  for (int i = 0; i < 150; i++) {
    deconv_case c = deconv_random_case(3 * i + i % 2, 9, 34);
    c.dims = i % 7 == 0 ? 1 : 2;
    c.groups = 1;
    for (int d = 0; d < 3; d++) {
      c.dilate[d] = i % 3 == 0 ? deconv_random(1, 4) : 1;
      c.stride[d] = deconv_random(1, 4);
      c.kernel[d] = deconv_random(1, 5);
    }
    if (i % 4 == 0) {
      c.groups = 2;
      c.channels = 32;
      c.filters = i % 8 == 0 ? 32 : 64;
    } else if (i % 4 == 1) {
      c.groups = c.channels = c.filters = deconv_random(2, 37);
    }
    blocked += deconv_check(c, LP_FLOAT32);
  }
  /* At each instruction set of this machine, which has two at least where it has vectors. */
  CHECK(blocked >= 200 * ((int)lp_cpu_isa() + 1) || lp_cpu_block(lp_cpu_isa()) == 1);
}

TEST(float64) {
  for (int i = 0; i < 40; i++) {
    (void)deconv_check(deconv_random_case(i, 6, 4), LP_FLOAT64);
  }
}

static const float ramp[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/* operators.md 7.1 */
static void deconv_vector(const char *attributes, lp_shape data, const float *x, lp_shape weight,
                          const float *w, const float *bias, lp_shape out, const double *y) {
  run_op run;
  run_op_begin(&run, &lp_op_Deconvolution, attributes);
  run_op_floats(&run, 0, data, x);
  run_op_floats(&run, 1, weight, w);
  if (bias != NULL) {
    run_op_floats(&run, 2, lp_shape_1(out.dim[1]), bias);
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  CHECK(lp_shape_equal(&run.out[0].shape, &out));
  run.constant_inputs = 6;
  run_op_expect(&run, 0, y, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

TEST(check_vectors) {
  static const float four[4] = {1, 2, 3, 4};
  lp_shape data = lp_shape_4(1, 1, 2, 2);
  deconv_vector("kernel=(3,3) stride=(2,2) pad=(1,1) num_filter=1", data, four,
                lp_shape_4(1, 1, 3, 3), ramp, NULL, lp_shape_4(1, 1, 3, 3),
                (const double[]){4, 11, 8, 10, 26, 18, 12, 27, 16});
  deconv_vector("kernel=(3,3) stride=(2,2) pad=(1,1) adj=(1,1) num_filter=1", data, four,
                lp_shape_4(1, 1, 3, 3), ramp, NULL, lp_shape_4(1, 1, 4, 4),
                (const double[]){4, 11, 8, 10, 10, 26, 18, 24, 12, 27, 16, 20, 21, 48, 28, 32});
  deconv_vector("kernel=(4,4) stride=(2,2) target_shape=(3,3) num_filter=1", data, four,
                lp_shape_4(1, 1, 4, 4), ramp, NULL, lp_shape_4(1, 1, 3, 3),
                (const double[]){32, 42, 28, 72, 82, 52, 62, 69, 40});
  deconv_vector("kernel=(1,1) num_filter=4 num_group=2 no_bias=False", lp_shape_4(1, 2, 1, 1), four,
                lp_shape_4(2, 2, 1, 1), four, ramp, lp_shape_4(1, 4, 1, 1),
                (const double[]){1, 3, 8, 11});
  deconv_vector("kernel=(2,2) dilate=(2,2) num_filter=1", data, four, lp_shape_4(1, 1, 2, 2), four,
                NULL, lp_shape_4(1, 1, 4, 4),
                (const double[]){1, 2, 2, 4, 3, 4, 6, 8, 3, 6, 4, 8, 9, 12, 12, 16});
}

static lp_status deconv_infer(const char *attributes, lp_shape data, lp_shape *weight,
                              lp_shape *out) {
  run_op run;
  lp_status status = run_op_try_begin(&run, &lp_op_Deconvolution, attributes);
  if (status == LP_OK) {
    lp_shape in[3] = {data, *weight, lp_shape_unknown()};
    lp_infer infer = {"node", run.op, run.param, run.num_inputs, 1, in, out, NULL, NULL};
    status = lp_op_Deconvolution.family->shape(&infer);
    *weight = in[1];
  }
  lp_pool_free(&run.pool);
  return status;
}

/* As the reference infers. */
TEST(shapes) {
  static const struct {
    const char *attributes, *weight, *out;
  } cases[] = {
      {"kernel=(3,3) num_filter=4", "(3,4,3,3)", "(1,4,10,10)"},
      {"kernel=(3,3) num_filter=4 stride=(2,2) target_shape=(16,16) pad=(3,3) adj=(1,1)",
       "(3,4,3,3)", "(1,4,16,16)"},
      {"kernel=(3,3) num_filter=6 num_group=3", "(3,2,3,3)", "(1,6,10,10)"},
  };
  for (size_t i = 0; i < LP_COUNT(cases); i++) {
    lp_shape weight = lp_shape_unknown();
    lp_shape out = lp_shape_unknown();
    lp_shape_text text;
    CHECK_EQ_INT(deconv_infer(cases[i].attributes, lp_shape_4(1, 3, 8, 8), &weight, &out), LP_OK);
    CHECK_STR(lp_shape_print(&weight, &text), cases[i].weight);
    CHECK_STR(lp_shape_print(&out, &text), cases[i].out);
  }
  lp_shape weight = lp_shape_unknown();
  lp_shape out = lp_shape_unknown();
  lp_shape_text text;
  CHECK_EQ_INT(deconv_infer("kernel=(3,3) num_filter=4", lp_shape_4(-1, 3, -1, 8), &weight, &out),
               LP_OK);
  CHECK_STR(lp_shape_print(&out, &text), "(?,4,?,10)");
}

TEST(refuses_what_is_impossible) {
  static const struct {
    const char *attributes;
    int code;
    const char *text;
  } cases[] = {
      {"kernel=(3,3) num_filter=4 stride=(2,2) adj=(2,2)", LP_ERROR_ATTRIBUTE, "less than stride 2"},
      {"kernel=(3,3) num_filter=4 stride=(2,2) target_shape=(26,26)", LP_ERROR_SHAPE,
       "too big target shape"},
      {"kernel=(3,3) num_filter=4 target_shape=(9,0)", LP_ERROR_ATTRIBUTE, "target_shape"},
      {"kernel=(3,3) num_filter=4 pad=(9,9)", LP_ERROR_SHAPE, "pad 9"},
      {"kernel=(3,3) num_filter=4 num_group=2", LP_ERROR_SHAPE, "num_group"},
      {"kernel=(3,3) num_filter=5 num_group=3", LP_ERROR_ATTRIBUTE, "num_group"},
      {"kernel=(3,3) num_filter=4 stride=(-1,1)", LP_ERROR_ATTRIBUTE, "stride"},
  };
  for (size_t i = 0; i < LP_COUNT(cases); i++) {
    lp_shape weight = lp_shape_unknown();
    lp_shape out = lp_shape_unknown();
    CHECK_EQ_INT(deconv_infer(cases[i].attributes, lp_shape_4(1, 3, 8, 8), &weight, &out),
                 cases[i].code);
    CHECK_CONTAINS(lp_status_text(), cases[i].text);
  }
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(grid);
  RUN(large);
  RUN(narrow_phases);
  RUN(blocked_grid);
  RUN(float64);
  RUN(check_vectors);
  RUN(shapes);
  RUN(refuses_what_is_impossible);
  return check_end();
}
