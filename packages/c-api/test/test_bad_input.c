/* Damaged, hostile and enormous input, and memory that runs out: always an error code and a text,
 * never a crash, a leak, a hang (10 s for each step) or memory out of proportion to the file.
 *
 * LIBPREDICT_FUZZ=n tries n random changes instead of the usual few. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700 /* setitimer, posix_memalign */
#endif
#include <limits.h>
#include <sys/time.h>
#include <unistd.h>

#include "build_model.h"
#include "change_bytes.h"
#include "check.h"
#include "counting_allocator.h"

#define WATCHDOG_SECONDS 10

/* Of the processor's time: other load must not end a test. What waits for ever, the runner ends. */
static void watch(void) {
#if !defined(_WIN32)
    const struct itimerval limit = {{0, 0}, {WATCHDOG_SECONDS, 0}};
    (void)setitimer(ITIMER_PROF, &limit, NULL);
#endif
}

/* A copy with nothing readable behind its end (under a sanitizer). */
static char *exact(const char *bytes, size_t size) {
    char *copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL) {
        abort();
    }
    if (size != 0) {
        memcpy(copy, bytes, size);
    }
    return copy;
}

static bool known_code(int code) { return code > LP_OK && code <= LP_ERROR_FILE && code != LP_ERROR_INTERNAL; }

/* ---- small models -------------------------------------------------------------------------- */

static const float numbers[64] = {0.5f,  -0.25f, 1.0f,  0.75f, -0.5f, 0.1f, 0.3f, -0.7f,
                                  0.2f,  0.9f,   -1.0f, 0.4f,  0.6f,  0.8f, 1.5f, -0.1f};

static int give(built_model *m, const char *kind, const char *name, int ndim, int64_t a, int64_t b,
                int64_t c, int64_t d) {
    char full[64];
    const int64_t dims[4] = {a, b, c, d};
    (void)snprintf(full, sizeof full, "%s:%s", kind, name);
    built_param(m, full, ndim, dims, numbers);
    return built_variable(m, name);
}

/* kind 0: convolution, BatchNorm, relu, pooling, fully connected, softmax; 1: a residual block
 * with Concat and slices; 2: reshapes, PReLU, broadcasts. Input "data" is (1,2,4,4). */
#define NUM_KINDS 3
static void build(built_model *m, int kind) {
    memset(m, 0, sizeof *m);
    int data = built_variable(m, "data");
    if (kind == 0) {
        int inputs[5];
        inputs[0] = data;
        inputs[1] = give(m, "arg", "c_weight", 4, 3, 2, 1, 1);
        inputs[2] = give(m, "arg", "c_bias", 1, 3, 0, 0, 0);
        int c = built_node(m, "Convolution", "c", "'kernel':'(1,1)','num_filter':'3'", 3, inputs);
        inputs[0] = c;
        inputs[1] = give(m, "arg", "b_gamma", 1, 3, 0, 0, 0);
        inputs[2] = give(m, "arg", "b_beta", 1, 3, 0, 0, 0);
        inputs[3] = give(m, "aux", "b_moving_mean", 1, 3, 0, 0, 0);
        inputs[4] = give(m, "aux", "b_moving_var", 1, 3, 0, 0, 0);
        int b = built_node(m, "BatchNorm", "b", "'eps':'2.0','fix_gamma':'False'", 5, inputs);
        int r = built_unary(m, "Activation", "r", "'act_type':'relu'", b);
        int p = built_unary(m, "Pooling", "p",
                            "'kernel':'(2,2)','stride':'(2,2)','pool_type':'avg'", r);
        inputs[0] = p;
        inputs[1] = give(m, "arg", "f_weight", 2, 4, 12, 0, 0);
        inputs[2] = give(m, "arg", "f_bias", 1, 4, 0, 0, 0);
        int f = built_node(m, "FullyConnected", "f", "'num_hidden':'4'", 3, inputs);
        built_head(m, built_unary(m, "softmax", "s", "", f), 0);
    } else if (kind == 1) {
        int inputs[3];
        inputs[0] = data;
        inputs[1] = give(m, "arg", "c_weight", 4, 2, 2, 3, 3);
        inputs[2] = give(m, "arg", "c_bias", 1, 2, 0, 0, 0);
        int c = built_node(m, "Convolution", "c",
                           "'kernel':'(3,3)','pad':'(1,1)','num_filter':'2'", 3, inputs);
        int s = built_binary(m, "elemwise_add", "s", "", c, data);
        int r = built_unary(m, "relu", "r", "", s);
        inputs[0] = r;
        inputs[1] = data;
        inputs[2] = r;
        int k = built_node(m, "Concat", "k", "'num_args':'3'", 3, inputs);
        int t = built_unary(m, "SliceChannel", "t", "'num_outputs':'3'", k);
        built_head(m, BUILT_OUTPUT(t, 0), 1);
        built_head(m, built_unary(m, "tanh", "h", "", BUILT_OUTPUT(t, 2)), 0);
        built_head(m, built_unary(m, "slice_axis", "u", "'axis':'2','begin':'1','end':'3'", k), 0);
    } else {
        int g = give(m, "arg", "g", 1, 2, 0, 0, 0);
        int p = built_binary(m, "LeakyReLU", "p", "'act_type':'prelu'", data, g);
        int a = built_unary(m, "Reshape", "a", "'shape':'(0,-1)'", p);
        int w = give(m, "arg", "w", 2, 1, 32, 0, 0);
        int b = built_binary(m, "broadcast_mul", "b", "", a, w);
        built_head(m, built_unary(m, "sum", "m", "'axis':'(1,)'", b), 0);
        built_head(m, built_unary(m, "_copy", "o", "", data), 0);
    }
    built_finish(m);
}

/* What can be read can be written as of today, and read again. */
static void check_upgraded(const char *symbol, size_t symbol_size) {
    size_t size = 0;
    LPModelHandle model = NULL;
    if (LPUpgradeSymbol(symbol, symbol_size, NULL, 0, &size) != 0) {
        CHECK_EQ_INT(LPGetErrorCode(), LP_ERROR_UNSUPPORTED);
        return;
    }
    char *text = malloc(size);
    REQUIRE(text != NULL);
    CHECK_EQ_INT(LPUpgradeSymbol(symbol, symbol_size, text, size, &size), 0);
    if (LPModelCreate(text, size, NULL, 0, NULL, &model) != 0) {
        printf("  %s\n%s\n", MXGetLastError(), text);
        CHECK(false);
    }
    (void)LPModelFree(model);
    free(text);
}

