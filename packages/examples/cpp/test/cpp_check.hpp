/**
 * @file
 * A small test harness for C++, without exceptions or RTTI.
 *
 *     TEST(adds_two_numbers) { CHECK_EQ(1 + 1, 2); }
 *
 * A test registers itself. CHECK* records a failure and goes on; REQUIRE and SKIP leave the test.
 * The program prints `ok name`, `FAILED name` or `skipped name: reason` for each test, then a
 * summary; its exit code is 0 only if nothing failed. With LIBPREDICT_REQUIRE_ALL=1 a skip is a
 * failure. Arguments: `--list`, or a part of the names of the tests to run.
 */
#pragma once

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED
#endif
#endif

namespace check {

struct Test {
    const char *name;
    void (*body)();
};

inline std::vector<Test> &tests() {
    static std::vector<Test> all;
    return all;
}
/** Failed checks of the running test. */
inline int failures = 0;
/** Why the running test was left; empty if it was not. */
inline std::string skip_reason;

struct Registration {
    Registration(const char *name, void (*body)()) { tests().push_back({name, body}); }
};

template <class T>
std::string shown(const T &value) {
    if constexpr (std::is_enum_v<T>)
        return std::to_string(static_cast<long long>(value));
    else if constexpr (std::is_arithmetic_v<T>)
        return std::to_string(value);
    else
        return '"' + std::string(value) + '"';
}

inline void fail(const char *file, int line, const std::string &text) {
    failures++;
    const std::string_view path = file;
    std::printf("  %s:%d: %s\n", file + path.rfind('/') + 1, line, text.c_str());
}

template <class A, class B>
void equal(const A &actual, const B &expected, const char *file, int line, const char *text) {
    if (actual == expected) return;
    fail(file, line, std::string(text) + " is " + shown(actual) + ", expected " + shown(expected));
}

inline void contains(std::string_view actual, std::string_view part, const char *file, int line,
                     const char *text) {
    if (actual.find(part) != std::string_view::npos) return;
    fail(file, line,
         std::string(text) + " is " + shown(actual) + ", expected to contain " + shown(part));
}

inline void near(double actual, double expected, double tolerance, const char *file, int line,
                 const char *text) {
    if (std::fabs(actual - expected) <= tolerance) return;
    fail(file, line, std::string(text) + " is " + shown(actual) + ", expected " + shown(expected));
}

template <class Result>
void error(const Result &result, std::string_view code, std::string_view part, const char *file,
           int line, const char *text) {
    equal(std::string_view(to_string(result.code())), code, file, line, text);
    contains(result.error().message(), part, file, line, text);
}

template <class Result>
void succeeded(const Result &result, const char *file, int line, const char *text) {
    if (!result) fail(file, line, std::string(text) + ": " + result.error().message());
}

inline int run(int argc, char **argv) {
    const std::string_view argument = argc > 1 ? argv[1] : "";
    const char *require = std::getenv("LIBPREDICT_REQUIRE_ALL");
    const bool require_all = require != nullptr && std::string_view(require) == "1";
    int passed = 0, failed = 0, skipped = 0;
    for (const Test &test : tests()) {
        if (argument == "--list") {
            std::printf("%s\n", test.name);
            continue;
        }
        if (std::string_view(test.name).find(argument) == std::string_view::npos) continue;
        failures = 0;
        skip_reason.clear();
        test.body();
        if (failures == 0 && !skip_reason.empty() && require_all)
            fail(test.name, 0, "may not be skipped: " + skip_reason);
        if (failures > 0) {
            failed++;
            std::printf("FAILED %s\n", test.name);
        } else if (!skip_reason.empty()) {
            skipped++;
            std::printf("skipped %s: %s\n", test.name, skip_reason.c_str());
        } else {
            passed++;
            std::printf("ok %s\n", test.name);
        }
        std::fflush(stdout);
    }
    if (argument != "--list")
        std::printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
    return failed > 0 || (argument != "--list" && passed + skipped == 0) ? 1 : 0;
}

} // namespace check

#define TEST(name)                                                                                 \
    static void test_##name();                                                                     \
    static const check::Registration registered_##name(#name, &test_##name);                       \
    static void test_##name()
#define CHECK(condition)                                                                           \
    ((condition) ? void() : check::fail(__FILE__, __LINE__, #condition " does not hold"))
#define CHECK_EQ(actual, expected) check::equal((actual), (expected), __FILE__, __LINE__, #actual)
#define CHECK_CONTAINS(actual, part) check::contains((actual), (part), __FILE__, __LINE__, #actual)
#define CHECK_NEAR(actual, expected, tolerance)                                                    \
    check::near(static_cast<double>(actual), static_cast<double>(expected),                        \
                static_cast<double>(tolerance), __FILE__, __LINE__, #actual)
/** The error of a result that must be a failure: its code, and a part of its message. */
#define CHECK_ERROR(result, code, part)                                                            \
    check::error((result), (code), (part), __FILE__, __LINE__, #result)
/** A result that must be a success; its error is printed. */
#define CHECK_OK(result) check::succeeded((result), __FILE__, __LINE__, #result)
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) return check::fail(__FILE__, __LINE__, #condition " does not hold");     \
    } while (false)
#define SKIP(reason)                                                                               \
    do {                                                                                           \
        check::skip_reason = (reason);                                                             \
        return;                                                                                    \
    } while (false)
