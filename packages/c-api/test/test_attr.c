/* Attributes in every spelling of operators.md 1.5, and what must be refused. */
#include <locale.h>

#include "check.h"

#include "../src/op/op.h"

typedef struct test_param {
  int64_t integer;
  int64_t unsigned_integer;
  int64_t maybe;
  double real;
  double maybe_real;
  int flag;
  int maybe_flag;
  int choice;
  int maybe_choice;
  int dtype;
  lp_tuple tuple;
  lp_tuple items;
  lp_float_tuple reals;
  const char *string;
} test_param;

static const lp_attr test_attrs[] = {
    {"integer", LP_ATTR_INT, 0, offsetof(test_param, integer), "7", NULL},
    {"unsigned", LP_ATTR_UINT, 0, offsetof(test_param, unsigned_integer), "1", NULL},
    {"maybe", LP_ATTR_INT, LP_ATTR_OPTIONAL, offsetof(test_param, maybe), "None", NULL},
    {"real", LP_ATTR_FLOAT, 0, offsetof(test_param, real), "1e-3", NULL},
    {"maybe_real", LP_ATTR_FLOAT, LP_ATTR_OPTIONAL, offsetof(test_param, maybe_real), "None", NULL},
    {"flag", LP_ATTR_BOOL, 0, offsetof(test_param, flag), "True", NULL},
    {"maybe_flag", LP_ATTR_BOOL, LP_ATTR_OPTIONAL, offsetof(test_param, maybe_flag), "None", NULL},
    {"choice", LP_ATTR_ENUM, 0, offsetof(test_param, choice), "b", "a|b|long"},
    {"maybe_choice", LP_ATTR_ENUM, LP_ATTR_OPTIONAL, offsetof(test_param, maybe_choice), "None",
     "a|b"},
    {"dtype", LP_ATTR_DTYPE, LP_ATTR_OPTIONAL, offsetof(test_param, dtype), "None", NULL},
    {"tuple", LP_ATTR_TUPLE, 0, offsetof(test_param, tuple), "()", NULL},
    {"items", LP_ATTR_TUPLE_OPTIONAL_ITEMS, 0, offsetof(test_param, items), "None", NULL},
    {"reals", LP_ATTR_FLOATS, 0, offsetof(test_param, reals), "(1,)", NULL},
    {"string", LP_ATTR_STRING, 0, offsetof(test_param, string), "", NULL},
    {"workspace", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};
static const lp_op_family test_family = {.attrs = test_attrs,
                                         .num_attrs = (int)LP_COUNT(test_attrs),
                                         .param_size = sizeof(test_param)};
static const lp_op test_op = {.name = "test", .family = &test_family};

static lp_pool pool;
static char unknown_keys[256];

static void note_unknown(void *context, const char *key) {
  strncat((char *)context, key, 100);
  strcat((char *)context, " ");
}

/* Parses one attribute; NULL where it fails. */
static const test_param *parse(const char *key, const char *value) {
  lp_attr_text text = {key, value};
  void *param = NULL;
  unknown_keys[0] = '\0';
  lp_status status = lp_attr_parse(&test_op, &text, 1, &pool, note_unknown, unknown_keys, &param);
  CHECK(status == LP_OK || status == LP_ERROR_ATTRIBUTE);
  CHECK((status == LP_OK) == (param != NULL));
  return param;
}

TEST(defaults_stand_where_nothing_is_given) {
  const test_param *p = parse("workspace", "any thing");
  REQUIRE(p != NULL);
  CHECK_EQ_INT(p->integer, 7);
  CHECK(p->maybe == LP_NONE && isnan(p->maybe_real) && p->maybe_flag == -1);
  CHECK(p->maybe_choice == -1 && p->dtype == -1 && p->flag == 1 && p->choice == 1);
  CHECK(p->tuple.count == 0 && p->items.count == -1 && p->reals.count == 1);
  CHECK(p->real == 1e-3);
  CHECK_STR(p->string, "");
}

TEST(integers_are_decimal_with_sign_and_blanks_around) {
  CHECK(parse("integer", " -12 ") != NULL && parse("integer", " -12 ")->integer == -12);
  CHECK(parse("integer", "+3") != NULL && parse("integer", "+3")->integer == 3);
  CHECK(parse("integer", "9223372036854775807")->integer == INT64_MAX);
  CHECK(parse("maybe", "4")->maybe == 4);
  static const char *const bad[] = {"1.0", "1L", "", " ", "-", "0x10", "None", "9223372036854775808",
                                    "-9223372036854775808", "99999999999999999999", "1 2"};
  for (size_t i = 0; i < LP_COUNT(bad); i++) {
    CHECK(parse("integer", bad[i]) == NULL);
  }
  CHECK_CONTAINS(lp_status_text(), "'integer' is \"1 2\"");
  CHECK(parse("unsigned", "-1") == NULL);
  CHECK(parse("unsigned", "5")->unsigned_integer == 5);
}

TEST(reals_are_read_as_by_strtod_in_any_locale) {
  CHECK(parse("real", "1e-05")->real == 1e-05);
  CHECK(parse("real", " -2.5")->real == -2.5);
  CHECK(parse("real", "3")->real == 3);
  CHECK(isinf(parse("real", "inf")->real));
  CHECK(isnan(parse("real", "nan")->real));
  CHECK(parse("real", "1.5f") == NULL);
  CHECK(parse("real", "") == NULL);
  CHECK(parse("real", "None") == NULL);
  CHECK(parse("maybe_real", "0.25")->maybe_real == 0.25);
  if (setlocale(LC_NUMERIC, "de_DE.UTF-8") != NULL) {
    CHECK(parse("real", "0.5")->real == 0.5);
    setlocale(LC_NUMERIC, "C");
  }
}

TEST(bools_are_words_or_digits_in_any_case) {
  CHECK(parse("flag", "FALSE")->flag == 0);
  CHECK(parse("flag", "true")->flag == 1);
  CHECK(parse("flag", "0")->flag == 0);
  CHECK(parse("flag", "1")->flag == 1);
  CHECK(parse("maybe_flag", "none")->maybe_flag == -1);
  CHECK(parse("maybe_flag", "True")->maybe_flag == 1);
  CHECK(parse("flag", "yes") == NULL && parse("flag", "2") == NULL && parse("flag", "") == NULL);
  CHECK(parse("flag", "None") == NULL && parse("flag", "Truee") == NULL && parse("flag", "Tru") == NULL);
}

TEST(enums_and_types_are_exact_names) {
  CHECK(parse("choice", "long")->choice == 2);
  CHECK(parse("choice", "a")->choice == 0);
  CHECK(parse("choice", "A") == NULL && parse("choice", "lon") == NULL && parse("choice", "") == NULL);
  CHECK(parse("choice", "a|b") == NULL);
  CHECK_CONTAINS(lp_status_text(), "expected one of a|b|long");
  CHECK(parse("maybe_choice", "b")->maybe_choice == 1);
  CHECK(parse("dtype", "float16")->dtype == LP_FLOAT16);
  CHECK(parse("dtype", "int32")->dtype == LP_INT32);
  CHECK(parse("dtype", "float31") == NULL);
}

TEST(tuples_take_brackets_blanks_suffixes_and_bare_integers) {
  static const char *const same[] = {"(1,2)", "[1, 2]", " ( 1 , 2 , ) ", "(1L, 2L)", "[1,2)"};
  for (size_t i = 0; i < LP_COUNT(same); i++) {
    const test_param *p = parse("tuple", same[i]);
    REQUIRE(p != NULL);
    CHECK(p->tuple.count == 2 && p->tuple.values[0] == 1 && p->tuple.values[1] == 2);
  }
  CHECK(parse("tuple", "3")->tuple.count == 1 && parse("tuple", "3")->tuple.values[0] == 3);
  CHECK(parse("tuple", "(-4,)")->tuple.values[0] == -4);
  CHECK(parse("tuple", "()")->tuple.count == 0 && parse("tuple", "[ ]")->tuple.count == 0);
  CHECK(parse("tuple", "None")->tuple.count == -1);
  static const char *const bad[] = {"",      "(1",   "(1,,2)", "(,)",    "(1 2)",     "1,2",
                                    "(1.5)", "(1))", "(None,)", "(1,2) x", "(1,99999999999999999999)"};
  for (size_t i = 0; i < LP_COUNT(bad); i++) {
    CHECK(parse("tuple", bad[i]) == NULL);
  }
  const test_param *p = parse("items", "(None, 1, None)");
  REQUIRE(p != NULL);
  CHECK(p->items.count == 3 && p->items.values[0] == LP_NONE && p->items.values[1] == 1);
  p = parse("reals", "[0.5, 1e2,-3]");
  REQUIRE(p != NULL);
  CHECK(p->reals.count == 3 && p->reals.values[1] == 100 && p->reals.values[2] == -3);
  CHECK(parse("reals", "(0.5 1)") == NULL && parse("reals", "(a)") == NULL);
}

TEST(unknown_keys_are_told_and_hidden_ones_passed_over) {
  CHECK(parse("foo", "1") != NULL);
  CHECK_STR(unknown_keys, "foo ");
  static const char *const hidden[] = {"__shape__", "ctx_group", "weight_lr_mult", "wd_mult",
                                       "force_mirroring", "mirror_stage"};
  for (size_t i = 0; i < LP_COUNT(hidden); i++) {
    CHECK(parse(hidden[i], "x") != NULL);
    CHECK_STR(unknown_keys, "");
  }
  CHECK(parse("____", "1") != NULL);
  CHECK_STR(unknown_keys, "____ ");
}

TEST(a_required_attribute_must_be_there) {
  static const lp_attr attrs[] = {{"kernel", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, 0, NULL, NULL}};
  const lp_op_family family = {.attrs = attrs, .num_attrs = 1, .param_size = sizeof(lp_tuple)};
  const lp_op op = {.name = "test", .family = &family};
  void *param = NULL;
  CHECK_EQ_INT(lp_attr_parse(&op, NULL, 0, &pool, NULL, NULL, &param), LP_ERROR_ATTRIBUTE);
  CHECK_CONTAINS(lp_status_text(), "'kernel' is required");
}

TEST(names_of_inputs_and_outputs) {
  char name[LP_OP_NAME_SIZE];
  lp_op_family family = {.inputs = "data weight bias", .outputs = "output mean"};
  const lp_op op = {.name = "test", .family = &family};
  CHECK_EQ_INT(lp_op_count_inputs(&op, NULL), 3);
  CHECK_EQ_INT(lp_op_count_outputs(&op, NULL), 2);
  CHECK_EQ_INT(lp_op_count_visible(&op, NULL), 1);
  CHECK_STR(lp_op_input_name(&op, 1, name), "weight");
  CHECK_STR(lp_op_input_name(&op, 3, name), "input3");
  CHECK_STR(lp_op_output_name(&op, NULL, 1, name), "mean");
  family.inputs = "rois arg*";
  family.outputs = "output*";
  CHECK_STR(lp_op_input_name(&op, 0, name), "rois");
  CHECK_STR(lp_op_input_name(&op, 12, name), "arg11");
  CHECK_STR(lp_op_output_name(&op, NULL, 0, name), "output0");
  family.outputs = NULL;
  CHECK_STR(lp_op_output_name(&op, NULL, 0, name), "output");
}

static int find_input(const char *inputs, const char *name) {
  const lp_op_family family = {.inputs = inputs};
  const lp_op op = {.name = "test", .family = &family};
  return lp_op_find_input(&op, name, strlen(name));
}

TEST(inputs_are_found_by_name) {
  CHECK_EQ_INT(find_input("data weight bias", "weight"), 1);
  CHECK_EQ_INT(find_input("data weight bias", "input3"), 3);
  CHECK_EQ_INT(find_input("data weight bias", "input1"), -1);
  CHECK_EQ_INT(find_input("data weight bias", "weigh"), -1);
  CHECK_EQ_INT(find_input("data weight bias", ""), -1);
  CHECK_EQ_INT(find_input("rois arg*", "rois"), 0);
  CHECK_EQ_INT(find_input("rois arg*", "arg0"), 1);
  CHECK_EQ_INT(find_input("rois arg*", "arg12345"), 12346);
  CHECK_EQ_INT(find_input("rois arg*", "arg"), -1);
  CHECK_EQ_INT(find_input("rois arg*", "arg*"), -1);
  CHECK_EQ_INT(find_input("rois arg*", "arg012"), -1);
  CHECK_EQ_INT(find_input("rois arg*", "arg99999999999999999999"), -1);
  CHECK_EQ_INT(find_input(NULL, "input0"), 0);
  CHECK_EQ_INT(find_input(NULL, "input70"), 70);
  CHECK_EQ_INT(find_input(NULL, "7"), -1);
}

int main(int argc, char **argv) {
  check_begin(argc, argv);
  RUN(defaults_stand_where_nothing_is_given);
  RUN(integers_are_decimal_with_sign_and_blanks_around);
  RUN(reals_are_read_as_by_strtod_in_any_locale);
  RUN(bools_are_words_or_digits_in_any_case);
  RUN(enums_and_types_are_exact_names);
  RUN(tuples_take_brackets_blanks_suffixes_and_bare_integers);
  RUN(unknown_keys_are_told_and_hidden_ones_passed_over);
  RUN(a_required_attribute_must_be_there);
  RUN(names_of_inputs_and_outputs);
  RUN(inputs_are_found_by_name);
  lp_pool_free(&pool);
  return check_end();
}
