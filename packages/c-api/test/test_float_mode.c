/* The caller's modes of floating point: they come back as they were, do not change results, and
 * denormals are kept by exact operators and taken for zero in sums of products. */
#include <fenv.h>

#include "api_models.h"

#include "../src/base/float_mode.h"

enum { side = 40, channels = 16, count = channels * side * side };

static const uint32_t data_shape[4] = {1, channels, side, side};

/* Convolution with BatchNorm and relu: folded constants, several chunks of work. */
static void model_of_sums(built_model *m, float weight_size) {
    static float weight[channels * channels * 9], vector[4][channels];
    const int64_t weight_dims[4] = {channels, channels, 3, 3}, dims[1] = {channels};
    static const char *const names[4] = {"arg:gamma", "arg:beta", "aux:moving_mean", "aux:moving_var"};
    int inputs[5];
    memset(m, 0, sizeof *m);
    for (int i = 0; i < channels * channels * 9; i++) {
        weight[i] = weight_size * ((float)(i * 37 % 101) / 50.0f - 1.0f);
    }
    inputs[0] = built_variable(m, "data");
    inputs[1] = built_variable(m, "weight");
    built_param(m, "arg:weight", 4, weight_dims, weight);
    int y = built_node(m, "Convolution", "conv", "'kernel':'(3,3)','pad':'(1,1)','num_filter':'16','no_bias':'True'",
                       2, inputs);
    inputs[0] = y;
    for (int k = 0; k < 4; k++) {
        for (int c = 0; c < channels; c++) {
            vector[k][c] = k == 1 || k == 2 ? 0.0f : 0.7f + 0.013f * (float)(c + k);
        }
        inputs[k + 1] = built_variable(m, names[k] + 4);
        built_param(m, names[k], 1, dims, vector[k]);
    }
    y = built_node(m, "BatchNorm", "bn", "'fix_gamma':'False'", 5, inputs);
    built_head(m, built_unary(m, "Activation", "relu", "'act_type':'relu'", y), 0);
    built_finish(m);
}

static PredictorHandle predictor_for(const built_model *m, uint32_t threads) {
    const char *key = "data";
    const uint32_t indptr[2] = {0, 4};
    LPOptions options;
    LPModelHandle model = model_of(m);
    PredictorHandle p = NULL;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.num_threads = threads;
    REQUIRE(LPPredCreate(model, 1, &key, indptr, data_shape, 0, NULL, NULL, 0, NULL, &options, NULL,
                         &p) == 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    return p;
}

static void run(PredictorHandle p, const float *data, float *out) {
    CHECK_EQ_INT(MXPredSetInput(p, "data", data, count), 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, count), 0);
}

static float data[count], expected[count], out[count];

static void fill(float size) {
    for (int i = 0; i < count; i++) {
        data[i] = size * ((float)(i * 61 % 127) / 64.0f - 1.0f);
    }
}

/* Predictors made, and threads started, under one mode and run under another. */
TEST(rounding_of_the_caller_changes_nothing_and_comes_back) {
    static const int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_UPWARD};
    built_model m;
    model_of_sums(&m, 0.1f);
    fill(1.0f);
    PredictorHandle p = predictor_for(&m, 1);
    run(p, data, expected);
    CHECK_EQ_INT(MXPredFree(p), 0);
#if !defined(LP_PLAIN_C)
    if (LP_FLOAT_FLUSH == LP_FLOAT_EXACT) {
        SKIP("on this processor a forward computes in the caller's mode");
    }
#endif
    for (size_t made = 0; made < 3; made++) {
        for (uint32_t threads = 1; threads <= 3; threads += 2) {
            CHECK_EQ_INT(fesetround(modes[made]), 0);
            p = predictor_for(&m, threads);
            for (size_t used = 0; used < 3; used++) {
                CHECK_EQ_INT(fesetround(modes[used]), 0);
                run(p, data, out);
                CHECK_EQ_INT(fegetround(), modes[used]);
                CHECK_BYTES(out, expected, sizeof out);
            }
            CHECK_EQ_INT(fesetround(FE_TONEAREST), 0);
            CHECK_EQ_INT(MXPredFree(p), 0);
        }
    }
    built_free(&m);
}

TEST(flushing_and_traps_of_the_caller_come_back) {
    built_model m;
    model_of_sums(&m, 0.1f);
    fill(1.0f);
    PredictorHandle p = predictor_for(&m, 3);
    uint32_t before = lp_float_mode_get();
    run(p, data, expected);
    CHECK_EQ_INT(lp_float_mode_get(), before);
    lp_float_mode_set(LP_FLOAT_FLUSH);
    run(p, data, out);
    CHECK_EQ_INT(lp_float_mode_get(), LP_FLOAT_FLUSH);
    CHECK_BYTES(out, expected, sizeof out);
#if defined(__x86_64__)
    /* A program that traps invalid operations is not ended by a NaN of the network. */
    data[5] = INFINITY;
    data[6] = -INFINITY;
    lp_float_mode_set(LP_FLOAT_EXACT & ~0x0080u);
    run(p, data, out);
    CHECK_EQ_INT(lp_float_mode_get(), LP_FLOAT_EXACT & ~0x0080u);
#endif
    lp_float_mode_set(before);
    CHECK_EQ_INT(MXPredFree(p), 0);
    built_free(&m);
}

static uint32_t seen_mode;
static void see_mode(const char *name, NDArrayHandle array, void *user) {
    (void)name;
    (void)array;
    (void)user;
    seen_mode = lp_float_mode_get();
}

