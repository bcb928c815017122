/* LPPredDescribe: the text of small graphs, worked out by hand; parameters and multiply-adds. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "api_models.h"
#include "counting_allocator.h"

/* The report, which the caller frees. */
static char *describe(PredictorHandle predictor) {
    size_t size = 0, again = 0;
    REQUIRE(LPPredDescribe(predictor, NULL, 0, &size) == 0);
    char *report = malloc(size);
    REQUIRE(report != NULL);
    CHECK_EQ_INT(LPPredDescribe(predictor, report, size, &again), 0);
    CHECK_EQ_INT(again, size);
    CHECK_EQ_INT(strlen(report) + 1, size);
    return report;
}

static PredictorHandle predictor_at(const built_model *m, int ndim, const uint32_t *dims) {
    const char *key = "data";
    const uint32_t indptr[2] = {0, (uint32_t)ndim};
    PredictorHandle p = NULL;
    LPModelHandle model = model_of(m);
    REQUIRE(LPPredCreate(model, 1, &key, indptr, dims, 0, NULL, NULL, 0, NULL, NULL, NULL, &p) ==
            0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    return p;
}

/* Sum of a field over the report's nodes. */
static double total(const char *report, const char *field) {
    char key[64];
    double sum = 0;
    (void)snprintf(key, sizeof key, "\"%s\":", field);
    for (const char *at = report; (at = strstr(at, key)) != NULL;) {
        at += strlen(key);
        sum += strtod(at, NULL);
    }
    return sum;
}

TEST(a_small_graph_is_described_to_the_letter) {
    built_model m;
    model_softmax(&m);
    const uint32_t dims[2] = {3, 2};
    PredictorHandle p = predictor_at(&m, 2, dims);
    char *report = describe(p);
    CHECK_STR(report,
              "{\"nodes\":[\n"
              "{\"name\":\"data\",\"op\":\"null\",\"attrs\":{},\"inputs\":[],\"outputs\":[{\"name\":"
              "\"data\",\"dtype\":\"float32\",\"shape\":[3,2]}],\"parameters\":0,\"parameter_"
              "bytes\":0,\"multiply_adds\":0,\"input\":true},\n"
              "{\"name\":\"fc_weight\",\"op\":\"null\",\"attrs\":{},\"inputs\":[],\"outputs\":[{"
              "\"name\":\"fc_weight\",\"dtype\":\"float32\",\"shape\":[2,2]}],\"parameters\":0,"
              "\"parameter_bytes\":0,\"multiply_adds\":0},\n"
              "{\"name\":\"fc_bias\",\"op\":\"null\",\"attrs\":{},\"inputs\":[],\"outputs\":[{"
              "\"name\":\"fc_bias\",\"dtype\":\"float32\",\"shape\":[2]}],\"parameters\":0,"
              "\"parameter_bytes\":0,\"multiply_adds\":0},\n"
              "{\"name\":\"fc\",\"op\":\"FullyConnected\",\"attrs\":{\"num_hidden\":\"2\"},\"inputs"
              "\":[[0,0],[1,0],[2,0]],\"outputs\":[{\"name\":\"fc_output\",\"dtype\":\"float32\","
              "\"shape\":[3,2]}],\"parameters\":6,\"parameter_bytes\":24,\"multiply_adds\":12},\n"
              "{\"name\":\"softmax_label\",\"op\":\"null\",\"attrs\":{},\"inputs\":[],\"outputs\":["
              "{\"name\":\"softmax_label\",\"dtype\":\"float32\",\"shape\":[3]}],\"parameters\":0,"
              "\"parameter_bytes\":0,\"multiply_adds\":0,\"label\":true},\n"
              "{\"name\":\"softmax\",\"op\":\"SoftmaxOutput\",\"attrs\":{},\"inputs\":[[3,0],[4,0]]"
              ",\"outputs\":[{\"name\":\"softmax_output\",\"dtype\":\"float32\",\"shape\":[3,2]}],"
              "\"parameters\":0,\"parameter_bytes\":0,\"multiply_adds\":0}],\n"
              "\"heads\":[[5,0]]}");
    free(report);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

/* Each with data (2,6,10,10) unless said otherwise. */
static const struct {
    const char *op, *attrs;
    int inputs;
    int ndim;
    uint32_t dims[5];
    double parameters, multiply_adds;
} costs[] = {
    /* 2 images, 8 filters, 8x8 out, 6 channels, 3x3; bias 8. */
    {"Convolution", "'kernel':'(3,3)','num_filter':'8'", 3, 4, {2, 6, 10, 10}, 8 * 6 * 9 + 8,
     2.0 * 8 * 8 * 8 * 6 * 9},
    /* Stride 2, pad 1: (10+2-3)/2+1 = 5; no bias. */
    {"Convolution", "'kernel':'(3,3)','num_filter':'8','stride':'(2,2)','pad':'(1,1)','no_bias':'1'",
     2, 4, {2, 6, 10, 10}, 8 * 6 * 9, 2.0 * 8 * 5 * 5 * 6 * 9},
    /* Three groups of two channels each. */
    {"Convolution", "'kernel':'(1,3)','num_filter':'9','num_group':'3'", 3, 4, {2, 6, 10, 10},
     9 * 2 * 3 + 9, 2.0 * 9 * 10 * 8 * 2 * 3},
    /* Depthwise. */
    {"Convolution", "'kernel':'(3,3)','num_filter':'6','num_group':'6','pad':'(1,1)'", 3, 4,
     {2, 6, 10, 10}, 6 * 9 + 6, 2.0 * 6 * 10 * 10 * 9},
    /* Dilated: reach 5, out 6. */
    {"Convolution", "'kernel':'(3,3)','num_filter':'4','dilate':'(2,2)'", 3, 4, {2, 6, 10, 10},
     4 * 6 * 9 + 4, 2.0 * 4 * 6 * 6 * 6 * 9},
    /* One and three dimensions. */
    {"Convolution", "'kernel':'(4,)','num_filter':'5'", 3, 3, {2, 3, 10}, 5 * 3 * 4 + 5,
     2.0 * 5 * 7 * 3 * 4},
    {"Convolution", "'kernel':'(2,2,2)','num_filter':'5'", 3, 5, {1, 3, 4, 4, 4}, 5 * 3 * 8 + 5,
     5.0 * 27 * 3 * 8},
    /* Every one of 2 6 10 10 elements times 4 filters times 16. */
    {"Deconvolution", "'kernel':'(4,4)','num_filter':'4','stride':'(2,2)','pad':'(1,1)'", 2, 4,
     {2, 6, 10, 10}, 6 * 4 * 16, 2.0 * 6 * 10 * 10 * 4 * 16},
    {"Deconvolution", "'kernel':'(4,4)','num_filter':'6','num_group':'6','stride':'(2,2)','no_bias':'0'",
     3, 4, {2, 6, 10, 10}, 6 * 16 + 6, 2.0 * 6 * 10 * 10 * 16},
    {"FullyConnected", "'num_hidden':'7'", 3, 4, {2, 6, 10, 10}, 7 * 600 + 7, 2.0 * 600 * 7},
    /* The last axis of 10 for each of 120 rows. */
    {"FullyConnected", "'num_hidden':'7','flatten':'False'", 3, 4, {2, 6, 10, 10}, 7 * 10 + 7,
     120.0 * 10 * 7},
    {"BatchNorm", "", 5, 4, {2, 6, 10, 10}, 4 * 6, 0},
    {"Pooling", "'kernel':'(2,2)'", 1, 4, {2, 6, 10, 10}, 0, 0},
    /* The least there is. */
    {"Convolution", "'kernel':'(1,1)','num_filter':'8'", 3, 4, {1, 1, 1, 1}, 8 + 8, 8},
};

TEST(parameters_and_multiply_adds_are_counted) {
    static const char *const names[] = {"weight", "bias"};
    static const char *const norm[] = {"gamma", "beta", "mean", "var"};
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        built_model m = {0};
        int inputs[5];
        inputs[0] = built_variable(&m, "data");
        for (int k = 1; k < costs[i].inputs; k++) {
            inputs[k] = built_variable(&m, costs[i].inputs == 5 ? norm[k - 1] : names[k - 1]);
        }
        built_head(&m, built_node(&m, costs[i].op, "n", costs[i].attrs, costs[i].inputs, inputs),
                   0);
        built_finish(&m);
        PredictorHandle p = predictor_at(&m, costs[i].ndim, costs[i].dims);
        char *report = describe(p);
        if (total(report, "parameters") != costs[i].parameters ||
            total(report, "parameter_bytes") != 4 * costs[i].parameters ||
            total(report, "multiply_adds") != costs[i].multiply_adds) {
            printf("  %s %s: %.0f parameters, %.0f multiply-adds\n", costs[i].op, costs[i].attrs,
                   total(report, "parameters"), total(report, "multiply_adds"));
            CHECK(false);
        }
        free(report);
        CHECK_EQ_INT(MXPredFree(p), 0);
        model_free(&m);
    }
}

TEST(large_counts_are_exact) {
    built_model m = {0};
    int inputs[2];
    inputs[0] = built_variable(&m, "data");
    inputs[1] = built_variable(&m, "w");
    /* One row of 2^10 elements, 2^13 of them out: 2^23 products. */
    built_head(&m, built_node(&m, "FullyConnected", "n",
                              "'num_hidden':'8192','no_bias':'1','flatten':'0'", 2, inputs),
               0);
    built_finish(&m);
    const uint32_t dims[2] = {1, 1024};
    PredictorHandle p = predictor_at(&m, 2, dims);
    char *report = describe(p);
    CHECK_CONTAINS(report, "\"parameters\":8388608,\"parameter_bytes\":33554432,\"multiply_adds\":"
                           "8388608}");
    free(report);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

/* What stands between a node's name and the end of its line. */
static const char *line_of(const char *report, const char *name, char *line, size_t size) {
    char key[64];
    (void)snprintf(key, sizeof key, "\n{\"name\":\"%s\",", name);
    const char *at = strstr(report, key);
    REQUIRE(at != NULL);
    (void)snprintf(line, size, "%.*s", (int)strcspn(at + 1, "\n"), at + 1);
    return line;
}

TEST(a_parameter_that_several_nodes_read_counts_at_the_first) {
    /* Twice the same layer, then its bias as an output too. */
    built_model m = {0};
    const float weight[4] = {1, 2, 3, 4}, bias[2] = {10, 20}, alone[3] = {1, 2, 3};
    const int64_t weight_dims[2] = {2, 2}, bias_dims[1] = {2}, alone_dims[1] = {3};
    char line[600];
    int inputs[3];
    inputs[0] = built_variable(&m, "data");
    inputs[1] = built_variable(&m, "w");
    inputs[2] = built_variable(&m, "b");
    inputs[0] = built_node(&m, "FullyConnected", "one", "'num_hidden':'2'", 3, inputs);
    built_head(&m, built_node(&m, "FullyConnected", "two", "'num_hidden':'2'", 3, inputs), 0);
    built_head(&m, inputs[2], 0);
    built_head(&m, built_variable(&m, "alone"), 0);
    built_param(&m, "arg:w", 2, weight_dims, weight);
    built_param(&m, "arg:b", 1, bias_dims, bias);
    built_param(&m, "arg:alone", 1, alone_dims, alone);
    built_finish(&m);
    const uint32_t dims[2] = {1, 2};
    PredictorHandle p = predictor_at(&m, 2, dims);
    char *report = describe(p);
    CHECK_EQ_INT((long long)total(report, "parameters"), 4 + 2 + 3);
    CHECK_CONTAINS(line_of(report, "b", line, sizeof line), "\"parameters\":2,");
    CHECK_CONTAINS(line_of(report, "one", line, sizeof line), "\"parameters\":4,");
    CHECK_CONTAINS(line_of(report, "two", line, sizeof line), "\"parameters\":0,");
    CHECK_CONTAINS(line_of(report, "alone", line, sizeof line), "\"parameters\":3,");
    CHECK(strstr(report, "input\":true") != NULL && strstr(report, "missing") == NULL);
    CHECK_CONTAINS(report, "\"heads\":[[4,0],[2,0],[5,0]]");
    free(report);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(what_is_missing_is_said_until_it_is_set) {
    built_model m = {0};
    char line[600];
    const float ones[3] = {1, 1, 1};
    const int64_t dims_of_var[1] = {3};
    const uint32_t dims[4] = {1, 3, 2, 2};
    int data = built_node(&m, "null", "data", "'__shape__':'(0,3,2,2)','note':'a\\\"b\\n'", 0, NULL);
    int bn = built_unary(&m, "BatchNorm", "bn", "'fix_gamma':'False'", data);
    built_head(&m, bn, 0);
    built_param(&m, "aux:bn_moving_var", 1, dims_of_var, ones);
    built_finish(&m);
    PredictorHandle p = predictor_at(&m, 4, dims);
    char *report = describe(p);
    CHECK_CONTAINS(line_of(report, "data", line, sizeof line),
                   "\"attrs\":{\"__shape__\":\"(0,3,2,2)\",\"note\":\"a\\\"b\\n\"}");
    CHECK_CONTAINS(line_of(report, "bn_gamma", line, sizeof line),
                   "\"multiply_adds\":0,\"input\":true,\"missing\":true}");
    CHECK_CONTAINS(line_of(report, "bn_moving_mean", line, sizeof line),
                   "\"multiply_adds\":0,\"state\":true,\"missing\":true}");
    CHECK_CONTAINS(line_of(report, "bn_moving_var", line, sizeof line),
                   "\"multiply_adds\":0,\"state\":true}");
    /* One of three outputs is visible. */
    CHECK_CONTAINS(line_of(report, "bn", line, sizeof line),
                   "\"outputs\":[{\"name\":\"bn_output\",\"dtype\":\"float32\",\"shape\":[1,3,2,2]}]"
                   ",\"parameters\":12,");
    free(report);
    CHECK_EQ_INT(MXPredSetInput(p, "bn_gamma", ones, 3), 0);
    report = describe(p);
    CHECK_CONTAINS(line_of(report, "bn_gamma", line, sizeof line),
                   "\"multiply_adds\":0,\"input\":true}");
    free(report);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(only_what_the_outputs_need_is_described) {
    built_model m = {0};
    int data = built_variable(&m, "data");
    int other = built_variable(&m, "other");
    int parts = built_unary(&m, "SliceChannel", "parts", "'num_outputs':'2'", data);
    int left = built_unary(&m, "_copy", "", "", BUILT_OUTPUT(parts, 1));
    built_head(&m, built_binary(&m, "_Plus", "sum", "", left, other), 0);
    built_finish(&m);
    const char *keys[2] = {"data", "other"}, *output = "parts_output1";
    const uint32_t indptr[3] = {0, 2, 4}, dims[4] = {5, 4, 5, 2};
    LPModelHandle model = model_of(&m);
    PredictorHandle p = NULL;
    REQUIRE(LPPredCreate(model, 1, keys, indptr, dims, 0, NULL, NULL, 1, &output, NULL, NULL, &p) ==
            0);
    char *report = describe(p);
    CHECK(strstr(report, "other") == NULL && strstr(report, "sum") == NULL);
    CHECK_CONTAINS(report, "\"outputs\":[{\"name\":\"parts_output0\",\"dtype\":\"float32\",\"shape\":"
                           "[5,2]},{\"name\":\"parts_output1\",\"dtype\":\"float32\",\"shape\":[5,2]}]");
    CHECK_CONTAINS(report, "\"heads\":[[1,1]]");
    free(report);
    CHECK_EQ_INT(MXPredFree(p), 0);
    /* A node without a name; the operator's own name for an alias. */
    REQUIRE(LPPredCreate(model, 2, keys, indptr, dims, 0, NULL, NULL, 0, NULL, NULL, NULL, &p) == 0);
    report = describe(p);
    CHECK_CONTAINS(report, "{\"name\":\"\",\"op\":\"_copy\",\"attrs\":{},\"inputs\":[[1,1]],\"outputs"
                           "\":[{\"name\":\"output\",");
    CHECK_CONTAINS(report, "{\"name\":\"sum\",\"op\":\"elemwise_add\",\"attrs\":{},\"inputs\":[[2,0],"
                           "[3,0]]");
    free(report);
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    model_free(&m);
}

TEST(element_types_are_those_of_the_file) {
    built_model m = {0};
    const uint16_t halves[2] = {0x3c00, 0x4000};
    const int64_t dims_of_weight[2] = {1, 2};
    int data = built_variable(&m, "data"), weight = built_variable(&m, "w");
    built_head(&m, built_binary(&m, "FullyConnected", "fc", "'num_hidden':'1','no_bias':'1'", data,
                                weight),
               0);
    built_typed_param(&m, "arg:w", LP_FLOAT16, 2, 2, dims_of_weight, halves);
    built_finish(&m);
    const char *key = "data";
    const uint32_t indptr[2] = {0, 2}, dims[2] = {1, 2};
    const int dtype = LP_FLOAT16;
    LPModelHandle model = model_of(&m);
    PredictorHandle p = NULL;
    REQUIRE(LPPredCreate(model, 1, &key, indptr, dims, 1, &key, &dtype, 0, NULL, NULL, NULL, &p) ==
            0);
    char *report = describe(p);
    CHECK_CONTAINS(report, "\"name\":\"fc_output\",\"dtype\":\"float16\",\"shape\":[1,1]");
    CHECK_CONTAINS(report, "\"parameters\":2,\"parameter_bytes\":4,\"multiply_adds\":2");
    free(report);
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    model_free(&m);
}

TEST(a_reshaped_predictor_has_its_own_shapes) {
    built_model m;
    model_softmax(&m);
    PredictorHandle p = predictor_of(&m, 1), wide = NULL;
    const char *key = "data";
    const uint32_t indptr[2] = {0, 2}, dims[2] = {7, 2};
    CHECK_EQ_INT(MXPredReshape(1, &key, indptr, dims, p, &wide), 0);
    char *report = describe(wide);
    /* 7 images, 2 by 2. */
    CHECK_CONTAINS(report, "\"shape\":[7,2]}],\"parameters\":6,\"parameter_bytes\":24,"
                           "\"multiply_adds\":28}");
    CHECK(strstr(report, "[1,2]") == NULL);
    free(report);
    report = describe(p);
    CHECK_CONTAINS(report, "\"shape\":[1,2]}],\"parameters\":6,\"parameter_bytes\":24,"
                           "\"multiply_adds\":4}");
    free(report);
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(MXPredFree(wide), 0);
    model_free(&m);
}

/* The report of a symbol, written with ' for ", that needs no shapes. */
static char *describe_symbol(const char *symbol) {
    built_bytes text = {0};
    LPModelHandle model = NULL;
    PredictorHandle p = NULL;
    built_quoted(&text, symbol);
    if (LPModelCreate(text.bytes, text.size, NULL, 0, NULL, &model) != 0 ||
        LPPredCreate(model, 0, NULL, NULL, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL, &p) != 0) {
        printf("  %s\n", MXGetLastError());
        REQUIRE(false);
    }
    char *report = describe(p);
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    free(text.bytes);
    return report;
}

TEST(hostile_names_are_escaped_and_nodes_of_one_name_kept_apart) {
    char *report = describe_symbol(
        "{'nodes':[{'op':'null','name':'a\\u0001\\u001f\\b\\\"\\\\\x7f\xff\xc3<','attrs':{"
        "'__shape__':'(1,2)','k\\u0002\\n':'\\u0003\\/\\ud83d\\ude00'},'inputs':[]},"
        "{'op':'_copy','name':'n','inputs':[[0,0,0]]},{'op':'abs','name':'n','inputs':[[1,0,0]]},"
        "{'op':'_copy','name':'n_output','inputs':[[2,0,0]]}],'heads':[[3,0,0],[1,0,0]]}");
    CHECK_CONTAINS(report, "{\"name\":\"a\\u0001\\u001f\\u0008\\\"\\\\\x7f\xff\xc3<\",");
    CHECK_CONTAINS(report, "\"attrs\":{\"__shape__\":\"(1,2)\",\"k\\u0002\\n\":\"\\u0003/"
                           "\xf0\x9f\x98\x80\"}");
    CHECK_CONTAINS(report, "{\"name\":\"n\",\"op\":\"_copy\",\"attrs\":{},\"inputs\":[[0,0]]");
    CHECK_CONTAINS(report, "{\"name\":\"n\",\"op\":\"abs\",\"attrs\":{},\"inputs\":[[1,0]]");
    CHECK_CONTAINS(report, "\"heads\":[[3,0],[1,0]]");
    for (const char *at = report; *at != '\0'; at++) {
        CHECK((unsigned char)*at >= 0x20 || *at == '\n');
    }
    free(report);
}

TEST(arrays_without_elements_cost_nothing) {
    char *report = describe_symbol(
        "{'nodes':[{'op':'null','name':'a','attrs':{'__shape__':'(2,3)'},'inputs':[]},"
        "{'op':'null','name':'w','attrs':{'__shape__':'(4,3)'},'inputs':[]},"
        "{'op':'slice','name':'s','attrs':{'begin':'(2,)','end':'(None,)'},'inputs':[[0,0,0]]},"
        "{'op':'FullyConnected','name':'f','attrs':{'num_hidden':'4','no_bias':'1'},"
        "'inputs':[[2,0,0],[1,0,0]]}],'heads':[[3,0,0]]}");
    CHECK_CONTAINS(report, "{\"name\":\"s_output\",\"dtype\":\"float32\",\"shape\":[0,3]}");
    CHECK_CONTAINS(report, "\"shape\":[0,4]}],");
    CHECK_CONTAINS(report, "\"multiply_adds\":0}],\n\"heads\"");
    free(report);
}

TEST(the_predictor_is_left_alone) {
    built_model m;
    model_fc(&m);
    PredictorHandle p = predictor_of(&m, 1);
    float out[2] = {0, 0};
    check_dense(p, 1, -1, 9, 19);
    free(describe(p));
    CHECK_EQ_INT(MXPredGetOutput(p, 0, out, 2), 0); /* still that of the forward */
    CHECK(out[0] == 9 && out[1] == 19);
    check_dense(p, 2, 0, 12, 26);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(arguments_are_checked) {
    built_model m;
    model_fc(&m);
    LPModelHandle model = model_of(&m);
    PredictorHandle p = predictor_with(model, NULL);
    char report[8];
    size_t size = 5;
    CHECK_FAILS(LPPredDescribe(NULL, report, 8, &size), LP_ERROR_ARGUMENT, "LPPredDescribe");
    CHECK_FAILS(LPPredDescribe(model, report, 8, &size), LP_ERROR_HANDLE,
                "a model, expected a predictor");
    CHECK_FAILS(LPPredDescribe(p, report, 8, NULL), LP_ERROR_ARGUMENT, "report_size is NULL");
    CHECK_FAILS(LPPredDescribe(p, NULL, 8, &size), LP_ERROR_ARGUMENT, "report is NULL");
    CHECK_EQ_INT(LPPredGetErrorCode(p), LP_ERROR_ARGUMENT);
    CHECK_EQ_INT(size, 5);
    /* Cut off, ended with a NUL, and not a byte further. */
    memset(report, 1, sizeof report);
    CHECK_EQ_INT(LPPredDescribe(p, report, 7, &size), 0);
    CHECK(strcmp(report, "{\"node") == 0 && report[7] == 1 && size > 200);
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    model_free(&m);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(a_small_graph_is_described_to_the_letter);
    RUN(parameters_and_multiply_adds_are_counted);
    RUN(large_counts_are_exact);
    RUN(a_parameter_that_several_nodes_read_counts_at_the_first);
    RUN(what_is_missing_is_said_until_it_is_set);
    RUN(only_what_the_outputs_need_is_described);
    RUN(element_types_are_those_of_the_file);
    RUN(a_reshaped_predictor_has_its_own_shapes);
    RUN(hostile_names_are_escaped_and_nodes_of_one_name_kept_apart);
    RUN(arrays_without_elements_cost_nothing);
    RUN(the_predictor_is_left_alone);
    RUN(arguments_are_checked);
    return check_end();
}
