/* Each graph pass, on and off: fewer nodes or less memory, the same results; and the places where
 * a pass must keep its hands off. Expected values come from plans made without any pass, whose
 * operators have tests of their own, and from hand calculation.
 *
 * LIBPREDICT_RANDOM_GRAPHS=n tries n random graphs instead of the usual few. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* setenv */
#endif
#include <math.h>

#include "check.h"
#include "random_model.h"

#include "../include/c_predict_api.h"

#define ALL_PASSES 1023u

/* ---- running one model in several ways ---------------------------------------------------- */

typedef struct outcome {
    uint32_t num_outputs;
    float *data[8];
    size_t count[8];
    LPStats stats;
} outcome;

static void outcome_free(outcome *o) {
    for (uint32_t i = 0; i < o->num_outputs; i++) {
        free(o->data[i]);
    }
    memset(o, 0, sizeof *o);
}

typedef struct input {
    const char *name;
    int64_t dim[4];
    uint32_t ndim;
} input;

/* Whether the heads of the model need an input. */
static bool has_input(LPModelHandle model, const char *name) {
    const char *found;
    for (uint32_t i = 0; LPModelGetInputName(model, i, &found) == 0; i++) {
        if (strcmp(found, name) == 0) {
            return true;
        }
    }
    return false;
}

/* While set, models run under a monitor, which sees every node; their arrays are read to the end. */
static bool run_monitored;

static void read_array(const char *name, NDArrayHandle array, void *user) {
    int dtype;
    const int64_t *dims;
    uint32_t ndim;
    const void *data;
    size_t bytes;
    volatile unsigned char sum = 0;
    (void)name;
    (void)user;
    if (LPArrayGetInfo(array, &dtype, &dims, &ndim, &data, &bytes) != 0) {
        abort();
    }
    for (size_t i = 0; i < bytes; i++) {
        sum = (unsigned char)(sum ^ ((const unsigned char *)data)[i]);
    }
}

/* Makes a predictor, fills the inputs, runs it twice (the second run must not see the first). */
static bool run_model(const built_model *m, uint32_t num_inputs, const input *inputs,
                      uint64_t seed, uint32_t disabled, uint32_t threads, outcome *result) {
    const char *keys[4];
    uint32_t indptr[5] = {0}, dims[16];
    LPOptions options = {sizeof(LPOptions), threads, disabled, 0};
    LPModelHandle model = NULL;
    PredictorHandle predictor = NULL;
    bool good = false;
    memset(result, 0, sizeof *result);
    /* A random network may need none of its parameters, which is an error with LPModelCreate. */
    if (LPModelCreate(m->symbol, m->symbol_size, m->params, m->params_size, NULL, &model) != 0 &&
        (LPGetErrorCode() != LP_ERROR_PARAMS ||
         LPModelCreate(m->symbol, m->symbol_size, NULL, 0, NULL, &model) != 0)) {
        goto done;
    }
    uint32_t used = 0;
    for (uint32_t i = 0; i < num_inputs; i++) {
        if (!has_input(model, inputs[i].name)) {
            continue;
        }
        keys[used] = inputs[i].name;
        for (uint32_t d = 0; d < inputs[i].ndim; d++) {
            dims[indptr[used] + d] = (uint32_t)inputs[i].dim[d];
        }
        indptr[used + 1] = indptr[used] + inputs[i].ndim;
        used++;
    }
    if (LPPredCreate(model, used, keys, indptr, dims, 0, NULL, NULL, 0, NULL, &options, NULL,
                     &predictor) != 0) {
        goto done;
    }
    for (uint32_t i = 0; i < num_inputs; i++) {
        size_t count = 1;
        for (uint32_t d = 0; d < inputs[i].ndim; d++) {
            count *= (size_t)inputs[i].dim[d];
        }
        if (!has_input(model, inputs[i].name)) {
            continue;
        }
        float *data = malloc(count * sizeof *data);
        if (data == NULL) {
            goto done;
        }
        random_fill(seed, (int)i, data, count);
        int status =
            LPPredSetInput(predictor, inputs[i].name, LP_FLOAT32, data, count * sizeof *data);
        free(data);
        if (status != 0) {
            goto done;
        }
    }
    if (run_monitored && MXPredSetMonitorCallback(predictor, read_array, NULL, true) != 0) {
        goto done;
    }
    result->stats.struct_size = sizeof(LPStats);
    if (MXPredForward(predictor) != 0 || MXPredForward(predictor) != 0 ||
        LPPredGetOutputCount(predictor, &result->num_outputs) != 0 ||
        LPPredGetStats(predictor, &result->stats) != 0) {
        goto done;
    }
    good = true;
    for (uint32_t i = 0; i < result->num_outputs; i++) {
        const void *data;
        size_t bytes;
        if (LPPredGetOutputData(predictor, i, &data, &bytes) != 0) {
            good = false;
            break;
        }
        result->count[i] = bytes / sizeof(float);
        result->data[i] = malloc(bytes + 1);
        if (result->data[i] == NULL) {
            abort();
        }
        memcpy(result->data[i], data, bytes);
    }
done:
    if (!good) {
        printf("  %s\n", MXGetLastError());
    }
    (void)MXPredFree(predictor);
    (void)LPModelFree(model);
    return good;
}

/* The largest difference of two outcomes, relative to the largest value of each output. */
static double outcome_difference(const outcome *a, const outcome *b) {
    double worst = 0.0;
    if (a->num_outputs != b->num_outputs) {
        return INFINITY;
    }
    for (uint32_t i = 0; i < a->num_outputs; i++) {
        double top = 1e-3;
        if (a->count[i] != b->count[i]) {
            return INFINITY;
        }
        for (size_t k = 0; k < a->count[i]; k++) {
            double r = fabs((double)b->data[i][k]);
            top = r > top ? r : top;
        }
        for (size_t k = 0; k < a->count[i]; k++) {
            double d = fabs((double)a->data[i][k] - (double)b->data[i][k]) / top;
            if (!(d <= worst)) {
                worst = isnan(d) ? INFINITY : d;
            }
        }
    }
    return worst;
}

static bool outcome_identical(const outcome *a, const outcome *b) {
    bool same = a->num_outputs == b->num_outputs;
    for (uint32_t i = 0; same && i < a->num_outputs; i++) {
        same = a->count[i] == b->count[i] &&
               memcmp(a->data[i], b->data[i], a->count[i] * sizeof(float)) == 0;
    }
    return same;
}

/* Rounding of one network of a dozen layers. */
#define TOLERANCE 1e-5

/* ---- single passes -------------------------------------------------------------------------- */

static uint64_t weight_state;

static void give(built_model *m, const char *name, int ndim, const int64_t *dims, float scale,
                 float offset) {
    float data[6000];
    size_t count = 1;
    for (int i = 0; i < ndim; i++) {
        count *= (size_t)dims[i];
    }
    if (count > sizeof data / sizeof *data) {
        abort();
    }
    random_fill(++weight_state, 0, data, count);
    for (size_t i = 0; i < count; i++) {
        data[i] = data[i] * scale + offset;
    }
    built_param(m, name, ndim, dims, data);
}

static int give_vector(built_model *m, const char *kind, const char *name, int64_t c, float scale,
                       float offset) {
    char full[96];
    (void)snprintf(full, sizeof full, "%s:%s", kind, name);
    give(m, full, 1, &c, scale, offset);
    return built_variable(m, name);
}

