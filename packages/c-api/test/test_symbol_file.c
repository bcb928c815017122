/* Tests of the reader of symbol files. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* posix_memalign */
#endif
#include "aligned_memory.h"
#include "check.h"

#include "../src/format/symbol_file.h"

static lp_pool pool;
static lp_symbol_file file;

static lp_status read_text(const char *text) {
    lp_pool_free(&pool);
    memset(&file, 0, sizeof file);
    return lp_symbol_file_read(text, SIZE_MAX, &pool, &file);
}

static const char *attr(const lp_symbol_node *node, const char *key) {
    for (int i = 0; i < node->num_attrs; i++) {
        if (strcmp(node->attrs[i].key, key) == 0) {
            return node->attrs[i].value;
        }
    }
    return "(none)";
}

/* As written by MXNet of 2016. */
static const char old_text[] =
    "{\n  \"nodes\": [\n"
    "    {\"op\": \"null\", \"param\": {}, \"name\": \"data\", \"inputs\": [], "
    "\"backward_source_id\": -1},\n"
    "    {\"op\": \"null\", \"param\": {}, \"name\": \"w\", \"inputs\": [], "
    "\"backward_source_id\": -1, \"attr\": {\"lr_mult\": \"2\"}},\n"
    "    {\"op\": \"Pooling\", \"param\": {\"kernel\": \"(2,2)\", \"pool_type\": \"max\"}, "
    "\"name\": \"pool\", \"inputs\": [[0, 0]], \"backward_source_id\": -1, "
    "\"attr\": {\"pool_type\": \"avg\", \"ctx_group\": \"g\"}}\n  ],\n"
    "  \"arg_nodes\": [0, 1],\n  \"heads\": [[2, 0]]\n}";

/* As written since 1.0. */
static const char new_text[] =
    "{\"nodes\":[{\"op\":\"null\",\"name\":\"a\",\"attrs\":{\"__shape__\":\"(0, 3)\"},"
    "\"inputs\":[]},{\"op\":\"split\",\"name\":\"s\",\"attrs\":{\"num_outputs\":\"2\",\"axis\":1,"
    "\"squeeze_axis\":false,\"x\":null},\"inputs\":[[0,0,0]],\"control_deps\":[0],"
    "\"subgraphs\":[{\"nodes\":[]}]}],\"arg_nodes\":[0],\"node_row_ptr\":[0,1,3],"
    "\"heads\":[[1,1,0],[1,0,0]],\"unknown\":{\"deep\":[{\"er\":1}]},"
    "\"attrs\":{\"mxnet_version\":[\"int\",10901],\"is_np_shape\":[\"int\",1],"
    "\"other\":[\"list_str\",[\"a\"]]}}";

TEST(reads_the_format_of_2016) {
    REQUIRE(read_text(old_text) == LP_OK);
    CHECK_EQ_INT(file.num_nodes, 3);
    CHECK_EQ_INT(file.version, 0);
    CHECK(!file.is_np_shape);
    CHECK(file.ordered);
    CHECK_EQ_INT(file.num_heads, 1);
    CHECK_EQ_INT(file.heads[0].node, 2);
    CHECK(file.nodes[0].variable && file.nodes[0].num_attrs == 0);
    CHECK_STR(file.nodes[1].name, "w");
    CHECK_STR(attr(&file.nodes[1], "lr_mult"), "2");
    const lp_symbol_node *pool_node = &file.nodes[2];
    CHECK_STR(pool_node->op, "Pooling");
    CHECK(pool_node->has_param && !pool_node->variable && pool_node->num_subgraphs == 0);
    CHECK_EQ_INT(pool_node->num_attrs, 3);
    CHECK_STR(attr(pool_node, "kernel"), "(2,2)");
    CHECK_STR(attr(pool_node, "pool_type"), "avg"); /* attr wins over param */
    CHECK_STR(attr(pool_node, "ctx_group"), "g");
    CHECK_EQ_INT(pool_node->num_inputs, 1);
    CHECK_EQ_INT(pool_node->inputs[0].node, 0);
}

TEST(reads_the_format_since_1_0) {
    REQUIRE(read_text(new_text) == LP_OK);
    CHECK_EQ_INT(file.version, 10901);
    CHECK(file.is_np_shape);
    CHECK_EQ_INT(file.num_heads, 2);
    CHECK_EQ_INT(file.heads[0].output, 1);
    CHECK_EQ_INT(file.heads[1].output, 0);
    const lp_symbol_node *split = &file.nodes[1];
    CHECK(split->num_subgraphs == 1 && !split->has_param);
    CHECK_STR(attr(split, "num_outputs"), "2");
    CHECK_STR(attr(split, "axis"), "1");
    CHECK_STR(attr(split, "squeeze_axis"), "false");
    CHECK_STR(attr(split, "x"), "None");
    CHECK_STR(attr(&file.nodes[0], "__shape__"), "(0, 3)");
}

