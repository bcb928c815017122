/* Tests of the operators that take boxes out of a tensor. Expected values: index arithmetic, MXNet
 * 1.9.1's answers, and the check vectors of operators.md. */
#include "movement_check.h"

/* in[at * step + begin]: enough for all of them. */
static lp_shape whole;
static int64_t begins[5];
static int64_t steps[5];

static int64_t boxed(const int64_t *at) {
    int64_t position = 0;
    for (int i = 0; i < whole.ndim; i++) {
        position = position * whole.dim[i] + begins[i] + at[i] * steps[i];
    }
    return position;
}

static void box(lp_shape shape, int64_t b0, int64_t b1, int64_t b2, int64_t b3) {
    whole = shape;
    begins[0] = b0;
    begins[1] = b1;
    begins[2] = b2;
    begins[3] = b3;
    steps[0] = steps[1] = steps[2] = steps[3] = 1;
}

TEST(slice_follows_numpy) {
    lp_shape in = lp_shape_2(2, 4);
    box(in, 1, 1, 0, 0);
    steps[0] = -1;
    (void)movement_check(&lp_op_slice, "begin=(None,1) end=(None,-1) step=(-1,None)", in,
                         lp_shape_2(2, 2), boxed, 0);
    movement_vector(&lp_op_slice, "begin=(None,1) end=(None,-1) step=(-1,None)", in, movement_ramp,
                    lp_shape_2(2, 2), (const double[]){5, 6, 1, 2});
    box(in, 0, 3, 0, 0);
    steps[1] = -1;
    (void)movement_check(&lp_op_slice, "begin=(0,7) end=(None,None) step=(1,-1)", in, in, boxed, 0);
    (void)movement_check(&lp_op_slice, "begin=(0,3) end=(None,-9) step=(1,-1)", in, in, boxed, 0);
    steps[1] = -2;
    (void)movement_check(&lp_op_slice, "begin=(0,None) end=(None,1) step=(None,-2)", in,
                         lp_shape_2(2, 1), boxed, 0);
    box(in, 0, 0, 0, 0);
    (void)movement_check(&lp_op_slice, "begin=(0,-9) end=(None,None)", in, in, boxed, 0);
    (void)movement_check(&lp_op_slice, "begin=() end=()", in, in, boxed, 0);
    (void)movement_check(&lp_op_slice, "begin=(0,7) end=(None,None)", in, lp_shape_2(2, 0), boxed,
                         0);
    (void)movement_check(&lp_op_slice, "begin=(0,0) end=(None,-9)", in, lp_shape_2(2, 0), boxed, 0);
    (void)movement_check(&lp_op_slice, "begin=(0,3) end=(None,None) step=(1,9223372036854775807)",
                         in, lp_shape_2(2, 1), (box(in, 0, 3, 0, 0), boxed), 0);
    (void)movement_check(&lp_op_slice, "begin=0 end=1", in, lp_shape_2(1, 4),
                         (box(in, 0, 0, 0, 0), boxed), 0);
}

TEST(slice_of_images_keeps_blocks) {
    lp_shape in = lp_shape_4(2, 40, 7, 5);
    box(in, 0, 16, 1, 0);
    steps[2] = 2;
    steps[3] = 3;
    CHECK(movement_check(&lp_op_slice, "begin=(0,16,1,0) end=(2,37,6,5) step=(1,1,2,3)", in,
                         lp_shape_4(2, 21, 3, 2), boxed, 0) >= movement_blocks());
    box(in, 0, 3, 0, 0);
    CHECK_EQ_INT(movement_check(&lp_op_slice, "begin=(0,3) end=(2,20)", in,
                                lp_shape_4(2, 17, 7, 5), boxed, 0),
                 0);
    box(lp_shape_3(1, 35, 3), 0, 32, 2, 0);
    steps[2] = -1;
    CHECK(movement_check(&lp_op_slice, "begin=(0,32,None) end=(1,None,None) step=(1,1,-1)",
                         lp_shape_3(1, 35, 3), lp_shape_3(1, 3, 3), boxed, 0) >= movement_blocks());
}

TEST(slice_says_what_is_wrong) {
    movement_refused(&lp_op_slice, "begin=(0,0) end=(1,)", lp_shape_2(2, 4),
                     "begin, end and step have 2, 1 and 0 items");
    movement_refused(&lp_op_slice, "begin=(0,) end=(1,) step=(0,)", lp_shape_2(2, 4),
                     "step: item 0 is 0");
    movement_refused(&lp_op_slice, "begin=(0,0) end=(1,1)", lp_shape_1(4),
                     "begin has 2 items, the input 1 dimensions");
    movement_refused(&lp_op_slice, "begin=(0,0)", lp_shape_1(4), "'end' is required");
}

