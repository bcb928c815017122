/* Tests of Pad, repeat, tile and Embedding. */
#include "movement_check.h"

static lp_shape source;
static int64_t before[5];
static char mode; /* 'c'onstant, 'e'dge, 'r'eflect */

static int64_t padded(const int64_t *at) {
    int64_t position = 0;
    for (int i = 0; i < source.ndim; i++) {
        int64_t place = at[i] - before[i];
        int64_t size = source.dim[i];
        if (place < 0 || place >= size) {
            if (mode == 'c') {
                return -1;
            }
            if (mode == 'e') {
                place = place < 0 ? 0 : size - 1;
            } else {
                place = place < 0 ? -place : 2 * (size - 1) - place;
            }
        }
        position = position * size + place;
    }
    return position;
}

TEST(pad_knows_three_borders) {
    movement_vector(&lp_op_Pad, "mode=reflect pad_width=(0,0,0,0,1,0,2,1)", lp_shape_4(1, 1, 3, 3),
                    movement_ramp, lp_shape_4(1, 1, 4, 6),
                    (const double[]){5, 4, 3, 4, 5, 4, 2, 1, 0, 1, 2, 1,
                                     5, 4, 3, 4, 5, 4, 8, 7, 6, 7, 8, 7});
    movement_vector(&lp_op_Pad, "mode=edge pad_width=(0,0,0,0,1,0,0,1)", lp_shape_4(1, 1, 2, 2),
                    movement_ramp, lp_shape_4(1, 1, 3, 3),
                    (const double[]){0, 1, 1, 0, 1, 1, 2, 3, 3});
    movement_vector(&lp_op_Pad, "mode=constant constant_value=9 pad_width=(0,0,0,0,1,0,0,1)",
                    lp_shape_4(1, 1, 2, 2), movement_ramp, lp_shape_4(1, 1, 3, 3),
                    (const double[]){9, 9, 9, 0, 1, 9, 2, 3, 9});
    movement_vector(&lp_op_Pad, "mode=reflect pad_width=(0,0,0,0,2,0,0,0)", lp_shape_4(1, 1, 3, 3),
                    movement_ramp, lp_shape_4(1, 1, 5, 3),
                    (const double[]){6, 7, 8, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6, 7, 8});
}

TEST(pad_of_every_type_and_layout) {
    static const char *const attributes[] = {
        "mode=constant constant_value=3 pad_width=(0,0,0,0,2,1,0,3)",
        "mode=edge pad_width=(0,0,0,0,2,1,0,3)", "mode=reflect pad_width=(0,0,0,0,2,1,0,3)"};
    source = lp_shape_4(2, 19, 4, 5);
    memset(before, 0, sizeof before);
    before[2] = 2;
    for (int i = 0; i < 3; i++) {
        mode = "cer"[i];
        CHECK(movement_check(&lp_op_Pad, attributes[i], source, lp_shape_4(2, 19, 7, 8), padded,
                             3) >= movement_blocks());
    }
    source = lp_shape_of(5, (const int64_t[]){1, 3, 3, 4, 5});
    before[2] = 1;
    before[3] = 0;
    before[4] = 2;
    mode = 'r';
    CHECK(movement_check(&lp_op_Pad, "mode=reflect pad_width=(0,0,0,0,1,2,0,3,2,2)", source,
                         lp_shape_of(5, (const int64_t[]){1, 3, 6, 7, 9}), padded, 0) >= movement_blocks());
    mode = 'c';
    CHECK(movement_check(&lp_op_Pad, "mode=constant pad_width=(0,0,0,0,1,2,0,3,2,2)", source,
                         lp_shape_of(5, (const int64_t[]){1, 3, 6, 7, 9}), padded, 0) >= movement_blocks());
}

TEST(pad_says_what_is_wrong) {
    lp_shape in = lp_shape_4(1, 1, 3, 3);
    movement_refused(&lp_op_Pad, "mode=constant pad_width=(0,0,0,0,1,1)", lp_shape_3(1, 2, 3),
                     "4 or 5 dimensions, found 3");
    movement_refused(&lp_op_Pad, "mode=constant pad_width=(0,0,1,1,1,1,0,0)", in,
                     "item 2 is 1, expected 0: the first two axes are not padded");
    movement_refused(&lp_op_Pad, "mode=constant pad_width=(0,0,0,0,-1,1,0,0)", in, "item 4 is -1");
    movement_refused(&lp_op_Pad, "mode=constant pad_width=(0,0,0,0,2,0)", in,
                     "pad_width has 6 items, expected 8");
    movement_refused(&lp_op_Pad, "mode=reflect pad_width=(0,0,0,0,3,0,0,0)", in,
                     "axis 2 has size 3: expected at most 2, found 3 and 0");
    movement_refused(&lp_op_Pad, "mode=wrap pad_width=(0,0,0,0,1,0,0,0)", in,
                     "expected one of constant|edge|reflect");
    movement_refused(&lp_op_Pad, "pad_width=(0,0,0,0,1,0,0,0)", in, "'mode' is required");
}

static int64_t repeats;
static int repeat_axis;

static int64_t repeated(const int64_t *at) {
    int64_t position = 0;
    for (int i = 0; i < source.ndim; i++) {
        position = position * source.dim[i] + (i == repeat_axis ? at[i] / repeats : at[i]);
    }
    return position;
}

static int64_t repeated_flat(const int64_t *at) { return at[0] / repeats; }

