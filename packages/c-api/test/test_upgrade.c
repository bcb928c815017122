/* LPUpgradeSymbol: what is written for files of each age, to the letter; that it predicts the same.
 * What MXNet 1.9.1 itself writes was asked of it; conformance/test/upgraded-symbols.test.ts asks
 * it about whole networks. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#if !defined(_WIN32)
#include <sys/time.h>
#endif

#include "api_models.h"
#include "change_bytes.h"
#include "counting_allocator.h"

/* Ends the program after so many seconds of the processor's time; 0: no more. What waits for ever, the runner ends. */
static void watch(int seconds) {
#if defined(_WIN32)
    (void)seconds;
#else
    const struct itimerval limit = {{0, 0}, {seconds, 0}};
    (void)setitimer(ITIMER_PROF, &limit, NULL);
#endif
}

/* The upgraded text, which the caller frees; and that a second time changes nothing. */
static char *upgrade(const char *symbol) {
    size_t size = 0, again = 0;
    if (LPUpgradeSymbol(symbol, SIZE_MAX, NULL, 0, &size) != 0) {
        printf("  %s\n", MXGetLastError());
        REQUIRE(false);
    }
    char *text = malloc(size), *second = malloc(size);
    REQUIRE(text != NULL && second != NULL);
    CHECK_EQ_INT(LPUpgradeSymbol(symbol, strlen(symbol), text, size, &again), 0);
    CHECK_EQ_INT(again, size);
    CHECK_EQ_INT(strlen(text) + 1, size);
    CHECK_EQ_INT(LPUpgradeSymbol(text, size - 1, second, size, &again), 0);
    CHECK_STR(second, text);
    free(second);
    return text;
}

static void check_upgrade(const char *from, const char *to) {
    char *symbol = model_quoted(from), *expected = model_quoted(to), *text = upgrade(symbol);
    CHECK_STR(text, expected);
    free(symbol);
    free(expected);
    free(text);
}

static void check_refused(const char *from, int code, const char *part) {
    char *symbol = model_quoted(from), text[8] = "abc";
    size_t size = 5;
    CHECK_FAILS(LPUpgradeSymbol(symbol, strlen(symbol), text, sizeof text, &size), code, part);
    CHECK(size == 5 && strcmp(text, "abc") == 0);
    free(symbol);
}

