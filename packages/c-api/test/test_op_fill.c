/* Tests of broadcast_to, broadcast_axis, broadcast_like, _zeros, _ones, _full, zeros_like, ones_like,
 * _arange and _contrib_arange_like. Expected values are MXNet 1.9.1's. */
#include "movement_check.h"

static lp_shape source;

static int64_t broadcast(const int64_t *at) {
    int64_t position = 0;
    for (int i = 0; i < source.ndim; i++) {
        position = position * source.dim[i] + (source.dim[i] == 1 ? 0 : at[i]);
    }
    return position;
}

TEST(broadcast_to_repeats_axes) {
    source = lp_shape_2(1, 3);
    (void)movement_check(&lp_op_broadcast_to, "shape=(2,0)", source, lp_shape_2(2, 3), broadcast,
                         0);
    source = lp_shape_4(2, 1, 3, 1);
    (void)movement_check(&lp_op_broadcast_to, "shape=(2,4,3,5)", source, lp_shape_4(2, 4, 3, 5),
                         broadcast, 0);
    movement_refused(&lp_op_broadcast_to, "shape=(2,3)", lp_shape_3(1, 2, 3),
                     "shape has 2 items, expected 3");
    movement_refused(&lp_op_broadcast_to, "shape=(2,5)", lp_shape_2(1, 3),
                     "axis 1 has size 3, expected 1 or 5");
    movement_refused(&lp_op_broadcast_to, "shape=(-1,3)", lp_shape_2(1, 3), "item 0 is -1");
}

TEST(broadcast_axis_repeats_named_axes) {
    source = lp_shape_3(1, 3, 1);
    (void)movement_check(&lp_op_broadcast_axis, "axis=(0,2) size=(2,2)", source,
                         lp_shape_3(2, 3, 2), broadcast, 0);
    (void)movement_check(&lp_op_broadcast_axis, "axis=2 size=4", source, lp_shape_3(1, 3, 4),
                         broadcast, 0);
    movement_refused(&lp_op_broadcast_axis, "axis=(0,2) size=(2,)", source,
                     "axis has 2 items and size 1");
    movement_refused(&lp_op_broadcast_axis, "axis=1 size=3", source, "axis 1 has size 3");
}

static void broadcasts_like(const char *attributes, lp_shape lhs, lp_shape rhs, lp_shape out) {
    run_op run;
    run_op_begin(&run, &lp_op_broadcast_like, attributes);
    movement_input(&run, 0, LP_FLOAT32, lhs);
    movement_input(&run, 1, LP_INT8, rhs);
    lp_status status = run_op_infer(&run);
    if (out.ndim < 0) {
        CHECK_EQ_INT(status, LP_ERROR_SHAPE);
    } else {
        REQUIRE(status == LP_OK);
        CHECK(lp_shape_equal(&run.out[0].shape, &out));
        double expected[64];
        int64_t at[LP_MAX_NDIM] = {0};
        source = lhs;
        for (int64_t i = 0; i < lp_shape_size(&out); i++) {
            expected[i] = movement_number(LP_FLOAT32, 0, broadcast(at));
            movement_next(at, &out);
        }
        run_op_expect(&run, 0, expected, 0, 0);
        CHECK(run_op_all(&run) >= 2);
    }
    run_op_end(&run);
}

TEST(broadcast_like_takes_sizes_of_another) {
    broadcasts_like("", lp_shape_2(1, 3), lp_shape_2(5, 3), lp_shape_2(5, 3));
    broadcasts_like("lhs_axes=(0,) rhs_axes=(-1,)", lp_shape_2(1, 3), lp_shape_2(5, 7),
                    lp_shape_2(7, 3));
    broadcasts_like("", lp_shape_2(1, 3), lp_shape_2(5, 4), lp_shape_unknown());
    broadcasts_like("", lp_shape_2(1, 3), lp_shape_3(1, 5, 3), lp_shape_unknown());
    broadcasts_like("lhs_axes=(0,)", lp_shape_2(1, 3), lp_shape_2(5, 4), lp_shape_unknown());
}

