/* Tests of _eye, _linspace, diag, scatter_nd, _contrib_index_copy, _contrib_index_array, ravelling,
 * cumsum, _contrib_quadratic, all_finite, amp_multicast and softmax_cross_entropy. Expected values
 * are MXNet 1.9.1's, but where it reads or writes outside of its tensors. */
#include "array_check.h"

#include <math.h>

#define NUMBERS(...) ((const double[]){__VA_ARGS__})
#define INPUT(type, shape, ...) {type, shape, NUMBERS(__VA_ARGS__)}
#define ONE(type, shape, ...) 1, (const array_input[]){INPUT(type, shape, __VA_ARGS__)}
#define FLOATS(shape, ...) ONE(LP_FLOAT32, shape, __VA_ARGS__)
#define RAMP(shape) FLOATS(shape, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)

TEST(eye_marks_a_diagonal) {
    array_gives(&lp_op_eye, "N=2 M=4 k=1", 0, NULL, LP_FLOAT32, lp_shape_2(2, 4),
                NUMBERS(0, 1, 0, 0, 0, 0, 1, 0), 0);
    array_gives(&lp_op_eye, "N=3 k=-1 dtype=int8", 0, NULL, LP_INT8, lp_shape_2(3, 3),
                NUMBERS(0, 0, 0, 1, 0, 0, 0, 1, 0), 0);
    array_gives(&lp_op_eye, "N=2 M=-1 k=5 dtype=float16", 0, NULL, LP_FLOAT16, lp_shape_2(2, 2),
                NUMBERS(0, 0, 0, 0), 0);
    array_gives(&lp_op_eye, "N=1 k=-9223372036854775807", 0, NULL, LP_FLOAT32, lp_shape_2(1, 1),
                NUMBERS(0), 0);
    array_refused(&lp_op_eye, "N=-1", 0, NULL, "N");
    array_refused(&lp_op_eye, "", 0, NULL, "N");
}

TEST(linspace_divides_evenly) {
    array_gives(&lp_op_linspace, "start=10 stop=2 num=4", 0, NULL, LP_FLOAT32, lp_shape_1(4),
                NUMBERS(10, 7.333333492279053, 4.666666507720947, 2), 1e-6);
    array_gives(&lp_op_linspace, "start=0 stop=10 num=5 endpoint=False", 0, NULL, LP_FLOAT32,
                lp_shape_1(5), NUMBERS(0, 2, 4, 6, 8), 0);
    array_gives(&lp_op_linspace, "start=2 stop=10 num=1 dtype=int64", 0, NULL, LP_INT64,
                lp_shape_1(1), NUMBERS(2), 0);
    array_refused(&lp_op_linspace, "start=1 stop=2 num=-2", 0, NULL, "num");
}

TEST(zeros_take_the_type_that_is_asked_for) {
    array_gives(&lp_op_zeros_without_dtype, "shape=(2,) dtype=4", 0, NULL, LP_INT32, lp_shape_1(2),
                NUMBERS(0, 0), 0);
    array_refused(&lp_op_zeros_without_dtype, "shape=(2,) dtype=12", 0, NULL, "dtype is 12");
}

static int64_t diagonal(const int64_t *at) { return at[1] * 12 + at[0] + at[1] * 4; }

TEST(diag_takes_and_makes_diagonals) {
    (void)movement_check(&lp_op_diag, "", lp_shape_3(2, 3, 4), lp_shape_2(4, 2), diagonal, 0);
    array_gives(&lp_op_diag, "k=1 axis1=2 axis2=1", RAMP(lp_shape_4(2, 2, 3, 2)), LP_FLOAT32,
                lp_shape_3(2, 2, 1), NUMBERS(6, 7, 18, 19), 0);
    array_gives(&lp_op_diag, "k=-1", ONE(LP_INT32, lp_shape_1(2), 5, 7), LP_INT32, lp_shape_2(3, 3),
                NUMBERS(0, 0, 0, 5, 0, 0, 0, 7, 0), 0);
    array_gives(&lp_op_diag, "k=2", ONE(LP_INT32, lp_shape_1(1), 5), LP_INT32, lp_shape_2(3, 3),
                NUMBERS(0, 0, 5, 0, 0, 0, 0, 0, 0), 0);
    array_gives(&lp_op_diag, "", FLOATS(lp_shape_3(2, 2, 0), 0), LP_FLOAT32, lp_shape_2(0, 2),
                NUMBERS(0), 0);
    array_gives(&lp_op_diag, "", FLOATS(lp_shape_2(2, 0), 0), LP_FLOAT32, lp_shape_1(0), NUMBERS(0),
                0);
    array_gives(&lp_op_diag, "k=4", RAMP(lp_shape_2(3, 4)), LP_FLOAT32, lp_shape_1(0), NUMBERS(0),
                0);
}

