/**
 * @file
 * Finds and loads the library: an explicit path, else `LIBPREDICT_PATH`, else the installed
 * library, else one beside the program, else the workspace build. A place that is named and fails
 * is an error; the search does not go on behind the caller's back.
 */
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "loaded_libraries.hpp"

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
