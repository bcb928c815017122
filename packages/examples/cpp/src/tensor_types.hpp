/**
 * @file
 * Element types of the tensors behind `MXPredSetInput` and `MXPredGetOutput`, whose C type says
 * float whatever they are. Without this check an array of another type would be read or written
 * past its end.
 *
 * Outputs and inputs are asked of the library. One with part one only cannot tell of inputs: the
 * types given to `MXPredCreateEx` are remembered, anything else counts as float32.
 */
#pragma once

#include <array>
#include <memory>
#include <new>

#include "handle_use.hpp"

namespace libpredict::detail {

/**
 * The cells of a number that the reference writes to element `index` of an array, and this
 * library to the first.
 */
template <class T>
class IndexedValue {
public:
    template <class U>
    IndexedValue(CallBase &call, const Whole<U> &index, const char *name) {
        if (call.failed()) return;
        if (index.value() > largest) {
            call.fail(ErrorCode::index, std::string(name) + " " + index.shown() + " is beyond " +
                                            std::to_string(largest));
            return;
        }
        size_ = static_cast<std::size_t>(index.value()) + 1;
        if (size_ <= few_.size()) return;
        many_.reset(new (std::nothrow) T[size_]());
        if (many_ == nullptr) call.fail(ErrorCode::memory, "no memory for a result");
    }
    T *out() noexcept { return many_ != nullptr ? many_.get() : few_.data(); }
    [[nodiscard]] T value() noexcept { return out()[size_ - 1] != 0 ? out()[size_ - 1] : *out(); }

private:
    /** The largest index for which room is made. */
    static constexpr std::uint32_t largest = 1u << 16;

    std::array<T, 16> few_ = {};
    std::unique_ptr<T[]> many_;
    std::size_t size_ = 1;
};

/** Asks a library that can tell for the types of a predictor's inputs. */
inline void learn_input_types(const Functions &functions, HandleBlock &block) {
    std::uint32_t count = 0;
    if (functions.LPPredGetInputCount == nullptr || functions.LPPredGetInputInfo == nullptr ||
        functions.LPPredGetInputCount(block.address, &count) != 0)
        return;
    for (std::uint32_t i = 0; i < count; i++) {
        const char *name = nullptr;
        int dtype = 0;
        const std::int64_t *dims = nullptr;
        std::uint32_t ndim = 0;
        if (functions.LPPredGetInputInfo(block.address, i, &name, &dtype, &dims, &ndim) == 0)
            block.input_types.emplace_back(name, dtype);
    }
    block.knows_input_types = true;
}

/**
 * Whether an argument that is no input, a weight, holds another type than the caller's: a call
 * with a size that no array has tells the one error from the other and changes nothing.
 */
inline bool is_refused(const Functions &functions, const HandleBlock &block, const char *key,
                       DType dtype) {
    constexpr std::size_t no_size = std::numeric_limits<std::size_t>::max();
    return functions.LPPredSetInput(block.address, key, static_cast<int>(dtype), empty_memory(),
                                    no_size) != 0 &&
           functions.LPGetErrorCode() == static_cast<int>(ErrorCode::dtype);
}

/** The element type of an argument that is written. */
inline int element_type(CallBase &call, const HandleUse &use, const Text &key,
                        const Elements &elements) {
    if (call.failed()) return 0;
    const Functions &functions = call.library().functions;
    HandleBlock &block = *use.get();
    if (!block.knows_input_types) learn_input_types(functions, block);
    for (const auto &[name, dtype] : block.input_types)
        if (name == key.view()) return dtype;
    if (functions.LPPredSetInput == nullptr || functions.LPGetErrorCode == nullptr)
        return static_cast<int>(DType::float32);
    for (int dtype = 0; types_that_hold(static_cast<DType>(dtype)) != nullptr; dtype++)
        if (holds(elements.element_class(), static_cast<DType>(dtype)) &&
            !is_refused(functions, block, key.c_str(), static_cast<DType>(dtype)))
            return dtype;
    call.fail(ErrorCode::dtype, std::string("\"") + key.c_str() +
                                    "\" has another element type than the data, elements of " +
                                    name_of(elements.element_class()));
    return 0;
}

/** The element type of an output; float32 where the library refuses: the call itself will say so.
 */
inline int element_type(CallBase &call, const HandleUse &use, const Whole<std::uint32_t> &index,
                        const MutableElements &) {
    const Functions &functions = call.library().functions;
    if (call.failed() || functions.MXPredGetOutputType == nullptr) return 0;
    CallBase quiet(call.library(), "MXPredGetOutputType", 1, true);
    IndexedValue<int> dtype(quiet, index, "index");
    if (quiet.failed() ||
        functions.MXPredGetOutputType(use.address(), index.value(), dtype.out()) != 0)
        return 0;
    return dtype.value();
}

/** Remembers the types given at the creation of a predictor, for a library that cannot tell. */
template <class Kind>
void remember_types(const NewHandle<Kind> &made, const Texts &names, const Span<const int> &types) {
    HandleBlock &block = made.block();
    if (block.library->functions.LPPredGetInputInfo != nullptr) return;
    for (std::size_t i = 0; i < names.size() && i < types.size(); i++)
        block.input_types.emplace_back(names[i], types[i]);
    block.knows_input_types = true;
}

/** A reshaped predictor has the types of the old one. */
template <class Kind>
void inherit_types(const NewHandle<Kind> &made, const HandleUse &from) {
    made.block().input_types = from->input_types;
    made.block().knows_input_types = from->knows_input_types;
}

} // namespace libpredict::detail