TEST(diag_refuses) {
    array_refused(&lp_op_diag, "k=5", RAMP(lp_shape_2(3, 4)), "no diagonal 5");
    array_refused(&lp_op_diag, "k=-4", RAMP(lp_shape_2(3, 4)), "no diagonal -4");
    array_refused(&lp_op_diag, "axis1=1 axis2=-1", RAMP(lp_shape_2(3, 4)), "both 1");
    array_refused(&lp_op_diag, "axis2=2", RAMP(lp_shape_2(3, 4)), "axis2 is 2");
    array_refused(&lp_op_diag, "k=99999999999", RAMP(lp_shape_1(3)), "k is 99999999999");
}

#define TWO(...) 2, (const array_input[]){__VA_ARGS__}
#define THREE(...) 3, (const array_input[]){__VA_ARGS__}

TEST(scatter_nd_puts_rows_in_place) {
    array_gives(&lp_op_scatter_nd, "shape=(3,2)",
                TWO(INPUT(LP_INT64, lp_shape_2(2, 2), 2, 3, 4, 5),
                    INPUT(LP_FLOAT32, lp_shape_2(1, 2), 1.7, 0)),
                LP_INT64, lp_shape_2(3, 2), NUMBERS(4, 5, 2, 3, 0, 0), 0);
    array_gives(&lp_op_scatter_nd, "shape=(2,2)",
                TWO(INPUT(LP_FLOAT32, lp_shape_1(4), 2, 3, 0, 7),
                    INPUT(LP_INT32, lp_shape_2(2, 4), 1, 1, 0, 1, 0, 1, 0, 0)),
                LP_FLOAT32, lp_shape_2(2, 2), NUMBERS(0, 0, 7, 3), 0);
    for (int i = 0; i < 2; i++) {
        array_fails(&lp_op_scatter_nd, "shape=(3,)",
                    TWO(INPUT(LP_FLOAT32, lp_shape_1(2), 2, 3),
                        INPUT(LP_INT32, lp_shape_2(1, 2), 1, i == 0 ? -1 : 3)),
                    LP_ERROR_INDEX, "for axis 0 at position 1, expected 0 to 2");
    }
    array_refused(&lp_op_scatter_nd, "shape=(3,)",
                  TWO(INPUT(LP_FLOAT32, lp_shape_1(3), 2, 3, 4),
                      INPUT(LP_INT32, lp_shape_2(1, 2), 1, 0)),
                  "Shape inconsistent");
    array_refused(&lp_op_scatter_nd, "shape=(3,)",
                  TWO(INPUT(LP_FLOAT32, lp_shape_1(2), 2, 3),
                      INPUT(LP_INT32, lp_shape_2(2, 1), 1, 0)),
                  "expected a first dimension of 1 to 1");
    array_refused(&lp_op_scatter_nd, "shape=(3,-1)", 0, NULL, "item 1 of shape is -1");
    array_refused(&lp_op_scatter_nd, "shape=()", 0, NULL, "shape has 0 items");
}

TEST(index_copy_replaces_rows) {
    array_gives(&lp_op_index_copy, "",
                THREE(INPUT(LP_FLOAT32, lp_shape_2(3, 2), 0, 1, 2, 3, 4, 5),
                      INPUT(LP_INT64, lp_shape_1(2), 2, 0),
                      INPUT(LP_FLOAT32, lp_shape_2(2, 2), 50, 51, 52, 53)),
                LP_FLOAT32, lp_shape_2(3, 2), NUMBERS(52, 53, 2, 3, 50, 51), 0);
    for (int i = 0; i < 2; i++) {
        array_fails(&lp_op_index_copy, "",
                    THREE(INPUT(LP_FLOAT32, lp_shape_1(2), 0, 1),
                          INPUT(LP_FLOAT32, lp_shape_1(1), i == 0 ? -1 : 2),
                          INPUT(LP_FLOAT32, lp_shape_1(1), 5)),
                    LP_ERROR_INDEX, "at position 0, expected 0 to 1");
    }
    array_refused(&lp_op_index_copy, "",
                  THREE(INPUT(LP_FLOAT32, lp_shape_2(2, 1), 0, 1),
                        INPUT(LP_FLOAT32, lp_shape_1(1), 1),
                        INPUT(LP_FLOAT32, lp_shape_2(2, 1), 5, 5)),
                  "Shape inconsistent");
}