TEST(callbacks_run_in_the_mode_of_the_caller) {
    built_model m;
    model_of_sums(&m, 0.1f);
    fill(1.0f);
    PredictorHandle p = predictor_for(&m, 1);
    uint32_t before = lp_float_mode_get();
    CHECK_EQ_INT(MXPredSetMonitorCallback(p, see_mode, NULL, 1), 0);
    lp_float_mode_set(LP_FLOAT_FLUSH);
    run(p, data, out);
    CHECK_EQ_INT(seen_mode, LP_FLOAT_FLUSH);
    lp_float_mode_set(before);
    run(p, data, out);
    CHECK_EQ_INT(seen_mode, before);
    CHECK_EQ_INT(MXPredFree(p), 0);
    built_free(&m);
}

/* Zeros say that denormals were never computed with, which is what makes them slow. Plain C cannot ask for that. */
TEST(sums_of_products_take_denormals_for_zero) {
    built_model m;
#if !defined(LP_PLAIN_C)
    if (LP_FLOAT_FLUSH == LP_FLOAT_EXACT) {
        SKIP("this processor has no mode that flushes");
    }
#endif
    for (uint32_t threads = 1; threads <= 3; threads += 2) {
        static const float sizes[2][2] = {{1e-40f, 1.0f}, {1e-20f, 1e-20f}}; /* data, weights: in; out */
        for (int k = 0; k < 2; k++) {
            model_of_sums(&m, sizes[k][1]);
            fill(sizes[k][0]);
            PredictorHandle p = predictor_for(&m, threads);
            memset(expected, 0, sizeof expected);
            run(p, data, out);
#if defined(LP_PLAIN_C)
            CHECK(memcmp(out, expected, sizeof out) != 0);
#else
            CHECK_FLOATS(out, expected, count, 0, 0);
#endif
            CHECK_EQ_INT(MXPredFree(p), 0);
            built_free(&m);
        }
    }
}

/* As the reference does: x * 0.5 of 1e-40 is 5e-41. */
TEST(exact_operators_keep_denormals) {
    built_model m = {0};
    int y = built_unary(&m, "_mul_scalar", "half", "'scalar':'0.5'", built_variable(&m, "data"));
    built_head(&m, built_unary(&m, "Activation", "relu", "'act_type':'relu'", y), 0);
    built_finish(&m);
    for (int i = 0; i < count; i++) {
        data[i] = (float)(i % 7) * 1e-40f;
        expected[i] = data[i] * 0.5f;
    }
    CHECK(expected[1] > 0);
    for (uint32_t threads = 1; threads <= 3; threads += 2) {
        PredictorHandle p = predictor_for(&m, threads);
        uint32_t before = lp_float_mode_get();
        lp_float_mode_set(LP_FLOAT_FLUSH);
        run(p, data, out);
        lp_float_mode_set(before);
        if (LP_FLOAT_FLUSH != LP_FLOAT_EXACT) {
            CHECK_BYTES(out, expected, sizeof out);
        }
        run(p, data, out);
        CHECK_BYTES(out, expected, sizeof out);
        CHECK_EQ_INT(MXPredFree(p), 0);
    }
    built_free(&m);
}

/* Workers that a convolution has woken do the exact operator behind it too. */
TEST(workers_change_the_mode_from_node_to_node) {
    enum { long_side = 4000, long_count = channels * long_side * side };
    static float many[long_count], product[long_count];
    static const float weight[channels * channels] = {1};
    const int64_t weight_dims[4] = {channels, channels, 1, 1};
    const char *key = "data";
    const uint32_t indptr[2] = {0, 4}, shape[4] = {1, channels, long_side, side};
    LPOptions options;
    built_model m = {0};
    PredictorHandle p = NULL;
    int x = built_variable(&m, "data");
    built_param(&m, "arg:weight", 4, weight_dims, weight);
    int y = built_binary(&m, "Convolution", "conv", "'kernel':'(1,1)','num_filter':'16','no_bias':'True'",
                         x, built_variable(&m, "weight"));
    built_head(&m, y, 0);
    built_head(&m, built_unary(&m, "_mul_scalar", "tiny", "'scalar':'1e-20'", x), 0);
    built_finish(&m);
    for (int i = 0; i < long_count; i++) {
        many[i] = (float)(1 + i % 97) * 1e-20f;
    }
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.num_threads = 3;
    LPModelHandle model = model_of(&m);
    REQUIRE(LPPredCreate(model, 1, &key, indptr, shape, 0, NULL, NULL, 0, NULL, &options, NULL, &p) == 0);
    CHECK_EQ_INT(MXPredSetInput(p, key, many, long_count), 0);
    for (int round = 0; round < 10; round++) {
        int zeros = 0;
        CHECK_EQ_INT(MXPredForward(p), 0);
        CHECK_EQ_INT(MXPredGetOutput(p, 1, product, long_count), 0);
        for (int i = 0; i < long_count; i++) {
            zeros += product[i] == 0.0f;
        }
        CHECK_EQ_INT(zeros, 0);
    }
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    built_free(&m);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(rounding_of_the_caller_changes_nothing_and_comes_back);
    RUN(flushing_and_traps_of_the_caller_come_back);
    RUN(callbacks_run_in_the_mode_of_the_caller);
    RUN(sums_of_products_take_denormals_for_zero);
    RUN(exact_operators_keep_denormals);
    RUN(workers_change_the_mode_from_node_to_node);
    return check_end();
}
