/* Stopping a forward, measuring its nodes, and the lean memory mode. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#if !defined(LP_NO_THREADS)
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#endif
#include "api_models.h"
#include "random_model.h"

#define CHANNELS 24
#define SIDE 20
#define LAYERS 6

/* 3x3 convolutions behind each other, data (1,24,20,20). */
static void model_chain(built_model *m) {
    float weight[CHANNELS * CHANNELS * 9];
    const int64_t dims[4] = {CHANNELS, CHANNELS, 3, 3};
    memset(m, 0, sizeof *m);
    int at = built_variable(m, "data");
    for (int i = 0; i < LAYERS; i++) {
        char name[16], param[32], input[32];
        (void)snprintf(name, sizeof name, "c%d", i);
        (void)snprintf(input, sizeof input, "c%d_weight", i);
        (void)snprintf(param, sizeof param, "arg:c%d_weight", i);
        random_fill((uint64_t)i + 1, 0, weight, CHANNELS * CHANNELS * 9);
        built_param(m, param, 4, dims, weight);
        at = built_binary(m, "Convolution", name,
                          "'kernel':'(3,3)','pad':'(1,1)','num_filter':'24','no_bias':'True'", at,
                          built_variable(m, input));
    }
    built_head(m, at, 0);
    built_finish(m);
}

static PredictorHandle chain_with(const built_model *m, uint32_t threads, uint32_t mode) {
    const char *key = "data";
    const uint32_t indptr[2] = {0, 4}, dims[4] = {1, CHANNELS, SIDE, SIDE};
    const LPOptions options = {sizeof options, threads, 0, mode};
    LPModelHandle model = model_of(m);
    PredictorHandle p = NULL;
    REQUIRE(LPPredCreate(model, 1, &key, indptr, dims, 0, NULL, NULL, 0, NULL, &options, NULL,
                         &p) == 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    float data[CHANNELS * SIDE * SIDE];
    random_fill(7, 0, data, CHANNELS * SIDE * SIDE);
    CHECK_EQ_INT(MXPredSetInput(p, "data", data, CHANNELS * SIDE * SIDE), 0);
    return p;
}

static void read_chain(PredictorHandle p, float *out) {
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, CHANNELS * SIDE * SIDE), 0);
}

static int nodes_seen;

static void cancel_at_second(const char *name, NDArrayHandle array, void *predictor) {
    (void)name;
    (void)array;
    if (++nodes_seen == 2) {
        CHECK_EQ_INT(LPPredCancel(predictor), 0);
    }
}

TEST(a_cancelled_forward_stops_before_the_next_node_and_the_next_one_is_whole) {
    static float before[CHANNELS * SIDE * SIDE], after[CHANNELS * SIDE * SIDE];
    built_model m;
    model_chain(&m);
    PredictorHandle p = chain_with(&m, 1, LP_MEMORY_FAST);
    read_chain(p, before);
    /* While nothing runs, it does nothing. */
    CHECK_EQ_INT(LPPredCancel(p), 0);
    read_chain(p, after);
    CHECK(memcmp(before, after, sizeof before) == 0);
    nodes_seen = 0;
    CHECK_EQ_INT(MXPredSetMonitorCallback(p, cancel_at_second, p, false), 0);
    CHECK_FAILS(MXPredForward(p), LP_ERROR_CANCELLED, "cancelled before node 'c2', 3 of 6");
    CHECK_EQ_INT(nodes_seen, 2);
    CHECK_EQ_INT(LPPredGetErrorCode(p), LP_ERROR_CANCELLED);
    CHECK_FAILS(MXPredGetOutput(p, 0, after, CHANNELS * SIDE * SIDE), LP_ERROR_STATE, "MXPredForward");
    CHECK_EQ_INT(MXPredSetMonitorCallback(p, NULL, NULL, false), 0);
    read_chain(p, after);
    CHECK(memcmp(before, after, sizeof before) == 0);
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_FAILS(LPPredCancel(NULL), LP_ERROR_ARGUMENT, "LPPredCancel");
    model_free(&m);
}

#if !defined(LP_NO_THREADS)
typedef struct forwards {
    PredictorHandle predictor;
    int code;
    atomic_bool ended;
} forwards;

