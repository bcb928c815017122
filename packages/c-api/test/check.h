/* A small test harness: one C program is one group of named tests.
 *
 *     #include "check.h"
 *
 *     TEST(adds_two_numbers) {
 *         CHECK_EQ_INT(1 + 1, 2);
 *     }
 *
 *     int main(int argc, char **argv) {
 *         check_begin(argc, argv);
 *         RUN(adds_two_numbers);
 *         return check_end();
 *     }
 *
 * A test that is written but not RUN is an unused function, which the compiler reports.
 * CHECK* records a failure and goes on; REQUIRE leaves the test; SKIP leaves it with a reason.
 * One argument on the command line runs only the tests whose name contains it.
 *
 * Prints `ok name`, `FAILED name` or `skipped name: reason` for each test, then
 * `N passed, M failed` (and `, K skipped`). The exit code is 0 only if nothing failed; with
 * LIBPREDICT_REQUIRE_ALL=1 a skip is a failure.
 *
 * Tests run on one thread. CHECK* may be called from other threads only if the test keeps those
 * calls apart; REQUIRE and SKIP never.
 */
#ifndef LP_CHECK_H_
#define LP_CHECK_H_

#include <math.h>
#if !defined(__wasi__)
#include <setjmp.h>
#endif
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    const char *filter;
    int require_all;
    int passed;
    int failed;
    int skipped;
    int failures_here; /* failed checks of the running test */
    const char *skip_reason;
    const char *name; /* of the running test */
#if !defined(__wasi__)
    jmp_buf leave;
#endif
} check_state;

static inline void check_begin(int argc, char **argv) {
    const char *require_all = getenv("LIBPREDICT_REQUIRE_ALL");
    check_state.filter = argc > 1 ? argv[1] : "";
    check_state.require_all = require_all != NULL && strcmp(require_all, "1") == 0;
}

static inline void check_tell(const char *name) {
    if (check_state.failures_here > 0) {
        check_state.failed++;
        printf("FAILED %s\n", name);
    } else if (check_state.skip_reason != NULL && check_state.require_all) {
        check_state.failed++;
        printf("FAILED %s\n  may not be skipped: %s\n", name, check_state.skip_reason);
    } else if (check_state.skip_reason != NULL) {
        check_state.skipped++;
        printf("skipped %s: %s\n", name, check_state.skip_reason);
    } else {
        check_state.passed++;
        printf("ok %s\n", name);
    }
    fflush(stdout);
}

/* Leaves the running test; in WebAssembly, where there is no way back out of calls, the program. */
static inline void check_leave(void) {
#if defined(__wasi__)
    check_tell(check_state.name);
    exit(1);
#else
    longjmp(check_state.leave, 1);
#endif
}

static inline void check_run(const char *name, void (*body)(void)) {
    if (strstr(name, check_state.filter) == NULL) {
        return;
    }
    check_state.failures_here = 0;
    check_state.skip_reason = NULL;
    check_state.name = name;
#if defined(__wasi__)
    body();
#else
    if (setjmp(check_state.leave) == 0) {
        body();
    }
#endif
    check_tell(name);
}

static inline int check_end(void) {
    printf("%d passed, %d failed", check_state.passed, check_state.failed);
    if (check_state.skipped > 0) {
        printf(", %d skipped", check_state.skipped);
    }
    printf("\n");
    fflush(stdout);
    return check_state.failed > 0;
}

/* Prints the place of a failed check; the caller adds what was expected. */
static inline void check_fail(const char *file, int line, const char *text) {
    const char *slash = strrchr(file, '/');
    check_state.failures_here++;
    printf("  %s:%d: %s", slash != NULL ? slash + 1 : file, line, text);
}

static inline int check_true(int condition, const char *file, int line, const char *text) {
    if (!condition) {
        check_fail(file, line, text);
        printf(" does not hold\n");
    }
    return condition;
}

static inline void check_int(long long actual, long long expected, const char *file, int line,
                             const char *text) {
    if (actual != expected) {
        check_fail(file, line, text);
        printf(" is %lld, expected %lld\n", actual, expected);
    }
}