TEST(index_array_counts_coordinates) {
    array_gives(&lp_op_index_array, "", RAMP(lp_shape_2(2, 2)), LP_INT64, lp_shape_3(2, 2, 2),
                NUMBERS(0, 0, 0, 1, 1, 0, 1, 1), 0);
    array_gives(&lp_op_index_array, "axes=(-1,0)", RAMP(lp_shape_3(2, 1, 2)), LP_INT64,
                lp_shape_4(2, 1, 2, 2), NUMBERS(0, 0, 1, 0, 0, 1, 1, 1), 0);
    array_refused(&lp_op_index_array, "axes=(2,)", RAMP(lp_shape_1(3)), "axes is 2");
}

TEST(ravel_and_unravel_are_inverse) {
    array_gives(&lp_op_ravel_multi_index, "shape=(7,6)",
                FLOATS(lp_shape_2(2, 3), 3, 6, -1, 4, 5.9, 1), LP_FLOAT32, lp_shape_1(3),
                NUMBERS(22, 41, -5), 0);
    array_gives(&lp_op_unravel_index, "shape=(-1,6)", ONE(LP_INT32, lp_shape_1(4), 22, 41, -7, 100),
                LP_INT32, lp_shape_2(2, 4), NUMBERS(3, 6, -1, 16, 4, 5, -1, 4), 0);
    array_refused(&lp_op_ravel_multi_index, "shape=(7,)", RAMP(lp_shape_2(2, 3)),
                  "Shape inconsistent");
    array_refused(&lp_op_unravel_index, "shape=(7,6)", RAMP(lp_shape_2(2, 3)), "Shape inconsistent");
    array_refused(&lp_op_unravel_index, "shape=(7,0)", 0, NULL, "item 1 of shape is 0");
}

TEST(cumsum_adds_up) {
    array_gives(&lp_op_cumsum, "", RAMP(lp_shape_2(2, 3)), LP_FLOAT32, lp_shape_1(6),
                NUMBERS(0, 1, 3, 6, 10, 15), 0);
    array_gives(&lp_op_cumsum, "axis=0", RAMP(lp_shape_3(2, 2, 2)), LP_FLOAT32,
                lp_shape_3(2, 2, 2), NUMBERS(0, 1, 2, 3, 4, 6, 8, 10), 0);
    array_gives(&lp_op_cumsum, "", ONE(LP_INT8, lp_shape_1(2), 100, 100), LP_INT8, lp_shape_1(2),
                NUMBERS(100, -56), 0);
    array_gives(&lp_op_cumsum, "axis=0 dtype=int32", FLOATS(lp_shape_1(3), 1.9, 1.9, -0.5),
                LP_INT32, lp_shape_1(3), NUMBERS(1, 2, 2), 0);
    array_gives(&lp_op_cumsum, "", ONE(LP_BOOL, lp_shape_1(3), 1, 0, 1), LP_INT64, lp_shape_1(3),
                NUMBERS(1, 1, 2), 0);
    array_gives(&lp_op_cumsum, "axis=1", FLOATS(lp_shape_2(3, 0), 0), LP_FLOAT32, lp_shape_2(3, 0),
                NUMBERS(0), 0);
    array_refused(&lp_op_cumsum, "axis=-1", RAMP(lp_shape_2(2, 3)), "axis is -1");
    array_refused(&lp_op_cumsum, "dtype=bool", RAMP(lp_shape_2(2, 3)), "dtype is bool");
}

TEST(quadratic_is_a_polynomial) {
    array_gives(&lp_op_quadratic, "a=1.5 b=2 c=3", ONE(LP_INT32, lp_shape_1(4), 0, 1, 2, 3),
                LP_INT32, lp_shape_1(4), NUMBERS(3, 6, 13, 22), 0);
    array_gives(&lp_op_quadratic, "", RAMP(lp_shape_1(2)), LP_FLOAT32, lp_shape_1(2), NUMBERS(0, 0),
                0);
}

