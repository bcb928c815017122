/* Tests of the operators of int8 graphs. Expected values: MXNet 1.9.1's answers, and sums by hand. */
#include <math.h>

#include "../src/op/op_table.h"
#include "run_op.h"

/* Input i and its neighbour: a range. */
static void range(run_op *run, int i, float low, float high) {
    run_op_floats(run, i, lp_shape_1(1), &low);
    run_op_floats(run, i + 1, lp_shape_1(1), &high);
}

static void octets(run_op *run, int i, lp_dtype dtype, lp_shape shape, const void *values) {
    run_op_input(run, i, dtype, shape, values);
}

static void infers(run_op *run) {
    lp_status status = run_op_infer(run);
    if (status != LP_OK) {
        printf("  %s\n", lp_status_text());
    }
    REQUIRE(status == LP_OK);
}

/* Outputs: whole numbers, and the range. */
static void gives(run_op *run, lp_dtype dtype, const double *expected, double low, double high) {
    infers(run);
    CHECK_EQ_INT(run->out[0].dtype, dtype);
    run_op_expect(run, 0, expected, 0, 0);
    run_op_expect(run, 1, &low, 0, 1e-6);
    run_op_expect(run, 2, &high, 0, 1e-6);
    CHECK(run_op_all(run) >= 2);
    run_op_end(run);
}

static const float reals[] = {-3, -2, -0.5f, 0.5f, 1.999f, 3};

TEST(quantize_rounds_to_even_and_saturates) {
    run_op run;
    run_op_begin(&run, &lp_op__contrib_quantize_v2, "min_calib_range=-1 max_calib_range=2");
    run_op_floats(&run, 0, lp_shape_1(6), reals);
    gives(&run, LP_INT8, (const double[]){-128, -128, -32, 32, 127, 127}, -2, 2);
    run_op_begin(&run, &lp_op__contrib_quantize_v2,
                 "out_type=auto min_calib_range=0 max_calib_range=2");
    run_op_floats(&run, 0, lp_shape_1(6), reals);
    gives(&run, LP_UINT8, (const double[]){0, 0, 0, 64, 255, 255}, 0, 2);
    run_op_begin(&run, &lp_op__contrib_quantize_v2, "");
    run_op_floats(&run, 0, lp_shape_1(6), reals);
    gives(&run, LP_INT8, (const double[]){-128, -85, -21, 21, 85, 127}, -3, 3);
    run_op_begin(&run, &lp_op__contrib_quantize, "out_type=int8");
    run_op_floats(&run, 0, lp_shape_1(6), reals);
    range(&run, 1, -1, 2);
    gives(&run, LP_INT8, (const double[]){-128, -127, -32, 32, 127, 127}, -2, 2);
}

TEST(quantize_takes_what_is_beyond_all_ranges) {
    const float odd[] = {NAN, INFINITY, -INFINITY, 1e30f};
    run_op run;
    run_op_begin(&run, &lp_op__contrib_quantize_v2, "min_calib_range=-1 max_calib_range=1");
    run_op_floats(&run, 0, lp_shape_1(4), odd);
    gives(&run, LP_INT8, (const double[]){127, 127, -128, 127}, -1, 1);
    run_op_begin(&run, &lp_op__contrib_quantize_v2,
                 "out_type=uint8 min_calib_range=-1 max_calib_range=1");
    run_op_floats(&run, 0, lp_shape_1(4), odd);
    gives(&run, LP_UINT8, (const double[]){0, 255, 0, 255}, -1, 1);
    run_op_begin(&run, &lp_op__contrib_quantize_v2, "");
    run_op_floats(&run, 0, lp_shape_1(2), (const float[]){0, 0});
    gives(&run, LP_INT8, (const double[]){0, 0}, 0, 0);
    run_op_begin(&run, &lp_op__contrib_quantize_v2, "");
    run_op_floats(&run, 0, lp_shape_2(0, 3), NULL);
    gives(&run, LP_INT8, (const double[]){0}, 0, 0);
}

