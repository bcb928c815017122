/**
 * @file
 * What a call gives: a value or an error. Owns `Error`, `PredictError` and `Result`.
 * Nothing here needs exceptions; where they are on, `value()` of a failure throws.
 */
#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

#include "../gen/error_codes.hpp"

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
/** 1 where exceptions are on. */
#define LIBPREDICT_EXCEPTIONS 1
#include <exception>
#include <memory>
#include <stdexcept>
#else
#define LIBPREDICT_EXCEPTIONS 0
#endif

namespace libpredict {

/** What failed, and why. */
struct Error {
    /** What kind of failure it is. */
    ErrorCode code = ErrorCode::unknown;
    /** The C function that was called; "" outside of a call. */
    const char *function = "";
    /** The library's text, or the binding's. */
    std::string text;

    /** `function: text`, or the text alone. */
    [[nodiscard]] std::string message() const {
        return *function != '\0' ? std::string(function) + ": " + text : text;
    }
};

/** The category of `std::error_code`s that are made of an ErrorCode. */
inline const std::error_category &error_category() noexcept {
    class Category final : public std::error_category {
        [[nodiscard]] const char *name() const noexcept override { return "libpredict"; }
        [[nodiscard]] std::string message(int value) const override {
            return to_string(static_cast<ErrorCode>(value));
        }
    };
    static const Category category;
    return category;
}

/** An ErrorCode as a `std::error_code`; found by the standard library. */
inline std::error_code make_error_code(ErrorCode code) noexcept {
    return {static_cast<int>(code), error_category()};
}

#if LIBPREDICT_EXCEPTIONS
/** What `value()` and `or_throw()` of a failure throw; `what()` is the error's message. */
class PredictError : public std::runtime_error {
public:
    explicit PredictError(const Error &error)
        : std::runtime_error(error.message()), error_(std::make_shared<const Error>(error)) {}
    /** The error. */
    [[nodiscard]] const Error &error() const noexcept { return *error_; }
    /** Its code. */
    [[nodiscard]] ErrorCode code() const noexcept { return error_->code; }

private:
    std::shared_ptr<const Error> error_; // copying an exception must not throw
};
#endif

namespace detail {

/** Ends an access to the value of a failure. */
[[noreturn]] inline void raise(const Error &error) {
#if LIBPREDICT_EXCEPTIONS
    throw PredictError(error);
#else
    std::fprintf(stderr, "libpredict: the value of a failed call was used: %s\n",
                 error.message().c_str());
    std::abort();
#endif
}

/** What `error()` of a success refers to. */
inline const Error &no_error() noexcept {
    static const Error none{ErrorCode::ok, "", {}};
    return none;
}

} // namespace detail

/**
 * A value of type T, or an Error.
 *
 * Test it (`if (result)`), then use `*result` and `result->member`, or `result.error()`. The value
 * of a failure cannot be had: `value()`, `*` and `->` throw a PredictError, or, where exceptions
 * are off, print the error and abort.
 */
template <class T>
class [[nodiscard]] Result {
public:
    using value_type = T;

    Result(T value) : value_(std::move(value)) {}
    Result(Error error) : error_(std::move(error)) {}

    [[nodiscard]] bool has_value() const noexcept { return value_.has_value(); }
    explicit operator bool() const noexcept { return has_value(); }

    /** The error; of a success, one with the code `ok`. */
    [[nodiscard]] const Error &error() const noexcept {
        return error_ ? *error_ : detail::no_error();
    }
    /** The error's code; `ok` of a success. */
    [[nodiscard]] ErrorCode code() const noexcept { return error().code; }

    [[nodiscard]] T &value() & { return checked(), *value_; }
    [[nodiscard]] const T &value() const & { return checked(), *value_; }
    /** By value, so that a loop over `call().value()` does not dangle. */
    [[nodiscard]] T value() && { return checked(), std::move(*value_); }

    T &operator*() & { return value(); }
    const T &operator*() const & { return value(); }
    T operator*() && { return std::move(*this).value(); }
    T *operator->() { return &value(); }
    const T *operator->() const { return &value(); }

    /** The value, or another one after a failure. */
    [[nodiscard]] T value_or(T other) && { return value_ ? std::move(*value_) : std::move(other); }

#if LIBPREDICT_EXCEPTIONS
    /** The value; throws a PredictError after a failure. */
    T or_throw() && { return std::move(*this).value(); }
#endif

private:
    void checked() const {
        if (!value_) detail::raise(error());
    }

    std::optional<T> value_;
    std::optional<Error> error_;
};

/** Success without a value, or an Error. */
template <>
class [[nodiscard]] Result<void> {
public:
    using value_type = void;

    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    [[nodiscard]] bool has_value() const noexcept { return !error_; }
    explicit operator bool() const noexcept { return has_value(); }
    /** The error; of a success, one with the code `ok`. */
    [[nodiscard]] const Error &error() const noexcept {
        return error_ ? *error_ : detail::no_error();
    }
    /** The error's code; `ok` of a success. */
    [[nodiscard]] ErrorCode code() const noexcept { return error().code; }
    /** Nothing after a success; see the primary template for a failure. */
    void value() const {
        if (error_) detail::raise(*error_);
    }
#if LIBPREDICT_EXCEPTIONS
    /** Throws a PredictError after a failure. */
    void or_throw() const { value(); }
#endif

private:
    std::optional<Error> error_;
};

} // namespace libpredict

template <>
struct std::is_error_code_enum<libpredict::ErrorCode> : std::true_type {};