/* A convolution with bias, 3x3 with padding, from c to f channels. */
static int convolution(built_model *m, const char *name, int data, int64_t c, int64_t f) {
    char attrs[128], weight[64], bias[64], param[96];
    int64_t dims[4] = {f, c, 3, 3};
    (void)snprintf(attrs, sizeof attrs, "'kernel':'(3,3)','pad':'(1,1)','num_filter':'%d'", (int)f);
    (void)snprintf(weight, sizeof weight, "%s_weight", name);
    (void)snprintf(bias, sizeof bias, "%s_bias", name);
    (void)snprintf(param, sizeof param, "arg:%s", weight);
    give(m, param, 4, dims, 1.0f / sqrtf((float)(9 * c)), 0.0f);
    int inputs[3] = {data, built_variable(m, weight), give_vector(m, "arg", bias, f, 0.3f, 0.0f)};
    return built_node(m, "Convolution", name, attrs, 3, inputs);
}

static int relu(built_model *m, const char *name, int data) {
    return built_unary(m, "Activation", name, "'act_type':'relu'", data);
}

static int add(built_model *m, const char *name, int left, int right) {
    return built_binary(m, "elemwise_add", name, "", left, right);
}

static int batch_norm(built_model *m, const char *name, int data, int64_t c) {
    char gamma[64], beta[64], mean[64], variance[64];
    (void)snprintf(gamma, sizeof gamma, "%s_gamma", name);
    (void)snprintf(beta, sizeof beta, "%s_beta", name);
    (void)snprintf(mean, sizeof mean, "%s_moving_mean", name);
    (void)snprintf(variance, sizeof variance, "%s_moving_var", name);
    int inputs[5] = {data, give_vector(m, "arg", gamma, c, 0.4f, 1.0f),
                     give_vector(m, "arg", beta, c, 0.4f, 0.0f),
                     give_vector(m, "aux", mean, c, 0.4f, 0.0f),
                     give_vector(m, "aux", variance, c, 0.4f, 1.0f)};
    return built_node(m, "BatchNorm", name, "'fix_gamma':'False'", 5, inputs);
}

static const input image = {"data", {1, 8, 9, 7}, 4};

/*
 * Runs the (unfinished) model with all passes, without `pass`, and without any. Without `pass` it
 * has `more` nodes more. Frees the model.
 */
static void check_pass(built_model *m, const input *in, uint32_t pass, int more) {
    outcome with, without, none;
    built_finish(m);
    /* Layout conversions are nodes too: they are counted only where layouts are the subject; and chains join nodes. */
    uint32_t off = (pass == LP_PASS_LAYOUT ? 0u : (uint32_t)LP_PASS_LAYOUT) |
                   (pass == LP_PASS_CHAIN ? 0u : (uint32_t)LP_PASS_CHAIN);
    REQUIRE(run_model(m, 1, in, 1, off, 1, &with));
    REQUIRE(run_model(m, 1, in, 1, off | pass, 1, &without));
    REQUIRE(run_model(m, 1, in, 1, ALL_PASSES, 1, &none));
    CHECK_EQ_INT((int)without.stats.plan_nodes - (int)with.stats.plan_nodes, more);
    CHECK(outcome_difference(&with, &none) <= TOLERANCE);
    CHECK(outcome_difference(&without, &none) <= TOLERANCE);
    outcome_free(&with);
    outcome_free(&without);
    /* With layouts, too. */
    REQUIRE(run_model(m, 1, in, 1, 0, 1, &with));
    CHECK(outcome_difference(&with, &none) <= TOLERANCE);
    outcome_free(&with);
    outcome_free(&none);
    built_free(m);
}

TEST(drop_removes_nodes_that_do_nothing) {
    built_model m = {0};
    int data = built_variable(&m, "data");
    int a = built_unary(&m, "_copy", "a", "", relu(&m, "r", data));
    int b = built_unary(&m, "BlockGrad", "b", "", a);
    int c = built_unary(&m, "tanh", "c", "", b);
    built_head(&m, built_unary(&m, "identity", "d", "", c), 0);
    check_pass(&m, &image, LP_PASS_DROP, 3);
}

TEST(drop_keeps_an_output_apart_from_the_input) {
    /* The graph is nothing but an identity: what comes out is what went in at the forward. */
    built_model m = {0};
    built_head(&m, built_unary(&m, "_copy", "a", "", built_variable(&m, "data")), 0);
    built_finish(&m);
    const char *key = "data";
    const uint32_t indptr[2] = {0, 1}, dims[1] = {3};
    const float first[3] = {1, 2, 3}, second[3] = {4, 5, 6};
    float out[3];
    PredictorHandle p;
    REQUIRE(MXPredCreate(m.symbol, m.params, (int)m.params_size, 1, 0, 1, &key, indptr, dims, &p) ==
            0);
    CHECK_EQ_INT(MXPredSetInput(p, "data", first, 3), 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(MXPredSetInput(p, "data", second, 3), 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 3), 0);
    CHECK_FLOATS(out, first, 3, 0, 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 3), 0);
    CHECK_FLOATS(out, second, 3, 0, 0);
    CHECK_EQ_INT(MXPredFree(p), 0);
    built_free(&m);
}

TEST(cse_merges_equal_nodes) {
    built_model m = {0};
    int data = built_variable(&m, "data");
    int a = built_unary(&m, "tanh", "a", "", data), b = built_unary(&m, "tanh", "b", "", data);
    int c = built_unary(&m, "clip", "c", "'a_min':'0','a_max':'1'", a);
    int d = built_unary(&m, "clip", "d", "'a_min':'0','a_max':'1'", b);
    built_head(&m, add(&m, "e", c, d), 0);
    built_head(&m, b, 0);
    check_pass(&m, &image, LP_PASS_CSE, 2);
}

TEST(cse_keeps_nodes_that_differ_in_an_attribute_or_in_the_order_of_inputs) {
    built_model m = {0};
    int data = built_variable(&m, "data");
    int c = built_unary(&m, "clip", "c", "'a_min':'0','a_max':'1'", data);
    int d = built_unary(&m, "clip", "d", "'a_min':'0','a_max':'0.5'", data);
    int e = built_binary(&m, "elemwise_sub", "e", "", c, d);
    int f = built_binary(&m, "elemwise_sub", "f", "", d, c);
    built_head(&m, e, 0);
    built_head(&m, f, 0);
    check_pass(&m, &image, LP_PASS_CSE, 0);
}

TEST(batch_norm_folds_into_the_convolution_before_it) {
    built_model m = {0};
    int c = convolution(&m, "c", built_variable(&m, "data"), 8, 12);
    built_head(&m, batch_norm(&m, "n", c, 12), 0);
    check_pass(&m, &image, LP_PASS_FOLD_BATCH_NORM, 1);
}

TEST(batch_norm_folds_into_the_fully_connected_before_it) {
    built_model m = {0};
    int64_t dims[2] = {5, 504};
    give(&m, "arg:f_weight", 2, dims, 0.05f, 0.0f);
    int inputs[2] = {built_variable(&m, "data"), built_variable(&m, "f_weight")};
    int f = built_node(&m, "FullyConnected", "f", "'num_hidden':'5','no_bias':'True'", 2, inputs);
    built_head(&m, batch_norm(&m, "n", f, 5), 0);
    check_pass(&m, &image, LP_PASS_FOLD_BATCH_NORM, 1);
}

