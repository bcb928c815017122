/* text_writer.c - see text_writer.h. */
#include "text_writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void lp_text_bytes(lp_text_writer *text, const char *bytes, size_t count) {
  if (text->size < text->capacity) {
    size_t room = text->capacity - text->size;
    memcpy(text->buffer + text->size, bytes, count < room ? count : room);
  }
  text->size += count;
}

void lp_text_string(lp_text_writer *text, const char *string) {
  lp_text_bytes(text, string, strlen(string));
}

void lp_text_format(lp_text_writer *text, const char *format, ...) {
  char line[128];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (length > 0) {
    lp_text_bytes(text, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
  }
}

void lp_text_escape(lp_text_writer *text, const char *string) {
  for (; *string != '\0'; string++) {
    unsigned char c = (unsigned char)*string;
    const char *letter = c == '\n' ? "\\n" : c == '\r' ? "\\r" : c == '\t' ? "\\t" : NULL;
    if (letter != NULL) { /* MXNet's reader knows no other escapes than these and \" \\ */
      lp_text_string(text, letter);
    } else if (c == '"' || c == '\\') {
      lp_text_bytes(text, "\\", 1);
      lp_text_bytes(text, string, 1);
    } else if (c < 0x20) {
      lp_text_format(text, "\\u%04x", c);
    } else {
      lp_text_bytes(text, string, 1);
    }
  }
}

void lp_text_quote(lp_text_writer *text, const char *string) {
  lp_text_bytes(text, "\"", 1);
  lp_text_escape(text, string);
  lp_text_bytes(text, "\"", 1);
}

void lp_text_end(lp_text_writer *text, size_t *size) {
  lp_text_bytes(text, "", 1);
  if (text->capacity != 0 && text->size > text->capacity) {
    text->buffer[text->capacity - 1] = '\0';
  }
  *size = text->size;
}
