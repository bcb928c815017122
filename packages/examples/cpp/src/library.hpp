/**
 * @file
 * Finds and loads the library: an explicit path, else `LIBPREDICT_PATH`, else the installed
 * library, else one beside the program, else the workspace build. A place that is named and fails
 * is an error; the search does not go on behind the caller's back.
 */
#pragma once

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

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

namespace libpredict {

/** One place where a library was looked for. */
struct LoadAttempt {
    /** Which rule of the look-up: `path`, `LIBPREDICT_PATH`, `installed library`, `beside the
     * program`, `workspace build`. */
    std::string source;
    /** The file, where the rule came to one; else empty. */
    std::string path;
    /** Why it gave no library. */
    std::string reason;
};

namespace detail {

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

} // namespace detail

struct LibrarySearch;

/**
 * A loaded library. A value that refers to it: copies are the same. The library stays loaded until
 * the process ends.
 */
class Library {
public:
    /**
     * Loads the library from a file, or from the folder that holds it. Nothing else is tried.
     *
     * A library that has only part one of the header (MXNet's own) loads too; its missing functions
     * give `unavailable` when they are called.
     */
    static Result<Library> load(const std::filesystem::path &path);

    /** Loads the library from the first place of the look-up that has one; the error lists them
     * all. */
    static Result<Library> load();

    /** As load(), and tells where the library was found and where it was not. Never fails. */
    static LibrarySearch find(const std::optional<std::filesystem::path> &path = std::nullopt);

#if defined(LIBPREDICT_LINKED)
    /** The library that this program is linked with, or that is compiled into it. */
    static Library linked() { return Library(*detail::LoadedLibraries::linked()); }
#endif

    /** What models use unless they are told: the linked library where there is one, else load(). */
    static Result<Library> standard() {
#if defined(LIBPREDICT_LINKED)
        return linked();
#else
        return load();
#endif
    }

    /** The functions of the C header. */
    [[nodiscard]] const capi::Api &api() const noexcept { return api_; }
    /** The file that was loaded; `libpredict.so` where the system's loader found it; `linked in` or
     * `compiled in`. */
    [[nodiscard]] const std::string &path() const noexcept { return api_.path(); }
    /** Whether the library has a function of the header. */
    [[nodiscard]] bool has(std::string_view function) const noexcept { return api_.has(function); }

private:
    explicit Library(const detail::LibraryData &data) noexcept : api_(data) {}
    capi::Api api_;
};

/** What a search for the library came to. */
struct LibrarySearch {
    /** The library, if some place had one. */
    std::optional<Library> library;
    /** Which rule of the look-up found it. */
    std::string source;
    /** The places before it, in the order of the look-up, and why each gave none. */
    std::vector<LoadAttempt> tried;

    /** `no predict library could be loaded; tried` and a line for each place. */
    [[nodiscard]] std::string message() const {
        std::string text = "no predict library could be loaded; tried";
        for (const LoadAttempt &t : tried)
            text +=
                "\n  " + t.source + (t.path.empty() ? "" : " (" + t.path + ")") + ": " + t.reason;
        return text;
    }
};

inline LibrarySearch Library::find(const std::optional<std::filesystem::path> &path) {
    namespace fs = std::filesystem;
    detail::LoadedLibraries &loaded = detail::LoadedLibraries::get();
    LibrarySearch search;
    const auto note = [&search](const char *source, std::string place, std::string reason) {
        search.tried.push_back({source, std::move(place), std::move(reason)});
    };
    const auto attempt = [&](const char *source, const fs::path &given) {
        std::error_code ignored;
        const fs::path place = fs::absolute(given, ignored).lexically_normal();
        std::string reason;
        if (const detail::LibraryData *found = loaded.open(place, reason)) {
            search.library = Library(*found);
            search.source = source;
        } else {
            note(source, place.string(), std::move(reason));
        }
        return search.library.has_value();
    };
    if (path) return attempt("path", *path), search;
    note("path", "", "not given");
    const char *variable = std::getenv("LIBPREDICT_PATH");
    if (variable != nullptr && *variable != '\0')
        return attempt("LIBPREDICT_PATH", variable), search;
    note("LIBPREDICT_PATH", "", "not set");
    std::string reason;
    if (const detail::LibraryData *found = loaded.open_installed(reason)) {
        search.library = Library(*found);
        search.source = "installed library";
        return search;
    }
    note("installed library", "", std::move(reason));
    const fs::path program = detail::program_path();
    if (program.empty())
        note("beside the program", "", "the system does not tell where the program is");
    else if (attempt("beside the program", program.parent_path() / detail::library_file_name))
        return search;
#if defined(LIBPREDICT_WORKSPACE_LIBRARY)
    attempt("workspace build", LIBPREDICT_WORKSPACE_LIBRARY);
#else
    note("workspace build", "", "not compiled in");
#endif
    return search;
}

inline Result<Library> Library::load(const std::filesystem::path &path) {
    LibrarySearch search = find(path);
    if (search.library) return *search.library;
    return Error{ErrorCode::load, "", search.message()};
}

inline Result<Library> Library::load() {
    LibrarySearch search = find();
    if (search.library) return *search.library;
    return Error{ErrorCode::load, "", search.message()};
}

} // namespace libpredict
