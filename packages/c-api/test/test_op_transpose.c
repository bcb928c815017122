/* Tests of transpose, SwapAxis, depth_to_space and space_to_depth. */
#include "movement_check.h"

static lp_shape source;
static int order[LP_MAX_NDIM];

static int64_t permuted(const int64_t *at) {
    int64_t from[LP_MAX_NDIM];
    int64_t position = 0;
    for (int i = 0; i < source.ndim; i++) {
        from[order[i]] = at[i];
    }
    for (int i = 0; i < source.ndim; i++) {
        position = position * source.dim[i] + from[i];
    }
    return position;
}

static void turns(const lp_op *op, const char *attributes, lp_shape in, const int *axes) {
    lp_shape out = in;
    source = in;
    for (int i = 0; i < in.ndim; i++) {
        order[i] = axes[i];
        out.dim[i] = in.dim[axes[i]];
    }
    (void)movement_check(op, attributes, in, out, permuted, 0);
}

TEST(transpose_orders_axes) {
    turns(&lp_op_transpose, "", lp_shape_2(17, 35), (const int[]){1, 0});
    turns(&lp_op_transpose, "", lp_shape_3(2, 3, 4), (const int[]){2, 1, 0});
    turns(&lp_op_transpose, "axes=(0,2,3,1)", lp_shape_4(2, 19, 5, 7), (const int[]){0, 2, 3, 1});
    turns(&lp_op_transpose, "axes=(0,3,1,2)", lp_shape_4(2, 5, 7, 3), (const int[]){0, 3, 1, 2});
    turns(&lp_op_transpose, "axes=(0,2,1,3,4)", lp_shape_of(5, (const int64_t[]){2, 2, 6, 3, 5}),
          (const int[]){0, 2, 1, 3, 4});
    turns(&lp_op_transpose, "axes=(3,1,0,2)", lp_shape_4(4, 3, 2, 5), (const int[]){3, 1, 0, 2});
    turns(&lp_op_transpose, "axes=(0,1,2)", lp_shape_3(2, 3, 4), (const int[]){0, 1, 2});
    turns(&lp_op_transpose, "", lp_shape_1(5), (const int[]){0});
    turns(&lp_op_transpose, "", lp_shape_2(0, 3), (const int[]){1, 0});
    turns(&lp_op_transpose, "", lp_shape_of(8, (const int64_t[]){2, 1, 3, 2, 1, 2, 2, 2}),
          (const int[]){7, 6, 5, 4, 3, 2, 1, 0});
}

TEST(swap_axis_swaps_two) {
    turns(&lp_op_SwapAxis, "dim1=0 dim2=-1", lp_shape_3(2, 3, 4), (const int[]){2, 1, 0});
    turns(&lp_op_SwapAxis, "dim1=1 dim2=1", lp_shape_3(2, 3, 4), (const int[]){0, 1, 2});
    turns(&lp_op_SwapAxis, "", lp_shape_2(2, 3), (const int[]){0, 1});
    turns(&lp_op_SwapAxis, "dim1=1 dim2=2", lp_shape_4(1, 3, 16, 20), (const int[]){0, 2, 1, 3});
    movement_refused(&lp_op_SwapAxis, "dim1=3", lp_shape_3(2, 3, 4), "dim1 is 3");
    movement_refused(&lp_op_SwapAxis, "dim2=-4", lp_shape_3(2, 3, 4), "dim2 is -4");
}

TEST(transpose_says_what_is_wrong) {
    lp_shape in = lp_shape_3(2, 3, 4);
    movement_refused(&lp_op_transpose, "axes=(0,1)", in,
                     "axes (2 of them) is no order of 3 dimensions");
    movement_refused(&lp_op_transpose, "axes=(0,1,1)", in, "expected each of 0 to 2 once");
    movement_refused(&lp_op_transpose, "axes=(0,-1,1)", in, "expected each of 0 to 2 once");
    movement_refused(&lp_op_transpose, "axes=(0,1,3)", in, "expected each of 0 to 2 once");
}

