/* Tiny models with results that a hand can calculate, and checks of errors, for tests of the API. */
#ifndef LP_API_MODELS_H_
#define LP_API_MODELS_H_

#include "build_model.h"
#include "check.h"

#include "../include/c_predict_api.h"

/* The call fails, with this code and this in the text. */
#define CHECK_FAILS(call, code, part)                   \
    do {                                                \
        CHECK_EQ_INT((call), -1);                       \
        CHECK_EQ_INT(LPGetErrorCode(), (code));         \
        CHECK_CONTAINS(MXGetLastError(), (part));       \
    } while (0)

/* A copy of a text written with ' for ", which the caller frees. */
static inline char *model_quoted(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    REQUIRE(copy != NULL);
    for (size_t i = 0; i < size; i++) {
        copy[i] = text[i] == '\'' ? '"' : text[i];
    }
    return copy;
}

/* fc: data (n,2) times [[1,2],[3,4]] plus (10,20): of (1,-1) it makes (9,19). */
static inline int model_dense(built_model *m, int data, bool with_params) {
    const float weight[4] = {1, 2, 3, 4}, bias[2] = {10, 20};
    const int64_t weight_dims[2] = {2, 2}, bias_dims[1] = {2};
    int inputs[3];
    inputs[0] = data;
    inputs[1] = built_variable(m, "fc_weight");
    inputs[2] = built_variable(m, "fc_bias");
    if (with_params) {
        built_param(m, "arg:fc_weight", 2, weight_dims, weight);
        built_param(m, "arg:fc_bias", 1, bias_dims, bias);
    }
    return built_node(m, "FullyConnected", "fc", "'num_hidden':'2'", 3, inputs);
}

static inline void model_fc(built_model *m) {
    memset(m, 0, sizeof *m);
    built_head(m, model_dense(m, built_variable(m, "data"), true), 0);
    built_finish(m);
}

/* fc, then softmax with a label: of (1,-1) it makes 1/(1+e^10) and the rest. */
static inline void model_softmax(built_model *m) {
    memset(m, 0, sizeof *m);
    int fc = model_dense(m, built_variable(m, "data"), true);
    int label = built_variable(m, "softmax_label");
    built_head(m, built_binary(m, "SoftmaxOutput", "softmax", "", fc, label), 0);
    built_finish(m);
}

static inline void model_free(built_model *m) { built_free(m); }

static inline PredictorHandle predictor_of(const built_model *m, uint32_t batch) {
    const char *key = "data";
    const uint32_t indptr[2] = {0, 2}, dims[2] = {batch, 2};
    PredictorHandle p = NULL;
    REQUIRE(MXPredCreate(m->symbol, m->params, (int)m->params_size, 1, 0, 1, &key, indptr, dims,
                         &p) == 0);
    return p;
}

static inline PredictorHandle predictor_with(LPModelHandle model, const LPOptions *options) {
    const char *key = "data";
    const uint32_t indptr[2] = {0, 2}, dims[2] = {1, 2};
    PredictorHandle p = NULL;
    REQUIRE(LPPredCreate(model, 1, &key, indptr, dims, 0, NULL, NULL, 0, NULL, options, NULL, &p) ==
            0);
    return p;
}

static inline LPModelHandle model_of(const built_model *m) {
    LPModelHandle model = NULL;
    REQUIRE(LPModelCreate(m->symbol, m->symbol_size, m->params, m->params_size, NULL, &model) == 0);
    return model;
}

/* Sets data to (a,b), runs, and compares the first two elements of output 0. */
static inline void check_dense(PredictorHandle p, float a, float b, float first, float second) {
    const float data[2] = {a, b};
    const float expected[2] = {first, second};
    float out[2] = {0, 0};
    CHECK_EQ_INT(MXPredSetInput(p, "data", data, 2), 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 2), 0);
    CHECK_FLOATS(out, expected, 2, 0, 1e-6);
}

#endif /* LP_API_MODELS_H_ */
