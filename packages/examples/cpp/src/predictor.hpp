/**
 * @file
 * Predictors: a model bound to input shapes.
 *
 * Invariant: one call at a time works on a predictor, and a second one gets `busy`; `cancel` alone
 * comes alongside.
 */
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "predictor_state.hpp"

namespace libpredict {

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
    /** What to save: time, or memory for weights. */
    MemoryMode memory_mode = MemoryMode::fast;
};

/** What a predictor and its model occupy, in bytes, and how many nodes are left to run. */
using Stats = capi::LPStats;

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

/**
 * Runs a model on inputs of given shapes. Made by `Model::create_predictor`. Moves, never copies.
 *
 * One thread at a time may use it: a call gives `busy` while another one is going on; any thread
 * may call `cancel()` and `close()` meanwhile. Predictors of one model run at the same time, on
 * one copy of the weights. Every call gives `disposed` after `close()`, and `handle` after the
 * predictor was moved from.
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
     *   library reports, such as `missing` for a weight that the parameters lack; `cancelled`
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

    /** Computes the outputs from the inputs that are set. @return `cancelled`, among others */
    Result<void> forward() {
        return use<void>([](State &s) { return s.api.MXPredForward(s.handle); });
    }

    /**
     * Stops the `run` or `forward` of another thread: it ends before the next node of the network,
     * with `cancelled`, and the next one begins anew. For any thread, at any time, and for a
     * monitor callback too.
     *
     * While no node is being computed, it does nothing: a thread that cannot know whether the other
     * one has come so far calls again until the run has returned.
     *
     * @return `disposed`: closed, though a run may still be going on; `handle`: moved from
     */
    Result<void> cancel() const {
        return use<void>([](State &s) { return s.cancel(); }, detail::Sharing::alongside);
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
        return report([](State &s, const OptionalMutableBytes &room, std::size_t size) {
            return s.api.LPPredDescribe(s.handle, room, size);
        });
    }

    /**
     * Begins to measure what each node of the network takes, or ends and forgets it. Setting a
     * weight or a monitor begins anew; a reshape, also by a feed of another shape, ends it.
     */
    Result<void> set_profiling(bool enable) {
        return use<void>(
            [&](State &s) { return s.api.LPPredSetProfiling(s.handle, enable ? 1 : 0); });
    }

    /**
     * What each node took, as JSON; `Api::LPPredGetNodeProfile` tells its form.
     *
     * @return `state`: nothing was measured: `set_profiling(true)` and a run come first
     */
    [[nodiscard]] Result<std::string> profile() const {
        return report([](State &s, const OptionalMutableBytes &room, std::size_t size) {
            return s.api.LPPredGetNodeProfile(s.handle, room, size);
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

    /** A text that the library writes. @param write - fills the room that it is given, and tells
     * how much is needed, the NUL included */
    template <class Write>
    Result<std::string> report(Write &&write) const {
        return use<std::string>([&](State &s) -> Result<std::string> {
            const Result<std::size_t> size = write(s, nullptr, 0);
            if (!size) return size.error();
            std::string text(*size, '\0');
            const Result<std::size_t> written = write(s, text, text.size());
            if (!written) return written.error();
            text.resize(*size - 1); // without the NUL
            return text;
        });
    }

    template <class T, class Work>
    Result<T> use(Work &&work, detail::Sharing sharing = detail::Sharing::exclusive) const {
        const detail::Use<State> used(state_.get(), sharing);
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
