/* Tests of _linalg_inverse, _linalg_det and _linalg_slogdet. Expected values are MXNet 1.9.1's. */
#include "array_check.h"

#include <math.h>

#define NUMBERS(...) ((const double[]){__VA_ARGS__})
#define ONE(type, shape, ...) 1, (const array_input[]){{type, shape, NUMBERS(__VA_ARGS__)}}
#define FLOATS(shape, ...) ONE(LP_FLOAT32, shape, __VA_ARGS__)
#define RAMP(shape) FLOATS(shape, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

TEST(matrices_are_inverted) {
    array_gives(&lp_op_linalg_inverse, "", FLOATS(lp_shape_3(2, 2, 2), 2, 1, 1, 3, 0, 1, 2, 5),
                LP_FLOAT32, lp_shape_3(2, 2, 2), NUMBERS(0.6, -0.2, -0.2, 0.4, -2.5, 0.5, 1, 0),
                1e-6);
    array_gives(&lp_op_linalg_inverse, "", FLOATS(lp_shape_3(1, 0, 0), 0), LP_FLOAT32,
                lp_shape_3(1, 0, 0), NUMBERS(0), 0);
    array_fails(&lp_op_linalg_inverse, "", FLOATS(lp_shape_3(2, 2, 2), 2, 1, 1, 3, 1, 2, 2, 4),
                LP_ERROR_ARGUMENT, "matrix 1 has no inverse");
    array_refused(&lp_op_linalg_inverse, "", RAMP(lp_shape_2(2, 3)), "expected square matrices");
}

TEST(determinants_have_a_sign) {
    array_gives(&lp_op_linalg_det, "", ONE(LP_FLOAT64, lp_shape_3(2, 2, 2), 2, 1, 1, 3, 0, 1, 2, 5),
                LP_FLOAT64, lp_shape_1(2), NUMBERS(5, -2), 1e-14);
    array_gives(&lp_op_linalg_det, "", FLOATS(lp_shape_2(2, 2), 1, 2, 2, 4), LP_FLOAT32,
                lp_shape_1(1), NUMBERS(0), 0);
    array_refused(&lp_op_linalg_det, "", RAMP(lp_shape_1(2)), "expected square matrices");
    run_op run;
    array_begin(&run, &lp_op_linalg_slogdet, "",
                FLOATS(lp_shape_3(3, 2, 2), 2, 1, 1, 3, 0, 1, 2, 5, 0, 0, 0, 0));
    REQUIRE(run_op_infer(&run) == LP_OK);
    run_op_expect(&run, 0, NUMBERS(1, -1, 0), 0, 0);
    run_op_expect(&run, 1, NUMBERS(1.6094379124341003, 0.6931471805599453, -(double)INFINITY), 1e-6,
                  0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(matrices_are_inverted);
    RUN(determinants_have_a_sign);
    return check_end();
}