/* Forwards until one fails. */
static void *run_until_cancelled(void *context) {
    forwards *f = context;
    while (MXPredForward(f->predictor) == 0) {
    }
    f->code = LPGetErrorCode();
    atomic_store(&f->ended, true);
    return NULL;
}
#endif

/* The caller cannot know when a forward begins: it calls again until the thread has ended. */
TEST(another_thread_cancels) {
#if defined(LP_NO_THREADS)
    CHECK_CONTAINS(LPGetBuildInfo(), "threads=no"); /* and so no other thread may call */
#else
    static float before[CHANNELS * SIDE * SIDE], after[CHANNELS * SIDE * SIDE];
    built_model m;
    model_chain(&m);
    for (uint32_t threads = 1; threads <= 3; threads += 2) {
        PredictorHandle p = chain_with(&m, threads, LP_MEMORY_FAST);
        forwards f = {p, LP_OK, false};
        pthread_t thread;
        read_chain(p, before);
        REQUIRE(pthread_create(&thread, NULL, run_until_cancelled, &f) == 0);
        while (!atomic_load(&f.ended)) {
            CHECK_EQ_INT(LPPredCancel(p), 0);
            (void)sched_yield();
        }
        REQUIRE(pthread_join(thread, NULL) == 0);
        CHECK_EQ_INT(f.code, LP_ERROR_CANCELLED);
        read_chain(p, after);
        CHECK(memcmp(before, after, sizeof before) == 0);
        CHECK_EQ_INT(MXPredFree(p), 0);
    }
    model_free(&m);
#endif
}

/* The sum of a field over the report's nodes, and how many have it. */
static double total(const char *report, const char *field, int *count) {
    char key[64];
    double sum = 0;
    (void)snprintf(key, sizeof key, "\"%s\":", field);
    *count = 0;
    for (const char *at = strstr(report, "\"nodes\""); (at = strstr(at, key)) != NULL; ++*count) {
        at += strlen(key);
        sum += strtod(at, NULL);
    }
    return sum;
}

TEST(a_profile_tells_every_node) {
    static float out[CHANNELS * SIDE * SIDE];
    built_model m;
    size_t size = 0, again = 0;
    int count = 0;
    model_chain(&m);
    PredictorHandle p = chain_with(&m, 1, LP_MEMORY_FAST);
    CHECK_FAILS(LPPredGetNodeProfile(p, NULL, 0, &size), LP_ERROR_STATE, "LPPredSetProfiling");
    CHECK_EQ_INT(LPPredSetProfiling(p, 1), 0);
    CHECK_FAILS(LPPredGetNodeProfile(p, NULL, 0, &size), LP_ERROR_STATE, "MXPredForward");
    for (int i = 0; i < 3; i++) {
        read_chain(p, out);
    }
    REQUIRE(LPPredGetNodeProfile(p, NULL, 0, &size) == 0);
    char *report = malloc(size);
    REQUIRE(report != NULL);
    CHECK_EQ_INT(LPPredGetNodeProfile(p, report, size, &again), 0);
    CHECK_EQ_INT(again, size);
    CHECK_EQ_INT(strlen(report) + 1, size);
    CHECK(strncmp(report, "{\"runs\":3,\"total_ns\":", 21) == 0);
    CHECK_CONTAINS(report, "{\"name\":\"c3\",\"op\":\"Convolution\",\"algorithm\":\"");
    CHECK(total(report, "multiply_adds", &count) == 6.0 * SIDE * SIDE * CHANNELS * CHANNELS * 9);
    CHECK(total(report, "min_ns", &count) <= total(report, "mean_ns", &count));
    CHECK(total(report, "min_ns", &count) > 0);
    double share = total(report, "share", &count);
    CHECK(share > 0.999 && share < 1.001);
    LPStats stats = {.struct_size = sizeof stats};
    CHECK_EQ_INT(LPPredGetStats(p, &stats), 0);
    CHECK_EQ_INT(count, stats.plan_nodes);
    /* Inputs, weights and outputs of the layers, and what conversions move. */
    CHECK(total(report, "bytes", &count) >=
          6.0 * 4.0 * (2.0 * CHANNELS * SIDE * SIDE + CHANNELS * CHANNELS * 9.0));
    free(report);
    CHECK_FAILS(LPPredGetNodeProfile(p, NULL, 8, &size), LP_ERROR_ARGUMENT, "report is NULL");
    CHECK_FAILS(LPPredGetNodeProfile(p, NULL, 0, NULL), LP_ERROR_ARGUMENT, "report_size is NULL");
    /* Switching on forgets, a new plan does so too, and off is off. */
    CHECK_EQ_INT(LPPredSetProfiling(p, 1), 0);
    CHECK_FAILS(LPPredGetNodeProfile(p, NULL, 0, &size), LP_ERROR_STATE, "nothing was measured");
    read_chain(p, out);
    float weight[CHANNELS * CHANNELS * 9];
    random_fill(9, 0, weight, CHANNELS * CHANNELS * 9);
    CHECK_EQ_INT(MXPredSetInput(p, "c1_weight", weight, CHANNELS * CHANNELS * 9), 0);
    read_chain(p, out);
    char begin[16] = "";
    CHECK_EQ_INT(LPPredGetNodeProfile(p, begin, sizeof begin, &size), 0);
    CHECK(strncmp(begin, "{\"runs\":1,", 10) == 0);
    CHECK_EQ_INT(LPPredSetProfiling(p, 0), 0);
    read_chain(p, out);
    CHECK_FAILS(LPPredGetNodeProfile(p, NULL, 0, &size), LP_ERROR_STATE, "nothing was measured");
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_FAILS(LPPredSetProfiling(NULL, 1), LP_ERROR_ARGUMENT, "LPPredSetProfiling");
    model_free(&m);
}

