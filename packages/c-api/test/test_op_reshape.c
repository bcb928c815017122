/* Tests of the operators that change the shape only: Reshape, Flatten, expand_dims, squeeze,
 * reshape_like, and shape_array, size_array. Expected shapes are those of MXNet 1.9.1. */
#include "movement_check.h"

static lp_shape current;

static int64_t same_position(const int64_t *at) {
    int64_t position = 0;
    for (int i = 0; i < current.ndim; i++) {
        position = position * current.dim[i] + at[i];
    }
    return position;
}

static void reshapes(const lp_op *op, const char *attributes, lp_shape in, lp_shape out) {
    current = out;
    CHECK(op->family->reshapes);
    (void)movement_check(op, attributes, in, out, same_position, 0);
}

static lp_shape shape_of(const char *text) {
    lp_shape shape = lp_shape_unknown();
    shape.ndim = 0;
    while (*text != '\0') {
        char *end;
        shape.dim[shape.ndim++] = strtoll(text, &end, 10);
        text = *end == ',' ? end + 1 : end;
    }
    return shape;
}

TEST(reshape_takes_every_code) {
    static const struct {
        const char *attributes;
        const char *in;
        const char *out;
    } cases[] = {
        {"shape=(0,-1)", "2,3,4", "2,12"},
        {"shape=(-1,0)", "2,3,4", "8,3"},
        {"shape=(-2,)", "2,3,4", "2,3,4"},
        {"shape=(-3,0)", "2,3,4", "6,4"},
        {"shape=(0,-4,-1,1,4)", "2,3,4", "2,3,1,4"},
        {"shape=(0,0,2,-1)", "2,3,4", "2,3,2,2"},
        {"shape=(-1,0) reverse=True", "10,5,4", "50,4"},
        {"shape=(4,3,-4,0) reverse=True", "12,10", "4,3,10"},
        {"shape=(3,4,-4,0) reverse=True", "12,10", "3,4,10"},
        {"shape=(0,0,-3) reverse=True", "2,3,4,5", "2,3,20"},
        {"shape=(-2,1,1)", "2,3", "2,3,1,1"},
        {"shape=(-1,-2)", "2,3,4", "2,3,4"},
        {"shape=24", "2,3,4", "24"},
        {"shape=(4,6)", "2,3,4", "4,6"},
        {"shape=(-1,)", "2,3,4", "24"},
        {"shape=(-4,2,-1,0,0)", "6,3,4", "2,3,3,4"},
        /* What -1 stands for goes where the item stands, if that can be. */
        {"shape=(-4,1,2,-1,1)", "2,3,4", "1,2,1,12"},
        {"shape=(-4,1,2,-4,1,-1,-1,1,1)", "2,3,4", "1,2,1,3,1,1,4"},
        {"shape=(0,-4,1,3,-1)", "2,3,4", "2,1,3,4"},
        {"shape=(-4,2,2,-1,2)", "4,3,4", "2,2,6,2"},
        {"shape=(-4,2,3,0,0)", "6,3,4", "2,3,3,4"},
        {"shape=(2,3,4,1,1,1)", "2,3,4", "2,3,4,1,1,1"},
        {"target_shape=(0,12)", "2,3,4", "2,12"},
        {"target_shape=(0,6,2)", "2,3,4", "2,6,2"},
        {"target_shape=(5,0) keep_highest=True", "2,3,4", "2,12"},
        {"target_shape=(0,0) keep_highest=1", "2,3,4", "2,12"},
        {"shape=(6,4) target_shape=(0,1)", "2,3,4", "6,4"},
    };
    for (size_t i = 0; i < LP_COUNT(cases); i++) {
        reshapes(&lp_op_Reshape, cases[i].attributes, shape_of(cases[i].in),
                 shape_of(cases[i].out));
    }
}

