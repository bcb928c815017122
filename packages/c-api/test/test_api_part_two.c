/* The LP* functions: results, every error the contract lists, lifetimes, sharing of models. Expected
 * numbers are calculated by hand. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#if !defined(LP_NO_THREADS)
#include <pthread.h>
#endif

#include "api_models.h"
#include "counting_allocator.h"

static const char *const data_key[1] = {"data"};
static const uint32_t one_indptr[2] = {0, 2}, one_dims[2] = {1, 2};

/* ---- the library -------------------------------------------------------------------------- */

TEST(version_and_build_info_say_something) {
    CHECK(LPGetVersion() != NULL && LPGetVersion()[0] >= '0' && LPGetVersion()[0] <= '9');
    const char *info = LPGetBuildInfo();
    CHECK_CONTAINS(info, "isa=");
    CHECK_CONTAINS(info, " threads=");
    CHECK_CONTAINS(info, " blas=");
    CHECK(strstr(info, "  ") == NULL);
}

TEST(operators_are_listed_in_byte_order) {
    size_t size = 0, again = 0;
    REQUIRE(LPListOperators(NULL, 0, &size) == 0);
    REQUIRE(size > 1000);
    char *list = malloc(size);
    REQUIRE(list != NULL);
    CHECK_EQ_INT(LPListOperators(list, size, &again), 0);
    CHECK_EQ_INT(again, size);
    CHECK_EQ_INT(strlen(list) + 1, size);
    CHECK_CONTAINS(list, "\nConvolution\n");
    CHECK_CONTAINS(list, "\nconcat\n"); /* an alias */
    CHECK(list[size - 2] == '\n');
    const char *before = "";
    size_t before_length = 0;
    for (const char *at = list; *at != '\0';) {
        size_t length = strcspn(at, "\n"), common = length < before_length ? length : before_length;
        int order = memcmp(before, at, common);
        if (!(order < 0 || (order == 0 && before_length < length))) {
            printf("  %.*s\n", (int)length, at);
            CHECK(false);
        }
        before = at;
        before_length = length;
        at += length + 1;
    }
    /* Cut off, ended with a NUL. */
    char part[5] = {1, 1, 1, 1, 1};
    CHECK_EQ_INT(LPListOperators(part, 4, &again), 0);
    CHECK_EQ_INT(again, size);
    CHECK(memcmp(part, list, 3) == 0 && part[3] == '\0' && part[4] == 1);
    CHECK_FAILS(LPListOperators(list, size, NULL), LP_ERROR_ARGUMENT, "list_size is NULL");
    CHECK_FAILS(LPListOperators(NULL, 1, &again), LP_ERROR_ARGUMENT, "list is NULL");
    free(list);
}

TEST(the_allocator_is_set_before_anything_lives) {
    counting_allocator allocator;
    built_model m;
    model_fc(&m);
    CHECK_FAILS(LPSetAllocator(counting_allocate, NULL, NULL), LP_ERROR_ARGUMENT, "both");
    CHECK_FAILS(LPSetAllocator(NULL, counting_release, NULL), LP_ERROR_ARGUMENT, "both");
    CHECK_EQ_INT(counting_begin(&allocator), 0);
    PredictorHandle p = predictor_of(&m, 1);
    CHECK(allocator.live > 0);
    CHECK_FAILS(counting_end(), LP_ERROR_STATE, "alive");
    check_dense(p, 1, -1, 9, 19);
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(allocator.live, 0);
    CHECK_EQ_INT(allocator.blocks, 0);
    CHECK(!allocator.misaligned);
    CHECK_EQ_INT(counting_end(), 0);
    CHECK_EQ_INT(counting_end(), 0);
    model_free(&m);
}

/* ---- checking a model ------------------------------------------------------------------------ */

TEST(a_check_reports_everything_at_once) {
    built_model m = {0};
    int x = built_variable(&m, "data");
    int a = built_unary(&m, "NoSuchOp", "first", "", x);
    int b = built_unary(&m, "Activation", "act", "'act_type':'selu'", a);
    int c = built_unary(&m, "clip", "cut", "'a_min':'0','a_max':'1','shine':'much'", b);
    int d = built_unary(&m, "Nor\\\"This", "sec\\\"ond", "", c);
    built_head(&m, built_unary(&m, "relu", "r", "'lr_mult':'2','__x__':'1'", d), 0);
    built_finish(&m);
    size_t size = 0, again = 0;
    uint32_t errors = 0;
    REQUIRE(LPCheckModel(m.symbol, m.symbol_size, NULL, 0, &size, &errors) == 0);
    CHECK_EQ_INT(errors, 3);
    char *report = malloc(size);
    REQUIRE(report != NULL);
    CHECK_EQ_INT(LPCheckModel(m.symbol, SIZE_MAX, report, size, &again, &errors), 0);
    CHECK_EQ_INT(again, size);
    CHECK_EQ_INT(strlen(report) + 1, size);
    CHECK(strncmp(report, "{\"errors\":[{\"code\":6,\"node\":\"first\",\"op\":\"NoSuchOp\",\"text\":",
                  strlen("{\"errors\":[{\"code\":6,\"node\":\"first\",\"op\":\"NoSuchOp\",\"text\":")) ==
          0);
    CHECK_CONTAINS(report, "{\"code\":7,\"node\":\"act\",\"op\":\"Activation\",\"text\":\"Error in "
                           "operator act (Activation): ");
    CHECK_CONTAINS(report, "\"node\":\"sec\\\"ond\",\"op\":\"Nor\\\"This\"");
    CHECK_CONTAINS(report, "],\"warnings\":[{\"code\":7,\"node\":\"cut\",\"op\":\"clip\",\"text\":");
    CHECK_CONTAINS(report, "shine");
    CHECK(strstr(report, "lr_mult") == NULL && strstr(report, "__x__") == NULL);
    CHECK(report[size - 2] == '}' && report[size - 3] == ']');
    /* Cut off. */
    char part[11];
    memset(part, 1, sizeof part);
    CHECK_EQ_INT(LPCheckModel(m.symbol, m.symbol_size, part, 10, &again, &errors), 0);
    CHECK(strcmp(part, "{\"errors\"") == 0 && part[10] == 1);
    CHECK_EQ_INT(again, size);
    free(report);
    model_free(&m);
}

TEST(a_check_says_what_to_do_and_which_weights_are_needed) {
    built_model m = {0};
    int a = built_unary(&m, "FullyConnected", "fc", "'num_hidden':'2'", built_variable(&m, "data"));
    int b = built_unary(&m, "Custom", "c", "'op_type':'mine'", a);
    built_head(&m, built_unary(&m, "Activations", "d", "", b), 0);
    built_finish(&m);
    char report[2000];
    size_t size = 0;
    uint32_t errors = 0;
    REQUIRE(LPCheckModel(m.symbol, m.symbol_size, report, sizeof report, &size, &errors) == 0);
    CHECK_EQ_INT(errors, 2);
    CHECK_CONTAINS(report, "\"text\":\"Operator Custom is not registered: it calls code of the "
                           "program that made the model, which no file holds\",\"remedy\":\"choose "
                           "an output before it, or export");
    CHECK_CONTAINS(report, "Operator Activations is not registered; did you mean 'Activation'");
    CHECK_CONTAINS(report, "],\"warnings\":[],\"weights\":[\"fc_weight\",\"fc_bias\"]}");
    LPModelHandle model = NULL;
    CHECK_FAILS(LPModelCreate(m.symbol, m.symbol_size, NULL, 0, NULL, &model), LP_ERROR_UNSUPPORTED,
                "Custom (node c), Activations (node d). Custom: it calls code");
    CHECK_CONTAINS(MXGetLastError(), "which no file holds; choose an output before it");
    model_free(&m);
}