TEST(batch_norm_stays_where_the_convolution_is_read_twice_or_is_an_output) {
    for (int output = 0; output < 2; output++) {
        built_model m = {0};
        int c = convolution(&m, "c", built_variable(&m, "data"), 8, 12);
        int n = batch_norm(&m, "n", c, 12);
        if (output != 0) {
            built_head(&m, c, 0);
            built_head(&m, n, 0);
        } else {
            built_head(&m, built_binary(&m, "elemwise_mul", "e", "", n, c), 0);
        }
        check_pass(&m, &image, LP_PASS_FOLD_BATCH_NORM, 0);
    }
}

TEST(batch_norm_stays_where_its_axis_is_another) {
    built_model m = {0};
    int c = convolution(&m, "c", built_variable(&m, "data"), 8, 7); /* as many channels as columns */
    int inputs[5] = {c, give_vector(&m, "arg", "g", 7, 0.1f, 1.0f),
                     give_vector(&m, "arg", "b", 7, 0.1f, 0.0f),
                     give_vector(&m, "aux", "mean", 7, 0.1f, 0.0f),
                     give_vector(&m, "aux", "var", 7, 0.1f, 1.0f)};
    built_head(&m, built_node(&m, "BatchNorm", "n", "'axis':'3'", 5, inputs), 0);
    check_pass(&m, &image, LP_PASS_FOLD_BATCH_NORM, 0);
}

TEST(a_chain_of_batch_norms_folds_once) {
    built_model m = {0};
    int c = convolution(&m, "c", built_variable(&m, "data"), 8, 12);
    built_head(&m, batch_norm(&m, "n2", batch_norm(&m, "n1", c, 12), 12), 0);
    check_pass(&m, &image, LP_PASS_FOLD_BATCH_NORM, 1);
}

TEST(an_activation_fuses_into_the_convolution_before_it) {
    built_model m = {0};
    int c = convolution(&m, "c", built_variable(&m, "data"), 8, 12);
    built_head(&m, relu(&m, "r", c), 0);
    check_pass(&m, &image, LP_PASS_FUSE_ACTIVATION, 1);
}

TEST(gates_fuse_into_the_convolution_before_them) {
    static const char *const gates[][2] = {{"Activation", "'act_type':'sigmoid'"},
                                           {"Activation", "'act_type':'tanh'"},
                                           {"sigmoid", ""},
                                           {"tanh", ""},
                                           {"hard_sigmoid", "'alpha':'0.3','beta':'0.45'"}};
    for (size_t i = 0; i < sizeof gates / sizeof *gates; i++) {
        built_model m = {0};
        int c = convolution(&m, "c", built_variable(&m, "data"), 8, 12);
        built_head(&m, built_unary(&m, gates[i][0], "gate", gates[i][1], c), 0);
        check_pass(&m, &image, LP_PASS_FUSE_ACTIVATION, 1);
    }
}

TEST(prelu_fuses_with_a_slope_per_channel_and_with_one_for_all) {
    for (int64_t slopes = 1; slopes <= 12; slopes += 11) {
        built_model m = {0};
        int c = convolution(&m, "c", built_variable(&m, "data"), 8, 12);
        give(&m, "arg:gamma", 1, &slopes, 0.3f, 0.1f);
        int gamma = built_node(&m, "null", "gamma",
                               slopes == 1 ? "'__shape__':'(1,)'" : "'__shape__':'(12,)'", 0, NULL);
        built_head(&m, built_binary(&m, "LeakyReLU", "p", "'act_type':'prelu'", c, gamma), 0);
        check_pass(&m, &image, LP_PASS_FUSE_ACTIVATION, 1);
    }
}

TEST(an_activation_stays_where_the_convolution_is_read_twice_or_is_an_output) {
    for (int output = 0; output < 2; output++) {
        built_model m = {0};
        int c = convolution(&m, "c", built_variable(&m, "data"), 8, 12);
        int r = relu(&m, "r", c);
        if (output != 0) {
            built_head(&m, c, 0);
            built_head(&m, r, 0);
        } else {
            built_head(&m, built_binary(&m, "elemwise_mul", "e", "", r, c), 0);
        }
        check_pass(&m, &image, LP_PASS_FUSE_ACTIVATION, 0);
    }
}

TEST(an_output_that_is_read_too_stays_itself) {
    /* The convolution is an output and the input of another one. */
    built_model m = {0};
    int c = relu(&m, "r", convolution(&m, "c", built_variable(&m, "data"), 8, 8));
    int d = relu(&m, "s", convolution(&m, "d", c, 8, 8));
    built_head(&m, c, 0);
    built_head(&m, d, 0);
    built_head(&m, c, 0);
    check_pass(&m, &image, LP_PASS_FUSE_ACTIVATION, 2);
}

TEST(an_addition_fuses_into_a_convolution) {
    built_model m = {0};
    int data = built_variable(&m, "data");
    int c = convolution(&m, "c", relu(&m, "r", data), 8, 8);
    built_head(&m, add(&m, "s", c, data), 0);
    check_pass(&m, &image, LP_PASS_FUSE_ADD, 1);
}

TEST(a_residual_of_two_convolutions_fuses_once_and_takes_the_activation) {
    built_model m = {0};
    int data = built_variable(&m, "data");
    int c = convolution(&m, "c", data, 8, 8), d = convolution(&m, "d", data, 8, 8);
    built_head(&m, relu(&m, "r", add(&m, "s", c, d)), 0);
    check_pass(&m, &image, LP_PASS_FUSE_ADD, 2);
}

TEST(an_activation_before_an_addition_keeps_the_addition_out) {
    /* relu(c) + d: the epilogue adds first, so the addition may only go to d. */
    built_model m = {0};
    int data = built_variable(&m, "data");
    int c = relu(&m, "r", convolution(&m, "c", data, 8, 8));
    built_head(&m, add(&m, "s", c, data), 0);
    check_pass(&m, &image, LP_PASS_FUSE_ADD, 0);
}

TEST(an_addition_of_a_value_to_itself_stays) {
    built_model m = {0};
    int c = convolution(&m, "c", built_variable(&m, "data"), 8, 8);
    built_head(&m, add(&m, "s", c, c), 0);
    check_pass(&m, &image, LP_PASS_FUSE_ADD, 0);
}

TEST(an_addition_stays_where_the_convolution_is_read_elsewhere) {
    built_model m = {0};
    int data = built_variable(&m, "data");
    int c = convolution(&m, "c", data, 8, 8);
    int s = add(&m, "s", c, data);
    built_head(&m, built_binary(&m, "elemwise_mul", "e", "", s, c), 0);
    check_pass(&m, &image, LP_PASS_FUSE_ADD, 0);
}

TEST(what_is_added_is_not_overwritten_while_it_is_read) {
    /* The convolution reads what is added to it, which dies there: plain, and blocked. */
    static const int64_t sizes[] = {8, 16, 64};
    for (int i = 0; i < 3; i++) {
        int64_t channels = sizes[i];
        built_model m = {0};
        input in = {"data", {1, channels, 20, 20}, 4};
        int r = relu(&m, "r", built_variable(&m, "data")), c;
        if (channels == 64) { /* 1x1, which has no border to copy */
            int64_t dims[4] = {64, 64, 1, 1};
            give(&m, "arg:c_weight", 4, dims, 0.1f, 0.0f);
            c = built_binary(&m, "Convolution", "c",
                             "'kernel':'(1,1)','num_filter':'64','no_bias':'1'", r,
                             built_variable(&m, "c_weight"));
        } else {
            r = channels == 16 ? relu(&m, "q", convolution(&m, "b", r, 16, 16)) : r;
            c = convolution(&m, "c", r, channels, channels);
        }
        int s = add(&m, "s", c, r);
        built_head(&m, built_unary(&m, "softsign", "t", "", s), 0);
        check_pass(&m, &in, LP_PASS_FUSE_ADD, 1);
    }
}

