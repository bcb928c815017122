/* Nodes with subgraphs: loops, and float nodes that a backend has fused. Results are calculated by hand. */
#include "api_models.h"
#include "counting_allocator.h"

#include "../src/exec/predictor.h"

#define VERSION "'attrs':{'mxnet_version':['int',10901]}}"

/* out = x + s and the next s is the same: running sums of (n, 2). */
static const char sums[] =
    "{'nodes':[{'op':'null','name':'data','inputs':[]},{'op':'null','name':'begin','inputs':[]},"
    "{'op':'_foreach','name':'loop','attrs':{'num_args':'3','num_outputs':'2','num_out_data':'1',"
    "'in_data_locs':'[0]','in_state_locs':'[1]','remain_locs':'[]'},'inputs':[[0,0,0],[1,0,0]],"
    "'subgraphs':[{'nodes':[{'op':'null','name':'x','inputs':[]},{'op':'null','name':'s','inputs':[]},"
    "{'op':'elemwise_add','name':'sum','inputs':[[0,0,0],[1,0,0]]}],'arg_nodes':[0,1],"
    "'heads':[[2,0,0],[2,0,0]]}]}],'arg_nodes':[0,1],'heads':[[2,0,0],[2,1,0]]," VERSION;

/* A fused dense layer: relu(data w' + b), and twice that. */
static const char fused[] =
    "{'nodes':[{'op':'null','name':'data','inputs':[]},{'op':'null','name':'w','inputs':[]},"
    "{'op':'null','name':'b','inputs':[]},"
    "{'op':'_sg_mkldnn_fully_connected','name':'sg','attrs':{'with_eltwise':'True'},"
    "'inputs':[[0,0,0],[1,0,0],[2,0,0]],'subgraphs':[{'nodes':[{'op':'null','name':'data0','inputs':[]},"
    "{'op':'null','name':'w0','inputs':[]},{'op':'null','name':'b0','inputs':[]},"
    "{'op':'FullyConnected','name':'fc','attrs':{'num_hidden':'2'},'inputs':[[0,0,0],[1,0,0],[2,0,0]]},"
    "{'op':'Activation','name':'act','attrs':{'act_type':'relu'},'inputs':[[3,0,0]]}],"
    "'arg_nodes':[0,1,2],'heads':[[4,0,0]]}]},"
    "{'op':'_mul_scalar','name':'twice','attrs':{'scalar':'2'},'inputs':[[3,0,0]]}],"
    "'arg_nodes':[0,1,2],'heads':[[3,0,0],[4,0,0]]," VERSION;

/* A copy in which the first `from` is `to`. */
static char *changed(const char *text, const char *from, const char *to) {
    const char *at = strstr(text, from);
    REQUIRE(at != NULL);
    size_t before = (size_t)(at - text), size = strlen(text) + strlen(to) + 1;
    char *copy = malloc(size);
    REQUIRE(copy != NULL);
    (void)snprintf(copy, size, "%.*s%s%s", (int)before, text, to, at + strlen(from));
    return copy;
}

/* A parameter file without arrays. */
static const char no_params[32] = {0x12, 1};

static int create(const char *text, uint32_t items, PredictorHandle *p) {
    static const char *const keys[] = {"data"};
    const uint32_t indptr[] = {0, 2}, dims[] = {items, 2};
    char *symbol = model_quoted(text);
    int result = MXPredCreate(symbol, no_params, sizeof no_params, 1, 0, 1, (const char **)(uintptr_t)keys, indptr, dims, p);
    free(symbol);
    return result;
}

static PredictorHandle predictor(const char *text, uint32_t items) {
    PredictorHandle p = NULL;
    if (create(text, items, &p) != 0) {
        printf("  %s\n", MXGetLastError());
        REQUIRE(false);
    }
    return p;
}

static void check_output(PredictorHandle p, uint32_t index, const float *expected, uint32_t count) {
    float actual[16];
    REQUIRE(MXPredGetOutput(p, index, actual, count) == 0);
    CHECK_FLOATS(actual, expected, count, 0, 0);
}

static void run_sums(PredictorHandle p) {
    const float data[] = {1, 2, 3, 4, 5, 6}, begin[] = {1, 2};
    REQUIRE(MXPredSetInput(p, "data", data, 6) == 0);
    REQUIRE(MXPredSetInput(p, "begin", begin, 2) == 0);
    REQUIRE(MXPredForward(p) == 0);
    check_output(p, 0, (const float[]){2, 4, 5, 8, 10, 14}, 6);
    check_output(p, 1, (const float[]){10, 14}, 2);
}

