/**
 * @file
 * Objects with one owner that calls may use meanwhile. Owns the state machine behind every
 * handle and predictor: alive, busy, freed.
 *
 * Invariants: nobody enters after `close`; `release` runs exactly once, when no use of any sort is
 * left; the memory goes when the owner is gone and no use is left. Uses alongside are counted
 * apart, so that they neither keep others out nor are kept out by them.
 */
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "result.hpp"

namespace libpredict {

/** `alive`: may be used. `busy`: a call uses it, one alongside others not counted. `freed`: given
 * back, or about to be when the call that uses it ends. `empty`: moved from, or never made. */
enum class HandleState { empty, alive, busy, freed };

namespace detail {

/** Whether calls may use an object at the same time. `alongside`: even during an exclusive use.
 * The number is what a use adds to the state. */
enum class Sharing : std::uint64_t {
    shared = 1,
    exclusive = (std::uint64_t{1} << 63) + 1,
    alongside = std::uint64_t{1} << 32
};

/** Base of an object with a state. Derived has `Result<void> release() noexcept`. */
template <class Derived>
class Owned {
public:
    Owned() = default;
    Owned(const Owned &) = delete;
    Owned &operator=(const Owned &) = delete;

    /** Begins a use. @return `ok`, or why not: `disposed` or `busy` */
    ErrorCode enter(Sharing sharing) noexcept {
        std::uint64_t state = state_.load(std::memory_order_relaxed);
        do {
            if ((state & closed) != 0) return ErrorCode::disposed;
            // An exclusive use counts as one that works.
            if (sharing == Sharing::exclusive && (state & working) != 0) return ErrorCode::busy;
            if (sharing == Sharing::shared && (state & exclusive) != 0) return ErrorCode::busy;
        } while (!state_.compare_exchange_weak(state, state + static_cast<std::uint64_t>(sharing),
                                               std::memory_order_acquire,
                                               std::memory_order_relaxed));
        return ErrorCode::ok;
    }

    /** Ends a use; what waited for it happens. The object may be gone afterwards. */
    void leave(Sharing sharing) noexcept {
        const std::uint64_t use = static_cast<std::uint64_t>(sharing);
        std::uint64_t state = state_.load(std::memory_order_acquire);
        // Once closed, nobody enters: a last use stays the last.
        while ((state & closed) == 0 || (state & uses) != (use & uses))
            if (state_.compare_exchange_weak(state, state - use, std::memory_order_acq_rel,
                                             std::memory_order_acquire))
                return;
        // Nobody waits for the outcome any more; freeing a valid object does not fail.
        static_cast<void>(self().release());
        drop(use);
    }

    /** Has the object released: now, or when the last use ends. @return `disposed`: it was closed
     * before; else what the release gives */
    Result<void> close() noexcept {
        std::uint64_t state = state_.load(std::memory_order_relaxed);
        bool now = false;
        do {
            if ((state & closed) != 0) return Error{ErrorCode::disposed, "", {}};
            now = (state & uses) == 0;
        } while (!state_.compare_exchange_weak(state, (state | closed) + (now ? 1u : 0u),
                                               std::memory_order_acq_rel,
                                               std::memory_order_relaxed));
        if (!now) return {};
        Result<void> outcome = self().release();
        drop(1);
        return outcome;
    }

    /** The owner goes. */
    void abandon() noexcept {
        static_cast<void>(close());
        const std::uint64_t before = state_.fetch_or(abandoned, std::memory_order_acq_rel);
        if ((before & uses) == 0) delete &self();
    }

    [[nodiscard]] HandleState state() const noexcept {
        const std::uint64_t state = state_.load(std::memory_order_acquire);
        if ((state & closed) != 0) return HandleState::freed;
        return (state & working) != 0 ? HandleState::busy : HandleState::alive;
    }

protected:
    ~Owned() = default;

private:
    static constexpr std::uint64_t exclusive = std::uint64_t{1} << 63;
    static constexpr std::uint64_t closed = std::uint64_t{1} << 62;
    static constexpr std::uint64_t abandoned = std::uint64_t{1} << 61;
    /** The count of all uses, and that of those which are not alongside. */
    static constexpr std::uint64_t uses = abandoned - 1;
    static constexpr std::uint64_t working = static_cast<std::uint64_t>(Sharing::alongside) - 1;

    Derived &self() noexcept { return static_cast<Derived &>(*this); }

    void drop(std::uint64_t use) noexcept {
        const std::uint64_t after = state_.fetch_sub(use, std::memory_order_acq_rel) - use;
        if ((after & abandoned) != 0 && (after & uses) == 0) delete &self();
    }

    std::atomic<std::uint64_t> state_{0};
};

/** The one owner of a T; moves, never copies. */
template <class T>
class Owner {
public:
    Owner() = default;
    explicit Owner(T *object) noexcept : object_(object) {}
    Owner(Owner &&other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Owner &operator=(Owner &&other) noexcept {
        if (this != &other) {
            Owner old(std::move(*this));
            object_ = std::exchange(other.object_, nullptr);
        }
        return *this;
    }
    ~Owner() {
        if (object_ != nullptr) object_->abandon();
    }

    [[nodiscard]] T *get() const noexcept { return object_; }
    T *operator->() const noexcept { return object_; }
    [[nodiscard]] HandleState state() const noexcept {
        return object_ != nullptr ? object_->state() : HandleState::empty;
    }

private:
    T *object_ = nullptr;
};

/** One use of a T, ended by the destructor. */
template <class T>
class Use {
public:
    /** @param object - NULL gives a use of nothing */
    Use(T *object, Sharing sharing) noexcept : object_(object), sharing_(sharing) {
        if (object_ != nullptr) problem_ = object_->enter(sharing);
        if (problem_ != ErrorCode::ok) object_ = nullptr;
    }
    Use(const Use &) = delete;
    Use &operator=(const Use &) = delete;
    ~Use() {
        if (object_ != nullptr) object_->leave(sharing_);
    }

    /** `ok`, `disposed` or `busy`. */
    [[nodiscard]] ErrorCode problem() const noexcept { return problem_; }
    /** The object; NULL if the use did not begin. */
    [[nodiscard]] T *get() const noexcept { return object_; }
    T *operator->() const noexcept { return object_; }

private:
    T *object_;
    Sharing sharing_;
    ErrorCode problem_ = ErrorCode::ok;
};

} // namespace detail
} // namespace libpredict
