/*
 * attr.c - reads a node's attributes from text, in every spelling that MXNet's own parser takes.
 *
 * Values are decimal and independent of the locale. Nothing is kept of the
 * texts: what outlives the call is copied to the pool.
 */
#include "op.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ATTR_NUMBER_SIZE 128 /* longest number that is read */

static bool attr_is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static const char *attr_skip(const char *text) {
  while (attr_is_blank(*text)) {
    text++;
  }
  return text;
}

static char attr_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool attr_equals_any_case(const char *text, const char *lower_word) {
  while (*text != '\0' && attr_lower(*text) == *lower_word) {
    text++;
    lower_word++;
  }
  return *text == '\0' && *lower_word == '\0';
}

/* Reads one integer at *text and moves past it; false, with *text unchanged, where there is none or it does not fit. */
static bool attr_read_integer(const char **text, int64_t *value) {
  const char *at = *text;
  bool negative = *at == '-';
  if (*at == '-' || *at == '+') {
    at++;
  }
  if (*at < '0' || *at > '9') {
    return false;
  }
  int64_t sum = 0; /* kept negative: the negative range is the larger one */
  for (; *at >= '0' && *at <= '9'; at++) {
    int digit = *at - '0';
    if (sum < (INT64_MIN + digit) / 10) {
      return false;
    }
    sum = sum * 10 - digit;
  }
  /* LP_NONE is INT64_MIN, so that value is none */
  if (sum == INT64_MIN) {
    return false;
  }
  *value = negative ? sum : -sum;
  *text = at;
  return true;
}

/* The character that strtod takes for a decimal point here. */
static char attr_decimal_point(void) {
  char text[8];
  (void)snprintf(text, sizeof text, "%.1f", 0.5);
  return text[1];
}

/* Reads one real number at *text and moves past it. */
static bool attr_read_real(const char **text, double *value) {
  char copy[ATTR_NUMBER_SIZE];
  const char *at = *text;
  char point = attr_decimal_point();
  size_t length = 0;
  while (at[length] != '\0' && at[length] != ',' && at[length] != ')' && at[length] != ']' &&
         !attr_is_blank(at[length])) {
    if (length == sizeof copy - 1) {
      return false;
    }
    copy[length] = at[length] == '.' ? point : at[length];
    length++;
  }
  copy[length] = '\0';
  char *end;
  double result = strtod(copy, &end);
  if (length == 0 || *end != '\0') {
    return false;
  }
  *value = result;
  *text = at + length;
  return true;
}

static lp_status attr_fail(const char *key, const char *text, const char *expected) {
  return lp_fail(LP_ERROR_ATTRIBUTE, "attribute '%s' is \"%.200s\", expected %s", key, text,
                 expected);
}

/* Upper bound of the items of a list: one more than its commas. */
static size_t attr_count_items(const char *text) {
  size_t count = 1;
  for (; *text != '\0'; text++) {
    count += *text == ',';
  }
  return count;
}

/*
 * Walks a list "(a, b)", "[a]", or a bare item. Returns false at a spelling
 * error. Exactly one of `integers` and `reals` is not NULL and has room.
 */
static bool attr_read_list(const char *text, bool optional_items, int64_t *integers, double *reals,
                           int *count) {
  const char *at = attr_skip(text);
  bool bracket = *at == '(' || *at == '[';
  int found = 0;
  if (bracket) {
    at = attr_skip(at + 1);
  }
  while (!bracket || (*at != ')' && *at != ']')) {
    if (reals != NULL) {
      if (!attr_read_real(&at, &reals[found])) {
        return false;
      }
    } else if (optional_items && strncmp(at, "None", 4) == 0) {
      integers[found] = LP_NONE;
      at += 4;
    } else {
      if (!attr_read_integer(&at, &integers[found])) {
        return false;
      }
      at += *at == 'L';
    }
    found++;
    at = attr_skip(at);
    if (!bracket) {
      break;
    }
    if (*at == ',') {
      at = attr_skip(at + 1);
    } else if (*at != ')' && *at != ']') {
      return false;
    }
  }
  if (bracket) {
    at = attr_skip(at + 1);
  }
  *count = found;
  return *at == '\0';
}

