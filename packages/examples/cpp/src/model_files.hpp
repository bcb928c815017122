/**
 * @file
 * Finds and reads the files of a model: `prefix-symbol.json` and `prefix-NNNN.params`.
 */
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "library.hpp"
#include "tensor.hpp"

namespace libpredict::detail {

/** The content of a file. */
struct FileContent {
    std::unique_ptr<unsigned char[]> memory;
    std::size_t size = 0;
    [[nodiscard]] Bytes bytes() const noexcept { return {memory.get(), size}; }
};

/** Whether a file is there and has a size: no folder, no pipe. */
inline bool is_plain(const fs::path &path) {
    std::error_code error;
    return fs::is_regular_file(path, error);
}

struct CloseFile {
    void operator()(std::FILE *file) const noexcept { std::fclose(file); }
};

/** Reads a whole file. @param reason - receives why it could not be read */
inline std::optional<FileContent> read_file(const fs::path &path, std::string &reason) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) return reason = "no such file or directory", std::nullopt;
    if (fs::is_directory(status)) return reason = "a folder, not a file", std::nullopt;
    const std::uintmax_t size = fs::file_size(path, error);
    if (error) return reason = error.message(), std::nullopt;
#if defined(_WIN32)
    const std::unique_ptr<std::FILE, CloseFile> file(_wfopen(path.c_str(), L"rb"));
#else
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
#endif
    if (file == nullptr) return reason = std::generic_category().message(errno), std::nullopt;
    FileContent content;
    content.size = static_cast<std::size_t>(size);
    content.memory.reset(new (std::nothrow) unsigned char[content.size + 1]);
    if (content.memory == nullptr)
        return reason = "no memory for its " + std::to_string(size) + " bytes", std::nullopt;
    const std::size_t read = std::fread(content.memory.get(), 1, content.size, file.get());
    if (read != content.size)
        return reason = "the file ended after " + std::to_string(read) + " of " +
                        std::to_string(size) + " bytes",
               std::nullopt;
    return content;
}

/** What a search for the files of a model came to. */
struct ModelSearch {
    fs::path symbol_file;
    std::optional<fs::path> params_file;
    std::vector<LoadAttempt> tried;
    bool found = false;
};

/** `-0005.params`. */
inline std::string params_ending(std::uint32_t epoch) {
    std::string digits = std::to_string(epoch);
    if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
    return "-" + digits + ".params";
}

/** The epochs of a prefix for which there are parameters, from the lowest. */
inline std::vector<std::uint32_t> epochs_of(const fs::path &prefix) {
    std::vector<std::uint32_t> epochs;
    const std::string start = prefix.filename().string() + "-";
    const fs::path folder = prefix.has_parent_path() ? prefix.parent_path() : fs::path(".");
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name.substr(0, start.size()) != start) continue;
        const std::string_view rest = std::string_view(name).substr(start.size());
        const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
        if (digits < 4 || digits > 9 || rest.substr(digits) != ".params") continue;
        epochs.push_back(
            static_cast<std::uint32_t>(std::stoul(std::string(rest.substr(0, digits)))));
    }
    std::sort(epochs.begin(), epochs.end());
    return epochs;
}

/** Looks for a model: the parameters of an epoch, or of the highest there is. */
inline ModelSearch find_model(const fs::path &given, std::optional<std::uint32_t> epoch) {
    constexpr std::string_view ending = "-symbol.json";
    std::string prefix = given.string();
    if (prefix.size() > ending.size() &&
        std::string_view(prefix).substr(prefix.size() - ending.size()) == ending)
        prefix.resize(prefix.size() - ending.size());
    ModelSearch search;
    std::error_code error;
    search.symbol_file = prefix + std::string(ending);
    const bool has_symbol = fs::exists(search.symbol_file, error);
    search.tried.push_back({"symbol", search.symbol_file.string(),
                            has_symbol ? "found" : "no such file or directory"});
    const std::vector<std::uint32_t> epochs = epochs_of(prefix);
    const std::optional<std::uint32_t> chosen =
        epoch || epochs.empty() ? epoch : std::optional<std::uint32_t>(epochs.back());
    const fs::path params = chosen ? prefix + params_ending(*chosen) : prefix + "-NNNN.params";
    const bool has_params = chosen && fs::exists(params, error);
    std::string reason = has_params ? "found" : "no such file or directory";
    if (!has_params && !epochs.empty()) {
        reason += "; there are epochs";
        for (const std::uint32_t e : epochs) reason += " " + std::to_string(e);
    }
    search.tried.push_back({"parameters", params.string(), std::move(reason)});
    search.params_file = params;
    search.found = has_symbol && has_params;
    return search;
}

/** The error of a model, or another file, that is not there. */
inline Error not_loaded(const std::string &what, const std::vector<LoadAttempt> &tried) {
    std::string text = "no " + what + "; tried";
    for (const LoadAttempt &t : tried) text += "\n  " + t.source + " (" + t.path + "): " + t.reason;
    return {ErrorCode::load, "", std::move(text)};
}

} // namespace libpredict::detail