TEST(a_file_of_2015_is_written_as_of_today) {
    /* As MXNet 1.9.1 writes it, but for fix_gamma, which it leaves at another meaning. */
    check_upgrade(
        "{'nodes':[{'op':'null','param':{},'name':'data','inputs':[],'backward_source_id':-1},"
        "{'op':'null','param':{},'name':'c_weight','inputs':[],'backward_source_id':-1},"
        "{'op':'null','param':{},'name':'c_bias','inputs':[],'backward_source_id':-1},"
        "{'op':'Convolution','param':{'kernel':'(3,3)','num_filter':'4','no_bias':'False',"
        "'workspace':'512'},'attr':{'lr_mult':'2','weight_lr_mult':'3','ctx_group':'a',"
        "'__foo__':'x'},'name':'c','inputs':[[0,0],[1,0],[2,0]],'backward_source_id':-1},"
        "{'op':'null','param':{},'name':'bn_gamma','inputs':[]},"
        "{'op':'null','param':{},'name':'bn_beta','inputs':[]},"
        "{'op':'BatchNorm','param':{'momentum':'0.9','eps':'0.001'},'name':'bn',"
        "'inputs':[[3,0],[4,0],[5,0]]},"
        "{'op':'Softmax','param':{'grad_scale':'1'},'name':'softmax','inputs':[[6,0]]}],"
        "'arg_nodes':[0,1,2,4,5],'heads':[[7,0]]}",
        "{\n'nodes': [\n"
        "{'op': 'null', 'name': 'data', 'inputs': []},\n"
        "{'op': 'null', 'name': 'c_weight', 'attrs': {'__lr_mult__': '3'}, 'inputs': []},\n"
        "{'op': 'null', 'name': 'c_bias', 'inputs': []},\n"
        "{'op': 'Convolution', 'name': 'c', 'attrs': {'__ctx_group__': 'a', '__foo__': 'x', "
        "'__lr_mult__': '2', 'kernel': '(3,3)', 'no_bias': 'False', 'num_filter': '4', "
        "'workspace': '512'}, 'inputs': [[0, 0, 0], [1, 0, 0], [2, 0, 0]]},\n"
        "{'op': 'null', 'name': 'bn_gamma', 'inputs': []},\n"
        "{'op': 'null', 'name': 'bn_beta', 'inputs': []},\n"
        "{'op': 'null', 'name': 'bn_moving_mean', 'inputs': []},\n"
        "{'op': 'null', 'name': 'bn_moving_var', 'inputs': []},\n"
        "{'op': 'BatchNorm', 'name': 'bn', 'attrs': {'eps': '0.001', 'fix_gamma': 'False', "
        "'momentum': '0.9'}, 'inputs': [[3, 0, 0], [4, 0, 0], [5, 0, 0], [6, 0, 0], [7, 0, 0]]},\n"
        "{'op': 'null', 'name': 'softmax_label', 'inputs': []},\n"
        "{'op': 'SoftmaxOutput', 'name': 'softmax', 'attrs': {'grad_scale': '1'}, 'inputs': "
        "[[8, 0, 0], [9, 0, 0]]}\n"
        "],\n'arg_nodes': [0, 1, 2, 4, 5, 6, 7, 9],\n"
        "'node_row_ptr': [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13],\n"
        "'heads': [[10, 0, 0]],\n"
        "'attrs': {'mxnet_version': ['int', 10901]}\n}\n");
}

TEST(the_years_between_lose_what_only_they_had) {
    /* The order is that of execution; what no head needs goes; argmax over the whole array. */
    check_upgrade(
        "{'nodes':[{'op':'null','name':'b','inputs':[]},{'op':'null','name':'unused','inputs':[]},"
        "{'op':'null','name':'a','attr':{'lr_mult':'3','__shape__':'(1,2)','lr_mult_q':'4'},"
        "'inputs':[]},"
        "{'op':'_Plus','name':'p','attr':{'zzz':'1'},'inputs':[[2,0,0],[0,0,0]]},"
        "{'op':'argmax','name':'am','attr':{'axis':'-1'},'inputs':[[3,0,0]]}],"
        "'arg_nodes':[0,1,2],'heads':[[4,0,0],[2,0,0]],'attrs':{'mxnet_version':['int',904]}}",
        "{\n'nodes': [\n"
        "{'op': 'null', 'name': 'a', 'attrs': {'__lr_mult__': '3', '__shape__': '(1,2)', "
        "'lr_mult_q': '4'}, 'inputs': []},\n"
        "{'op': 'null', 'name': 'b', 'inputs': []},\n"
        "{'op': 'elemwise_add', 'name': 'p', 'attrs': {'zzz': '1'}, 'inputs': [[0, 0, 0], [1, 0, "
        "0]]},\n"
        "{'op': 'argmax', 'name': 'am', 'inputs': [[2, 0, 0]]}\n"
        "],\n'arg_nodes': [0, 1],\n'node_row_ptr': [0, 1, 2, 3, 4],\n"
        "'heads': [[3, 0, 0], [0, 0, 0]],\n'attrs': {'mxnet_version': ['int', 10901]}\n}\n");
}

