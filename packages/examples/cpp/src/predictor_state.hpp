/**
 * @file
 * What stands behind a predictor: the native one, and what is known of it.
 *
 * Invariant: what `inputs` and `outputs` tell is what the native predictor has.
 */
#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tensor.hpp"

namespace libpredict {

/** The shape of an input, by name. */
struct NamedShape {
    std::string name;
    Shape shape;
};

/** The input of a run: elements by name, and their shape where it is to change. */
struct Feed {
    std::string_view name;
    Elements elements;
    std::optional<Shape> shape = std::nullopt;
};

namespace detail {

/** Shapes as C takes them. */
struct ShapeArguments {
    std::vector<std::string> names;
    std::vector<std::uint32_t> starts = {0};
    std::vector<std::uint32_t> dims;

    static Result<ShapeArguments> of(const std::vector<NamedShape> &shapes) {
        ShapeArguments made;
        for (const NamedShape &s : shapes) {
            made.names.push_back(s.name);
            for (const std::int64_t dim : s.shape) {
                if (dim < 0 || dim > 0xffffffff)
                    return Error{ErrorCode::shape, "",
                                 s.name + ": " + shown(s.shape) +
                                     " has a dimension that is negative or too large"};
                made.dims.push_back(static_cast<std::uint32_t>(dim));
            }
            made.starts.push_back(static_cast<std::uint32_t>(made.dims.size()));
        }
        return made;
    }
};

/** Asks for every input, or every output. */
template <class Get>
Result<std::vector<TensorInfo>> tensor_infos(const Result<std::uint32_t> &count, Get &&get) {
    if (!count) return count.error();
    std::vector<TensorInfo> infos;
    for (std::uint32_t i = 0; i < *count; i++) {
        const auto info = get(i);
        if (!info) return info.error();
        infos.push_back({std::string(info->name), static_cast<DType>(info->dtype),
                         Shape(info->dims.begin(), info->dims.end())});
    }
    return infos;
}

/** A predictor, and what is known of it. */
struct PredictorState final : Owned<PredictorState> {
    PredictorState(const capi::Api &library, std::vector<std::string> names)
        : api(library), required(std::move(names)) {}

    Result<void> release() noexcept {
        handle = capi::PredictorHandle();
        return {};
    }

    /** Takes on a native predictor; stays as it is after a failure. */
    Result<void> adopt(capi::PredictorHandle made) {
        auto ins = tensor_infos(api.LPPredGetInputCount(made),
                                [&](std::uint32_t i) { return api.LPPredGetInputInfo(made, i); });
        if (!ins) return ins.error();
        auto outs = tensor_infos(api.LPPredGetOutputCount(made),
                                 [&](std::uint32_t i) { return api.LPPredGetOutputInfo(made, i); });
        if (!outs) return outs.error();
        {
            const std::lock_guard<std::mutex> lock(replacing);
            std::swap(handle, made);
        }
        inputs = std::move(*ins);
        outputs = std::move(*outs);
        return {};
    }

    /** Stops the forward that runs, from any thread. */
    Result<void> cancel() {
        const std::lock_guard<std::mutex> lock(replacing);
        return api.LPPredCancel(handle);
    }

    Result<void> reshape(const std::vector<NamedShape> &shapes) {
        const Result<ShapeArguments> s = ShapeArguments::of(shapes);
        if (!s) return s.error();
        Result<capi::PredictorHandle> made =
            api.MXPredReshape(s->names.size(), s->names, s->starts, s->dims, handle);
        if (!made) return made.error();
        return adopt(std::move(*made));
    }

    /** Everything that is wrong with the inputs of a run; then the shapes that they ask for. */
    Result<std::vector<NamedShape>> check(Span<const Feed> feeds) const {
        for (const std::string &name : required)
            if (std::none_of(feeds.begin(), feeds.end(),
                             [&](const Feed &f) { return f.name == name; }))
                return Error{ErrorCode::name, "", "input \"" + name + "\" is missing; " + known()};
        std::vector<NamedShape> changed;
        for (const Feed &feed : feeds) {
            const std::string name(feed.name);
            const TensorInfo *input = find(name);
            if (input == nullptr)
                return Error{ErrorCode::name, "", "there is no input \"" + name + "\"; " + known()};
            if (!holds(feed.elements.element_class(), input->dtype))
                return Error{ErrorCode::dtype, "",
                             "input \"" + name + "\" takes elements of " +
                                 types_that_hold(input->dtype) + ", not of " +
                                 name_of(feed.elements.element_class())};
            const Shape &shape = feed.shape ? *feed.shape : input->shape;
            const Result<std::size_t> bytes = bytes_of(input->dtype, shape);
            if (!bytes) return Error{bytes.code(), "", name + ": " + bytes.error().text};
            if (feed.elements.size_bytes() != *bytes)
                return Error{ErrorCode::shape, "",
                             name + ": there are " + std::to_string(feed.elements.size()) +
                                 " elements, shape " + shown(shape) + " has " +
                                 std::to_string(*bytes / element_bytes(input->dtype))};
            if (shape != input->shape) changed.push_back({name, shape});
        }
        return changed;
    }

    [[nodiscard]] const TensorInfo *find(const std::string &name) const {
        const auto found = std::find_if(inputs.begin(), inputs.end(),
                                        [&](const TensorInfo &i) { return i.name == name; });
        return found == inputs.end() ? nullptr : &*found;
    }
    [[nodiscard]] std::string known() const {
        std::string text = "the inputs are";
        for (const TensorInfo &i : inputs) text += " \"" + i.name + "\"";
        return text;
    }

    Result<Tensor> copy_output(std::size_t index) const {
        if (index >= outputs.size()) return no_output(index);
        Result<Tensor> made = Tensor::zeros(outputs[index].dtype, outputs[index].shape);
        if (!made) return made;
        const Result<void> read =
            api.LPPredGetOutput(handle, index, made->dtype(), made->bytes(), made->size_bytes());
        if (!read) return read.error();
        return made;
    }
    [[nodiscard]] Error no_output(std::size_t index) const {
        return {ErrorCode::index, "",
                "there is no output " + std::to_string(index) + ": there are " +
                    std::to_string(outputs.size())};
    }

    capi::Api api;
    /** Replaced under the lock only, for `cancel` comes at any time. */
    capi::PredictorHandle handle;
    std::mutex replacing;
    /** Inputs that every run must be given. */
    std::vector<std::string> required;
    std::vector<TensorInfo> inputs;
    std::vector<TensorInfo> outputs;
};

} // namespace detail
} // namespace libpredict
