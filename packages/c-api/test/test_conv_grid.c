/* Every algorithm of Convolution and Deconvolution on a grid of shapes, against sums in double
 * precision: each height and width from 1 to 33, each count of channels and filters from 1 to twice
 * the largest block plus one, pad 0 to 3, stride and dilation 1 to 3, groups, and every kind of
 * epilogue. The algorithms are taken from the operator's own list, so one that is added is on the
 * grid at once; one that accepts no case at all is a failure. run_op.h runs each with one thread
 * and three, which must agree bit for bit, at the level in use: the suite is run at every one. */
#include "check.h"
#include "run_op.h"

#include "../src/op/op_table.h"

enum { grid_most = 33, grid_epilogues = 6, grid_algorithms = 16, grid_failures = 20 };

/* Depth, height, width; of these the last `dims` count. */
typedef struct grid_case {
  int dims;
  int batch, channels, filters, groups;
  int in[3], kernel[3], stride[3], dilate[3], pad[3], adj[3];
  bool bias;
  int epilogue; /* 0 none; 1 scale, shift, relu; 2 shift, clip; 3 added, leaky; 4 scale, added, prelu; 5 the bias as shift */
} grid_case;

static int64_t grid_runs[2][grid_algorithms]; /* of Convolution, of Deconvolution */

static grid_case grid_start(int channels, int filters, int height, int width, int kernel_height,
                            int kernel_width) {
  grid_case c = {.dims = 2,
                 .batch = 1,
                 .channels = channels,
                 .filters = filters,
                 .groups = 1,
                 .in = {1, height, width},
                 .kernel = {1, kernel_height, kernel_width},
                 .stride = {1, 1, 1},
                 .dilate = {1, 1, 1},
                 .bias = true};
  return c;
}

static int grid_reach(const grid_case *c, int d) { return c->dilate[d] * (c->kernel[d] - 1) + 1; }

static int grid_out(const grid_case *c, int d, bool transposed) {
  return transposed
             ? (c->in[d] - 1) * c->stride[d] + grid_reach(c, d) - 2 * c->pad[d] + c->adj[d]
             : (c->in[d] + 2 * c->pad[d] - grid_reach(c, d)) / c->stride[d] + 1;
}

static void grid_tuple(char *text, size_t size, const int *values, int dims) {
  size_t used = 0;
  for (int i = 3 - dims; i < 3; i++) {
    int written = snprintf(text + used, size - used, "%c%d", i == 3 - dims ? '(' : ',', values[i]);
    used += (size_t)written;
  }
  (void)snprintf(text + used, size - used, ",)");
}

static void grid_attributes(const grid_case *c, bool transposed, char *text, size_t size) {
  char kernel[48], stride[48], dilate[48], pad[48], adj[48];
  grid_tuple(kernel, sizeof kernel, c->kernel, c->dims);
  grid_tuple(stride, sizeof stride, c->stride, c->dims);
  grid_tuple(dilate, sizeof dilate, c->dilate, c->dims);
  grid_tuple(pad, sizeof pad, c->pad, c->dims);
  grid_tuple(adj, sizeof adj, c->adj, c->dims);
  (void)snprintf(text, size,
                 "kernel=%s stride=%s dilate=%s pad=%s num_filter=%d num_group=%d no_bias=%d%s%s",
                 kernel, stride, dilate, pad, c->filters, c->groups, !c->bias,
                 transposed ? " adj=" : "", transposed ? adj : "");
}

static double *grid_doubles(const lp_tensor *tensor) {
  int64_t count = lp_shape_size(&tensor->shape);
  double *values = run_op_memory((size_t)count * sizeof(double));
  for (int64_t i = 0; i < count; i++) {
    values[i] = (double)((const float *)tensor->data)[i];
  }
  return values;
}

/* The pixel of the fine side that a pixel of the coarse side meets at a tap; -1: padding, or dropped. */
static int64_t grid_meets(const grid_case *c, const int *sizes, const int *pixel, const int *tap) {
  int64_t place = 0;
  for (int d = 0; d < 3; d++) {
    int at = pixel[d] * c->stride[d] - c->pad[d] + tap[d] * c->dilate[d];
    if (at < 0 || at >= sizes[d]) {
      return -1;
    }
    place = place * sizes[d] + at;
  }
  return place;
}

/*
 * The sums by definition, bias included. Both operators pair the pixels of a coarse side (the
 * output of a convolution, the input of its transpose) with pixels of a fine side by
 * fine = coarse * stride - pad + tap * dilate.
 */
