/**
 * @file
 * One call of one C function: checks the arguments, and turns a failure into an Error. The
 * generated functions consist of it.
 *
 * Invariants: nothing reaches C before every argument is checked; the first problem is the one
 * that is told; the text of an error is read on the thread of the call.
 */
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>

#include "arguments.hpp"
#include "elements.hpp"
#include "handle.hpp"

namespace libpredict::detail {

/** What C is given for an array without elements: some functions refuse NULL. */
inline void *empty_memory() noexcept {
    alignas(16) static unsigned char memory[16] = {};
    return memory;
}

/** The pointer that C gets for the memory of a Span. */
template <class T>
T *pointer_to(const Span<T> &span) noexcept {
    return span.empty() ? static_cast<T *>(empty_memory()) : span.data();
}
template <class T, class Void>
T *pointer_as(const AnyBytes<Void> &bytes) noexcept {
    return static_cast<T *>(bytes.size() == 0 && bytes.data() == nullptr ? empty_memory()
                                                                         : bytes.data());
}
template <class T, class Void>
T *pointer_as(const AnyElements<Void> &elements) noexcept {
    return static_cast<T *>(elements.size() == 0 ? empty_memory() : elements.data());
}

/** Number of elements of a shape. */
template <class T>
std::size_t product(const T *dims, std::size_t count) noexcept {
    std::size_t elements = 1;
    for (std::size_t i = 0; i < count; i++) elements *= static_cast<std::size_t>(dims[i]);
    return elements;
}

/** The parts of a call that do not depend on the function's type. */
class CallBase {
public:
    CallBase(const LibraryData &library, const char *function, int part, bool available)
        : library_(library), function_(function) {
        if (!available)
            fail(ErrorCode::unavailable,
                 library.path + " does not have this function" +
                     (part == 2 ? " (it has only MXNet's part of the header)" : ""));
    }
    CallBase(const CallBase &) = delete;
    CallBase &operator=(const CallBase &) = delete;

    [[nodiscard]] const LibraryData &library() const noexcept { return library_; }
    [[nodiscard]] bool failed() const noexcept { return problem_ != nullptr; }
    /** The first problem. */
    [[nodiscard]] Error error() const { return *problem_; }
    /** Notes a problem, if it is the first. */
    void fail(ErrorCode code, std::string text) {
        if (!failed()) problem_ = std::make_unique<Error>(Error{code, function_, std::move(text)});
    }

    // --- arguments ---

    template <class T>
    void check(const Whole<T> &number, const char *name) {
        if (!number.fits())
            fail(ErrorCode::argument, std::string(name) + " must be a whole number from " +
                                          std::to_string(std::numeric_limits<T>::min()) + " to " +
                                          std::to_string(std::numeric_limits<T>::max()) + ", not " +
                                          number.shown());
    }
    void check(const Text &text, const char *name) {
        if (text.c_str() == nullptr) return null(name);
        check_text(text.view(), name);
    }
    void check(const std::optional<Text> &text, const char *name) {
        if (text) check(*text, name);
    }
    void check(const Texts &texts, const char *name, std::int64_t length) {
        check_size(texts.size(), name, "strings", length);
        for (std::size_t i = 0; i < texts.size() && !failed(); i++)
            check_text(texts[i], std::string(name) + "[" + std::to_string(i) + "]");
    }
    template <class T>
    void check(const Span<T> &span, const char *name, std::int64_t length) {
        if (span.data() == nullptr && span.size() > 0) return null(name);
        check_size(span.size(), name, "elements", length);
    }
    template <class Void>
    void check(const AnyBytes<Void> &bytes, const char *name, std::int64_t length) {
        if (bytes.data() == nullptr && bytes.size() > 0) return null(name);
        check_size(bytes.size(), name, "bytes", length);
    }
    /** @param dtype - what the tensor holds, one of DType */
    template <class Void>
    void check(const AnyElements<Void> &elements, const char *name, std::int64_t length,
               int dtype) {
        if (elements.data() == nullptr && elements.size() > 0) return null(name);
        if (!holds(elements.element_class(), static_cast<DType>(dtype))) {
            const char *types = types_that_hold(static_cast<DType>(dtype));
            fail(ErrorCode::dtype,
                 types != nullptr ? std::string(name) + " must be elements of " + types +
                                        ", not of " + name_of(elements.element_class())
                                  : std::string(name) + ": no C++ type holds elements of type " +
                                        std::to_string(dtype));
        }
        check_size(elements.size(), name, "elements", length);
    }

