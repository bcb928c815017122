/* Fused int8 nodes: what their subgraphs say. */
#include "check.h"

#include "../src/graph/graph.h"
#include "../src/op/op_table.h"

#include <stdlib.h>

/* The nodes of the subgraph behind the convolution, and its last one. */
static const char before[] =
    "{'nodes':[{'op':'null','name':'x','inputs':[]},{'op':'null','name':'w','inputs':[]},"
    "{'op':'_contrib_quantize_v2','name':'q','inputs':[[0,0,0]]},"
    "{'op':'_sg_mkldnn_conv','name':'sg','attrs':{'quantized':'true','min_calib_range':'0',"
    "'max_calib_range':'1','with_act':'true'},'inputs':[";
static const char inputs[] = "[2,0,0],[1,0,0],[2,1,0],[2,2,0]";
static const char between[] =
    "],'subgraphs':[{'nodes':[{'op':'null','name':'x0','inputs':[]},"
    "{'op':'null','name':'w0','inputs':[]},{'op':'Convolution','name':'c','attrs':"
    "{'kernel':'(1,1)','num_filter':'2','no_bias':'True'},'inputs':[[0,0,0],[1,0,0]]}";
static const char behind[] =
    "],'arg_nodes':[0,1],'heads':[[2,0,0]]}]}],'arg_nodes':[0,1],'heads':[[3,0,0]],"
    "'attrs':{'mxnet_version':['int',10901]}}";

static const char relu[] =
    ",{'op':'Activation','name':'a','attrs':{'act_type':'relu'},'inputs':[[2,0,0]]}";
static const char sum[] = ",{'op':'elemwise_add','name':'s','inputs':[[2,0,0],[0,0,0]]}";

/* Loads the model with these nodes; ' stands for ". */
static lp_status load(const char *given, const char *nodes, lp_pool *pool, lp_graph *graph) {
    char text[4096];
    int size = snprintf(text, sizeof text, "%s%s%s%s%s", before, given, between, nodes, behind);
    REQUIRE(size > 0 && (size_t)size < sizeof text);
    for (int i = 0; i < size; i++) {
        text[i] = text[i] == '\'' ? '"' : text[i];
    }
    return lp_graph_load(text, (size_t)size, pool, NULL, graph);
}

static void refused(const char *given, const char *nodes, const char *text) {
    lp_pool pool = {0};
    lp_graph graph;
    CHECK(load(given, nodes, &pool, &graph) != LP_OK);
    CHECK_CONTAINS(lp_status_text(), text);
    lp_pool_free(&pool);
}

TEST(attributes_come_from_the_subgraph) {
    lp_pool pool = {0};
    lp_graph graph;
    REQUIRE(load(inputs, relu, &pool, &graph) == LP_OK);
    const lp_node *node = &graph.nodes[graph.heads[0].node];
    CHECK(node->op == &lp_op__sg_mkldnn_conv);
    CHECK_EQ_INT(node->num_inputs, 4);
    CHECK_EQ_INT(node->num_outputs, 3);
    lp_pool_free(&pool);
}

TEST(a_sum_has_one_more_input_and_range) {
    lp_pool pool = {0};
    lp_graph graph;
    REQUIRE(load("[2,0,0],[1,0,0],[2,0,0],[2,1,0],[2,2,0],[2,1,0],[2,2,0]", sum, &pool, &graph) ==
            LP_OK);
    CHECK_EQ_INT(graph.nodes[graph.heads[0].node].num_inputs, 7);
    lp_pool_free(&pool);
}

TEST(other_subgraphs_are_refused) {
    char twice[512];
    (void)snprintf(twice, sizeof twice, "%s%s", relu, relu);
    refused(inputs, twice, "Error in operator sg (_sg_mkldnn_conv): its subgraph has the operator a");
    (void)snprintf(twice, sizeof twice, "%s%s", relu, sum);
    refused(inputs, twice, "its subgraph has the operator s");
    refused(inputs, ",{'op':'Pooling','name':'p','inputs':[[2,0,0]]}", "operator p (Pooling)");
    refused(inputs, ",{'op':'Activation','name':'a','inputs':[[7,0,0]]}", "node 7");
    refused(inputs, ",{'op':'Activation','name':'a','attrs':{'act_type':'x'},'inputs':[[2,0,0]]}",
            "'act'");
    refused(inputs, ",{'op':'Activation','name':'a','attrs':{'act_type':'softsign'},'inputs':[[2,0,0]]}",
            "'act'");
    refused("[2,0,0],[1,0,0],[2,1,0],[2,2,0],[2,2,0]", relu, "it has 5 inputs, expected 4");
}

TEST(they_are_not_written) {
    lp_pool pool = {0};
    lp_graph graph;
    lp_text_writer text;
    REQUIRE(load(inputs, relu, &pool, &graph) == LP_OK);
    memset(&text, 0, sizeof text);
    CHECK_EQ_INT(lp_graph_save(&graph, &pool, &text), LP_ERROR_UNSUPPORTED);
    CHECK_CONTAINS(lp_status_text(), "sg (_sg_mkldnn_conv)");
    lp_pool_free(&pool);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(attributes_come_from_the_subgraph);
    RUN(a_sum_has_one_more_input_and_range);
    RUN(other_subgraphs_are_refused);
    RUN(they_are_not_written);
    return check_end();
}