TEST(a_loop_runs_again_and_again) {
    PredictorHandle p = predictor(sums, 3);
    run_sums(p);
    run_sums(p);
    MXPredFree(p);
}

static char seen[256];
static void note(const char *name, NDArrayHandle array, void *user) {
    (void)array;
    (void)user;
    (void)strncat(seen, name, sizeof seen - strlen(seen) - 2);
    (void)strncat(seen, " ", 2);
}

TEST(a_monitor_sees_the_loop_as_one_node) {
    PredictorHandle p = predictor(sums, 3);
    seen[0] = '\0';
    REQUIRE(MXPredSetMonitorCallback(p, note, NULL, false) == 0);
    run_sums(p);
    CHECK_STR(seen, "loop_output0 loop_output1 ");
    REQUIRE(MXPredSetMonitorCallback(p, note, NULL, true) == 0);
    seen[0] = '\0';
    run_sums(p);
    CHECK_STR(seen, "data loop_data0 begin loop_data1 loop_output0 loop_output1 ");
    REQUIRE(MXPredSetMonitorCallback(p, NULL, NULL, false) == 0);
    run_sums(p);
    MXPredFree(p);
}

TEST(a_profile_has_the_loop_as_one_step) {
    PredictorHandle p = predictor(sums, 3);
    REQUIRE(LPPredSetProfiling(p, 1) == 0);
    run_sums(p);
    LPStats stats = {.struct_size = sizeof stats};
    REQUIRE(LPPredGetStats(p, &stats) == 0);
    CHECK_EQ_INT(stats.plan_nodes, 1);
    CHECK_EQ_INT(stats.graph_nodes, 1);
    MXPredFree(p);
}

TEST(a_loop_is_stopped_between_items) {
    PredictorHandle p = predictor(sums, 3);
    run_sums(p);
    lp_predictor *own = p;
    lp_profile off;
    memset(&off, 0, sizeof off);
    lp_flag_write(&own->cancelled, 1);
    CHECK_EQ_INT(lp_executor_run(&own->plan, &own->model->graph, &own->monitor, &own->cancelled, &off),
                 LP_ERROR_CANCELLED);
    CHECK_CONTAINS(lp_status_text(), "cancelled before node 'loop'");
    run_sums(p);
    MXPredFree(p);
}

TEST(another_length_by_reshape) {
    PredictorHandle p = predictor(sums, 3), q = NULL;
    const char *keys[] = {"data"};
    const uint32_t indptr[] = {0, 2}, dims[] = {1, 2};
    const float data[] = {3, 4};
    REQUIRE(MXPredReshape(1, keys, indptr, dims, p, &q) == 0);
    REQUIRE(MXPredSetInput(q, "data", data, 2) == 0);
    REQUIRE(MXPredForward(q) == 0);
    check_output(q, 0, data, 2);
    MXPredFree(p);
    MXPredFree(q);
}

static void refused(const char *text, const char *from, const char *to, int code, const char *part) {
    char *other = changed(text, from, to);
    PredictorHandle p = NULL;
    CHECK_EQ_INT(create(other, 3, &p), -1);
    CHECK_EQ_INT(LPGetErrorCode(), code);
    CHECK_CONTAINS(MXGetLastError(), part);
    free(other);
}