TEST(quantize_passes_octets_on) {
    const uint8_t values[] = {1, 2, 200};
    run_op run;
    run_op_begin(&run, &lp_op__contrib_quantize_v2, "out_type=uint8");
    octets(&run, 0, LP_UINT8, lp_shape_1(3), values);
    gives(&run, LP_UINT8, (const double[]){1, 2, 200}, 0, 255.5);
}

TEST(requantize_follows_the_range) {
    const int32_t sums[] = {-100000000, -1000, 0, 10000000, 100000000, 30000000};
    run_op run;
    run_op_begin(&run, &lp_op__contrib_requantize, "");
    octets(&run, 0, LP_INT32, lp_shape_1(6), sums);
    range(&run, 1, -100, 90);
    gives(&run, LP_INT8, (const double[]){-127, 0, 0, 13, 127, 38}, -4.656613, 4.656613);
    run_op_begin(&run, &lp_op__contrib_requantize,
                 "out_type=uint8 min_calib_range=-3 max_calib_range=2");
    octets(&run, 0, LP_INT32, lp_shape_1(6), sums);
    range(&run, 1, -100, 90);
    gives(&run, LP_UINT8, (const double[]){0, 0, 0, 40, 255, 119}, 0, 3);
}

TEST(dequantize_undoes_it) {
    run_op run;
    run_op_begin(&run, &lp_op__contrib_dequantize, "");
    octets(&run, 0, LP_INT8, lp_shape_1(3), (const int8_t[]){-128, 0, 127});
    range(&run, 1, -1, 2);
    infers(&run);
    run_op_expect(&run, 0, (const double[]){-2.0078433, 0, 1.992157}, 0, 1e-6);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
}

TEST(sums_of_two_types_saturate_first) {
    const uint8_t a[] = {255, 10, 0};
    const int8_t b[] = {-128, 5, 127};
    run_op run;
    run_op_begin(&run, &lp_op__contrib_quantized_elemwise_add,
                 "min_calib_range=-1 max_calib_range=1");
    octets(&run, 0, LP_UINT8, lp_shape_1(3), a);
    octets(&run, 1, LP_INT8, lp_shape_1(3), b);
    range(&run, 2, 0, 2); /* 255 is 2 and becomes 127 steps of 1 / 127.5 */
    range(&run, 4, -1, 1);
    gives(&run, LP_INT8, (const double[]){-1, 15, 127}, -1, 1);
}

/* A 1x1 convolution and a row by hand: 2 * 3 + (-1) * 4 = 2, and the bias. */
TEST(linear_operators_add_up_integers) {
    run_op run;
    run_op_begin(&run, &lp_op__contrib_quantized_conv, "kernel=(1,1) num_filter=1");
    octets(&run, 0, LP_INT8, lp_shape_4(1, 2, 1, 1), (const int8_t[]){2, -1});
    octets(&run, 1, LP_INT8, lp_shape_4(1, 2, 1, 1), (const int8_t[]){3, 4});
    octets(&run, 2, LP_INT8, lp_shape_1(1), (const int8_t[]){10});
    range(&run, 3, -1, 1);
    range(&run, 5, -1, 1);
    range(&run, 7, -0.5f, 0.5f);
    gives(&run, LP_INT32, (const double[]){2 + 637}, -133144.16, 133144.16);
}

TEST(rows_may_be_long) {
    enum { DEPTH = 1100 };
    uint8_t x[DEPTH];
    int8_t w[DEPTH];
    double sum = 0;
    for (int i = 0; i < DEPTH; i++) {
        x[i] = 255;
        w[i] = (int8_t)(i == 3 ? 126 : 127);
        sum += (double)x[i] * w[i];
    }
    run_op run;
    run_op_begin(&run, &lp_op__contrib_quantized_fully_connected, "num_hidden=1 no_bias=True");
    octets(&run, 0, LP_UINT8, lp_shape_2(1, DEPTH), x);
    octets(&run, 1, LP_INT8, lp_shape_2(1, DEPTH), w);
    range(&run, 2, 0, 1);
    range(&run, 4, -1, 1);
    infers(&run);
    run_op_expect(&run, 0, &sum, 0, 0);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
}