TEST(a_broadcast_of_a_part_of_itself_agrees) {
    built_model m = {0};
    int a = built_unary(&m, "tanh", "a", "", built_variable(&m, "data"));
    int s = built_unary(&m, "slice_axis", "s", "'axis':'1','begin':'0','end':'1'", a);
    int t = built_binary(&m, "broadcast_add", "t", "", a, s);
    int u = built_unary(&m, "Reshape", "u", "'shape':'(0,0,7,9)'", t);
    int v = built_unary(&m, "Reshape", "v", "'shape':'(0,0,9,7)'", u);
    built_head(&m, add(&m, "w", t, v), 0);
    check_pass(&m, &image, LP_PASS_REUSE, 0);
}

TEST(a_chain_of_residual_blocks_agrees) {
    built_model m = {0};
    int at = built_variable(&m, "data");
    for (int i = 0; i < 4; i++) {
        char a[16], b[16], r[16], s[16], n[16], o[16];
        (void)snprintf(a, sizeof a, "a%d", i);
        (void)snprintf(b, sizeof b, "b%d", i);
        (void)snprintf(r, sizeof r, "r%d", i);
        (void)snprintf(s, sizeof s, "s%d", i);
        (void)snprintf(n, sizeof n, "n%d", i);
        (void)snprintf(o, sizeof o, "o%d", i);
        int c = relu(&m, r, convolution(&m, a, at, 8, 8));
        at = relu(&m, o, add(&m, s, at, batch_norm(&m, n, convolution(&m, b, c, 8, 8), 8)));
    }
    built_head(&m, at, 0);
    check_pass(&m, &image, LP_PASS_FUSE_ADD, 8);
}

/* ---- joining -------------------------------------------------------------------------------- */

/* Depthwise 3x3, then 1x1 to f filters, as MobileNets have them; of `c` channels. */
static int separable(built_model *m, int data, const char *more, int64_t c, int64_t f) {
    char attrs[160];
    int64_t deep[4] = {c, 1, 3, 3}, wide[4] = {f, c, 1, 1};
    (void)snprintf(attrs, sizeof attrs,
                   "'kernel':'(3,3)','no_bias':'True','num_filter':'%d','num_group':'%d',%s", (int)c,
                   (int)c, more);
    give(m, "arg:deep_weight", 4, deep, 0.5f, 0.0f);
    int at = built_binary(m, "Convolution", "deep", attrs, data, built_variable(m, "deep_weight"));
    at = built_unary(m, "clip", "bounded", "'a_min':'0','a_max':'6'", batch_norm(m, "norm", at, c));
    (void)snprintf(attrs, sizeof attrs, "'kernel':'(1,1)','num_filter':'%d'", (int)f);
    give(m, "arg:wide_weight", 4, wide, 0.3f, 0.0f);
    int inputs[3] = {at, built_variable(m, "wide_weight"),
                     give_vector(m, "arg", "wide_bias", f, 0.3f, 0.0f)};
    return built_node(m, "Convolution", "wide", attrs, 3, inputs);
}

/* Whether a join is expected, at levels that have blocked layouts; the same results with and without, for any number of threads. */
static void check_join(built_model *m, const input *in, bool joins) {
    outcome with, without, none, threads;
    built_finish(m);
    REQUIRE(run_model(m, 1, in, 1, 0, 1, &with));
    REQUIRE(run_model(m, 1, in, 1, 0, 3, &threads));
    REQUIRE(run_model(m, 1, in, 1, LP_PASS_JOIN, 1, &without));
    REQUIRE(run_model(m, 1, in, 1, ALL_PASSES, 1, &none));
    bool layouts = strstr(LPGetBuildInfo(), "vectors=yes") != NULL;
    CHECK_EQ_INT((int)without.stats.plan_nodes - (int)with.stats.plan_nodes, joins && layouts);
    CHECK(with.stats.arena_bytes <= without.stats.arena_bytes);
    CHECK(outcome_identical(&with, &without));
    CHECK(outcome_identical(&with, &threads));
    CHECK(outcome_difference(&with, &none) <= TOLERANCE);
    outcome_free(&with);
    outcome_free(&without);
    outcome_free(&threads);
    outcome_free(&none);
    built_free(m);
}

TEST(a_depthwise_convolution_joins_the_1x1_behind_it) {
    static const char *const ways[] = {"'pad':'(1,1)'", "'pad':'(1,1)','stride':'(2,2)'",
                                       "'pad':'(0,2)'", "'pad':'(2,2)','dilate':'(2,2)'"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const input large = {"data", {1, 48, i == 1 ? 79 : 63, i == 1 ? 81 : 65}, 4};
        built_model m = {0};
        int at = separable(&m, built_variable(&m, "data"), ways[i], 48, i == 0 ? 37 : 32);
        built_head(&m, i == 2 ? at : relu(&m, "end", at), 0);
        /* With blocks of 16, bringing all of the input into blocks costs more than is gained by it. */
        check_join(&m, &large, i != 1 || strstr(LPGetBuildInfo(), "isa=avx512") == NULL);
    }
    /* Several images. */
    const input many = {"data", {3, 48, 57, 64}, 4};
    built_model m = {0};
    built_head(&m, separable(&m, built_variable(&m, "data"), "'pad':'(1,1)'", 48, 32), 0);
    check_join(&m, &many, true);
}

TEST(a_join_leaves_alone_what_others_read) {
    const input large = {"data", {1, 48, 63, 65}, 4};
    /* The block's own input is added behind it: it must not be written over while bands still read it. */
    built_model m = {0};
    int data = built_variable(&m, "data");
    built_head(&m, add(&m, "sum", data, separable(&m, data, "'pad':'(1,1)'", 48, 48)), 0);
    check_join(&m, &large, false);
    memset(&m, 0, sizeof m);
    data = relu(&m, "before", built_variable(&m, "data"));
    built_head(&m, add(&m, "sum", data, separable(&m, data, "'pad':'(1,1)'", 48, 48)), 0);
    check_join(&m, &large, false);
    /* What is between is an output, too. */
    memset(&m, 0, sizeof m);
    int wide = separable(&m, built_variable(&m, "data"), "'pad':'(1,1)'", 48, 32);
    built_head(&m, wide, 0);
    built_head(&m, wide - 3, 0);
    check_join(&m, &large, false);
    /* Small enough to stay in a cache anyhow. */
    const input small = {"data", {1, 48, 9, 10}, 4};
    memset(&m, 0, sizeof m);
    built_head(&m, separable(&m, built_variable(&m, "data"), "'pad':'(1,1)'", 48, 32), 0);
    check_join(&m, &small, false);
}

/* ---- chains ----------------------------------------------------------------------------------- */

/* Images whose planes are not a multiple of a tile, channels not of a block. */
static const input images = {"data", {2, 12, 23, 19}, 4};