TEST(transpose_infers_back) {
    run_op run;
    run_op_begin(&run, &lp_op_transpose, "axes=(1,2,0)");
    lp_shape in = lp_shape_unknown();
    lp_shape out = lp_shape_3(3, -1, 2);
    lp_infer infer = {"t", run.op, run.param, 1, 1, &in, &out, NULL, NULL};
    REQUIRE(run.op->family->shape(&infer) == LP_OK);
    CHECK(in.ndim == 3 && in.dim[0] == 2 && in.dim[1] == 3 && in.dim[2] == -1);
    in.dim[2] = 4;
    REQUIRE(run.op->family->shape(&infer) == LP_OK);
    CHECK_EQ_INT(out.dim[1], 4);
    run_op_end(&run);
}

static int64_t edge;

/* out[n, c, h*b + i, w*b + j] = in[n, (i*b + j)*C' + c, h, w] */
static int64_t from_depth(const int64_t *at) {
    int64_t channels = source.dim[1] / (edge * edge);
    int64_t c = (at[2] % edge * edge + at[3] % edge) * channels + at[1];
    return ((at[0] * source.dim[1] + c) * source.dim[2] + at[2] / edge) * source.dim[3] +
           at[3] / edge;
}

/* out[n, (i*b + j)*C + c, h, w] = in[n, c, h*b + i, w*b + j] */
static int64_t to_depth(const int64_t *at) {
    int64_t channels = source.dim[1];
    int64_t i = at[1] / channels / edge;
    int64_t j = at[1] / channels % edge;
    return ((at[0] * channels + at[1] % channels) * source.dim[2] + at[2] * edge + i) *
               source.dim[3] +
           at[3] * edge + j;
}

TEST(depth_to_space_and_back) {
    movement_vector(&lp_op_depth_to_space, "block_size=2", lp_shape_4(1, 8, 1, 1), movement_ramp,
                    lp_shape_4(1, 2, 2, 2), (const double[]){0, 2, 4, 6, 1, 3, 5, 7});
    movement_vector(&lp_op_space_to_depth, "block_size=2", lp_shape_4(1, 1, 2, 4), movement_ramp,
                    lp_shape_4(1, 4, 1, 2), (const double[]){0, 2, 1, 3, 4, 6, 5, 7});
    edge = 3;
    source = lp_shape_4(2, 18, 4, 5);
    (void)movement_check(&lp_op_depth_to_space, "block_size=3", source, lp_shape_4(2, 2, 12, 15),
                         from_depth, 0);
    source = lp_shape_4(2, 2, 12, 15);
    (void)movement_check(&lp_op_space_to_depth, "block_size=3", source, lp_shape_4(2, 18, 4, 5),
                         to_depth, 0);
    edge = 2;
    source = lp_shape_4(1, 8, 17, 20);
    (void)movement_check(&lp_op_depth_to_space, "block_size=2", source, lp_shape_4(1, 2, 34, 40),
                         from_depth, 0);
    source = lp_shape_4(1, 2, 34, 40);
    (void)movement_check(&lp_op_space_to_depth, "block_size=2", source, lp_shape_4(1, 8, 17, 20),
                         to_depth, 0);
    movement_refused(&lp_op_depth_to_space, "block_size=2", lp_shape_4(1, 6, 1, 1),
                     "axis 1 has size 6, expected a multiple of 4");
    movement_refused(&lp_op_space_to_depth, "block_size=2", lp_shape_4(1, 1, 3, 2),
                     "axis 2 has size 3, expected a multiple of 2");
    movement_refused(&lp_op_depth_to_space, "block_size=2", lp_shape_3(4, 1, 1), "4 dimensions");
    movement_refused(&lp_op_depth_to_space, "block_size=0", lp_shape_3(4, 1, 1),
                     "block_size is 0");
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(transpose_orders_axes);
    RUN(swap_axis_swaps_two);
    RUN(transpose_says_what_is_wrong);
    RUN(transpose_infers_back);
    RUN(depth_to_space_and_back);
    return check_end();
}
