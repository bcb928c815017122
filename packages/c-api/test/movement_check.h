/* Checks of operators that move elements: where each element of the output comes from is told by a
 * function, and every element type is tried. */
#ifndef LP_MOVEMENT_CHECK_H_
#define LP_MOVEMENT_CHECK_H_

#include "../src/op/op_table.h"
#include "run_op.h"

/* The element of input 0 that stands at `at` (coordinates) of the output; -1: the fill value. */
typedef int64_t (*movement_source)(const int64_t *at);

/* 1 where this build has blocked layouts, 0 where it has none. */
static inline int movement_blocks(void) { return lp_cpu_block(lp_cpu_isa()) > 1; }

/* The number that stands at element i of input `input`: exact in every type. */
static inline double movement_number(lp_dtype dtype, int input, int64_t i) {
  int64_t number = (i * 7 + input * 31) % 113;
  return dtype == LP_BOOL ? (double)(number % 2) : (double)number;
}

static inline void movement_input(run_op *run, int input, lp_dtype dtype, lp_shape shape) {
  run_op_input(run, input, dtype, shape, NULL);
  for (int64_t i = 0; i < lp_shape_size(&shape); i++) {
    double number = movement_number(dtype, input, i);
    lp_dtype_convert(LP_FLOAT64, &number, dtype,
                     (char *)run->in[input].data + (size_t)i * lp_dtype_size(dtype), 1);
  }
}

/* Steps to the next coordinates in row-major order. */
static inline void movement_next(int64_t *at, const lp_shape *shape) {
  for (int i = shape->ndim - 1; i >= 0; i--) {
    if (++at[i] < shape->dim[i]) {
      return;
    }
    at[i] = 0;
  }
}

/* Runs `op` with one input; gives the number of runs with a blocked layout. */
static inline int movement_check(const lp_op *op, const char *attributes, lp_shape in, lp_shape out,
                                 movement_source source, double fill) {
  int blocked = 0;
  for (lp_dtype dtype = 0; dtype < LP_DTYPE_COUNT; dtype++) {
    run_op run;
    run_op_begin(&run, op, attributes);
    movement_input(&run, 0, dtype, in);
    lp_status status = run_op_infer(&run);
    if (status != LP_OK || !lp_shape_equal(&run.out[0].shape, &out)) {
      lp_shape_text expected;
      lp_shape_text actual;
      check_fail(__FILE__, __LINE__, op->name);
      printf(" %s: status %d, shape %s, expected %s %s\n", attributes, status,
             lp_shape_print(&run.out[0].shape, &actual), lp_shape_print(&out, &expected),
             status != LP_OK ? lp_status_text() : "");
      run_op_end(&run);
      return 0;
    }
    int64_t count = lp_shape_size(&out);
    double *expected = run_op_memory((size_t)count * sizeof(double));
    int64_t at[LP_MAX_NDIM] = {0};
    for (int64_t i = 0; i < count; i++) {
      int64_t from = source(at);
      expected[i] = from < 0 ? (dtype == LP_BOOL ? fill != 0 : fill)
                             : movement_number(dtype, 0, from);
      movement_next(at, &out);
    }
    run_op_expect(&run, 0, expected, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    blocked += run.ran_blocked;
    free(expected);
    run_op_end(&run);
  }
  return blocked;
}

/* That the shape rule refuses one input of this shape, with this text. */
static inline void movement_refused(const lp_op *op, const char *attributes, lp_shape in,
                                    const char *text) {
  run_op run;
  lp_status status = run_op_try_begin(&run, op, attributes);
  if (status == LP_OK) {
    run_op_input(&run, 0, LP_FLOAT32, in, NULL);
    status = run_op_infer(&run);
    CHECK_EQ_INT(status, LP_ERROR_SHAPE);
  } else {
    CHECK_EQ_INT(status, LP_ERROR_ATTRIBUTE);
  }
  check_contains(lp_status_text(), text, __FILE__, __LINE__, attributes);
  run_op_end(&run);
}

/* One float input and its expected output: a row of operators.md's check vectors. */
static inline void movement_vector(const lp_op *op, const char *attributes, lp_shape in,
                                   const float *values, lp_shape out, const double *expected) {
  run_op run;
  run_op_begin(&run, op, attributes);
  run_op_floats(&run, 0, in, values);
  CHECK_EQ_INT(run_op_infer(&run), LP_OK);
  CHECK(lp_shape_equal(&run.out[0].shape, &out));
  run_op_expect(&run, 0, expected, 0, 0);
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

/* 0, 1, 2, ... */
static const float movement_ramp[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                        13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
                                        26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,
                                        39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51,
                                        52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

#endif /* LP_MOVEMENT_CHECK_H_ */
