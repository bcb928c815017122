/* The examples that the header gives of each error code: they give it. */
#include "api_models.h"

static built_model model;
static LPModelHandle handle;
static PredictorHandle predictor;

static void begin(void) {
    model_fc(&model);
    handle = model_of(&model);
    predictor = predictor_with(handle, NULL);
}

static void end(void) {
    CHECK_EQ_INT(MXPredFree(predictor), 0);
    CHECK_EQ_INT(LPModelFree(handle), 0);
    model_free(&model);
}

TEST(argument_handle_and_device) {
    NDListHandle list;
    PredictorHandle other;
    uint32_t length;
    const char *key = "data";
    const uint32_t indptr[2] = {0, 2}, dims[2] = {1, 2};
    begin();
    CHECK_FAILS(MXPredForward(NULL), LP_ERROR_ARGUMENT, "MXPredForward: ");
    REQUIRE(MXNDListCreate(model.params, (int)model.params_size, &list, &length) == 0);
    CHECK_FAILS(MXPredFree(list), LP_ERROR_HANDLE, "an NDList, expected a predictor");
    CHECK_EQ_INT(MXNDListFree(list), 0);
    CHECK_FAILS(MXPredCreate(model.symbol, model.params, (int)model.params_size, 2, 0, 1, &key,
                             indptr, dims, &other),
                LP_ERROR_DEVICE, "use dev_type 1");
    /* Each function names itself. */
    CHECK_FAILS(MXPredCreate(model.symbol, model.params, (int)model.params_size, 1, 0, 1, &key,
                             indptr, dims, NULL),
                LP_ERROR_ARGUMENT, "MXPredCreate: out");
    CHECK_FAILS(MXPredCreatePartialOut(model.symbol, model.params, (int)model.params_size, 1, 0, 1,
                                       &key, indptr, dims, 0, NULL, NULL),
                LP_ERROR_ARGUMENT, "MXPredCreatePartialOut: out");
    end();
}

static void check_shape(const built_model *m, uint32_t ndim, const uint32_t *dims, int code,
                        const char *part) {
    const char *key = "data";
    const uint32_t indptr[2] = {0, ndim};
    LPModelHandle made = model_of(m);
    PredictorHandle other = NULL;
    CHECK_FAILS(LPPredCreate(made, 1, &key, indptr, dims, 0, NULL, NULL, 0, NULL, NULL, NULL,
                             &other),
                code, part);
    CHECK(other == NULL);
    CHECK_EQ_INT(LPModelFree(made), 0);
}

TEST(memory_and_shape) {
    built_model m = {0};
    const uint32_t large[3] = {65535, 65535, 65535}, grey[4] = {1, 1, 28, 28};
    const int64_t weight_dims[4] = {1, 3, 1, 1};
    const float weight[3] = {1, 2, 3};
    built_head(&m, built_unary(&m, "relu", "r", "", built_variable(&m, "data")), 0);
    built_finish(&m);
    /* On 32 bits no memory could have that many bytes: the size itself is wrong. */
    check_shape(&m, 3, large, sizeof(size_t) > 4 ? LP_ERROR_MEMORY : LP_ERROR_SHAPE, "data");
    model_free(&m);
    int data = built_variable(&m, "data"), w = built_variable(&m, "c_weight");
    built_head(&m, built_binary(&m, "Convolution", "c",
                                "'kernel':'(1,1)','num_filter':'1','no_bias':'1'", data, w),
               0);
    built_param(&m, "arg:c_weight", 4, weight_dims, weight);
    built_finish(&m);
    check_shape(&m, 4, grey, LP_ERROR_SHAPE, "c_weight");
    model_free(&m);
}

static void check_model(const char *symbol, const void *params, size_t size, int code,
                        const char *part) {
    LPModelHandle made = NULL;
    CHECK_FAILS(LPModelCreate(symbol, strlen(symbol), params, size, NULL, &made), code, part);
    CHECK(made == NULL);
}

TEST(symbol_params_unsupported_and_attribute) {
    char text[64];
    built_model other = {0};
    begin();
    memcpy(text, model.symbol, sizeof text);
    text[sizeof text - 1] = '\0';
    check_model(text, NULL, 0, LP_ERROR_SYMBOL, "line");
    check_model("{\"nodes\":[{\"op\":\"relu\",\"name\":\"r\",\"inputs\":[[0,0,0]]}],\"heads\":[[0,"
                "0,0]]}",
                NULL, 0, LP_ERROR_SYMBOL, "cycle");
    check_model(model.symbol, model.params, model.params_size - 1, LP_ERROR_PARAMS, "");
    built_param(&other, "arg:nobody", 1, (const int64_t[]){1}, (const float[]){1});
    built_head(&other, built_unary(&other, "Custom", "c", "", built_variable(&other, "data")), 0);
    built_finish(&other);
    check_model(model.symbol, other.params, other.params_size, LP_ERROR_PARAMS, "nobody");
    check_model(other.symbol, NULL, 0, LP_ERROR_UNSUPPORTED, "Custom");
    model_free(&other);
    built_head(&other, built_unary(&other, "Convolution", "c",
                                   "'kernel':'(1,1)','num_filter':'1','num_group':'0'",
                                   built_variable(&other, "data")),
               0);
    built_finish(&other);
    check_model(other.symbol, NULL, 0, LP_ERROR_ATTRIBUTE, "num_group");
    model_free(&other);
    end();
}

TEST(dtype_name_size_and_index) {
    double doubles[2];
    const float numbers[3] = {1, 2, 3};
    begin();
    check_dense(predictor, 1, -1, 9, 19);
    CHECK_FAILS(LPPredGetOutput(predictor, 0, LP_FLOAT64, doubles, sizeof doubles), LP_ERROR_DTYPE,
                "float32");
    CHECK_FAILS(MXPredSetInput(predictor, "dat", numbers, 2), LP_ERROR_NAME, "data");
    CHECK_FAILS(MXPredSetInput(predictor, "data", numbers, 3), LP_ERROR_SIZE, "3");
    CHECK_FAILS(MXPredGetOutput(predictor, 1, (float *)doubles, 2), LP_ERROR_INDEX, "1");
    end();
}

TEST(state_and_missing) {
    float out[2];
    begin();
    CHECK_FAILS(MXPredGetOutput(predictor, 0, out, 2), LP_ERROR_STATE, "MXPredForward");
    end();
    built_model m = {0};
    built_head(&m, model_dense(&m, built_variable(&m, "data"), false), 0);
    built_finish(&m);
    LPModelHandle made = model_of(&m);
    PredictorHandle p = predictor_with(made, NULL);
    CHECK_FAILS(MXPredForward(p), LP_ERROR_MISSING, "fc_weight");
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(LPModelFree(made), 0);
    model_free(&m);
}

TEST(file) {
    LPModelHandle made = NULL;
    CHECK_FAILS(LPModelCreateFromFiles("/", NULL, NULL, &made), LP_ERROR_FILE, "it is a directory");
    CHECK(made == NULL);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(argument_handle_and_device);
    RUN(memory_and_shape);
    RUN(symbol_params_unsupported_and_attribute);
    RUN(dtype_name_size_and_index);
    RUN(state_and_missing);
    RUN(file);
    return check_end();
}
