/**
 * @file
 * Predictors: a model bound to input shapes.
 *
 * Invariants: one call at a time works on a predictor, and a second one gets `busy`; what
 * `inputs` and `outputs` tell is what the native predictor has.
 */
#pragma once

#include <algorithm>
#include <cstdint>
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

/** What a predictor may have besides its input shapes. */
struct PredictorOptions {
    /** Names of inner outputs to compute instead of the model's own; empty: the model's. */
    std::vector<std::string> outputs = {};
    /** Element types of inputs that are not float32. */
    std::vector<std::pair<std::string, DType>> dtypes = {};
    /** Threads that one forward may use, the calling one included; 0: the library's default. */
    std::uint32_t threads = 0;
    /** Graph passes to switch off, one or more. */
    std::vector<Pass> disabled_passes = {};
};

/** What a predictor and its model occupy, in bytes, and how many nodes are left to run. */
using Stats = capi::LPStats;

/** The input of a run: elements by name, and their shape where it is to change. */
struct Feed {
    std::string_view name;
    Elements elements;
    std::optional<Shape> shape = std::nullopt;
};

/** The outputs of a run, copied. */
class Outputs {
public:
    explicit Outputs(std::vector<NamedTensor> tensors) : tensors_(std::move(tensors)) {}

    [[nodiscard]] std::size_t size() const noexcept { return tensors_.size(); }
    [[nodiscard]] std::vector<NamedTensor>::const_iterator begin() const noexcept {
        return tensors_.begin();
    }
    [[nodiscard]] std::vector<NamedTensor>::const_iterator end() const noexcept {
        return tensors_.end();
    }
    /** An output by its place; NULL where there are not so many. */
    [[nodiscard]] const Tensor *at(std::size_t index) const & noexcept {
        return index < tensors_.size() ? &tensors_[index].tensor : nullptr;
    }
    /** An output by its name, such as `softmax_output` or `softmax`; NULL where there is none. */
    [[nodiscard]] const Tensor *find(std::string_view name) const & noexcept {
        for (const NamedTensor &t : tensors_)
            if (t.name == name || t.name == std::string(name) + "_output") return &t.tensor;
        return nullptr;
    }

private:
    std::vector<NamedTensor> tensors_;
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
        handle = std::move(made);
        inputs = std::move(*ins);
        outputs = std::move(*outs);
        return {};
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
    capi::PredictorHandle handle;
    /** Inputs that every run must be given. */
    std::vector<std::string> required;
    std::vector<TensorInfo> inputs;
    std::vector<TensorInfo> outputs;
};

} // namespace detail

/**
 * Runs a model on inputs of given shapes. Made by `Model::create_predictor`. Moves, never copies.
 *
 * One thread at a time may use it: a call gives `busy` while another one is going on. Predictors
 * of one model run at the same time, on one copy of the weights. Every call gives `disposed` after
 * `close()`, and `handle` after the predictor was moved from.
 */
class Predictor {
public:
    /** Name, element type and present shape of each input. */
    [[nodiscard]] Result<std::vector<TensorInfo>> inputs() const {
        return use<std::vector<TensorInfo>>([](State &s) { return s.inputs; });
    }
    /** Name, element type and present shape of each output. */
    [[nodiscard]] Result<std::vector<TensorInfo>> outputs() const {
        return use<std::vector<TensorInfo>>([](State &s) { return s.outputs; });
    }

    /**
     * Computes the outputs.
     *
     * @param feeds the inputs by name: `{{"data", pixels}}`. All inputs that were named at the
     *   creation are needed. Nothing is converted. A feed with another shape than before reshapes
     *   the predictor; inputs that are not fed then start from zeros again.
     * @return copies of the outputs; `name`: an unknown or missing input; `dtype`: elements of
     *   another type; `shape`: a number of elements, or a shape, that does not fit; or what the
     *   library reports, such as `missing` for a weight that the parameters lack
     */
    Result<Outputs> run(const std::vector<Feed> &feeds) {
        return use<Outputs>([&](State &s) -> Result<Outputs> {
            const Result<std::vector<NamedShape>> changed = s.check(feeds);
            if (!changed) return changed.error();
            if (!changed->empty())
                if (const Result<void> done = s.reshape(*changed); !done) return done.error();
            for (const Feed &f : feeds)
                if (const Result<void> set = set_input(s, f.name, f.elements); !set)
                    return set.error();
            if (const Result<void> done = s.api.MXPredForward(s.handle); !done) return done.error();
            std::vector<NamedTensor> tensors;
            for (std::size_t i = 0; i < s.outputs.size(); i++) {
                Result<Tensor> tensor = s.copy_output(i);
                if (!tensor) return tensor.error();
                tensors.push_back({s.outputs[i].name, std::move(*tensor)});
            }
            return Outputs(std::move(tensors));
        });
    }

