/* The 17 functions of MXNet's predict API: each one's results, every error its contract lists, and
 * what holds for handles, threads and pointers. Expected numbers are calculated by hand. */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#endif
#if !defined(_WIN32)
#include <sys/mman.h>
#include <unistd.h>
#endif
#if !defined(LP_NO_THREADS)
#include <pthread.h>
#endif

#include "api_models.h"

static const char *const data_key[1] = {"data"};
static const uint32_t one_indptr[2] = {0, 2}, one_dims[2] = {1, 2};

/* MXPredCreate for the usual input. */
static int create(const built_model *m, PredictorHandle *out) {
    return MXPredCreate(m->symbol, m->params, (int)m->params_size, 1, 0, 1,
                        (const char **)(uintptr_t)data_key, one_indptr, one_dims, out);
}

static int create_with(const built_model *m, const char *key, uint32_t ndim, const uint32_t *dims,
                       PredictorHandle *out) {
    uint32_t indptr[2] = {0, ndim};
    return MXPredCreate(m->symbol, m->params, (int)m->params_size, 1, 0, 1, &key, indptr, dims,
                        out);
}

/* ---- create ------------------------------------------------------------------------------- */

TEST(create_set_forward_get) {
    built_model m;
    model_fc(&m);
    PredictorHandle p = predictor_of(&m, 1);
    check_dense(p, 1, -1, 9, 19);
    check_dense(p, 2, 0.5f, 13, 28);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(create_reads_the_old_format) {
    /* The attributes of 2015, and no version. */
    static const char text[] =
        "{\"nodes\": [{\"op\": \"null\", \"param\": {}, \"name\": \"data\", \"inputs\": [], "
        "\"backward_source_id\": -1}, {\"op\": \"_MulScalar\", \"param\": {\"scalar\": \"3\"}, "
        "\"name\": \"x\", \"inputs\": [[0, 0]], \"backward_source_id\": -1}], \"arg_nodes\": [0], "
        "\"heads\": [[1, 0]]}";
    built_model m = {0};
    built_finish(&m);
    PredictorHandle p;
    REQUIRE(MXPredCreate(text, m.params, (int)m.params_size, 1, 0, 1,
                         (const char **)(uintptr_t)data_key, one_indptr, one_dims, &p) == 0);
    check_dense(p, 1, -2, 3, -6);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(create_needs_no_keys_where_the_model_says_the_shape) {
    built_model m = {0};
    int data = built_node(&m, "null", "data", "'__shape__':'(1, 2)'", 0, NULL);
    built_head(&m, model_dense(&m, data, true), 0);
    built_finish(&m);
    PredictorHandle p;
    REQUIRE(MXPredCreate(m.symbol, m.params, (int)m.params_size, 1, 0, 0, NULL, NULL, NULL, &p) ==
            0);
    check_dense(p, 1, -1, 9, 19);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(create_ignores_what_it_does_not_know) {
    /* A key that names nothing, and a parameter that nobody uses. */
    built_model m = {0};
    const float unused[3] = {1, 2, 3};
    const int64_t three = 3;
    built_param(&m, "arg:unused", 1, &three, unused);
    built_head(&m, model_dense(&m, built_variable(&m, "data"), true), 0);
    built_finish(&m);
    const char *keys[2] = {"nothing", "data"};
    const uint32_t indptr[3] = {0, 1, 3}, dims[3] = {7, 1, 2};
    PredictorHandle p;
    REQUIRE(MXPredCreate(m.symbol, m.params, (int)m.params_size, 1, 5, 2, keys, indptr, dims, &p) ==
            0);
    check_dense(p, 1, -1, 9, 19);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(create_accepts_names_of_parameters_without_or_with_the_wrong_prefix) {
    const float weight[4] = {1, 2, 3, 4}, bias[2] = {10, 20}, wrong[2] = {-1, -1};
    const int64_t weight_dims[2] = {2, 2}, two = 2;
    built_model m = {0};
    built_param(&m, "fc_weight", 2, weight_dims, weight);
    built_param(&m, "arg:fc_bias", 1, &two, wrong); /* the last of its name counts */
    built_param(&m, "arg:fc_bias", 1, &two, bias);
    built_param(&m, "aux:fc_bias", 1, &two, wrong); /* but the right prefix goes first */
    built_head(&m, model_dense(&m, built_variable(&m, "data"), false), 0);
    built_finish(&m);
    PredictorHandle p = predictor_of(&m, 1);
    check_dense(p, 1, -1, 9, 19);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(create_checks_its_arguments) {
    built_model m;
    model_fc(&m);
    int size = (int)m.params_size;
    const char **keys = (const char **)(uintptr_t)data_key;
    const char *null_key[1] = {NULL};
    const uint32_t late[2] = {1, 2}, falling[3] = {0, 2, 1};
    const char *two_keys[2] = {"data", "x"};
    PredictorHandle sentinel = &m, p = sentinel;
    CHECK_FAILS(MXPredCreate(NULL, m.params, size, 1, 0, 1, keys, one_indptr, one_dims, &p),
                LP_ERROR_ARGUMENT, "symbol_json_str is NULL");
    CHECK_FAILS(MXPredCreate(m.symbol, NULL, size, 1, 0, 1, keys, one_indptr, one_dims, &p),
                LP_ERROR_ARGUMENT, "param_bytes is NULL");
    CHECK_FAILS(MXPredCreate(m.symbol, m.params, size, 1, 0, 1, keys, one_indptr, one_dims, NULL),
                LP_ERROR_ARGUMENT, "out is NULL");
    CHECK_FAILS(MXPredCreate(m.symbol, m.params, -1, 1, 0, 1, keys, one_indptr, one_dims, &p),
                LP_ERROR_ARGUMENT, "param_size is -1");
    CHECK_FAILS(MXPredCreate(m.symbol, m.params, size, 1, 0, 1, NULL, one_indptr, one_dims, &p),
                LP_ERROR_ARGUMENT, "input_keys is NULL");
    CHECK_FAILS(MXPredCreate(m.symbol, m.params, size, 1, 0, 1, null_key, one_indptr, one_dims, &p),
                LP_ERROR_ARGUMENT, "input_keys[0] is NULL");
    CHECK_FAILS(MXPredCreate(m.symbol, m.params, size, 1, 0, 1, keys, NULL, one_dims, &p),
                LP_ERROR_ARGUMENT, "input_shape_indptr is NULL");
    CHECK_FAILS(MXPredCreate(m.symbol, m.params, size, 1, 0, 1, keys, one_indptr, NULL, &p),
                LP_ERROR_ARGUMENT, "input_shape_data is NULL");
    CHECK_FAILS(MXPredCreate(m.symbol, m.params, size, 1, 0, 1, keys, late, one_dims, &p),
                LP_ERROR_ARGUMENT, "input_shape_indptr begins with 1, expected 0");
    CHECK_FAILS(MXPredCreate(m.symbol, m.params, size, 1, 0, 2, two_keys, falling, one_dims, &p),
                LP_ERROR_ARGUMENT, "falls from 2 to 1");
    CHECK_FAILS(MXPredCreate(m.symbol, m.params, size, 2, 0, 1, keys, one_indptr, one_dims, &p),
                LP_ERROR_DEVICE, "dev_type 1");
    CHECK_CONTAINS(MXGetLastError(), "dev_type 2");
    CHECK_FAILS(MXPredCreate(m.symbol, m.params, size, 0, 0, 1, keys, one_indptr, one_dims, &p),
                LP_ERROR_DEVICE, "dev_type 0");
    CHECK(p == sentinel);
    model_free(&m);
}

TEST(create_tells_what_is_wrong_with_the_model) {
    built_model m;
    PredictorHandle p = &m;
    model_fc(&m);
    CHECK_FAILS(MXPredCreate("{\"nodes\":", m.params, (int)m.params_size, 1, 0, 0, NULL, NULL, NULL,
                             &p),
                LP_ERROR_SYMBOL, "line 1, column 10");
    CHECK_FAILS(MXPredCreate(m.symbol, m.params, (int)m.params_size - 1, 1, 0, 0, NULL, NULL, NULL,
                             &p),
                LP_ERROR_PARAMS, "cut off");
    CHECK_FAILS(MXPredCreate(m.symbol, m.params, 0, 1, 0, 0, NULL, NULL, NULL, &p), LP_ERROR_PARAMS,
                "24 bytes");
    /* No shape; contradicting shapes; a parameter of another shape. */
    const uint32_t wide[2] = {1, 3}, flat[1] = {2}, weight[2] = {5, 2};
    CHECK_FAILS(MXPredCreate(m.symbol, m.params, (int)m.params_size, 1, 0, 0, NULL, NULL, NULL, &p),
                LP_ERROR_SHAPE, "not enough to get the shapes");
    CHECK_FAILS(create_with(&m, "data", 2, wide, &p), LP_ERROR_SHAPE,
                "from.shape = (2,2) to.shape=(2,3)");
    CHECK_FAILS(create_with(&m, "fc_weight", 2, weight, &p), LP_ERROR_SHAPE, "fc");
    (void)flat;
    model_free(&m);
    /* An array without a name. */
    const char unnamed[] = "\x12\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    model_fc(&m);
    CHECK_FAILS(MXPredCreate(m.symbol, unnamed, 36, 1, 0, 0, NULL, NULL, NULL, &p), LP_ERROR_PARAMS,
                "Invalid param file format");
    model_free(&m);
    /* Operators that are not there, all of them; an attribute that cannot be. */
    memset(&m, 0, sizeof m);
    int x = built_variable(&m, "data");
    int y = built_unary(&m, "NoSuchOp", "first", "", x);
    built_head(&m, built_unary(&m, "NorThis", "second", "", y), 0);
    built_finish(&m);
    CHECK_FAILS(create(&m, &p), LP_ERROR_UNSUPPORTED, "NoSuchOp (node first), NorThis (node second)");
    model_free(&m);
    memset(&m, 0, sizeof m);
    x = built_variable(&m, "data");
    built_head(&m, built_unary(&m, "Activation", "act", "'act_type':'selu'", x), 0);
    built_finish(&m);
    CHECK_FAILS(create(&m, &p), LP_ERROR_ATTRIBUTE, "act (Activation)");
    CHECK_CONTAINS(MXGetLastError(), "selu");
    model_free(&m);
    CHECK(p == &m);
}

TEST(the_symbol_is_read_up_to_its_closing_brace) {
#if defined(_WIN32)
    SKIP("memory behind the text is closed by mmap; runs elsewhere");
#else
    built_model m;
    model_fc(&m);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t bytes = (m.symbol_size + page - 1) / page * page;
    char *memory = mmap(NULL, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                        0);
    REQUIRE(memory != MAP_FAILED);
    REQUIRE(mprotect(memory + bytes, page, PROT_NONE) == 0);
    char *text = memory + bytes - m.symbol_size; /* the brace is the last byte that can be read */
    memcpy(text, m.symbol, m.symbol_size);
    PredictorHandle p = NULL;
    REQUIRE(MXPredCreate(text, m.params, (int)m.params_size, 1, 0, 1,
                         (const char **)(uintptr_t)data_key, one_indptr, one_dims, &p) == 0);
    check_dense(p, 1, -1, 9, 19);
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(munmap(memory, bytes + page), 0);
    model_free(&m);
#endif
}

/* ---- element types -------------------------------------------------------------------------- */

TEST(create_ex_gives_types_of_inputs) {
    built_model m = {0};
    int data = built_variable(&m, "data");
    built_head(&m, built_unary(&m, "_plus_scalar", "x", "'scalar':'1'", data), 0);
    built_finish(&m);
    const char *names[2] = {"data", "nothing"};
    static const int codes[] = {LP_FLOAT64, LP_INT32, LP_INT64};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        const int dtypes[2] = {codes[i], LP_FLOAT16};
        PredictorHandle p;
        int dtype[3] = {-1, -1, -1};
        REQUIRE(MXPredCreateEx(m.symbol, m.params, (int)m.params_size, 1, 0, 1,
                               (const char **)(uintptr_t)data_key, one_indptr, one_dims, 2, names,
                               dtypes, &p) == 0);
        CHECK_EQ_INT(MXPredGetOutputType(p, 0, dtype), 0);
        CHECK_EQ_INT(dtype[0], codes[i]);
        CHECK_EQ_INT(dtype[1], -1);
        if (codes[i] == LP_FLOAT64) {
            const double in[2] = {1e-12, 2};
            const void *raw = in;
            double out[2];
            CHECK_EQ_INT(MXPredSetInput(p, "data", raw, 2), 0);
            CHECK_EQ_INT(MXPredForward(p), 0);
            CHECK_EQ_INT(MXPredGetOutput(p, 0, (void *)out, 2), 0);
            CHECK_NEAR(out[0], 1.000000000001, 1e-15);
            CHECK_NEAR(out[1], 3, 0);
        }
        CHECK_EQ_INT(MXPredFree(p), 0);
    }
    /* None given: float32. */
    PredictorHandle p;
    int dtype;
    REQUIRE(MXPredCreateEx(m.symbol, m.params, (int)m.params_size, 1, 0, 1,
                           (const char **)(uintptr_t)data_key, one_indptr, one_dims, 0, NULL, NULL,
                           &p) == 0);
    CHECK_EQ_INT(MXPredGetOutputType(p, 0, &dtype), 0);
    CHECK_EQ_INT(dtype, LP_FLOAT32);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(a_uint8_input_takes_bytes) {
    built_model m = {0};
    int data = built_variable(&m, "data");
    built_head(&m, built_unary(&m, "Cast", "x", "'dtype':'float32'", data), 0);
    built_finish(&m);
    const int dtype = LP_UINT8;
    const unsigned char bytes[2] = {7, 255};
    const void *raw = bytes;
    float out[2];
    PredictorHandle p;
    REQUIRE(MXPredCreateEx(m.symbol, m.params, (int)m.params_size, 1, 0, 1,
                           (const char **)(uintptr_t)data_key, one_indptr, one_dims, 1,
                           (const char **)(uintptr_t)data_key, &dtype, &p) == 0);
    CHECK_EQ_INT(MXPredSetInput(p, "data", raw, 2), 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 2), 0);
    CHECK_NEAR(out[0], 7, 0);
    CHECK_NEAR(out[1], 255, 0);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(create_ex_checks_its_arguments) {
    built_model m;
    model_fc(&m);
    const char **keys = (const char **)(uintptr_t)data_key;
    const char *null_key[1] = {NULL};
    PredictorHandle p = &m;
    int size = (int)m.params_size;
    static const int bad[] = {8, -1, 12, 1 << 30};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_FAILS(MXPredCreateEx(m.symbol, m.params, size, 1, 0, 1, keys, one_indptr, one_dims, 1,
                                   keys, &bad[i], &p),
                    LP_ERROR_ARGUMENT, "no element type (for 'data'); 0 to 7 are");
    }
    const int float64 = LP_FLOAT64;
    CHECK_FAILS(MXPredCreateEx(m.symbol, m.params, size, 1, 0, 1, keys, one_indptr, one_dims, 1,
                               NULL, &float64, &p),
                LP_ERROR_ARGUMENT, "NULL");
    CHECK_FAILS(MXPredCreateEx(m.symbol, m.params, size, 1, 0, 1, keys, one_indptr, one_dims, 1,
                               null_key, &float64, &p),
                LP_ERROR_ARGUMENT, "NULL");
    CHECK_FAILS(MXPredCreateEx(m.symbol, m.params, size, 1, 0, 1, keys, one_indptr, one_dims, 1,
                               keys, NULL, &p),
                LP_ERROR_ARGUMENT, "dtypes is NULL");
    CHECK_FAILS(MXPredCreateEx(m.symbol, m.params, size, 1, 0, 1, keys, one_indptr, one_dims, 0,
                               NULL, NULL, NULL),
                LP_ERROR_ARGUMENT, "out is NULL");
    CHECK_FAILS(MXPredCreateEx(m.symbol, m.params, size, 3, 0, 1, keys, one_indptr, one_dims, 0,
                               NULL, NULL, &p),
                LP_ERROR_DEVICE, "dev_type 3");
    /* The weights are float32. */
    CHECK_FAILS(MXPredCreateEx(m.symbol, m.params, size, 1, 0, 1, keys, one_indptr, one_dims, 1,
                               keys, &float64, &p),
                LP_ERROR_DTYPE, "float64");
    CHECK_CONTAINS(MXGetLastError(), "float32");
    CHECK(p == &m);
    model_free(&m);
}

TEST(weights_of_half_precision_work_in_float32_unless_types_are_given) {
    built_model m = {0};
    const uint16_t weight[4] = {0x3c00, 0x4000, 0x4200, 0x4400}; /* 1 2 3 4 */
    const int64_t dims[2] = {2, 2};
    int inputs[2];
    inputs[0] = built_variable(&m, "data");
    inputs[1] = built_variable(&m, "w");
    built_typed_param(&m, "arg:w", LP_FLOAT16, 2, 2, dims, weight);
    built_head(&m, built_node(&m, "FullyConnected", "f", "'num_hidden':'2','no_bias':'True'", 2,
                              inputs),
               0);
    built_finish(&m);
    PredictorHandle p = predictor_of(&m, 1);
    check_dense(p, 1, -1, -1, -1);
    check_dense(p, 1, 1, 3, 7);
    CHECK_EQ_INT(MXPredFree(p), 0);
    const int half = LP_FLOAT16;
    int dtype = -1;
    REQUIRE(MXPredCreateEx(m.symbol, m.params, (int)m.params_size, 1, 0, 1,
                           (const char **)(uintptr_t)data_key, one_indptr, one_dims, 1,
                           (const char **)(uintptr_t)data_key, &half, &p) == 0);
    const uint16_t ones[2] = {0x3c00, 0x3c00};
    const void *raw = ones;
    uint16_t out[2];
    CHECK_EQ_INT(MXPredGetOutputType(p, 0, &dtype), 0);
    CHECK_EQ_INT(dtype, LP_FLOAT16);
    CHECK_EQ_INT(MXPredSetInput(p, "data", raw, 2), 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, (void *)out, 2), 0);
    CHECK_EQ_INT(out[0], 0x4200); /* 3 */
    CHECK_EQ_INT(out[1], 0x4700); /* 7 */
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

/* Values are MXNet 1.9.1's: 0.1 is 0.0999756 to a float16 tensor. */
TEST(scalars_are_rounded_to_half_precision_with_the_tensor) {
    static const char *const ops[] = {"_equal_scalar", "_mod_scalar", "_rminus_scalar"};
    static const uint16_t expected[][2] = {{0x3c00, 0}, {0, 0x0c00}, {0, 0xbb33}};
    for (int i = 0; i < 3; i++) {
        built_model m = {0};
        int data = built_variable(&m, "data");
        built_head(&m, built_unary(&m, ops[i], "x", "'scalar':'0.1'", data), 0);
        built_finish(&m);
        const int half = LP_FLOAT16;
        const uint16_t numbers[2] = {0x2e66, 0x3c00}; /* 0.1 and 1 */
        const void *raw = numbers;
        uint16_t out[2];
        PredictorHandle p;
        REQUIRE(MXPredCreateEx(m.symbol, m.params, (int)m.params_size, 1, 0, 1,
                               (const char **)(uintptr_t)data_key, one_indptr, one_dims, 1,
                               (const char **)(uintptr_t)data_key, &half, &p) == 0);
        CHECK_EQ_INT(MXPredSetInput(p, "data", raw, 2), 0);
        CHECK_EQ_INT(MXPredForward(p), 0);
        CHECK_EQ_INT(MXPredGetOutput(p, 0, (void *)out, 2), 0);
        CHECK_EQ_INT(out[0], expected[i][0]);
        CHECK_EQ_INT(out[1], expected[i][1]);
        CHECK_EQ_INT(MXPredFree(p), 0);
        model_free(&m);
    }
}

/* ---- chosen outputs --------------------------------------------------------------------------- */

static int create_partial(const built_model *m, uint32_t count, const char **keys,
                          PredictorHandle *out) {
    return MXPredCreatePartialOut(m->symbol, m->params, (int)m->params_size, 1, 0, 1,
                                  (const char **)(uintptr_t)data_key, one_indptr, one_dims, count,
                                  keys, out);
}

TEST(partial_out_has_the_outputs_that_were_chosen) {
    built_model m;
    model_softmax(&m);
    const char *keys[4] = {"softmax", "fc", "fc", "data"};
    const float in[2] = {1, -1}, fc[2] = {9, 19};
    float out[2];
    PredictorHandle p;
    REQUIRE(create_partial(&m, 4, keys, &p) == 0);
    CHECK_EQ_INT(MXPredSetInput(p, "data", in, 2), 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 2), 0);
    CHECK_NEAR(out[0], 1 / (1 + exp(10.0)), 1e-9);
    CHECK_NEAR(out[1], 1 / (1 + exp(-10.0)), 1e-6);
    CHECK_EQ_INT(MXPredGetOutput(p, 1, out, 2), 0);
    CHECK_FLOATS(out, fc, 2, 0, 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 2, out, 2), 0);
    CHECK_FLOATS(out, fc, 2, 0, 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 3, out, 2), 0);
    CHECK_FLOATS(out, in, 2, 0, 0);
    CHECK_FAILS(MXPredGetOutput(p, 4, out, 2), LP_ERROR_INDEX, "output 4, there are 4");
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(inputs_that_chosen_outputs_do_not_need_vanish) {
    built_model m = {0};
    int data = built_variable(&m, "data"), other = built_variable(&m, "other");
    int a = built_unary(&m, "negative", "a", "", data);
    built_head(&m, built_binary(&m, "elemwise_add", "b", "", a, other), 0);
    built_finish(&m);
    const char *keys[1] = {"a"};
    PredictorHandle p;
    REQUIRE(create_partial(&m, 1, keys, &p) == 0);
    check_dense(p, 1, -1, -1, 1);
    const float x[2] = {0, 0};
    CHECK_FAILS(MXPredSetInput(p, "other", x, 2), LP_ERROR_NAME, "cannot find input key other");
    CHECK_EQ_INT(MXPredFree(p), 0);
    /* No key: the whole graph. */
    REQUIRE(create_partial(&m, 0, NULL, &p) == 0);
    CHECK_EQ_INT(MXPredSetInput(p, "other", x, 2), 0);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(partial_out_checks_its_arguments) {
    built_model m;
    model_softmax(&m);
    const char *unknown[2] = {"fc", "softmaxx"}, *null_key[1] = {NULL};
    PredictorHandle p = &m;
    CHECK_FAILS(create_partial(&m, 2, unknown, &p), LP_ERROR_NAME,
                "didn't find node name: softmaxx_output");
    CHECK_CONTAINS(MXGetLastError(), "did you mean 'softmax'");
    CHECK_FAILS(create_partial(&m, 1, NULL, &p), LP_ERROR_ARGUMENT, "output_keys is NULL");
    CHECK_FAILS(create_partial(&m, 1, null_key, &p), LP_ERROR_ARGUMENT, "output_keys[0] is NULL");
    CHECK_FAILS(create_partial(&m, 0, NULL, NULL), LP_ERROR_ARGUMENT, "out is NULL");
    CHECK(p == &m);
    model_free(&m);
}

/* ---- several predictors ------------------------------------------------------------------------- */

TEST(multi_thread_makes_predictors_of_their_own) {
    built_model m;
    model_fc(&m);
    PredictorHandle p[3] = {NULL, NULL, NULL};
    REQUIRE(MXPredCreateMultiThread(m.symbol, m.params, (int)m.params_size, 1, 0, 1,
                                    (const char **)(uintptr_t)data_key, one_indptr, one_dims, 3,
                                    p) == 0);
    uint32_t *dims, ndim;
    CHECK_EQ_INT(MXPredGetOutputShape(p[2], 0, &dims, &ndim), 0);
    CHECK_EQ_INT(ndim, 2);
    const float a[2] = {1, -1}, b[2] = {0, 0}, first[2] = {9, 19}, second[2] = {10, 20};
    float out[2];
    CHECK_EQ_INT(MXPredSetInput(p[0], "data", a, 2), 0);
    CHECK_EQ_INT(MXPredSetInput(p[1], "data", b, 2), 0);
    CHECK_EQ_INT(MXPredForward(p[0]), 0);
    CHECK_EQ_INT(MXPredForward(p[1]), 0);
    CHECK_EQ_INT(MXPredGetOutput(p[0], 0, out, 2), 0);
    CHECK_FLOATS(out, first, 2, 0, 0);
    CHECK_EQ_INT(MXPredGetOutput(p[1], 0, out, 2), 0);
    CHECK_FLOATS(out, second, 2, 0, 0);
    LPStats stats = {.struct_size = sizeof stats};
    CHECK_EQ_INT(LPPredGetStats(p[1], &stats), 0);
    CHECK_EQ_INT(stats.weights_bytes, 6 * 4);
    CHECK_EQ_INT(MXPredFree(p[0]), 0);
    CHECK_EQ_INT(MXPredFree(p[1]), 0);
    check_dense(p[2], 1, -1, 9, 19);
    CHECK_EQ_INT(MXPredFree(p[2]), 0);
    model_free(&m);
}

TEST(multi_thread_checks_its_arguments) {
    built_model m;
    model_fc(&m);
    const char **keys = (const char **)(uintptr_t)data_key;
    int size = (int)m.params_size;
    PredictorHandle p[2] = {&m, &m};
    CHECK_FAILS(MXPredCreateMultiThread(m.symbol, m.params, size, 1, 0, 1, keys, one_indptr,
                                        one_dims, 0, p),
                LP_ERROR_ARGUMENT, "num_threads is 0");
    CHECK_FAILS(MXPredCreateMultiThread(m.symbol, m.params, size, 1, 0, 1, keys, one_indptr,
                                        one_dims, -3, p),
                LP_ERROR_ARGUMENT, "num_threads is -3");
    CHECK_FAILS(MXPredCreateMultiThread(m.symbol, m.params, size, 1, 0, 1, keys, one_indptr,
                                        one_dims, 2, NULL),
                LP_ERROR_ARGUMENT, "out is NULL");
    CHECK_FAILS(MXPredCreateMultiThread(m.symbol, m.params, size, 2, 0, 1, keys, one_indptr,
                                        one_dims, 2, p),
                LP_ERROR_DEVICE, "dev_type 2");
    CHECK_FAILS(MXPredCreateMultiThread(m.symbol, m.params, size, 1, 0, 0, NULL, NULL, NULL, 2, p),
                LP_ERROR_SHAPE, "data");
    CHECK(p[0] == &m && p[1] == &m);
    model_free(&m);
}

/* ---- reshape ---------------------------------------------------------------------------------------- */

TEST(reshape_makes_another_predictor) {
    built_model m;
    model_softmax(&m); /* the label follows the data */
    PredictorHandle old = predictor_of(&m, 1), p;
    const uint32_t indptr[2] = {0, 2}, dims[2] = {3, 2};
    REQUIRE(MXPredReshape(1, (const char **)(uintptr_t)data_key, indptr, dims, old, &p) == 0);
    CHECK(p != old);
    uint32_t *shape, ndim;
    CHECK_EQ_INT(MXPredGetOutputShape(p, 0, &shape, &ndim), 0);
    CHECK(ndim == 2 && shape[0] == 3 && shape[1] == 2);
    CHECK_EQ_INT(MXPredGetOutputShape(old, 0, &shape, &ndim), 0);
    CHECK(ndim == 2 && shape[0] == 1 && shape[1] == 2);
    const float in[6] = {-10, 0, 1, -1, 0, 0};
    float out[6];
    CHECK_EQ_INT(MXPredSetInput(p, "data", in, 6), 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 6), 0);
    CHECK_NEAR(out[0], 1 / (1 + exp(-10.0)), 1e-6); /* 0 and -10 */
    CHECK_NEAR(out[2], 1 / (1 + exp(10.0)), 1e-9);
    CHECK_NEAR(out[4], 1 / (1 + exp(10.0)), 1e-9);
    /* Neither disturbs the other. */
    CHECK_EQ_INT(MXPredSetInput(old, "data", in, 2), 0);
    CHECK_EQ_INT(MXPredForward(old), 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 6), 0);
    CHECK_NEAR(out[2], 1 / (1 + exp(10.0)), 1e-9);
    CHECK_EQ_INT(MXPredFree(old), 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(reshape_keeps_what_is_not_named) {
    built_model m = {0};
    int data = built_variable(&m, "data"), other = built_variable(&m, "other");
    built_head(&m, built_binary(&m, "broadcast_add", "b", "", data, other), 0);
    built_finish(&m);
    const char *keys[3] = {"data", "other", "nothing"};
    const uint32_t indptr[4] = {0, 2, 4, 5}, dims[5] = {1, 2, 1, 2, 9}, wider[3] = {4, 2, 9};
    const uint32_t indptr_wider[3] = {0, 2, 3};
    const char *names[2] = {"data", "nothing"};
    const float in[2] = {1, 2}, zeros[8] = {0};
    float out[8];
    PredictorHandle old, p;
    REQUIRE(MXPredCreate(m.symbol, m.params, (int)m.params_size, 1, 0, 2, keys, indptr, dims,
                         &old) == 0);
    CHECK_EQ_INT(MXPredSetInput(old, "data", in, 2), 0);
    CHECK_EQ_INT(MXPredSetInput(old, "other", in, 2), 0);
    REQUIRE(MXPredReshape(2, names, indptr_wider, wider, old, &p) == 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 8), 0);
    CHECK_FLOATS(out, zeros, 8, 0, 0); /* contents are not carried over */
    CHECK_EQ_INT(MXPredFree(p), 0);
    /* No name at all: the same shapes. */
    REQUIRE(MXPredReshape(0, NULL, NULL, NULL, old, &p) == 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 2), 0);
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(MXPredFree(old), 0);
    model_free(&m);
}

TEST(reshape_forgets_the_shapes_of_labels) {
    built_model m;
    model_softmax(&m);
    const char *keys[2] = {"data", "softmax_label"};
    const uint32_t indptr[3] = {0, 2, 3}, dims[3] = {1, 2, 1}, wider[2] = {3, 2};
    PredictorHandle old, p;
    REQUIRE(MXPredCreate(m.symbol, m.params, (int)m.params_size, 1, 0, 2, keys, indptr, dims,
                         &old) == 0);
    REQUIRE(MXPredReshape(1, keys, indptr, wider, old, &p) == 0);
    const float x[6] = {0, 0, 0, 0, 0, 0};
    CHECK_EQ_INT(MXPredSetInput(p, "data", x, 6), 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    /* "data" keeps its shape where the label alone is named; together they must agree. */
    PredictorHandle q;
    const uint32_t label_indptr[2] = {0, 1}, three = 3;
    CHECK_EQ_INT(MXPredReshape(1, &keys[1], label_indptr, &three, p, &q), 0);
    CHECK_EQ_INT(MXPredFree(q), 0);
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(MXPredFree(old), 0);
    model_free(&m);
    /* Another input that is not named keeps its shape nevertheless. */
    memset(&m, 0, sizeof m);
    int sum = built_binary(&m, "broadcast_add", "sum", "", built_variable(&m, "data"),
                           built_variable(&m, "other"));
    int fc = model_dense(&m, sum, true);
    built_head(&m, built_binary(&m, "SoftmaxOutput", "softmax", "", fc,
                                built_variable(&m, "softmax_label")),
               0);
    built_finish(&m);
    const char *three_keys[3] = {"data", "softmax_label", "other"};
    const uint32_t three_indptr[4] = {0, 2, 3, 5}, three_dims[5] = {1, 2, 1, 1, 2};
    REQUIRE(MXPredCreate(m.symbol, m.params, (int)m.params_size, 1, 0, 3, three_keys, three_indptr,
                         three_dims, &old) == 0);
    CHECK_EQ_INT(MXPredReshape(1, three_keys, three_indptr, wider, old, &p), 0);
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(MXPredFree(old), 0);
    model_free(&m);
}

TEST(reshape_carries_weights_over_that_were_set) {
    built_model m;
    model_fc(&m);
    PredictorHandle old = predictor_of(&m, 1), p;
    const float weight[4] = {1, 0, 0, 1};
    const uint32_t indptr[2] = {0, 2}, dims[2] = {1, 2};
    CHECK_EQ_INT(MXPredSetInput(old, "fc_weight", weight, 4), 0);
    REQUIRE(MXPredReshape(1, (const char **)(uintptr_t)data_key, indptr, dims, old, &p) == 0);
    check_dense(p, 1, -1, 11, 19);
    CHECK_EQ_INT(MXPredFree(old), 0);
    check_dense(p, 2, 3, 12, 23);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(reshape_keeps_outputs_and_types) {
    built_model m = {0};
    int data = built_variable(&m, "data");
    int a = built_unary(&m, "negative", "a", "", data);
    built_head(&m, built_unary(&m, "abs", "b", "", a), 0);
    built_finish(&m);
    const char *keys[1] = {"a"};
    PredictorHandle old, p;
    REQUIRE(create_partial(&m, 1, keys, &old) == 0);
    REQUIRE(MXPredReshape(0, NULL, NULL, NULL, old, &p) == 0);
    check_dense(p, 1, -1, -1, 1);
    CHECK_EQ_INT(MXPredFree(old), 0);
    CHECK_EQ_INT(MXPredFree(p), 0);
    const int dtype = LP_INT32;
    REQUIRE(MXPredCreateEx(m.symbol, m.params, (int)m.params_size, 1, 0, 1,
                           (const char **)(uintptr_t)data_key, one_indptr, one_dims, 1,
                           (const char **)(uintptr_t)data_key, &dtype, &old) == 0);
    REQUIRE(MXPredReshape(0, NULL, NULL, NULL, old, &p) == 0);
    int found = -1;
    CHECK_EQ_INT(MXPredGetOutputType(p, 0, &found), 0);
    CHECK_EQ_INT(found, LP_INT32);
    CHECK_EQ_INT(MXPredFree(old), 0);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(reshape_checks_its_arguments) {
    built_model m;
    model_fc(&m);
    PredictorHandle old = predictor_of(&m, 1), p = &m;
    const char **keys = (const char **)(uintptr_t)data_key;
    const uint32_t wide[2] = {1, 3}, falling[2] = {0, 0};
    CHECK_FAILS(MXPredReshape(1, keys, one_indptr, one_dims, NULL, &p), LP_ERROR_ARGUMENT,
                "handle is NULL");
    CHECK_FAILS(MXPredReshape(1, keys, one_indptr, one_dims, old, NULL), LP_ERROR_ARGUMENT,
                "out is NULL");
    CHECK_FAILS(MXPredReshape(1, NULL, one_indptr, one_dims, old, &p), LP_ERROR_ARGUMENT,
                "input_keys is NULL");
    CHECK_FAILS(MXPredReshape(1, keys, NULL, one_dims, old, &p), LP_ERROR_ARGUMENT, "indptr");
    CHECK_FAILS(MXPredReshape(1, keys, one_indptr, NULL, old, &p), LP_ERROR_ARGUMENT, "shape_data");
    CHECK_FAILS(MXPredReshape(1, keys, one_indptr, wide, old, &p), LP_ERROR_SHAPE,
                "from.shape = (2,2) to.shape=(2,3)");
    /* A shape that is taken back leaves too little. */
    CHECK_FAILS(MXPredReshape(1, keys, falling, one_dims, old, &p), LP_ERROR_SHAPE, "data");
    CHECK(p == &m);
    CHECK_EQ_INT(LPPredGetErrorCode(old), LP_ERROR_SHAPE);
    check_dense(old, 1, -1, 9, 19);
    CHECK_EQ_INT(MXPredFree(old), 0);
    model_free(&m);
}

/* ---- inputs -------------------------------------------------------------------------------------------- */

TEST(set_input_checks_its_arguments) {
    built_model m;
    model_fc(&m);
    PredictorHandle p = predictor_of(&m, 1);
    const float x[4] = {1, 2, 3, 4};
    CHECK_FAILS(MXPredSetInput(NULL, "data", x, 2), LP_ERROR_ARGUMENT, "handle is NULL");
    CHECK_FAILS(MXPredSetInput(p, NULL, x, 2), LP_ERROR_ARGUMENT, "key is NULL");
    CHECK_FAILS(MXPredSetInput(p, "data", NULL, 2), LP_ERROR_ARGUMENT, "data is NULL");
    CHECK_FAILS(MXPredSetInput(p, "datum", x, 2), LP_ERROR_NAME, "cannot find input key datum");
    CHECK_FAILS(MXPredSetInput(p, "data", x, 3), LP_ERROR_SIZE, "Memory size do not match");
    CHECK_CONTAINS(MXGetLastError(), "(1,2) has 2 elements, given 3");
    CHECK_FAILS(MXPredSetInput(p, "data", x, 0), LP_ERROR_SIZE, "given 0");
    CHECK_FAILS(MXPredSetInput(p, "fc_weight", x, 2), LP_ERROR_SIZE, "fc_weight");
    check_dense(p, 1, -1, 9, 19);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(inputs_that_were_never_set_are_zeros_and_stay_until_set_again) {
    built_model m;
    model_fc(&m);
    PredictorHandle p = predictor_of(&m, 1);
    const float bias[2] = {10, 20}, in[2] = {1, -1}, expected[2] = {9, 19};
    float out[2];
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 2), 0);
    CHECK_FLOATS(out, bias, 2, 0, 0);
    CHECK_EQ_INT(MXPredSetInput(p, "data", in, 2), 0);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ_INT(MXPredForward(p), 0);
        CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 2), 0);
        CHECK_FLOATS(out, expected, 2, 0, 0);
    }
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(a_missing_weight_is_an_error_of_the_forward_until_it_is_set) {
    built_model m = {0};
    built_head(&m, model_dense(&m, built_variable(&m, "data"), false), 0);
    built_finish(&m);
    PredictorHandle p = predictor_of(&m, 1);
    const float weight[4] = {1, 2, 3, 4}, bias[2] = {10, 20};
    int left = 77;
    CHECK_FAILS(MXPredForward(p), LP_ERROR_MISSING, "fc_weight");
    CHECK_FAILS(MXPredPartialForward(p, 0, &left), LP_ERROR_MISSING, "fc_weight");
    CHECK_EQ_INT(left, 77);
    CHECK_EQ_INT(MXPredSetInput(p, "fc_weight", weight, 4), 0);
    CHECK_FAILS(MXPredForward(p), LP_ERROR_MISSING, "fc_bias");
    CHECK_EQ_INT(MXPredSetInput(p, "fc_bias", bias, 2), 0);
    check_dense(p, 1, -1, 9, 19);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(auxiliary_states_cannot_be_set) {
    built_model m = {0};
    const float ones[2] = {1, 1};
    const int64_t two = 2;
    int inputs[5] = {built_variable(&m, "data"), built_variable(&m, "g"), built_variable(&m, "b"),
                     built_variable(&m, "mean"), built_variable(&m, "var")};
    built_param(&m, "arg:g", 1, &two, ones);
    built_param(&m, "arg:b", 1, &two, ones);
    built_param(&m, "aux:mean", 1, &two, ones);
    built_head(&m, built_node(&m, "BatchNorm", "n", "", 5, inputs), 0);
    built_finish(&m);
    PredictorHandle p = predictor_of(&m, 1);
    CHECK_FAILS(MXPredSetInput(p, "mean", ones, 2), LP_ERROR_NAME, "auxiliary");
    CHECK_FAILS(MXPredForward(p), LP_ERROR_MISSING, "var");
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

/* ---- running -------------------------------------------------------------------------------------------- */

TEST(partial_forward_counts_down) {
    built_model m = {0};
    int at = built_variable(&m, "data");
    at = built_unary(&m, "negative", "a", "", at);
    at = built_unary(&m, "exp", "b", "", at);
    built_head(&m, built_unary(&m, "sqrt", "c", "", at), 0);
    built_finish(&m);
    PredictorHandle p = predictor_of(&m, 1);
    const float in[2] = {0, -2};
    float out[2];
    int left = -1, steps = 0;
    CHECK_EQ_INT(MXPredSetInput(p, "data", in, 2), 0);
    CHECK_EQ_INT(MXPredPartialForward(p, 0, &left), 0);
    int total = left + 1;
    CHECK(total >= 1);
    for (steps = 1; left > 0; steps++) {
        CHECK_FAILS(MXPredGetOutput(p, 0, out, 2), LP_ERROR_STATE, "MXPredForward");
        int before = left;
        CHECK_EQ_INT(MXPredPartialForward(p, steps, &left), 0);
        CHECK_EQ_INT(left, before - 1);
    }
    CHECK_EQ_INT(steps, total);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 2), 0);
    CHECK_NEAR(out[0], 1, 1e-6);
    CHECK_NEAR(out[1], exp(1.0), 1e-5);
    /* Beyond the end, and before the beginning: nothing. */
    static const int beyond[] = {1000, INT32_MAX, -1, INT32_MIN};
    for (int i = 0; i < 4; i++) {
        left = 5;
        CHECK_EQ_INT(MXPredPartialForward(p, i == 0 ? total : beyond[i], &left), 0);
        CHECK_EQ_INT(left, 0);
    }
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 2), 0);
    CHECK_FAILS(MXPredPartialForward(p, 0, NULL), LP_ERROR_ARGUMENT, "step_left is NULL");
    CHECK_FAILS(MXPredPartialForward(NULL, 0, &left), LP_ERROR_ARGUMENT, "handle is NULL");
    CHECK_FAILS(MXPredForward(NULL), LP_ERROR_ARGUMENT, "handle is NULL");
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(outputs_check_their_arguments) {
    built_model m;
    model_fc(&m);
    PredictorHandle p = predictor_of(&m, 1);
    float out[3] = {-1, -1, -1};
    uint32_t *dims = NULL, ndim = 99;
    int dtype = 99;
    CHECK_FAILS(MXPredGetOutput(p, 0, out, 2), LP_ERROR_STATE, "MXPredForward");
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_FAILS(MXPredGetOutput(NULL, 0, out, 2), LP_ERROR_ARGUMENT, "handle is NULL");
    CHECK_FAILS(MXPredGetOutput(p, 0, NULL, 2), LP_ERROR_ARGUMENT, "data is NULL");
    CHECK_FAILS(MXPredGetOutput(p, 1, out, 2), LP_ERROR_INDEX,
                "Output index out of range: output 1, there are 1");
    CHECK_FAILS(MXPredGetOutput(p, 0, out, 3), LP_ERROR_SIZE, "Memory size do not match");
    CHECK_CONTAINS(MXGetLastError(), "'fc_output' of shape (1,2) has 2 elements, given 3");
    CHECK(out[0] < 0 && out[2] < 0);
    CHECK_FAILS(MXPredGetOutputShape(NULL, 0, &dims, &ndim), LP_ERROR_ARGUMENT, "handle is NULL");
    CHECK_FAILS(MXPredGetOutputShape(p, 0, NULL, &ndim), LP_ERROR_ARGUMENT, "shape_data is NULL");
    CHECK_FAILS(MXPredGetOutputShape(p, 0, &dims, NULL), LP_ERROR_ARGUMENT, "shape_ndim is NULL");
    CHECK_FAILS(MXPredGetOutputShape(p, 1, &dims, &ndim), LP_ERROR_INDEX,
                "Index exceed number of outputs");
    CHECK_FAILS(MXPredGetOutputType(NULL, 0, &dtype), LP_ERROR_ARGUMENT, "handle is NULL");
    CHECK_FAILS(MXPredGetOutputType(p, 0, NULL), LP_ERROR_ARGUMENT, "out_dtype is NULL");
    CHECK_FAILS(MXPredGetOutputType(p, 7, &dtype), LP_ERROR_INDEX, "output 7, there are 1");
    CHECK(dims == NULL && ndim == 99 && dtype == 99);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(a_dimension_that_does_not_fit_is_an_error) {
    if (sizeof(size_t) <= 4) {
        SKIP("a tensor with such a dimension is refused earlier on 32 bits");
    }
    /* (0, 6 thousand million): nothing in it, but the shape is there. */
    built_model m = {0};
    int x = built_unary(&m, "slice", "s", "'begin':'(5, 0)','end':'(6, 2)'",
                        built_variable(&m, "data"));
    built_head(&m, built_unary(&m, "tile", "t", "'reps':'(1, 3000000000)'", x), 0);
    built_finish(&m);
    PredictorHandle p = predictor_of(&m, 1);
    uint32_t *dims, ndim;
    CHECK_FAILS(MXPredGetOutputShape(p, 0, &dims, &ndim), LP_ERROR_SIZE,
                "dimension 1 is 6000000000");
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(LPPredGetOutput(p, 0, LP_FLOAT32, NULL, 0), 0);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

/* ---- monitor ----------------------------------------------------------------------------------------------- */

typedef struct seen {
    char names[1024];
    int count;
    float fc[2];
    int bad;
    PredictorHandle predictor;
} seen;

static void note(const char *name, NDArrayHandle array, void *user) {
    seen *s = user;
    int dtype = -1;
    const int64_t *dims = NULL;
    uint32_t ndim = 0;
    const void *data = NULL;
    size_t bytes = 0;
    s->count++;
    (void)snprintf(s->names + strlen(s->names), sizeof s->names - strlen(s->names), "%s ", name);
    if (LPArrayGetInfo(array, &dtype, &dims, &ndim, &data, &bytes) != 0 || dtype != LP_FLOAT32) {
        s->bad++;
        return;
    }
    size_t elements = 1;
    for (uint32_t i = 0; i < ndim; i++) {
        elements *= (size_t)dims[i];
    }
    s->bad += elements * sizeof(float) != bytes;
    if (strcmp(name, "fc_output") == 0) {
        memcpy(s->fc, data, sizeof s->fc);
    }
}

TEST(a_monitor_sees_every_tensor_in_order) {
    built_model m;
    model_softmax(&m);
    PredictorHandle p = predictor_of(&m, 1);
    const float in[2] = {1, -1};
    float out[2], again[2];
    CHECK_EQ_INT(MXPredSetInput(p, "data", in, 2), 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 2), 0);
    seen s = {0};
    CHECK_EQ_INT(MXPredSetMonitorCallback(p, note, &s, true), 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    /* operators.md 3.8 */
    CHECK_STR(s.names, "data fc_data fc_weight fc_weight fc_bias fc_bias fc_output softmax_data "
                       "softmax_label softmax_label softmax_output ");
    CHECK_EQ_INT(s.bad, 0);
    CHECK_NEAR(s.fc[0], 9, 0);
    CHECK_NEAR(s.fc[1], 19, 0);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, again, 2), 0);
    CHECK_FLOATS(again, out, 2, 1e-7, 1e-6);
    /* Outputs only; again at the next forward, and step by step. */
    memset(&s, 0, sizeof s);
    CHECK_EQ_INT(MXPredSetMonitorCallback(p, note, &s, false), 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_STR(s.names, "fc_output softmax_output ");
    int left = 1;
    for (int step = 0; left > 0; step++) {
        CHECK_EQ_INT(MXPredPartialForward(p, step, &left), 0);
    }
    CHECK_STR(s.names, "fc_output softmax_output fc_output softmax_output ");
    /* A reshaped predictor has none, and away with it. */
    PredictorHandle q;
    REQUIRE(MXPredReshape(0, NULL, NULL, NULL, p, &q) == 0);
    CHECK_EQ_INT(MXPredForward(q), 0);
    CHECK_EQ_INT(s.count, 4);
    CHECK_EQ_INT(MXPredFree(q), 0);
    CHECK_EQ_INT(MXPredSetMonitorCallback(p, NULL, NULL, true), 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(s.count, 4);
    CHECK_FAILS(MXPredSetMonitorCallback(NULL, note, &s, true), LP_ERROR_ARGUMENT, "NULL");
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(a_monitor_sees_fused_nodes_and_hidden_outputs) {
    built_model m = {0};
    const float ones[2] = {1, 1};
    const int64_t two = 2;
    int inputs[5] = {model_dense(&m, built_variable(&m, "data"), true), 0, 0, 0, 0};
    static const char *const names[4] = {"bn_gamma", "bn_beta", "bn_moving_mean", "bn_moving_var"};
    for (int i = 0; i < 4; i++) {
        char full[32];
        inputs[i + 1] = built_variable(&m, names[i]);
        (void)snprintf(full, sizeof full, "%s:%s", i < 2 ? "arg" : "aux", names[i]);
        built_param(&m, full, 1, &two, ones);
    }
    int bn = built_node(&m, "BatchNorm", "bn", "'eps':'3'", 5, inputs);
    int copy = built_unary(&m, "_copy", "same", "", bn);
    built_head(&m, built_unary(&m, "relu", "r", "", copy), 0);
    built_finish(&m);
    PredictorHandle p = predictor_of(&m, 1);
    seen s = {0};
    CHECK_EQ_INT(MXPredSetMonitorCallback(p, note, &s, false), 0);
    check_dense(p, 1, -1, 5, 10); /* ((9,19) - 1) / 2 + 1 */
    CHECK_STR(s.names, "fc_output bn_output bn_mean bn_var same_output r_output ");
    CHECK_EQ_INT(s.bad, 0);
    CHECK_NEAR(s.fc[1], 19, 0);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

/* ---- lists ------------------------------------------------------------------------------------------------- */

TEST(a_list_converts_every_type_to_float32) {
    built_model m = {0};
    const int64_t dims[2] = {1, 2};
    const float f32[2] = {1.5f, -2};
    const double f64[2] = {1.5, -2};
    const uint16_t f16[2] = {0x3e00, 0xc000};
    const uint8_t u8[2] = {1, 255};
    const int32_t i32[2] = {1, -2};
    const int8_t i8[2] = {1, -2};
    const int64_t i64[2] = {1, -2};
    const uint8_t boolean[2] = {1, 0};
    built_typed_param(&m, "mean_img", LP_FLOAT32, 4, 2, dims, f32);
    built_typed_param(&m, "arg:f64", LP_FLOAT64, 8, 2, dims, f64);
    built_typed_param(&m, "", LP_FLOAT16, 2, 2, dims, f16);
    built_typed_param(&m, "u8", LP_UINT8, 1, 2, dims, u8);
    built_typed_param(&m, "i32", LP_INT32, 4, 2, dims, i32);
    built_typed_param(&m, "i8", LP_INT8, 1, 2, dims, i8);
    built_typed_param(&m, "i64", LP_INT64, 8, 2, dims, i64);
    built_typed_param(&m, "bool", LP_BOOL, 1, 2, dims, boolean);
    built_finish(&m);
    static const struct {
        const char *name;
        float a, b;
    } expected[] = {{"mean_img", 1.5f, -2}, {"arg:f64", 1.5f, -2}, {"", 1.5f, -2}, {"u8", 1, 255},
                    {"i32", 1, -2},         {"i8", 1, -2},         {"i64", 1, -2}, {"bool", 1, 0}};
    NDListHandle list;
    uint32_t length = 0;
    REQUIRE(MXNDListCreate(m.params, (int)m.params_size, &list, &length) == 0);
    REQUIRE(length == 8);
    for (uint32_t i = 0; i < length; i++) {
        const char *key;
        const float *data;
        const uint32_t *shape;
        uint32_t ndim;
        CHECK_EQ_INT(MXNDListGet(list, i, &key, &data, &shape, &ndim), 0);
        CHECK_STR(key, expected[i].name);
        CHECK(ndim == 2 && shape[0] == 1 && shape[1] == 2);
        CHECK_NEAR(data[0], expected[i].a, 0);
        CHECK_NEAR(data[1], expected[i].b, 0);
    }
    CHECK_EQ_INT(MXNDListFree(list), 0);
    model_free(&m);
}

TEST(a_list_may_be_empty_or_without_names) {
    NDListHandle list;
    uint32_t length = 9;
    built_bytes b = {0};
    built_u64(&b, 0x112);
    built_u64(&b, 0);
    built_u64(&b, 0);
    built_u64(&b, 0);
    REQUIRE(MXNDListCreate(b.bytes, (int)b.size, &list, &length) == 0);
    CHECK_EQ_INT(length, 0);
    CHECK_EQ_INT(MXNDListFree(list), 0);
    b.size = 16;
    built_u64(&b, 2);
    built_u32(&b, 1); /* a vector of one uint8, in the oldest format */
    built_u32(&b, 1);
    built_u64(&b, 2);
    built_u32(&b, LP_UINT8);
    built_put(&b, "\7", 1);
    built_u32(&b, 2); /* (0, 3): nothing */
    built_u32(&b, 0);
    built_u32(&b, 3);
    built_u64(&b, 1);
    built_u32(&b, LP_FLOAT32);
    built_u64(&b, 0);
    REQUIRE(MXNDListCreate(b.bytes, (int)b.size, &list, &length) == 0);
    REQUIRE(length == 2);
    const char *key;
    const float *data;
    const uint32_t *shape;
    uint32_t ndim;
    CHECK_EQ_INT(MXNDListGet(list, 0, &key, &data, &shape, &ndim), 0);
    CHECK_STR(key, "");
    CHECK(ndim == 1 && shape[0] == 1);
    CHECK_NEAR(data[0], 7, 0);
    CHECK_EQ_INT(MXNDListGet(list, 1, &key, &data, &shape, &ndim), 0);
    CHECK(ndim == 2 && shape[0] == 0 && shape[1] == 3);
    CHECK_EQ_INT(MXNDListFree(list), 0);
    free(b.bytes);
}

TEST(lists_check_their_arguments) {
    built_model m;
    model_fc(&m);
    NDListHandle list = &m;
    uint32_t length = 77, ndim = 77;
    const char *key = "x";
    const float *data = NULL;
    const uint32_t *shape = NULL;
    int size = (int)m.params_size;
    CHECK_FAILS(MXNDListCreate(NULL, size, &list, &length), LP_ERROR_ARGUMENT, "nd_file_bytes");
    CHECK_FAILS(MXNDListCreate(m.params, size, NULL, &length), LP_ERROR_ARGUMENT, "out is NULL");
    CHECK_FAILS(MXNDListCreate(m.params, size, &list, NULL), LP_ERROR_ARGUMENT, "out_length");
    CHECK_FAILS(MXNDListCreate(m.params, -5, &list, &length), LP_ERROR_ARGUMENT, "-5");
    CHECK_FAILS(MXNDListCreate(m.params, size - 1, &list, &length), LP_ERROR_PARAMS, "byte");
    CHECK_FAILS(MXNDListCreate("not an NDArray file at all", 26, &list, &length), LP_ERROR_PARAMS,
                "Invalid NDArray file format");
    CHECK(list == &m && length == 77);
    REQUIRE(MXNDListCreate(m.params, size, &list, &length) == 0);
    CHECK_FAILS(MXNDListGet(NULL, 0, &key, &data, &shape, &ndim), LP_ERROR_ARGUMENT, "handle");
    CHECK_FAILS(MXNDListGet(list, 0, NULL, &data, &shape, &ndim), LP_ERROR_ARGUMENT, "out_key");
    CHECK_FAILS(MXNDListGet(list, 0, &key, NULL, &shape, &ndim), LP_ERROR_ARGUMENT, "out_data");
    CHECK_FAILS(MXNDListGet(list, 0, &key, &data, NULL, &ndim), LP_ERROR_ARGUMENT, "out_shape");
    CHECK_FAILS(MXNDListGet(list, 0, &key, &data, &shape, NULL), LP_ERROR_ARGUMENT, "out_ndim");
    CHECK_FAILS(MXNDListGet(list, 2, &key, &data, &shape, &ndim), LP_ERROR_INDEX,
                "Index out of range: array 2, there are 2");
    CHECK(strcmp(key, "x") == 0 && data == NULL && shape == NULL && ndim == 77);
    CHECK_EQ_INT(MXNDListFree(list), 0);
    model_free(&m);
}

/* ---- handles and errors -------------------------------------------------------------------------------------- */

TEST(freeing_null_does_nothing) {
    CHECK_EQ_INT(MXPredFree(NULL), 0);
    CHECK_EQ_INT(MXNDListFree(NULL), 0);
}

TEST(a_handle_of_another_kind_is_an_error) {
    built_model m;
    model_fc(&m);
    PredictorHandle p = predictor_of(&m, 1), q = &m;
    NDListHandle list;
    uint32_t length, *dims, ndim;
    const uint32_t *shape;
    const char *key;
    const float *data;
    float x[2] = {0, 0};
    int n;
    REQUIRE(MXNDListCreate(m.params, (int)m.params_size, &list, &length) == 0);
    CHECK_FAILS(MXPredFree(list), LP_ERROR_HANDLE, "an NDList, expected a predictor");
    CHECK_FAILS(MXNDListFree(p), LP_ERROR_HANDLE, "a predictor, expected an NDList");
    CHECK_FAILS(MXPredForward(list), LP_ERROR_HANDLE, "MXPredForward");
    CHECK_FAILS(MXPredPartialForward(list, 0, &n), LP_ERROR_HANDLE, "MXPredPartialForward");
    CHECK_FAILS(MXPredSetInput(list, "data", x, 2), LP_ERROR_HANDLE, "MXPredSetInput");
    CHECK_FAILS(MXPredGetOutput(list, 0, x, 2), LP_ERROR_HANDLE, "MXPredGetOutput");
    CHECK_FAILS(MXPredGetOutputShape(list, 0, &dims, &ndim), LP_ERROR_HANDLE, "OutputShape");
    CHECK_FAILS(MXPredGetOutputType(list, 0, &n), LP_ERROR_HANDLE, "MXPredGetOutputType");
    CHECK_FAILS(MXPredReshape(0, NULL, NULL, NULL, list, &q), LP_ERROR_HANDLE, "MXPredReshape");
    CHECK_FAILS(MXPredSetMonitorCallback(list, NULL, NULL, false), LP_ERROR_HANDLE, "Monitor");
    CHECK_FAILS(MXNDListGet(p, 0, &key, &data, &shape, &ndim), LP_ERROR_HANDLE, "MXNDListGet");
    CHECK(q == &m);
    CHECK_EQ_INT(MXNDListFree(list), 0);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(success_does_not_clear_the_last_error) {
    CHECK_FAILS(MXPredForward(NULL), LP_ERROR_ARGUMENT, "MXPredForward");
    built_model m;
    model_fc(&m);
    PredictorHandle p = predictor_of(&m, 1);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_CONTAINS(MXGetLastError(), "MXPredForward");
    CHECK_EQ_INT(LPGetErrorCode(), LP_ERROR_ARGUMENT);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

#if !defined(LP_NO_THREADS)
typedef struct other_thread {
    char before[64], after[64];
    int code_before;
} other_thread;

static void *fail_elsewhere(void *user) {
    other_thread *t = user;
    (void)snprintf(t->before, sizeof t->before, "%s", MXGetLastError());
    t->code_before = LPGetErrorCode();
    (void)MXNDListGet(NULL, 0, NULL, NULL, NULL, NULL);
    (void)snprintf(t->after, sizeof t->after, "%s", MXGetLastError());
    return NULL;
}
#endif

TEST(each_thread_has_its_own_last_error) {
#if defined(LP_NO_THREADS)
    /* There is one text for all, and the library says that it is not for threads. */
    CHECK_CONTAINS(LPGetBuildInfo(), "threads=no");
#else
    other_thread t;
    pthread_t thread;
    CHECK_FAILS(MXPredForward(NULL), LP_ERROR_ARGUMENT, "MXPredForward");
    REQUIRE(pthread_create(&thread, NULL, fail_elsewhere, &t) == 0);
    REQUIRE(pthread_join(thread, NULL) == 0);
    CHECK_STR(t.before, "");
    CHECK_EQ_INT(t.code_before, LP_OK);
    CHECK_CONTAINS(t.after, "MXNDListGet");
    CHECK_CONTAINS(MXGetLastError(), "MXPredForward");
#endif
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(create_set_forward_get);
    RUN(create_reads_the_old_format);
    RUN(create_needs_no_keys_where_the_model_says_the_shape);
    RUN(create_ignores_what_it_does_not_know);
    RUN(create_accepts_names_of_parameters_without_or_with_the_wrong_prefix);
    RUN(create_checks_its_arguments);
    RUN(create_tells_what_is_wrong_with_the_model);
    RUN(the_symbol_is_read_up_to_its_closing_brace);
    RUN(create_ex_gives_types_of_inputs);
    RUN(a_uint8_input_takes_bytes);
    RUN(create_ex_checks_its_arguments);
    RUN(weights_of_half_precision_work_in_float32_unless_types_are_given);
    RUN(scalars_are_rounded_to_half_precision_with_the_tensor);
    RUN(partial_out_has_the_outputs_that_were_chosen);
    RUN(inputs_that_chosen_outputs_do_not_need_vanish);
    RUN(partial_out_checks_its_arguments);
    RUN(multi_thread_makes_predictors_of_their_own);
    RUN(multi_thread_checks_its_arguments);
    RUN(reshape_makes_another_predictor);
    RUN(reshape_keeps_what_is_not_named);
    RUN(reshape_forgets_the_shapes_of_labels);
    RUN(reshape_carries_weights_over_that_were_set);
    RUN(reshape_keeps_outputs_and_types);
    RUN(reshape_checks_its_arguments);
    RUN(set_input_checks_its_arguments);
    RUN(inputs_that_were_never_set_are_zeros_and_stay_until_set_again);
    RUN(a_missing_weight_is_an_error_of_the_forward_until_it_is_set);
    RUN(auxiliary_states_cannot_be_set);
    RUN(partial_forward_counts_down);
    RUN(outputs_check_their_arguments);
    RUN(a_dimension_that_does_not_fit_is_an_error);
    RUN(a_monitor_sees_every_tensor_in_order);
    RUN(a_monitor_sees_fused_nodes_and_hidden_outputs);
    RUN(a_list_converts_every_type_to_float32);
    RUN(a_list_may_be_empty_or_without_names);
    RUN(lists_check_their_arguments);
    RUN(freeing_null_does_nothing);
    RUN(a_handle_of_another_kind_is_an_error);
    RUN(success_does_not_clear_the_last_error);
    RUN(each_thread_has_its_own_last_error);
    return check_end();
}
