/**
 * @file
 * Tensors with memory of their own. Owns `Shape`, `TensorInfo`, `Tensor` and `NamedTensor`.
 */
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../gen/api.hpp"

namespace libpredict {

/** Dimensions, the slowest first. */
using Shape = std::vector<std::int64_t>;

/** Size of an element in bytes. */
constexpr std::size_t element_bytes(DType dtype) noexcept {
    switch (dtype) {
    case DType::float64:
    case DType::int64: return 8;
    case DType::float32:
    case DType::int32: return 4;
    case DType::float16: return 2;
    case DType::uint8:
    case DType::int8:
    case DType::boolean: return 1;
    }
    return 0;
}

/** Name, element type and shape of an input or an output. */
struct TensorInfo {
    std::string name;
    DType dtype = DType::float32;
    Shape shape;

    /** Number of elements. */
    [[nodiscard]] std::size_t size() const noexcept {
        return detail::product(shape.data(), shape.size());
    }
};

namespace detail {

/** `[1, 3, 224, 224]`. */
inline std::string shown(const Shape &shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); i++)
        text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

/** Bytes of a tensor. @return an error for a shape that is none, or that fits no memory */
inline Result<std::size_t> bytes_of(DType dtype, const Shape &shape) {
    std::size_t bytes = element_bytes(dtype);
    if (bytes == 0)
        return Error{ErrorCode::dtype, "",
                     std::to_string(static_cast<int>(dtype)) + " is no DType"};
    for (const std::int64_t dim : shape) {
        if (dim < 0) return Error{ErrorCode::shape, "", shown(shape) + " has a negative dimension"};
        const std::size_t factor = static_cast<std::size_t>(dim);
        if (factor != 0 && bytes > std::numeric_limits<std::size_t>::max() / 2 / factor)
            return Error{ErrorCode::memory, "", shown(shape) + " fits no memory"};
        bytes *= factor;
    }
    return bytes;
}

} // namespace detail

/** Elements with type and shape, in memory of their own. Moves, never copies. */
class Tensor {
public:
    /** No elements: shape [0] of float32. */
    Tensor() = default;

    /** A tensor of zeros. @return `shape`, `dtype` or `memory` */
    static Result<Tensor> zeros(DType dtype, Shape shape) {
        const Result<std::size_t> bytes = detail::bytes_of(dtype, shape);
        if (!bytes) return bytes.error();
        Tensor made;
        made.memory_.reset(new (std::nothrow) unsigned char[*bytes + 1]());
        if (made.memory_ == nullptr)
            return Error{ErrorCode::memory, "",
                         "no memory for a tensor of " + std::to_string(*bytes) + " bytes"};
        made.dtype_ = dtype;
        made.size_bytes_ = *bytes;
        made.shape_ = std::move(shape);
        return made;
    }

    /** A copy of elements. @return also `size`: they are not as many as the shape says */
    static Result<Tensor> copy_of(const Elements &elements, DType dtype, Shape shape) {
        if (!detail::holds(elements.element_class(), dtype)) return wrong_class(elements, dtype);
        Result<Tensor> made = zeros(dtype, std::move(shape));
        if (!made) return made;
        if (elements.size() != made->size())
            return Error{ErrorCode::size, "",
                         "there are " + std::to_string(elements.size()) + " elements, " +
                             detail::shown(made->shape_) + " has " + std::to_string(made->size())};
        if (elements.size() > 0)
            std::memcpy(made->memory_.get(), elements.data(), made->size_bytes_);
        return made;
    }

    [[nodiscard]] DType dtype() const noexcept { return dtype_; }
    [[nodiscard]] const Shape &shape() const noexcept { return shape_; }
    /** Number of elements. */
    [[nodiscard]] std::size_t size() const noexcept { return size_bytes_ / element_bytes(dtype_); }
    [[nodiscard]] std::size_t size_bytes() const noexcept { return size_bytes_; }

    /**
     * The elements, for reading. T is the C++ type of the element type: `float`, `double`, `Half`
     * or `std::uint16_t` (float16), `std::uint8_t`, `std::int32_t`, `std::int8_t`,
     * `std::int64_t`, `bool` or `std::uint8_t` (bool). Valid as long as the tensor.
     *
     * @return `dtype`: the elements are of another type; nothing is converted
     */
    template <class T>
    [[nodiscard]] Result<Span<const T>> as() const & {
        const Span<const T> elements(reinterpret_cast<const T *>(memory_.get()),
                                     size_bytes_ / sizeof(T));
        if (!detail::holds(detail::class_of<T>(), dtype_)) return wrong_class(elements, dtype_);
        return elements;
    }
    /** The elements, for writing. */
    template <class T>
    [[nodiscard]] Result<Span<T>> as() & {
        const Span<T> elements(reinterpret_cast<T *>(memory_.get()), size_bytes_ / sizeof(T));
        if (!detail::holds(detail::class_of<T>(), dtype_)) return wrong_class(elements, dtype_);
        return elements;
    }
    /** What a temporary holds would be gone. */
    template <class T>
    Result<Span<T>> as() && = delete;

    /** The elements as bytes. */
    [[nodiscard]] MutableBytes bytes() & noexcept { return {memory_.get(), size_bytes_}; }
    /** The elements as bytes. */
    [[nodiscard]] Bytes bytes() const & noexcept { return {memory_.get(), size_bytes_}; }

private:
    static Error wrong_class(const Elements &elements, DType dtype) {
        const char *types = detail::types_that_hold(dtype);
        return {ErrorCode::dtype, "",
                std::string("the elements are of ") +
                    (types != nullptr ? types : "an unknown type") + ", not of " +
                    detail::name_of(elements.element_class())};
    }

    std::unique_ptr<unsigned char[]> memory_;
    std::size_t size_bytes_ = 0;
    DType dtype_ = DType::float32;
    Shape shape_ = {0};
};

/** A tensor with a name. */
struct NamedTensor {
    std::string name;
    Tensor tensor;
};

} // namespace libpredict