    /** Sets an input, or a weight, by name; its elements stay until they are set again. */
    Result<void> set_input(std::string_view name, const Elements &elements) {
        return use<void>([&](State &s) { return set_input(s, name, elements); });
    }

    /** Computes the outputs from the inputs that are set. */
    Result<void> forward() {
        return use<void>([](State &s) { return s.api.MXPredForward(s.handle); });
    }

    /**
     * An output without a copy. Valid until the next run, forward, reshape or close.
     *
     * @return `index`; `dtype`: its elements are not of type T; `state`: before any forward
     */
    template <class T>
    Result<Span<const T>> output(std::size_t index = 0) const {
        return use<Span<const T>>([&](State &s) -> Result<Span<const T>> {
            if (index >= s.outputs.size()) return s.no_output(index);
            if (!detail::holds(detail::class_of<T>(), s.outputs[index].dtype))
                return Error{ErrorCode::dtype, "",
                             "output \"" + s.outputs[index].name + "\" has elements of " +
                                 detail::types_that_hold(s.outputs[index].dtype) + ", not of " +
                                 detail::name_of(detail::class_of<T>())};
            const auto view = s.api.LPPredGetOutputData(s.handle, index);
            if (!view) return view.error();
            return Span<const T>(static_cast<const T *>(view->data.data()),
                                 view->data.size() / sizeof(T));
        });
    }

    /** A copy of an output. */
    [[nodiscard]] Result<Tensor> copy_output(std::size_t index = 0) const {
        return use<Tensor>([&](State &s) { return s.copy_output(index); });
    }

    /** Changes shapes of inputs; those not named keep theirs. All inputs start from zeros again. */
    Result<void> reshape(const std::vector<NamedShape> &shapes) {
        return use<void>([&](State &s) { return s.reshape(shapes); });
    }

    /**
     * Has a function called with every tensor of each later forward, on the thread of the
     * forward; an empty one takes it away, and so does a reshape.
     *
     * @param callback gets the name of the tensor, and an array for `Api::LPArrayGetInfo`
     * @param inputs_too also before each node, for each of its inputs
     */
    Result<void> monitor(capi::PredMonitorCallback callback, bool inputs_too = false) {
        return use<void>([&](State &s) {
            return s.api.MXPredSetMonitorCallback(s.handle, std::move(callback), inputs_too);
        });
    }

    /** What the predictor and its model occupy. */
    [[nodiscard]] Result<Stats> stats() const {
        return use<Stats>([](State &s) { return s.api.LPPredGetStats(s.handle); });
    }

    /** The graph that the predictor runs, as JSON; `Api::LPPredDescribe` tells its form. */
    [[nodiscard]] Result<std::string> describe() const {
        return use<std::string>([](State &s) -> Result<std::string> {
            const Result<std::size_t> size = s.api.LPPredDescribe(s.handle, nullptr, 0);
            if (!size) return size.error();
            std::string report(*size, '\0');
            const Result<std::size_t> written =
                s.api.LPPredDescribe(s.handle, report, report.size());
            if (!written) return written.error();
            report.resize(*size - 1); // without the NUL
            return report;
        });
    }

    /** Gives the memory back; at the end of the call that is going on, if one is. */
    void close() noexcept {
        if (state_.get() != nullptr) static_cast<void>(state_->close());
    }
    /** Whether it cannot be used any more. */
    [[nodiscard]] bool closed() const noexcept {
        return state_.state() == HandleState::freed || state_.state() == HandleState::empty;
    }

private:
    friend class Model;
    using State = detail::PredictorState;

    explicit Predictor(detail::Owner<State> state) noexcept : state_(std::move(state)) {}

    static Result<void> set_input(State &s, std::string_view name, const Elements &elements) {
        return s.api.MXPredSetInput(s.handle, name, elements, elements.size());
    }

    template <class T, class Work>
    Result<T> use(Work &&work) const {
        const detail::Use<State> used(state_.get(), detail::Sharing::exclusive);
        if (used.problem() == ErrorCode::busy)
            return Error{ErrorCode::busy, "", "another call uses the predictor"};
        if (used.problem() == ErrorCode::disposed)
            return Error{ErrorCode::disposed, "", "the predictor was closed"};
        if (used.get() == nullptr)
            return Error{ErrorCode::handle, "", "the predictor was moved from"};
        return work(*used.get());
    }

    detail::Owner<State> state_;
};

} // namespace libpredict