TEST(texts_and_flags_are_kept) {
    check_upgrade(
        "{'nodes':[{'op':'null','name':'x\\n\\t\\\\y\\u0001','inputs':[]},"
        "{'op':'_npx_pooling','name':'','attrs':{'kernel':'(2, 2)','none':null,'number':7},"
        "'inputs':[[0,0,0]]}],"
        "'heads':[[1,0]],'attrs':{'mxnet_version':['int',20000],'is_np_shape':['int',1],"
        "'other':['str','x']}}",
        "{\n'nodes': [\n{'op': 'null', 'name': 'x\\n\\t\\\\y\\u0001', 'inputs': []},\n"
        "{'op': 'Pooling', 'name': '', 'attrs': {'kernel': '(2, 2)', 'none': 'None', 'number': "
        "'7'}, 'inputs': [[0, 0, 0]]}\n"
        "],\n'arg_nodes': [0],\n'node_row_ptr': [0, 1, 2],\n'heads': [[1, 0, 0]],\n"
        "'attrs': {'is_np_shape': ['int', 1], 'mxnet_version': ['int', 10901]}\n}\n");
}

/* The attributes of one node in the upgraded text. */
static void check_attrs(const char *attrs, const char *variable, const char *expected_weight,
                        const char *expected_node) {
    char symbol[1200];
    (void)snprintf(symbol, sizeof symbol,
                   "{'nodes':[{'op':'null','name':'data','inputs':[]},"
                   "{'op':'null','name':'w','attrs':{%s},'inputs':[]},"
                   "{'op':'FullyConnected','name':'fc','attrs':{'no_bias':'1','num_hidden':'2'%s},"
                   "'inputs':[[0,0,0],[1,0,0]]}],'heads':[[2,0,0]]}",
                   variable, attrs);
    char *from = model_quoted(symbol), *text = upgrade(from);
    char *weight = model_quoted(expected_weight), *node = model_quoted(expected_node);
    CHECK_CONTAINS(text, weight);
    CHECK_CONTAINS(text, node);
    free(from);
    free(text);
    free(weight);
    free(node);
}

TEST(user_attributes_go_where_mxnet_puts_them) {
    check_attrs(",'lr_mult':'2','__lr_mult__':'7'", "", "'name': 'w', 'inputs'",
                "{'__lr_mult__': '2', 'no_bias'");
    /* That of the operator's attribute counts. */
    check_attrs(",'weight_wd_mult':'3'", "'__wd_mult__':'5','wd_mult':'6'",
                "'name': 'w', 'attrs': {'__wd_mult__': '3'}, 'inputs'",
                "'attrs': {'no_bias': '1', 'num_hidden': '2'}");
    check_attrs(",'data_mirror_stage':'1'", "", "'name': 'data', 'attrs': {'__mirror_stage__': '1'}",
                "'attrs': {'no_bias': '1', 'num_hidden': '2'}");
    /* Keys that MXNet refuses at an operator: hidden, not lost. */
    check_attrs(",'foo_lr_mult':'3','lr_mult_foo':'4'", "", "'name': 'w', 'inputs'",
                "{'__foo_lr_mult__': '3', '__lr_mult_foo__': '4', 'no_bias'");
    check_attrs(",'bias_lr_mult':'3'", "", "'name': 'w', 'inputs'", "{'__bias_lr_mult__': '3', 'no");
    /* All five at once, on a variable that has none of its own. */
    check_attrs(",'weight_ctx_group':'1','weight_lr_mult':'2','weight_wd_mult':'3',"
                "'weight_force_mirroring':'4','weight_mirror_stage':'5'",
                "",
                "'w', 'attrs': {'__ctx_group__': '1', '__force_mirroring__': '4', '__lr_mult__': "
                "'2', '__mirror_stage__': '5', '__wd_mult__': '3'}",
                "'attrs': {'no_bias': '1', 'num_hidden': '2'}");
}

/* A Pooling of 2015/16 without pooling_convention, in a file that dates itself by a convolution:
 * with cudnn_tune and workspace 1024 it rounds down, else up. */
static void pooling_file(char *symbol, size_t size, const char *pooling, bool rounds_up) {
    (void)snprintf(symbol, size,
                   "{'nodes':[{'op':'null','param':{},'name':'data','inputs':[]},"
                   "{'op':'null','param':{},'name':'w','inputs':[]},"
                   "{'op':'Convolution','param':{'kernel':'(1,1)','num_filter':'1','no_bias':"
                   "'True'%s},'name':'c','inputs':[[0,0],[1,0]]},"
                   "{'op':'Pooling','param':{'global_pool':'False',%s},'name':'p','inputs':"
                   "[[2,0]]}],'arg_nodes':[0,1],'heads':[[3,0]]}",
                   rounds_up ? "" : ",'cudnn_tune':'off','workspace':'1024'", pooling);
}