TEST(slice_assign_replaces_a_box) {
    run_op run;
    run_op_begin(&run, &lp_op_slice_assign, "begin=(0,2) end=(2,None) step=(1,-1)");
    run_op_floats(&run, 0, lp_shape_2(3, 3), movement_ramp);
    run_op_floats(&run, 1, lp_shape_2(2, 3), (const float[]){-1, -2, -3, -4, -5, -6});
    REQUIRE(run_op_infer(&run) == LP_OK);
    run_op_expect(&run, 0, (const double[]){-3, -2, -1, -6, -5, -4, 6, 7, 8}, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
    run_op_begin(&run, &lp_op_slice_assign, "begin=(0,0) end=(2,2)");
    run_op_floats(&run, 0, lp_shape_2(3, 3), movement_ramp);
    run_op_floats(&run, 1, lp_shape_2(2, 3), movement_ramp);
    CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
    CHECK_CONTAINS(lp_status_text(), "'rhs': expected (2,2), provided (2,3)");
    run_op_end(&run);
    run_op_begin(&run, &lp_op_slice_assign_scalar,
                 "scalar=7 begin=(0,0) end=(None,2) step=(2,1)");
    run_op_floats(&run, 0, lp_shape_2(3, 3), movement_ramp);
    REQUIRE(run_op_infer(&run) == LP_OK);
    run_op_expect(&run, 0, (const double[]){7, 7, 2, 3, 4, 5, 7, 7, 8}, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
    run_op_begin(&run, &lp_op_slice_assign_scalar, "scalar=-2.5 begin=(5,) end=(9,)");
    run_op_input(&run, 0, LP_INT32, lp_shape_1(3), (const int32_t[]){1, 2, 3});
    REQUIRE(run_op_infer(&run) == LP_OK);
    run_op_expect(&run, 0, (const double[]){1, 2, 3}, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
    run_op_begin(&run, &lp_op_slice_assign_scalar, "scalar=-2.5 begin=(1,) end=(9,)");
    run_op_input(&run, 0, LP_INT32, lp_shape_1(3), (const int32_t[]){1, 2, 3});
    REQUIRE(run_op_infer(&run) == LP_OK);
    run_op_expect(&run, 0, (const double[]){1, -2, -2}, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
}

TEST(slice_axis_takes_a_range) {
    lp_shape in = lp_shape_2(2, 4);
    movement_vector(&lp_op_slice_axis, "axis=-1 begin=-3 end=None", in, movement_ramp,
                    lp_shape_2(2, 3), (const double[]){1, 2, 3, 5, 6, 7});
    box(in, 1, 0, 0, 0);
    (void)movement_check(&lp_op_slice_axis, "axis=0 begin=1 end=2", in, lp_shape_2(1, 4), boxed, 0);
    box(lp_shape_4(2, 33, 3, 3), 0, 16, 0, 0);
    CHECK(movement_check(&lp_op_slice_axis, "axis=1 begin=16 end=-2", whole,
                         lp_shape_4(2, 15, 3, 3), boxed, 0) >= movement_blocks());
    box(lp_shape_4(2, 33, 3, 3), 0, 0, 1, 0);
    CHECK(movement_check(&lp_op_slice_axis, "axis=2 begin=1 end=3", whole, lp_shape_4(2, 33, 2, 3),
                         boxed, 0) >= movement_blocks());
    box(lp_shape_4(2, 33, 3, 3), 1, 0, 0, 0);
    CHECK(movement_check(&lp_op_slice_axis, "axis=0 begin=1 end=None", whole,
                         lp_shape_4(1, 33, 3, 3), boxed, 0) >= movement_blocks());
    movement_refused(&lp_op_slice_axis, "axis=1 begin=0 end=5", in, "0 <= begin < end <= 4");
    movement_refused(&lp_op_slice_axis, "axis=1 begin=-9 end=None", in, "begin -5 and end 4");
    movement_refused(&lp_op_slice_axis, "axis=1 begin=2 end=2", in, "begin 2 and end 2 of axis 1");
    movement_refused(&lp_op_slice_axis, "axis=1 begin=0 end=0", in, "begin 0 and end 0");
    movement_refused(&lp_op_slice_axis, "axis=2 begin=0 end=1", in, "axis is 2");
}

/* Operators with a second input whose shape alone counts. */
static void like(const lp_op *op, const char *attributes, lp_shape in, lp_shape second,
                 lp_shape out) {
    run_op run;
    whole = in;
    run_op_begin(&run, op, attributes);
    movement_input(&run, 0, LP_FLOAT32, in);
    movement_input(&run, 1, LP_FLOAT32, second);
    REQUIRE(run_op_infer(&run) == LP_OK);
    CHECK(lp_shape_equal(&run.out[0].shape, &out));
    double expected[4096];
    int64_t at[LP_MAX_NDIM] = {0};
    for (int64_t i = 0; i < lp_shape_size(&out); i++) {
        expected[i] = movement_number(LP_FLOAT32, 0, boxed(at));
        movement_next(at, &out);
    }
    run_op_expect(&run, 0, expected, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    CHECK(in.ndim < 3 || run.ran_blocked >= movement_blocks());
    run_op_end(&run);
}

static void like_refused(const lp_op *op, const char *attributes, lp_shape in, lp_shape second,
                         const char *text) {
    run_op run;
    run_op_begin(&run, op, attributes);
    movement_input(&run, 0, LP_FLOAT32, in);
    movement_input(&run, 1, LP_FLOAT32, second);
    CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
    CHECK_CONTAINS(lp_status_text(), text);
    run_op_end(&run);
}

TEST(slice_like_cuts_to_the_size_of_another) {
    box(lp_shape_2(2, 3), 0, 0, 0, 0);
    like(&lp_op_slice_like, "axes=(1,)", lp_shape_2(2, 3), lp_shape_2(1, 2), lp_shape_2(2, 2));
    like(&lp_op_slice_like, "", lp_shape_2(2, 3), lp_shape_2(1, 2), lp_shape_2(1, 2));
    like(&lp_op_slice_like, "axes=(0,1)", lp_shape_3(2, 3, 4), lp_shape_2(1, 2),
         lp_shape_3(1, 2, 4));
    like(&lp_op_slice_like, "axes=(-1,)", lp_shape_3(2, 3, 4), lp_shape_3(1, 2, 2),
         lp_shape_3(2, 3, 2));
    like(&lp_op_slice_like, "axes=(-2,)", lp_shape_3(2, 3, 4), lp_shape_2(1, 2),
         lp_shape_3(2, 2, 4));
    like(&lp_op_slice_like, "axes=(2,3)", lp_shape_4(1, 20, 5, 4), lp_shape_4(1, 1, 3, 2),
         lp_shape_4(1, 20, 3, 2));
    like_refused(&lp_op_slice_like, "", lp_shape_3(2, 3, 4), lp_shape_2(1, 2),
                 "data has 3 dimensions and shape_like 2");
    like_refused(&lp_op_slice_like, "", lp_shape_2(2, 3), lp_shape_2(3, 3),
                 "axis 0: expected a size of data of at least 3, found 2");
    like_refused(&lp_op_slice_like, "axes=(-1,)", lp_shape_3(2, 3, 4), lp_shape_2(1, 2),
                 "axis 2 is not one of shape_like's 2");
}

TEST(crop_takes_a_part_of_an_image) {
    movement_vector(&lp_op_Crop, "num_args=1 h_w=(2,2) center_crop=True", lp_shape_4(1, 1, 5, 5),
                    movement_ramp, lp_shape_4(1, 1, 2, 2), (const double[]){6, 7, 11, 12});
    box(lp_shape_4(1, 1, 3, 3), 0, 0, 1, 0);
    like(&lp_op_Crop, "num_args=2 offset=(1,0)", whole, lp_shape_4(1, 5, 2, 2),
         lp_shape_4(1, 1, 2, 2));
    box(lp_shape_4(2, 19, 6, 7), 0, 0, 1, 3);
    CHECK(movement_check(&lp_op_Crop, "num_args=1 offset=(1,3) h_w=(4,4)", whole,
                         lp_shape_4(2, 19, 4, 4), boxed, 0) >= movement_blocks());
    movement_refused(&lp_op_Crop, "num_args=1", lp_shape_4(1, 1, 3, 3),
                     "h_w: item 0 is 0, expected at least 1");
    movement_refused(&lp_op_Crop, "num_args=1 offset=(2,2) h_w=(2,2)", lp_shape_4(1, 1, 3, 3),
                     "axis 2: expected offset + 2 <= 3, found an offset of 2");
    movement_refused(&lp_op_Crop, "num_args=1 h_w=(4,1) center_crop=1", lp_shape_4(1, 1, 3, 3),
                     "axis 2: expected offset + 4 <= 3");
    movement_refused(&lp_op_Crop, "num_args=1 h_w=(1,1)", lp_shape_3(1, 3, 3), "4 dimensions");
    movement_refused(&lp_op_Crop, "num_args=3", lp_shape_3(1, 3, 3), "num_args is 3");
    movement_refused(&lp_op_Crop, "num_args=1 h_w=(1,)", lp_shape_3(1, 3, 3), "h_w 1, expected 2");
}

TEST(reverse_turns_axes_round) {
    box(lp_shape_2(2, 3), 1, 2, 0, 0);
    steps[0] = steps[1] = -1;
    (void)movement_check(&lp_op_reverse, "axis=(0,1)", whole, whole, boxed, 0);
    box(lp_shape_4(2, 17, 3, 5), 0, 0, 0, 4);
    steps[3] = -1;
    CHECK(movement_check(&lp_op_reverse, "axis=3", whole, whole, boxed, 0) >= movement_blocks());
    CHECK(movement_check(&lp_op_reverse, "axis=-1", whole, whole, boxed, 0) >= movement_blocks());
    box(lp_shape_4(2, 17, 3, 5), 0, 16, 0, 0);
    steps[1] = -1;
    CHECK_EQ_INT(movement_check(&lp_op_reverse, "axis=1", whole, whole, boxed, 0), 0);
    box(lp_shape_2(2, 3), 0, 0, 0, 0);
    (void)movement_check(&lp_op_reverse, "axis=()", whole, whole, boxed, 0);
    movement_refused(&lp_op_reverse, "axis=(0,-2)", whole, "axis 0 is given twice");
    movement_refused(&lp_op_reverse, "axis=2", whole, "axis is 2");
}

/* Splits a tensor (d0, d1, d2) at these positions of an axis. */
static void splits(const lp_op *op, const char *attributes, lp_shape in, int axis, int count,
                   const int64_t *positions, bool squeeze) {
    run_op run;
    run_op_begin(&run, op, attributes);
    movement_input(&run, 0, LP_INT64, in);
    REQUIRE(run_op_infer(&run) == LP_OK);
    REQUIRE(run.num_outputs == count);
    CHECK_EQ_INT(lp_op_count_visible(op, run.param), count);
    for (int i = 0; i < count; i++) {
        lp_shape part = in;
        part.dim[axis] = positions[i + 1] - positions[i];
        int64_t at[LP_MAX_NDIM] = {0};
        double expected[512];
        for (int64_t k = 0; k < lp_shape_size(&part); k++) {
            int64_t from = 0;
            for (int d = 0; d < in.ndim; d++) {
                from = from * in.dim[d] + at[d] + (d == axis ? positions[i] : 0);
            }
            expected[k] = movement_number(LP_INT64, 0, from);
            movement_next(at, &part);
        }
        CHECK_EQ_INT(run.out[i].shape.ndim, squeeze ? in.ndim - 1 : in.ndim);
        CHECK_EQ_INT(lp_shape_size(&run.out[i].shape), lp_shape_size(&part));
        run_op_expect(&run, i, expected, 0, 0);
    }
    CHECK(run_op_all(&run) >= 2);
    run.hide[0] = count > 1; /* one that nobody reads */
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
}

TEST(split_gives_equal_parts) {
    splits(&lp_op_SliceChannel, "num_outputs=2", lp_shape_3(2, 6, 3), 1, 2,
           (const int64_t[]){0, 3, 6}, false);
    splits(&lp_op_SliceChannel, "num_outputs=3 axis=-1", lp_shape_3(2, 4, 6), 2, 3,
           (const int64_t[]){0, 2, 4, 6}, false);
    splits(&lp_op_SliceChannel, "num_outputs=3 squeeze_axis=True", lp_shape_2(2, 3), 1, 3,
           (const int64_t[]){0, 1, 2, 3}, true);
    splits(&lp_op_SliceChannel, "num_outputs=2 axis=0 squeeze_axis=1", lp_shape_3(2, 2, 3), 0, 2,
           (const int64_t[]){0, 1, 2}, true);
    splits(&lp_op_SliceChannel, "num_outputs=1", lp_shape_2(2, 4), 1, 1, (const int64_t[]){0, 4},
           false);
    movement_refused(&lp_op_SliceChannel, "num_outputs=2", lp_shape_2(2, 3),
                     "axis 1 has size 3, which num_outputs 2 does not divide");
    movement_refused(&lp_op_SliceChannel, "num_outputs=2 squeeze_axis=1", lp_shape_2(2, 4),
                     "squeeze_axis: part 0 has size 2 along axis 1");
    movement_refused(&lp_op_SliceChannel, "num_outputs=0", lp_shape_2(2, 4), "num_outputs is 0");
    movement_refused(&lp_op_SliceChannel, "num_outputs=2000000000", lp_shape_2(2, 4),
                     "num_outputs is 2000000000, expected 1 to 65536");
}

TEST(split_v2_takes_positions_or_sections) {
    splits(&lp_op_split_v2, "indices=(0,1,3) axis=1", lp_shape_2(1, 5), 1, 3,
           (const int64_t[]){0, 1, 3, 5}, false);
    splits(&lp_op_split_v2, "indices=(0,2,2)", lp_shape_2(3, 5), 1, 3,
           (const int64_t[]){0, 2, 2, 5}, false);
    splits(&lp_op_split_v2, "indices=(0,) sections=2 axis=0", lp_shape_2(5, 2), 0, 2,
           (const int64_t[]){0, 3, 5}, false);
    splits(&lp_op_split_v2, "indices=() sections=3 axis=-1", lp_shape_2(2, 8), 1, 3,
           (const int64_t[]){0, 3, 6, 8}, false);
    movement_refused(&lp_op_split_v2, "indices=(0,3,2) axis=0", lp_shape_2(5, 2),
                     "part 1 goes from 3 to 2");
    movement_refused(&lp_op_split_v2, "indices=(0,3,9) axis=0", lp_shape_2(5, 2),
                     "part 1 goes from 3 to 9");
    movement_refused(&lp_op_split_v2, "indices=(0,-2) axis=0", lp_shape_2(5, 2),
                     "part 0 goes from 0 to -2");
    movement_refused(&lp_op_split_v2, "indices=(1,3) axis=0", lp_shape_2(5, 2),
                     "expected a first part from 0");
    movement_refused(&lp_op_split_v2, "indices=()", lp_shape_2(5, 2), "indices has 0 items");
}

/* Whether an output may be a view of the input, and where it begins. */
static int64_t view(const lp_op *op, const char *attributes, lp_shape in, int output) {
    run_op run;
    run_op_begin(&run, op, attributes);
    movement_input(&run, 0, LP_FLOAT32, in);
    int64_t offset = -2;
    lp_query query = {.op = op,
                      .param = run.param,
                      .num_inputs = 1,
                      .num_outputs = run.num_outputs,
                      .in = run.in,
                      .out = run.out,
                      .block = 1};
    if (run_op_infer(&run) != LP_OK || !op->family->slice_view(&query, output, &offset)) {
        offset = -1;
    }
    run_op_end(&run);
    return offset;
}

TEST(contiguous_parts_are_views) {
    lp_shape image = lp_shape_4(1, 6, 4, 5);
    CHECK_EQ_INT(view(&lp_op_SliceChannel, "num_outputs=3", image, 2), 80);
    CHECK_EQ_INT(view(&lp_op_SliceChannel, "num_outputs=3", lp_shape_4(2, 6, 4, 5), 0), -1);
    CHECK_EQ_INT(view(&lp_op_SliceChannel, "num_outputs=2 axis=0 squeeze_axis=1",
                      lp_shape_4(2, 6, 4, 5), 1),
                 120);
    CHECK_EQ_INT(view(&lp_op_slice_axis, "axis=1 begin=2 end=4", image, 0), 40);
    CHECK_EQ_INT(view(&lp_op_slice_axis, "axis=2 begin=2 end=4", image, 0), -1);
    CHECK_EQ_INT(view(&lp_op_slice, "begin=(0,3,1) end=(1,4,3)", image, 0), 65);
    CHECK_EQ_INT(view(&lp_op_slice, "begin=(0,3) end=(1,5) step=(1,1)", image, 0), 60);
    CHECK_EQ_INT(view(&lp_op_slice, "begin=(0,0) end=(1,5) step=(1,2)", image, 0), -1);
    CHECK_EQ_INT(view(&lp_op_slice, "begin=(0,3) end=(1,5) step=(-1,1)", image, 0), -1);
    CHECK_EQ_INT(view(&lp_op_slice, "begin=(5,) end=(9,)", lp_shape_1(4), 0), -1); /* empty */
    CHECK_EQ_INT(view(&lp_op_reverse, "axis=0", image, 0), 0);
    CHECK_EQ_INT(view(&lp_op_reverse, "axis=1", image, 0), -1);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(slice_follows_numpy);
    RUN(slice_of_images_keeps_blocks);
    RUN(slice_says_what_is_wrong);
    RUN(slice_assign_replaces_a_box);
    RUN(slice_axis_takes_a_range);
    RUN(slice_like_cuts_to_the_size_of_another);
    RUN(crop_takes_a_part_of_an_image);
    RUN(reverse_turns_axes_round);
    RUN(split_gives_equal_parts);
    RUN(split_v2_takes_positions_or_sections);
    RUN(contiguous_parts_are_views);
    return check_end();
}
