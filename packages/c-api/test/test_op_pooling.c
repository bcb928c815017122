/* Pooling, every algorithm, against the definition evaluated in double, and operators.md 7. */
#include "run_op.h"

#include <float.h>

#include "../src/op/op_table.h"

/* What the definition needs; the attributes are written from it. */
typedef struct pooling_case {
  int axes;
  int64_t in[3];
  int64_t kernel[3];
  int64_t stride[3];
  int64_t pad[3];
  const char *type;
  bool full;
  bool exclude_pad;
  int power;
  bool v1;     /* Pooling_v1 */
  bool legacy; /* 2015/16 */
  bool last;   /* channels last */
} pooling_case;

static int64_t outputs(const pooling_case *c, int axis) {
  double in = (double)c->in[axis];
  double pad = (double)c->pad[axis];
  double kernel = (double)c->kernel[axis];
  double stride = (double)c->stride[axis];
  if (c->legacy) {
    return (int64_t)(floor(fmin(in + 2 * pad - kernel + stride - 1, in + 2 * pad - 1) / stride)) + 1;
  }
  double steps = (in + 2 * pad - kernel) / stride;
  return (int64_t)(c->full ? ceil(steps) : floor(steps)) + 1;
}

/* One output by the definition, walking over every cell of the window, padding included. */
static double define(const pooling_case *c, const double *x, int64_t pixel_step,
                     const int64_t *at) {
  double sum = 0;
  double most = c->v1 ? -(double)INFINITY : -(double)FLT_MAX;
  double cells = 0;
  double inside = 0;
  double kernel = 1;
  int64_t start[3];
  int64_t end[3];
  for (int i = 0; i < 3; i++) {
    start[i] = at[i] * c->stride[i] - c->pad[i];
    end[i] = start[i] + c->kernel[i];
    if (end[i] > c->in[i] + c->pad[i]) {
      end[i] = c->in[i] + c->pad[i];
    }
    kernel *= (double)c->kernel[i];
  }
  for (int64_t d = start[0]; d < end[0]; d++) {
    for (int64_t h = start[1]; h < end[1]; h++) {
      for (int64_t w = start[2]; w < end[2]; w++) {
        bool out = d < 0 || h < 0 || w < 0 || d >= c->in[0] || h >= c->in[1] || w >= c->in[2];
        double v = out ? 0 : x[((d * c->in[1] + h) * c->in[2] + w) * pixel_step];
        cells++;
        inside += !out;
        if ((!out || c->v1 || c->legacy) && v > most) {
          most = v;
        }
        sum += c->power > 0 ? pow(v, c->power) : v;
      }
    }
  }
  if (strcmp(c->type, "max") == 0) {
    return most;
  }
  if (strcmp(c->type, "avg") == 0) {
    double divisor = c->v1 || c->legacy ? kernel : c->exclude_pad ? inside : cells;
    return inside > 0 ? sum / divisor : 0;
  }
  return c->power == 2 ? sqrt(sum) : c->power == 3 ? cbrt(sum) : sum;
}

static void print_tuple(char *text, const char *key, const int64_t *values, int axes) {
  text += strlen(text);
  text += sprintf(text, " %s=(", key);
  for (int i = 3 - axes; i < 3; i++) {
    text += sprintf(text, "%lld,", (long long)values[i]);
  }
  strcpy(text, ")");
}