TEST(the_last_of_two_equal_keys_counts) {
    REQUIRE(read_text("{\"heads\":[[9,9]],\"nodes\":[{}],\"heads\":[[0,0]],\"nodes\":[{\"op\":\"x\","
                      "\"op\":\"null\",\"name\":\"p\",\"name\":\"q\",\"inputs\":[[5,5]],"
                      "\"inputs\":[],\"attrs\":{\"a\":\"1\",\"a\":\"2\",\"b\":\"3\"},"
                      "\"attr\":{\"a\":\"4\",\"c\":\"5\",\"a\":\"6\"}}]}") == LP_ERROR_SYMBOL);
    CHECK_CONTAINS(lp_status_text(), "node 0 has no \"op\"");
    REQUIRE(read_text("{\"heads\":[[9,9]],\"nodes\":[],\"heads\":[[0,0]],\"nodes\":[{\"op\":\"x\","
                      "\"op\":\"null\",\"name\":\"p\",\"name\":\"q\",\"inputs\":[[5,5]],"
                      "\"inputs\":[],\"attrs\":{\"a\":\"1\",\"a\":\"2\",\"b\":\"3\"},"
                      "\"attr\":{\"a\":\"4\",\"c\":\"5\",\"a\":\"6\"}}]}") == LP_OK);
    CHECK_STR(file.nodes[0].op, "null");
    CHECK_STR(file.nodes[0].name, "q");
    CHECK_EQ_INT(file.nodes[0].num_inputs, 0);
    CHECK_EQ_INT(file.nodes[0].num_attrs, 2);
    CHECK_STR(attr(&file.nodes[0], "a"), "6");
    CHECK_STR(attr(&file.nodes[0], "c"), "5");
    CHECK_EQ_INT(file.num_heads, 1);
    CHECK_EQ_INT(file.heads[0].node, 0);
}

static void check_error(const char *text, const char *expected) {
    CHECK_EQ_INT(read_text(text), LP_ERROR_SYMBOL);
    CHECK_CONTAINS(lp_status_text(), expected);
}

#define VARIABLE "{\"op\":\"null\",\"name\":\"v\",\"inputs\":[]}"

TEST(says_what_is_wrong) {
    check_error("{\"heads\":[[0,0]]}", "the graph has no \"nodes\"");
    check_error("{\"nodes\":[" VARIABLE "]}", "the graph has no \"heads\"");
    check_error("{\"nodes\":[" VARIABLE "],\"heads\":[]}", "\"heads\" is empty");
    check_error("{\"nodes\":[" VARIABLE ",{\"op\":\"x\",\"inputs\":[]}],\"heads\":[[0,0]]}",
                "symbol JSON: line 1, column 48 (byte 47): node 1 has no \"name\"");
    check_error("{\"nodes\":[{\"op\":\"x\",\"name\":\"n\"}],\"heads\":[[0,0]]}",
                "node 0 has no \"inputs\"");
    check_error("{\"nodes\":[{\"op\":\"null\",\"name\":\"n\",\"inputs\":[[0,0]]}],\"heads\":[[0,0]]}",
                "node 0 is a variable (op \"null\") and has 1 inputs");
    check_error("{\"nodes\":[" VARIABLE "],\"heads\":[[1,0]]}",
                "head 0 is node 1, but there are 1 nodes");
    check_error("{\"nodes\":[{\"op\":\"x\",\"name\":\"n\",\"inputs\":[[7,0]]}],\"heads\":[[0,0]]}",
                "input 0 of node 0 'n' is node 7, but there are 1 nodes");
    check_error("{\"nodes\":[" VARIABLE "],\"heads\":[[-1,0]]}",
                "expected an integer from 0 to 2147483646 for \"heads\", found -1");
    check_error("{\"nodes\":[" VARIABLE "],\"heads\":[[0]]}",
                "expected a number for \"heads\", found the end of an array");
    check_error("{\"nodes\":[" VARIABLE "],\"heads\":[[0,0,0,0]]}",
                "expected the end of an array for \"heads\", found a number");
    check_error("{\"nodes\":{}}", "expected an array for \"nodes\", found an object");
    check_error("{\"nodes\":[3]}", "expected an object for an item of \"nodes\", found a number");
    check_error("{\"nodes\":[{\"op\":3}]}", "expected a text for \"op\" of a node, found a number");
    check_error("{\"nodes\":[{\"attrs\":{\"a\":[1]}}]}",
                "expected a text for the value of an attribute, found an array");
    check_error("{\"attrs\":{\"mxnet_version\":[\"int\",\"x\"]}}",
                "expected a number for \"mxnet_version\", found a text");
}

