/* Checks of small operators: inputs of numbers, one list of numbers for each output. */
#ifndef LP_ARRAY_CHECK_H_
#define LP_ARRAY_CHECK_H_

#include "movement_check.h"

typedef struct array_input {
    lp_dtype dtype;
    lp_shape shape;
    const double *data;
} array_input;

static inline void array_begin(run_op *run, const lp_op *op, const char *attributes, int count,
                               const array_input *inputs) {
    run_op_begin(run, op, attributes);
    for (int i = 0; i < count; i++) {
        run_op_input(run, i, inputs[i].dtype, inputs[i].shape, NULL);
        lp_dtype_convert(LP_FLOAT64, inputs[i].data, inputs[i].dtype, run->in[i].data,
                         (size_t)lp_shape_size(&inputs[i].shape));
    }
}

/* Output 0 has this shape, type and content. */
static inline void array_gives(const lp_op *op, const char *attributes, int count,
                               const array_input *inputs, lp_dtype dtype, lp_shape shape,
                               const double *expected, double tolerance) {
    run_op run;
    array_begin(&run, op, attributes, count, inputs);
    lp_status status = run_op_infer(&run);
    if (status != LP_OK) {
        printf("  %s %s: %s\n", op->name, attributes, lp_status_text());
    }
    REQUIRE(status == LP_OK);
    CHECK(lp_shape_equal(&run.out[0].shape, &shape));
    CHECK_EQ_INT(run.out[0].dtype, dtype);
    run_op_expect(&run, 0, expected, tolerance, tolerance);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
}

/* Attributes, shapes or types are refused, with this text. */
static inline void array_refused(const lp_op *op, const char *attributes, int count,
                                 const array_input *inputs, const char *text) {
    run_op run;
    lp_status status = run_op_try_begin(&run, op, attributes);
    run_op_end(&run);
    if (status == LP_OK) {
        array_begin(&run, op, attributes, count, inputs);
        status = run_op_infer(&run);
        run_op_end(&run);
    }
    CHECK(status != LP_OK);
    check_contains(lp_status_text(), text, __FILE__, __LINE__, attributes);
}

/* The forward itself fails. */
static inline void array_fails(const lp_op *op, const char *attributes, int count,
                               const array_input *inputs, lp_status code, const char *text) {
    run_op run;
    array_begin(&run, op, attributes, count, inputs);
    REQUIRE(run_op_infer(&run) == LP_OK);
    CHECK_EQ_INT(run_op_first(&run), code);
    CHECK_CONTAINS(lp_status_text(), text);
    run_op_end(&run);
}

#endif /* LP_ARRAY_CHECK_H_ */