TEST(a_check_goes_on_behind_a_node_with_too_many_inputs) {
    static const char symbol[] =
        "{\"nodes\":[{\"op\":\"null\",\"name\":\"data\",\"inputs\":[]},"
        "{\"op\":\"relu\",\"name\":\"r\",\"inputs\":[[0,0],[0,0]]},"
        "{\"op\":\"Custom\",\"name\":\"c\",\"inputs\":[[1,0]]}],"
        "\"arg_nodes\":[0],\"heads\":[[2,0]]}";
    char report[1000];
    size_t size = 0;
    uint32_t errors = 0;
    REQUIRE(LPCheckModel(symbol, sizeof symbol, report, sizeof report, &size, &errors) == 0);
    CHECK_EQ_INT(errors, 2);
    CHECK_CONTAINS(report, "it has 2 inputs, expected 1");
    CHECK_CONTAINS(report, "\"node\":\"c\"");
}

TEST(a_check_of_a_good_model_finds_nothing) {
    built_model m;
    model_softmax(&m);
    char report[100];
    size_t size;
    uint32_t errors = 9;
    CHECK_EQ_INT(LPCheckModel(m.symbol, m.symbol_size, report, sizeof report, &size, &errors), 0);
    CHECK_EQ_INT(errors, 0);
    CHECK_STR(report,
              "{\"errors\":[],\"warnings\":[],\"weights\":[\"fc_weight\",\"fc_bias\"]}");
    CHECK_FAILS(LPCheckModel(NULL, 1, report, 64, &size, &errors), LP_ERROR_ARGUMENT, "symbol_json");
    CHECK_FAILS(LPCheckModel(m.symbol, m.symbol_size, NULL, 64, &size, &errors), LP_ERROR_ARGUMENT,
                "report is NULL");
    CHECK_FAILS(LPCheckModel(m.symbol, m.symbol_size, report, 64, NULL, &errors), LP_ERROR_ARGUMENT,
                "report_size");
    CHECK_FAILS(LPCheckModel(m.symbol, m.symbol_size, report, 64, &size, NULL), LP_ERROR_ARGUMENT,
                "num_errors");
    size = 5;
    CHECK_FAILS(LPCheckModel(m.symbol, 50, report, 64, &size, &errors), LP_ERROR_SYMBOL, "line");
    CHECK(size == 5 && errors == 0);
    model_free(&m);
}

/* ---- models -------------------------------------------------------------------------------------- */

TEST(a_model_tells_its_inputs_and_outputs) {
    built_model m = {0};
    int a = built_variable(&m, "image"), b = built_variable(&m, "info");
    int sum = built_binary(&m, "elemwise_add", "sum", "", a, b);
    int fc = model_dense(&m, sum, true);
    int parts = built_unary(&m, "SliceChannel", "parts", "'num_outputs':'2'", fc);
    built_head(&m, parts, 1);
    built_head(&m, built_binary(&m, "SoftmaxOutput", "softmax", "", fc,
                                built_variable(&m, "softmax_label")),
               0);
    built_head(&m, a, 0);
    built_finish(&m);
    LPModelHandle model = model_of(&m);
    uint32_t count = 0;
    const char *name = NULL;
    static const char *const inputs[] = {"image", "info"};
    static const char *const outputs[] = {"parts_output1", "softmax_output", "image"};
    CHECK_EQ_INT(LPModelGetInputCount(model, &count), 0);
    REQUIRE(count == 2);
    for (uint32_t i = 0; i < count; i++) {
        CHECK_EQ_INT(LPModelGetInputName(model, i, &name), 0);
        CHECK_STR(name, inputs[i]);
    }
    CHECK_EQ_INT(LPModelGetOutputCount(model, &count), 0);
    REQUIRE(count == 3);
    for (uint32_t i = 0; i < count; i++) {
        CHECK_EQ_INT(LPModelGetOutputName(model, i, &name), 0);
        CHECK_STR(name, outputs[i]);
    }
    name = NULL;
    CHECK_FAILS(LPModelGetInputName(model, 2, &name), LP_ERROR_INDEX, "index 2, there are 2");
    CHECK_FAILS(LPModelGetOutputName(model, 3, &name), LP_ERROR_INDEX, "index 3, there are 3");
    CHECK(name == NULL);
    CHECK_FAILS(LPModelGetInputCount(model, NULL), LP_ERROR_ARGUMENT, "count is NULL");
    CHECK_FAILS(LPModelGetOutputCount(model, NULL), LP_ERROR_ARGUMENT, "count is NULL");
    CHECK_FAILS(LPModelGetInputName(model, 0, NULL), LP_ERROR_ARGUMENT, "name is NULL");
    CHECK_FAILS(LPModelGetOutputName(model, 0, NULL), LP_ERROR_ARGUMENT, "name is NULL");
    CHECK_FAILS(LPModelGetInputCount(NULL, &count), LP_ERROR_ARGUMENT, "handle is NULL");
    CHECK_FAILS(LPModelGetOutputCount(NULL, &count), LP_ERROR_ARGUMENT, "handle is NULL");
    CHECK_FAILS(LPModelGetInputName(NULL, 0, &name), LP_ERROR_ARGUMENT, "handle is NULL");
    CHECK_FAILS(LPModelGetOutputName(NULL, 0, &name), LP_ERROR_ARGUMENT, "handle is NULL");
    CHECK_EQ_INT(LPModelFree(model), 0);
    model_free(&m);
}

