/* Tests of the operators with indices: take, batch_take, pick, gather_nd, where, one_hot. Expected
 * values: MXNet 1.9.1's answers and the check vectors of operators.md. */
#include "movement_check.h"

/* Inputs 0 and 1 as float32; the ramp where values are NULL. */
static void begin(run_op *run, const lp_op *op, const char *attributes, lp_shape first,
                  lp_shape second, const float *indices) {
    run_op_begin(run, op, attributes);
    run_op_floats(run, 0, first, movement_ramp);
    run_op_floats(run, 1, second, indices);
}

static void gives(const lp_op *op, const char *attributes, lp_shape first, lp_shape second,
                  const float *indices, lp_shape out, const double *expected) {
    run_op run;
    begin(&run, op, attributes, first, second, indices);
    lp_status status = run_op_infer(&run);
    if (status != LP_OK) {
        printf("  %s\n", lp_status_text());
    }
    REQUIRE(status == LP_OK);
    CHECK(lp_shape_equal(&run.out[0].shape, &out));
    run_op_expect(&run, 0, expected, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
}

static void refused(const lp_op *op, const char *attributes, lp_shape first, lp_shape second,
                    const char *text) {
    run_op run;
    begin(&run, op, attributes, first, second, movement_ramp);
    CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
    CHECK_CONTAINS(lp_status_text(), text);
    run_op_end(&run);
}

/* The forward itself fails. */
static void fails(const lp_op *op, const char *attributes, lp_shape first, lp_shape second,
                  const float *indices, const char *text) {
    run_op run;
    begin(&run, op, attributes, first, second, indices);
    REQUIRE(run_op_infer(&run) == LP_OK);
    CHECK_EQ_INT(run_op_first(&run), LP_ERROR_INDEX);
    CHECK_STR(lp_status_text(), text);
    run_op_end(&run);
}

TEST(take_has_three_modes) {
    lp_shape a = lp_shape_2(3, 2);
    gives(&lp_op_take, "mode=wrap", a, lp_shape_1(3), (const float[]){-1, 4, 2.7f},
          lp_shape_2(3, 2), (const double[]){4, 5, 2, 3, 4, 5});
    gives(&lp_op_take, "", a, lp_shape_1(3), (const float[]){-1, 4, 1.9f}, lp_shape_2(3, 2),
          (const double[]){0, 1, 4, 5, 2, 3});
    gives(&lp_op_take, "axis=-1", a, lp_shape_2(1, 2), (const float[]){1, 0}, lp_shape_3(3, 1, 2),
          (const double[]){1, 0, 3, 2, 5, 4});
    gives(&lp_op_take, "axis=1 mode=raise", lp_shape_3(2, 3, 2), lp_shape_1(2),
          (const float[]){2, 0}, lp_shape_3(2, 2, 2), (const double[]){4, 5, 0, 1, 10, 11, 6, 7});
    gives(&lp_op_take, "mode=clip", a, lp_shape_1(2), (const float[]){NAN, INFINITY},
          lp_shape_2(2, 2), (const double[]){0, 1, 0, 1});
    fails(&lp_op_take, "mode=raise", a, lp_shape_1(2), (const float[]){0, 5},
          "take: index 5 at position 1, expected 0 to 2");
    refused(&lp_op_take, "axis=2", a, lp_shape_1(1), "axis is 2");
    refused(&lp_op_take, "", lp_shape_2(0, 2), lp_shape_1(1), "axis 0 of a has size 0");
    gives(&lp_op_take, "", lp_shape_2(0, 2), lp_shape_1(0), (const float[]){0}, lp_shape_2(0, 2),
          (const double[]){0});
}

TEST(batch_take_takes_one_of_each_row) {
    gives(&lp_op_batch_take, "", lp_shape_2(3, 2), lp_shape_1(3), (const float[]){1, -3, 7},
          lp_shape_1(3), (const double[]){1, 2, 5});
    refused(&lp_op_batch_take, "", lp_shape_2(3, 2), lp_shape_1(2), "'indices'");
}

TEST(pick_picks_along_an_axis) {
    lp_shape data = lp_shape_2(2, 3);
    gives(&lp_op_pick, "", data, lp_shape_1(2), (const float[]){1, 9}, lp_shape_1(2),
          (const double[]){1, 5});
    gives(&lp_op_pick, "keepdims=True", data, lp_shape_1(2), (const float[]){1, 9},
          lp_shape_2(2, 1), (const double[]){1, 5});
    gives(&lp_op_pick, "mode=wrap", data, lp_shape_1(2), (const float[]){-1, 4}, lp_shape_1(2),
          (const double[]){2, 4});
    gives(&lp_op_pick, "axis=0", data, lp_shape_1(3), (const float[]){1, 0, 1}, lp_shape_1(3),
          (const double[]){3, 1, 5});
    gives(&lp_op_pick, "axis=1", lp_shape_3(2, 2, 2), lp_shape_3(2, 1, 2),
          (const float[]){1, 0, 0, 1}, lp_shape_2(2, 2), (const double[]){2, 1, 4, 7});
    gives(&lp_op_pick, "", lp_shape_1(3), lp_shape_1(1), (const float[]){2}, lp_shape_1(1),
          (const double[]){2});
    movement_refused(&lp_op_pick, "axis=None", data, "axis is None");
    refused(&lp_op_pick, "", data, lp_shape_1(3), "'index': expected (2), provided (3)");
    refused(&lp_op_pick, "", lp_shape_2(2, 0), lp_shape_1(2), "axis 1 has size 0");
}

TEST(gather_nd_gathers) {
    gives(&lp_op_gather_nd, "", lp_shape_2(2, 3), lp_shape_2(2, 2), (const float[]){1, -1, 0, 2},
          lp_shape_1(2), (const double[]){3, 5});
    gives(&lp_op_gather_nd, "", lp_shape_3(2, 3, 4), lp_shape_2(2, 2), (const float[]){1, -1, 0, 2},
          lp_shape_2(2, 4), (const double[]){12, 13, 14, 15, 20, 21, 22, 23});
    gives(&lp_op_gather_nd, "", lp_shape_2(2, 3), lp_shape_3(1, 1, 2), (const float[]){1, 0},
          lp_shape_3(1, 2, 3), (const double[]){3, 4, 5, 0, 1, 2});
    fails(&lp_op_gather_nd, "", lp_shape_2(2, 3), lp_shape_2(2, 1), (const float[]){5, 0},
          "gather_nd: index 5 for axis 0 at position 0, expected -2 to 1");
    refused(&lp_op_gather_nd, "", lp_shape_2(2, 3), lp_shape_2(3, 1),
            "indices of shape (3,1): expected a first dimension of 1 to 2");
}

TEST(where_chooses) {
    run_op run;
    static const lp_dtype types[] = {LP_FLOAT32, LP_FLOAT16, LP_INT64, LP_INT8, LP_BOOL};
    for (size_t i = 0; i < LP_COUNT(types); i++) {
        run_op_begin(&run, &lp_op_where, "");
        char condition[32];
        lp_dtype_convert(LP_FLOAT32, (const float[]){0, 1}, types[i], condition, 2);
        run_op_input(&run, 0, types[i], lp_shape_1(2), condition);
        run_op_floats(&run, 1, lp_shape_2(2, 2), movement_ramp);
        run_op_floats(&run, 2, lp_shape_2(2, 2), (const float[]){9, 9, 9, 9});
        REQUIRE(run_op_infer(&run) == LP_OK);
        run_op_expect(&run, 0, (const double[]){9, 9, 2, 3}, 0, 0);
        CHECK(run_op_all(&run) >= 2);
        run_op_end(&run);
    }
    enum { MANY = 600 };
    double expected[MANY];
    for (lp_dtype dtype = 0; dtype < LP_DTYPE_COUNT; dtype++) {
        run_op_begin(&run, &lp_op_where, "");
        movement_input(&run, 0, LP_UINT8, lp_shape_2(3, 200));
        movement_input(&run, 1, dtype, lp_shape_2(3, 200));
        movement_input(&run, 2, dtype, lp_shape_2(3, 200));
        REQUIRE(run_op_infer(&run) == LP_OK);
        CHECK_EQ_INT(run.out[0].dtype, dtype);
        for (int64_t k = 0; k < MANY; k++) {
            expected[k] =
                movement_number(dtype, movement_number(LP_UINT8, 0, k) != 0 ? 1 : 2, k);
        }
        run_op_expect(&run, 0, expected, 0, 0);
        CHECK(run_op_all(&run) >= 2);
        run_op_end(&run);
    }
    run_op_begin(&run, &lp_op_where, "");
    run_op_floats(&run, 0, lp_shape_1(3), (const float[]){-0.0f, NAN, 0.1f});
    run_op_floats(&run, 1, lp_shape_1(3), movement_ramp);
    run_op_floats(&run, 2, lp_shape_1(3), (const float[]){9, 9, 9});
    REQUIRE(run_op_infer(&run) == LP_OK);
    run_op_expect(&run, 0, (const double[]){9, 1, 2}, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
    run_op_begin(&run, &lp_op_where, "");
    run_op_floats(&run, 0, lp_shape_1(3), movement_ramp);
    run_op_floats(&run, 1, lp_shape_2(2, 2), movement_ramp);
    CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
    CHECK_CONTAINS(lp_status_text(), "'condition': expected (2), provided (3)");
    run_op_end(&run);
}

TEST(one_hot_marks_the_index) {
    run_op run;
    run_op_begin(&run, &lp_op_one_hot, "depth=3");
    run_op_floats(&run, 0, lp_shape_1(3), (const float[]){0, 2.9f, -1});
    REQUIRE(run_op_infer(&run) == LP_OK);
    run_op_expect(&run, 0, (const double[]){1, 0, 0, 0, 0, 1, 0, 0, 0}, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
    run_op_begin(&run, &lp_op_one_hot, "depth=2 on_value=5 off_value=-1 dtype=int32");
    run_op_floats(&run, 0, lp_shape_2(2, 1), (const float[]){1, 0});
    REQUIRE(run_op_infer(&run) == LP_OK);
    CHECK_EQ_INT(run.out[0].dtype, LP_INT32);
    CHECK_EQ_INT(run.out[0].shape.ndim, 3);
    run_op_expect(&run, 0, (const double[]){-1, 5, 5, -1}, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
    movement_refused(&lp_op_one_hot, "depth=0", lp_shape_1(1), "depth is 0");
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(take_has_three_modes);
    RUN(batch_take_takes_one_of_each_row);
    RUN(pick_picks_along_an_axis);
    RUN(gather_nd_gathers);
    RUN(where_chooses);
    RUN(one_hot_marks_the_index);
    return check_end();
}