TEST(all_finite_looks_at_everything) {
    double many[600] = {0};
    array_input inputs[2] = {{LP_FLOAT32, lp_shape_1(600), many},
                             INPUT(LP_FLOAT16, lp_shape_1(1), 1)};
    array_gives(&lp_op_all_finite, "", 1, inputs, LP_FLOAT32, lp_shape_1(1), NUMBERS(1), 0);
    array_gives(&lp_op_multi_all_finite, "num_arrays=2", 2, inputs, LP_FLOAT32, lp_shape_1(1),
                NUMBERS(1), 0);
    many[599] = (double)NAN;
    array_gives(&lp_op_all_finite, "init_output=False", 1, inputs, LP_FLOAT32, lp_shape_1(1),
                NUMBERS(0), 0);
    array_gives(&lp_op_multi_all_finite, "num_arrays=2", 2, inputs, LP_FLOAT32, lp_shape_1(1),
                NUMBERS(0), 0);
    array_refused(&lp_op_multi_all_finite, "num_arrays=0", 0, NULL, "num_arrays is 0");
}

static void multicast(const char *attributes, int count, const lp_dtype *from, const lp_dtype *to) {
    static const double data[] = {1, 2};
    array_input inputs[3] = {{.data = data}};
    for (int i = 0; i < count; i++) {
        inputs[i] = (array_input){from[i], lp_shape_1(2), data};
    }
    run_op run;
    array_begin(&run, &lp_op_amp_multicast, attributes, count, inputs);
    REQUIRE(run_op_infer(&run) == LP_OK);
    for (int i = 0; i < count; i++) {
        CHECK_EQ_INT(run.out[i].dtype, to[i]);
        run_op_expect(&run, i, NUMBERS(1, 2), 0, 0);
    }
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
}

TEST(amp_multicast_finds_one_type) {
    const lp_dtype mixed[] = {LP_FLOAT16, LP_INT32, LP_FLOAT32};
    multicast("num_outputs=3", 3, mixed, (const lp_dtype[]){LP_FLOAT32, LP_INT32, LP_FLOAT32});
    multicast("num_outputs=3 cast_narrow=True", 3, mixed,
              (const lp_dtype[]){LP_FLOAT16, LP_INT32, LP_FLOAT16});
    multicast("num_outputs=2", 2, (const lp_dtype[]){LP_FLOAT64, LP_FLOAT16},
              (const lp_dtype[]){LP_FLOAT64, LP_FLOAT64});
    multicast("num_outputs=2 cast_narrow=1", 2, (const lp_dtype[]){LP_FLOAT64, LP_FLOAT32},
              (const lp_dtype[]){LP_FLOAT64, LP_FLOAT32});
    multicast("num_outputs=2", 2, (const lp_dtype[]){LP_INT32, LP_FLOAT16},
              (const lp_dtype[]){LP_INT32, LP_FLOAT16});
    array_refused(&lp_op_amp_multicast, "num_outputs=0", 0, NULL, "num_outputs is 0");
}

TEST(softmax_cross_entropy_is_one_number) {
    array_gives(&lp_op_softmax_cross_entropy, "",
                TWO(INPUT(LP_FLOAT32, lp_shape_2(2, 3), 1, 2, 3, 3, 1, 0),
                    INPUT(LP_FLOAT32, lp_shape_1(2), 0, 2)),
                LP_FLOAT32, lp_shape_1(1), NUMBERS(5.577451705932617), 1e-6);
    /* A probability of 0, and a label that is no class. */
    for (int i = 0; i < 2; i++) {
        array_gives(&lp_op_softmax_cross_entropy, "",
                    TWO(INPUT(LP_FLOAT64, lp_shape_2(1, 2), i == 0 ? 0 : 300, 300),
                        INPUT(LP_FLOAT64, lp_shape_1(1), i == 0 ? 0 : -1)),
                    LP_FLOAT64, lp_shape_1(1), NUMBERS(18.420680743952367), 1e-12);
    }
    array_refused(&lp_op_softmax_cross_entropy, "",
                  TWO(INPUT(LP_FLOAT32, lp_shape_2(1, 2), 0, 1),
                      INPUT(LP_FLOAT32, lp_shape_1(2), 0, 1)),
                  "Shape inconsistent");
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(eye_marks_a_diagonal);
    RUN(linspace_divides_evenly);
    RUN(zeros_take_the_type_that_is_asked_for);
    RUN(diag_takes_and_makes_diagonals);
    RUN(diag_refuses);
    RUN(scatter_nd_puts_rows_in_place);
    RUN(index_copy_replaces_rows);
    RUN(index_array_counts_coordinates);
    RUN(ravel_and_unravel_are_inverse);
    RUN(cumsum_adds_up);
    RUN(quadratic_is_a_polynomial);
    RUN(all_finite_looks_at_everything);
    RUN(amp_multicast_finds_one_type);
    RUN(softmax_cross_entropy_is_one_number);
    return check_end();
}