TEST(finds_cycles_and_accepts_forward_references) {
    check_error("{\"nodes\":[{\"op\":\"x\",\"name\":\"self\",\"inputs\":[[0,0]]}],\"heads\":[[0,0]]}",
                "the graph has a cycle: node 0 'self' depends on itself");
    check_error("{\"nodes\":[{\"op\":\"x\",\"name\":\"p\",\"inputs\":[[2,0]]},"
                "{\"op\":\"x\",\"name\":\"q\",\"inputs\":[[0,0]]},"
                "{\"op\":\"x\",\"name\":\"r\",\"inputs\":[[1,0]]}],\"heads\":[[0,0]]}",
                "the graph has a cycle: node 0 'p' depends on itself");
    /* A diamond whose nodes stand in reverse order. */
    REQUIRE(read_text("{\"nodes\":[{\"op\":\"x\",\"name\":\"top\",\"inputs\":[[1,0],[2,0]]},"
                      "{\"op\":\"x\",\"name\":\"l\",\"inputs\":[[3,0]]},"
                      "{\"op\":\"x\",\"name\":\"r\",\"inputs\":[[3,0],[3,1]]}," VARIABLE
                      "],\"heads\":[[0,0]]}") == LP_OK);
    CHECK(!file.ordered);
}

TEST(refuses_text_cut_off_anywhere) {
    static const char *const texts[] = {old_text, new_text};
    for (size_t t = 0; t < LP_COUNT(texts); t++) {
        size_t size = strlen(texts[t]);
        for (size_t length = 0; length < size; length++) {
            char *cut = malloc(length == 0 ? 1 : length);
            REQUIRE(cut != NULL);
            memcpy(cut, texts[t], length);
            lp_pool_free(&pool);
            CHECK_EQ_INT(lp_symbol_file_read(cut, length, &pool, &file), LP_ERROR_SYMBOL);
            free(cut);
        }
    }
}

TEST(survives_changed_bytes) {
    char text[sizeof new_text];
    uint32_t random = 1;
    int accepted = 0;
    for (int i = 0; i < 20000; i++) {
        memcpy(text, new_text, sizeof new_text);
        for (int k = 0; k < 1 + i % 3; k++) {
            random = random * 1664525u + 1013904223u;
            size_t at = (random >> 8) % (sizeof new_text - 1);
            text[at] = k % 2 == 0 ? (char)(random >> 3) : text[(random >> 16) % sizeof new_text];
        }
        lp_status status = read_text(text);
        CHECK(status == LP_OK || status == LP_ERROR_SYMBOL);
        accepted += status == LP_OK;
    }
    CHECK(accepted > 100 && accepted < 19900); /* both happen */
}

/* ---- memory --------------------------------------------------------------- */

static size_t used;       /* bytes in use */
static size_t most;       /* most at any time */
static long until_failure; /* allocations that succeed; -1: all */

static void *count_allocate(size_t size, size_t alignment, void *user) {
    (void)user;
    if (until_failure == 0) {
        return NULL;
    }
    until_failure -= until_failure > 0;
    void *memory = aligned_take(alignment, size);
    used += size;
    most = used > most ? used : most;
    return memory;
}

static void count_release(void *memory, size_t size, void *user) {
    (void)user;
    used -= size;
    aligned_give(memory);
}

static void begin_counting(void) {
    lp_pool_free(&pool);
    used = most = 0;
    until_failure = -1;
    REQUIRE(lp_memory_set_allocator(count_allocate, count_release, NULL) == LP_OK);
}

static void end_counting(void) {
    lp_pool_free(&pool);
    CHECK_EQ_INT(used, 0);
    REQUIRE(lp_memory_set_allocator(NULL, NULL, NULL) == LP_OK);
}

/* `head`, then `item` as often as makes `size` bytes, then `tail`. */
static char *repeat(const char *head, const char *item, const char *tail, size_t size) {
    size_t item_size = strlen(item);
    char *text = malloc(strlen(head) + strlen(tail) + size + item_size + 1);
    REQUIRE(text != NULL);
    size_t at = strlen(head);
    memcpy(text, head, at);
    while (at < size) {
        memcpy(text + at, item, item_size);
        at += item_size;
    }
    strcpy(text + at, tail);
    return text;
}