TEST(loops_that_do_not_fit) {
    refused(sums, "'in_data_locs':'[0]'", "'in_data_locs':'[2]'", LP_ERROR_ATTRIBUTE, "input 0 of the node is input 2");
    refused(sums, "'in_data_locs':'[0]'", "'in_data_locs':'[1]'", LP_ERROR_ATTRIBUTE, "expected each of 0 to 1 once");
    refused(sums, "'in_data_locs':'[0]'", "'in_data_locs':'[]'", LP_ERROR_ATTRIBUTE, "0 data, 1 states");
    refused(sums, "'num_outputs':'2'", "'num_outputs':'3'", LP_ERROR_ATTRIBUTE, "3 outputs");
    refused(sums, "'num_args':'3'", "'num_args':'2000000000'", LP_ERROR_ATTRIBUTE, "num_args is 2000000000");
    refused(sums, "'heads':[[2,0,0],[2,0,0]]", "'heads':[[2,0,0]]", LP_ERROR_SYMBOL, "its subgraph 2 and 1 outputs");
    refused(sums, "'heads':[[2,0,0],[2,0,0]]", "'heads':[[2,0,0],[2,1,0]]", LP_ERROR_SYMBOL, "takes output 1");
    refused(sums, "'heads':[[2,0,0],[2,0,0]]", "'heads':[]", LP_ERROR_SYMBOL, "no output");
    refused(sums, "'inputs':[[0,0,0],[1,0,0]]}],", "'inputs':[[0,0,0]]}],", LP_ERROR_SYMBOL, "expected 2");
    refused(sums, "'elemwise_add'", "'Nothing'", LP_ERROR_UNSUPPORTED, "Nothing (node sum)");
    refused(sums, "'subgraphs':[{", "'subgraphs':[7,{", LP_ERROR_SYMBOL, "subgraphs");
    refused(sums, "'subgraphs':[{", "'subgraphs':[{'nodes':[],'heads':[]},{", LP_ERROR_SYMBOL, "2 subgraphs");
    refused(fused, "'inputs':[[0,0,0],[1,0,0],[2,0,0]],'subgraphs'", "'inputs':[[0,0,0],[1,0,0]],'subgraphs'", LP_ERROR_SYMBOL, "2 inputs, its subgraph 3");
    refused(fused, "'heads':[[4,0,0]]}]", "'heads':[[0,0,0]]}]", LP_ERROR_SYMBOL, "");
    refused(fused, "'heads':[[3,0,0],[4,0,0]]", "'heads':[[3,1,0],[4,0,0]]", LP_ERROR_SYMBOL, "takes output 1 of node 'sg'");
    refused(fused, "'_sg_mkldnn_fully_connected'", "'_sg_other'", LP_ERROR_UNSUPPORTED, "_sg_other");
}

/* A loop in a loop in a loop ...: three are read, the fourth is not. */
static char *nested(int levels) {
    static const char inner[] = "{'op':'elemwise_add','name':'sum','inputs':[[0,0,0],[1,0,0]]}";
    const char *begin = strstr(sums, "{'op':'_foreach'"), *end = strstr(sums, "],'arg_nodes':[0,1],'heads':[[2,0,0],[2,1,0]]");
    char loop[2048];
    (void)snprintf(loop, sizeof loop, "%.*s", (int)(end - begin), begin);
    char *outer = changed(loop, "[[2,0,0],[2,0,0]]", "[[2,0,0],[2,1,0]]"), *text = changed(loop, "", "");
    for (int i = 1; i < levels; i++) {
        char *next = changed(outer, inner, text);
        free(text);
        text = next;
    }
    char *whole = changed(sums, loop, text);
    free(text);
    free(outer);
    return whole;
}

TEST(loops_in_loops) {
    char *three = nested(3), *four = nested(4);
    const char *keys[] = {"data"};
    const uint32_t indptr[] = {0, 4}, dims[] = {2, 2, 1, 1};
    const float data[] = {1, 2, 4, 8};
    char *symbol = model_quoted(three);
    PredictorHandle p = NULL;
    if (MXPredCreate(symbol, no_params, sizeof no_params, 1, 0, 1, keys, indptr, dims, &p) != 0) {
        printf("  %s\n", MXGetLastError());
        REQUIRE(false);
    }
    REQUIRE(MXPredSetInput(p, "data", data, 4) == 0);
    REQUIRE(MXPredForward(p) == 0);
    check_output(p, 0, (const float[]){1, 3, 7, 15}, 4);
    check_output(p, 1, (const float[]){15}, 1);
    MXPredFree(p);
    free(symbol);
    symbol = model_quoted(four);
    CHECK_FAILS(MXPredCreate(symbol, no_params, sizeof no_params, 1, 0, 1, keys, indptr, dims, &p), LP_ERROR_SYMBOL,
                "at most 3 within one another");
    free(symbol);
    free(three);
    free(four);
}

static void set_dense(PredictorHandle p) {
    const float data[] = {1, -1}, w[] = {1, 2, 3, 4}, b[] = {10, -20};
    REQUIRE(MXPredSetInput(p, "data", data, 2) == 0);
    REQUIRE(MXPredSetInput(p, "w", w, 4) == 0);
    REQUIRE(MXPredSetInput(p, "b", b, 2) == 0);
}