    // --- lengths that the header states ---

    /** `n` or `n+1`; 0 of an array that is left out where n is 0. Numbers are checked before. */
    template <class T>
    static std::int64_t length(const Whole<T> &count, int plus = 0,
                               bool is_left_out = false) noexcept {
        if (is_left_out && count.value() == 0) return 0;
        if constexpr (sizeof(T) == sizeof(std::int64_t) && std::is_unsigned_v<T>)
            return static_cast<std::int64_t>(count.value() & (~T{0} >> 1)) + plus;
        else
            return static_cast<std::int64_t>(count.value()) + plus;
    }
    /** `array[index]`; 0 where the array is left out. */
    template <class T, class U>
    std::int64_t element(const Span<const T> &array, const Whole<U> &index) const noexcept {
        if (failed() || index.value() >= array.size()) return 0;
        return static_cast<std::int64_t>(array[index.value()]);
    }

    // --- the end ---

    /** The error of a call that returned -1. */
    [[nodiscard]] Error failure() const {
        const char *text = library_.functions.MXGetLastError != nullptr
                               ? library_.functions.MXGetLastError()
                               : nullptr;
        ErrorCode code = ErrorCode::unknown;
        if (library_.functions.LPGetErrorCode != nullptr)
            code = error_code_of(library_.functions.LPGetErrorCode());
        return written(code, text);
    }
    /** The error that a call wrote into an LPError; that of the thread if it wrote none. */
    [[nodiscard]] Error failure(const ::LPError &error) const {
        return error.code == 0 ? failure() : written(error_code_of(error.code), error.text);
    }

    /** The error of a call that returned 0, but no handle. */
    [[nodiscard]] Error null_handle() const {
        return {ErrorCode::internal, function_, "the library gave a NULL handle"};
    }

private:
    void null(const char *name) {
        fail(ErrorCode::argument, std::string(name) + " must not be null");
    }
    void check_text(std::string_view text, const std::string &name) {
        const std::size_t nul = text.find('\0');
        if (nul != std::string_view::npos)
            fail(ErrorCode::argument, name + " has a NUL character at " + std::to_string(nul) +
                                          ", where C would end it");
    }
    void check_text(std::string_view text, const char *name) {
        if (text.find('\0') != std::string_view::npos) check_text(text, std::string(name));
    }
    void check_size(std::size_t size, const char *name, const char *unit, std::int64_t length) {
        if (length < 0)
            fail(ErrorCode::argument,
                 std::string(name) + " would have a negative length: " + std::to_string(length));
        else if (!failed() && size != static_cast<std::uint64_t>(length))
            fail(ErrorCode::size, std::string(name) + " has " + std::to_string(size) + " " + unit +
                                      ", expected " + std::to_string(length));
    }
    [[nodiscard]] Error written(ErrorCode code, const char *text) const {
        return {code, function_, text != nullptr && *text != '\0' ? text : "failed"};
    }

    const LibraryData &library_;
    const char *function_;
    std::unique_ptr<Error> problem_;
};

/** A call of a function of a known type. */
template <class Function>
class Call : public CallBase {
public:
    Call(const LibraryData &library, const char *name, int part, Function found)
        : CallBase(library, name, part, found != nullptr), function(found) {}
    const Function function;
};

} // namespace libpredict::detail