TEST(reshape_says_what_is_wrong) {
    lp_shape in = lp_shape_3(2, 3, 4);
    movement_refused(&lp_op_Reshape, "shape=(-1,-1)", in, "-1 twice");
    movement_refused(&lp_op_Reshape, "shape=(-5,4)", in, "-5 is neither a dimension nor a code");
    movement_refused(&lp_op_Reshape, "shape=(0,0,0,0)", in, "needs a dimension 3, the input has 3");
    movement_refused(&lp_op_Reshape, "shape=(0,0,-3)", in, "needs a dimension 3, the input has 3");
    movement_refused(&lp_op_Reshape, "shape=(-4,-1,-1,0,0)", in, "of which one may be -1");
    movement_refused(&lp_op_Reshape, "shape=(0,-4,2,2,0)", in, "-4 2 2 does not split 3");
    movement_refused(&lp_op_Reshape, "shape=(0,-4,2)", in, "-4 needs two numbers after it");
    movement_refused(&lp_op_Reshape, "shape=(0,-4,0,-1,0)", in, "-4 0 -1 does not split 3");
    movement_refused(&lp_op_Reshape, "shape=(0,-4,3,4) reverse=True", lp_shape_2(10, 12),
                     "item 2 (-4) needs a dimension 2, the input has 2");
    movement_refused(&lp_op_Reshape, "shape=(0,0)", in,
                     "Error in operator node (Reshape): (2,3,4) cannot be reshaped to (2,3): 24 "
                     "elements against 6");
    movement_refused(&lp_op_Reshape, "shape=(5,-1)", in, "cannot be reshaped to (5,?)");
    movement_refused(&lp_op_Reshape, "shape=(4611686018427387904,4)", in, "is too big");
    movement_refused(&lp_op_Reshape, "shape=(-2,1,1,1,1,1,1,1,1)", in, "more than 10 dimensions");
    movement_refused(&lp_op_Reshape, "target_shape=(0,-3)", in, "target_shape: item 1 is -3");
}

/* Calls the shape rule alone. */
static lp_status infer(run_op *run, lp_shape *in, lp_shape *out) {
    lp_infer rule = {"node", run->op, run->param, run->num_inputs, 1, in, out, NULL, NULL};
    return run->op->family->shape(&rule);
}

TEST(reshape_works_with_what_is_known) {
    run_op run;
    lp_shape in = lp_shape_3(-1, 3, 4);
    lp_shape out = lp_shape_unknown();
    run_op_begin(&run, &lp_op_Reshape, "shape=(0,-1)");
    CHECK_EQ_INT(infer(&run, &in, &out), LP_OK);
    CHECK(out.ndim == 2 && out.dim[0] == -1 && out.dim[1] == -1);
    out = lp_shape_2(5, 12);
    CHECK_EQ_INT(infer(&run, &in, &out), LP_OK);
    CHECK_EQ_INT(in.dim[0], 5); /* back from the output */
    in = lp_shape_unknown();
    CHECK_EQ_INT(infer(&run, &in, &out), LP_OK);
    CHECK_EQ_INT(in.ndim, -1);
    run_op_end(&run);
    run_op_begin(&run, &lp_op_Reshape, "");
    in = lp_shape_2(3, 4);
    CHECK_EQ_INT(infer(&run, &in, &out), LP_ERROR_SHAPE);
    out = lp_shape_2(2, 6);
    CHECK_EQ_INT(infer(&run, &in, &out), LP_OK);
    run_op_end(&run);
}

TEST(flatten_keeps_the_first_axis) {
    reshapes(&lp_op_Flatten, "", shape_of("2,3,4"), shape_of("2,12"));
    reshapes(&lp_op_Flatten, "", shape_of("4"), shape_of("4,1"));
    reshapes(&lp_op_Flatten, "anything=1", shape_of("2,3"), shape_of("2,3"));
    movement_refused(&lp_op_Flatten, "", lp_shape_of(0, NULL), "found a scalar");
}

TEST(expand_dims_and_squeeze) {
    reshapes(&lp_op_expand_dims, "axis=0", shape_of("2,3"), shape_of("1,2,3"));
    reshapes(&lp_op_expand_dims, "axis=2", shape_of("2,3"), shape_of("2,3,1"));
    reshapes(&lp_op_expand_dims, "axis=-1", shape_of("2,3"), shape_of("2,3,1"));
    reshapes(&lp_op_expand_dims, "axis=-3", shape_of("2,3"), shape_of("1,2,3"));
    movement_refused(&lp_op_expand_dims, "axis=3", shape_of("2,3"),
                     "axis is 3, expected a value from -3 to 2");
    movement_refused(&lp_op_expand_dims, "axis=0", shape_of("1,1,1,1,1,1,1,1,1,1"),
                     "at most 9 dimensions, found 10");
    movement_refused(&lp_op_expand_dims, "", shape_of("2,3"), "'axis' is required");
    reshapes(&lp_op_squeeze, "", shape_of("1,3,1"), shape_of("3"));
    reshapes(&lp_op_squeeze, "axis=(0,-1)", shape_of("1,3,1"), shape_of("3"));
    reshapes(&lp_op_squeeze, "axis=0", shape_of("1,3,1"), shape_of("3,1"));
    reshapes(&lp_op_squeeze, "axis=()", shape_of("1,3,1"), shape_of("1,3,1"));
    reshapes(&lp_op_squeeze, "", shape_of("1,1"), shape_of("1"));
    movement_refused(&lp_op_squeeze, "axis=1", shape_of("1,3,1"), "axis 1 has size 3, expected 1");
    movement_refused(&lp_op_squeeze, "axis=(0,-3)", shape_of("1,3,1"), "axis 0 is given twice");
    movement_refused(&lp_op_squeeze, "axis=5", shape_of("1,3,1"), "axis is 5");
}