static int scalar(built_model *m, const char *op, const char *name, double value, int data) {
    char attrs[64];
    (void)snprintf(attrs, sizeof attrs, "'scalar':'%.17g'", value);
    return built_unary(m, op, name, attrs, data);
}

TEST(a_batch_norm_and_what_follows_it_are_one_pass) {
    built_model m = {0};
    int data = built_variable(&m, "data");
    int n = relu(&m, "r", batch_norm(&m, "n", data, 12));
    n = scalar(&m, "_rminus_scalar", "s", 0.75, n);
    n = scalar(&m, "_mul_scalar", "t", -1.5, n);
    built_head(&m, built_unary(&m, "tanh", "u", "", n), 0);
    check_pass(&m, &images, LP_PASS_CHAIN, 4);
}

TEST(operands_of_every_shape_are_read_in_a_chain) {
    static const char *const shapes[] = {"(1, 12, 1, 1)", "(2, 12, 1, 1)", "(1, 1, 1, 1)",
                                         "(2, 12, 23, 19)"};
    static const int64_t dims[4][4] = {{1, 12, 1, 1}, {2, 12, 1, 1}, {1, 1, 1, 1}, {2, 12, 1, 1}};
    static const char *const ops[] = {"broadcast_sub", "broadcast_mul", "broadcast_div"};
    for (int kind = 0; kind < 4; kind++) {
        for (int op = 0; op < 6; op++) {
            built_model m = {0};
            char attrs[64];
            int data = built_variable(&m, "data"), operand;
            if (kind == 3) { /* another value of the network */
                operand = built_unary(&m, "exp", "operand", "", data);
            } else {
                (void)snprintf(attrs, sizeof attrs, "'__shape__':'%s'", shapes[kind]);
                give(&m, "arg:operand", 4, dims[kind], 0.4f, 1.0f);
                operand = built_node(&m, "null", "operand", attrs, 0, NULL);
            }
            int x = relu(&m, "r", batch_norm(&m, "n", data, 12));
            x = op % 2 == 0 ? built_binary(&m, ops[op / 2], "b", "", x, operand)
                            : built_binary(&m, ops[op / 2], "b", "",
                                           operand, scalar(&m, "_plus_scalar", "p", 0.5, x));
            built_head(&m, built_unary(&m, "softsign", "s", "", x), 0);
            check_pass(&m, &images, LP_PASS_CHAIN, op % 2 == 0 ? 3 : 4);
        }
    }
}

TEST(a_gate_of_one_value_per_image_and_channel_stays_in_the_layout) {
    /* Squeeze and excitation between two convolutions. */
    built_model m = {0};
    int c = convolution(&m, "c", built_variable(&m, "data"), 12, 20);
    int squeezed = built_unary(&m, "Pooling", "g", "'kernel':'(1,1)','global_pool':'True','pool_type':'avg'", c);
    int gate = built_unary(&m, "sigmoid", "s", "", convolution(&m, "e", squeezed, 20, 20));
    built_head(&m, convolution(&m, "d", built_binary(&m, "broadcast_mul", "b", "", c, gate), 20, 3), 0);
    built_finish(&m);
    outcome with, without;
    REQUIRE(run_model(&m, 1, &images, 1, 0, 1, &with));
    REQUIRE(run_model(&m, 1, &images, 1, ALL_PASSES, 1, &without));
    CHECK(outcome_difference(&with, &without) <= TOLERANCE);
    /* Five nodes and at most the conversions of the input and of the output. */
    CHECK(with.stats.plan_nodes >= 5 && with.stats.plan_nodes <= 7);
    outcome_free(&with);
    outcome_free(&without);
    built_free(&m);
}

TEST(a_chain_ends_where_a_value_is_read_elsewhere) {
    built_model m = {0};
    int data = built_variable(&m, "data");
    int a = built_unary(&m, "exp", "a", "", data), b = built_unary(&m, "tanh", "b", "", a);
    int c = built_unary(&m, "sin", "c", "", b);
    built_head(&m, built_binary(&m, "elemwise_sub", "d", "", c, a), 0); /* a is read twice */
    built_head(&m, b, 0);                                               /* b is an output */
    check_pass(&m, &images, LP_PASS_CHAIN, 1);
}

TEST(long_chains_and_many_operands_agree) {
    built_model m = {0};
    int data = built_variable(&m, "data"), values[40];
    values[0] = data;
    for (int i = 1; i < 40; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "v%d", i);
        values[i] = built_unary(&m, i % 2 == 0 ? "tanh" : "sin", name, "", values[i / 3]);
    }
    int x = data;
    for (int i = 0; i < 40; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "x%d", i);
        x = built_binary(&m, i % 3 == 0 ? "elemwise_sub" : "elemwise_add", name, "", values[i], x);
    }
    built_head(&m, x, 0);
    built_finish(&m);
    outcome with, without;
    REQUIRE(run_model(&m, 1, &images, 1, 0, 2, &with));
    REQUIRE(run_model(&m, 1, &images, 1, ALL_PASSES, 1, &without));
    CHECK(outcome_identical(&with, &without));
    CHECK(with.stats.plan_nodes + 30 < without.stats.plan_nodes);
    outcome_free(&with);
    outcome_free(&without);
    built_free(&m);
}

TEST(swish_and_hard_swish_become_the_activation_of_the_convolution) {
    for (int kind = 0; kind < 5; kind++) {
        built_model m = {0};
        int c = convolution(&m, "c", built_variable(&m, "data"), 12, 20), gate;
        switch (kind) {
            case 0: gate = built_unary(&m, "sigmoid", "s", "", c); break;
            case 1: gate = built_unary(&m, "Activation", "s", "'act_type':'sigmoid'", c); break;
            case 2:
                gate = built_unary(&m, "hard_sigmoid", "s", "'alpha':'0.2','beta':'0.4'", c);
                break;
            default:
                gate = scalar(&m, "_plus_scalar", "p", 3, c);
                gate = built_unary(&m, "clip", "q", "'a_min':'0','a_max':'6'", gate);
                gate = kind == 3 ? scalar(&m, "_div_scalar", "s", 6, gate)
                                 : scalar(&m, "_mul_scalar", "s", 1.0 / 6, gate);
                break;
        }
        int y = kind == 4 ? built_binary(&m, "elemwise_mul", "y", "", c, gate)
                          : built_binary(&m, "broadcast_mul", "y", "", gate, c);
        built_head(&m, y, 0);
        built_finish(&m);
        outcome with, without;
        REQUIRE(run_model(&m, 1, &images, 1, LP_PASS_LAYOUT, 1, &with));
        REQUIRE(run_model(&m, 1, &images, 1, ALL_PASSES, 1, &without));
        CHECK(outcome_difference(&with, &without) <= TOLERANCE);
        CHECK_EQ_INT(with.stats.plan_nodes, 1);
        outcome_free(&with);
        outcome_free(&without);
        built_free(&m);
    }
}

