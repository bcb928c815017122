/**
 * @file
 * Memory of any element type, with the type: what tensors are read from and written to. Owns
 * `Half`, `Elements`, `MutableElements`, `Bytes` and `MutableBytes`.
 */
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "../gen/constants.hpp"
#include "span.hpp"

namespace libpredict {

/** A 16-bit IEEE float, as bits: C++17 has no such number. */
struct Half {
    /** Sign, five bits of exponent, ten of fraction. */
    std::uint16_t bits = 0;

    /** The number, exactly. */
    [[nodiscard]] float to_float() const noexcept {
        const std::uint32_t sign = (bits & 0x8000u) << 16;
        std::uint32_t exponent = (bits >> 10) & 31u;
        std::uint32_t fraction = bits & 0x3ffu;
        if (exponent == 0 && fraction != 0) { // subnormal here, normal as float
            for (exponent = 1; (fraction & 0x400u) == 0; exponent--) fraction <<= 1;
            fraction &= 0x3ffu;
        } else if (exponent == 0) {
            return of_bits(sign);
        }
        const std::uint32_t wide = exponent == 31 ? 255u : exponent + 112u;
        return of_bits(sign | (wide << 23) | (fraction << 13));
    }

    /** The nearest one, ties to even; an infinity where the number is too large. */
    [[nodiscard]] static Half from_float(float number) noexcept {
        std::uint32_t wide = 0;
        std::memcpy(&wide, &number, sizeof wide);
        const std::uint32_t sign = (wide >> 16) & 0x8000u;
        const std::uint32_t magnitude = wide & 0x7fffffffu;
        std::uint32_t half = 0;
        if (magnitude > 0x7f800000u) {
            half = 0x7e00u; // NaN
        } else if (magnitude >= 0x477ff000u) {
            half = 0x7c00u; // rounds to more than the largest
        } else if (magnitude >= 0x38800000u) {
            half = rounded(magnitude - 0x38000000u, 13);
        } else if (magnitude >= 0x33000000u) { // subnormal
            const std::uint32_t fraction = (magnitude & 0x7fffffu) | 0x800000u;
            half = rounded(fraction, 126u - (magnitude >> 23));
        }
        return {static_cast<std::uint16_t>(sign | half)};
    }

private:
    static std::uint32_t rounded(std::uint32_t value, std::uint32_t dropped) noexcept {
        const std::uint32_t kept = value >> dropped;
        const std::uint32_t rest = value & ((1u << dropped) - 1u);
        const std::uint32_t tie = 1u << (dropped - 1u);
        return kept + (rest > tie || (rest == tie && (kept & 1u) != 0) ? 1u : 0u);
    }
    static float of_bits(std::uint32_t wide) noexcept {
        float number = 0;
        std::memcpy(&number, &wide, sizeof number);
        return number;
    }
};

namespace detail {

/** The C++ types that hold elements; a DType may be held by two of them. */
enum class ElementClass : std::uint8_t {
    none,
    float32,
    float64,
    half,
    bits16,
    uint8,
    int32,
    int8,
    int64,
    boolean
};

template <class T>
constexpr ElementClass class_of() noexcept {
    if constexpr (std::is_same_v<T, float>)
        return ElementClass::float32;
    else if constexpr (std::is_same_v<T, double>)
        return ElementClass::float64;
    else if constexpr (std::is_same_v<T, Half>)
        return ElementClass::half;
    else if constexpr (std::is_same_v<T, std::uint16_t>)
        return ElementClass::bits16;
    else if constexpr (std::is_same_v<T, bool>)
        return ElementClass::boolean;
    else if constexpr (std::is_same_v<T, std::uint8_t>)
        return ElementClass::uint8;
    else if constexpr (std::is_same_v<T, std::int8_t>)
        return ElementClass::int8;
    else if constexpr (std::is_same_v<T, std::int32_t>)
        return ElementClass::int32;
    // `long` and `long long` are two types of one size on most systems.
    else if constexpr (std::is_integral_v<T> && std::is_signed_v<T> && sizeof(T) == 8)
        return ElementClass::int64;
    else
        return ElementClass::none;
}

/** Whether memory of a C++ type holds elements of a DType. */
constexpr bool holds(ElementClass held, DType dtype) noexcept {
    switch (dtype) {
    case DType::float32: return held == ElementClass::float32;
    case DType::float64: return held == ElementClass::float64;
    case DType::float16: return held == ElementClass::half || held == ElementClass::bits16;
    case DType::uint8: return held == ElementClass::uint8;
    case DType::int32: return held == ElementClass::int32;
    case DType::int8: return held == ElementClass::int8;
    case DType::int64: return held == ElementClass::int64;
    case DType::boolean: return held == ElementClass::boolean || held == ElementClass::uint8;
    }
    return false;
}

/** The C++ types that hold a DType, for messages. */
constexpr const char *types_that_hold(DType dtype) noexcept {
    switch (dtype) {
    case DType::float32: return "float";
    case DType::float64: return "double";
    case DType::float16: return "Half or std::uint16_t";
    case DType::uint8: return "std::uint8_t";
    case DType::int32: return "std::int32_t";
    case DType::int8: return "std::int8_t";
    case DType::int64: return "std::int64_t";
    case DType::boolean: return "bool or std::uint8_t";
    }
    return nullptr;
}

constexpr const char *name_of(ElementClass held) noexcept {
    switch (held) {
    case ElementClass::none: break;
    case ElementClass::float32: return "float";
    case ElementClass::float64: return "double";
    case ElementClass::half: return "Half";
    case ElementClass::bits16: return "std::uint16_t";
    case ElementClass::uint8: return "std::uint8_t";
    case ElementClass::int32: return "std::int32_t";
    case ElementClass::int8: return "std::int8_t";
    case ElementClass::int64: return "std::int64_t";
    case ElementClass::boolean: return "bool";
    }
    return "no element type";
}

template <class Container, bool = IsContiguous<Container>::value>
struct HoldsTensor : std::false_type {};
template <class Container>
struct HoldsTensor<Container, true>
    : std::bool_constant<class_of<std::remove_cv_t<ElementOf<Container>>>() != ElementClass::none> {
};

/** Memory with a count and the class of its elements; Void is `void` or `const void`. */
template <class Void>
class AnyElements {
public:
    /** From any contiguous container of an element type. */
    template <class Container,
              std::enable_if_t<!std::is_base_of_v<AnyElements, std::decay_t<Container>> &&
                                   HoldsTensor<Container>::value,
                               int> = 0,
              class = std::enable_if_t<std::is_convertible_v<ElementOf<Container> *, Void *>>>
    AnyElements(Container &&container) noexcept
        : data_(std::data(container)), size_(std::size(container)),
          bytes_(size_ * sizeof(ElementOf<Container>)),
          class_(class_of<std::remove_cv_t<ElementOf<Container>>>()) {}
    /** For arguments: the list lives to the end of the statement. */
    template <class T, std::enable_if_t<
                           std::is_const_v<Void> && class_of<T>() != ElementClass::none, int> = 0>
    AnyElements(std::initializer_list<T> list) noexcept
        : AnyElements(Span<const T>(std::data(list), list.size())) {}

