/* _contrib_interleaved_matmul_* against attention written out in double, and bad shapes. */
#include "run_op.h"

#include "../src/op/op_table.h"

/* Gives random projections [length][batch][heads][parts][size] as input i; returns them as doubles. */
static double *random_doubles(run_op *run, int i, lp_shape shape) {
  run_op_random(run, i, shape, (uint32_t)i + 7, 1);
  const int64_t count = lp_shape_size(&shape);
  double *x = malloc((size_t)count * sizeof(double));
  for (int64_t k = 0; k < count; k++) {
    x[k] = (double)((float *)run->in[i].data)[k];
  }
  return x;
}

typedef struct sizes {
  int64_t queries, keys, batch, heads, size;
} sizes;

/* Element d of part `part` of a head at a step. */
static double part_at(const double *x, const sizes *s, int parts, int part, int64_t step, int64_t n,
                      int64_t head, int64_t d) {
  return x[(((step * s->batch + n) * s->heads + head) * parts + part) * s->size + d];
}

static void begin(run_op *run, const lp_op *op, const sizes *s) {
  char attributes[32];
  (void)snprintf(attributes, sizeof attributes, "heads=%d", (int)s->heads);
  run_op_begin(run, op, attributes);
}

static void end(run_op *run, const double *expected, int64_t depth) {
  run_op_expect(run, 0, expected, 4e-7 * (double)(depth + 4), 1e-6);
  CHECK(run_op_all(run) >= 2);
  run_op_end(run);
}

/* `cross`: queries apart from keys and values. */
static void check_scores(sizes s, bool cross) {
  run_op run;
  const int64_t hidden = s.heads * s.size;
  s.keys = cross ? s.keys : s.queries;
  begin(&run, cross ? &lp_op_interleaved_matmul_encdec_qk : &lp_op_interleaved_matmul_selfatt_qk, &s);
  double *q = random_doubles(&run, 0, lp_shape_3(s.queries, s.batch, hidden * (cross ? 1 : 3)));
  double *k = cross ? random_doubles(&run, 1, lp_shape_3(s.keys, s.batch, 2 * hidden)) : q;
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  double *expected = malloc((size_t)(s.batch * s.heads * s.queries * s.keys) * sizeof(double));
  double *at = expected;
  for (int64_t p = 0; p < s.batch * s.heads; p++) {
    for (int64_t i = 0; i < s.queries; i++) {
      for (int64_t j = 0; j < s.keys; j++) {
        double sum = 0;
        for (int64_t d = 0; d < s.size; d++) {
          sum += part_at(q, &s, cross ? 1 : 3, 0, i, p / s.heads, p % s.heads, d) *
                 part_at(k, &s, cross ? 2 : 3, cross ? 0 : 1, j, p / s.heads, p % s.heads, d);
        }
        *at++ = sum / sqrt((double)s.size);
      }
    }
  }
  end(&run, expected, s.size);
  free(expected);
  free(q);
  if (cross) {
    free(k);
  }
}

static void check_answers(sizes s, bool cross) {
  run_op run;
  const int64_t hidden = s.heads * s.size;
  s.keys = cross ? s.keys : s.queries;
  begin(&run, cross ? &lp_op_interleaved_matmul_encdec_valatt : &lp_op_interleaved_matmul_selfatt_valatt, &s);
  double *v = random_doubles(&run, 0, lp_shape_3(s.keys, s.batch, hidden * (cross ? 2 : 3)));
  double *w = random_doubles(&run, 1, lp_shape_3(s.batch * s.heads, s.queries, s.keys));
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  double *expected = malloc((size_t)(s.queries * s.batch * hidden) * sizeof(double));
  double *at = expected;
  for (int64_t i = 0; i < s.queries; i++) {
    for (int64_t p = 0; p < s.batch * s.heads; p++) {
      for (int64_t d = 0; d < s.size; d++) {
        double sum = 0;
        for (int64_t j = 0; j < s.keys; j++) {
          sum += w[(p * s.queries + i) * s.keys + j] *
                 part_at(v, &s, cross ? 2 : 3, cross ? 1 : 2, j, p / s.heads, p % s.heads, d);
        }
        *at++ = sum;
      }
    }
  }
  end(&run, expected, s.keys);
  free(expected);
  free(v);
  free(w);
}

TEST(scores_and_answers_of_all_forms) {
  static const sizes all[] = {{1, 1, 1, 1, 1}, {5, 7, 2, 3, 4}, {20, 3, 1, 2, 16}, {2, 33, 3, 1, 5},
                              {33, 40, 8, 2, 16}, {70, 9, 1, 2, 64}};
  for (size_t i = 0; i < LP_COUNT(all); i++) {
    for (int cross = 0; cross < 2; cross++) {
      check_scores(all[i], cross);
      check_answers(all[i], cross);
    }
  }
}

static void refuse(const lp_op *op, const char *attributes, lp_shape a, lp_shape b) {
  run_op run;
  run_op_begin(&run, op, attributes);
  run_op_input(&run, 0, LP_FLOAT32, a, NULL);
  if (run.num_inputs > 1) {
    run_op_input(&run, 1, LP_FLOAT32, b, NULL);
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  CHECK(strstr(lp_status_text(), "node") != NULL);
  run_op_end(&run);
}

TEST(bad_shapes_and_heads_are_refused) {
  const lp_shape none = lp_shape_unknown();
  refuse(&lp_op_interleaved_matmul_selfatt_qk, "heads=2", lp_shape_2(5, 24), none);
  refuse(&lp_op_interleaved_matmul_selfatt_qk, "heads=5", lp_shape_3(5, 3, 24), none);
  refuse(&lp_op_interleaved_matmul_selfatt_valatt, "heads=2", lp_shape_3(5, 3, 24), lp_shape_3(5, 5, 5));
  refuse(&lp_op_interleaved_matmul_selfatt_valatt, "heads=2", lp_shape_3(5, 3, 24), lp_shape_3(6, 4, 5));
  refuse(&lp_op_interleaved_matmul_encdec_qk, "heads=2", lp_shape_3(5, 3, 8), lp_shape_3(4, 2, 16));
  refuse(&lp_op_interleaved_matmul_encdec_qk, "heads=2", lp_shape_3(5, 3, 8), lp_shape_3(4, 3, 8));
  refuse(&lp_op_interleaved_matmul_encdec_valatt, "heads=2", lp_shape_3(4, 3, 16), lp_shape_3(6, 5, 3));
  refuse(&lp_op_interleaved_matmul_encdec_valatt, "heads=3", lp_shape_3(4, 3, 16), lp_shape_3(9, 5, 4));
  run_op run;
  run_op_begin(&run, &lp_op_interleaved_matmul_selfatt_qk, "heads=2147483647");
  run.in[0].shape = lp_shape_3(1, INT64_MAX / 2, 0);
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  run_op_end(&run);
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op_interleaved_matmul_selfatt_qk, "heads=0"), LP_ERROR_ATTRIBUTE);
  run_op_end(&run);
  CHECK_EQ_INT(run_op_try_begin(&run, &lp_op_interleaved_matmul_selfatt_qk, ""), LP_ERROR_ATTRIBUTE);
  run_op_end(&run);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(scores_and_answers_of_all_forms);
  RUN(bad_shapes_and_heads_are_refused);
  return check_end();
}