lp_status lp_attr_parse_tuple(const char *key, const char *text, bool optional_items, lp_pool *pool,
                              lp_tuple *tuple) {
  const char *at = attr_skip(text);
  if (strncmp(at, "None", 4) == 0 && *attr_skip(at + 4) == '\0') {
    tuple->count = -1;
    tuple->values = NULL;
    return LP_OK;
  }
  int64_t *values = lp_pool_array(pool, attr_count_items(text), sizeof *values);
  if (values == NULL) {
    return LP_ERROR_MEMORY;
  }
  int count;
  if (!attr_read_list(text, optional_items, values, NULL, &count)) {
    return attr_fail(key, text,
                     optional_items ? "a tuple of integers or None such as (1, None)"
                                    : "a tuple of integers such as (1, 2)");
  }
  tuple->count = count;
  tuple->values = values;
  return LP_OK;
}

static lp_status attr_parse_floats(const char *key, const char *text, lp_pool *pool,
                                   lp_float_tuple *tuple) {
  const char *at = attr_skip(text);
  if (strncmp(at, "None", 4) == 0 && *attr_skip(at + 4) == '\0') {
    tuple->count = -1;
    tuple->values = NULL;
    return LP_OK;
  }
  double *values = lp_pool_array(pool, attr_count_items(text), sizeof *values);
  if (values == NULL) {
    return LP_ERROR_MEMORY;
  }
  int count;
  if (!attr_read_list(text, false, NULL, values, &count)) {
    return attr_fail(key, text, "a tuple of numbers such as (0.5, 1)");
  }
  tuple->count = count;
  tuple->values = values;
  return LP_OK;
}

static lp_status attr_parse_enum(const lp_attr *attr, const char *text, int *field) {
  size_t length = strlen(text);
  int index = 0;
  for (const char *name = attr->names; name != NULL; index++) {
    const char *bar = strchr(name, '|');
    size_t size = bar != NULL ? (size_t)(bar - name) : strlen(name);
    if (size == length && memcmp(name, text, length) == 0) {
      *field = index;
      return LP_OK;
    }
    name = bar != NULL ? bar + 1 : NULL;
  }
  return lp_fail(LP_ERROR_ATTRIBUTE, "attribute '%s' is \"%.200s\", expected one of %s%s",
                 attr->key, text, attr->names,
                 (attr->flags & LP_ATTR_OPTIONAL) != 0 ? " or None" : "");
}

static lp_status attr_parse_integer(const lp_attr *attr, const char *text, int64_t *field) {
  const char *at = attr_skip(text);
  int64_t value;
  if (!attr_read_integer(&at, &value) || *attr_skip(at) != '\0') {
    return attr_fail(attr->key, text, "an integer");
  }
  if (attr->kind == LP_ATTR_UINT && value < 0) {
    return attr_fail(attr->key, text, "an integer that is not negative");
  }
  *field = value;
  return LP_OK;
}

static lp_status attr_parse_real(const lp_attr *attr, const char *text, double *field) {
  const char *at = attr_skip(text);
  double value;
  if (!attr_read_real(&at, &value) || *attr_skip(at) != '\0') {
    return attr_fail(attr->key, text, "a number");
  }
  *field = value;
  return LP_OK;
}

static lp_status attr_parse_bool(const lp_attr *attr, const char *text, int *field) {
  if (attr_equals_any_case(text, "true") || strcmp(text, "1") == 0) {
    *field = 1;
  } else if (attr_equals_any_case(text, "false") || strcmp(text, "0") == 0) {
    *field = 0;
  } else {
    return attr_fail(attr->key, text, "True or False");
  }
  return LP_OK;
}

/* Whether an optional attribute's text says None, and if so stores it. */
static bool attr_store_none(const lp_attr *attr, const char *text, void *field) {
  if ((attr->flags & LP_ATTR_OPTIONAL) == 0 ||
      !(strcmp(text, "None") == 0 ||
        (attr->kind == LP_ATTR_BOOL && attr_equals_any_case(text, "none")))) {
    return false;
  }
  if (attr->kind == LP_ATTR_INT || attr->kind == LP_ATTR_UINT) {
    *(int64_t *)field = LP_NONE;
  } else if (attr->kind == LP_ATTR_FLOAT) {
    *(double *)field = (double)NAN;
  } else if (attr->kind == LP_ATTR_BOOL || attr->kind == LP_ATTR_ENUM ||
             attr->kind == LP_ATTR_DTYPE) {
    *(int *)field = -1;
  } else {
    return false; /* tuples know None themselves; a string may well be "None" */
  }
  return true;
}