static void grid_sums(const run_op *run, const grid_case *c, bool transposed, double *y) {
  double *x = grid_doubles(&run->in[0]);
  double *w = grid_doubles(&run->in[1]);
  int coarse[3], fine[3];
  int64_t taps = 1, coarse_pixels = 1, fine_pixels = 1;
  for (int d = 0; d < 3; d++) {
    int out = grid_out(c, d, transposed);
    coarse[d] = transposed ? c->in[d] : out;
    fine[d] = transposed ? out : c->in[d];
    taps *= c->kernel[d];
    coarse_pixels *= coarse[d];
    fine_pixels *= fine[d];
  }
  int64_t out_pixels = transposed ? fine_pixels : coarse_pixels;
  int64_t in_pixels = transposed ? coarse_pixels : fine_pixels;
  int channels = c->channels / c->groups, filters = c->filters / c->groups;
  for (int64_t i = 0; i < (int64_t)c->batch * c->filters * out_pixels; i++) {
    y[i] = c->bias ? (double)((const float *)run->in[2].data)[i / out_pixels % c->filters] : 0.0;
  }
  for (int64_t p = 0; p < coarse_pixels; p++) {
    int pixel[3] = {(int)(p / coarse[2] / coarse[1]), (int)(p / coarse[2] % coarse[1]),
                    (int)(p % coarse[2])};
    for (int64_t t = 0; t < taps; t++) {
      int tap[3] = {(int)(t / c->kernel[2] / c->kernel[1]), (int)(t / c->kernel[2] % c->kernel[1]),
                    (int)(t % c->kernel[2])};
      int64_t other = grid_meets(c, fine, pixel, tap);
      if (other < 0) {
        continue;
      }
      int64_t from = transposed ? p : other, to = transposed ? other : p;
      for (int n = 0; n < c->batch; n++) {
        for (int f = 0; f < c->filters; f++) {
          int group = f / filters;
          const double *xs = x + (int64_t)(n * c->channels + group * channels) * in_pixels + from;
          /* Weights: [filter][channel of the group] of a convolution, [channel][filter of the group] of its transpose. */
          const double *ws = transposed
                                 ? w + ((int64_t)group * channels * filters + f % filters) * taps + t
                                 : w + (int64_t)f * channels * taps + t;
          int64_t step = transposed ? filters * taps : taps;
          double sum = 0;
          for (int i = 0; i < channels; i++) {
            sum += xs[i * in_pixels] * ws[i * step];
          }
          y[(int64_t)(n * c->filters + f) * out_pixels + to] += sum;
        }
      }
    }
  }
  free(x);
  free(w);
}

enum { grid_array = 64 };

/* Sets the epilogue up and does it to the sums. */
static void grid_finish(run_op *run, const grid_case *c, double *y, float arrays[3][grid_array]) {
  lp_epilogue *e = &run->epilogue;
  const float *added = NULL;
  int64_t count = lp_shape_size(&run->out[0].shape);
  int64_t pixels = lp_shape_product(&run->out[0].shape, 2, run->out[0].shape.ndim);
  memset(arrays, 0, 3 * sizeof arrays[0]);
  for (int f = 0; f < c->filters; f++) {
    arrays[0][f] = 0.5f + 0.03f * (float)f;
    arrays[1][f] = 0.25f - 0.04f * (float)f;
    arrays[2][f] = 0.1f + 0.01f * (float)f;
  }
  if (c->epilogue == 5 && c->bias) {
    for (int f = 0; f < c->filters; f++) {
      arrays[1][f] = ((float *)run->in[2].data)[f];
      ((float *)run->in[2].data)[f] = NAN; /* must not be read */
    }
    e->shift = arrays[1];
    e->bias_in_shift = e->has_shift = true;
    return;
  }
  if (c->epilogue == 1 || c->epilogue == 4) {
    e->scale = arrays[0];
    e->has_scale = true;
  }
  if (c->epilogue == 1 || c->epilogue == 2) {
    e->shift = arrays[1];
    e->has_shift = true;
  }
  if (c->epilogue == 3 || c->epilogue == 4) {
    run_op_random(run, run->num_inputs, run->out[0].shape, 77, 1.0f);
    added = run->in[run->num_inputs].data;
    e->add = true;
    run->num_inputs++;
  }
  static const lp_activation activations[5] = {{LP_ACTIVATION_NONE, 0, 0, NULL},
                                               {LP_ACTIVATION_RELU, 0, 0, NULL},
                                               {LP_ACTIVATION_CLIP, -0.5f, 0.75f, NULL},
                                               {LP_ACTIVATION_LEAKY, 0.25f, 0, NULL},
                                               {LP_ACTIVATION_PRELU, 0, 0, NULL}};
  e->activation = activations[c->epilogue == 5 ? 0 : c->epilogue];
  e->activation.slope = c->epilogue == 4 ? arrays[2] : NULL;
  for (int64_t i = 0; i < count; i++) {
    int f = (int)(i / pixels % c->filters);
    double v = y[i] * (e->has_scale ? (double)arrays[0][f] : 1.0) +
               (e->has_shift ? (double)arrays[1][f] : 0.0) + (added != NULL ? (double)added[i] : 0.0);
    switch (c->epilogue) {
      case 1: v = v > 0 ? v : 0; break;
      case 2: v = v < -0.5 ? -0.5 : v > 0.75 ? 0.75 : v; break;
      case 3: v = v > 0 ? v : 0.25 * v; break;
      case 4: v = v > 0 ? v : (double)arrays[2][f] * v; break;
      default: break;
    }
    y[i] = v;
  }
}

