/*
 * text_writer.h - text, mostly JSON, into a caller's buffer.
 *
 * What does not fit is cut off and counted, so that a call with no buffer
 * tells how large one must be.
 */
#ifndef LP_FORMAT_TEXT_WRITER_H
#define LP_FORMAT_TEXT_WRITER_H

#include "../base/config.h"

typedef struct lp_text_writer {
  char *buffer;
  size_t capacity;
  size_t size; /* of the whole text so far, whether it fits or not */
} lp_text_writer;

LP_INTERNAL void lp_text_bytes(lp_text_writer *text, const char *bytes, size_t count);
LP_INTERNAL void lp_text_string(lp_text_writer *text, const char *string);
/* As snprintf makes it; at most 127 bytes. */
LP_INTERNAL void lp_text_format(lp_text_writer *text, const char *format, ...) LP_PRINTF(2, 3);
/* The string as it stands between the quotes of a JSON string. */
LP_INTERNAL void lp_text_escape(lp_text_writer *text, const char *string);
/* The same with its quotes. */
LP_INTERNAL void lp_text_quote(lp_text_writer *text, const char *string);
/* The NUL, in any case within the buffer; *size counts it. */
LP_INTERNAL void lp_text_end(lp_text_writer *text, size_t *size);

#endif
