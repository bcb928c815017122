/**
 * @file
 * Monitor callbacks: C++ functions as C function pointers, one for each predictor. An exception
 * never unwinds through C: it is kept, and thrown when the forward is over.
 */
#pragma once

#include <functional>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

#include "../gen/handles.hpp"
#include "handle_use.hpp"

namespace libpredict::detail {

struct Monitor {
    Monitor(const LibraryData &from, capi::PredMonitorCallback call)
        : callback(std::move(call)), library(&from) {}

    capi::PredMonitorCallback callback;
    const LibraryData *library;
    /** The callback threw during this forward: it is not called any more. */
    bool has_thrown = false;
#if LIBPREDICT_EXCEPTIONS
    std::exception_ptr exception;
#endif
};

inline void DeleteMonitor::operator()(Monitor *monitor) const noexcept { delete monitor; }

inline void call_monitor(Monitor &monitor, const char *name, void *array) {
    Owner<HandleBlock> block(new (std::nothrow)
                                 HandleBlock(*monitor.library, monitor.library->free_array));
    if (block.get() == nullptr) {
        if (monitor.library->free_array != nullptr) monitor.library->free_array(array);
        return;
    }
    block->address = array;
    const capi::NDArrayHandle handle = HandleAccess::make<capi::NDArrayKind>(std::move(block));
    if (!monitor.has_thrown)
        monitor.callback(name != nullptr ? std::string_view(name) : std::string_view(), handle);
}

/** What C calls. */
inline void monitor_entry(const char *name, void *array, void *user) noexcept {
    Monitor &monitor = *static_cast<Monitor *>(user);
#if LIBPREDICT_EXCEPTIONS
    try {
        call_monitor(monitor, name, array);
    } catch (...) {
        monitor.has_thrown = true;
        monitor.exception = std::current_exception();
    }
#else
    call_monitor(monitor, name, array);
#endif
}

inline void HandleUse::rethrow() const {
#if LIBPREDICT_EXCEPTIONS
    if (get()->monitor != nullptr && get()->monitor->has_thrown) {
        get()->monitor->has_thrown = false;
        std::rethrow_exception(std::exchange(get()->monitor->exception, nullptr));
    }
#endif
}

/** A callback on its way to a predictor: takes the place of the old one if the call succeeds. */
class MonitorChange {
public:
    MonitorChange(CallBase &call, HandleUse &use, capi::PredMonitorCallback callback) : use_(use) {
        if (call.failed() || !callback) return;
        made_.reset(new (std::nothrow) Monitor(call.library(), std::move(callback)));
        if (made_ == nullptr) call.fail(ErrorCode::memory, "no memory for a callback");
    }
    [[nodiscard]] ::PredMonitorCallback function() const noexcept {
        return made_ != nullptr ? &monitor_entry : nullptr;
    }
    [[nodiscard]] void *user() const noexcept { return made_.get(); }
    void keep() noexcept { use_->monitor = std::move(made_); }

private:
    HandleUse &use_;
    std::unique_ptr<Monitor, DeleteMonitor> made_;
};

} // namespace libpredict::detail
