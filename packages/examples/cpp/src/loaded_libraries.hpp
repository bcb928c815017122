/**
 * @file
 * Has the system load libraries, each once. Owns what is loaded; it stays so until the process
 * ends.
 */
#pragma once

#include <deque>
#include <filesystem>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include "../gen/api.hpp"

#if defined(_WIN32)
#ifndef NOMINMAX
#define NOMINMAX
#endif
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
#else
#include <dlfcn.h>
#if defined(__APPLE__)
#include <mach-o/dyld.h>
#endif
#endif

namespace libpredict::detail {

namespace fs = std::filesystem;

#if defined(_WIN32)
inline constexpr const char *library_file_name = "predict.dll";
#elif defined(__APPLE__)
inline constexpr const char *library_file_name = "libpredict.dylib";
#else
inline constexpr const char *library_file_name = "libpredict.so";
#endif

/** Has the system load a library. @return NULL with the reason if it does not */
inline void *open_library(const fs::path &path, std::string &reason) {
#if defined(_WIN32)
    void *library = reinterpret_cast<void *>(LoadLibraryW(path.c_str()));
    if (library == nullptr)
        reason =
            std::error_code(static_cast<int>(GetLastError()), std::system_category()).message();
#else
    void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char *text = dlerror();
        reason = text != nullptr ? text : "the loader does not say why";
    }
#endif
    return library;
}

inline void *symbol_of(void *library, const char *name) noexcept {
#if defined(_WIN32)
    return reinterpret_cast<void *>(GetProcAddress(reinterpret_cast<HMODULE>(library), name));
#else
    return dlsym(library, name);
#endif
}

/** The file of a library that is loaded; empty where the system does not tell. */
inline std::string path_of(void *library) {
    std::error_code error;
#if defined(_WIN32)
    std::wstring name(32768, L'\0');
    name.resize(GetModuleFileNameW(reinterpret_cast<HMODULE>(library), name.data(), 32768));
    const fs::path path = fs::canonical(name, error);
#else
    Dl_info info = {};
    if (dladdr(symbol_of(library, "MXPredCreate"), &info) == 0 || info.dli_fname == nullptr)
        return {};
    const fs::path path = fs::canonical(info.dli_fname, error);
#endif
    return error ? std::string() : path.string();
}

/** The program's own file; empty where the system does not tell. */
inline fs::path program_path() {
    std::error_code ignored;
#if defined(_WIN32)
    std::wstring path(32768, L'\0');
    path.resize(GetModuleFileNameW(nullptr, path.data(), 32768));
    return path;
#elif defined(__APPLE__)
    std::string path(4096, '\0');
    std::uint32_t size = 4096;
    return _NSGetExecutablePath(path.data(), &size) == 0 ? fs::canonical(path.c_str(), ignored)
                                                         : fs::path();
#else
    return fs::read_symlink("/proc/self/exe", ignored);
#endif
}

/** Every library that is loaded. They stay so until the process ends, and this with them. */
class LoadedLibraries {
public:
    static LoadedLibraries &get() {
        static LoadedLibraries &loaded = *new LoadedLibraries; // threads may outlive main
        return loaded;
    }

    /** Opens a file, or one in a folder; a file that is open already is not opened again. */
    const LibraryData *open(const fs::path &given, std::string &reason) {
        std::error_code error;
        const fs::file_status status = fs::status(given, error);
        if (!fs::exists(status)) return reason = "no such file", nullptr;
        const fs::path file = fs::is_directory(status) ? given / library_file_name : given;
        if (!fs::exists(file, error))
            return reason = std::string("a folder without ") + library_file_name, nullptr;
        const fs::path path = fs::canonical(file, error);
        if (error) return reason = error.message(), nullptr;
        return load(path, reason);
    }

    /** Has the system's loader find the library. */
    const LibraryData *open_installed(std::string &reason) {
        const std::lock_guard<std::mutex> lock(mutex_);
        void *library = open_library(library_file_name, reason);
        if (library == nullptr) {
            // The loader's words name the library if it is the one that is missing.
            if (reason.find("o such file") != std::string::npos &&
                reason.find(library_file_name) != std::string::npos)
                reason = "not installed";
            return nullptr;
        }
        std::string path = path_of(library);
        if (path.empty()) path = library_file_name;
        // A library that is loaded already answers to the name, wherever it came from.
        for (const Loaded &known : libraries_)
            if (known.data.path == path) {
                if (known.is_installed) return &known.data;
                reason = "not installed, or hidden by the one that is loaded already";
                return nullptr;
            }
        return add(library, std::move(path), true, reason);
    }

#if defined(LIBPREDICT_LINKED)
    /** The library that this program is linked with. */
    static const LibraryData *linked() {
        static const LibraryData &library = *new LibraryData {
#if defined(LP_STATIC)
            "compiled in",
#else
            "linked in",
#endif
                Functions::linked(), nullptr
        };
        return &library;
    }
#endif

private:
    struct Loaded {
        LibraryData data;
        bool is_installed;
    };

    const LibraryData *load(const fs::path &path, std::string &reason) {
        const std::lock_guard<std::mutex> lock(mutex_);
        for (const Loaded &known : libraries_)
            if (known.data.path == path.string()) return &known.data;
        void *library = open_library(path, reason);
        return library != nullptr ? add(library, path.string(), false, reason) : nullptr;
    }

    const LibraryData *add(void *library, std::string path, bool is_installed,
                           std::string &reason) {
        LibraryData data;
        data.path = std::move(path);
        data.functions.look_up([library](const char *name) { return symbol_of(library, name); });
        data.free_array = reinterpret_cast<int (*)(void *)>(symbol_of(library, "MXNDArrayFree"));
        if (data.functions.MXPredCreate == nullptr)
            return reason = "loads, but has no MXPredCreate: it is not a predict library", nullptr;
        return &libraries_.emplace_back(Loaded{std::move(data), is_installed}).data;
    }

    std::mutex mutex_;
    std::deque<Loaded> libraries_; // elements stay where they are
};

} // namespace libpredict::detail