static void check_described(PredictorHandle predictor) {
    size_t size = 0;
    REQUIRE(LPPredDescribe(predictor, NULL, 0, &size) == 0);
    char *report = malloc(size);
    REQUIRE(report != NULL);
    CHECK_EQ_INT(LPPredDescribe(predictor, report, size, &size), 0);
    CHECK(strlen(report) + 1 == size && strstr(report, "-1]") == NULL);
    free(report);
}

/* Takes a model as far as it goes: create, reshape, inputs, forward, outputs. The code that ended it, or LP_OK. */
static int go_through(const char *symbol, size_t symbol_size, const char *params,
                      size_t params_size) {
    static const char *const names[] = {"data", "x"};
    const uint32_t indptr[3] = {0, 4, 5}, dims[5] = {1, 2, 4, 4, 3};
    const char *keys[2];
    LPModelHandle model = NULL;
    PredictorHandle predictor = NULL, other = NULL;
    int code = LP_OK;
    memcpy(keys, names, sizeof keys);
    if (LPModelCreate(symbol, symbol_size, params, params_size, NULL, &model) != 0) {
        return LPGetErrorCode();
    }
    check_upgraded(symbol, symbol_size);
    const char *name;
    uint32_t count = LPModelGetInputName(model, 0, &name) == 0 && strcmp(name, "data") == 0 ? 1 : 0;
    if (LPPredCreate(model, count, keys, indptr, dims, 0, NULL, NULL, 0, NULL, NULL, NULL,
                     &predictor) != 0) {
        code = LPGetErrorCode();
    } else {
        check_described(predictor);
        (void)MXPredSetInput(predictor, "data", numbers, 32);
        if (MXPredForward(predictor) != 0 ||
            MXPredReshape(count, keys, indptr, dims, predictor, &other) != 0) {
            code = LPGetErrorCode();
        }
        const void *data;
        size_t bytes;
        for (uint32_t i = 0; code == LP_OK && LPPredGetOutputData(predictor, i, &data, &bytes) == 0;
             i++) {
            volatile unsigned char last = bytes == 0 ? 0 : ((const unsigned char *)data)[bytes - 1];
            (void)last;
        }
    }
    (void)MXPredFree(other);
    (void)MXPredFree(predictor);
    (void)LPModelFree(model);
    return code;
}

TEST(small_models_run) {
    for (int kind = 0; kind < NUM_KINDS; kind++) {
        built_model m;
        build(&m, kind);
        CHECK_EQ_INT(go_through(m.symbol, m.symbol_size, m.params, m.params_size), LP_OK);
        built_free(&m);
    }
}

/* ---- cut off ------------------------------------------------------------------------------- */

TEST(a_symbol_cut_off_anywhere_is_an_error) {
    for (int kind = 0; kind < NUM_KINDS; kind++) {
        built_model m;
        build(&m, kind);
        for (size_t size = 0; size < m.symbol_size; size++) {
            LPModelHandle model = NULL;
            LPError error;
            char report[64];
            size_t report_size;
            uint32_t errors;
            char *text = exact(m.symbol, size + 1);
            watch();
            int status = LPModelCreate(text, size, m.params, m.params_size, &error, &model);
            if (status != -1 || error.code != LP_ERROR_SYMBOL ||
                strstr(error.text, "symbol JSON: line ") == NULL || model != NULL) {
                printf("  kind %d, %zu bytes: %d %s\n", kind, size, status, error.text);
                CHECK(false);
            }
            CHECK_EQ_INT(LPCheckModel(text, size, report, sizeof report, &report_size, &errors),
                         -1);
            CHECK_EQ_INT(LPUpgradeSymbol(text, size, report, sizeof report, &report_size), -1);
            /* The same for a text that ends with a NUL. */
            PredictorHandle predictor = NULL;
            text[size] = '\0';
            CHECK_EQ_INT(MXPredCreate(text, m.params, (int)m.params_size, 1, 0, 0, NULL, NULL, NULL,
                                      &predictor),
                         -1);
            CHECK_EQ_INT(LPGetErrorCode(), LP_ERROR_SYMBOL);
            CHECK(predictor == NULL);
            free(text);
        }
        built_free(&m);
    }
}

TEST(parameters_cut_off_anywhere_are_an_error) {
    for (int kind = 0; kind < NUM_KINDS; kind++) {
        built_model m;
        build(&m, kind);
        for (size_t size = 0; size < m.params_size; size++) {
            LPModelHandle model = NULL;
            NDListHandle list = NULL;
            uint32_t length;
            char *bytes = exact(m.params, size);
            watch();
            CHECK_EQ_INT(LPModelCreate(m.symbol, m.symbol_size, bytes, size, NULL, &model), -1);
            CHECK_EQ_INT(LPGetErrorCode(), LP_ERROR_PARAMS);
            CHECK_EQ_INT(MXNDListCreate(bytes, (int)size, &list, &length), -1);
            CHECK_EQ_INT(LPGetErrorCode(), LP_ERROR_PARAMS);
            CHECK(model == NULL && list == NULL);
            free(bytes);
        }
        built_free(&m);
    }
}

