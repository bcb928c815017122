/* status.c - the thread's last error. */
#include "status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static LP_THREAD_LOCAL char status_text[LP_ERROR_TEXT_SIZE];
static LP_THREAD_LOCAL int status_code;

lp_status lp_say(int code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(status_text, sizeof status_text, format, arguments);
  va_end(arguments);
  status_code = code;
  return code;
}

#if !LP_WITH_TEXTS
lp_status lp_fail_at(int code, int line) {
  return lp_say(code, "error %d at line %d of predict.c (LP_WITH_TEXTS has the words)", code, line);
}
#endif

lp_status lp_fail_memory(const char *what, size_t size) {
  return lp_fail(LP_ERROR_MEMORY, "out of memory: %zu bytes for %s", size, what);
}

lp_status lp_fail_within(const char *format, ...) {
  char place[256];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(place, sizeof place, format, arguments);
  va_end(arguments);
  size_t length = strlen(place);
  size_t room = sizeof status_text - 1 - length;
  size_t old = strlen(status_text);
  if (old > room) {
    old = room;
  }
  memmove(status_text + length, status_text, old);
  memcpy(status_text, place, length);
  status_text[length + old] = '\0';
  return status_code;
}

const char *lp_status_text(void) { return status_text; }

int lp_status_code(void) { return status_code; }
