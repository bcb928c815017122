/*
 * status.h - how internal functions report failure.
 *
 * A function that can fail returns lp_status: LP_OK (0) or a code of
 * LPErrorCode. The one who finds the problem calls lp_fail, which keeps code
 * and text for the thread; everyone above passes the code on.
 */
#ifndef LP_BASE_STATUS_H
#define LP_BASE_STATUS_H

#include "../../include/c_predict_api.h"
#include "config.h"

typedef int lp_status;

/* Keeps code and formatted text as the thread's last error and returns the code. `code` is never LP_OK. */
LP_INTERNAL lp_status lp_say(int code, const char *format, ...) LP_PRINTF(2, 3);
/* The same; without LP_WITH_TEXTS code and line of predict.c take the words' place, which the compiler still checks. */
#if LP_WITH_TEXTS
#define lp_fail(...) lp_say(__VA_ARGS__)
#else
LP_INTERNAL lp_status lp_fail_at(int code, int line);
#define lp_fail(code, ...) ((void)(0 && lp_say((code), __VA_ARGS__)), lp_fail_at((code), __LINE__))
#endif
/* Shorthand for running out of memory; `what` names what it was for. */
LP_INTERNAL lp_status lp_fail_memory(const char *what, size_t size);
/* Text and code of the thread's last error. The text lives in thread-local memory of LP_ERROR_TEXT_SIZE bytes. */
LP_INTERNAL const char *lp_status_text(void);
LP_INTERNAL int lp_status_code(void);
/* Puts "prefix" before the thread's last error text: adds the place on the way up. Returns the code. */
LP_INTERNAL lp_status lp_fail_within(const char *format, ...) LP_PRINTF(1, 2);

#define LP_ERROR_TEXT_SIZE 2040

/* Passes a failure on. */
#define LP_TRY(expression)                     \
  do {                                         \
    lp_status lp_try_status_ = (expression);   \
    if (lp_try_status_ != LP_OK) {             \
      return lp_try_status_;                   \
    }                                          \
  } while (0)

#endif