TEST(expand_dims_infers_back) {
    run_op run;
    lp_shape in = lp_shape_unknown();
    lp_shape out = lp_shape_3(2, 1, 5);
    run_op_begin(&run, &lp_op_expand_dims, "axis=1");
    CHECK_EQ_INT(infer(&run, &in, &out), LP_OK);
    CHECK(in.ndim == 2 && in.dim[0] == 2 && in.dim[1] == 5);
    run_op_end(&run);
}

TEST(reshape_like_takes_dims_of_another) {
    static const struct {
        const char *attributes;
        const char *lhs;
        const char *rhs;
        const char *out;
    } cases[] = {
        {"lhs_begin=0 lhs_end=1 rhs_begin=0 rhs_end=2", "30,7", "15,2,4", "15,2,7"},
        {"lhs_begin=-2 lhs_end=-1 rhs_begin=0 rhs_end=-1", "30,7", "15,2,4", "15,2,7"},
        {"", "30,7", "15,2,7", "15,2,7"},
        {"lhs_begin=None rhs_end=None", "6,4", "4,6", "4,6"},
    };
    for (size_t i = 0; i < LP_COUNT(cases); i++) {
        run_op run;
        lp_shape expected = shape_of(cases[i].out);
        run_op_begin(&run, &lp_op_reshape_like, cases[i].attributes);
        movement_input(&run, 0, LP_FLOAT32, shape_of(cases[i].lhs));
        movement_input(&run, 1, LP_INT32, shape_of(cases[i].rhs));
        REQUIRE(run_op_infer(&run) == LP_OK);
        CHECK(lp_shape_equal(&run.out[0].shape, &expected));
        CHECK_EQ_INT(run.out[0].dtype, LP_FLOAT32);
        double numbers[256];
        for (int64_t k = 0; k < lp_shape_size(&expected); k++) {
            numbers[k] = movement_number(LP_FLOAT32, 0, k);
        }
        run_op_expect(&run, 0, numbers, 0, 0);
        CHECK(run_op_all(&run) >= 2);
        run_op_end(&run);
    }
    run_op run;
    run_op_begin(&run, &lp_op_reshape_like, "");
    movement_input(&run, 0, LP_FLOAT32, shape_of("30,7"));
    movement_input(&run, 1, LP_FLOAT32, shape_of("15,2,4"));
    CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
    CHECK_CONTAINS(lp_status_text(), "(30,7) cannot be reshaped to (15,2,4)");
    run_op_end(&run);
    run_op_begin(&run, &lp_op_reshape_like, "lhs_begin=2 lhs_end=1");
    movement_input(&run, 0, LP_FLOAT32, shape_of("30,7"));
    movement_input(&run, 1, LP_FLOAT32, shape_of("15,2,4"));
    CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
    CHECK_CONTAINS(lp_status_text(), "lhs_begin 2 and lhs_end 1");
    run_op_end(&run);
}

TEST(shape_array_and_size_array) {
    run_op run;
    run_op_begin(&run, &lp_op_shape_array, "");
    movement_input(&run, 0, LP_UINT8, lp_shape_3(3, 0, 5));
    REQUIRE(run_op_infer(&run) == LP_OK);
    CHECK_EQ_INT(run.out[0].dtype, LP_INT64);
    run_op_expect(&run, 0, (const double[]){3, 0, 5}, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
    run_op_begin(&run, &lp_op_size_array, "");
    movement_input(&run, 0, LP_FLOAT32, lp_shape_2(3, 4));
    REQUIRE(run_op_infer(&run) == LP_OK);
    CHECK_EQ_INT(run.out[0].shape.ndim, 1);
    run_op_expect(&run, 0, (const double[]){12}, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(reshape_takes_every_code);
    RUN(reshape_says_what_is_wrong);
    RUN(reshape_works_with_what_is_known);
    RUN(flatten_keeps_the_first_axis);
    RUN(expand_dims_and_squeeze);
    RUN(expand_dims_infers_back);
    RUN(reshape_like_takes_dims_of_another);
    RUN(shape_array_and_size_array);
    return check_end();
}