static void check_case(const pooling_case *c, int64_t images, int64_t channels, lp_dtype dtype) {
  char attributes[512];
  (void)sprintf(attributes, "pool_type=%s", c->type);
  print_tuple(attributes, "kernel", c->kernel, c->axes);
  print_tuple(attributes, "stride", c->stride, c->axes);
  print_tuple(attributes, "pad", c->pad, c->axes);
  if (c->full) {
    strcat(attributes, " pooling_convention=full");
  }
  if (c->exclude_pad) {
    strcat(attributes, " count_include_pad=False");
  }
  if (c->power > 0) {
    (void)sprintf(attributes + strlen(attributes), " p_value=%d", c->power);
  }
  if (c->last) {
    strcat(attributes, c->axes == 1 ? " layout=NWC" : c->axes == 2 ? " layout=NHWC" : " layout=NDHWC");
  }
  run_op run;
  run_op_begin(&run, c->v1 ? &lp_op_Pooling_v1 : &lp_op_Pooling, attributes);
  if (c->legacy) {
    run.op->family->legacy(run.param, true);
  }
  lp_shape shape = lp_shape_unknown();
  shape.ndim = c->axes + 2;
  shape.dim[0] = images;
  shape.dim[c->last ? shape.ndim - 1 : 1] = channels;
  for (int i = 0; i < c->axes; i++) {
    shape.dim[i + (c->last ? 1 : 2)] = c->in[3 - c->axes + i];
  }
  run_op_random(&run, 0, shape, 7, 3);
  int64_t volume = c->in[0] * c->in[1] * c->in[2];
  double *x = malloc((size_t)(images * channels * volume) * sizeof(double));
  for (int64_t i = 0; i < images * channels * volume; i++) {
    x[i] = (double)((float *)run.in[0].data)[i];
  }
  if (dtype == LP_FLOAT64) {
    run_op_input(&run, 0, LP_FLOAT64, shape, x);
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  int64_t out[3];
  int64_t out_volume = 1;
  for (int i = 0; i < 3; i++) {
    out[i] = outputs(c, i);
    out_volume *= out[i];
  }
  REQUIRE(lp_shape_size(&run.out[0].shape) == images * channels * out_volume);
  double *expected = malloc((size_t)(images * channels * out_volume) * sizeof(double));
  for (int64_t n = 0; n < images; n++) {
    for (int64_t ch = 0; ch < channels; ch++) {
      const double *from =
          x + (c->last ? n * channels * volume + ch : (n * channels + ch) * volume);
      int64_t at[3];
      int64_t o = 0;
      for (at[0] = 0; at[0] < out[0]; at[0]++) {
        for (at[1] = 0; at[1] < out[1]; at[1]++) {
          for (at[2] = 0; at[2] < out[2]; at[2]++, o++) {
            double value = define(c, from, c->last ? channels : 1, at);
            if (dtype == LP_FLOAT64 && value <= -(double)FLT_MAX && !c->v1) {
              value = -DBL_MAX;
            }
            expected[c->last ? n * channels * out_volume + o * channels + ch
                             : (n * channels + ch) * out_volume + o] = value;
          }
        }
      }
    }
  }
  bool exact = strcmp(c->type, "max") == 0;
  double tight = dtype == LP_FLOAT64 ? 1e-12 : 3e-6;
  /* Signed powers cancel: the error is one of the sum, which the root of what is left magnifies. */
  run_op_expect(&run, 0, expected, exact ? 0 : c->power == 3 ? 1e-2 : tight * 30, exact ? 0 : tight);
  CHECK(run_op_all(&run) >= 2);
  if (!c->last && dtype == LP_FLOAT32 && lp_cpu_block(LP_ISA_BASE) > 1) {
    CHECK(run.ran_blocked > 0);
  }
  run_op_end(&run);
  free(x);
  free(expected);
}

static const pooling_case grid[] = {
    {2, {1, 13, 17}, {1, 3, 3}, {1, 2, 2}, {0, 0, 0}, "max", .full = false},
    {2, {1, 12, 16}, {1, 2, 2}, {1, 2, 2}, {0, 0, 0}, "max", .full = false},
    {2, {1, 13, 37}, {1, 3, 3}, {1, 1, 1}, {0, 1, 1}, "max", .full = false},
    {2, {1, 14, 14}, {1, 3, 3}, {1, 2, 2}, {0, 1, 1}, "max", .full = true},
    {2, {1, 9, 40}, {1, 2, 5}, {1, 3, 1}, {0, 1, 2}, "avg", .full = true},
    {2, {1, 9, 40}, {1, 5, 2}, {1, 1, 3}, {0, 2, 1}, "avg", .full = true, .exclude_pad = true},
    {2, {1, 9, 9}, {1, 2, 2}, {1, 3, 4}, {0, 2, 2}, "avg", .full = true},
    {2, {1, 9, 9}, {1, 2, 2}, {1, 3, 4}, {0, 2, 2}, "avg", .full = true, .exclude_pad = true},
    {2, {1, 9, 9}, {1, 2, 2}, {1, 4, 4}, {0, 3, 3}, "max", .full = true},
    {2, {1, 7, 11}, {1, 3, 2}, {1, 2, 1}, {0, 1, 0}, "sum", .full = false},
    {2, {1, 7, 11}, {1, 3, 2}, {1, 1, 2}, {0, 1, 1}, "lp", .full = false, .power = 1},
    {2, {1, 7, 31}, {1, 3, 2}, {1, 1, 1}, {0, 1, 1}, "lp", .full = true, .power = 2},
    {2, {1, 7, 11}, {1, 3, 2}, {1, 2, 2}, {0, 0, 0}, "lp", .full = false, .power = 3},
    {2, {1, 5, 6}, {1, 5, 6}, {1, 1, 1}, {0, 0, 0}, "avg", .full = false},
    {2, {1, 5, 6}, {1, 7, 8}, {1, 1, 1}, {0, 1, 1}, "avg", .full = false},
    {2, {1, 5, 6}, {1, 7, 8}, {1, 1, 1}, {0, 1, 1}, "max", .v1 = true},
    {2, {1, 25, 26}, {1, 25, 26}, {1, 1, 1}, {0, 0, 0}, "max", .full = false},
    {2, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}, "max", .full = false},
    {2, {1, 3, 200}, {1, 1, 150}, {1, 1, 1}, {0, 0, 0}, "avg", .full = false},
    {1, {1, 1, 33}, {1, 1, 3}, {1, 1, 3}, {0, 0, 1}, "max", .full = true},
    {1, {1, 1, 33}, {1, 1, 4}, {1, 1, 1}, {0, 0, 2}, "avg", .exclude_pad = true},
    {1, {1, 1, 70}, {1, 1, 3}, {1, 1, 1}, {0, 0, 1}, "sum", .full = false},
    {3, {4, 5, 6}, {2, 3, 2}, {2, 1, 2}, {1, 0, 1}, "avg", .full = true},
    {3, {4, 5, 6}, {2, 3, 2}, {1, 2, 1}, {0, 1, 0}, "max", .full = true},
    {3, {3, 3, 3}, {3, 3, 3}, {1, 1, 1}, {0, 0, 0}, "sum", .full = false},
    {2, {1, 13, 17}, {1, 3, 3}, {1, 2, 2}, {0, 1, 1}, "max", .v1 = true, .full = true},
    {2, {1, 6, 6}, {1, 2, 2}, {1, 3, 3}, {0, 0, 0}, "max", .v1 = true, .full = true},
    {2, {1, 13, 17}, {1, 3, 3}, {1, 2, 2}, {0, 1, 1}, "avg", .v1 = true, .full = true},
    {2, {1, 6, 6}, {1, 1, 1}, {1, 2, 2}, {0, 0, 0}, "max", .v1 = true, .full = true},
    {2, {1, 12, 15}, {1, 3, 3}, {1, 2, 2}, {0, 0, 0}, "max", .legacy = true},
    {2, {1, 12, 15}, {1, 3, 3}, {1, 2, 2}, {0, 1, 1}, "max", .legacy = true},
    {2, {1, 12, 15}, {1, 3, 3}, {1, 2, 2}, {0, 1, 1}, "avg", .legacy = true},
    {2, {1, 7, 7}, {1, 7, 7}, {1, 1, 1}, {0, 0, 0}, "avg", .legacy = true},
    {2, {1, 8, 7}, {1, 3, 2}, {1, 2, 2}, {0, 1, 1}, "max", .last = true},
    {2, {1, 8, 7}, {1, 3, 2}, {1, 2, 2}, {0, 1, 1}, "avg", .last = true, .full = true},
    {2, {1, 8, 7}, {1, 8, 7}, {1, 1, 1}, {0, 0, 0}, "avg", .last = true},
    {1, {1, 1, 9}, {1, 1, 2}, {1, 1, 2}, {0, 0, 0}, "sum", .last = true},
    {3, {4, 5, 6}, {2, 2, 2}, {2, 2, 2}, {0, 0, 0}, "max", .last = true},
};

