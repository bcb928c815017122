/* json.c - tokens of JSON text; see json.h. */
#include "json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What may come next. */
enum {
  JSON_EXPECT_OBJECT,       /* the text's one object */
  JSON_EXPECT_VALUE,        /* after ':' or ',' in an array */
  JSON_EXPECT_VALUE_OR_END, /* after '[' */
  JSON_EXPECT_KEY,          /* after ',' in an object */
  JSON_EXPECT_KEY_OR_END,   /* after '{' */
  JSON_EXPECT_COMMA_OR_END, /* after a value */
  JSON_EXPECT_NOTHING
};

/* The byte at a place, 0 at the end of the text. */
static unsigned char json_byte(const lp_json *json, size_t at) {
  return at < json->size ? (unsigned char)json->text[at] : 0;
}

static lp_status json_fail_at(const lp_json *json, size_t at, const char *text) {
  size_t line = 1;
  size_t column = 1;
  for (size_t i = 0; i < at; i++) {
    column++;
    if (json->text[i] == '\n') {
      line++;
      column = 1;
    }
  }
  return lp_fail(LP_ERROR_SYMBOL, "%s: line %zu, column %zu (byte %zu): %s", json->subject, line,
                 column, at, text);
}

/* "expected <what>, found <the byte>" */
static lp_status json_unexpected(const lp_json *json, size_t at, const char *expected) {
  char text[160];
  unsigned char byte = json_byte(json, at);
  if (byte == 0) {
    (void)snprintf(text, sizeof text, "expected %s, found the end of the text", expected);
  } else if (byte > ' ' && byte < 127) {
    (void)snprintf(text, sizeof text, "expected %s, found '%c'", expected, byte);
  } else {
    (void)snprintf(text, sizeof text, "expected %s, found byte 0x%02x", expected, byte);
  }
  return json_fail_at(json, at, text);
}

lp_status lp_json_fail(const lp_json *json, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return json_fail_at(json, json->token, text);
}

void lp_json_begin(lp_json *json, const char *text, size_t size, const char *subject) {
  memset(json, 0, sizeof *json);
  json->text = text;
  json->size = size;
  json->subject = subject;
  json->expect = JSON_EXPECT_OBJECT;
}

static size_t json_skip_blanks(const lp_json *json, size_t at) {
  unsigned char byte = json_byte(json, at);
  while (byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t') {
    byte = json_byte(json, ++at);
  }
  return at;
}

/* The value of four hexadecimal digits, or -1. */
static int32_t json_hex4(const lp_json *json, size_t at) {
  int32_t value = 0;
  for (size_t i = at; i < at + 4; i++) {
    unsigned char byte = json_byte(json, i);
    int32_t digit;
    if (byte >= '0' && byte <= '9') {
      digit = byte - '0';
    } else if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f') {
      digit = (byte | 0x20) - 'a' + 10;
    } else {
      return -1;
    }
    value = value * 16 + digit;
  }
  return value;
}

/* Checks the escape at a backslash; its length goes to *length. */
static lp_status json_check_escape(const lp_json *json, size_t at, size_t *length) {
  unsigned char byte = json_byte(json, at + 1);
  if (byte != 'u') {
    if (byte == 0 || strchr("\"\\/bfnrt", byte) == NULL) {
      return json_unexpected(json, at + 1, "one of \" \\ / b f n r t u after a backslash");
    }
    *length = 2;
    return LP_OK;
  }
  int32_t unit = json_hex4(json, at + 2);
  if (unit < 0) {
    return json_fail_at(json, at, "expected four hexadecimal digits after \\u");
  }
  if (unit == 0) {
    return json_fail_at(json, at, "\\u0000 cannot stand in a text");
  }
  *length = 6;
  if (unit >= 0xd800 && unit <= 0xdfff) {
    int32_t low = -1;
    if (unit <= 0xdbff && json_byte(json, at + 6) == '\\' && json_byte(json, at + 7) == 'u') {
      low = json_hex4(json, at + 8);
    }
    if (low < 0xdc00 || low > 0xdfff) {
      return json_fail_at(json, at, "half of a surrogate pair stands alone");
    }
    *length = 12;
  }
  return LP_OK;
}

/* Decodes the (checked) escape at *at and moves past it; returns the number of UTF-8 bytes. */
static size_t json_decode_escape(const lp_json *json, size_t *at, char utf8[4]) {
  static const char names[] = "bfnrt";
  static const char values[] = "\b\f\n\r\t";
  unsigned char byte = json_byte(json, *at + 1);
  if (byte != 'u') {
    const char *name = strchr(names, byte);
    utf8[0] = name != NULL ? values[name - names] : (char)byte;
    *at += 2;
    return 1;
  }
  uint32_t code = (uint32_t)json_hex4(json, *at + 2);
  *at += 6;
  if (code >= 0xd800 && code <= 0xdbff) {
    code = 0x10000 + ((code - 0xd800) << 10) + ((uint32_t)json_hex4(json, *at + 2) - 0xdc00);
    *at += 6;
  }
  if (code < 0x80) {
    utf8[0] = (char)code;
    return 1;
  }
  size_t count = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (size_t i = count - 1; i > 0; i--) {
    utf8[i] = (char)(0x80 | (code & 0x3f));
    code >>= 6;
  }
  utf8[0] = (char)((0xf00 >> count) | code);
  return count;
}