TEST(what_only_looks_like_a_gate_is_none) {
    /* Another top, another bottom, an addition behind the bound, another factor. */
    for (int kind = 0; kind < 4; kind++) {
        built_model m = {0};
        int c = convolution(&m, "c", built_variable(&m, "data"), 12, 20);
        int gate = scalar(&m, "_plus_scalar", "p", 3, c);
        gate = built_unary(&m, "clip", "q",
                           kind == 0   ? "'a_min':'0','a_max':'5'"
                           : kind == 1 ? "'a_min':'-1','a_max':'6'"
                                       : "'a_min':'0','a_max':'6'",
                           gate);
        gate = kind == 2 ? scalar(&m, "_plus_scalar", "r", 0.5, gate) : gate;
        gate = scalar(&m, "_div_scalar", "s", 6, gate);
        built_head(&m, built_binary(&m, "elemwise_mul", "y", "", kind == 3 ? gate : c, gate), 0);
        built_finish(&m);
        outcome with, without;
        REQUIRE(run_model(&m, 1, &images, 1, LP_PASS_LAYOUT, 1, &with));
        REQUIRE(run_model(&m, 1, &images, 1, ALL_PASSES, 1, &without));
        CHECK(outcome_difference(&with, &without) <= TOLERANCE);
        CHECK_EQ_INT(with.stats.plan_nodes, 2);
        outcome_free(&with);
        outcome_free(&without);
        built_free(&m);
    }
}

TEST(chains_of_vectors_and_matrices_agree) {
    static const input flat[] = {{"data", {3, 12}, 2}, {"data", {12}, 1}, {"data", {3, 12, 5}, 3}};
    for (int i = 0; i < 3; i++) {
        built_model m = {0};
        int x = built_variable(&m, "data");
        x = i == 1 ? scalar(&m, "_plus_scalar", "n", 0.5, x) : batch_norm(&m, "n", x, 12);
        int64_t slopes = i == 1 ? 1 : 12;
        give(&m, "arg:gamma", 1, &slopes, 0.3f, 0.1f);
        int gamma = built_node(&m, "null", "gamma",
                               i == 1 ? "'__shape__':'(1,)'" : "'__shape__':'(12,)'", 0, NULL);
        x = built_binary(&m, "LeakyReLU", "p", "'act_type':'prelu'", x, gamma);
        built_head(&m, built_unary(&m, "exp", "e", "", x), 0);
        check_pass(&m, &flat[i], LP_PASS_CHAIN, 2);
    }
}

TEST(concat_and_slices_become_views) {
    built_model m = {0};
    int data = built_variable(&m, "data");
    int a = built_unary(&m, "tanh", "a", "", data), b = built_unary(&m, "exp", "b", "", data);
    int c = built_binary(&m, "Concat", "c", "'num_args':'2'", a, b);
    int s = built_unary(&m, "slice_axis", "s", "'axis':'1','begin':'4','end':'12'", c);
    int t = built_unary(&m, "slice_axis", "t", "'axis':'1','begin':'2','end':'8'", s);
    int r = built_unary(&m, "Reshape", "r", "'shape':'(0,-1)'", t);
    built_head(&m, built_unary(&m, "tanh", "e", "", r), 0);
    check_pass(&m, &image, LP_PASS_VIEW, 4);
}

TEST(slices_of_whole_blocks_and_single_pixels_stay_in_the_layout) {
    /* Between convolutions: one slice of 16 channels and one of the other 12, then a pixel of each. */
    for (int batch = 1; batch < 3; batch++) {
        built_model m = {0};
        const input in = {"data", {batch, 12, 23, 19}, 4};
        int c = convolution(&m, "c", built_variable(&m, "data"), 12, 28);
        int a = built_unary(&m, "slice_axis", "a", "'axis':'1','begin':'0','end':'16'", c);
        int b = built_unary(&m, "slice_axis", "b", "'axis':'1','begin':'16','end':'28'", c);
        a = convolution(&m, "d", a, 16, 32);
        b = convolution(&m, "e", b, 12, 32);
        a = built_unary(&m, "Pooling", "p", "'kernel':'(1,1)','global_pool':'1','pool_type':'max'", add(&m, "s", a, b));
        built_head(&m, built_unary(&m, "Flatten", "f", "", a), 0);
        built_finish(&m);
        outcome with, without;
        REQUIRE(run_model(&m, 1, &in, 1, 0, 1, &with));
        REQUIRE(run_model(&m, 1, &in, 1, ALL_PASSES, 1, &without));
        CHECK(outcome_difference(&with, &without) <= TOLERANCE);
        /* Three convolutions, a pooling, for the input at most a conversion: then no copies at all. */
        CHECK(with.stats.plan_nodes <= (batch == 1 ? 5 : 7));
        outcome_free(&with);
        outcome_free(&without);
        built_free(&m);
    }
}

TEST(what_is_read_for_its_shape_only_is_not_converted) {
    for (int kind = 0; kind < 2; kind++) {
        built_model m = {0};
        int c = convolution(&m, "c", built_variable(&m, "data"), 12, 16);
        int d = built_unary(&m, "Pooling", "p", "'kernel':'(3,3)','pool_type':'max'", c);
        int x = kind == 0 ? built_binary(&m, "Crop", "x", "'num_args':'2'", c, d)
                          : built_binary(&m, "slice_like", "x", "'axes':'(2,3)'", c, d);
        built_head(&m, convolution(&m, "e", add(&m, "s", x, relu(&m, "r", d)), 16, 8), 0);
        built_finish(&m);
        outcome with, without;
        REQUIRE(run_model(&m, 1, &images, 1, 0, 1, &with));
        REQUIRE(run_model(&m, 1, &images, 1, ALL_PASSES, 1, &without));
        CHECK(outcome_difference(&with, &without) <= TOLERANCE);
        /* Convolutions, pooling, slice, relu and sum in one, and the conversions of input and output. */
        CHECK(with.stats.plan_nodes <= 7);
        outcome_free(&with);
        outcome_free(&without);
        built_free(&m);
    }
}

TEST(views_of_outputs_and_inputs_agree) {
    built_model m = {0};
    int data = built_variable(&m, "data");
    int r = built_unary(&m, "Reshape", "r", "'shape':'(0,-1)'", data);
    int a = built_unary(&m, "tanh", "a", "", data);
    int s = built_unary(&m, "SliceChannel", "s", "'num_outputs':'4'", a);
    int t = built_unary(&m, "slice_axis", "t", "'axis':'1','begin':'1','end':'2'",
                        BUILT_OUTPUT(s, 2));
    built_head(&m, r, 0);
    built_head(&m, s, 1);
    built_head(&m, t, 0);
    built_head(&m, data, 0);
    /* a dies with b, but for the parts that are outputs. */
    built_head(&m, built_unary(&m, "sigmoid", "b", "", a), 0);
    built_finish(&m);
    outcome with, none;
    REQUIRE(run_model(&m, 1, &image, 1, 0, 1, &with));
    REQUIRE(run_model(&m, 1, &image, 1, ALL_PASSES, 1, &none));
    CHECK(outcome_identical(&with, &none));
    outcome_free(&with);
    outcome_free(&none);
    built_free(&m);
}

