/* Checks of operators with several float32 inputs: what they give, what they refuse. */
#ifndef LP_OPERATOR_CHECK_H_
#define LP_OPERATOR_CHECK_H_

#include "../src/op/op_table.h"
#include "run_op.h"

typedef struct operator_input {
  lp_shape shape;
  const float *data; /* NULL: zeros */
} operator_input;

static inline void operator_inputs(run_op *run, const operator_input *inputs, int count) {
  for (int i = 0; i < count; i++) {
    run_op_floats(run, i, inputs[i].shape, inputs[i].data);
  }
}

/* Output `output` by every algorithm; expected NULL: only its shape. */
static inline void operator_gives(const lp_op *op, const char *attributes,
                                  const operator_input *inputs, int count, int output,
                                  lp_shape shape, const double *expected, double tolerance) {
  run_op run;
  run_op_begin(&run, op, attributes);
  operator_inputs(&run, inputs, count);
  const lp_status status = run_op_infer(&run);
  if (status != LP_OK) {
    printf("  %s\n", lp_status_text());
  }
  REQUIRE(status == LP_OK);
  CHECK(lp_shape_equal(&run.out[output].shape, &shape));
  if (expected != NULL) {
    run_op_expect(&run, output, expected, tolerance, tolerance);
  }
  CHECK(run_op_all(&run) >= 2);
  run_op_end(&run);
}

/* Attributes or shapes are refused; no input has memory. */
static inline void operator_refuses(const lp_op *op, const char *attributes, const lp_shape *shapes,
                                    int count, const char *text) {
  run_op run;
  lp_status status = run_op_try_begin(&run, op, attributes);
  if (status != LP_OK) {
    CHECK_CONTAINS(lp_status_text(), text);
    run_op_end(&run);
    return;
  }
  run_op_end(&run);
  run_op_refuses_shapes(op, attributes, LP_FLOAT32, shapes, count, text);
}

/* The forward itself fails. */
static inline void operator_fails(const lp_op *op, const char *attributes,
                                  const operator_input *inputs, int count, const char *text) {
  run_op run;
  run_op_begin(&run, op, attributes);
  operator_inputs(&run, inputs, count);
  REQUIRE(run_op_infer(&run) == LP_OK);
  CHECK(run_op_first(&run) != LP_OK);
  CHECK_CONTAINS(lp_status_text(), text);
  run_op_end(&run);
}

#endif
