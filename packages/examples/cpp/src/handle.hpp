/**
 * @file
 * Handles as objects. Owns `Handle`, and what stands behind one: the address, how it is freed,
 * and what the binding has to remember of a predictor.
 *
 * Invariant: the address reaches C only between the `enter` and the `leave` of a use.
 */
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../gen/functions.hpp"
#include "owned.hpp"

namespace libpredict {

template <class Kind>
class Handle;

namespace detail {

/** A library: its functions, and where they come from. Never freed, as the library stays loaded. */
struct LibraryData {
    std::string path;
    Functions functions;
    /** MXNet's own function that frees the arrays of a monitor callback; NULL where there is none.
     */
    int (*free_array)(void *) = nullptr;
};

struct Monitor;
struct DeleteMonitor {
    void operator()(Monitor *monitor) const noexcept;
};

/** What a handle stands for. */
struct HandleBlock final : Owned<HandleBlock> {
    HandleBlock(const LibraryData &from, int (*with)(void *)) noexcept
        : library(&from), free(with) {}

    Result<void> release() noexcept;

    void *address = nullptr;
    const LibraryData *library;
    /** NULL for what the caller never owns. */
    int (*free)(void *);
    /** Of a predictor: names and element types of its inputs, once they were asked for. */
    std::vector<std::pair<std::string, int>> input_types;
    bool knows_input_types = false;
    std::unique_ptr<Monitor, DeleteMonitor> monitor;
};

/** What the binding may do with handles and nobody else. */
struct HandleAccess {
    template <class Kind>
    static HandleBlock *block(const Handle<Kind> &handle) noexcept {
        return handle.block_.get();
    }
    template <class Kind>
    static Handle<Kind> make(Owner<HandleBlock> block) noexcept {
        return Handle<Kind>(std::move(block));
    }
};

} // namespace detail

/**
 * A native object of one kind: a predictor, a model, a list, an array. Moves, never copies.
 *
 * The destructor gives the object back; if a call uses it meanwhile, at the end of that call.
 * A function that gets a handle which was freed, moved from, or is in use by another thread
 * returns an error.
 */
template <class Kind>
class Handle {
public:
    /** No object: what C calls NULL. */
    Handle() = default;

    [[nodiscard]] HandleState state() const noexcept { return block_.state(); }
    /** Whether there is an object that was not freed. */
    explicit operator bool() const noexcept {
        return state() == HandleState::alive || state() == HandleState::busy;
    }

private:
    friend struct detail::HandleAccess;
    explicit Handle(detail::Owner<detail::HandleBlock> block) noexcept : block_(std::move(block)) {}

    detail::Owner<detail::HandleBlock> block_;
};

} // namespace libpredict