static double grid_top(const double *y, int64_t count) {
  double top = 0;
  for (int64_t i = 0; i < count; i++) {
    top = fabs(y[i]) > top ? fabs(y[i]) : top;
  }
  return top;
}

/* One case by every algorithm that accepts it. */
static void grid_check(grid_case c, bool transposed) {
  const lp_op *op = transposed ? &lp_op_Deconvolution : &lp_op_Convolution;
  run_op run;
  char attributes[512];
  float arrays[3][grid_array];
  int failures = check_state.failures_here;
  REQUIRE(failures < grid_failures); /* the rest would say the same */
  for (int d = 0; d < 3; d++) { /* the window fits the padded input, and something is left of the output */
    if (d < 3 - c.dims) {
      c.in[d] = c.kernel[d] = c.stride[d] = c.dilate[d] = 1;
      c.pad[d] = c.adj[d] = 0;
    }
    c.adj[d] = transposed && c.adj[d] < c.stride[d] ? c.adj[d] : 0;
    while (transposed ? grid_out(&c, d, true) < 1 : grid_reach(&c, d) > c.in[d] + 2 * c.pad[d]) {
      c.in[d]++;
    }
  }
  grid_attributes(&c, transposed, attributes, sizeof attributes);
  run_op_begin(&run, op, attributes);
  run.constant_inputs = 6;
  run.lowest = lp_cpu_isa();
  lp_shape data = lp_shape_2(c.batch, c.channels);
  lp_shape weight = transposed ? lp_shape_2(c.channels, c.filters / c.groups)
                               : lp_shape_2(c.filters, c.channels / c.groups);
  data.ndim = weight.ndim = c.dims + 2;
  for (int i = 0; i < c.dims; i++) {
    data.dim[i + 2] = c.in[3 - c.dims + i];
    weight.dim[i + 2] = c.kernel[3 - c.dims + i];
  }
  run_op_random(&run, 0, data, 1, 1.0f);
  run_op_random(&run, 1, weight, 2, 1.0f);
  if (c.bias) {
    run_op_random(&run, 2, lp_shape_1(c.filters), 3, 1.0f);
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  int64_t count = lp_shape_size(&run.out[0].shape);
  double *y = run_op_memory((size_t)count * sizeof(double));
  grid_sums(&run, &c, transposed, y);
  double top = grid_top(y, count);
  grid_finish(&run, &c, y, arrays);
  top = fmax(top, grid_top(y, count));
  double terms = (double)(c.channels / c.groups * c.kernel[0] * c.kernel[1] * c.kernel[2]);
  run_op_expect(&run, 0, y, 1e-6 + (1e-6 * sqrt(terms) + 2e-6) * top, 0);
  int64_t runs = 0;
  for (int a = 0; a < op->family->num_algorithms && a < grid_algorithms; a++) {
    run.only = op->family->algorithms[a].name;
    int here = run_op_all(&run);
    grid_runs[transposed][a] += here;
    runs += here;
  }
  CHECK(runs >= 2 || (transposed && c.epilogue != 0)); /* fusing into a transpose is not asked for */
  if (check_state.failures_here > failures) {
    lp_shape_text text;
    printf("  in the case %s %s data %s epilogue %d\n", op->name, attributes,
           lp_shape_print(&data, &text), c.epilogue);
  }
  free(y);
  run_op_end(&run);
}

/* Walks through 1..33 so that neighbours are far apart; every number once in 33 steps. */
static int grid_walk(int step, int stride) { return 1 + step * stride % grid_most; }

/* Windows that have an algorithm of their own, or may get one: height, width, stride, pad height, pad width. */
static const int grid_windows[][5] = {{1, 1, 1, 0, 0}, {3, 3, 1, 1, 1}, {3, 3, 1, 0, 0}, {3, 3, 1, 2, 0},
                                      {3, 3, 2, 1, 1}, {1, 3, 1, 0, 1}, {3, 1, 1, 1, 0}, {1, 7, 1, 0, 3},
                                      {7, 1, 1, 3, 0}, {5, 5, 1, 2, 2}, {7, 7, 2, 3, 3}, {2, 2, 1, 0, 1},
                                      {1, 5, 1, 0, 2}, {1, 1, 2, 0, 0}};

TEST(every_height_and_width) {
  for (size_t k = 0; k < LP_COUNT(grid_windows); k++) {
    const int *window = grid_windows[k];
    for (int i = 0; i < grid_most; i++) {
      int pass = (int)k + i;
      grid_case c = grid_start(grid_walk(pass, 5), grid_walk(pass, 8), i + 1,
                               grid_walk(i, 2 + 3 * (int)(k % 7)), window[0], window[1]);
      c.stride[1] = c.stride[2] = window[2];
      c.pad[1] = window[3];
      c.pad[2] = window[4];
      c.batch = 1 + pass % 2;
      c.bias = pass % 3 != 0;
      c.epilogue = pass % grid_epilogues;
      grid_check(c, false);
    }
  }
}

/* Tiles of a transformed algorithm end anywhere in both directions. */
TEST(three_by_three_of_every_size) {
  for (int height = 1; height <= 18; height++) {
    for (int width = 1; width <= 18; width++) {
      grid_case c = grid_start(4 + height % 3, 8 + width % 2, height, width, 3, 3);
      c.pad[1] = height % 3 == 0 ? 2 : 1;
      c.pad[2] = width % 4 == 0 ? 0 : 1;
      c.epilogue = (height + width) % grid_epilogues;
      grid_check(c, false);
    }
  }
}

TEST(every_count_of_channels_and_filters) {
  static const int edges[] = {1, 3, 4, 7, 8, 9, 16, 17, 32, 33};
  for (int many = 1; many <= grid_most; many++) {
    for (size_t k = 0; k < LP_COUNT(edges); k++) {
      const int *window = grid_windows[(many + (int)k) % 2];
      grid_case c = grid_start(many, edges[k], 2 + many % 5, 3 + (int)k % 4, window[0], window[1]);
      c.pad[1] = window[3];
      c.pad[2] = window[4];
      c.epilogue = (many + (int)k) % grid_epilogues;
      c.batch = 1 + (many + (int)k / 2) % 2;
      grid_check(c, false);
      int channels = c.channels;
      c.channels = c.filters;
      c.filters = channels;
      grid_check(c, false);
    }
  }
}

/* All of kernel 1 to 4, stride 1 to 3, dilation 1 to 3, pad 0 to 3 in height, each with three others in width. */
static void grid_attributes_of(int i, int shift, grid_case *c) {
  int other = (i * 37 + shift * 53) % 144;
  int sizes[2] = {grid_walk(i, 10), grid_walk(i + shift, 4)};
  *c = grid_start(1 + (i + shift) % 9, 1 + (i * 2 + shift) % 18, sizes[0], sizes[1], 1 + i % 4,
                  1 + other % 4);
  c->stride[1] = 1 + i / 4 % 3;
  c->stride[2] = shift == 0 ? c->stride[1] : 1 + other / 4 % 3;
  c->dilate[1] = 1 + i / 12 % 3;
  c->dilate[2] = shift == 0 ? c->dilate[1] : 1 + other / 12 % 3;
  c->pad[1] = i / 36;
  c->pad[2] = other / 36;
  c->adj[1] = i % 3;
  c->adj[2] = other % 2;
  c->bias = i % 5 != 0;
  c->epilogue = (i + shift) % grid_epilogues;
}

TEST(every_kernel_stride_dilation_and_pad) {
  for (int i = 0; i < 144; i++) {
    for (int shift = 0; shift < 3; shift++) {
      grid_case c;
      grid_attributes_of(i, shift, &c);
      grid_check(c, false);
    }
  }
}

TEST(groups) {
  static const int groups[] = {2, 3, 4, 5, 8, 11, 16};
  static const int each[] = {1, 2, 3, 4, 8, 16, 17};
  for (size_t g = 0; g < LP_COUNT(groups); g++) {
    for (int i = 0; i < 49; i++) {
      int channels = groups[g] * each[i % 7], filters = groups[g] * each[i / 7];
      const int *window = grid_windows[((int)g + i) % 5];
      if (channels > 68 || filters > grid_array - 16) {
        continue;
      }
      grid_case c = grid_start(channels, filters, 1 + i % 7, 3 + i % 5, window[0], window[1]);
      c.groups = groups[g];
      c.stride[1] = c.stride[2] = window[2];
      c.pad[1] = window[3];
      c.pad[2] = window[4];
      c.epilogue = (i + (int)g) % grid_epilogues;
      grid_check(c, false);
    }
  }
}

TEST(one_filter_per_channel) {
  for (int i = 0; i < 4 * grid_most; i++) {
    int channels = i % grid_most + 1;
    grid_case c = grid_start(channels, channels, grid_walk(i, 7), grid_walk(i, 4), 3, 3);
    c.groups = channels;
    c.stride[1] = 1 + i / grid_most % 3;
    c.stride[2] = i % 5 == 0 ? 2 : c.stride[1];
    c.dilate[1] = c.dilate[2] = i % 4 == 0 ? 1 + i % 3 : 1;
    c.kernel[1] = i % 7 == 0 ? 5 : i % 11 == 0 ? 1 : 3;
    c.pad[1] = i % 4;
    c.pad[2] = i % 3;
    c.batch = 1 + i % 2;
    c.bias = i % 3 != 0;
    c.epilogue = i % grid_epilogues;
    grid_check(c, false);
  }
}

TEST(one_and_three_dimensions) {
  for (int i = 0; i < grid_most; i++) {
    grid_case c = grid_start(grid_walk(i, 5), grid_walk(i, 4), 1, i + 1, 1, 1 + i % 4);
    c.dims = 1;
    c.pad[2] = i % 4;
    c.stride[2] = 1 + i % 3;
    c.dilate[2] = 1 + i / 3 % 3;
    c.epilogue = i % grid_epilogues;
    grid_check(c, false);
    grid_check(c, true);
    c = grid_start(1 + i % 6, grid_walk(i, 5), 1 + i % 5, 1 + i % 4, 1 + i % 3, 1 + i / 3 % 3);
    c.dims = 3;
    c.in[0] = 1 + i % 4;
    c.kernel[0] = 1 + i % 2;
    c.pad[0] = c.pad[1] = i % 2;
    c.stride[0] = 1 + i / 2 % 2;
    c.epilogue = i % grid_epilogues;
    grid_check(c, false);
    grid_check(c, true);
  }
}

TEST(transposed) {
  for (int i = 0; i < 144; i++) {
    for (int shift = 0; shift < 2; shift++) {
      grid_case c;
      grid_attributes_of(i, shift, &c);
      c.in[1] = 1 + c.in[1] / 3;
      c.in[2] = 1 + c.in[2] / 2;
      c.epilogue = 0;
      grid_check(c, true);
    }
  }
  for (int i = 0; i < 2 * grid_most; i++) { /* channels, filters; then one filter per channel */
    grid_case c = grid_start(1 + i % grid_most, grid_walk(i, 8), 1 + i % 6, 2 + i % 5, 2 + i % 3,
                             2 + i % 3);
    c.stride[1] = c.stride[2] = 2;
    c.pad[1] = c.pad[2] = i % 2;
    if (i >= grid_most) {
      c.filters = c.groups = c.channels;
    }
    grid_check(c, true);
    c.in[1] = grid_walk(i, 2);
    c.in[2] = 1 + i % grid_most;
    c.channels = c.filters = c.groups = 1 + i % 3;
    grid_check(c, true);
  }
}

TEST(every_algorithm_was_on_the_grid) {
  if (check_state.filter[0] != '\0') {
    return; /* the others did not run */
  }
  for (int transposed = 0; transposed < 2; transposed++) {
    const lp_op *op = transposed ? &lp_op_Deconvolution : &lp_op_Convolution;
    CHECK(op->family->num_algorithms <= grid_algorithms);
    for (int a = 0; a < op->family->num_algorithms && a < grid_algorithms; a++) {
      const lp_algorithm *algorithm = &op->family->algorithms[a];
      bool uses_block = algorithm->blocked_inputs != 0 || algorithm->blocked_output;
      printf("  %s %s: %lld runs\n", op->name, algorithm->name,
             (long long)grid_runs[transposed][a]);
      if (lp_cpu_block(lp_cpu_isa()) > 1 || !uses_block) {
        CHECK(grid_runs[transposed][a] > 0);
      }
    }
  }
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(every_height_and_width);
  RUN(three_by_three_of_every_size);
  RUN(every_count_of_channels_and_filters);
  RUN(every_kernel_stride_dilation_and_pad);
  RUN(groups);
  RUN(one_filter_per_channel);
  RUN(one_and_three_dimensions);
  RUN(transposed);
  RUN(every_algorithm_was_on_the_grid);
  return check_end();
}
