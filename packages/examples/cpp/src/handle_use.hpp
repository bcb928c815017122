/**
 * @file
 * Handles in a call: those that it uses, the one that it frees, those that it makes.
 *
 * Invariant: whatever the library made has an owner, on every way out of a call.
 */
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "call.hpp"

namespace libpredict::detail {

/** The use of a handle by a call. */
class HandleUse : public Use<HandleBlock> {
public:
    /** Notes with the call why the handle cannot be used. */
    template <class Kind>
    HandleUse(CallBase &call, const Handle<Kind> &handle, const char *name, Sharing sharing)
        : Use(call.failed() ? nullptr : HandleAccess::block(handle), sharing) {
        if (call.failed()) return;
        const std::string kind = Kind::name;
        if (problem() == ErrorCode::disposed)
            call.fail(ErrorCode::disposed, "the " + kind + " handle was freed");
        else if (problem() == ErrorCode::busy)
            call.fail(ErrorCode::busy, "a running call uses the " + kind + " handle");
        else if (get() == nullptr)
            call.fail(ErrorCode::handle,
                      std::string(name) + " must be a handle of kind \"" + kind +
                          "\", not an empty one: it was moved from, or never made");
        else if (get()->library != &call.library())
            call.fail(ErrorCode::handle, std::string(name) + " belongs to another library");
    }
    [[nodiscard]] void *address() const noexcept { return get()->address; }
    /** Throws what the monitor callback threw during the call that just ended. */
    void rethrow() const;
};

/** Gives a handle back: now, or when the call that uses it ends. */
template <class Kind>
Result<void> release(CallBase &call, const Handle<Kind> &handle, const char *name) {
    if (call.failed()) return call.error();
    HandleBlock *block = HandleAccess::block(handle);
    if (block == nullptr) return {}; // as free(NULL)
    if (block->library != &call.library()) {
        call.fail(ErrorCode::handle, std::string(name) + " belongs to another library");
        return call.error();
    }
    Result<void> outcome = block->close();
    if (outcome) return {};
    if (outcome.code() == ErrorCode::disposed) {
        call.fail(ErrorCode::disposed, std::string("the ") + Kind::name + " handle was freed");
        return call.error();
    }
    return call.failure();
}

inline Result<void> HandleBlock::release() noexcept {
    const int status = free != nullptr ? free(address) : 0;
    monitor.reset();
    if (status != 0) return Error{ErrorCode::unknown, "", {}};
    return {};
}

/** Handles that a call makes. Everything is allocated before, so that none is lost. */
template <class Kind>
class NewHandle {
public:
    NewHandle(CallBase &call, int (*free)(void *))
        : block_(call.failed() ? nullptr : new(std::nothrow) HandleBlock(call.library(), nullptr)),
          free_(free) {
        if (!call.failed() && block_.get() == nullptr)
            call.fail(ErrorCode::memory, "no memory for a handle");
    }
    /** Where C writes. */
    void **out() noexcept { return &address_; }
    /** Remembers what was made. @return whether there is something */
    bool made() noexcept {
        block_->address = address_;
        block_->free = address_ != nullptr ? free_ : nullptr;
        return address_ != nullptr;
    }
    [[nodiscard]] HandleBlock &block() const noexcept { return *block_.get(); }
    Handle<Kind> take() noexcept { return HandleAccess::make<Kind>(std::move(block_)); }

private:
    Owner<HandleBlock> block_;
    void *address_ = nullptr;
    int (*free_)(void *);
};

/** An array of handles that a call makes. */
template <class Kind>
class NewHandles {
public:
    NewHandles(CallBase &call, int (*free)(void *), std::int64_t count) : free_(free) {
        if (count < 0)
            call.fail(ErrorCode::argument,
                      "the handles would have a negative length: " + std::to_string(count));
        if (call.failed()) return;
        const std::size_t size = static_cast<std::size_t>(count);
        if (size <= largest) {
            addresses_.reset(new (std::nothrow) void *[size + 1]());
            made_.reserve(size);
        }
        for (std::size_t i = 0; addresses_ != nullptr && i < size; i++) {
            Owner<HandleBlock> block(new (std::nothrow) HandleBlock(call.library(), nullptr));
            if (block.get() == nullptr) addresses_.reset();
            made_.push_back(HandleAccess::make<Kind>(std::move(block)));
        }
        if (addresses_ == nullptr)
            call.fail(ErrorCode::memory, "no memory for " + std::to_string(count) + " handles");
    }
    void **out() noexcept { return addresses_.get(); }
    bool made() noexcept {
        bool all = true;
        for (std::size_t i = 0; i < made_.size(); i++) {
            HandleBlock *block = HandleAccess::block(made_[i]);
            block->address = addresses_[i];
            block->free = addresses_[i] != nullptr ? free_ : nullptr;
            all = all && addresses_[i] != nullptr;
        }
        return all;
    }
    std::vector<Handle<Kind>> take() noexcept { return std::move(made_); }

private:
    /** More handles than any address space holds objects. */
    static constexpr std::size_t largest = std::size_t{1} << 24;

    std::unique_ptr<void *[]> addresses_;
    std::vector<Handle<Kind>> made_;
    int (*free_)(void *);
};

} // namespace libpredict::detail
