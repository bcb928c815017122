/* Tests of Concat, stack and _rnn_param_concat. */
#include "movement_check.h"

/* Concatenates inputs of these sizes along `axis` of `shape`; `stack`: along a new axis. */
static void joins(const lp_op *op, const char *attributes, lp_dtype dtype, lp_shape shape, int axis,
                  int count, const int64_t *sizes, bool stack, bool blocked) {
    run_op run;
    lp_shape out = shape;
    out.dim[axis] = 0;
    run_op_begin(&run, op, attributes);
    REQUIRE(run.num_inputs == count);
    for (int i = 0; i < count; i++) {
        lp_shape in = shape;
        out.dim[axis] += stack ? 1 : sizes[i];
        if (stack) {
            for (int k = axis; k + 1 < shape.ndim; k++) {
                in.dim[k] = shape.dim[k + 1];
            }
            in.ndim--;
        } else {
            in.dim[axis] = sizes[i];
        }
        movement_input(&run, i, dtype, in);
    }
    REQUIRE(run_op_infer(&run) == LP_OK);
    CHECK(lp_shape_equal(&run.out[0].shape, &out));
    int64_t total = lp_shape_size(&out);
    double *expected = run_op_memory((size_t)total * sizeof(double));
    int64_t at[LP_MAX_NDIM] = {0};
    for (int64_t k = 0; k < total; k++) {
        int input = 0;
        int64_t along = at[axis];
        while (along >= (stack ? 1 : sizes[input])) {
            along -= stack ? 1 : sizes[input];
            input++;
        }
        int64_t from = 0;
        for (int d = 0; d < out.ndim; d++) {
            int64_t size = d == axis ? (stack ? 1 : sizes[input]) : out.dim[d];
            from = from * size + (d == axis ? along : at[d]);
        }
        expected[k] = movement_number(dtype, input, from);
        movement_next(at, &out);
    }
    run_op_expect(&run, 0, expected, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    CHECK_EQ_INT(run.ran_blocked > 0, blocked && movement_blocks());
    free(expected);
    run_op_end(&run);
}

TEST(concat_joins_along_any_axis) {
    joins(&lp_op_Concat, "num_args=2 dim=0", LP_FLOAT32, lp_shape_2(0, 2), 0, 2,
          (const int64_t[]){1, 2}, false, false);
    joins(&lp_op_Concat, "num_args=3", LP_FLOAT32, lp_shape_4(2, 0, 3, 4), 1, 3,
          (const int64_t[]){3, 1, 5}, false, false);
    joins(&lp_op_Concat, "num_args=2 dim=-1", LP_FLOAT16, lp_shape_3(2, 3, 0), 2, 2,
          (const int64_t[]){4, 1}, false, false);
    joins(&lp_op_Concat, "num_args=1 dim=0", LP_FLOAT64, lp_shape_2(0, 3), 0, 1,
          (const int64_t[]){2}, false, false);
    joins(&lp_op_Concat, "num_args=3 dim=1", LP_BOOL, lp_shape_2(3, 0), 1, 3,
          (const int64_t[]){2, 0, 3}, false, false);
    joins(&lp_op_rnn_param_concat, "num_args=2 dim=0", LP_INT64, lp_shape_1(0), 0, 2,
          (const int64_t[]){2, 3}, false, false);
}

TEST(concat_of_whole_blocks_stays_blocked) {
    joins(&lp_op_Concat, "num_args=3", LP_FLOAT32, lp_shape_4(2, 0, 3, 4), 1, 3,
          (const int64_t[]){16, 32, 5}, false, true);
    joins(&lp_op_Concat, "num_args=2 dim=1", LP_FLOAT32, lp_shape_3(1, 0, 7), 1, 2,
          (const int64_t[]){48, 16}, false, true);
    joins(&lp_op_Concat, "num_args=2 dim=2", LP_FLOAT32, lp_shape_3(1, 16, 0), 2, 2,
          (const int64_t[]){48, 16}, false, false);
    joins(&lp_op_Concat, "num_args=2 dim=1", LP_FLOAT32, lp_shape_4(1, 0, 2, 2), 1, 2,
          (const int64_t[]){18, 16}, false, false);
}

TEST(concat_infers_both_ways) {
    run_op run;
    run_op_begin(&run, &lp_op_Concat, "num_args=3 dim=1");
    lp_shape in[3] = {lp_shape_3(2, 3, -1), lp_shape_unknown(), lp_shape_3(-1, 4, 5)};
    lp_shape out = lp_shape_unknown();
    lp_infer infer = {"cat", run.op, run.param, 3, 1, in, &out, NULL, NULL};
    REQUIRE(run.op->family->shape(&infer) == LP_OK);
    CHECK(in[1].ndim == 3 && in[1].dim[0] == 2 && in[1].dim[1] == -1 && in[1].dim[2] == 5);
    CHECK(in[0].dim[2] == 5 && in[2].dim[0] == 2);
    CHECK(out.ndim == 3 && out.dim[1] == -1);
    out.dim[1] = 10;
    REQUIRE(run.op->family->shape(&infer) == LP_OK);
    CHECK_EQ_INT(in[1].dim[1], 3);
    run_op_end(&run);
    /* Two unknown inputs share what is left, in _rnn_param_concat only. */
    for (int i = 0; i < 2; i++) {
        run_op_begin(&run, i == 0 ? &lp_op_Concat : &lp_op_rnn_param_concat, "num_args=3 dim=0");
        in[0] = in[2] = lp_shape_1(-1);
        in[1] = lp_shape_1(4);
        out = lp_shape_1(10);
        infer = (lp_infer){"cat", run.op, run.param, 3, 1, in, &out, NULL, NULL};
        REQUIRE(run.op->family->shape(&infer) == LP_OK);
        CHECK_EQ_INT(in[0].dim[0], i == 0 ? -1 : 3);
        CHECK_EQ_INT(in[2].dim[0], i == 0 ? -1 : 3);
        run_op_end(&run);
    }
}

static void refused(const lp_op *op, const char *attributes, lp_shape first, lp_shape second,
                    const char *text) {
    run_op run;
    run_op_begin(&run, op, attributes);
    run_op_input(&run, 0, LP_FLOAT32, first, NULL);
    run_op_input(&run, 1, LP_FLOAT32, second, NULL);
    CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
    CHECK_CONTAINS(lp_status_text(), text);
    run_op_end(&run);
}

TEST(concat_says_what_is_wrong) {
    refused(&lp_op_Concat, "num_args=2", lp_shape_2(2, 3), lp_shape_2(3, 4),
            "'arg1': expected (2,4), provided (3,4)");
    refused(&lp_op_Concat, "num_args=2", lp_shape_2(2, 3), lp_shape_3(2, 4, 1), "'arg1'");
    refused(&lp_op_Concat, "num_args=2 dim=2", lp_shape_2(2, 3), lp_shape_2(2, 4),
            "dim is 2, expected a value from -2 to 1 for 2 dimensions");
    refused(&lp_op_stack, "num_args=2", lp_shape_2(2, 3), lp_shape_2(2, 4), "'arg1'");
    refused(&lp_op_stack, "num_args=2 axis=3", lp_shape_2(2, 3), lp_shape_2(2, 3), "axis is 3");
    movement_refused(&lp_op_Concat, "num_args=0", lp_shape_1(1), "num_args is 0");
    movement_refused(&lp_op_Concat, "num_args=2147483648", lp_shape_1(1),
                     "expected 1 to 65536");
    movement_refused(&lp_op_Concat, "", lp_shape_1(1), "'num_args' is required");
}

TEST(stack_makes_a_new_axis) {
    joins(&lp_op_stack, "num_args=2", LP_FLOAT32, lp_shape_3(0, 2, 3), 0, 2, NULL, true, false);
    joins(&lp_op_stack, "num_args=3 axis=-1", LP_INT8, lp_shape_3(2, 3, 0), 2, 3, NULL, true,
          false);
    joins(&lp_op_stack, "num_args=2 axis=1", LP_FLOAT64, lp_shape_3(2, 0, 3), 1, 2, NULL, true,
          false);
}

/* Where input `input` begins in the output; -1: it cannot be a view. */
static int64_t view(const char *attributes, lp_shape first, lp_shape second, int input,
                    int block) {
    run_op run;
    int64_t offset = -1;
    run_op_begin(&run, &lp_op_Concat, attributes);
    run_op_input(&run, 0, LP_FLOAT32, first, NULL);
    run_op_input(&run, 1, LP_FLOAT32, second, NULL);
    REQUIRE(run_op_infer(&run) == LP_OK);
    lp_query query = {.op = run.op,
                      .param = run.param,
                      .num_inputs = 2,
                      .num_outputs = 1,
                      .in = run.in,
                      .out = run.out,
                      .block = block};
    if (!run.op->family->concat_view(&query, input, block > 1, &offset)) {
        offset = -1;
    }
    run_op_end(&run);
    return offset;
}

TEST(inputs_of_one_image_are_views) {
    lp_shape first = lp_shape_4(1, 16, 2, 3);
    lp_shape second = lp_shape_4(1, 5, 2, 3);
    CHECK_EQ_INT(view("num_args=2", first, second, 0, 1), 0);
    CHECK_EQ_INT(view("num_args=2", first, second, 1, 1), 96);
    CHECK_EQ_INT(view("num_args=2", first, second, 1, 8), 96);
    CHECK_EQ_INT(view("num_args=2", second, first, 1, 1), 30);
    CHECK_EQ_INT(view("num_args=2", second, first, 1, 8), -1);
    CHECK_EQ_INT(view("num_args=2", lp_shape_2(2, 3), lp_shape_2(2, 3), 0, 1), -1);
    CHECK_EQ_INT(view("num_args=2 dim=0", lp_shape_2(2, 3), lp_shape_2(2, 3), 1, 1), 6);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(concat_joins_along_any_axis);
    RUN(concat_of_whole_blocks_stays_blocked);
    RUN(concat_infers_both_ways);
    RUN(concat_says_what_is_wrong);
    RUN(stack_makes_a_new_axis);
    RUN(inputs_of_one_image_are_views);
    return check_end();
}