    [[nodiscard]] Void *data() const noexcept { return data_; }
    /** Number of elements. */
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t size_bytes() const noexcept { return bytes_; }
    [[nodiscard]] ElementClass element_class() const noexcept { return class_; }

private:
    Void *data_;
    std::size_t size_;
    std::size_t bytes_;
    ElementClass class_;
};

/** Memory as bytes; Void is `void` or `const void`. */
template <class Void>
class AnyBytes {
    template <class Container>
    static constexpr bool is_char_array =
        std::is_array_v<std::remove_reference_t<Container>> &&
        std::is_same_v<
            std::remove_cv_t<std::remove_all_extents_t<std::remove_reference_t<Container>>>, char>;

public:
    constexpr AnyBytes() noexcept = default;
    constexpr AnyBytes(Void *data, std::size_t size) noexcept : data_(data), size_(size) {}
    /** From any contiguous container of plain data: its bytes. */
    template <class Container,
              std::enable_if_t<!std::is_base_of_v<AnyBytes, std::decay_t<Container>> &&
                                   !(std::is_const_v<Void> &&
                                     is_char_array<Container>)&&IsContiguous<Container>::value,
                               int> = 0,
              class = std::enable_if_t<std::is_convertible_v<ElementOf<Container> *, Void *> &&
                                       std::is_trivially_copyable_v<ElementOf<Container>>>>
    AnyBytes(Container &&container) noexcept
        : data_(std::data(container)), size_(std::size(container) * sizeof(ElementOf<Container>)) {}
    /** Bytes to write may be read. */
    template <class V = Void, std::enable_if_t<std::is_const_v<V>, int> = 0>
    constexpr AnyBytes(const AnyBytes<void> &bytes) noexcept
        : data_(bytes.data()), size_(bytes.size()) {}
    /** A C string without its NUL. */
    template <class V = Void, std::enable_if_t<std::is_const_v<V>, int> = 0>
    AnyBytes(const char *text) noexcept
        : data_(text), size_(text != nullptr ? std::strlen(text) : 0) {}

    [[nodiscard]] constexpr Void *data() const noexcept { return data_; }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

private:
    Void *data_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace detail

/** Elements to read: any contiguous container of `float`, `double`, `Half`, ... */
using Elements = detail::AnyElements<const void>;
/** Elements to write. */
using MutableElements = detail::AnyElements<void>;
/** Bytes to read: any contiguous container of plain data. */
using Bytes = detail::AnyBytes<const void>;
/** Bytes to write. */
using MutableBytes = detail::AnyBytes<void>;

/** Bytes that may be left out: `nullptr`. Void is `void` or `const void`. */
template <class AnyBytes>
class Optional : public AnyBytes {
public:
    using AnyBytes::AnyBytes;
    constexpr Optional() noexcept = default;
    constexpr Optional(std::nullptr_t) noexcept {}
    constexpr Optional(const AnyBytes &bytes) noexcept : AnyBytes(bytes) {}
};
/** Bytes to read that may be left out. */
using OptionalBytes = Optional<Bytes>;
/** Bytes to write that may be left out. */
using OptionalMutableBytes = Optional<MutableBytes>;

} // namespace libpredict