TEST(fused_nodes_are_what_their_subgraphs_say) {
    PredictorHandle p = predictor(fused, 1);
    set_dense(p);
    REQUIRE(MXPredForward(p) == 0);
    check_output(p, 0, (const float[]){9, 0}, 2);
    check_output(p, 1, (const float[]){18, 0}, 2);
    const char *name = NULL;
    REQUIRE(LPModelGetOutputName(((lp_predictor *)p)->model, 0, &name) == 0);
    CHECK_STR(name, "sg_output");
    MXPredFree(p);
    PredictorHandle q = NULL;
    const char *keys[] = {"data"}, *outputs[] = {"sg"};
    const uint32_t indptr[] = {0, 2}, dims[] = {1, 2};
    char *symbol = model_quoted(fused);
    REQUIRE(MXPredCreatePartialOut(symbol, no_params, sizeof no_params, 1, 0, 1, keys, indptr, dims, 1, outputs, &q) == 0);
    set_dense(q);
    REQUIRE(MXPredForward(q) == 0);
    check_output(q, 0, (const float[]){9, 0}, 2);
    MXPredFree(q);
    free(symbol);
}

/* out = x w' + s, with a variable w outside. */
static char *with_dense(void) {
    char *text = changed(sums, "{'op':'elemwise_add','name':'sum','inputs':[[0,0,0],[1,0,0]]}",
                         "{'op':'null','name':'w','inputs':[]},"
                         "{'op':'FullyConnected','name':'fc','attrs':{'num_hidden':'2','no_bias':'1','flatten':'0'},"
                         "'inputs':[[0,0,0],[2,0,0]]},"
                         "{'op':'elemwise_add','name':'sum','inputs':[[3,0,0],[1,0,0]]}");
    char *more = changed(text, "'heads':[[2,0,0],[2,0,0]]", "'heads':[[4,0,0],[4,0,0]]");
    free(text);
    text = changed(more, "{'op':'_foreach'", "{'op':'null','name':'w','inputs':[]},{'op':'_foreach'");
    free(more);
    more = changed(text, "'num_args':'3'", "'num_args':'4'");
    free(text);
    /* Variables in the order of the heads: x, w, s. */
    text = changed(more, "'in_state_locs':'[1]','remain_locs':'[]'},'inputs':[[0,0,0],[1,0,0]]",
                   "'in_state_locs':'[2]','remain_locs':'[1]'},'inputs':[[0,0,0],[1,0,0],[2,0,0]]");
    free(more);
    more = changed(text, "'heads':[[2,0,0],[2,1,0]]", "'heads':[[3,0,0],[3,1,0]]");
    free(text);
    return more;
}

TEST(weights_are_missing_within_a_loop_too) {
    char *more = with_dense();
    PredictorHandle p = predictor(more, 3);
    const float data[] = {1, 2, 3, 4, 5, 6}, w[] = {1, 0, 0, 2};
    REQUIRE(MXPredSetInput(p, "data", data, 6) == 0);
    CHECK_FAILS(MXPredForward(p), LP_ERROR_MISSING, "weight 'w'");
    REQUIRE(MXPredSetInput(p, "w", w, 4) == 0);
    REQUIRE(MXPredForward(p) == 0);
    check_output(p, 0, (const float[]){1, 4, 4, 12, 9, 24}, 6);
    MXPredFree(p);
    free(more);
}

/* The upgraded text, which the caller frees. */
static char *upgrade(const char *text) {
    char *symbol = model_quoted(text);
    size_t size = 0;
    REQUIRE(LPUpgradeSymbol(symbol, SIZE_MAX, NULL, 0, &size) == 0);
    char *result = malloc(size);
    REQUIRE(result != NULL && LPUpgradeSymbol(symbol, SIZE_MAX, result, size, &size) == 0);
    free(symbol);
    return result;
}

TEST(an_upgrade_writes_subgraphs) {
    char *once = upgrade(sums), *again = upgrade(once);
    CHECK_STR(again, once);
    CHECK_CONTAINS(once, "\"subgraphs\": [{");
    PredictorHandle p = predictor(once, 3);
    run_sums(p);
    MXPredFree(p);
    free(once);
    free(again);
    once = upgrade(fused);
    CHECK(strstr(once, "subgraphs") == NULL && strstr(once, "_sg_") == NULL);
    CHECK_CONTAINS(once, "{\"op\": \"Activation\", \"name\": \"sg\"");
    p = predictor(once, 1);
    set_dense(p);
    REQUIRE(MXPredForward(p) == 0);
    check_output(p, 1, (const float[]){18, 0}, 2);
    MXPredFree(p);
    free(once);
}