static lp_status attr_parse_value(const lp_attr *attr, const char *text, lp_pool *pool,
                                  void *param) {
  if (attr->kind == LP_ATTR_IGNORED) {
    return LP_OK;
  }
  void *field = (char *)param + attr->offset;
  if (attr_store_none(attr, text, field)) {
    return LP_OK;
  }
  switch (attr->kind) {
    case LP_ATTR_INT:
    case LP_ATTR_UINT:
      return attr_parse_integer(attr, text, field);
    case LP_ATTR_FLOAT:
      return attr_parse_real(attr, text, field);
    case LP_ATTR_BOOL:
      return attr_parse_bool(attr, text, field);
    case LP_ATTR_ENUM:
      return attr_parse_enum(attr, text, field);
    case LP_ATTR_DTYPE:
      *(int *)field = lp_dtype_from_name(text, strlen(text));
      return *(int *)field != LP_DTYPE_UNKNOWN
                 ? LP_OK
                 : attr_fail(attr->key, text, "an element type such as float32");
    case LP_ATTR_TUPLE:
      return lp_attr_parse_tuple(attr->key, text, false, pool, field);
    case LP_ATTR_TUPLE_OPTIONAL_ITEMS:
      return lp_attr_parse_tuple(attr->key, text, true, pool, field);
    case LP_ATTR_FLOATS:
      return attr_parse_floats(attr->key, text, pool, field);
    case LP_ATTR_STRING:
      *(char **)field = lp_pool_string(pool, text, strlen(text));
      return *(char **)field != NULL ? LP_OK : LP_ERROR_MEMORY;
    case LP_ATTR_IGNORED:
      break;
  }
  return LP_OK;
}

bool lp_attr_is_dunder(const char *key) {
  size_t length = strlen(key);
  return length > 4 && strncmp(key, "__", 2) == 0 && strcmp(key + length - 2, "__") == 0;
}

const char *lp_attr_user_word(const char *key) {
  static const char *const words[] = {"ctx_group", "lr_mult", "wd_mult", "force_mirroring",
                                      "mirror_stage"};
  size_t length = strlen(key);
  for (size_t i = 0; i < LP_COUNT(words); i++) {
    size_t size = strlen(words[i]);
    if (length >= size &&
        (strncmp(key, words[i], size) == 0 || strcmp(key + length - size, words[i]) == 0)) {
      return words[i];
    }
  }
  return NULL;
}

/* Keys that carry nothing an operator needs. */
static bool attr_is_hidden(const char *key) {
  return lp_attr_is_dunder(key) || lp_attr_user_word(key) != NULL;
}

const lp_op_family *lp_op_attrs(const lp_op *op) {
  return op->family->like != NULL ? op->family->like->family : op->family;
}

static const lp_attr *attr_find(const lp_op *op, const char *key) {
  const lp_op_family *family = lp_op_attrs(op);
  for (int i = 0; i < family->num_attrs; i++) {
    if (strcmp(family->attrs[i].key, key) == 0) {
      return &family->attrs[i];
    }
  }
  return NULL;
}

static bool attr_is_given(const char *key, const lp_attr_text *texts, int num_texts) {
  for (int i = 0; i < num_texts; i++) {
    if (strcmp(texts[i].key, key) == 0) {
      return true;
    }
  }
  return false;
}

lp_status lp_attr_parse(const lp_op *op, const lp_attr_text *texts, int num_texts, lp_pool *pool,
                        lp_attr_unknown unknown, void *context, void **param) {
  const lp_op_family *family = lp_op_attrs(op);
  void *fields = NULL;
  if (family->param_size > 0) {
    fields = lp_pool_take(pool, family->param_size);
    if (fields == NULL) {
      return LP_ERROR_MEMORY;
    }
  }
  for (int i = 0; i < family->num_attrs; i++) {
    const lp_attr *attr = &family->attrs[i];
    if (attr_is_given(attr->key, texts, num_texts)) {
      continue;
    }
    if ((attr->flags & LP_ATTR_REQUIRED) != 0) {
      return lp_fail(LP_ERROR_ATTRIBUTE, "attribute '%s' is required and not given", attr->key);
    }
    if (attr->default_text != NULL) {
      LP_TRY(attr_parse_value(attr, attr->default_text, pool, fields));
    }
  }
  for (int i = 0; i < num_texts; i++) {
    const lp_attr *attr = attr_find(op, texts[i].key);
    if (attr != NULL) {
      LP_TRY(attr_parse_value(attr, texts[i].value, pool, fields));
    } else if (!family->attrs_any && unknown != NULL && !attr_is_hidden(texts[i].key)) {
      unknown(context, texts[i].key);
    }
  }
  if (family->check != NULL) {
    LP_TRY(family->check(fields));
  }
  *param = fields;
  return LP_OK;
}