TEST(making_a_model_checks_its_arguments) {
    built_model m;
    model_fc(&m);
    LPModelHandle model = &m;
    LPError error;
    memset(&error, 1, sizeof error);
    CHECK_FAILS(LPModelCreate(NULL, 5, m.params, m.params_size, &error, &model), LP_ERROR_ARGUMENT,
                "symbol_json is NULL");
    CHECK_EQ_INT(error.code, LP_ERROR_ARGUMENT);
    CHECK_EQ_INT(error.reserved, 0);
    CHECK_STR(error.text, MXGetLastError());
    CHECK_FAILS(LPModelCreate(m.symbol, m.symbol_size, m.params, m.params_size, &error, NULL),
                LP_ERROR_ARGUMENT, "out is NULL");
    CHECK_FAILS(LPModelCreate(m.symbol, m.symbol_size, NULL, 3, NULL, &model), LP_ERROR_ARGUMENT,
                "params is NULL");
    CHECK_FAILS(LPModelCreate(m.symbol, m.symbol_size - 1, m.params, m.params_size, &error, &model),
                LP_ERROR_SYMBOL, "end of the text");
    CHECK_FAILS(LPModelCreate(m.symbol, m.symbol_size, m.params, 40, &error, &model),
                LP_ERROR_PARAMS, "array 0");
    CHECK_EQ_INT(error.code, LP_ERROR_PARAMS);
    /* A NUL ends the text. */
    char text[200];
    memset(text, 'x', sizeof text);
    memcpy(text, "{\"nodes\":", 10);
    CHECK_FAILS(LPModelCreate(text, sizeof text, NULL, 0, &error, &model), LP_ERROR_SYMBOL,
                "byte 9");
    model_free(&m);
    /* Parameters of another model. */
    memset(&m, 0, sizeof m);
    const float x[1] = {1};
    const int64_t one = 1;
    built_param(&m, "arg:stage1_weight", 1, &one, x);
    built_head(&m, model_dense(&m, built_variable(&m, "data"), false), 0);
    built_finish(&m);
    CHECK_FAILS(LPModelCreate(m.symbol, m.symbol_size, m.params, m.params_size, &error, &model),
                LP_ERROR_PARAMS, "stage1_weight");
    model_free(&m);
    memset(&m, 0, sizeof m);
    built_head(&m, built_unary(&m, "NoSuchOp", "n", "", built_variable(&m, "data")), 0);
    built_finish(&m);
    CHECK_FAILS(LPModelCreate(m.symbol, m.symbol_size, NULL, 0, &error, &model),
                LP_ERROR_UNSUPPORTED, "NoSuchOp (node n)");
    model_free(&m);
    memset(&m, 0, sizeof m);
    built_head(&m, built_unary(&m, "clip", "n", "'a_min':'zero','a_max':'1'",
                               built_variable(&m, "data")),
               0);
    built_finish(&m);
    CHECK_FAILS(LPModelCreate(m.symbol, m.symbol_size, NULL, 0, &error, &model),
                LP_ERROR_ATTRIBUTE, "n (clip): ");
    CHECK_CONTAINS(MXGetLastError(), "zero");
    CHECK(model == &m);
    model_free(&m);
    /* A success clears the structure. */
    model_fc(&m);
    CHECK_EQ_INT(LPModelCreate(m.symbol, SIZE_MAX, m.params, m.params_size, &error, &model), 0);
    CHECK_EQ_INT(error.code, LP_OK);
    CHECK_STR(error.text, "");
    CHECK_EQ_INT(LPModelFree(model), 0);
    model_free(&m);
}