/* Concats in every situation that a view must not spoil; `kind` picks one. */
static int concat_case(built_model *m, int kind, int data) {
    int a = built_unary(m, "tanh", "a", "", data), b = built_unary(m, "exp", "b", "", data);
    int inputs[4];
    switch (kind) {
        case 0: /* one value twice */
            return built_binary(m, "Concat", "c", "'num_args':'2'", a, a);
        case 1: /* a graph input */
            return built_binary(m, "Concat", "c", "'num_args':'2'", data, a);
        case 2: { /* one value in two concats */
            int c = built_binary(m, "Concat", "c", "'num_args':'2'", a, b);
            int d = built_binary(m, "Concat", "d", "'num_args':'2'", b, a);
            return add(m, "e", c, d);
        }
        case 3: { /* a concat of concats, one of them read elsewhere */
            int c = built_binary(m, "Concat", "c", "'num_args':'2'", a, b);
            int d = built_binary(m, "Concat", "d", "'num_args':'2'", c, a);
            inputs[0] = c;
            inputs[1] = d;
            inputs[2] = built_unary(m, "sigmoid", "g", "", c);
            return built_node(m, "Concat", "h", "'num_args':'3'", 3, inputs);
        }
        case 4: { /* a part that is changed in place by nobody while the concat lives */
            int c = built_binary(m, "Concat", "c", "'num_args':'2'", a, b);
            int d = relu(m, "d", a);
            inputs[0] = built_unary(m, "sigmoid", "f", "", d);
            inputs[1] = c;
            return built_node(m, "Concat", "h", "'num_args':'2'", 2, inputs);
        }
        case 5: { /* another axis than the first of more than one element */
            return built_binary(m, "Concat", "c", "'num_args':'2','dim':'2'", a, b);
        }
        case 6: { /* a reshape of a part, and a part of a reshape */
            int r = built_unary(m, "Reshape", "r", "'shape':'(0,0,7,9)'", a);
            int c = built_binary(m, "Concat", "c", "'num_args':'2'", r, r);
            int d = built_binary(m, "Concat", "d", "'num_args':'2'", a, b);
            int s = built_unary(m, "Reshape", "s", "'shape':'(0,0,7,9)'", d);
            return add(m, "e", c, s);
        }
        case 7: { /* a slice of a concat put into another */
            int c = built_binary(m, "Concat", "c", "'num_args':'2'", a, b);
            int s = built_unary(m, "slice_axis", "s", "'axis':'1','begin':'4','end':'12'", c);
            return built_binary(m, "Concat", "d", "'num_args':'2'", s, b);
        }
        case 8: { /* one input only */
            int c = built_unary(m, "Concat", "c", "'num_args':'1'", a);
            return built_binary(m, "Concat", "d", "'num_args':'2'", c, a);
        }
        default: { /* convolutions, which may be blocked: 8 + 8, then 12 + 8 channels */
            int c = convolution(m, "c", data, 8, 8), d = convolution(m, "d", data, 8, 8);
            int e = built_binary(m, "Concat", "e", "'num_args':'2'", c, d);
            int f = convolution(m, "f", e, 16, 12);
            return built_binary(m, "Concat", "g", "'num_args':'2'", f, c);
        }
    }
}

TEST(concats_that_share_parts_agree) {
    for (int batch = 1; batch <= 2; batch++) {
        for (int kind = 0; kind < 10; kind++) {
            for (int heads = 0; heads < 2; heads++) {
                built_model m = {0};
                input in = image;
                in.dim[0] = batch;
                int data = built_variable(&m, "data");
                built_head(&m, concat_case(&m, kind, data), 0);
                if (heads != 0) {
                    built_head(&m, 1, 0); /* a, or a weight */
                }
                built_finish(&m);
                outcome with, none;
                REQUIRE(run_model(&m, 1, &in, 1, 0, 1, &with));
                REQUIRE(run_model(&m, 1, &in, 1, ALL_PASSES, 1, &none));
                double difference = outcome_difference(&with, &none);
                if (!(difference <= TOLERANCE)) {
                    printf("  kind %d, batch %d, heads %d: %g\n", kind, batch, heads, difference);
                }
                CHECK(difference <= TOLERANCE);
                outcome_free(&with);
                outcome_free(&none);
                built_free(&m);
            }
        }
    }
}

TEST(a_layout_is_chosen_and_kept) {
    /* Blocked from the first convolution to the output: at most one conversion in, one out. */
    built_model m = {0};
    int data = built_variable(&m, "data");
    int c = convolution(&m, "c", data, 16, 16), d = convolution(&m, "d", data, 16, 16);
    int e = built_binary(&m, "Concat", "e", "'num_args':'2'", c, d);
    int p = built_unary(&m, "Pooling", "p",
                        "'kernel':'(2,2)','stride':'(2,2)','pool_type':'max'", e);
    built_head(&m, convolution(&m, "f", p, 32, 16), 0);
    input in = {"data", {1, 16, 24, 24}, 4};
    built_finish(&m);
    outcome with, without;
    REQUIRE(run_model(&m, 1, &in, 1, 0, 1, &with));
    REQUIRE(run_model(&m, 1, &in, 1, LP_PASS_LAYOUT, 1, &without));
    CHECK(outcome_difference(&with, &without) <= TOLERANCE);
    /* c, d, p, f, and two conversions; the Concat is a view. */
    CHECK(with.stats.plan_nodes <= 6);
    CHECK_EQ_INT(without.stats.plan_nodes, 4);
    outcome_free(&with);
    outcome_free(&without);
    built_free(&m);
}

TEST(reuse_saves_memory) {
    built_model m = {0};
    int at = built_variable(&m, "data");
    for (int i = 0; i < 6; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "t%d", i);
        at = convolution(&m, name, at, 8, 8);
    }
    built_head(&m, at, 0);
    built_finish(&m);
    outcome with, without;
    REQUIRE(run_model(&m, 1, &image, 1, LP_PASS_LAYOUT, 1, &with));
    REQUIRE(run_model(&m, 1, &image, 1, LP_PASS_LAYOUT | LP_PASS_REUSE, 1, &without));
    CHECK(outcome_identical(&with, &without));
    /* One tensor is 8*9*7*4 = 2016 bytes, 2048 with padding: two in turn against six; and the input. */
    CHECK_EQ_INT(with.stats.arena_bytes, 2 * 2048 + 2016);
    CHECK_EQ_INT(without.stats.arena_bytes, 6 * 2048 + 2016);
    outcome_free(&with);
    outcome_free(&without);
    built_free(&m);
}

TEST(a_chain_of_elementwise_nodes_runs_in_place) {
    built_model m = {0};
    int data = built_variable(&m, "data"), at = data;
    for (int i = 0; i < 20; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "t%d", i);
        at = i % 3 == 2 ? add(&m, name, at, data) : built_unary(&m, "sin", name, "", at);
    }
    built_head(&m, at, 0);
    built_finish(&m);
    outcome with, without;
    for (uint32_t chains = 0; chains < 2; chains++) {
        REQUIRE(run_model(&m, 1, &image, 1, chains * LP_PASS_CHAIN, 1, &with));
        REQUIRE(run_model(&m, 1, &image, 1, ALL_PASSES, 1, &without));
        CHECK(outcome_identical(&with, &without));
        CHECK_EQ_INT(with.stats.arena_bytes, 2048 + 2016);
        outcome_free(&with);
        outcome_free(&without);
    }
    REQUIRE(run_model(&m, 1, &image, 1, 0, 1, &with));
    REQUIRE(run_model(&m, 1, &image, 1, ALL_PASSES, 1, &without));
    outcome_free(&with);
    outcome_free(&without);
    built_free(&m);
}

