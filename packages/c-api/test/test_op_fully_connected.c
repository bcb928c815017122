/* FullyConnected against sums in double precision, its shape rule, and the check vectors of the reference. */
#include "check.h"
#include "run_op.h"

#include "../src/op/op_table.h"

static double dot_naive(const run_op *run, int64_t images, int64_t rows, int64_t depth, double *y) {
  double top = 0;
  for (int64_t n = 0; n < images; n++) {
    for (int64_t r = 0; r < rows; r++) {
      double sum = run->num_inputs > 2 ? run_op_element(&run->in[2], r) : 0;
      for (int64_t k = 0; k < depth; k++) {
        sum += run_op_element(&run->in[0], n * depth + k) * run_op_element(&run->in[1], r * depth + k);
      }
      y[n * rows + r] = sum;
      top = fabs(sum) > top ? fabs(sum) : top;
    }
  }
  return top;
}

/* epilogue: 0 none, 1 scale, shift and relu, 2 bias in shift and clip, 3 add and prelu, 4 shift alone, 5 and more activations alone. */
static void dense_check(int images, int rows, int depth, bool no_bias, int epilogue) {
  run_op run;
  char attributes[64];
  float arrays[3][512] = {{0}};
  int64_t count = (int64_t)images * rows;
  (void)snprintf(attributes, sizeof attributes, "num_hidden=%d no_bias=%d", rows, no_bias);
  run_op_begin(&run, &lp_op_FullyConnected, attributes);
  run.constant_inputs = 6;
  run_op_random(&run, 0, lp_shape_2(images, depth), 1, 1.0f);
  run_op_random(&run, 1, lp_shape_2(rows, depth), 2, 1.0f);
  if (!no_bias) {
    run_op_random(&run, 2, lp_shape_1(rows), 3, 1.0f);
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  double *y = run_op_memory((size_t)count * sizeof(double));
  double top = dot_naive(&run, images, rows, depth, y);
  const float *added = NULL;
  REQUIRE(rows <= 496);
  for (int r = 0; r < rows; r++) {
    arrays[0][r] = 0.5f + 0.01f * (float)r;
    arrays[1][r] = 0.2f - 0.02f * (float)r;
    arrays[2][r] = 0.01f * (float)r;
  }
  lp_epilogue *e = &run.epilogue;
  if (epilogue == 1) {
    *e = (lp_epilogue){.scale = arrays[0], .shift = arrays[1], .has_scale = true, .has_shift = true,
                       .activation = {.kind = LP_ACTIVATION_RELU}};
  } else if (epilogue == 2) {
    *e = (lp_epilogue){.shift = arrays[1], .has_shift = true, .bias_in_shift = true,
                       .activation = {.kind = LP_ACTIVATION_CLIP, .low = -1, .high = 0.5f}};
  } else if (epilogue == 3) {
    run_op_random(&run, run.num_inputs, run.out[0].shape, 4, 1.0f);
    added = run.in[run.num_inputs].data;
    run.num_inputs++;
    *e = (lp_epilogue){.add = true, .activation = {.kind = LP_ACTIVATION_PRELU, .slope = arrays[2]}};
  } else if (epilogue == 4) {
    *e = (lp_epilogue){.shift = arrays[1], .has_shift = true};
  } else if (epilogue >= 5) {
    e->activation =
        (lp_activation){.kind = (lp_activation_kind)(LP_ACTIVATION_HARD_SIGMOID + (epilogue - 5)),
                        .low = 0.3f,
                        .high = 0.4f};
  }
  for (int64_t i = 0; i < count; i++) {
    int r = (int)(i % rows);
    switch (epilogue) {
      case 1: y[i] = y[i] * (double)arrays[0][r] + (double)arrays[1][r]; y[i] = y[i] > 0 ? y[i] : 0; break;
      case 2:
        y[i] += (double)arrays[1][r] - (no_bias ? 0 : run_op_element(&run.in[2], r));
        y[i] = y[i] < -1 ? -1 : y[i] > 0.5 ? 0.5 : y[i];
        break;
      case 3:
        y[i] += (double)added[i];
        y[i] = y[i] > 0 ? y[i] : y[i] * (double)arrays[2][r];
        break;
      case 4: y[i] += (double)arrays[1][r]; break;
      case 5: y[i] = fmin(fmax((double)0.3f * y[i] + (double)0.4f, 0), 1); break;
      case 6: y[i] *= fmin(fmax((double)0.3f * y[i] + (double)0.4f, 0), 1); break;
      case 7: y[i] = 1 / (1 + exp(-y[i])); break;
      case 8: y[i] = y[i] / (1 + exp(-y[i])); break;
      case 9: y[i] = tanh(y[i]); break;
      default: break;
    }
  }
  run_op_expect(&run, 0, y, 1e-6 + (1e-6 * sqrt((double)depth) + 2e-6) * (top + 1) * 2, 0);
  CHECK(run_op_all(&run) >= 2);
  free(y);
  run_op_end(&run);
}

TEST(every_remainder) {
  for (int i = 0; i < 60; i++) {
    dense_check(1 + i % 11, 1 + i % 13, 1 + (i * 7) % 67, i % 2 == 0, i % 10);
  }
}

TEST(large) {
  dense_check(1, 130, 3001, false, 0);
  dense_check(9, 100, 4100, false, 1); /* depth in pieces */
  dense_check(70, 40, 600, false, 3);  /* images in chunks */
  dense_check(66, 33, 1030, true, 2);
}

TEST(float64) {
  run_op run;
  run_op_begin(&run, &lp_op_FullyConnected, "num_hidden=5 flatten=False");
  run_op_input(&run, 0, LP_FLOAT64, lp_shape_3(2, 3, 7), NULL);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  for (int k = 0; k < 3; k++) {
    for (int64_t j = 0; j < lp_shape_size(&run.in[k].shape); j++) {
      ((double *)run.in[k].data)[j] = sin((double)(j + 100 * k)) * 1.000000001;
    }
  }
  double y[30];
  (void)dot_naive(&run, 6, 5, 7, y);
  run_op_expect(&run, 0, y, 1e-13, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

TEST(check_vectors) {
  static const float ramp[6] = {0, 1, 2, 3, 4, 5};
  run_op run;
  run_op_begin(&run, &lp_op_FullyConnected, "num_hidden=2");
  run_op_floats(&run, 0, lp_shape_2(1, 3), ramp);
  run_op_floats(&run, 1, lp_shape_2(2, 3), ramp);
  run_op_floats(&run, 2, lp_shape_2(2, 1), (const float[]){0.5f, 1});
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, (const double[]){5.5, 15}, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
  run_op_begin(&run, &lp_op_FullyConnected, "num_hidden=2 flatten=False no_bias=1");
  run_op_floats(&run, 0, lp_shape_3(1, 2, 2), ramp);
  run_op_floats(&run, 1, lp_shape_2(2, 2), ramp);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  run_op_expect(&run, 0, (const double[]){1, 3, 3, 13}, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

static lp_status dense_infer(const char *attributes, lp_shape *data, lp_shape *weight,
                             lp_shape *bias, lp_shape *out) {
  run_op run;
  lp_status status = run_op_try_begin(&run, &lp_op_FullyConnected, attributes);
  if (status == LP_OK) {
    lp_shape in[3] = {*data, *weight, *bias};
    lp_infer infer = {"node", run.op, run.param, run.num_inputs, 1, in, out, NULL, NULL};
    status = lp_op_FullyConnected.family->shape(&infer);
    if (status == LP_OK) {
      status = lp_op_FullyConnected.family->shape(&infer);
    }
    *data = in[0];
    *weight = in[1];
    *bias = in[2];
  }
  lp_pool_free(&run.pool);
  return status;
}

static void dense_shapes(const char *attributes, lp_shape data, lp_shape out,
                         const char *data_text, const char *weight_text, const char *out_text) {
  lp_shape weight = lp_shape_unknown();
  lp_shape bias = lp_shape_unknown();
  lp_shape_text text;
  CHECK_EQ_INT(dense_infer(attributes, &data, &weight, &bias, &out), LP_OK);
  CHECK_STR(lp_shape_print(&data, &text), data_text);
  CHECK_STR(lp_shape_print(&weight, &text), weight_text);
  CHECK_STR(lp_shape_print(&bias, &text), "(4)");
  CHECK_STR(lp_shape_print(&out, &text), out_text);
}

/* As the reference infers. */
TEST(shapes_both_ways) {
  lp_shape unknown = lp_shape_unknown();
  dense_shapes("num_hidden=4", lp_shape_4(2, 3, 8, 8), unknown, "(2,3,8,8)", "(4,192)", "(2,4)");
  dense_shapes("num_hidden=4", lp_shape_1(2), unknown, "(2)", "(4,1)", "(2,4)");
  dense_shapes("num_hidden=4 flatten=0", lp_shape_1(2), unknown, "(2)", "(4,2)", "(4)");
  dense_shapes("num_hidden=4 flatten=0", lp_shape_4(2, 3, 5, 6), unknown, "(2,3,5,6)", "(4,6)",
               "(2,3,5,4)");
  dense_shapes("num_hidden=4", lp_shape_3(-1, 3, 5), lp_shape_2(7, 4), "(7,3,5)", "(4,15)", "(7,4)");
  dense_shapes("num_hidden=4 flatten=0", lp_shape_3(-1, -1, 5), lp_shape_3(7, 3, 4), "(7,3,5)",
               "(4,5)", "(7,3,4)");
  dense_shapes("num_hidden=4", lp_shape_3(2, -1, 5), unknown, "(2,?,5)", "(4,?)", "(2,4)");
  dense_shapes("num_hidden=4", unknown, unknown, "(unknown)", "(4,?)", "(?,4)");
}

TEST(refuses_what_is_impossible) {
  lp_shape data = lp_shape_2(2, 3);
  lp_shape weight = lp_shape_unknown();
  lp_shape bias = lp_shape_2(1, 4);
  lp_shape out = lp_shape_unknown();
  CHECK_EQ_INT(dense_infer("num_hidden=4", &data, &weight, &bias, &out), LP_ERROR_SHAPE);
  CHECK_CONTAINS(lp_status_text(), "'bias'");
  CHECK_EQ_INT(dense_infer("num_hidden=0", &data, &weight, &bias, &out), LP_ERROR_ATTRIBUTE);
  CHECK_EQ_INT(dense_infer("num_hidden=-1", &data, &weight, &bias, &out), LP_ERROR_ATTRIBUTE);
  bias = lp_shape_unknown();
  weight = lp_shape_2(4, 5);
  CHECK_EQ_INT(dense_infer("num_hidden=4", &data, &weight, &bias, &out), LP_ERROR_SHAPE);
  CHECK_CONTAINS(lp_status_text(), "'weight'");
  weight = lp_shape_unknown();
  out = lp_shape_unknown();
  data = lp_shape_4(1, INT64_MAX / 2, 8, 1);
  CHECK_EQ_INT(dense_infer("num_hidden=4", &data, &weight, &bias, &out), LP_ERROR_SHAPE);
  CHECK_CONTAINS(lp_status_text(), "too large");
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(every_remainder);
  RUN(large);
  RUN(float64);
  RUN(check_vectors);
  RUN(shapes_both_ways);
  RUN(refuses_what_is_impossible);
  return check_end();
}