TEST(windows_follow_the_definition) {
  for (size_t i = 0; i < LP_COUNT(grid); i++) {
    check_case(&grid[i], 2, 19, LP_FLOAT32);
    check_case(&grid[i], 1, 3, LP_FLOAT32);
    check_case(&grid[i], 1, 2, LP_FLOAT64);
  }
}

/* The windows that most networks have, with every way their last one may be cut off. */
TEST(small_windows_at_every_border) {
  static const char *const types[] = {"max", "avg", "sum"};
  for (int i = 0; i < 3 * 2 * 2 * 2 * 8; i++) {
    const int64_t kernel = 2 + i / 3 % 2;
    const int64_t stride = 1 + i / 6 % 2;
    const int64_t width = 3 + i / 24;
    pooling_case c = {.axes = 2,
                      .in = {1, 5 + i % 2, width},
                      .kernel = {1, kernel, kernel},
                      .stride = {1, stride, stride},
                      .pad = {0, 1, 1},
                      .type = types[i % 3],
                      .full = i / 12 % 2 != 0,
                      .exclude_pad = i % 3 == 1 && i % 2 == 0};
    check_case(&c, 1, 9, LP_FLOAT32);
  }
}

TEST(large_data_are_shared_among_threads) {
  pooling_case c = {2, {1, 112, 112}, {1, 3, 3}, {1, 2, 2}, {0, 1, 1}, "max", .full = true};
  check_case(&c, 1, 64, LP_FLOAT32);
  c.type = "avg";
  check_case(&c, 1, 64, LP_FLOAT32);
}

