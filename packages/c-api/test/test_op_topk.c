/* Tests of topk, sort and argsort. Expected values: MXNet 1.9.1's answers; where it leaves the order
 * open, what op_topk.c promises, by hand. */
#include "../src/kernel/order.h"
#include "../src/op/op_table.h"
#include "run_op.h"

static const float sort_rows[10] = {3, 1, 2, 1, 3, 5, 4, 4, 9, 0};

/* Output `output` of the 2 x 5 rows above. */
static void gives(const lp_op *op, const char *attributes, int output, lp_shape shape,
                  const double *expected) {
    run_op run;
    run_op_begin(&run, op, attributes);
    run_op_floats(&run, 0, lp_shape_2(2, 5), sort_rows);
    REQUIRE(run_op_infer(&run) == LP_OK);
    CHECK(lp_shape_equal(&run.out[output].shape, &shape));
    run_op_expect(&run, output, expected, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
}

TEST(topk_has_four_results) {
    lp_shape two = lp_shape_2(2, 2);
    gives(&lp_op_topk, "k=2", 0, two, (const double[]){0, 4, 3, 0});
    gives(&lp_op_topk, "k=2 is_ascend=True", 0, two, (const double[]){1, 3, 4, 1});
    gives(&lp_op_topk, "k=2 ret_typ=value", 0, two, (const double[]){3, 3, 9, 5});
    gives(&lp_op_topk, "k=2 ret_typ=both", 1, two, (const double[]){0, 4, 3, 0});
    gives(&lp_op_topk, "k=2 ret_typ=mask", 0, lp_shape_2(2, 5),
          (const double[]){1, 0, 0, 0, 1, 1, 0, 0, 1, 0});
    gives(&lp_op_topk, "k=3 axis=None ret_typ=value", 0, lp_shape_1(3), (const double[]){9, 5, 4});
    gives(&lp_op_topk, "axis=0", 0, lp_shape_2(1, 5), (const double[]){1, 1, 1, 1, 0});
    gives(&lp_op_topk, "k=0", 0, lp_shape_2(2, 5), (const double[]){0, 4, 2, 1, 3, 3, 0, 1, 2, 4});
}

TEST(sort_orders_all) {
    lp_shape all = lp_shape_2(2, 5);
    gives(&lp_op_sort, "", 0, all, (const double[]){1, 1, 2, 3, 3, 0, 4, 4, 5, 9});
    gives(&lp_op_sort, "axis=0 is_ascend=False", 0, all,
          (const double[]){5, 4, 4, 9, 3, 3, 1, 2, 1, 0});
    gives(&lp_op_argsort, "", 0, all, (const double[]){1, 3, 2, 0, 4, 4, 1, 2, 0, 3});
    gives(&lp_op_argsort, "axis=None dtype=int32", 0, lp_shape_1(10),
          (const double[]){9, 1, 3, 2, 0, 4, 6, 7, 5, 8});
}

TEST(names_follow_the_number_of_outputs) {
    run_op run;
    char name[LP_OP_NAME_SIZE];
    run_op_begin(&run, &lp_op_topk, "ret_typ=both");
    CHECK_STR(lp_op_output_name(run.op, run.param, 0, name), "output0");
    CHECK_EQ_INT(lp_op_count_visible(run.op, run.param), 2);
    run_op_end(&run);
    run_op_begin(&run, &lp_op_topk, "ret_typ=value");
    CHECK_STR(lp_op_output_name(run.op, run.param, 0, name), "output0");
    CHECK_EQ_INT(lp_op_count_visible(run.op, run.param), 1);
    run_op_end(&run);
    run_op_begin(&run, &lp_op_topk, "");
    CHECK_STR(lp_op_output_name(run.op, run.param, 0, name), "output");
    run_op_end(&run);
    CHECK_STR(lp_op_output_name(&lp_op_sort, NULL, 0, name), "output0");
    CHECK_STR(lp_op_output_name(&lp_op_argsort, NULL, 0, name), "output");
}

TEST(nan_and_ties_have_an_order) {
    const float odd[7] = {3, NAN, 2, INFINITY, -NAN, -INFINITY, 2};
    for (int descend = 0; descend < 2; descend++) {
        run_op run;
        run_op_begin(&run, &lp_op_argsort, descend ? "is_ascend=False" : "");
        run_op_floats(&run, 0, lp_shape_1(7), odd);
        REQUIRE(run_op_infer(&run) == LP_OK);
        run_op_expect(&run, 0,
                      descend ? (const double[]){3, 0, 2, 6, 5, 1, 4}
                              : (const double[]){5, 2, 6, 0, 3, 1, 4},
                      0, 0);
        CHECK(run_op_all(&run) >= 2);
        run_op_end(&run);
    }
}

TEST(every_type_is_sorted) {
    static const lp_dtype types[] = {LP_FLOAT32, LP_FLOAT64, LP_FLOAT16, LP_UINT8, LP_INT32,
                                     LP_INT8,    LP_INT64,   LP_BOOL};
    const double numbers[6] = {5, 1, 9, 3, 7, 2};
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        char data[6 * 8];
        run_op run;
        lp_dtype_convert(LP_FLOAT64, numbers, types[t], data, 6);
        run_op_begin(&run, &lp_op_argsort, "dtype=int64");
        run_op_input(&run, 0, types[t], lp_shape_1(6), data);
        REQUIRE(run_op_infer(&run) == LP_OK);
        run_op_expect(&run, 0,
                      types[t] == LP_BOOL ? (const double[]){0, 1, 2, 3, 4, 5}
                                          : (const double[]){1, 5, 3, 0, 4, 2},
                      0, 0);
        CHECK(run_op_all(&run) >= 2);
        run_op_end(&run);
    }
    run_op run;
    const int64_t large[4] = {9007199254740993, 9007199254740992, 5, INT64_MIN};
    run_op_begin(&run, &lp_op_argsort, "is_ascend=False");
    run_op_input(&run, 0, LP_INT64, lp_shape_1(4), large);
    REQUIRE(run_op_infer(&run) == LP_OK);
    run_op_expect(&run, 0, (const double[]){0, 1, 2, 3}, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
}

/* The first `most` of n numbers: each comes before the next, and none that is left out before the last. */
static void check_order(int64_t n, int64_t most, int step, bool descend, int kind) {
    float *x = malloc((size_t)n * sizeof *x);
    bool *seen = calloc((size_t)n, sizeof *seen);
    const int64_t stride = step;
    float *spread = malloc((size_t)(n * stride) * sizeof *spread);
    void *scratch = malloc(lp_order_scratch(LP_FLOAT32, n, most));
    uint32_t state = 1;
    REQUIRE(x != NULL && seen != NULL && spread != NULL && scratch != NULL);
    for (int64_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        x[i] = kind == 0   ? (float)(state >> 20) - 2000 /* with ties */
               : kind == 1 ? (float)i
               : kind == 2 ? (float)-i
               : i % 3 > 0 ? NAN
                           : (float)(state >> 24);
        spread[i * stride] = x[i];
    }
    for (int isa = 0; isa <= (int)lp_cpu_isa(); isa++) {
        const uint64_t *items = lp_order_first(LP_FLOAT32, spread, stride, n, most, descend, scratch,
                                               (lp_isa)isa);
        memset(seen, 0, (size_t)n * sizeof *seen);
        int64_t wrong = 0;
        int64_t before = -1;
        for (int64_t i = 0; i < most; i++) {
            const int64_t at = lp_order_position(items[i]);
            REQUIRE(at < n && !seen[at]);
            seen[at] = true;
            if (before >= 0) {
                const float a = descend ? -x[before] : x[before];
                const float b = descend ? -x[at] : x[at];
                wrong += !(a < b || (isnan(b) && !isnan(a)) ||
                           ((a == b || (isnan(a) && isnan(b))) && before < at));
            }
            before = at;
        }
        const float last = descend ? -x[before] : x[before];
        for (int64_t at = 0; at < n; at++) {
            const float b = descend ? -x[at] : x[at];
            wrong += !seen[at] && (b < last || (isnan(last) && !isnan(b)) ||
                                   ((b == last || (isnan(b) && isnan(last))) && at < before));
        }
        CHECK_EQ_INT(wrong, 0);
    }
    free(x);
    free(seen);
    free(spread);
    free(scratch);
}

TEST(few_of_many_are_the_first) {
    static const int64_t sizes[][2] = {{1, 1},     {23, 23},   {24, 24},    {256, 1},
                                       {257, 200}, {3000, 1},  {3000, 100}, {3000, 2999},
                                       {9000, 40}, {9000, 9000}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int kind = 0; kind < 4; kind++) {
            check_order(sizes[i][0], sizes[i][1], 1 + kind % 2 * (i % 2 == 0), kind < 3, kind);
            check_order(sizes[i][0], sizes[i][1], 1, kind == 3, kind);
        }
    }
}

