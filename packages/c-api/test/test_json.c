/* Tests of the JSON reader. */
#include "check.h"

#include "../src/format/json.h"

/* Reads a whole text; gives the status, and one letter a token. */
static lp_status read_all(const char *text, size_t size, char *letters, lp_json *json) {
    static const char names[] = "^{}[]ksntfz.";
    size_t count = 0;
    lp_json_begin(json, text, size, "test");
    do {
        lp_status status = lp_json_next(json);
        if (status != LP_OK) {
            letters[count] = '\0';
            return status;
        }
        letters[count++] = names[json->kind];
    } while (json->kind != LP_JSON_DONE && count < 1000);
    letters[count] = '\0';
    return LP_OK;
}

static void check_tokens(const char *text, const char *expected) {
    char letters[1024];
    lp_json json;
    if (read_all(text, SIZE_MAX, letters, &json) != LP_OK) {
        printf("  %s\n", lp_status_text());
    }
    CHECK_STR(letters, expected);
}

static void check_error(const char *text, const char *expected) {
    char letters[1024];
    lp_json json;
    CHECK_EQ_INT(read_all(text, SIZE_MAX, letters, &json), LP_ERROR_SYMBOL);
    CHECK_STR(lp_status_text(), expected);
}

TEST(gives_tokens_of_all_kinds) {
    check_tokens("{}", "{}.");
    check_tokens(" \n\t\r{ \"a\" : [ 1 , -2.5e+3, true,false,null,\"x\",[],{}] , \"b\":{\"c\":0}}",
                 "{k[nntfzs[]{}]k{kn}}.");
}

TEST(decodes_escapes) {
    lp_json json;
    char text[64];
    const char *source = "{\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20ac\\ud83d\\ude00z\":1}";
    lp_json_begin(&json, source, SIZE_MAX, "test");
    REQUIRE(lp_json_next(&json) == LP_OK && lp_json_next(&json) == LP_OK);
    size_t length = lp_json_copy(&json, text);
    text[length] = '\0';
    CHECK_STR(text, "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");
    CHECK(lp_json_is(&json, text));
    CHECK(!lp_json_is(&json, "\"\\/\b\f\n\r\tA"));
    text[length - 1] = '\0';
    CHECK(!lp_json_is(&json, text));
}

TEST(stops_at_the_closing_brace) {
    /* Behind the brace stands memory that may not be touched: ASan watches the block's end. */
    const char *source = "{\"a\":[1,2]}";
    char *exact = malloc(strlen(source));
    REQUIRE(exact != NULL);
    memcpy(exact, source, strlen(source));
    char letters[64];
    lp_json json;
    CHECK_EQ_INT(read_all(exact, SIZE_MAX, letters, &json), LP_OK);
    CHECK_EQ_INT(json.at, strlen(source));
    free(exact);
    check_tokens("{\"a\":1}garbage", "{kn}.");
}

TEST(refuses_text_cut_off_anywhere) {
    const char *source = "{\"k\\u00e9\": [1.5e2, {\"x\": \"y\\n\"}, true, false, null], \"z\": -7}";
    size_t size = strlen(source);
    for (size_t length = 0; length < size; length++) {
        char letters[64];
        lp_json json;
        char *cut = malloc(length + 1);
        REQUIRE(cut != NULL);
        memcpy(cut, source, length);
        CHECK_EQ_INT(read_all(cut, length, letters, &json), LP_ERROR_SYMBOL);
        cut[length] = '\0';
        CHECK_EQ_INT(read_all(cut, SIZE_MAX, letters, &json), LP_ERROR_SYMBOL);
        free(cut);
    }
}