TEST(how_old_pooling_rounds_is_spelled_out) {
    static const struct {
        const char *attrs;
        bool up;
        const char *op, *convention;
    } cases[] = {
        {"'kernel':'(3,3)','stride':'(2,2)','pool_type':'max'", true, "Pooling", "full"},
        {"'kernel':'(3,3)','stride':'(2,2)','pad':'(1,1)','pool_type':'max'", true, "Pooling_v1",
         "full"},
        {"'kernel':'(3,3)','stride':'(2,2)','pad':'(1,0)','pool_type':'max'", true, "Pooling_v1",
         "full"},
        {"'kernel':'(3,3)','stride':'(2,2)','pool_type':'avg'", true, "Pooling_v1", "full"},
        {"'kernel':'(3,3)','stride':'(2,2)','pad':'(1,1)','pool_type':'sum'", true, "Pooling",
         "full"},
        {"'kernel':'(1,1)','stride':'(2,2)','pool_type':'max'", true, "Pooling", "valid"},
        {"'kernel':'(1,1)','stride':'(2,2)','pool_type':'avg'", true, "Pooling", "valid"},
        {"'kernel':'(1,3)','stride':'(1,2)','pool_type':'max'", true, "Pooling", "full"},
        {"'kernel':'(3,3)','stride':'(2,2)','pad':'(1,1)','pool_type':'max'", false, "Pooling",
         "valid"},
        {"'kernel':'(3,3)','stride':'(2,2)','pool_type':'avg'", false, "Pooling", "valid"},
        {"'kernel':'(2,2)','stride':'(3,3)','pool_type':'avg'", false, "Pooling", "valid"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char symbol[1024], line[200];
        pooling_file(symbol, sizeof symbol, cases[i].attrs, cases[i].up);
        char *from = model_quoted(symbol), *text = upgrade(from);
        (void)snprintf(line, sizeof line, "{\"op\": \"%s\", \"name\": \"p\", \"attrs\": {",
                       cases[i].op);
        CHECK_CONTAINS(text, line);
        (void)snprintf(line, sizeof line, "\"pooling_convention\": \"%s\"", cases[i].convention);
        if (strstr(text, line) == NULL) {
            printf("  %s\n", cases[i].attrs);
            CHECK_CONTAINS(text, line);
        }
        free(from);
        free(text);
    }
}

/* Outputs of the symbol for an image of size x size and a weight that is 1. */
static size_t run_pooling(char *symbol, uint32_t size, float *out, size_t room) {
    built_model m = {0};
    const uint32_t dims[4] = {1, 1, size, size}, indptr[2] = {0, 4};
    const char *key = "data", *name;
    const int64_t *shape;
    float data[64], one = 1;
    PredictorHandle p = NULL;
    uint32_t ndim;
    int dtype;
    m.symbol = symbol;
    m.symbol_size = strlen(symbol);
    LPModelHandle model = model_of(&m);
    REQUIRE(LPPredCreate(model, 1, &key, indptr, dims, 0, NULL, NULL, 0, NULL, NULL, NULL, &p) == 0);
    for (uint32_t i = 0; i < size * size; i++) {
        data[i] = (float)(i * 7919 % 101) - 60.0f;
    }
    CHECK_EQ_INT(MXPredSetInput(p, "data", data, size * size), 0);
    CHECK_EQ_INT(MXPredSetInput(p, "w", &one, 1), 0);
    CHECK_EQ_INT(MXPredForward(p), 0);
    CHECK_EQ_INT(LPPredGetOutputInfo(p, 0, &name, &dtype, &shape, &ndim), 0);
    size_t count = (size_t)(shape[2] * shape[3]);
    REQUIRE(ndim == 4 && count <= room);
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, (uint32_t)count), 0);
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    return count;
}