TEST(nothing_is_sorted_too) {
    run_op run;
    run_op_begin(&run, &lp_op_topk, "k=0 ret_typ=both");
    run_op_floats(&run, 0, lp_shape_2(3, 0), NULL);
    REQUIRE(run_op_infer(&run) == LP_OK);
    CHECK_EQ_INT(run.out[0].shape.dim[1], 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
}

static void refused(const lp_op *op, const char *attributes, lp_shape shape, const char *text) {
    run_op run;
    lp_status status = run_op_try_begin(&run, op, attributes);
    if (status == LP_OK) {
        run_op_input(&run, 0, LP_FLOAT32, lp_shape_1(0), NULL);
        run.in[0].shape = shape;
        status = run_op_infer(&run);
    }
    CHECK(status != LP_OK);
    CHECK_CONTAINS(lp_status_text(), text);
    run_op_end(&run);
}

TEST(bad_input_is_refused) {
    refused(&lp_op_topk, "k=6", lp_shape_2(2, 5), "k is 6, expected at most 5");
    refused(&lp_op_topk, "k=6 ret_typ=mask", lp_shape_2(2, 5), "k is 6");
    refused(&lp_op_topk, "axis=2", lp_shape_2(2, 5), "axis is 2");
    refused(&lp_op_sort, "axis=-3", lp_shape_2(2, 5), "axis is -3");
    refused(&lp_op_topk, "dtype=int8", lp_shape_1(1), "'dtype' is int8");
    refused(&lp_op_argsort, "dtype=bool", lp_shape_1(1), "'dtype' is bool");
    refused(&lp_op_topk, "ret_typ=values", lp_shape_1(1), "ret_typ");
    refused(&lp_op_sort, "", lp_shape_1((int64_t)1 << 32), "expected fewer than 2^32");
    refused(&lp_op_sort, "axis=None", lp_shape_2((int64_t)1 << 40, (int64_t)1 << 40),
            "too many elements");
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(topk_has_four_results);
    RUN(sort_orders_all);
    RUN(names_follow_the_number_of_outputs);
    RUN(nan_and_ties_have_an_order);
    RUN(every_type_is_sorted);
    RUN(few_of_many_are_the_first);
    RUN(nothing_is_sorted_too);
    RUN(bad_input_is_refused);
    return check_end();
}