/* An operator without inputs, or with one whose shape counts. */
static void fills(const lp_op *op, const char *attributes, lp_shape in, lp_shape out, lp_dtype dtype,
                  const double *expected) {
    run_op run;
    run_op_begin(&run, op, attributes);
    if (run.num_inputs > 0) {
        movement_input(&run, 0, dtype, in);
    }
    REQUIRE(run_op_infer(&run) == LP_OK);
    CHECK(lp_shape_equal(&run.out[0].shape, &out));
    CHECK_EQ_INT(run.out[0].dtype, dtype);
    run_op_expect(&run, 0, expected, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
}

TEST(fills_with_one_number) {
    lp_shape none = lp_shape_unknown();
    fills(&lp_op_zeros, "shape=(2,)", none, lp_shape_1(2), LP_FLOAT32, (const double[]){0, 0});
    fills(&lp_op_ones, "shape=2 dtype=float16", none, lp_shape_1(2), LP_FLOAT16,
          (const double[]){1, 1});
    fills(&lp_op_full, "shape=(2,) value=2.5 dtype=int32", none, lp_shape_1(2), LP_INT32,
          (const double[]){2, 2});
    fills(&lp_op_full, "shape=(1,3) value=2.5 ctx=cpu(0)", none, lp_shape_2(1, 3), LP_FLOAT32,
          (const double[]){2.5, 2.5, 2.5});
    fills(&lp_op_zeros_like, "", lp_shape_1(3), lp_shape_1(3), LP_INT64,
          (const double[]){0, 0, 0});
    fills(&lp_op_ones_like, "", lp_shape_1(3), lp_shape_1(3), LP_FLOAT64,
          (const double[]){1, 1, 1});
    run_op run;
    run_op_begin(&run, &lp_op_zeros, "shape=(0,4)"); /* 0: not known, as in RNN begin states */
    lp_shape out = lp_shape_unknown();
    lp_infer infer = {"z", run.op, run.param, 0, 1, NULL, &out, NULL, NULL};
    REQUIRE(run.op->family->shape(&infer) == LP_OK);
    CHECK(out.ndim == 2 && out.dim[0] == -1 && out.dim[1] == 4);
    run_op_end(&run);
}

TEST(arange_counts) {
    lp_shape none = lp_shape_unknown();
    fills(&lp_op_arange, "start=1 stop=2 step=0.3 repeat=2", none, lp_shape_1(8), LP_FLOAT32,
          (const double[]){1, 1, (double)1.3f, (double)1.3f, (double)1.6f, (double)1.6f,
                           (double)1.9000001f, (double)1.9000001f});
    fills(&lp_op_arange, "start=5 stop=1 step=-2", none, lp_shape_1(2), LP_FLOAT32,
          (const double[]){5, 3});
    fills(&lp_op_arange, "start=3", none, lp_shape_1(3), LP_FLOAT32, (const double[]){0, 1, 2});
    fills(&lp_op_arange, "start=3 stop=None dtype=int64", none, lp_shape_1(3), LP_INT64,
          (const double[]){0, 1, 2});
    fills(&lp_op_arange_like, "", lp_shape_2(2, 2), lp_shape_2(2, 2), LP_FLOAT32,
          (const double[]){0, 1, 2, 3});
    fills(&lp_op_arange_like, "axis=-1 start=2 step=0.5", lp_shape_2(2, 3), lp_shape_1(3),
          LP_FLOAT32, (const double[]){2, 2.5, 3});
    /* Whole numbers for all but float32 and float64. */
    fills(&lp_op_arange, "start=2.5 stop=9.5 step=1.5 dtype=float16", none, lp_shape_1(5), LP_FLOAT16,
          (const double[]){2, 3, 4, 5, 6});
    fills(&lp_op_arange, "start=-2.5 stop=1.5 step=1.5 dtype=int8", none, lp_shape_1(3), LP_INT8,
          (const double[]){-2, -1, 0});
    movement_refused(&lp_op_arange, "start=3 stop=1", none, "start 3, stop 1, step 1");
    movement_refused(&lp_op_arange, "start=0 stop=1 step=0", none, "step 0");
    movement_refused(&lp_op_arange, "start=0 stop=1e30", none, "not too long");
    movement_refused(&lp_op_arange, "start=1 repeat=0", none, "repeat is 0");
    movement_refused(&lp_op_arange_like, "axis=2", lp_shape_1(3), "axis is 2");
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(broadcast_to_repeats_axes);
    RUN(broadcast_axis_repeats_named_axes);
    RUN(broadcast_like_takes_sizes_of_another);
    RUN(fills_with_one_number);
    RUN(arange_counts);
    return check_end();
}