/* A file of the examples package, found from the place of this source. */
static char *read_example(const char *name, size_t *size) {
    char path[1200];
    const char *slash = strrchr(__FILE__, '/');
    int folder = slash == NULL ? 0 : (int)(slash - __FILE__) + 1;
    (void)snprintf(path, sizeof path, "%.*s../../examples/models/digits/%s", folder, __FILE__, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *bytes = malloc(1 << 20);
    *size = bytes == NULL ? 0 : fread(bytes, 1, 1 << 20, file);
    (void)fclose(file);
    return bytes;
}

TEST(the_digit_network_cut_off_is_an_error) {
    size_t symbol_size, params_size;
    char *symbol = read_example("digits-symbol.json", &symbol_size);
    char *params = read_example("digits-0000.params", &params_size);
    if (symbol == NULL || params == NULL) {
        free(symbol);
        free(params);
        SKIP("packages/examples/models/digits is not there; run from a whole checkout");
    }
    LPModelHandle model = NULL;
    CHECK_EQ_INT(LPModelCreate(symbol, symbol_size, params, params_size, NULL, &model), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    /* The file ends with the brace, or with blanks behind it. */
    size_t end = symbol_size;
    while (end > 0 && symbol[end - 1] != '}') {
        end--;
    }
    for (size_t size = 0; size < end; size += 37) {
        watch();
        CHECK_EQ_INT(LPModelCreate(symbol, size, params, params_size, NULL, &model), -1);
        CHECK_EQ_INT(LPGetErrorCode(), LP_ERROR_SYMBOL);
    }
    for (size_t size = 0; size < params_size; size += 1009) {
        char *bytes = exact(params, size);
        watch();
        CHECK_EQ_INT(LPModelCreate(symbol, symbol_size, bytes, size, NULL, &model), -1);
        CHECK_EQ_INT(LPGetErrorCode(), LP_ERROR_PARAMS);
        free(bytes);
    }
    free(symbol);
    free(params);
}

/* ---- changed bytes ------------------------------------------------------------------------------ */

TEST(changed_files_give_errors_or_work) {
    const char *text = getenv("LIBPREDICT_FUZZ");
    size_t rounds = text != NULL ? (size_t)strtoull(text, NULL, 10) : 900;
    counting_allocator allocator;
    int worked = 0, failed = 0;
    REQUIRE(counting_begin(&allocator) == 0);
    allocator.limit = (size_t)64 << 20; /* a changed number may ask for gigabytes */
    for (size_t round = 0; round < rounds; round++) {
        built_model m;
        change_begin(round);
        build(&m, (int)(round % NUM_KINDS));
        char *symbol = malloc(m.symbol_size + 64), *params = malloc(m.params_size + 64);
        REQUIRE(symbol != NULL && params != NULL);
        memcpy(symbol, m.symbol, m.symbol_size);
        memcpy(params, m.params, m.params_size);
        size_t symbol_size = m.symbol_size, params_size = m.params_size;
        if (change_below(3) != 0) {
            symbol_size = change(symbol, symbol_size);
        } else {
            params_size = change(params, params_size);
        }
        char *exact_symbol = exact(symbol, symbol_size), *exact_params = exact(params, params_size);
        watch();
        int code = go_through(exact_symbol, symbol_size, exact_params, params_size);
        if (code != LP_OK && (!known_code(code) || MXGetLastError()[0] == '\0')) {
            printf("  round %zu: code %d: %s\n", round, code, MXGetLastError());
            CHECK(false);
        }
        worked += code == LP_OK;
        failed += code != LP_OK;
        NDListHandle list = NULL;
        uint32_t length;
        if (MXNDListCreate(exact_params, (int)params_size, &list, &length) == 0) {
            CHECK_EQ_INT(MXNDListFree(list), 0);
        }
        if (allocator.live != 0) {
            printf("  round %zu: %zu bytes leak\n", round, allocator.live);
        }
        REQUIRE(allocator.live == 0);
        free(exact_symbol);
        free(exact_params);
        free(symbol);
        free(params);
        built_free(&m);
    }
    CHECK(!allocator.misaligned);
    CHECK_EQ_INT(counting_end(), 0);
    /* The changes are neither all harmless nor all fatal. */
    CHECK(worked > (int)rounds / 50 && failed > (int)rounds / 5);
}

/* ---- bad graphs ---------------------------------------------------------------------------------- */

#define NODE(op, name, inputs) "{'op':'" op "','name':'" name "','inputs':[" inputs "]}"
#define NODE_ATTRS(op, name, attrs, inputs) \
    "{'op':'" op "','name':'" name "','attrs':{" attrs "},'inputs':[" inputs "]}"
#define GRAPH(nodes, heads) "{'nodes':[" nodes "],'heads':[" heads "]}"
#define X NODE("null", "data", "") ","

static const struct {
    const char *text; /* with ' for " */
    int code;
    const char *part; /* of the error text */
} bad_graphs[] = {
    {"", LP_ERROR_SYMBOL, "expected '{', found the end"},
    {"[]", LP_ERROR_SYMBOL, "expected '{'"},
    {"{}", LP_ERROR_SYMBOL, "\"nodes\""},
    {"{'nodes':[]}", LP_ERROR_SYMBOL, "heads"},
    {GRAPH("", ""), LP_ERROR_SYMBOL, "heads"},
    {GRAPH("", "[0,0]"), LP_ERROR_SYMBOL, "head 0 is node 0"},
    {GRAPH(NODE("null", "data", ""), "[1,0]"), LP_ERROR_SYMBOL, "head 0 is node 1"},
    {GRAPH(NODE("null", "data", ""), "[-1,0]"), LP_ERROR_SYMBOL, "found -1"},
    {GRAPH(NODE("null", "data", ""), "[0,1]"), LP_ERROR_SYMBOL, "output 1 of node 'data'"},
    {GRAPH(NODE("null", "data", ""), "[0,99999999999999999999]"), LP_ERROR_SYMBOL, "integer"},
    {GRAPH(NODE("null", "data", ""), "[0.5,0]"), LP_ERROR_SYMBOL, "integer"},
    {GRAPH(NODE("null", "data", ""), "[1e3,0]"), LP_ERROR_SYMBOL, "integer"},
    {GRAPH(NODE("abs", "a", "[0,0]"), "[0,0]"), LP_ERROR_SYMBOL, "cycle"},
    {GRAPH(NODE("abs", "a", "[1,0]") "," NODE("abs", "b", "[0,0]"), "[0,0]"), LP_ERROR_SYMBOL,
     "cycle"},
    {GRAPH(X NODE("abs", "a", "[2,0]") "," NODE("elemwise_add", "b", "[0,0],[1,0]"), "[0,0]"),
     LP_ERROR_SYMBOL, "cycle"},
    {GRAPH(X NODE("abs", "a", "[7,0]"), "[1,0]"), LP_ERROR_SYMBOL, "is node 7"},
    {GRAPH(X NODE("abs", "a", "[0,3]"), "[1,0]"), LP_ERROR_SYMBOL, "output 3"},
    {GRAPH(X NODE("abs", "a", "[0,0],[0,0]"), "[1,0]"), LP_ERROR_SYMBOL, "2 inputs, expected 1"},
    {GRAPH(X NODE("null", "a", "[0,0]"), "[1,0]"), LP_ERROR_SYMBOL, "variable"},
    {GRAPH(X NODE("no_such", "a", "[0,0]"), "[1,0]"), LP_ERROR_UNSUPPORTED, "no_such (node a)"},
    {GRAPH(X "{'op':'abs','name':'a'}", "[1,0]"), LP_ERROR_SYMBOL, "\"inputs\""},
    {GRAPH(X "{'op':'abs','inputs':[[0,0]]}", "[1,0]"), LP_ERROR_SYMBOL, "\"name\""},
    {GRAPH(X "{'op':1,'name':'a','inputs':[[0,0]]}", "[1,0]"), LP_ERROR_SYMBOL, "\"op\""},
    {GRAPH(X NODE_ATTRS("Convolution", "c", "'kernel':'(1,1)','num_filter':'0'", "[0,0]"), "[1,0]"),
     LP_ERROR_ATTRIBUTE, "num_filter"},
    {GRAPH(X NODE_ATTRS("Convolution", "c", "'kernel':'(1,1)','num_filter':'2','num_group':'0'",
                        "[0,0]"),
           "[1,0]"),
     LP_ERROR_ATTRIBUTE, "num_group"},
    {GRAPH(X NODE_ATTRS("Convolution", "c",
                        "'kernel':'(1,1)','no_bias':'1','num_filter':'9223372036854775807'",
                        "[0,0]"),
           "[1,0]"),
     -1, "c"},
    {GRAPH(X NODE_ATTRS("Convolution", "c",
                        "'kernel':'(2000000000,2000000000)','num_filter':'2000000000'", "[0,0]"),
           "[1,0]"),
     -1, "c"},
    {GRAPH(X NODE_ATTRS("Convolution", "c",
                        "'kernel':'(1,1)','num_filter':'1','pad':'(4611686018427387904,0)'",
                        "[0,0]"),
           "[1,0]"),
     -1, "c"},
    {GRAPH(X NODE_ATTRS("Convolution", "c",
                        "'kernel':'(1,1)','num_filter':'1','stride':'(0,1)'", "[0,0]"),
           "[1,0]"),
     LP_ERROR_ATTRIBUTE, "stride"},
    {GRAPH(X NODE_ATTRS("Convolution", "c",
                        "'kernel':'(3,3)','num_filter':'1','dilate':'(9223372036854775807,1)'",
                        "[0,0]"),
           "[1,0]"),
     -1, "c"},
    {GRAPH(X NODE_ATTRS("Reshape", "r", "'shape':'(4294967296,4294967296,-1)'", "[0,0]"), "[1,0]"),
     LP_ERROR_SHAPE, "r"},
    {GRAPH(X NODE_ATTRS("Reshape", "r", "'shape':'(1,1,1,1,1,1,1,1,1,1,1,1,32)'", "[0,0]"),
           "[1,0]"),
     LP_ERROR_SHAPE, "dimensions"},
    {GRAPH(X NODE_ATTRS("Concat", "k", "'num_args':'1000000000'", "[0,0]"), "[1,0]"), -1, "k"},
    {GRAPH(X NODE_ATTRS("Concat", "k", "'num_args':'-1'", "[0,0]"), "[1,0]"), LP_ERROR_ATTRIBUTE,
     "num_args"},
    {GRAPH(X NODE_ATTRS("Concat", "k", "'num_args':'2'", "[0,0]"), "[1,0]"), LP_ERROR_SHAPE, "k"},
    {GRAPH(X NODE_ATTRS("SliceChannel", "s", "'num_outputs':'1000000000'", "[0,0]"), "[1,0]"), -1,
     "num_outputs"},
    {GRAPH(X NODE_ATTRS("SliceChannel", "s", "'num_outputs':'20000'", "[0,0]"), "[1,0]"),
     LP_ERROR_SYMBOL, "too many"},
    {GRAPH(X NODE_ATTRS("SliceChannel", "s", "'num_outputs':'3'", "[0,0]"), "[1,0]"),
     LP_ERROR_SHAPE, "s"},
    {GRAPH(X NODE_ATTRS("tile", "t", "'reps':'(4000000000,4000000000,4000000000)'", "[0,0]"),
           "[1,0]"),
     -1, "t"},
    {GRAPH(X NODE_ATTRS("repeat", "t", "'repeats':'9223372036854775807'", "[0,0]"), "[1,0]"), -1,
     "t"},
    {GRAPH(X NODE_ATTRS("Pooling", "p", "'kernel':'(9,9)','pool_type':'max'", "[0,0]"), "[1,0]"),
     LP_ERROR_SHAPE, "kernel"},
    {GRAPH(X NODE_ATTRS("Pooling", "p", "'kernel':'(2,2)','pool_type':'mid'", "[0,0]"), "[1,0]"),
     LP_ERROR_ATTRIBUTE, "pool_type"},
    {GRAPH(X NODE_ATTRS("FullyConnected", "f", "'num_hidden':'abc'", "[0,0]"), "[1,0]"),
     LP_ERROR_ATTRIBUTE, "num_hidden"},
    {GRAPH(X NODE("FullyConnected", "f", "[0,0]"), "[1,0]"), LP_ERROR_ATTRIBUTE, "num_hidden"},
    {GRAPH(X NODE_ATTRS("FullyConnected", "f", "'num_hidden':'3'", "[0,0]"), "[1,0]"),
     LP_ERROR_MISSING, "f_weight"},
    {GRAPH(X NODE_ATTRS("transpose", "t", "'axes':'(0,0,1,2)'", "[0,0]"), "[1,0]"), -1, "t"},
    {GRAPH(X NODE("elemwise_add", "e", "[0,0],[2,0]") "," NODE_ATTRS("Flatten", "f", "", "[0,0]"),
           "[1,0]"),
     LP_ERROR_SHAPE, "e"},
};

TEST(bad_graphs_are_errors_that_name_the_place) {
    const char empty[32] = {0x12, 0x01};
    for (size_t i = 0; i < sizeof bad_graphs / sizeof *bad_graphs; i++) {
        built_bytes text = {0};
        built_quoted(&text, bad_graphs[i].text);
        char *symbol = exact(text.bytes, text.size);
        watch();
        int code = go_through(symbol, text.size, empty, sizeof empty);
        bool right = bad_graphs[i].code < 0 ? known_code(code) : code == bad_graphs[i].code;
        if (!right || strstr(MXGetLastError(), bad_graphs[i].part) == NULL) {
            printf("  %s\n  expected %d '%s', found %d %s\n", bad_graphs[i].text,
                   bad_graphs[i].code, bad_graphs[i].part, code, MXGetLastError());
            CHECK(false);
        }
        free(symbol);
        free(text.bytes);
    }
}

TEST(deep_nesting_is_an_error) {
    built_bytes text = {0};
    built_print(&text, "{\"x\":");
    for (int i = 0; i < 100000; i++) {
        built_put(&text, "[", 1);
    }
    watch();
    CHECK_EQ_INT(go_through(text.bytes, text.size, NULL, 0), LP_ERROR_SYMBOL);
    CHECK_CONTAINS(MXGetLastError(), "nested");
    free(text.bytes);
}

TEST(shapes_that_overflow_are_errors) {
    built_model m;
    build(&m, 1);
    static const uint32_t dims[][11] = {
        {4, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
        {4, 0xffffffff, 2, 0xffffffff, 0xffffffff},
        {4, 1, 2, 0x7fffffff, 0x7fffffff},
        {4, 0xffffffff, 2, 4, 4},
        {10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
        {3, 1, 2, 3},
        {1, 0},
    };
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++) {
        const char *key = "data";
        uint32_t indptr[2] = {0, dims[i][0]};
        PredictorHandle predictor = NULL;
        counting_allocator allocator;
        REQUIRE(counting_begin(&allocator) == 0);
        allocator.limit = (size_t)256 << 20;
        watch();
        CHECK_EQ_INT(MXPredCreate(m.symbol, m.params, (int)m.params_size, 1, 0, 1, &key, indptr,
                                  &dims[i][1], &predictor),
                     -1);
        int code = LPGetErrorCode();
        if (code != LP_ERROR_SHAPE && code != LP_ERROR_MEMORY) {
            printf("  case %zu: %d %s\n", i, code, MXGetLastError());
            CHECK(false);
        }
        CHECK(predictor == NULL);
        CHECK_EQ_INT(allocator.live, 0);
        CHECK_EQ_INT(counting_end(), 0);
    }
    const char *key = "data";
    uint32_t many[11] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, indptr[2] = {0, 11};
    PredictorHandle predictor = NULL;
    CHECK_EQ_INT(MXPredCreate(m.symbol, m.params, (int)m.params_size, 1, 0, 1, &key, indptr, many,
                              &predictor),
                 -1);
    CHECK_EQ_INT(LPGetErrorCode(), LP_ERROR_SHAPE);
    CHECK_CONTAINS(MXGetLastError(), "11 dimensions");
    built_free(&m);
}

/* ---- bad parameters ------------------------------------------------------------------------------ */

/* Header of a file with one V2 array: storage type, ndim, dims, then type code. */
static void one_array(built_bytes *b, uint32_t storage, uint32_t ndim, const uint64_t *dims,
                      uint32_t type) {
    b->size = 0;
    built_u64(b, 0x112);
    built_u64(b, 0);
    built_u64(b, 1);
    built_u32(b, 0xF993FAC9u);
    built_u32(b, storage);
    built_u32(b, ndim);
    for (uint32_t i = 0; i < ndim && i < 12; i++) {
        built_u64(b, dims[i]);
    }
    built_u64(b, 1);
    built_u32(b, type);
}

TEST(parameters_that_promise_too_much_are_errors) {
    static const struct {
        uint32_t storage, ndim;
        uint64_t dims[12];
        uint32_t type;
    } cases[] = {
        {0, 1, {UINT64_C(1) << 60}, 0},
        {0, 2, {UINT64_C(1) << 32, UINT64_C(1) << 32}, 0},
        {0, 2, {UINT64_C(1) << 31, UINT64_C(1) << 31}, 1},
        {0, 1, {UINT64_MAX}, 0},
        {0, 1, {UINT64_C(1) << 63}, 0},
        {0, 11, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 0},
        {0, 0x7fffffff, {1}, 0},
        {0, 0xffffffff, {1}, 0},
        {0, 1, {1}, 13},
        {0, 1, {1}, 0xffffffff},
        {3, 1, {1}, 0},
        {0, 3, {0, UINT64_C(1) << 62, UINT64_C(1) << 62}, 0},
    };
    counting_allocator allocator;
    REQUIRE(counting_begin(&allocator) == 0);
    built_bytes b = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        NDListHandle list = NULL;
        uint32_t length;
        one_array(&b, cases[i].storage, cases[i].ndim, cases[i].dims, cases[i].type);
        char *bytes = exact(b.bytes, b.size);
        watch();
        CHECK_EQ_INT(MXNDListCreate(bytes, (int)b.size, &list, &length), -1);
        CHECK_EQ_INT(LPGetErrorCode(), LP_ERROR_PARAMS);
        CHECK_CONTAINS(MXGetLastError(), "array 0, byte ");
        free(bytes);
    }
    CHECK(allocator.peak < 20000);
    CHECK_EQ_INT(allocator.live, 0);
    CHECK_EQ_INT(counting_end(), 0);
    free(b.bytes);
}

TEST(counts_that_promise_too_much_are_errors) {
    static const uint64_t counts[] = {UINT64_MAX, UINT64_C(1) << 61, 3, 1000000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        NDListHandle list = NULL;
        uint32_t length;
        built_bytes b = {0};
        built_u64(&b, 0x112);
        built_u64(&b, 0);
        built_u64(&b, counts[i]);
        built_u64(&b, 0);
        CHECK_EQ_INT(MXNDListCreate(b.bytes, (int)b.size, &list, &length), -1);
        CHECK_EQ_INT(LPGetErrorCode(), LP_ERROR_PARAMS);
        /* As many names, and a name as long. */
        b.size = 16;
        built_u64(&b, 1);
        built_u32(&b, 0);
        built_u64(&b, 1);
        built_u64(&b, counts[i]);
        CHECK_EQ_INT(MXNDListCreate(b.bytes, (int)b.size, &list, &length), -1);
        CHECK_EQ_INT(LPGetErrorCode(), LP_ERROR_PARAMS);
        b.size = 28;
        built_u64(&b, counts[i]);
        CHECK_EQ_INT(MXNDListCreate(b.bytes, (int)b.size, &list, &length), -1);
        CHECK_EQ_INT(LPGetErrorCode(), LP_ERROR_PARAMS);
        CHECK(list == NULL);
        free(b.bytes);
    }
}

TEST(a_parameter_of_another_shape_is_an_error_with_both) {
    built_model m = {0};
    int data = built_variable(&m, "data");
    int inputs[2] = {data, give(&m, "arg", "f_weight", 2, 4, 5, 0, 0)};
    built_head(&m, built_node(&m, "FullyConnected", "f", "'num_hidden':'4','no_bias':'1'", 2,
                              inputs),
               0);
    built_finish(&m);
    CHECK_EQ_INT(go_through(m.symbol, m.symbol_size, m.params, m.params_size), LP_ERROR_SHAPE);
    CHECK_CONTAINS(MXGetLastError(), "from.shape = (4,5) to.shape=(4,32)");
    CHECK_CONTAINS(MXGetLastError(), "f_weight");
    built_free(&m);
}

/* ---- large graphs ---------------------------------------------------------------------------------- */

#define MANY 10000

/* Many nodes of one kind in a row; `back`: written in reverse order. */
static void check_chain(const char *op, const char *attrs, bool twice, bool back) {
    built_model m = {0};
    char name[16];
    if (back) {
        for (int i = 0; i < MANY; i++) {
            int inputs[2] = {i + 1, i + 1};
            (void)snprintf(name, sizeof name, "n%d", i);
            (void)built_node(&m, op, name, attrs, twice ? 2 : 1, inputs);
        }
        (void)built_variable(&m, "data");
        built_head(&m, 0, 0);
    } else {
        int at = built_variable(&m, "data");
        for (int i = 0; i < MANY; i++) {
            int inputs[2] = {at, at};
            (void)snprintf(name, sizeof name, "n%d", i);
            at = built_node(&m, op, name, attrs, twice ? 2 : 1, inputs);
        }
        built_head(&m, at, 0);
    }
    built_finish(&m);
    watch();
    CHECK_EQ_INT(go_through(m.symbol, m.symbol_size, m.params, m.params_size), LP_OK);
    built_free(&m);
}

TEST(a_chain_of_10000_elementwise_nodes_runs) { check_chain("abs", "", false, false); }
TEST(a_chain_of_10000_nodes_in_reverse_order_runs) { check_chain("tanh", "", false, true); }
TEST(a_chain_of_10000_doublings_runs) { check_chain("_maximum", "", true, false); }
TEST(a_chain_of_10000_nodes_that_vanish_runs) { check_chain("_copy", "", false, false); }
TEST(a_chain_of_10000_views_runs) { check_chain("Reshape", "'shape':'(0,0,4,4)'", false, false); }
TEST(a_chain_of_10000_concats_runs) { check_chain("Concat", "'num_args':'1'", false, false); }
TEST(a_chain_of_10000_copies_runs) {
    check_chain("transpose", "'axes':'(0,1,3,2)'", false, false);
}

TEST(a_node_of_10000_inputs_and_10000_outputs_run) {
    for (int kind = 0; kind < 3; kind++) {
        built_model m = {0};
        static int inputs[MANY];
        char name[16];
        int data = built_variable(&m, "data"), last = data;
        for (int i = 0; i < MANY; i++) {
            (void)snprintf(name, sizeof name, "n%d", i);
            last = kind == 2 ? data : built_unary(&m, i % 2 == 0 ? "sin" : "cos", name, "", data);
            inputs[i] = last;
            if (kind == 1) {
                built_head(&m, last, 0);
            }
        }
        if (kind != 1) {
            built_head(&m, built_node(&m, kind == 0 ? "add_n" : "Concat", "all",
                                      "'num_args':'10000'", MANY, inputs),
                       0);
        }
        built_finish(&m);
        watch();
        CHECK_EQ_INT(go_through(m.symbol, m.symbol_size, m.params, m.params_size), LP_OK);
        built_free(&m);
    }
}

/* ---- memory ------------------------------------------------------------------------------------------ */

/* That reading stays below ten times the file plus 1 MB. */
static void check_memory(const char *what, const built_bytes *symbol, const char *params,
                         size_t params_size) {
    counting_allocator allocator;
    LPModelHandle model = NULL;
    NDListHandle list = NULL;
    size_t report_size, extra = (size_t)1 << 20;
    uint32_t count;
    REQUIRE(counting_begin(&allocator) == 0);
    watch();
    (void)LPCheckModel(symbol->bytes, symbol->size, NULL, 0, &report_size, &count);
    if (allocator.peak > 10 * symbol->size + extra) {
        printf("  %s: LPCheckModel takes %zu bytes for %zu\n", what, allocator.peak, symbol->size);
        CHECK(false);
    }
    CHECK_EQ_INT(allocator.live, 0);
    allocator.peak = 0;
    watch();
    (void)LPUpgradeSymbol(symbol->bytes, symbol->size, NULL, 0, &report_size);
    if (allocator.peak > 10 * symbol->size + extra) {
        printf("  %s: LPUpgradeSymbol takes %zu bytes for %zu\n", what, allocator.peak,
               symbol->size);
        CHECK(false);
    }
    CHECK_EQ_INT(allocator.live, 0);
    allocator.peak = 0;
    watch();
    (void)LPModelCreate(symbol->bytes, symbol->size, params, params_size, NULL, &model);
    if (allocator.peak > 10 * (symbol->size + params_size) + extra) {
        printf("  %s: LPModelCreate takes %zu bytes for %zu\n", what, allocator.peak,
               symbol->size + params_size);
        CHECK(false);
    }
    CHECK_EQ_INT(LPModelFree(model), 0);
    CHECK_EQ_INT(allocator.live, 0);
    if (params_size != 0) {
        allocator.peak = 0;
        watch();
        (void)MXNDListCreate(params, (int)params_size, &list, &count);
        if (allocator.peak > 10 * params_size + extra) {
            printf("  %s: MXNDListCreate takes %zu bytes for %zu\n", what, allocator.peak,
                   params_size);
            CHECK(false);
        }
        CHECK_EQ_INT(MXNDListFree(list), 0);
        CHECK_EQ_INT(allocator.live, 0);
    }
    CHECK_EQ_INT(counting_end(), 0);
}

#define BULK 40000

TEST(reading_a_symbol_takes_at_most_ten_times_its_size) {
    static const struct {
        const char *what;
        const char *node; /* with one %d: the number of the node before */
        const char *inputs;
        bool every_head;
    } cases[] = {
        {"a chain", "{'op':'abs','name':'','inputs':[[%d,0]]}", "", false},
        {"variables", "{'op':'null','name':'%x','inputs':[]}", "", true},
        {"unknown operators", "{'op':'?','name':'','inputs':[]}", "", false},
        {"missing inputs", "{'op':'BatchNorm','name':'%x','inputs':[]}", "", true},
        {"unknown attributes",
         "{'op':'abs','name':'','attrs':{'a':'','b':'','c':'','d':''},'inputs':[[%d,0]]}", "",
         false},
        {"outputs",
         "{'op':'SliceChannel','name':'','attrs':{'num_outputs':'60000'},'inputs':[[%d,0]]}", "",
         false},
        {"inputs", "{'op':'Concat','name':'','attrs':{'num_args':'60000'},'inputs':[[%d,0]]}", "",
         false},
        {"tuples", "{'op':'Reshape','name':'','attrs':{'shape':'(1,1,1,1,1)'},'inputs':[[%d,0]]}",
         "", false},
        {"empty attributes", "{'op':'abs','name':'','attrs':{'':''},'inputs':[]}", "", false},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        built_bytes text = {0}, format = {0};
        built_quoted(&format, cases[k].node);
        built_put(&format, "", 1);
        built_print(&text, "{\"nodes\":[{\"op\":\"null\",\"name\":\"data\",\"inputs\":[]}");
        for (int i = 0; i < BULK; i++) {
            char number[16];
            const char *mark = strchr(format.bytes, '%');
            built_put(&text, ",", 1);
            if (mark == NULL) {
                built_put(&text, format.bytes, format.size - 1);
            } else {
                (void)snprintf(number, sizeof number, mark[1] == 'x' ? "%x" : "%d",
                               (unsigned)i);
                built_put(&text, format.bytes, (size_t)(mark - format.bytes));
                built_put(&text, number, strlen(number));
                built_put(&text, mark + 2, strlen(mark + 2));
            }
        }
        built_print(&text, "],\"heads\":[[%d,0]", BULK);
        for (int i = 1; cases[k].every_head && i <= BULK; i++) {
            built_print(&text, ",[%d,0]", i);
        }
        built_print(&text, "]}");
        check_memory(cases[k].what, &text, NULL, 0);
        free(text.bytes);
        free(format.bytes);
    }
}

TEST(reading_parameters_takes_at_most_ten_times_their_size) {
    built_bytes symbol = {0};
    built_quoted(&symbol, GRAPH(NODE("null", "x", ""), "[0,0]"));
    for (int kind = 0; kind < 6; kind++) {
        built_bytes b = {0};
        uint32_t count = kind == 5 ? 3 : BULK;
        built_u64(&b, 0x112);
        built_u64(&b, 0);
        built_u64(&b, count);
        for (uint32_t i = 0; i < count; i++) {
            if (kind < 2) { /* arrays without a shape */
                built_u32(&b, 0);
            } else if (kind < 5) { /* vectors of 0, 1 or 20 bytes */
                uint32_t size = kind == 2 ? 0 : kind == 3 ? 1 : 20;
                built_u32(&b, 1);
                built_u32(&b, size);
                built_u64(&b, 1);
                built_u32(&b, LP_UINT8);
                built_put(&b, "abcdefghijklmnopqrst", size);
            } else { /* row_sparse, all of 4 GB zeros */
                built_u32(&b, 0xF993FAC9u);
                built_u32(&b, 1);
                built_u32(&b, 2);
                built_u64(&b, 0);
                built_u64(&b, 1 << 20);
                built_u32(&b, 2);
                built_u64(&b, 1 << 10);
                built_u64(&b, 1 << 20);
                built_u64(&b, 1);
                built_u32(&b, LP_FLOAT32);
                built_u32(&b, LP_INT64);
                built_u32(&b, 1);
                built_u64(&b, 0);
            }
        }
        built_u64(&b, kind % 2 == 1 ? count : 0);
        for (uint32_t i = 0; kind % 2 == 1 && i < count; i++) {
            built_u64(&b, 1);
            built_put(&b, "x", 1);
        }
        check_memory("parameters", &symbol, b.bytes, b.size);
        free(b.bytes);
    }
    free(symbol.bytes);
}

/* ---- no memory --------------------------------------------------------------------------------------- */

/* What a phase works on. */
typedef struct subject {
    built_model m;
    LPModelHandle model;
    PredictorHandle predictor;
    PredictorHandle made; /* by the phase; freed after it */
    LPModelHandle made_model;
    float before[3][64]; /* outputs before the phase */
    size_t size[3];
    const char *weight; /* one that can be set; NULL: none */
    size_t weight_size;
} subject;

static int create_predictor(LPModelHandle model, PredictorHandle *out) {
    const char *key = "data";
    const uint32_t indptr[2] = {0, 4}, dims[4] = {1, 2, 4, 4};
    const LPOptions options = {sizeof options, 1, 0, 0};
    return LPPredCreate(model, 1, &key, indptr, dims, 0, NULL, NULL, 0, NULL, &options, NULL, out);
}

static void read_outputs(subject *s, float outputs[3][64]) {
    uint32_t count = 0;
    CHECK_EQ_INT(LPPredGetOutputCount(s->predictor, &count), 0);
    for (uint32_t i = 0; i < count && i < 3; i++) {
        const void *data;
        size_t bytes = 0;
        CHECK_EQ_INT(LPPredGetOutputData(s->predictor, i, &data, &bytes), 0);
        REQUIRE(bytes <= sizeof outputs[i]);
        s->size[i] = bytes;
        memcpy(outputs[i], data, bytes);
    }
}

static void ignore_array(const char *name, NDArrayHandle array, void *user) {
    (void)name;
    (void)array;
    ++*(int *)user;
}

static int phase_model(subject *s) {
    return LPModelCreate(s->m.symbol, s->m.symbol_size, s->m.params, s->m.params_size, NULL,
                         &s->made_model);
}

static int phase_create(subject *s) { return create_predictor(s->model, &s->made); }

static int phase_create_all_at_once(subject *s) {
    const char *key = "data";
    const uint32_t indptr[2] = {0, 4}, dims[4] = {1, 2, 4, 4};
    PredictorHandle two[2] = {NULL, NULL};
    int status = MXPredCreateMultiThread(s->m.symbol, s->m.params, (int)s->m.params_size, 1, 0, 1,
                                         &key, indptr, dims, 2, two);
    CHECK((status == 0) == (two[0] != NULL) && (status == 0) == (two[1] != NULL));
    s->made = two[0];
    (void)MXPredFree(two[1]);
    return status;
}

static int phase_reshape(subject *s) {
    const char *key = "data";
    const uint32_t indptr[2] = {0, 4}, dims[4] = {3, 2, 4, 4};
    return MXPredReshape(1, &key, indptr, dims, s->predictor, &s->made);
}

static int phase_forward(subject *s) { return MXPredForward(s->predictor); }

/* Sets a weight to its own numbers: outputs stay. Twice, for the second replaces a private copy. */
static int phase_weight(subject *s) {
    if (s->weight == NULL) {
        return 0;
    }
    int status = MXPredSetInput(s->predictor, s->weight, numbers, (uint32_t)s->weight_size);
    status = status != 0 ? status : MXPredForward(s->predictor);
    status = status != 0 ? status
                         : MXPredSetInput(s->predictor, s->weight, numbers,
                                          (uint32_t)s->weight_size);
    return status != 0 ? status : MXPredForward(s->predictor);
}

static int phase_monitor(subject *s) {
    int calls = 0;
    int status = MXPredSetMonitorCallback(s->predictor, ignore_array, &calls, true);
    status = status != 0 ? status : MXPredForward(s->predictor);
    /* Back, which makes a plan again. */
    int code = LPGetErrorCode();
    CHECK_EQ_INT(MXPredSetMonitorCallback(s->predictor, NULL, NULL, false), 0);
    CHECK(status != 0 || calls > 0);
    CHECK(status == 0 || LPGetErrorCode() == code);
    return status != 0 ? status : MXPredForward(s->predictor);
}

static int phase_check(subject *s) {
    size_t size;
    uint32_t errors;
    return LPCheckModel(s->m.symbol, s->m.symbol_size, NULL, 0, &size, &errors);
}

static int phase_upgrade(subject *s) {
    size_t size;
    return LPUpgradeSymbol(s->m.symbol, s->m.symbol_size, NULL, 0, &size);
}

static int phase_describe(subject *s) {
    size_t size;
    return LPPredDescribe(s->predictor, NULL, 0, &size);
}

static int phase_list(subject *s) {
    NDListHandle list = NULL;
    uint32_t length;
    int status = MXNDListCreate(s->m.params, (int)s->m.params_size, &list, &length);
    (void)MXNDListFree(list);
    return status;
}

static int phase_operators(subject *s) {
    size_t size;
    (void)s;
    return LPListOperators(NULL, 0, &size);
}

static const struct {
    const char *name;
    int (*run)(subject *s);
    bool allocates;
} phases[] = {
    {"model", phase_model, true},       {"create", phase_create, true},
    {"create all", phase_create_all_at_once, true},
    {"reshape", phase_reshape, true},   {"forward", phase_forward, false},
    {"weight", phase_weight, true},     {"monitor", phase_monitor, true},
    {"check", phase_check, true},       {"list", phase_list, true},
    {"operators", phase_operators, true}, {"upgrade", phase_upgrade, true},
    {"describe", phase_describe, true},
};

static void check_failures(int kind, size_t phase) {
    subject s;
    counting_allocator allocator;
    memset(&s, 0, sizeof s);
    build(&s.m, kind);
    s.weight = kind == 0 ? "c_weight" : kind == 1 ? "c_bias" : NULL;
    s.weight_size = kind == 0 ? 6 : 2;
    REQUIRE(counting_begin(&allocator) == 0);
    REQUIRE(LPModelCreate(s.m.symbol, s.m.symbol_size, s.m.params, s.m.params_size, NULL,
                          &s.model) == 0);
    REQUIRE(create_predictor(s.model, &s.predictor) == 0);
    REQUIRE(MXPredSetInput(s.predictor, "data", numbers, 32) == 0);
    REQUIRE(MXPredForward(s.predictor) == 0);
    read_outputs(&s, s.before);
    size_t failures = 0;
    for (size_t n = 1;; n++) {
        float after[3][64];
        size_t live = allocator.live;
        allocator.calls = 0;
        allocator.fail_at = n;
        watch();
        int status = phases[phase].run(&s);
        bool failed = allocator.calls >= n;
        allocator.fail_at = 0;
        if (!failed) {
            CHECK_EQ_INT(status, 0);
        } else if (status == 0 || LPGetErrorCode() != LP_ERROR_MEMORY || s.made != NULL ||
                   s.made_model != NULL) {
            printf("  kind %d, phase %s, allocation %zu: status %d, code %d, %s\n", kind,
                   phases[phase].name, n, status, LPGetErrorCode(), MXGetLastError());
            CHECK(false);
        }
        (void)MXPredFree(s.made);
        (void)LPModelFree(s.made_model);
        s.made = NULL;
        s.made_model = NULL;
        /* Usable as before. */
        CHECK_EQ_INT(MXPredForward(s.predictor), 0);
        memset(after, 0, sizeof after);
        read_outputs(&s, after);
        for (int i = 0; i < 3; i++) {
            CHECK_FLOATS(after[i], s.before[i], s.size[i] / sizeof(float), 1e-6, 1e-6);
        }
        if (phases[phase].run != phase_weight && phases[phase].run != phase_monitor &&
            allocator.live != live) {
            printf("  kind %d, phase %s, allocation %zu: %zu bytes are alive, before it were %zu\n",
                   kind, phases[phase].name, n, allocator.live, live);
            CHECK(false);
        }
        if (!failed) {
            break;
        }
        failures++;
    }
    CHECK((failures > 0) == (phases[phase].allocates &&
                             (phases[phase].run != phase_weight || s.weight != NULL)));
    CHECK_EQ_INT(MXPredFree(s.predictor), 0);
    CHECK_EQ_INT(LPModelFree(s.model), 0);
    CHECK_EQ_INT(allocator.live, 0);
    CHECK_EQ_INT(allocator.blocks, 0);
    CHECK(!allocator.misaligned);
    CHECK_EQ_INT(counting_end(), 0);
    built_free(&s.m);
}

TEST(every_allocation_may_fail) {
    for (int kind = 0; kind < NUM_KINDS; kind++) {
        for (size_t phase = 0; phase < sizeof phases / sizeof *phases; phase++) {
            check_failures(kind, phase);
        }
    }
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(small_models_run);
    RUN(a_symbol_cut_off_anywhere_is_an_error);
    RUN(parameters_cut_off_anywhere_are_an_error);
    RUN(the_digit_network_cut_off_is_an_error);
    RUN(changed_files_give_errors_or_work);
    RUN(bad_graphs_are_errors_that_name_the_place);
    RUN(deep_nesting_is_an_error);
    RUN(shapes_that_overflow_are_errors);
    RUN(parameters_that_promise_too_much_are_errors);
    RUN(counts_that_promise_too_much_are_errors);
    RUN(a_parameter_of_another_shape_is_an_error_with_both);
    RUN(a_chain_of_10000_elementwise_nodes_runs);
    RUN(a_chain_of_10000_nodes_in_reverse_order_runs);
    RUN(a_chain_of_10000_doublings_runs);
    RUN(a_chain_of_10000_nodes_that_vanish_runs);
    RUN(a_chain_of_10000_views_runs);
    RUN(a_chain_of_10000_concats_runs);
    RUN(a_chain_of_10000_copies_runs);
    RUN(a_node_of_10000_inputs_and_10000_outputs_run);
    RUN(reading_a_symbol_takes_at_most_ten_times_its_size);
    RUN(reading_parameters_takes_at_most_ten_times_their_size);
    RUN(every_allocation_may_fail);
    return check_end();
}