TEST(weights_that_are_computed_are_not_taken_for_constants) {
    /* The weight of the convolution is an input of the graph, its bias the result of a node. */
    built_model m = {0};
    int inputs[3];
    int64_t four = 4;
    inputs[0] = built_variable(&m, "data");
    inputs[1] = built_variable(&m, "kernel");
    inputs[2] = built_unary(&m, "tanh", "t", "", give_vector(&m, "arg", "b", four, 1.0f, 0.0f));
    int c = built_node(&m, "Convolution", "c",
                       "'kernel':'(3,3)','pad':'(1,1)','num_filter':'4'", 3, inputs);
    built_head(&m, relu(&m, "r", batch_norm(&m, "n", c, 4)), 0);
    built_finish(&m);
    const input both[2] = {image, {"kernel", {4, 8, 3, 3}, 4}};
    outcome with, without;
    REQUIRE(run_model(&m, 2, both, 1, 0, 1, &with));
    REQUIRE(run_model(&m, 2, both, 1, ALL_PASSES, 1, &without));
    CHECK(outcome_difference(&with, &without) <= TOLERANCE);
    CHECK(with.num_outputs == 1 && with.count[0] > 0 && with.data[0][0] == with.data[0][0]);
    outcome_free(&with);
    outcome_free(&without);
    built_free(&m);
}

/* ---- random networks ---------------------------------------------------------------------------- */

static int random_inputs(const random_model *r, input *inputs) {
    for (int i = 0; i < r->num_inputs; i++) {
        inputs[i].name = r->input_names[i];
        inputs[i].ndim = 4;
        memcpy(inputs[i].dim, r->input_dims[i], sizeof inputs[i].dim);
    }
    return r->num_inputs;
}

/* What goes wrong with a network, or NULL. */
static const char *try_random(uint64_t seed, const char *isa) {
    random_model r;
    input inputs[RANDOM_MODEL_MAX_INPUTS];
    outcome none, some;
    const char *wrong = NULL;
    bool large = seed % 40 == 39;
    random_build(&r, seed, large);
    uint32_t count = (uint32_t)random_inputs(&r, inputs);
    if (isa != NULL) {
        (void)setenv("LIBPREDICT_ISA", isa, 1);
    }
    if (!run_model(&r.built, count, inputs, seed, ALL_PASSES, 1, &none)) {
        built_free(&r.built);
        return "cannot be run";
    }
    if (!run_model(&r.built, count, inputs, seed, 0, 1, &some)) {
        wrong = "cannot be run with passes";
    } else {
        double difference = outcome_difference(&some, &none);
        if (!(difference <= TOLERANCE)) {
            printf("  difference %g\n", difference);
            wrong = "passes change the results";
        } else if (large || seed % 8 == 0) {
            outcome two;
            if (!run_model(&r.built, count, inputs, seed, 0, 2, &two)) {
                wrong = "cannot be run with two threads";
            } else if (!outcome_identical(&some, &two)) {
                wrong = "two threads change the results";
            }
            outcome_free(&two);
        }
    }
    if (wrong == NULL && seed % 8 == 1) {
        outcome seen;
        run_monitored = true;
        if (!run_model(&r.built, count, inputs, seed, 0, 1, &seen)) {
            wrong = "cannot be run under a monitor";
        } else if (!(outcome_difference(&seen, &none) <= TOLERANCE)) {
            wrong = "a monitor changes the results";
        }
        run_monitored = false;
        outcome_free(&seen);
    }
    /* One pass alone switched off. */
    if (wrong == NULL) {
        outcome other;
        if (!run_model(&r.built, count, inputs, seed, 1u << seed % 9, 1, &other)) {
            wrong = "cannot be run without one of the passes";
        } else if (!(outcome_difference(&other, &none) <= TOLERANCE)) {
            wrong = "results change without one of the passes";
        }
        outcome_free(&other);
    }
    outcome_free(&some);
    outcome_free(&none);
    built_free(&r.built);
    return wrong;
}

static void check_random(const char *isa, uint64_t first) {
    const char *text = getenv("LIBPREDICT_RANDOM_GRAPHS");
    uint64_t count = text != NULL ? strtoull(text, NULL, 10) : 80;
    int failures = 0;
    for (uint64_t seed = first; seed < first + count && failures < 10; seed++) {
        const char *wrong = try_random(seed, isa);
        if (wrong != NULL) {
            printf("  seed %llu: %s\n", (unsigned long long)seed, wrong);
            failures++;
        }
    }
    (void)unsetenv("LIBPREDICT_ISA");
    CHECK_EQ_INT(failures, 0);
}

TEST(random_networks_agree_with_and_without_passes) { check_random(NULL, 1000000); }
TEST(random_networks_agree_at_base_level) { check_random("base", 2000000); }
TEST(random_networks_agree_at_avx2_level) { check_random("avx2", 3000000); }

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(drop_removes_nodes_that_do_nothing);
    RUN(drop_keeps_an_output_apart_from_the_input);
    RUN(cse_merges_equal_nodes);
    RUN(cse_keeps_nodes_that_differ_in_an_attribute_or_in_the_order_of_inputs);
    RUN(batch_norm_folds_into_the_convolution_before_it);
    RUN(batch_norm_folds_into_the_fully_connected_before_it);
    RUN(batch_norm_stays_where_the_convolution_is_read_twice_or_is_an_output);
    RUN(batch_norm_stays_where_its_axis_is_another);
    RUN(a_chain_of_batch_norms_folds_once);
    RUN(an_activation_fuses_into_the_convolution_before_it);
    RUN(gates_fuse_into_the_convolution_before_them);
    RUN(prelu_fuses_with_a_slope_per_channel_and_with_one_for_all);
    RUN(an_activation_stays_where_the_convolution_is_read_twice_or_is_an_output);
    RUN(an_output_that_is_read_too_stays_itself);
    RUN(an_addition_fuses_into_a_convolution);
    RUN(a_residual_of_two_convolutions_fuses_once_and_takes_the_activation);
    RUN(an_activation_before_an_addition_keeps_the_addition_out);
    RUN(an_addition_of_a_value_to_itself_stays);
    RUN(an_addition_stays_where_the_convolution_is_read_elsewhere);
    RUN(what_is_added_is_not_overwritten_while_it_is_read);
    RUN(a_broadcast_of_a_part_of_itself_agrees);
    RUN(a_chain_of_residual_blocks_agrees);
    RUN(a_depthwise_convolution_joins_the_1x1_behind_it);
    RUN(a_join_leaves_alone_what_others_read);
    RUN(a_batch_norm_and_what_follows_it_are_one_pass);
    RUN(operands_of_every_shape_are_read_in_a_chain);
    RUN(a_gate_of_one_value_per_image_and_channel_stays_in_the_layout);
    RUN(a_chain_ends_where_a_value_is_read_elsewhere);
    RUN(long_chains_and_many_operands_agree);
    RUN(swish_and_hard_swish_become_the_activation_of_the_convolution);
    RUN(what_only_looks_like_a_gate_is_none);
    RUN(chains_of_vectors_and_matrices_agree);
    RUN(concat_and_slices_become_views);
    RUN(slices_of_whole_blocks_and_single_pixels_stay_in_the_layout);
    RUN(what_is_read_for_its_shape_only_is_not_converted);
    RUN(views_of_outputs_and_inputs_agree);
    RUN(concats_that_share_parts_agree);
    RUN(a_layout_is_chosen_and_kept);
    RUN(reuse_saves_memory);
    RUN(a_chain_of_elementwise_nodes_runs_in_place);
    RUN(weights_that_are_computed_are_not_taken_for_constants);
    RUN(random_networks_agree_with_and_without_passes);
    RUN(random_networks_agree_at_base_level);
    RUN(random_networks_agree_at_avx2_level);
    return check_end();
}