TEST(a_model_lives_as_long_as_somebody_needs_it) {
    built_model m;
    model_fc(&m);
    counting_allocator allocator;
    REQUIRE(counting_begin(&allocator) == 0);
    LPModelHandle model = model_of(&m);
    PredictorHandle p = predictor_with(model, NULL), q = predictor_with(model, NULL);
    CHECK_EQ_INT(LPModelRetain(model), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    /* The buffers it was made from are gone, too. */
    memset(m.symbol, 'x', m.symbol_size);
    memset(m.params, 0xff, m.params_size);
    check_dense(p, 1, -1, 9, 19);
    CHECK_EQ_INT(MXPredFree(p), 0);
    check_dense(q, 2, 0.5f, 13, 28);
    CHECK(allocator.live > 0);
    CHECK_EQ_INT(MXPredFree(q), 0);
    CHECK_EQ_INT(allocator.live, 0);
    CHECK_EQ_INT(counting_end(), 0);
    CHECK_EQ_INT(LPModelFree(NULL), 0);
    CHECK_FAILS(LPModelRetain(NULL), LP_ERROR_ARGUMENT, "handle is NULL");
    model_free(&m);
}

/* ---- predictors of a model --------------------------------------------------------------------------- */

typedef struct call {
    LPModelHandle model;
    uint32_t num_inputs;
    const char **keys;
    const uint32_t *indptr, *dims;
    uint32_t num_dtypes;
    const char **dtype_keys;
    const int *dtypes;
    uint32_t num_outputs;
    const char **outputs;
    const LPOptions *options;
    LPError error;
    PredictorHandle out;
} call;

static call usual(LPModelHandle model) {
    call c;
    memset(&c, 0, sizeof c);
    c.model = model;
    c.num_inputs = 1;
    c.keys = (const char **)(uintptr_t)data_key;
    c.indptr = one_indptr;
    c.dims = one_dims;
    return c;
}

static int make(call *c) {
    return LPPredCreate(c->model, c->num_inputs, c->keys, c->indptr, c->dims, c->num_dtypes,
                        c->dtype_keys, c->dtypes, c->num_outputs, c->outputs, c->options, &c->error,
                        &c->out);
}

#define CHECK_MAKE_FAILS(c, expected, part)       \
    do {                                          \
        CHECK_FAILS(make(&(c)), expected, part);  \
        CHECK_EQ_INT((c).error.code, expected);   \
        CHECK_CONTAINS((c).error.text, part);     \
        CHECK((c).out == NULL);                   \
    } while (0)

TEST(making_a_predictor_checks_its_arguments) {
    built_model m;
    model_softmax(&m);
    LPModelHandle model = model_of(&m);
    const char *null_key[1] = {NULL}, *unknown[1] = {"dato"}, *fc[1] = {"fc"};
    const uint32_t late[2] = {1, 2}, wide[2] = {1, 3};
    const int float64 = LP_FLOAT64, bad_type = 8;
    call c = usual(NULL);
    CHECK_MAKE_FAILS(c, LP_ERROR_ARGUMENT, "handle is NULL");
    c = usual(model);
    c.keys = NULL;
    CHECK_MAKE_FAILS(c, LP_ERROR_ARGUMENT, "input_keys is NULL");
    c = usual(model);
    c.keys = null_key;
    CHECK_MAKE_FAILS(c, LP_ERROR_ARGUMENT, "input_keys[0] is NULL");
    c = usual(model);
    c.indptr = NULL;
    CHECK_MAKE_FAILS(c, LP_ERROR_ARGUMENT, "input_shape_indptr is NULL");
    c = usual(model);
    c.indptr = late;
    CHECK_MAKE_FAILS(c, LP_ERROR_ARGUMENT, "begins with 1");
    c = usual(model);
    c.dims = NULL;
    CHECK_MAKE_FAILS(c, LP_ERROR_ARGUMENT, "input_shape_data is NULL");
    c = usual(model);
    c.num_dtypes = 1;
    CHECK_MAKE_FAILS(c, LP_ERROR_ARGUMENT, "NULL");
    c.dtype_keys = (const char **)(uintptr_t)data_key;
    CHECK_MAKE_FAILS(c, LP_ERROR_ARGUMENT, "dtypes is NULL");
    c.dtypes = &bad_type;
    CHECK_MAKE_FAILS(c, LP_ERROR_ARGUMENT, "8 is no element type");
    c.dtypes = &float64;
    CHECK_MAKE_FAILS(c, LP_ERROR_DTYPE, "float64");
    c.dtype_keys = unknown;
    CHECK_MAKE_FAILS(c, LP_ERROR_NAME, "did you mean 'data'?");
    c = usual(model);
    c.num_outputs = 1;
    CHECK_MAKE_FAILS(c, LP_ERROR_ARGUMENT, "output_keys is NULL");
    c.outputs = null_key;
    CHECK_MAKE_FAILS(c, LP_ERROR_ARGUMENT, "output_keys[0] is NULL");
    c.outputs = unknown;
    CHECK_MAKE_FAILS(c, LP_ERROR_NAME, "dato_output");
    c = usual(model);
    c.keys = unknown;
    CHECK_MAKE_FAILS(c, LP_ERROR_NAME, "cannot find input key dato; did you mean 'data'?");
    c = usual(model);
    c.dims = wide;
    CHECK_MAKE_FAILS(c, LP_ERROR_SHAPE, "fc_weight");
    c = usual(model);
    c.num_inputs = 0;
    c.keys = NULL;
    c.indptr = NULL;
    c.dims = NULL;
    CHECK_MAKE_FAILS(c, LP_ERROR_SHAPE, "data");
    c = usual(model);
    CHECK_FAILS(LPPredCreate(model, 1, c.keys, c.indptr, c.dims, 0, NULL, NULL, 0, NULL, NULL, NULL,
                             NULL),
                LP_ERROR_ARGUMENT, "out is NULL");
    /* A predictor is no model. */
    c.num_outputs = 1;
    c.outputs = fc;
    REQUIRE(make(&c) == 0);
    CHECK_EQ_INT(c.error.code, LP_OK);
    call d = usual(c.out);
    CHECK_MAKE_FAILS(d, LP_ERROR_HANDLE, "a predictor, expected a model");
    CHECK_EQ_INT(MXPredFree(c.out), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    model_free(&m);
}

TEST(unsupported_types_are_errors_that_name_the_node) {
    built_model m = {0};
    built_head(&m, built_unary(&m, "Activation", "act", "'act_type':'tanh'",
                               built_variable(&m, "data")),
               0);
    built_finish(&m);
    LPModelHandle model = model_of(&m);
    const int boolean = LP_BOOL;
    call c = usual(model);
    c.num_dtypes = 1;
    c.dtype_keys = (const char **)(uintptr_t)data_key;
    c.dtypes = &boolean;
    CHECK_MAKE_FAILS(c, LP_ERROR_UNSUPPORTED, "act");
    CHECK_CONTAINS(c.error.text, "bool");
    CHECK_EQ_INT(LPModelFree(model), 0);
    model_free(&m);
}

TEST(options_are_checked) {
    built_model m;
    model_fc(&m);
    LPModelHandle model = model_of(&m);
    LPOptions options = {sizeof options, 2, 0, 0};
    call c = usual(model);
    c.options = &options;
    static const uint32_t sizes[] = {0, 4, 15, sizeof options + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        options.struct_size = sizes[i];
        CHECK_MAKE_FAILS(c, LP_ERROR_ARGUMENT, "struct_size");
    }
    options.struct_size = sizeof options;
    options.num_threads = 257;
    CHECK_MAKE_FAILS(c, LP_ERROR_ARGUMENT, "num_threads is 257, at most 256");
    options.num_threads = 2;
    options.disabled_passes = 1024;
    CHECK_MAKE_FAILS(c, LP_ERROR_ARGUMENT, "unknown bits 0x400");
    options.disabled_passes = 1023;
    options.memory_mode = 2;
    CHECK_MAKE_FAILS(c, LP_ERROR_ARGUMENT, "memory_mode is 2");
    options.memory_mode = LP_MEMORY_LEAN;
    REQUIRE(make(&c) == 0);
    check_dense(c.out, 1, -1, 9, 19);
    LPStats stats = {.struct_size = sizeof stats};
    CHECK_EQ_INT(LPPredGetStats(c.out, &stats), 0);
    CHECK(stats.num_threads == 2 || strstr(LPGetBuildInfo(), "threads=no") != NULL);
    CHECK_EQ_INT(MXPredFree(c.out), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    model_free(&m);
}

TEST(output_keys_may_be_node_names_or_full_names) {
    built_model m = {0};
    int fc = model_dense(&m, built_variable(&m, "data"), true);
    int parts = built_unary(&m, "SliceChannel", "parts", "'num_outputs':'2'", fc);
    built_head(&m, built_binary(&m, "elemwise_add", "sum", "", parts, BUILT_OUTPUT(parts, 1)), 0);
    built_finish(&m);
    LPModelHandle model = model_of(&m);
    const char *keys[6] = {"sum", "fc_output", "parts_output1", "data", "parts", "fc_weight"};
    static const char *const names[6] = {"sum_output",    "fc_output", "parts_output1", "data",
                                         "parts_output0", "fc_weight"};
    static const float first[6] = {28, 9, 19, 1, 9, 1};
    call c = usual(model);
    c.num_outputs = 6;
    c.outputs = keys;
    REQUIRE(make(&c) == 0);
    const float in[2] = {1, -1};
    CHECK_EQ_INT(MXPredSetInput(c.out, "data", in, 2), 0);
    CHECK_EQ_INT(MXPredForward(c.out), 0);
    uint32_t count = 0;
    CHECK_EQ_INT(LPPredGetOutputCount(c.out, &count), 0);
    REQUIRE(count == 6);
    for (uint32_t i = 0; i < 6; i++) {
        const char *name;
        int dtype;
        const int64_t *dims;
        uint32_t ndim;
        const void *data;
        size_t bytes;
        CHECK_EQ_INT(LPPredGetOutputInfo(c.out, i, &name, &dtype, &dims, &ndim), 0);
        CHECK_STR(name, names[i]);
        CHECK_EQ_INT(LPPredGetOutputData(c.out, i, &data, &bytes), 0);
        float value;
        memcpy(&value, data, sizeof value);
        CHECK_NEAR(value, first[i], 0);
    }
    CHECK_EQ_INT(MXPredFree(c.out), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    model_free(&m);
}

/* ---- introspection -------------------------------------------------------------------------------------- */

TEST(a_predictor_tells_its_inputs_and_outputs) {
    built_model m;
    model_softmax(&m);
    LPModelHandle model = model_of(&m);
    PredictorHandle p = predictor_with(model, NULL);
    uint32_t count = 0, ndim = 0;
    const char *name = NULL;
    int dtype = -1;
    const int64_t *dims = NULL;
    CHECK_EQ_INT(LPPredGetInputCount(p, &count), 0);
    CHECK_EQ_INT(count, 1); /* the label is none */
    CHECK_EQ_INT(LPPredGetInputInfo(p, 0, &name, &dtype, &dims, &ndim), 0);
    CHECK_STR(name, "data");
    CHECK(dtype == LP_FLOAT32 && ndim == 2 && dims[0] == 1 && dims[1] == 2);
    CHECK_EQ_INT(LPPredGetOutputCount(p, &count), 0);
    CHECK_EQ_INT(count, 1);
    CHECK_EQ_INT(LPPredGetOutputInfo(p, 0, &name, &dtype, &dims, &ndim), 0);
    CHECK_STR(name, "softmax_output");
    CHECK(dtype == LP_FLOAT32 && ndim == 2 && dims[0] == 1 && dims[1] == 2);

    name = NULL;
    dims = NULL;
    dtype = -1;
    ndim = 77;
    count = 77;
    CHECK_FAILS(LPPredGetInputInfo(p, 1, &name, &dtype, &dims, &ndim), LP_ERROR_INDEX,
                "input 1, there are 1");
    CHECK_FAILS(LPPredGetOutputInfo(p, 1, &name, &dtype, &dims, &ndim), LP_ERROR_INDEX,
                "output 1, there are 1");
    CHECK_FAILS(LPPredGetInputInfo(p, 0, NULL, &dtype, &dims, &ndim), LP_ERROR_ARGUMENT, "name");
    CHECK_FAILS(LPPredGetInputInfo(p, 0, &name, NULL, &dims, &ndim), LP_ERROR_ARGUMENT, "dtype");
    CHECK_FAILS(LPPredGetInputInfo(p, 0, &name, &dtype, NULL, &ndim), LP_ERROR_ARGUMENT, "dims");
    CHECK_FAILS(LPPredGetInputInfo(p, 0, &name, &dtype, &dims, NULL), LP_ERROR_ARGUMENT, "ndim");
    CHECK_FAILS(LPPredGetOutputInfo(p, 0, NULL, &dtype, &dims, &ndim), LP_ERROR_ARGUMENT, "name");
    CHECK_FAILS(LPPredGetOutputInfo(p, 0, &name, NULL, &dims, &ndim), LP_ERROR_ARGUMENT, "dtype");
    CHECK_FAILS(LPPredGetOutputInfo(p, 0, &name, &dtype, NULL, &ndim), LP_ERROR_ARGUMENT, "dims");
    CHECK_FAILS(LPPredGetOutputInfo(p, 0, &name, &dtype, &dims, NULL), LP_ERROR_ARGUMENT, "ndim");
    CHECK_FAILS(LPPredGetInputCount(p, NULL), LP_ERROR_ARGUMENT, "count");
    CHECK_FAILS(LPPredGetOutputCount(p, NULL), LP_ERROR_ARGUMENT, "count");
    CHECK_FAILS(LPPredGetInputCount(NULL, &count), LP_ERROR_ARGUMENT, "handle is NULL");
    CHECK_FAILS(LPPredGetOutputCount(NULL, &count), LP_ERROR_ARGUMENT, "handle is NULL");
    CHECK_FAILS(LPPredGetInputInfo(NULL, 0, &name, &dtype, &dims, &ndim), LP_ERROR_ARGUMENT, "NULL");
    CHECK_FAILS(LPPredGetOutputInfo(NULL, 0, &name, &dtype, &dims, &ndim), LP_ERROR_ARGUMENT,
                "NULL");
    CHECK(name == NULL && dims == NULL && dtype == -1 && ndim == 77 && count == 77);
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    model_free(&m);
}

/* ---- typed set and get ------------------------------------------------------------------------------------ */

TEST(typed_set_and_get_check_type_and_size) {
    built_model m;
    model_fc(&m);
    PredictorHandle p = predictor_of(&m, 1);
    const float in[2] = {1, -1}, expected[2] = {9, 19};
    float out[2] = {-1, -1};
    const void *data = NULL;
    size_t bytes = 77;
    CHECK_FAILS(LPPredGetOutput(p, 0, LP_FLOAT32, out, sizeof out), LP_ERROR_STATE, "MXPredForward");
    CHECK_FAILS(LPPredGetOutputData(p, 0, &data, &bytes), LP_ERROR_STATE, "MXPredForward");
    CHECK_FAILS(LPPredSetInput(NULL, "data", LP_FLOAT32, in, 8), LP_ERROR_ARGUMENT, "handle");
    CHECK_FAILS(LPPredSetInput(p, NULL, LP_FLOAT32, in, 8), LP_ERROR_ARGUMENT, "key is NULL");
    CHECK_FAILS(LPPredSetInput(p, "data", LP_FLOAT32, NULL, 8), LP_ERROR_ARGUMENT, "data is NULL");
    CHECK_FAILS(LPPredSetInput(p, "data", 8, in, 8), LP_ERROR_ARGUMENT, "8 is no element type");
    CHECK_FAILS(LPPredSetInput(p, "data", -1, in, 8), LP_ERROR_ARGUMENT, "-1 is no element type");
    CHECK_FAILS(LPPredSetInput(p, "dat", LP_FLOAT32, in, 8), LP_ERROR_NAME, "did you mean 'data'");
    CHECK_FAILS(LPPredSetInput(p, "data", LP_INT32, in, 8), LP_ERROR_DTYPE,
                "'data' has type float32, given int32");
    CHECK_FAILS(LPPredSetInput(p, "data", LP_FLOAT32, in, 4), LP_ERROR_SIZE, "8 bytes, given 4");
    CHECK_FAILS(LPPredSetInput(p, "data", LP_FLOAT32, NULL, 0), LP_ERROR_SIZE, "given 0");
    CHECK_EQ_INT(LPPredSetInput(p, "data", LP_FLOAT32, in, 8), 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_FAILS(LPPredGetOutput(NULL, 0, LP_FLOAT32, out, 8), LP_ERROR_ARGUMENT, "handle");
    CHECK_FAILS(LPPredGetOutput(p, 0, LP_FLOAT32, NULL, 8), LP_ERROR_ARGUMENT, "data is NULL");
    CHECK_FAILS(LPPredGetOutput(p, 0, 99, out, 8), LP_ERROR_ARGUMENT, "99 is no element type");
    CHECK_FAILS(LPPredGetOutput(p, 1, LP_FLOAT32, out, 8), LP_ERROR_INDEX, "output 1, there are 1");
    CHECK_FAILS(LPPredGetOutput(p, 0, LP_FLOAT64, out, 8), LP_ERROR_DTYPE,
                "'fc_output' has type float32, given float64");
    CHECK_FAILS(LPPredGetOutput(p, 0, LP_FLOAT32, out, 12), LP_ERROR_SIZE, "8 bytes, given 12");
    CHECK(out[0] < 0);
    CHECK_EQ_INT(LPPredGetOutput(p, 0, LP_FLOAT32, out, 8), 0);
    CHECK_FLOATS(out, expected, 2, 0, 0);
    CHECK_FAILS(LPPredGetOutputData(NULL, 0, &data, &bytes), LP_ERROR_ARGUMENT, "handle");
    CHECK_FAILS(LPPredGetOutputData(p, 0, NULL, &bytes), LP_ERROR_ARGUMENT, "data is NULL");
    CHECK_FAILS(LPPredGetOutputData(p, 0, &data, NULL), LP_ERROR_ARGUMENT, "size_bytes is NULL");
    CHECK_FAILS(LPPredGetOutputData(p, 9, &data, &bytes), LP_ERROR_INDEX, "output 9, there are 1");
    CHECK(data == NULL && bytes == 77);
    CHECK_EQ_INT(LPPredGetOutputData(p, 0, &data, &bytes), 0);
    CHECK_EQ_INT(bytes, 8);
    CHECK_BYTES(data, expected, 8);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(a_view_of_an_output_stays_until_the_next_forward) {
    built_model m;
    model_fc(&m);
    PredictorHandle p = predictor_of(&m, 1);
    const float in[2] = {0, 0}, weight[4] = {9, 9, 9, 9}, expected[2] = {9, 19};
    const void *data = NULL;
    size_t bytes;
    check_dense(p, 1, -1, 9, 19);
    CHECK_EQ_INT(LPPredGetOutputData(p, 0, &data, &bytes), 0);
    CHECK_EQ_INT(MXPredSetInput(p, "data", in, 2), 0);
    CHECK_BYTES(data, expected, 8);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ_INT(MXPredSetInput(p, "fc_weight", weight, 4), 0);
        CHECK_BYTES(data, expected, 8);
        CHECK_FAILS(MXPredSetInput(p, "fc_weight", weight, 3), LP_ERROR_SIZE, "fc_weight");
        CHECK_BYTES(data, expected, 8);
    }
    float out[2];
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 2), 0);
    CHECK_FLOATS(out, expected, 2, 0, 0);
    check_dense(p, 1, 1, 28, 38);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

/* ---- sharing --------------------------------------------------------------------------------------------- */

static void count_calls(const char *name, NDArrayHandle array, void *user) {
    (void)name;
    (void)array;
    ++*(int *)user;
}

TEST(a_weight_that_is_set_is_the_predictors_own) {
    built_model m;
    counting_allocator allocator; /* which spoils what is given back */
    REQUIRE(counting_begin(&allocator) == 0);
    model_fc(&m);
    LPModelHandle model = model_of(&m);
    PredictorHandle p = predictor_with(model, NULL), q = predictor_with(model, NULL);
    const float identity[4] = {1, 0, 0, 1}, swap[4] = {0, 1, 1, 0}, bias[2] = {0, 5};
    check_dense(p, 1, -1, 9, 19);
    CHECK_EQ_INT(MXPredSetInput(p, "fc_weight", identity, 4), 0);
    check_dense(p, 1, -1, 11, 19);
    check_dense(q, 1, -1, 9, 19);
    size_t live = allocator.live;
    for (int i = 0; i < 5; i++) { /* what was set before does not stay */
        CHECK_EQ_INT(MXPredSetInput(p, "fc_weight", identity, 4), 0);
        check_dense(p, 1, -1, 11, 19);
        CHECK_EQ_INT(allocator.live, live);
    }
    CHECK_EQ_INT(LPPredSetInput(q, "fc_bias", LP_FLOAT32, bias, 8), 0);
    check_dense(q, 1, -1, -1, 4);
    check_dense(p, 1, -1, 11, 19);
    /* Again, with and without a forward between, and one that fails. */
    CHECK_EQ_INT(MXPredSetInput(p, "fc_weight", swap, 4), 0);
    CHECK_EQ_INT(MXPredSetInput(p, "fc_weight", identity, 4), 0);
    CHECK_EQ_INT(MXPredSetInput(p, "fc_weight", swap, 4), 0);
    CHECK_FAILS(MXPredSetInput(p, "fc_weight", swap, 3), LP_ERROR_SIZE, "fc_weight");
    check_dense(p, 1, -1, 9, 21);
    CHECK_EQ_INT(MXPredSetInput(p, "fc_weight", identity, 4), 0);
    check_dense(p, 1, -1, 11, 19);
    PredictorHandle r = predictor_with(model, NULL);
    check_dense(r, 1, -1, 9, 19);
    CHECK_EQ_INT(MXPredSetInput(p, "fc_weight", swap, 4), 0); /* and no forward after it */
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(MXPredFree(q), 0);
    CHECK_EQ_INT(MXPredFree(r), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    CHECK_EQ_INT(allocator.live, 0);
    CHECK_EQ_INT(counting_end(), 0);
    model_free(&m);
}

/* c: 3x3 convolution of 16 by 16 channels; weight i is (i mod 7) / 4 - 0.75. */
static void model_convolution(built_model *m) {
    const int64_t dims[4] = {16, 16, 3, 3};
    float weight[16 * 16 * 9];
    for (size_t i = 0; i < 16 * 16 * 9; i++) {
        weight[i] = (float)(i % 7) * 0.25f - 0.75f;
    }
    memset(m, 0, sizeof *m);
    int inputs[2] = {built_variable(m, "data"), built_variable(m, "w")};
    built_param(m, "arg:w", 4, dims, weight);
    built_head(m, built_node(m, "Convolution", "c",
                             "'kernel':'(3,3)','pad':'(1,1)','num_filter':'16','no_bias':'True'", 2,
                             inputs),
               0);
    built_finish(m);
}

/* Data 1 at channel 0 and the middle, else 0: the output around the middle is the kernel of channel 0, mirrored. */
static void check_convolution(PredictorHandle p) {
    static float in[16 * 100], out[16 * 100];
    memset(in, 0, sizeof in);
    in[5 * 10 + 5] = 1;
    CHECK_EQ_INT(MXPredSetInput(p, "data", in, 1600), 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 1600), 0);
    for (int f = 0; f < 16; f++) {
        for (int k = 0; k < 9; k++) {
            float expected = (float)((f * 144 + k) % 7) * 0.25f - 0.75f;
            CHECK_NEAR(out[f * 100 + (6 - k / 3) * 10 + 6 - k % 3], expected, 0);
        }
    }
}

TEST(plans_that_want_a_weight_plain_and_packed_share_it) {
    built_model m;
    counting_allocator allocator;
    model_convolution(&m);
    REQUIRE(counting_begin(&allocator) == 0);
    LPModelHandle model = model_of(&m);
    const uint32_t indptr[2] = {0, 4}, dims[4] = {1, 16, 10, 10};
    const LPOptions plain = {sizeof plain, 1, LP_PASS_LAYOUT, 0}, packed = {sizeof packed, 1, 0, LP_MEMORY_LEAN};
    call a = usual(model), b;
    a.indptr = indptr;
    a.dims = dims;
    b = a;
    a.options = &packed;
    b.options = &plain;
    size_t live[2] = {0, 0};
    for (int round = 0; round < 6; round++) {
        REQUIRE(make(round % 2 == 0 ? &a : &b) == 0);
        PredictorHandle first = round % 2 == 0 ? a.out : b.out;
        check_convolution(first);
        size_t alone = allocator.live;
        LPStats stats = {.struct_size = sizeof stats};
        CHECK_EQ_INT(LPPredGetStats(first, &stats), 0);
        CHECK_EQ_INT(stats.weights_bytes, 16 * 16 * 9 * 4);
        CHECK(stats.packed_bytes < (round % 2 == 0 ? 1000 : 1)); /* one form only */
        REQUIRE(make(round % 2 == 0 ? &b : &a) == 0);
        PredictorHandle second = round % 2 == 0 ? b.out : a.out;
        check_convolution(second);
        check_convolution(first);
        int calls = 0;
        if (round >= 2) { /* a monitor wants everything plain, for a while */
            CHECK_EQ_INT(MXPredSetMonitorCallback(first, count_calls, &calls, true), 0);
            check_convolution(first);
            CHECK(calls > 0);
            CHECK_EQ_INT(MXPredSetMonitorCallback(first, NULL, NULL, false), 0);
            check_convolution(first);
        }
        CHECK_EQ_INT(MXPredFree(second), 0);
        check_convolution(first);
        CHECK_EQ_INT(allocator.live, alone); /* the other form went with its only user */
        CHECK(live[round % 2] == 0 || live[round % 2] == alone);
        live[round % 2] = alone;
        CHECK_EQ_INT(MXPredFree(first), 0);
    }
    CHECK_EQ_INT(LPModelFree(model), 0);
    CHECK_EQ_INT(allocator.live, 0);
    CHECK_EQ_INT(counting_end(), 0);
    model_free(&m);
}

TEST(statistics_are_plausible) {
    built_model m = {0};
    int64_t weight_dims[4] = {16, 16, 3, 3};
    float *weight = calloc(16 * 16 * 9, sizeof *weight);
    REQUIRE(weight != NULL);
    int inputs[2] = {built_variable(&m, "data"), built_variable(&m, "w")};
    built_param(&m, "arg:w", 4, weight_dims, weight);
    free(weight);
    int c = built_node(&m, "Convolution", "c",
                       "'kernel':'(3,3)','pad':'(1,1)','num_filter':'16','no_bias':'True'", 2,
                       inputs);
    built_head(&m, built_unary(&m, "relu", "r", "", c), 0);
    built_finish(&m);
    counting_allocator allocator;
    REQUIRE(counting_begin(&allocator) == 0);
    LPModelHandle model = model_of(&m);
    const uint32_t indptr[2] = {0, 4}, dims[4] = {1, 16, 10, 10};
    LPOptions options = {sizeof options, 1, 0, LP_MEMORY_LEAN};
    call a = usual(model), b = usual(model);
    a.indptr = indptr;
    a.dims = dims;
    a.options = &options;
    b = a;
    REQUIRE(make(&a) == 0);
    size_t live = allocator.live;
    REQUIRE(make(&b) == 0);
    size_t second = allocator.live - live;
    LPStats stats = {.struct_size = sizeof stats};
    CHECK_EQ_INT(LPPredGetStats(a.out, &stats), 0);
    CHECK_EQ_INT(stats.graph_nodes, 2);
    CHECK(stats.plan_nodes >= 1 && stats.plan_nodes <= 3); /* fused; and conversions */
    CHECK_EQ_INT(stats.num_threads, 1);
    CHECK_EQ_INT(stats.weights_bytes, 16 * 16 * 9 * 4); /* one copy for both */
    CHECK(stats.packed_bytes < 16 * 16 * 9 * 4 / 2);    /* no second copy */
    CHECK(stats.arena_bytes >= 2 * 16 * 100 * 4 && stats.arena_bytes < 5 * 16 * 100 * 4);
    /* The second predictor takes what the statistics say, and no weights. */
    uint64_t said = stats.arena_bytes + stats.scratch_bytes + stats.plan_bytes;
    CHECK(second + 4096 > said && said + 4096 > second);
    /* A private weight counts with its predictor. */
    uint64_t before = stats.plan_bytes;
    weight = calloc(16 * 16 * 9, sizeof *weight);
    REQUIRE(weight != NULL);
    CHECK_EQ_INT(MXPredSetInput(a.out, "w", weight, 16 * 16 * 9), 0);
    free(weight);
    CHECK_EQ_INT(MXPredForward(a.out), 0);
    CHECK_EQ_INT(LPPredGetStats(a.out, &stats), 0);
    CHECK(stats.plan_bytes >= before + 16 * 16 * 9 * 4);
    CHECK_EQ_INT(stats.weights_bytes, 16 * 16 * 9 * 4);
    static const uint32_t sizes[] = {0, 8, sizeof(LPStats) - 1, sizeof(LPStats) + 8};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        LPStats wrong;
        memset(&wrong, 0, sizeof wrong);
        wrong.struct_size = sizes[i];
        CHECK_FAILS(LPPredGetStats(a.out, &wrong), LP_ERROR_ARGUMENT, "struct_size");
        CHECK(wrong.weights_bytes == 0 && wrong.struct_size == sizes[i]);
    }
    CHECK_FAILS(LPPredGetStats(a.out, NULL), LP_ERROR_ARGUMENT, "stats is NULL");
    CHECK_FAILS(LPPredGetStats(NULL, &stats), LP_ERROR_ARGUMENT, "handle is NULL");
    CHECK_EQ_INT(MXPredFree(a.out), 0);
    CHECK_EQ_INT(MXPredFree(b.out), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    CHECK_EQ_INT(allocator.live, 0);
    CHECK_EQ_INT(counting_end(), 0);
    model_free(&m);
}

/* ---- arrays of a monitor ------------------------------------------------------------------------------------ */

static void look(const char *name, NDArrayHandle array, void *user) {
    int *calls = user;
    int dtype = -1;
    const int64_t *dims = NULL;
    uint32_t ndim = 77;
    const void *data = NULL;
    size_t bytes = 77;
    (void)name;
    ++*calls;
    CHECK_FAILS(LPArrayGetInfo(NULL, &dtype, &dims, &ndim, &data, &bytes), LP_ERROR_ARGUMENT, "NULL");
    CHECK_FAILS(LPArrayGetInfo(array, NULL, &dims, &ndim, &data, &bytes), LP_ERROR_ARGUMENT,
                "dtype is NULL");
    CHECK_FAILS(LPArrayGetInfo(array, &dtype, NULL, &ndim, &data, &bytes), LP_ERROR_ARGUMENT,
                "dims is NULL");
    CHECK_FAILS(LPArrayGetInfo(array, &dtype, &dims, NULL, &data, &bytes), LP_ERROR_ARGUMENT,
                "ndim is NULL");
    CHECK_FAILS(LPArrayGetInfo(array, &dtype, &dims, &ndim, NULL, &bytes), LP_ERROR_ARGUMENT,
                "data is NULL");
    CHECK_FAILS(LPArrayGetInfo(array, &dtype, &dims, &ndim, &data, NULL), LP_ERROR_ARGUMENT,
                "size_bytes is NULL");
    CHECK(dtype == -1 && dims == NULL && ndim == 77 && data == NULL && bytes == 77);
    CHECK_FAILS(MXPredForward(array), LP_ERROR_HANDLE, "an NDArray, expected a predictor");
    CHECK_EQ_INT(LPArrayGetInfo(array, &dtype, &dims, &ndim, &data, &bytes), 0);
    CHECK(dtype == LP_FLOAT32 && ndim == 2 && dims[0] == 1 && dims[1] == 2 && bytes == 8);
    const float expected[2] = {9, 19};
    CHECK_BYTES(data, expected, 8);
}

TEST(the_array_of_a_monitor_can_be_read) {
    built_model m;
    model_fc(&m);
    PredictorHandle p = predictor_of(&m, 1);
    int calls = 0;
    CHECK_EQ_INT(MXPredSetMonitorCallback(p, look, &calls, false), 0);
    check_dense(p, 1, -1, 9, 19);
    CHECK_EQ_INT(calls, 1);
    int dtype;
    const int64_t *dims;
    uint32_t ndim;
    const void *data;
    size_t bytes;
    CHECK_FAILS(LPArrayGetInfo(p, &dtype, &dims, &ndim, &data, &bytes), LP_ERROR_HANDLE,
                "a predictor, expected an NDArray");
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

/* ---- handles and errors ---------------------------------------------------------------------------------------- */

TEST(a_handle_of_another_kind_is_an_error) {
    built_model m;
    model_fc(&m);
    LPModelHandle model = model_of(&m);
    PredictorHandle p = predictor_with(model, NULL);
    uint32_t count = 77, ndim;
    const char *name;
    int dtype;
    const int64_t *dims;
    const void *data;
    size_t bytes;
    float x[2] = {0, 0};
    LPStats stats = {.struct_size = sizeof stats};
    CHECK_FAILS(LPModelRetain(p), LP_ERROR_HANDLE, "a predictor, expected a model");
    CHECK_FAILS(LPModelFree(p), LP_ERROR_HANDLE, "LPModelFree");
    CHECK_FAILS(LPModelGetInputCount(p, &count), LP_ERROR_HANDLE, "LPModelGetInputCount");
    CHECK_FAILS(LPModelGetOutputCount(p, &count), LP_ERROR_HANDLE, "LPModelGetOutputCount");
    CHECK_FAILS(LPModelGetInputName(p, 0, &name), LP_ERROR_HANDLE, "LPModelGetInputName");
    CHECK_FAILS(LPModelGetOutputName(p, 0, &name), LP_ERROR_HANDLE, "LPModelGetOutputName");
    CHECK_FAILS(LPPredGetInputCount(model, &count), LP_ERROR_HANDLE, "a model, expected a predictor");
    CHECK_FAILS(LPPredGetOutputCount(model, &count), LP_ERROR_HANDLE, "LPPredGetOutputCount");
    CHECK_FAILS(LPPredGetInputInfo(model, 0, &name, &dtype, &dims, &ndim), LP_ERROR_HANDLE, "Input");
    CHECK_FAILS(LPPredGetOutputInfo(model, 0, &name, &dtype, &dims, &ndim), LP_ERROR_HANDLE, "Out");
    CHECK_FAILS(LPPredSetInput(model, "data", 0, x, 8), LP_ERROR_HANDLE, "LPPredSetInput");
    CHECK_FAILS(LPPredGetOutput(model, 0, 0, x, 8), LP_ERROR_HANDLE, "LPPredGetOutput");
    CHECK_FAILS(LPPredGetOutputData(model, 0, &data, &bytes), LP_ERROR_HANDLE, "OutputData");
    CHECK_FAILS(LPPredGetStats(model, &stats), LP_ERROR_HANDLE, "LPPredGetStats");
    CHECK(count == 77);
    CHECK(LPPredGetLastError(model) == NULL);
    CHECK_EQ_INT(LPPredGetErrorCode(model), LP_ERROR_HANDLE);
    CHECK(LPPredGetLastError(NULL) == NULL);
    CHECK_EQ_INT(LPPredGetErrorCode(NULL), LP_ERROR_HANDLE);
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    model_free(&m);
}

#if !defined(LP_NO_THREADS)
static void *fail_on(void *user) {
    float x[3];
    (void)MXPredGetOutput(user, 0, x, 3);
    return NULL;
}
#endif

TEST(a_predictor_keeps_its_own_last_error) {
    built_model m;
    model_fc(&m);
    PredictorHandle p = predictor_of(&m, 1), q = predictor_of(&m, 1);
    const float x[3] = {0, 0, 0};
    CHECK_STR(LPPredGetLastError(p), "");
    CHECK_EQ_INT(LPPredGetErrorCode(p), LP_OK);
    CHECK_FAILS(MXPredSetInput(p, "data", x, 3), LP_ERROR_SIZE, "given 3");
    CHECK_EQ_INT(LPPredGetErrorCode(p), LP_ERROR_SIZE);
    CHECK_CONTAINS(LPPredGetLastError(p), "given 3");
    CHECK_STR(LPPredGetLastError(q), "");
    check_dense(p, 1, -1, 9, 19); /* success does not clear it */
    CHECK_EQ_INT(LPPredGetErrorCode(p), LP_ERROR_SIZE);
    /* Another object's failure does not show. */
    CHECK_FAILS(MXPredForward(NULL), LP_ERROR_ARGUMENT, "NULL");
    CHECK_EQ_INT(LPPredGetErrorCode(p), LP_ERROR_SIZE);
#if !defined(LP_NO_THREADS)
    pthread_t thread;
    REQUIRE(pthread_create(&thread, NULL, fail_on, q) == 0);
    REQUIRE(pthread_join(thread, NULL) == 0);
    CHECK_CONTAINS(MXGetLastError(), "MXPredForward"); /* of this thread */
    CHECK_EQ_INT(LPPredGetErrorCode(q), LP_ERROR_SIZE);
    CHECK_CONTAINS(LPPredGetLastError(q), "fc_output");
#endif
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(MXPredFree(q), 0);
    model_free(&m);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(version_and_build_info_say_something);
    RUN(operators_are_listed_in_byte_order);
    RUN(the_allocator_is_set_before_anything_lives);
    RUN(a_check_reports_everything_at_once);
    RUN(a_check_says_what_to_do_and_which_weights_are_needed);
    RUN(a_check_goes_on_behind_a_node_with_too_many_inputs);
    RUN(a_check_of_a_good_model_finds_nothing);
    RUN(a_model_tells_its_inputs_and_outputs);
    RUN(making_a_model_checks_its_arguments);
    RUN(a_model_lives_as_long_as_somebody_needs_it);
    RUN(making_a_predictor_checks_its_arguments);
    RUN(unsupported_types_are_errors_that_name_the_node);
    RUN(options_are_checked);
    RUN(output_keys_may_be_node_names_or_full_names);
    RUN(a_predictor_tells_its_inputs_and_outputs);
    RUN(typed_set_and_get_check_type_and_size);
    RUN(a_view_of_an_output_stays_until_the_next_forward);
    RUN(a_weight_that_is_set_is_the_predictors_own);
    RUN(plans_that_want_a_weight_plain_and_packed_share_it);
    RUN(statistics_are_plausible);
    RUN(the_array_of_a_monitor_can_be_read);
    RUN(a_handle_of_another_kind_is_an_error);
    RUN(a_predictor_keeps_its_own_last_error);
    return check_end();
}
