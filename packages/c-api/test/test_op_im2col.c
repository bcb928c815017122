/* Tests of im2col, col2im and the operators of square matrices. Expected values are MXNet 1.9.1's. */
#include "array_check.h"

#include <math.h>

#define NUMBERS(...) ((const double[]){__VA_ARGS__})
#define ONE(type, shape, ...) 1, (const array_input[]){{type, shape, NUMBERS(__VA_ARGS__)}}
#define FLOATS(shape, ...) ONE(LP_FLOAT32, shape, __VA_ARGS__)
#define RAMP(shape) FLOATS(shape, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

TEST(im2col_lays_windows_out) {
    array_gives(&lp_op_im2col, "kernel=(2,2) stride=(2,1) pad=(1,0)", RAMP(lp_shape_4(1, 1, 3, 3)),
                LP_FLOAT32, lp_shape_3(1, 4, 4),
                NUMBERS(0, 0, 3, 4, 0, 0, 4, 5, 0, 1, 6, 7, 1, 2, 7, 8), 0);
    array_gives(&lp_op_im2col, "kernel=(2,2) dilate=(2,2)", RAMP(lp_shape_4(1, 1, 3, 3)),
                LP_FLOAT32, lp_shape_3(1, 4, 1), NUMBERS(0, 2, 6, 8), 0);
    array_gives(&lp_op_im2col, "kernel=(1,2)", ONE(LP_FLOAT16, lp_shape_4(1, 1, 2, 2), 0, 1, 2, 3),
                LP_FLOAT16, lp_shape_3(1, 2, 2), NUMBERS(0, 2, 1, 3), 0);
}

TEST(im2col_refuses) {
    array_refused(&lp_op_im2col, "kernel=(5,5)", RAMP(lp_shape_4(1, 1, 3, 3)),
                  "kernel (5,5) exceeds the padded image of (3,3)");
    array_refused(&lp_op_im2col, "kernel=(2,)", 0, NULL, "kernel has 1 items");
    array_refused(&lp_op_im2col, "kernel=(2,0)", 0, NULL, "item 1 of kernel is 0");
    array_refused(&lp_op_im2col, "kernel=(2,2) stride=(0,1)", 0, NULL, "item 0 of stride is 0");
    array_refused(&lp_op_im2col, "kernel=(2,2) pad=(0,-1)", 0, NULL, "item 1 of pad is -1");
    array_refused(&lp_op_im2col, "kernel=(2,2)", RAMP(lp_shape_3(1, 3, 3)), "Shape inconsistent");
}

TEST(col2im_adds_windows_up) {
    array_gives(&lp_op_col2im, "output_size=(3,3) kernel=(2,2)", RAMP(lp_shape_3(1, 4, 4)),
                LP_FLOAT32, lp_shape_4(1, 1, 3, 3), NUMBERS(0, 5, 5, 10, 30, 20, 10, 25, 15), 0);
    array_gives(&lp_op_col2im, "output_size=(3,3) kernel=(2,2) dilate=(2,2)",
                ONE(LP_FLOAT64, lp_shape_3(2, 4, 1), 0, 1, 2, 3, 4, 5, 6, 7), LP_FLOAT64,
                lp_shape_4(2, 1, 3, 3),
                NUMBERS(0, 0, 1, 0, 0, 0, 2, 0, 3, 4, 0, 5, 0, 0, 0, 6, 0, 7), 0);
    array_refused(&lp_op_col2im, "output_size=(3,3) kernel=(2,2)", RAMP(lp_shape_3(1, 3, 4)),
                  "multiple of the kernel's size 4");
    array_refused(&lp_op_col2im, "output_size=(3,3) kernel=(2,2)", RAMP(lp_shape_3(1, 4, 2)),
                  "Shape inconsistent");
    array_refused(&lp_op_col2im, "output_size=(3,) kernel=(2,2)", 0, NULL, "output_size has 1 items");
}

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
    RUN(im2col_lays_windows_out);
    RUN(im2col_refuses);
    RUN(col2im_adds_windows_up);
    RUN(matrices_are_inverted);
    RUN(determinants_have_a_sign);
    return check_end();
}
