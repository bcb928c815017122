/* Conversion between plain and blocked layouts, and sizes. */
#include "check.h"

#include "../src/kernel/layout.h"

static void layout_round(lp_shape shape, int block, lp_threads *threads) {
  size_t plain_count = 0;
  size_t blocked_count = 0;
  int64_t channels = shape.dim[1];
  int64_t padded = (channels + block - 1) / block * block;
  int64_t pixels = lp_shape_product(&shape, 2, shape.ndim);
  REQUIRE(lp_layout_elements(&shape, 1, &plain_count));
  REQUIRE(lp_layout_elements(&shape, block, &blocked_count));
  CHECK_EQ_INT(plain_count, shape.dim[0] * channels * pixels);
  CHECK_EQ_INT(blocked_count, shape.dim[0] * padded * pixels);
  float *plain = malloc((plain_count + 1) * sizeof(float));
  float *back = malloc((plain_count + 1) * sizeof(float));
  float *blocked = malloc((blocked_count + 1) * sizeof(float));
  float *copy = malloc((blocked_count + 1) * sizeof(float));
  REQUIRE(plain != NULL && back != NULL && blocked != NULL && copy != NULL);
  for (size_t i = 0; i < plain_count; i++) {
    plain[i] = (float)i;
  }
  for (size_t i = 0; i < blocked_count; i++) {
    blocked[i] = NAN;
  }
  plain[plain_count] = back[plain_count] = blocked[blocked_count] = copy[blocked_count] = -5;
  lp_tensor a = {plain, LP_FLOAT32, 1, shape};
  lp_tensor b = {blocked, LP_FLOAT32, block, shape};
  lp_tensor c = {back, LP_FLOAT32, 1, shape};
  lp_tensor d = {copy, LP_FLOAT32, block, shape};
  lp_layout_convert(&a, &b, lp_cpu_isa(), threads);
  size_t wrong = 0;
  for (int64_t n = 0; n < shape.dim[0]; n++) {
    for (int64_t ch = 0; ch < padded; ch++) {
      for (int64_t p = 0; p < pixels; p++) {
        float expected = ch < channels ? (float)((n * channels + ch) * pixels + p) : 0.0f;
        float actual = blocked[((n * padded + ch / block * block) * pixels + p * block) + ch % block];
        wrong += !(actual == expected);
      }
    }
  }
  CHECK_EQ_INT(wrong, 0);
  /* What stands in the lanes beyond the last channel does not come back. */
  lp_layout_convert(&b, &d, lp_cpu_isa(), threads);
  CHECK_BYTES(copy, blocked, blocked_count * sizeof(float));
  lp_layout_convert(&b, &c, lp_cpu_isa(), threads);
  CHECK_BYTES(back, plain, plain_count * sizeof(float));
  CHECK(plain[plain_count] == -5 && back[plain_count] == -5 && blocked[blocked_count] == -5 &&
        copy[blocked_count] == -5);
  free(plain);
  free(back);
  free(blocked);
  free(copy);
}

TEST(converts_every_remainder) {
  for (int64_t channels = 0; channels <= 35; channels++) {
    for (int block = 4; block <= 16; block *= 2) {
      layout_round(lp_shape_4(2, channels, 3, 1 + channels % 7), block, NULL);
      layout_round(lp_shape_3(1, channels, 17), block, NULL);
      layout_round(lp_shape_of(5, (const int64_t[]){1, channels, 2, 3, 6}), block, NULL);
    }
  }
  layout_round(lp_shape_4(0, 5, 3, 3), 8, NULL);
  layout_round(lp_shape_4(1, 5, 0, 3), 8, NULL);
}

TEST(converts_with_threads) {
  lp_threads *threads = NULL;
  REQUIRE(lp_threads_create(3, &threads) == LP_OK);
  layout_round(lp_shape_4(2, 70, 60, 40), 16, threads);
  layout_round(lp_shape_4(1, 37, 90, 90), 8, threads);
  lp_threads_free(threads);
}

TEST(refuses_overflow) {
  size_t elements = 0;
  lp_shape shape = lp_shape_4(1, INT64_MAX - 3, 1, 1);
  CHECK(!lp_layout_elements(&shape, 16, &elements));
  shape = lp_shape_4(1, (int64_t)1 << 61, 1, 1);
  CHECK(!lp_layout_elements(&shape, 1, &elements));
  shape = lp_shape_4(1, -1, 1, 1);
  CHECK(!lp_layout_elements(&shape, 16, &elements));
  shape = lp_shape_1(4);
  CHECK(!lp_layout_elements(&shape, 16, &elements));
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(converts_every_remainder);
  RUN(converts_with_threads);
  RUN(refuses_overflow);
  return check_end();
}