TEST(old_pooling_gives_the_same_numbers_after_it) {
    /* The formula of the old rule is checked in test_op_pooling.c; here the two files agree. */
    int refused = 0;
    for (int kernel = 1; kernel <= 3; kernel++) {
        for (int stride = 1; stride <= 3; stride++) {
            for (int variant = 0; variant < 3 * 2 * 2; variant++) {
                static const char *const types[] = {"max", "avg", "sum"};
                char attrs[200], symbol[1024];
                int pad = variant % 2;
                bool up = variant / 2 % 2 == 0;
                if (pad >= kernel) {
                    continue;
                }
                (void)snprintf(attrs, sizeof attrs,
                               "'kernel':'(%d,%d)','stride':'(%d,%d)','pad':'(%d,%d)',"
                               "'pool_type':'%s'",
                               kernel, kernel, stride, stride, pad, pad, types[variant / 4]);
                pooling_file(symbol, sizeof symbol, attrs, up);
                if (up && stride > kernel && kernel > 1) {
                    check_refused(symbol, LP_ERROR_UNSUPPORTED,
                                  "Error in operator p (Pooling): stride 3 exceeds kernel 2");
                    refused++;
                    continue;
                }
                char *from = model_quoted(symbol), *text = upgrade(from);
                for (uint32_t size = 5; size <= 8; size++) {
                    float before[128], after[128];
                    size_t count = run_pooling(from, size, before, 128);
                    CHECK_EQ_INT(run_pooling(text, size, after, 128), count);
                    CHECK_FLOATS(after, before, count, 0, 0);
                }
                free(from);
                free(text);
            }
        }
    }
    CHECK_EQ_INT(refused, 6);
}

TEST(what_no_operator_of_today_does_is_refused) {
    char symbol[1024];
    pooling_file(symbol, sizeof symbol, "'kernel':'(1,3)','stride':'(2,2)','pool_type':'max'", true);
    check_refused(symbol, LP_ERROR_UNSUPPORTED, "one axis strides over a kernel of 1");
    pooling_file(symbol, sizeof symbol,
                 "'kernel':'(3,3,3)','stride':'(2,2,2)','pad':'(1,1,1)','pool_type':'max'", true);
    check_refused(symbol, LP_ERROR_UNSUPPORTED, "kernel has 3 entries");
    check_refused("{'nodes':[{'op':'null','name':'x','inputs':[]},"
                  "{'op':'NoSuchOp','name':'n','inputs':[[0,0,0]]}],'heads':[[1,0,0]]}",
                  LP_ERROR_UNSUPPORTED, "NoSuchOp (node n)");
    check_refused("{'nodes':[{'op':'null','name':'x','inputs':[]},"
                  "{'op':'clip','name':'n','inputs':[[0,0,0]]}],'heads':[[1,0,0]]}",
                  LP_ERROR_ATTRIBUTE, "a_m");
    check_refused("{'nodes':[{'op':'null','name':'x','inputs':[]}],'heads':[[1,0,0]]}",
                  LP_ERROR_SYMBOL, "head 0 is node 1");
}

TEST(a_network_predicts_the_same_after_it) {
    built_model m;
    model_softmax(&m);
    char *text = upgrade(m.symbol);
    built_model again = m;
    again.symbol = text;
    again.symbol_size = strlen(text);
    PredictorHandle p = predictor_of(&again, 1);
    const float e = expf(-10);
    check_dense(p, 1, -1, e / (1 + e), 1 / (1 + e));
    CHECK_EQ_INT(MXPredFree(p), 0);
    free(text);
    model_free(&m);
}