/* Weights 1 and -0.5 are 127 and -64 (127.5 and -63.75), x 100 and 50 of 127.5 steps of 2. */
TEST(fused_convolution_quantizes_its_weights) {
    const double step = 2 / 127.5 / 127.5;
    const double sum = (100 * 127 - 50 * 64) * step; /* real numbers */
    const double steps[] = {nearbyint(sum * 255.5 / 4)};
    run_op run;
    run_op_begin(&run, &lp_op__sg_mkldnn_conv,
                 "kernel=(1,1) num_filter=1 no_bias=True quantized=true act=relu min_calib_range=0 "
                 "max_calib_range=4");
    octets(&run, 0, LP_INT8, lp_shape_4(1, 2, 1, 1), (const int8_t[]){100, 50});
    run_op_floats(&run, 1, lp_shape_4(1, 2, 1, 1), (const float[]){1, -0.5f});
    range(&run, 2, -2, 2);
    run.constant_inputs = 2; /* quantized once, where there is a place for it */
    gives(&run, LP_UINT8, steps, 0, 4);
}

/* Real rows, 8 bits of each: 1 and -0.5 as above, -1 is -128; the activation sees real numbers. */
TEST(fused_rows_give_real_numbers) {
    const double step = 2 / 127.5 / 127.5;
    const double expected[] = {(100 * 127 - 50 * 64) * step, 0.25 * (50 * 64 - 100 * 128) * step};
    run_op run;
    run_op_begin(&run, &lp_op__sg_mkldnn_fully_connected,
                 "num_hidden=2 no_bias=True quantized=True channel_wise_quantize=True act=leaky "
                 "enable_float_output=True");
    octets(&run, 0, LP_INT8, lp_shape_2(1, 2), (const int8_t[]){100, 50});
    run_op_floats(&run, 1, lp_shape_2(2, 2), (const float[]){1, -0.5f, -1, 0.5f});
    range(&run, 2, -2, 2);
    run.constant_inputs = 2;
    infers(&run);
    run_op_expect(&run, 0, expected, 0, 1e-6);
    CHECK(run_op_all(&run) >= 2);
    run_op_end(&run);
}

/* |b| s t stays at 2^30: s gives way, and the weight 1 becomes fewer steps. */
TEST(biases_bound_the_steps_of_weights) {
    const float bias = 1e6f;
    run_op run;
    run_op_begin(&run, &lp_op__sg_mkldnn_conv,
                 "kernel=(1,1) num_filter=1 quantized=true min_calib_range=0 max_calib_range=2e6");
    octets(&run, 0, LP_INT8, lp_shape_4(1, 1, 1, 1), (const int8_t[]){100});
    run_op_floats(&run, 1, lp_shape_4(1, 1, 1, 1), (const float[]){1});
    run_op_floats(&run, 2, lp_shape_1(1), &bias);
    range(&run, 3, -1, 1);
    run.constant_inputs = 6;
    gives(&run, LP_INT8, (const double[]){64}, 0, 2e6);
}

/* One head of two numbers: q (2, 3) and k (5, 7) give 31 / sqrt 2. */
TEST(attention_multiplies_octets) {
    run_op run;
    run_op_begin(&run, &lp_op__sg_mkldnn_selfatt_qk, "heads=1 quantized=True");
    octets(&run, 0, LP_INT8, lp_shape_3(1, 1, 6), (const int8_t[]){2, 3, 5, 7, 0, 0});
    range(&run, 1, -1, 1);
    gives(&run, LP_INT32, (const double[]){22}, -132102.039, 132102.039);
    run_op_begin(&run, &lp_op__sg_mkldnn_selfatt_valatt,
                 "heads=1 quantized=True min_calib_range=-1 max_calib_range=1");
    octets(&run, 0, LP_INT8, lp_shape_3(1, 1, 6), (const int8_t[]){0, 0, 0, 0, 100, -50});
    octets(&run, 1, LP_UINT8, lp_shape_3(1, 1, 1), (const uint8_t[]){128});
    range(&run, 2, -1, 1);
    range(&run, 4, 0, 1);
    gives(&run, LP_INT8, (const double[]){50, -25}, -1, 1);
}