static lp_status json_read_string(lp_json *json, lp_json_kind kind) {
  size_t at = json->token + 1;
  json->kind = kind;
  json->start = at;
  json->escapes = false;
  for (;;) {
    unsigned char byte = json_byte(json, at);
    if (byte == '"') {
      break;
    }
    if (byte == 0) {
      return json_unexpected(json, at, "'\"' at the end of a text");
    }
    size_t step = 1;
    if (byte == '\\') {
      json->escapes = true;
      LP_TRY(json_check_escape(json, at, &step));
    }
    at += step;
  }
  json->length = at - json->start;
  json->at = at + 1;
  return LP_OK;
}

static bool json_is_digit(const lp_json *json, size_t at) {
  unsigned char byte = json_byte(json, at);
  return byte >= '0' && byte <= '9';
}

static lp_status json_read_number(lp_json *json) {
  size_t at = json->token;
  if (json_byte(json, at) == '-') {
    at++;
  }
  bool zero = json_byte(json, at) == '0';
  if (!json_is_digit(json, at)) {
    return json_unexpected(json, at, "a digit");
  }
  while (json_is_digit(json, at)) {
    at++;
    if (zero && json_is_digit(json, at)) {
      return json_fail_at(json, at, "a number may not begin with 0");
    }
  }
  if (json_byte(json, at) == '.') {
    at++;
    if (!json_is_digit(json, at)) {
      return json_unexpected(json, at, "a digit after the decimal point");
    }
    while (json_is_digit(json, at)) {
      at++;
    }
  }
  if ((json_byte(json, at) | 0x20) == 'e') {
    at++;
    if (json_byte(json, at) == '-' || json_byte(json, at) == '+') {
      at++;
    }
    if (!json_is_digit(json, at)) {
      return json_unexpected(json, at, "a digit of the exponent");
    }
    while (json_is_digit(json, at)) {
      at++;
    }
  }
  json->kind = LP_JSON_NUMBER;
  json->start = json->token;
  json->length = at - json->token;
  json->at = at;
  return LP_OK;
}

static lp_status json_read_word(lp_json *json, lp_json_kind kind, const char *word) {
  size_t length = strlen(word);
  for (size_t i = 0; i < length; i++) {
    if (json_byte(json, json->token + i) != (unsigned char)word[i]) {
      return json_unexpected(json, json->token, "a value");
    }
  }
  json->kind = kind;
  json->start = json->token;
  json->length = length;
  json->at = json->token + length;
  return LP_OK;
}

static lp_status json_open(lp_json *json, bool object) {
  if (json->depth == LP_JSON_MAX_DEPTH) {
    char text[96];
    (void)snprintf(text, sizeof text, "objects and arrays are nested deeper than %d",
                   LP_JSON_MAX_DEPTH);
    return json_fail_at(json, json->token, text);
  }
  uint64_t bit = (uint64_t)1 << json->depth;
  json->in_object = object ? json->in_object | bit : json->in_object & ~bit;
  json->depth++;
  json->kind = object ? LP_JSON_OBJECT : LP_JSON_ARRAY;
  json->expect = object ? JSON_EXPECT_KEY_OR_END : JSON_EXPECT_VALUE_OR_END;
  json->at = json->token + 1;
  return LP_OK;
}

static bool json_inside_object(const lp_json *json) {
  return json->depth > 0 && ((json->in_object >> (json->depth - 1)) & 1) != 0;
}

static lp_status json_close(lp_json *json) {
  json->kind = json_inside_object(json) ? LP_JSON_OBJECT_END : LP_JSON_ARRAY_END;
  json->depth--;
  json->expect = json->depth == 0 ? JSON_EXPECT_NOTHING : JSON_EXPECT_COMMA_OR_END;
  json->at = json->token + 1;
  return LP_OK;
}

static lp_status json_read_key(lp_json *json) {
  LP_TRY(json_read_string(json, LP_JSON_KEY));
  size_t colon = json_skip_blanks(json, json->at);
  if (json_byte(json, colon) != ':') {
    return json_unexpected(json, colon, "':' after a key");
  }
  json->at = colon + 1;
  json->expect = JSON_EXPECT_VALUE;
  return LP_OK;
}

static lp_status json_read_value(lp_json *json) {
  unsigned char byte = json_byte(json, json->token);
  if (byte == '{' || byte == '[') {
    return json_open(json, byte == '{');
  }
  json->expect = JSON_EXPECT_COMMA_OR_END;
  switch (byte) {
    case '"':
      return json_read_string(json, LP_JSON_STRING);
    case 't':
      return json_read_word(json, LP_JSON_TRUE, "true");
    case 'f':
      return json_read_word(json, LP_JSON_FALSE, "false");
    case 'n':
      return json_read_word(json, LP_JSON_NULL, "null");
    default:
      if (byte == '-' || (byte >= '0' && byte <= '9')) {
        return json_read_number(json);
      }
      return json_unexpected(json, json->token, "a value");
  }
}