/* One row of operators.md 7 on 0, 1, 2, ... minus `minus`. */
static void check_row(const lp_op *op, const char *attributes, lp_shape shape, float minus,
                      bool legacy, lp_shape out, const double *expected) {
  run_op run;
  run_op_begin(&run, op, attributes);
  if (legacy) {
    op->family->legacy(run.param, true);
  }
  run_op_floats(&run, 0, shape, NULL);
  for (int64_t i = 0; i < lp_shape_size(&shape); i++) {
    ((float *)run.in[0].data)[i] = (float)i - minus;
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  REQUIRE(lp_shape_equal(&run.out[0].shape, &out));
  run_op_expect(&run, 0, expected, 1e-6, 1e-6);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

TEST(check_vectors) {
  const lp_op *op = &lp_op_Pooling;
  const double none = -3.4028234663852886e38;
  lp_shape six = lp_shape_4(1, 1, 6, 6);
  lp_shape three = lp_shape_4(1, 1, 3, 3);
  check_row(op, "kernel=(3,3) stride=(2,2) pad=(1,1) pool_type=avg pooling_convention=full", six, 0,
            false, lp_shape_4(1, 1, 4, 4),
            (const double[]){1.555556, 3.333333, 4.666667, 2.666667, 8.333334, 14, 16, 8.5,
                             16.33333, 26, 28, 14.5, 10.16667, 16, 17, 8.75});
  check_row(op,
            "kernel=(3,3) stride=(2,2) pad=(1,1) pool_type=avg pooling_convention=full "
            "count_include_pad=False",
            six, 0, false, lp_shape_4(1, 1, 4, 4),
            (const double[]){3.5, 5, 7, 8, 12.5, 14, 16, 17, 24.5, 26, 28, 29, 30.5, 32, 34, 35});
  check_row(op, "kernel=(2,2) stride=(3,3) pool_type=max pooling_convention=full", six, 0, false,
            three, (const double[]){7, 10, none, 25, 28, none, none, none, none});
  check_row(op, "kernel=(3,3) stride=(2,2)", six, 0, false, lp_shape_4(1, 1, 2, 2),
            (const double[]){14, 16, 26, 28});
  check_row(op, "kernel=(3,3) stride=(2,2) pool_type=sum pad=(1,1)", six, 0, false, three,
            (const double[]){14, 30, 42, 75, 126, 144, 147, 234, 252});
  check_row(op, "kernel=(2,2) stride=(2,2) pool_type=lp p_value=3", six, 0, false, three,
            (const double[]){8.242571, 10.84635, 13.60818, 25.51774, 28.59443, 31.68971, 44.18107,
                             47.32088, 50.465});
  check_row(op, "global_pool=True pool_type=avg kernel=(7,7) pad=(3,3) stride=(2,2)", three, 0,
            false, lp_shape_4(1, 1, 1, 1), (const double[]){4});
  /* 2015/16 */
  check_row(op, "kernel=(2,2) stride=(2,2) pool_type=avg", three, 0, true, lp_shape_4(1, 1, 2, 2),
            (const double[]){2, 1.75, 3.25, 2});
  /* asked of the reference */
  check_row(op, "kernel=(2,2) stride=(3,3) pool_type=lp p_value=3", six, 20, false,
            lp_shape_4(1, 1, 2, 2),
            (const double[]){-27.05339241, -22.46661758, 5.646215916, 9.524406433});
  check_row(&lp_op_Pooling_v1, "kernel=(3,3) stride=(2,2) pad=(1,1) pooling_convention=full", six,
            40, false, lp_shape_4(1, 1, 4, 4),
            (const double[]){0, 0, 0, 0, 0, -19, -17, 0, 0, -7, -5, 0, 0, 0, 0, 0});
  check_row(op, "kernel=(2,2) stride=(2,2) layout=NHWC", lp_shape_4(1, 4, 4, 2), 0, false,
            lp_shape_4(1, 2, 2, 2), (const double[]){10, 11, 14, 15, 26, 27, 30, 31});
}

TEST(not_a_number_never_wins_a_maximum) {
  const float none = -3.4028234663852886e38f;
  const float x[8] = {NAN, 1, -INFINITY, -INFINITY, NAN, NAN, -INFINITY, INFINITY};
  run_op run;
  run_op_begin(&run, &lp_op_Pooling, "kernel=(1,2)");
  run_op_floats(&run, 0, lp_shape_4(1, 1, 2, 4), x);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, (const double[]){1, 1, none, none, none, (double)INFINITY}, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
  float many[300];
  for (int i = 0; i < 300; i++) {
    many[i] = i % 3 == 0 ? NAN : (float)-i;
  }
  run_op_begin(&run, &lp_op_Pooling, "kernel=(2,) stride=(1,)");
  run_op_floats(&run, 0, lp_shape_3(1, 1, 300), many);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  double expected[299];
  for (int i = 0; i < 299; i++) {
    expected[i] = i % 3 == 0 ? -(i + 1) : -i;
  }
  run_op_expect(&run, 0, expected, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
  run_op_begin(&run, &lp_op_Pooling, "global_pool=True");
  run_op_floats(&run, 0, lp_shape_3(1, 1, 300), many);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, (const double[]){-1}, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

static void check_refused(const char *attributes, lp_status status, const char *text) {
  run_op run;
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op_Pooling, attributes), status);
  CHECK_CONTAINS(lp_status_text(), text);
  run_op_end(&run);
}

TEST(impossible_attributes_are_refused) {
  check_refused("kernel=()", LP_ERROR_ATTRIBUTE, "'kernel' has 0 entries");
  check_refused("", LP_ERROR_ATTRIBUTE, "'kernel' has 0 entries");
  check_refused("kernel=(2,2,2,2)", LP_ERROR_ATTRIBUTE, "'kernel' has 4 entries");
  check_refused("kernel=(0,2)", LP_ERROR_ATTRIBUTE, "'kernel' has the entry 0");
  check_refused("kernel=(2,2) stride=(0,1)", LP_ERROR_ATTRIBUTE, "'stride' has the entry 0");
  check_refused("kernel=(2,2) stride=(1,)", LP_ERROR_ATTRIBUTE, "expected 2");
  check_refused("kernel=(2,2) pad=(-1,0)", LP_ERROR_ATTRIBUTE, "'pad' has the entry -1");
  check_refused("kernel=(2,99999999999)", LP_ERROR_ATTRIBUTE, "99999999999");
  check_refused("kernel=(2,2) pool_type=lp", LP_ERROR_ATTRIBUTE, "p_value");
  check_refused("kernel=(2,2) pool_type=lp p_value=4", LP_ERROR_ATTRIBUTE, "p_value");
  check_refused("kernel=(2,) pooling_convention=same", LP_ERROR_UNSUPPORTED, "same");
  run_op run;
  run_op_begin(&run, &lp_op_Pooling, "kernel=(7,7)");
  run_op_floats(&run, 0, lp_shape_4(1, 1, 6, 6), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  CHECK_CONTAINS(lp_status_text(), "kernel size (7) exceeds input (6 padded to 6)");
  run_op_floats(&run, 0, lp_shape_3(1, 1, 6), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  run_op_floats(&run, 0, lp_shape_2(1, 6), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  run_op_end(&run);
}

TEST(unknown_dimensions_stay_unknown) {
  run_op run;
  run_op_begin(&run, &lp_op_Pooling, "kernel=(2,2)");
  lp_shape in = lp_shape_4(-1, -1, 6, -1);
  lp_shape out = lp_shape_4(4, 5, -1, -1);
  lp_infer infer = {"node", run.op, run.param, 1, 1, &in, &out, NULL, NULL};
  CHECK_EQ_INT(run.op->family->shape(&infer), LP_OK);
  lp_shape expected_in = lp_shape_4(4, 5, 6, -1);
  lp_shape expected_out = lp_shape_4(4, 5, 5, -1);
  CHECK(lp_shape_equal(&in, &expected_in));
  CHECK(lp_shape_equal(&out, &expected_out));
  in = lp_shape_unknown();
  CHECK_EQ_INT(run.op->family->shape(&infer), LP_OK);
  run_op_end(&run);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(windows_follow_the_definition);
  RUN(small_windows_at_every_border);
  RUN(large_data_are_shared_among_threads);
  RUN(check_vectors);
  RUN(not_a_number_never_wins_a_maximum);
  RUN(impossible_attributes_are_refused);
  RUN(unknown_dimensions_stay_unknown);
  return check_end();
}