static void refused(const lp_op *op, const char *attributes, const char *text) {
    run_op run;
    CHECK(run_op_try_begin(&run, op, attributes) != LP_OK);
    CHECK_CONTAINS(lp_status_text(), text);
    lp_pool_free(&run.pool);
}

/* A type or shape that does not fit. */
static void unfit(run_op *run, const char *text) {
    CHECK(run_op_infer(run) != LP_OK);
    CHECK_CONTAINS(lp_status_text(), text);
    run_op_end(run);
}

TEST(bad_input_is_refused) {
    run_op run;
    refused(&lp_op__contrib_quantize_v2, "out_type=int4", "out_type");
    refused(&lp_op__contrib_quantized_act, "act_type=tanh", "relu");
    refused(&lp_op__contrib_quantized_batch_norm, "", "calib");
    refused(&lp_op__contrib_quantized_batch_norm, "axis=3 min_calib_range=0 max_calib_range=1",
            "axis is 3");
    refused(&lp_op__sg_mkldnn_conv, "kernel=(1,1) num_filter=1", "quantized=True");
    refused(&lp_op__sg_mkldnn_conv, "quantized=true", "kernel");
    refused(&lp_op__sg_mkldnn_conv, "kernel=(1,1) num_filter=1 quantized=true sum=True", "calib");
    refused(&lp_op__sg_mkldnn_conv, "kernel=(1,1) num_filter=1 quantized=true act=clip act_min=-1",
            "clip");
    refused(&lp_op__sg_mkldnn_fully_connected, "num_hidden=0 quantized=true", "num_hidden");
    run_op_begin(&run, &lp_op__contrib_quantize_v2, "");
    octets(&run, 0, LP_INT32, lp_shape_1(2), NULL);
    unfit(&run, "int8 or uint8");
    run_op_begin(&run, &lp_op__contrib_dequantize, "");
    octets(&run, 0, LP_INT8, lp_shape_1(2), NULL);
    run_op_floats(&run, 1, lp_shape_1(2), NULL);
    unfit(&run, "'min_range'");
    run_op_begin(&run, &lp_op__contrib_quantized_pooling, "kernel=(2,2) pool_type=sum");
    octets(&run, 0, LP_INT8, lp_shape_4(1, 1, 2, 2), NULL);
    unfit(&run, "max or avg");
    run_op_begin(&run, &lp_op__contrib_quantized_concat, "num_args=2");
    octets(&run, 0, LP_INT8, lp_shape_2(2, 1), NULL);
    octets(&run, 1, LP_INT8, lp_shape_2(3, 1), NULL);
    unfit(&run, "Shape inconsistent");
    run_op_begin(&run, &lp_op__contrib_quantized_fully_connected, "num_hidden=1 no_bias=True");
    octets(&run, 0, LP_INT8, lp_shape_2(1, 3), NULL);
    octets(&run, 1, LP_UINT8, lp_shape_2(1, 3), NULL);
    unfit(&run, "int8");
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(quantize_rounds_to_even_and_saturates);
    RUN(quantize_takes_what_is_beyond_all_ranges);
    RUN(quantize_passes_octets_on);
    RUN(requantize_follows_the_range);
    RUN(dequantize_undoes_it);
    RUN(sums_of_two_types_saturate_first);
    RUN(linear_operators_add_up_integers);
    RUN(rows_may_be_long);
    RUN(fused_convolution_quantizes_its_weights);
    RUN(fused_rows_give_real_numbers);
    RUN(biases_bound_the_steps_of_weights);
    RUN(attention_multiplies_octets);
    RUN(bad_input_is_refused);
    return check_end();
}