TEST(takes_less_than_ten_times_the_file) {
    static const char *const parts[][3] = {
        {"{\"nodes\":[", "{\"op\":\"\",\"name\":\"\",\"inputs\":[]},",
         VARIABLE "],\"heads\":[[0,0]]}"},
        {"{\"heads\":[", "[0,0],", "[0,0]],\"nodes\":[" VARIABLE "]}"},
        {"{\"nodes\":[" VARIABLE ",{\"op\":\"x\",\"name\":\"n\",\"inputs\":[", "[0,0],",
         "[0,0]]}],\"heads\":[[0,0]]}"},
        {"{\"nodes\":[" VARIABLE ",{\"op\":\"x\",\"name\":\"n\",\"inputs\":[],", "\"attr\":{\"\":\"\"},",
         "\"param\":{}}],\"heads\":[[0,0]]}"},
        {"{\"nodes\":[",
         "{\"op\":\"\",\"name\":\"\",\"inputs\":[],\"param\":{\"\":0},\"attr\":{\"\":0}},",
         VARIABLE "],\"heads\":[[0,0]]}"},
        {"{\"nodes\":[" VARIABLE ",{\"op\":\"x\",\"name\":\"n\",\"inputs\":[],\"subgraphs\":[",
         "{},", "{}]}],\"heads\":[[0,0]]}"},
    };
    begin_counting();
    for (size_t i = 0; i < LP_COUNT(parts); i++) {
        char *text = repeat(parts[i][0], parts[i][1], parts[i][2], 1000000);
        most = 0;
        lp_status status = read_text(text);
        CHECK_EQ_INT(status, LP_OK);
        CHECK(most < 4 * strlen(text));
        free(text);
    }
    end_counting();
}

TEST(too_many_attributes_are_an_error_not_a_long_wait) {
    char *text = repeat("{\"nodes\":[{\"op\":\"null\",\"name\":\"\",\"inputs\":[],\"attrs\":{",
                        "\"key\":\"\",", "\"x\":\"\"}}],\"heads\":[[0,0]]}", 3000000);
    CHECK_EQ_INT(read_text(text), LP_ERROR_SYMBOL);
    CHECK_CONTAINS(lp_status_text(), "a node has more than 512 attributes");
    free(text);
}

/* n nodes, each fed by the one after it: the order that needs the search for cycles. */
static char *reverse_chain(int n) {
    char *text = malloc((size_t)n * 80 + 100);
    REQUIRE(text != NULL);
    size_t at = (size_t)sprintf(text, "{\"nodes\":[");
    for (int i = 0; i < n - 1; i++) {
        at += (size_t)sprintf(text + at, "{\"op\":\"relu\",\"name\":\"r%d\",\"inputs\":[[%d,0]]},", i,
                              i + 1);
    }
    (void)sprintf(text + at, VARIABLE "],\"heads\":[[0,0]]}");
    return text;
}

TEST(reads_a_chain_of_100000_nodes) {
    char *text = reverse_chain(100000);
    REQUIRE(read_text(text) == LP_OK);
    CHECK_EQ_INT(file.num_nodes, 100000);
    CHECK_STR(file.nodes[99998].name, "r99998");
    CHECK_EQ_INT(file.nodes[99998].inputs[0].node, 99999);
    free(text);
}

TEST(reports_every_failed_allocation) {
    char *text = reverse_chain(3);
    long n = 0;
    lp_status status;
    begin_counting();
    do {
        lp_pool_free(&pool);
        until_failure = n++;
        status = lp_symbol_file_read(text, SIZE_MAX, &pool, &file);
        CHECK(status == LP_OK || status == LP_ERROR_MEMORY);
    } while (status != LP_OK && n < 100);
    CHECK(n > 2); /* some allocations there were */
    until_failure = -1;
    end_counting();
    free(text);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(reads_the_format_of_2016);
    RUN(reads_the_format_since_1_0);
    RUN(the_last_of_two_equal_keys_counts);
    RUN(says_what_is_wrong);
    RUN(finds_cycles_and_accepts_forward_references);
    RUN(refuses_text_cut_off_anywhere);
    RUN(survives_changed_bytes);
    RUN(takes_less_than_ten_times_the_file);
    RUN(too_many_attributes_are_an_error_not_a_long_wait);
    RUN(reads_a_chain_of_100000_nodes);
    RUN(reports_every_failed_allocation);
    lp_pool_free(&pool);
    return check_end();
}