TEST(variables_of_one_name_become_one) {
    check_upgrade("{'nodes':[{'op':'null','name':'a','inputs':[]},{'op':'null','name':'a','inputs':[]},"
                  "{'op':'_plus','name':'p','inputs':[[0,0,0],[1,0,0]]}],'heads':[[2,0,0]]}",
                  "{\n'nodes': [\n{'op': 'null', 'name': 'a', 'inputs': []},\n"
                  "{'op': 'elemwise_add', 'name': 'p', 'inputs': [[0, 0, 0], [0, 0, 0]]}\n],\n"
                  "'arg_nodes': [0],\n'node_row_ptr': [0, 1, 2],\n'heads': [[1, 0, 0]],\n"
                  "'attrs': {'mxnet_version': ['int', 10901]}\n}\n");
}

/* All that an upgrade does: merged attributes, user attributes that move, inputs that are added, dropped
 * and renamed nodes, roundings of Poolings. */
static const char old_file[] =
    "{'nodes':[{'op':'null','param':{},'attr':{'lr_mult':'5','__shape__':'(1,1,8,8)'},"
    "'name':'data','inputs':[],'backward_source_id':-1},"
    "{'op':'null','param':{},'name':'c_weight','inputs':[]},"
    "{'op':'Convolution','param':{'kernel':'(1,1)','num_filter':'2','no_bias':'True'},"
    "'attr':{'weight_lr_mult':'3','foo_wd_mult':'1','ctx_group':'a'},'name':'c',"
    "'inputs':[[0,0],[1,0]]},"
    "{'op':'BatchNorm','param':{'momentum':'0.9'},'name':'bn','inputs':[[2,0]]},"
    "{'op':'Pooling','param':{'kernel':'(3,3)','stride':'(2,2)','pool_type':'avg'},'name':'p',"
    "'inputs':[[3,0]]},"
    "{'op':'Pooling','param':{'kernel':'(1,1)','stride':'(2,2)','pool_type':'max'},'name':'q',"
    "'inputs':[[4,0]]},"
    "{'op':'null','name':'unused','inputs':[]},"
    "{'op':'Concat','param':{'num_args':'2'},'attr':{'arg1_lr_mult':'2'},'name':'k\\u0001',"
    "'inputs':[[5,0],[5,0]]},"
    "{'op':'Softmax','param':{},'name':'s','inputs':[[7,0]]}],'arg_nodes':[0,1,6],"
    "'heads':[[8,0],[2,0]]}";

TEST(damaged_old_files_give_errors_or_a_text_that_stays) {
    const char *asked = getenv("LIBPREDICT_FUZZ");
    size_t rounds = asked != NULL ? (size_t)strtoull(asked, NULL, 10) : 3000;
    int worked = 0, failed = 0;
    char *whole = model_quoted(old_file);
    counting_allocator allocator;
    REQUIRE(counting_begin(&allocator) == 0);
    for (size_t round = 0; round < rounds; round++) {
        size_t size = strlen(whole), text_size = 5;
        char *damaged = malloc(size + 64);
        REQUIRE(damaged != NULL);
        memcpy(damaged, whole, size);
        change_begin(round);
        size = change(damaged, size);
        /* Nothing readable behind the end; no text has a NUL inside. */
        char *symbol = malloc(size + 1);
        REQUIRE(symbol != NULL);
        memcpy(symbol, damaged, size);
        symbol[size] = '\0';
        watch(10);
        if (LPUpgradeSymbol(symbol, size, NULL, 0, &text_size) == 0) {
            free(upgrade(symbol));
            worked++;
        } else {
            int code = LPGetErrorCode();
            CHECK(code == LP_ERROR_SYMBOL || code == LP_ERROR_UNSUPPORTED ||
                  code == LP_ERROR_ATTRIBUTE || code == LP_ERROR_SHAPE);
            CHECK(MXGetLastError()[0] != '\0' && text_size == 5);
            failed++;
        }
        REQUIRE(allocator.live == 0);
        free(symbol);
        free(damaged);
    }
    printf("  %d of %zu damaged files were upgraded\n", worked, rounds);
    CHECK(worked > 0 && failed > 0 && !allocator.misaligned);
    CHECK_EQ_INT(counting_end(), 0);
    free(whole);
}