TEST(names_place_expected_and_found) {
    check_error("", "test: line 1, column 1 (byte 0): expected '{', found the end of the text");
    check_error("[]", "test: line 1, column 1 (byte 0): expected '{', found '['");
    check_error("{\n  \"a\": 1,\n  2}",
                "test: line 3, column 3 (byte 14): expected a key in double quotes, found '2'");
    check_error("{\"a\" 1}", "test: line 1, column 6 (byte 5): expected ':' after a key, found '1'");
    check_error("{\"a\":[1 2]}",
                "test: line 1, column 9 (byte 8): expected ',' or ']', found '2'");
    check_error("{\"a\":1]", "test: line 1, column 7 (byte 6): expected ',' or '}', found ']'");
    check_error("{\"a\":[1,]}", "test: line 1, column 9 (byte 8): expected a value, found ']'");
    check_error("{\"a\":1,}",
                "test: line 1, column 8 (byte 7): expected a key in double quotes, found '}'");
    check_error("{\"a\":nul}", "test: line 1, column 6 (byte 5): expected a value, found 'n'");
    check_error("{\"a\":01}", "test: line 1, column 7 (byte 6): a number may not begin with 0");
    check_error("{\"a\":-}", "test: line 1, column 7 (byte 6): expected a digit, found '}'");
    check_error("{\"a\":1.}", "test: line 1, column 8 (byte 7): expected a digit after the decimal "
                             "point, found '}'");
    check_error("{\"a\":1e+}",
                "test: line 1, column 9 (byte 8): expected a digit of the exponent, found '}'");
    check_error("{\"\\x\":1}", "test: line 1, column 4 (byte 3): expected one of \" \\ / b f n r t "
                               "u after a backslash, found 'x'");
    check_error("{\"\\u12g4\":1}",
                "test: line 1, column 3 (byte 2): expected four hexadecimal digits after \\u");
    check_error("{\"\\ud83dx\":1}",
                "test: line 1, column 3 (byte 2): half of a surrogate pair stands alone");
    check_error("{\"\\ude00\\ude00\":1}",
                "test: line 1, column 3 (byte 2): half of a surrogate pair stands alone");
    check_error("{\"\\ude00\":1}",
                "test: line 1, column 3 (byte 2): half of a surrogate pair stands alone");
    check_error("{\"\\u0000\":1}",
                "test: line 1, column 3 (byte 2): \\u0000 cannot stand in a text");
    check_error("{\"a\":\x01}",
                "test: line 1, column 6 (byte 5): expected a value, found byte 0x01");
}

TEST(limits_the_depth) {
    char text[256] = "{\"a\":";
    size_t at = 5;
    for (int i = 1; i < LP_JSON_MAX_DEPTH; i++) {
        text[at++] = '[';
    }
    size_t opened = at;
    for (int i = 1; i < LP_JSON_MAX_DEPTH; i++) {
        text[at++] = ']';
    }
    text[at] = '}';
    char letters[512];
    lp_json json;
    CHECK_EQ_INT(read_all(text, SIZE_MAX, letters, &json), LP_OK);
    text[opened] = '[';
    check_error(text, "test: line 1, column 69 (byte 68): objects and arrays are nested deeper "
                      "than 64");
}

TEST(reads_integers_within_bounds) {
    static const struct {
        const char *text;
        int64_t value;
        int status;
    } cases[] = {{"{\"a\":7}", 7, LP_OK},
                 {"{\"a\":-7}", -7, LP_OK},
                 {"{\"a\":0}", 0, LP_OK},
                 {"{\"a\":1.0}", 0, LP_ERROR_SYMBOL},
                 {"{\"a\":1e1}", 0, LP_ERROR_SYMBOL},
                 {"{\"a\":\"7\"}", 0, LP_ERROR_SYMBOL},
                 {"{\"a\":101}", 0, LP_ERROR_SYMBOL},
                 {"{\"a\":-101}", 0, LP_ERROR_SYMBOL},
                 {"{\"a\":99999999999999999999}", 0, LP_ERROR_SYMBOL}};
    for (size_t i = 0; i < LP_COUNT(cases); i++) {
        lp_json json;
        int64_t value = 0;
        lp_json_begin(&json, cases[i].text, SIZE_MAX, "test");
        for (int k = 0; k < 3; k++) {
            REQUIRE(lp_json_next(&json) == LP_OK);
        }
        CHECK_EQ_INT(lp_json_integer(&json, -100, 100, "a", &value), cases[i].status);
        CHECK_EQ_INT(value, cases[i].value);
    }
    CHECK_STR(lp_status_text(), "test: line 1, column 6 (byte 5): expected an integer from -100 to "
                                "100 for a, found 99999999999999999999");
}

TEST(skips_values_whole) {
    lp_json json;
    lp_json_begin(&json, "{\"a\":{\"b\":[{},[1]],\"c\":2},\"d\":3}", SIZE_MAX, "test");
    REQUIRE(lp_json_next(&json) == LP_OK && lp_json_next(&json) == LP_OK);
    CHECK_EQ_INT(lp_json_skip(&json), LP_OK);
    CHECK_EQ_INT(json.kind, LP_JSON_OBJECT_END);
    CHECK_EQ_INT(lp_json_next(&json), LP_OK);
    CHECK(json.kind == LP_JSON_KEY && lp_json_is(&json, "d"));
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(gives_tokens_of_all_kinds);
    RUN(decodes_escapes);
    RUN(stops_at_the_closing_brace);
    RUN(refuses_text_cut_off_anywhere);
    RUN(names_place_expected_and_found);
    RUN(limits_the_depth);
    RUN(reads_integers_within_bounds);
    RUN(skips_values_whole);
    return check_end();
}
