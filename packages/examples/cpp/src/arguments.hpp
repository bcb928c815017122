/**
 * @file
 * Arguments that carry what is to be checked: numbers that know whether they fit, texts that know
 * whether C can read them. Owns `Whole`, `Text` and `Texts`.
 */
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "span.hpp"

namespace libpredict {

/**
 * A whole number for a parameter of type T. Takes every integer and enumeration, and remembers
 * whether the number fits, so that a call can refuse it: nothing wraps around.
 */
template <class T>
class Whole {
public:
    template <class U, std::enable_if_t<(std::is_integral_v<U> && !std::is_same_v<U, bool>) ||
                                            std::is_enum_v<U>,
                                        int> = 0>
    constexpr Whole(U number) noexcept
        : value_(static_cast<T>(number)), negative_(is_negative(raw(number))),
          shown_(static_cast<std::uint64_t>(raw(number))),
          fits_(is_negative(value_) == negative_ &&
                static_cast<decltype(raw(number))>(value_) == raw(number)) {}
    /** What is no whole number does not compile. */
    template <class U,
              std::enable_if_t<std::is_floating_point_v<U> || std::is_same_v<U, bool>, int> = 0>
    Whole(U) = delete;

    /** The number, where it fits. */
    [[nodiscard]] constexpr T value() const noexcept { return value_; }
    [[nodiscard]] constexpr bool fits() const noexcept { return fits_; }
    /** What was given. */
    [[nodiscard]] std::string shown() const {
        return negative_ ? "-" + std::to_string(0 - shown_) : std::to_string(shown_);
    }

private:
    template <class U>
    static constexpr auto raw(U number) noexcept {
        if constexpr (std::is_enum_v<U>)
            return static_cast<std::underlying_type_t<U>>(number);
        else
            return number;
    }
    template <class U>
    static constexpr bool is_negative([[maybe_unused]] U number) noexcept {
        if constexpr (std::is_signed_v<U>)
            return number < 0;
        else
            return false;
    }

    T value_;
    bool negative_;
    std::uint64_t shown_;
    bool fits_;
};

/** A text for C: ends in a NUL and has none before. A `std::string_view` is copied. */
class Text {
public:
    Text(const char *text) noexcept
        : data_(text), size_(text != nullptr ? std::string_view(text).size() : 0) {}
    Text(const std::string &text) noexcept : data_(text.c_str()), size_(text.size()) {}
    Text(std::string_view text) : copy_(text), data_(nullptr), size_(text.size()), copied_(true) {}
    Text(std::nullptr_t) = delete;

    /** The text; NULL if none was given. */
    [[nodiscard]] const char *c_str() const noexcept { return copied_ ? copy_.c_str() : data_; }
    /** Length in bytes. */
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::string_view view() const noexcept {
        return c_str() != nullptr ? std::string_view(c_str(), size_) : std::string_view();
    }

private:
    std::string copy_;
    const char *data_;
    std::size_t size_;
    bool copied_ = false;
};

/** Several texts for C, copied; or none at all: `nullptr`. */
class Texts {
public:
    Texts(std::nullptr_t) noexcept {}
    Texts(std::initializer_list<std::string_view> texts) { assign(texts); }
    /** From any container of texts. */
    template <class Container,
              std::enable_if_t<
                  !std::is_same_v<std::decay_t<Container>, Texts> &&
                      std::is_convertible_v<decltype(*std::begin(std::declval<Container &>())),
                                            std::string_view>,
                  int> = 0>
    Texts(const Container &texts) {
        assign(texts);
    }
    Texts(const Texts &) = delete;
    Texts &operator=(const Texts &) = delete;

    [[nodiscard]] std::size_t size() const noexcept { return texts_.size(); }
    [[nodiscard]] const std::string &operator[](std::size_t index) const noexcept {
        return texts_[index];
    }
    /** The array that C reads; not NULL, even without elements. */
    [[nodiscard]] const char **data() const noexcept { return pointers_.data(); }

private:
    template <class Container>
    void assign(const Container &texts) {
        for (const auto &text : texts) texts_.emplace_back(std::string_view(text));
        pointers_.clear();
        for (const std::string &text : texts_) pointers_.push_back(text.c_str());
        pointers_.push_back(nullptr);
    }

    std::vector<std::string> texts_;
    /** Mutable: the header's parameter is not const, though C changes nothing. */
    mutable std::vector<const char *> pointers_ = {nullptr};
};

} // namespace libpredict