TEST(every_allocation_may_fail) {
    char *symbol = model_quoted(old_file), text[16];
    counting_allocator allocator;
    REQUIRE(counting_begin(&allocator) == 0);
    size_t n = 1;
    for (;; n++) {
        size_t size = 5;
        allocator.calls = 0;
        allocator.fail_at = n;
        int status = LPUpgradeSymbol(symbol, SIZE_MAX, text, sizeof text, &size);
        CHECK_EQ_INT(allocator.live, 0);
        if (allocator.calls < n) {
            CHECK_EQ_INT(status, 0);
            break;
        }
        CHECK(status == -1 && LPGetErrorCode() == LP_ERROR_MEMORY && size == 5);
    }
    CHECK(n > 2);
    CHECK_EQ_INT(counting_end(), 0);
    free(symbol);
}

TEST(many_user_attributes_and_inputs_take_no_time) {
    /* 500 names to be found among 65,536 inputs, ten times. */
    built_bytes symbol = {0};
    size_t size = 0;
    built_print(&symbol, "{\"nodes\":[{\"op\":\"null\",\"name\":\"a\",\"inputs\":[]}");
    for (int node = 0; node < 10; node++) {
        built_print(&symbol, ",{\"op\":\"Concat\",\"name\":\"c\",\"attrs\":{\"num_args\":\"65536\"");
        for (int i = 0; i < 500; i++) {
            built_print(&symbol, ",\"foo%d_lr_mult\":\"1\"", i);
        }
        built_print(&symbol, "},\"inputs\":[[%d,0,0]", node);
        for (int i = 1; i < 65536; i++) {
            built_print(&symbol, ",[0,0,0]");
        }
        built_print(&symbol, "]}");
    }
    built_print(&symbol, "],\"heads\":[[10,0,0]]}");
    watch(10);
    CHECK_EQ_INT(LPUpgradeSymbol(symbol.bytes, symbol.size, NULL, 0, &size), 0);
    watch(0);
    CHECK(size > symbol.size);
    free(symbol.bytes);
}

TEST(arguments_are_checked) {
    built_model m;
    model_fc(&m);
    char text[16];
    size_t size = 5;
    CHECK_FAILS(LPUpgradeSymbol(NULL, 3, text, 16, &size), LP_ERROR_ARGUMENT, "symbol_json is NULL");
    CHECK_FAILS(LPUpgradeSymbol(m.symbol, m.symbol_size, text, 16, NULL), LP_ERROR_ARGUMENT,
                "text_size is NULL");
    CHECK_FAILS(LPUpgradeSymbol(m.symbol, m.symbol_size, NULL, 16, &size), LP_ERROR_ARGUMENT,
                "text is NULL");
    CHECK_FAILS(LPUpgradeSymbol(m.symbol, 20, text, 16, &size), LP_ERROR_SYMBOL, "line");
    CHECK_EQ_INT(size, 5);
    memset(text, 1, sizeof text);
    CHECK_EQ_INT(LPUpgradeSymbol(m.symbol, m.symbol_size, text, 10, &size), 0);
    CHECK(memcmp(text, "{\n\"nodes\"", 9) == 0 && text[9] == '\0' && text[10] == 1 && size > 100);
    model_free(&m);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(a_file_of_2015_is_written_as_of_today);
    RUN(the_years_between_lose_what_only_they_had);
    RUN(texts_and_flags_are_kept);
    RUN(user_attributes_go_where_mxnet_puts_them);
    RUN(how_old_pooling_rounds_is_spelled_out);
    RUN(old_pooling_gives_the_same_numbers_after_it);
    RUN(what_no_operator_of_today_does_is_refused);
    RUN(a_network_predicts_the_same_after_it);
    RUN(variables_of_one_name_become_one);
    RUN(damaged_old_files_give_errors_or_a_text_that_stays);
    RUN(every_allocation_may_fail);
    RUN(many_user_attributes_and_inputs_take_no_time);
    RUN(arguments_are_checked);
    return check_end();
}