TEST(repeat_repeats_elements) {
    source = lp_shape_3(2, 3, 4);
    repeats = 3;
    repeat_axis = 1;
    (void)movement_check(&lp_op_repeat, "repeats=3 axis=1", source, lp_shape_3(2, 9, 4), repeated,
                         0);
    repeat_axis = 2;
    (void)movement_check(&lp_op_repeat, "repeats=3 axis=-1", source, lp_shape_3(2, 3, 12), repeated,
                         0);
    (void)movement_check(&lp_op_repeat, "repeats=3", source, lp_shape_1(72), repeated_flat, 0);
    (void)movement_check(&lp_op_repeat, "repeats=0 axis=0", source, lp_shape_3(0, 3, 4), repeated,
                         0);
    movement_refused(&lp_op_repeat, "repeats=-1", source, "repeats is -1");
    movement_refused(&lp_op_repeat, "repeats=2 axis=3", source, "axis is 3");
    movement_refused(&lp_op_repeat, "repeats=9223372036854775807 axis=0", source, "are too many");
}

static int64_t tiled(const int64_t *at) {
    int64_t position = 0;
    for (int i = 0; i < source.ndim; i++) {
        position = position * source.dim[i] + at[i] % source.dim[i];
    }
    return position;
}

/* The output has one axis more. */
static int64_t tiled_deeper(const int64_t *at) { return tiled(at + 1); }

TEST(tile_repeats_the_whole) {
    source = lp_shape_2(2, 3);
    (void)movement_check(&lp_op_tile, "reps=(2,)", source, lp_shape_2(2, 6), tiled, 0);
    (void)movement_check(&lp_op_tile, "reps=(3,2)", source, lp_shape_2(6, 6), tiled, 0);
    (void)movement_check(&lp_op_tile, "reps=()", source, source, tiled, 0);
    (void)movement_check(&lp_op_tile, "reps=(2,1,2)", source, lp_shape_3(2, 2, 6), tiled_deeper, 0);
    movement_refused(&lp_op_tile, "reps=(0,)", source, "item 0 is 0, expected at least 1");
    movement_refused(&lp_op_tile, "reps=(1,1,1,1,1,1,1,1,1,1,1)", source, "reps has 11 items");
    movement_refused(&lp_op_tile, "reps=9223372036854775807", source, "are too many");
}

static void embeds(const char *attributes, lp_dtype index_dtype, const double *indices,
                   lp_dtype dtype, const double *expected) {
    run_op run;
    char converted[64];
    run_op_begin(&run, &lp_op_Embedding, attributes);
    lp_dtype_convert(LP_FLOAT64, indices, index_dtype, converted, 4);
    run_op_input(&run, 0, index_dtype, lp_shape_2(2, 2), converted);
    lp_dtype_convert(LP_FLOAT32, movement_ramp, dtype, converted, 6);
    run_op_input(&run, 1, dtype, lp_shape_2(3, 2), converted);
    REQUIRE(run_op_infer(&run) == LP_OK);
    CHECK_EQ_INT(run.out[0].dtype, dtype);
    lp_shape out = lp_shape_3(2, 2, 2);
    CHECK(lp_shape_equal(&run.out[0].shape, &out));
    run_op_expect(&run, 0, expected, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
}

TEST(embedding_looks_up_rows) {
    static const double expected[8] = {0, 1, 0, 1, 4, 5, 4, 5};
    static const double indices[4] = {-1, 0, 2.7, 9};
    const char *attributes = "input_dim=3 output_dim=2";
    embeds(attributes, LP_FLOAT32, indices, LP_FLOAT32, expected);
    embeds(attributes, LP_FLOAT64, indices, LP_FLOAT64, expected);
    embeds(attributes, LP_FLOAT16, indices, LP_FLOAT16, expected);
    embeds(attributes, LP_INT32, indices, LP_FLOAT32, expected);
    embeds(attributes, LP_INT8, indices, LP_INT32, expected);
    embeds(attributes, LP_INT64, indices, LP_FLOAT32, expected);
    embeds(attributes, LP_FLOAT32, (const double[]){(double)NAN, (double)INFINITY, -1e30, 1},
           LP_FLOAT32, (const double[]){0, 1, 0, 1, 0, 1, 2, 3});
    run_op run;
    run_op_begin(&run, &lp_op_Embedding, attributes);
    run_op_floats(&run, 0, lp_shape_1(4), movement_ramp);
    REQUIRE(run_op_infer(&run) == LP_OK); /* the table's shape and type come from the attributes */
    CHECK(run.in[1].shape.dim[0] == 3 && run.in[1].shape.dim[1] == 2);
    CHECK_EQ_INT(run.in[1].dtype, LP_FLOAT32);
    run_op_end(&run);
    run_op_begin(&run, &lp_op_Embedding, attributes);
    run_op_floats(&run, 0, lp_shape_1(4), movement_ramp);
    run_op_floats(&run, 1, lp_shape_2(2, 3), movement_ramp);
    CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
    CHECK_CONTAINS(lp_status_text(), "'weight': expected (3,2), provided (2,3)");
    run_op_end(&run);
    movement_refused(&lp_op_Embedding, "input_dim=0 output_dim=2", lp_shape_1(1),
                     "input_dim is 0 and output_dim 2");
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(pad_knows_three_borders);
    RUN(pad_of_every_type_and_layout);
    RUN(pad_says_what_is_wrong);
    RUN(repeat_repeats_elements);
    RUN(tile_repeats_the_whole);
    RUN(embedding_looks_up_rows);
    return check_end();
}