TEST(a_description_counts_the_body_for_every_item) {
    char *text = with_dense(), report[4096];
    PredictorHandle p = predictor(text, 3);
    size_t size = 0;
    REQUIRE(LPPredDescribe(p, report, sizeof report, &size) == 0);
    CHECK(strstr(report, "\"name\":\"loop\",\"op\":\"_foreach\"") != NULL);
    CHECK(strstr(report, "{\"name\":\"loop_output0\",\"dtype\":\"float32\",\"shape\":[3,2]}") != NULL);
    /* 3 items of 2 sums of 2 products; w is a parameter. */
    CHECK(strstr(report, "\"parameters\":4,\"parameter_bytes\":16,\"multiply_adds\":12}") != NULL);
    MXPredFree(p);
    free(text);
}

static void check_finds(const char *text, uint32_t errors, const char *part) {
    char *symbol = model_quoted(text), report[4096];
    size_t size = 0;
    uint32_t found = 99;
    REQUIRE(LPCheckModel(symbol, SIZE_MAX, report, sizeof report, &size, &found) == 0);
    CHECK_EQ_INT(found, errors);
    CHECK_CONTAINS(report, part);
    free(symbol);
}

TEST(a_check_looks_into_subgraphs_and_says_what_to_do) {
    check_finds(sums, 0, "\"errors\":[]");
    check_finds(fused, 0, "\"errors\":[]");
    check_finds(fused, 0, "\"weights\":[\"w\",\"b\"]");
    char *text = changed(sums, "'elemwise_add'", "'Nothing'");
    check_finds(text, 1, "\"node\":\"sum\",\"op\":\"Nothing\"");
    free(text);
    text = changed(sums, "'_foreach'", "'_while_loop'");
    check_finds(text, 1, "whether its parts run depends on the data");
    free(text);
    text = changed(sums, "'_foreach'", "'_cond'");
    check_finds(text, 1, "each branch as a model of its own");
    free(text);
    text = changed(fused, "'_sg_mkldnn_fully_connected'", "'_TensorRT'");
    check_finds(text, 1, "TensorRT");
    free(text);
    text = changed(fused, "'_sg_mkldnn_fully_connected'", "'_sg_other'");
    check_finds(text, 1, "without optimize_for");
    free(text);
}

static int create_for_one(const void *text, PredictorHandle *made) {
    return create(text, 1, made);
}

TEST(memory_that_fails_leaves_nothing_behind) {
    counting_fail_each(create_for_one, sums);
    counting_fail_each(create_for_one, fused);
}

/* Bytes of the texts changed one at a time: an error or a prediction. */
TEST(damaged_subgraphs_do_no_harm) {
    const char *const texts[] = {sums, fused};
    static const char bytes[] = "0179{}[]',:-x";
    for (int i = 0; i < 2; i++) {
        char *text = changed(texts[i], "", "");
        for (size_t at = 0; text[at] != '\0'; at++) {
            const char kept = text[at];
            text[at] = bytes[(at * 7 + 3) % (sizeof bytes - 1)];
            PredictorHandle p = NULL;
            if (create(text, 2, &p) == 0) {
                (void)MXPredForward(p);
                MXPredFree(p);
            }
            text[at] = kept;
        }
        free(text);
    }
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(a_loop_runs_again_and_again);
    RUN(a_monitor_sees_the_loop_as_one_node);
    RUN(a_profile_has_the_loop_as_one_step);
    RUN(a_loop_is_stopped_between_items);
    RUN(another_length_by_reshape);
    RUN(loops_that_do_not_fit);
    RUN(loops_in_loops);
    RUN(fused_nodes_are_what_their_subgraphs_say);
    RUN(weights_are_missing_within_a_loop_too);
    RUN(an_upgrade_writes_subgraphs);
    RUN(a_description_counts_the_body_for_every_item);
    RUN(a_check_looks_into_subgraphs_and_says_what_to_do);
    RUN(memory_that_fails_leaves_nothing_behind);
    RUN(damaged_subgraphs_do_no_harm);
    return check_end();
}
