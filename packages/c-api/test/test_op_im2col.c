/* Tests of im2col and col2im. Expected values are MXNet 1.9.1's. */
#include "array_check.h"

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
    array_gives(&lp_op_im2col, "kernel=(1,2)", ONE(LP_FLOAT64, lp_shape_4(1, 1, 2, 2), 0, 1, 2, 3),
                LP_FLOAT64, lp_shape_3(1, 2, 2), NUMBERS(0, 2, 1, 3), 0);
}

TEST(im2col_refuses) {
    array_refused(&lp_op_im2col, "kernel=(5,5)", RAMP(lp_shape_4(1, 1, 3, 3)),
                  "the window of 5 exceeds the image's height of 3");
    array_refused(&lp_op_im2col, "kernel=(2,)", 0, NULL, "kernel has 1 entries, expected 2");
    array_refused(&lp_op_im2col, "kernel=(2,0)", 0, NULL, "entry 1 of kernel is 0");
    array_refused(&lp_op_im2col, "kernel=(2,2) stride=(0,1)", 0, NULL, "entry 0 of stride is 0");
    array_refused(&lp_op_im2col, "kernel=(2,2) pad=(0,-1)", 0, NULL, "entry 1 of pad is -1");
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
                  "a multiple of the kernel's 4");
    array_refused(&lp_op_col2im, "output_size=(3,3) kernel=(2,2)", RAMP(lp_shape_3(1, 4, 2)),
                  "Shape inconsistent");
    array_refused(&lp_op_col2im, "output_size=(3,) kernel=(2,2)", 0, NULL, "has 1 entries, expected 2");
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(im2col_lays_windows_out);
    RUN(im2col_refuses);
    RUN(col2im_adds_windows_up);
    return check_end();
}