TEST(lean_holds_one_copy_of_the_weights) {
    static float fast_out[CHANNELS * SIDE * SIDE], lean_out[CHANNELS * SIDE * SIDE];
    built_model m;
    model_chain(&m);
    LPStats fast = {.struct_size = sizeof fast}, lean = {.struct_size = sizeof lean};
    PredictorHandle p = chain_with(&m, 1, LP_MEMORY_FAST);
    read_chain(p, fast_out);
    CHECK_EQ_INT(LPPredGetStats(p, &fast), 0);
    CHECK_EQ_INT(MXPredFree(p), 0);
    p = chain_with(&m, 1, LP_MEMORY_LEAN);
    read_chain(p, lean_out);
    CHECK_EQ_INT(LPPredGetStats(p, &lean), 0);
    /* Reshaping keeps the mode. */
    const char *key = "data";
    const uint32_t indptr[2] = {0, 4}, dims[4] = {1, CHANNELS, SIDE + 1, SIDE};
    PredictorHandle other;
    LPStats reshaped = {.struct_size = sizeof reshaped};
    REQUIRE(MXPredReshape(1, &key, indptr, dims, p, &other) == 0);
    CHECK_EQ_INT(LPPredGetStats(other, &reshaped), 0);
    CHECK_EQ_INT(MXPredFree(other), 0);
    CHECK_EQ_INT(MXPredFree(p), 0);
    float top = 0;
    for (int i = 0; i < CHANNELS * SIDE * SIDE; i++) {
        float size = lean_out[i] < 0 ? -lean_out[i] : lean_out[i];
        top = size > top ? size : top;
    }
    CHECK_FLOATS(fast_out, lean_out, CHANNELS * SIDE * SIDE, 1e-5 * (double)top, 0);
    CHECK_EQ_INT(lean.weights_bytes, 6 * 4 * CHANNELS * CHANNELS * 9);
    /* Padding to whole blocks, and heads. */
    CHECK(lean.packed_bytes < lean.weights_bytes / 2);
    CHECK(reshaped.packed_bytes <= lean.packed_bytes);
    if (strstr(LPGetBuildInfo(), "vectors=yes") != NULL) {
        CHECK(fast.packed_bytes > lean.weights_bytes);
    }
    model_free(&m);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(a_cancelled_forward_stops_before_the_next_node_and_the_next_one_is_whole);
    RUN(another_thread_cancels);
    RUN(a_profile_tells_every_node);
    RUN(lean_holds_one_copy_of_the_weights);
    return check_end();
}