lp_status lp_json_next(lp_json *json) {
  if (json->expect == JSON_EXPECT_NOTHING) {
    json->kind = LP_JSON_DONE;
    return LP_OK;
  }
  json->token = json_skip_blanks(json, json->at);
  unsigned char byte = json_byte(json, json->token);
  if (json->expect == JSON_EXPECT_COMMA_OR_END && byte == ',') {
    json->expect = json_inside_object(json) ? JSON_EXPECT_KEY : JSON_EXPECT_VALUE;
    json->token = json_skip_blanks(json, json->token + 1);
    byte = json_byte(json, json->token);
  }
  unsigned char end = json_inside_object(json) ? '}' : ']';
  switch (json->expect) {
    case JSON_EXPECT_OBJECT:
      if (byte != '{') {
        return json_unexpected(json, json->token, "'{'");
      }
      return json_open(json, true);
    case JSON_EXPECT_COMMA_OR_END:
      if (byte != end) {
        return json_unexpected(json, json->token,
                               end == '}' ? "',' or '}'" : "',' or ']'");
      }
      return json_close(json);
    case JSON_EXPECT_KEY_OR_END:
    case JSON_EXPECT_KEY:
      if (json->expect == JSON_EXPECT_KEY_OR_END && byte == end) {
        return json_close(json);
      }
      if (byte != '"') {
        return json_unexpected(json, json->token, "a key in double quotes");
      }
      return json_read_key(json);
    default:
      if (json->expect == JSON_EXPECT_VALUE_OR_END && byte == end) {
        return json_close(json);
      }
      return json_read_value(json);
  }
}

lp_status lp_json_skip(lp_json *json) {
  if (json->kind == LP_JSON_KEY) {
    LP_TRY(lp_json_next(json));
  }
  if (json->kind == LP_JSON_OBJECT || json->kind == LP_JSON_ARRAY) {
    int outside = json->depth - 1;
    while (json->depth > outside) {
      LP_TRY(lp_json_next(json));
    }
  }
  return LP_OK;
}

static const char *json_kind_name(lp_json_kind kind) {
  static const char *const names[] = {"the start",  "an object", "the end of an object",
                                      "an array",   "the end of an array",
                                      "a key",      "a text",    "a number",
                                      "true",       "false",     "null",
                                      "the end"};
  return names[kind];
}

lp_status lp_json_expect(const lp_json *json, lp_json_kind kind, const char *what) {
  if (json->kind != kind) {
    return lp_json_fail(json, "expected %s for %s, found %s", json_kind_name(kind), what,
                        json_kind_name(json->kind));
  }
  return LP_OK;
}

lp_status lp_json_integer(const lp_json *json, int64_t low, int64_t high, const char *what,
                          int64_t *value) {
  LP_TRY(lp_json_expect(json, LP_JSON_NUMBER, what));
  const char *text = json->text + json->start;
  size_t first = text[0] == '-' ? 1 : 0;
  int64_t result = 0;
  bool good = json->length - first <= 18;
  for (size_t i = first; good && i < json->length; i++) {
    good = text[i] >= '0' && text[i] <= '9';
    result = result * 10 + (text[i] - '0');
  }
  if (first == 1) {
    result = -result;
  }
  if (!good || result < low || result > high) {
    return lp_json_fail(json, "expected an integer from %lld to %lld for %s, found %.*s",
                        (long long)low, (long long)high, what,
                        json->length > 40 ? 40 : (int)json->length, text);
  }
  *value = result;
  return LP_OK;
}

bool lp_json_is(const lp_json *json, const char *text) {
  size_t length = strlen(text);
  if (!json->escapes) {
    return json->length == length && memcmp(json->text + json->start, text, length) == 0;
  }
  size_t at = json->start;
  size_t end = json->start + json->length;
  size_t matched = 0;
  while (at < end) {
    char bytes[4] = {json->text[at]};
    size_t count = 1;
    if (bytes[0] == '\\') {
      count = json_decode_escape(json, &at, bytes);
    } else {
      at++;
    }
    if (length - matched < count || memcmp(text + matched, bytes, count) != 0) {
      return false;
    }
    matched += count;
  }
  return matched == length;
}

size_t lp_json_copy(const lp_json *json, char *target) {
  bool text = json->kind == LP_JSON_KEY || json->kind == LP_JSON_STRING;
  if (!text || !json->escapes) {
    memcpy(target, json->text + json->start, json->length);
    return json->length;
  }
  size_t at = json->start;
  size_t end = json->start + json->length;
  size_t written = 0;
  while (at < end) {
    if (json->text[at] == '\\') {
      char bytes[4];
      size_t count = json_decode_escape(json, &at, bytes);
      memcpy(target + written, bytes, count);
      written += count;
    } else {
      target[written++] = json->text[at++];
    }
  }
  return written;
}