static inline void check_str(const char *actual, const char *expected, const char *file, int line,
                             const char *text) {
    if (actual == NULL || strcmp(actual, expected) != 0) {
        check_fail(file, line, text);
        printf(" is \"%s\", expected \"%s\"\n", actual != NULL ? actual : "(null)", expected);
    }
}

static inline void check_contains(const char *actual, const char *part, const char *file, int line,
                                  const char *text) {
    if (actual == NULL || strstr(actual, part) == NULL) {
        check_fail(file, line, text);
        printf(" is \"%s\", expected to contain \"%s\"\n", actual != NULL ? actual : "(null)",
               part);
    }
}

/* Equal infinities are near each other, and NaN is near NaN. */
static inline int check_is_near(double actual, double expected, double tolerance) {
    if (isnan(expected) || isnan(actual)) {
        return isnan(expected) && isnan(actual);
    }
    if (isinf(expected) || isinf(actual)) {
        return isinf(expected) && isinf(actual) && (expected > 0) == (actual > 0);
    }
    return fabs(actual - expected) <= tolerance;
}

static inline void check_near(double actual, double expected, double tolerance, const char *file,
                              int line, const char *text) {
    if (!check_is_near(actual, expected, tolerance)) {
        check_fail(file, line, text);
        printf(" is %.9g, expected %.9g within %.3g\n", actual, expected, tolerance);
    }
}

/* Each element within absolute + relative * |expected|; reports the first that is not. */
static inline void check_floats(const float *actual, const float *expected, size_t count,
                                double absolute, double relative, const char *file, int line,
                                const char *text) {
    for (size_t i = 0; i < count; i++) {
        double tolerance = absolute + relative * fabs((double)expected[i]);
        if (!check_is_near((double)actual[i], (double)expected[i], tolerance)) {
            check_fail(file, line, text);
            printf("[%zu] is %.9g, expected %.9g within %.3g\n", i, (double)actual[i],
                   (double)expected[i], tolerance);
            return;
        }
    }
}

static inline void check_bytes(const void *actual, const void *expected, size_t size,
                               const char *file, int line, const char *text) {
    const unsigned char *a = (const unsigned char *)actual;
    const unsigned char *e = (const unsigned char *)expected;
    for (size_t i = 0; i < size; i++) {
        if (a[i] != e[i]) {
            check_fail(file, line, text);
            printf(" byte %zu is 0x%02x, expected 0x%02x\n", i, (unsigned)a[i], (unsigned)e[i]);
            return;
        }
    }
}

#define TEST(name) static void check_test_##name(void)
#define RUN(name) check_run(#name, check_test_##name)

#define CHECK(condition) ((void)check_true((condition) ? 1 : 0, __FILE__, __LINE__, #condition))
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!check_true((condition) ? 1 : 0, __FILE__, __LINE__, #condition)) {                    \
            check_leave();                                                                         \
        }                                                                                          \
    } while (0)
#define SKIP(reason)                                                                               \
    do {                                                                                           \
        check_state.skip_reason = (reason);                                                        \
        check_leave();                                                                             \
    } while (0)

/* Integers of any type, compared as long long. */
#define CHECK_EQ_INT(actual, expected)                                                             \
    check_int((long long)(actual), (long long)(expected), __FILE__, __LINE__, #actual)
#define CHECK_STR(actual, expected) check_str((actual), (expected), __FILE__, __LINE__, #actual)
#define CHECK_CONTAINS(actual, part)                                                               \
    check_contains((actual), (part), __FILE__, __LINE__, #actual)
#define CHECK_NEAR(actual, expected, tolerance)                                                    \
    check_near((double)(actual), (double)(expected), (double)(tolerance), __FILE__, __LINE__,      \
               #actual)
#define CHECK_FLOATS(actual, expected, count, absolute, relative)                                  \
    check_floats((actual), (expected), (count), (absolute), (relative), __FILE__, __LINE__, #actual)
#define CHECK_BYTES(actual, expected, size)                                                        \
    check_bytes((actual), (expected), (size), __FILE__, __LINE__, #actual)

#endif /* LP_CHECK_H_ */
