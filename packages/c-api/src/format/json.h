/*
 * json.h - a pull reader for JSON: one token per call, no tree, no recursion.
 *
 * The text is one object. It is read up to the object's closing brace and not
 * one byte further, so that a buffer without NUL may be passed with size
 * SIZE_MAX; a NUL byte ends the text in any case. The reader checks the whole
 * grammar: a caller sees only well-nested tokens.
 */
#ifndef LP_FORMAT_JSON_H
#define LP_FORMAT_JSON_H

#include "../base/status.h"

/* Objects and arrays inside one another; more is an error. */
#define LP_JSON_MAX_DEPTH 64

typedef enum lp_json_kind {
  LP_JSON_START, /* nothing read yet */
  LP_JSON_OBJECT,
  LP_JSON_OBJECT_END,
  LP_JSON_ARRAY,
  LP_JSON_ARRAY_END,
  LP_JSON_KEY,
  LP_JSON_STRING,
  LP_JSON_NUMBER,
  LP_JSON_TRUE,
  LP_JSON_FALSE,
  LP_JSON_NULL,
  LP_JSON_DONE /* after the outermost object's end */
} lp_json_kind;

typedef struct lp_json {
  const char *text;
  size_t size;
  const char *subject; /* put in front of error texts: "symbol JSON" */
  size_t at;           /* next byte to read */
  int depth;
  uint64_t in_object; /* bit d: what was opened at depth d is an object */
  int expect;         /* what may follow; json.c */

  lp_json_kind kind;  /* the current token */
  size_t token;       /* its first byte */
  size_t start;       /* KEY, STRING: first byte within the quotes; others: the token */
  size_t length;      /* bytes from start, undecoded */
  bool escapes;       /* KEY, STRING: there are backslashes */
} lp_json;

/* Starts at the beginning of `text`; `size` may be SIZE_MAX. */
LP_INTERNAL void lp_json_begin(lp_json *json, const char *text, size_t size, const char *subject);
/* Reads the next token. Malformed or cut-off text: LP_ERROR_SYMBOL with line, column and byte. */
LP_INTERNAL lp_status lp_json_next(lp_json *json);
/* Passes over the rest of the current value: at OBJECT or ARRAY, up to its end; at KEY, its value; else nothing. */
LP_INTERNAL lp_status lp_json_skip(lp_json *json);
/* Fails unless the current token is of this kind; `what` says whose value it is: "\"inputs\" of a node". */
LP_INTERNAL lp_status lp_json_expect(const lp_json *json, lp_json_kind kind, const char *what);
/* The current token as an integer in [low, high]; anything else is an error. */
LP_INTERNAL lp_status lp_json_integer(const lp_json *json, int64_t low, int64_t high,
                                      const char *what, int64_t *value);
/* Whether the current KEY or STRING, decoded, is `text`. */
LP_INTERNAL bool lp_json_is(const lp_json *json, const char *text);
/* Decodes the current KEY or STRING, or takes the text of a scalar; writes at most `length` bytes and no NUL; returns how many. */
LP_INTERNAL size_t lp_json_copy(const lp_json *json, char *target);
/* Fails with LP_ERROR_SYMBOL, "<subject>: line 3, column 7 (byte 41): " and the text; place: the current token. */
LP_INTERNAL lp_status lp_json_fail(const lp_json *json, const char *format, ...) LP_PRINTF(2, 3);

#endif
