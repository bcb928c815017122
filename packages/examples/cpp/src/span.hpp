/**
 * @file
 * Contiguous memory of somebody else's. Owns `Span`: what `std::span` is, for C++17 too.
 */
#pragma once

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <type_traits>
#include <utility>

#if defined(__has_include)
#if __has_include(<version>)
#include <version>
#endif
#endif
#if defined(__cpp_lib_span)
#include <span>
#endif

namespace libpredict {

namespace detail {

/** The element type of anything with `std::data` and `std::size`, const where it is. */
template <class Container>
using ElementOf = std::remove_pointer_t<decltype(std::data(std::declval<Container &>()))>;

template <class Container, class = void>
struct IsContiguous : std::false_type {};
template <class Container>
struct IsContiguous<
    Container, std::void_t<ElementOf<Container>, decltype(std::size(std::declval<Container &>()))>>
    : std::is_object<ElementOf<Container>> {};

/** Whether elements of From may be seen as elements of To: the same type, const added at most. */
template <class From, class To>
inline constexpr bool is_same_element = std::is_convertible_v<From (*)[], To (*)[]>;

template <class Container, class To, bool = IsContiguous<Container>::value>
struct HoldsElements : std::false_type {};
template <class Container, class To>
struct HoldsElements<Container, To, true>
    : std::bool_constant<is_same_element<ElementOf<Container>, To>> {};

} // namespace detail

/**
 * A pointer and a count: memory that belongs to somebody else.
 *
 * Made from arrays, `std::vector`, `std::array`, `std::span`, and a braced list where it is an
 * argument; converts to `std::span` where there is one. Elements are not checked to exist: the
 * memory must outlive the Span.
 */
template <class T>
class Span {
public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;
    using size_type = std::size_t;
    using pointer = T *;
    using reference = T &;
    using iterator = T *;

    constexpr Span() noexcept = default;
    constexpr Span(T *data, std::size_t size) noexcept : data_(data), size_(size) {}
    template <class Container, std::enable_if_t<!std::is_same_v<std::decay_t<Container>, Span> &&
                                                    detail::HoldsElements<Container, T>::value,
                                                int> = 0>
    constexpr Span(Container &&container) noexcept
        : data_(std::data(container)), size_(std::size(container)) {}
    /** For arguments: the list lives to the end of the statement. */
    template <class U = T, std::enable_if_t<std::is_const_v<U>, int> = 0>
    constexpr Span(std::initializer_list<value_type> list) noexcept
        : data_(std::data(list)), size_(list.size()) {}

    [[nodiscard]] constexpr T *data() const noexcept { return data_; }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr std::size_t size_bytes() const noexcept { return size_ * sizeof(T); }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] constexpr T *begin() const noexcept { return data_; }
    [[nodiscard]] constexpr T *end() const noexcept { return data_ + size_; }
    constexpr T &operator[](std::size_t index) const noexcept { return data_[index]; }
    /** At most `count` elements from `offset` on; empty beyond the end. */
    [[nodiscard]] constexpr Span subspan(std::size_t offset, std::size_t count) const noexcept {
        if (offset >= size_) return {};
        return {data_ + offset, count < size_ - offset ? count : size_ - offset};
    }

private:
    T *data_ = nullptr;
    std::size_t size_ = 0;
};

/** A Span that may be left out: `nullptr`. An empty one counts as left out. */
template <class T>
class OptionalSpan : public Span<T> {
public:
    using Span<T>::Span;
    constexpr OptionalSpan() noexcept = default;
    constexpr OptionalSpan(std::nullptr_t) noexcept {}
    constexpr OptionalSpan(const Span<T> &span) noexcept : Span<T>(span) {}
};

} // namespace libpredict

#if defined(__cpp_lib_span)
template <class T>
inline constexpr bool std::ranges::enable_borrowed_range<libpredict::Span<T>> = true;
#endif
