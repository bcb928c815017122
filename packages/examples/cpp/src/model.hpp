/**
 * @file
 * Models: a graph and its weights, read once, for any number of predictors.
 */
#pragma once

#include <cstdint>
#include <filesystem>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model_files.hpp"
#include "predictor.hpp"

namespace libpredict {

/** How a model is loaded. */
struct LoadOptions {
    /** Which `prefix-NNNN.params` to take: 5 means `prefix-0005.params`. By default the highest
     * there is. */
    std::optional<std::uint32_t> epoch = std::nullopt;
    /** The library that runs it; by default `Library::standard()`. */
    std::optional<Library> library = std::nullopt;
};

/**
 * A trained network. The weights are shared by all its predictors, and any number of threads may
 * use a model. Moves, never copies.
 *
 * Predictors stay usable after their model was closed. Needs part two of the header: with MXNet's
 * own library every way to a model gives `unavailable`.
 */
class Model {
public:
    /**
     * Loads a model.
     *
     * @param prefix `models/digits` means `models/digits-symbol.json` and the
     *   `models/digits-NNNN.params` with the highest number, or that of `options.epoch`; so does
     *   the path of the symbol file
     * @return `load`: no such files, or no library: the text lists what was tried; `symbol`,
     *   `params`: damaged; `unsupported`: operators that the library lacks, each with its node;
     *   `attribute`: an impossible attribute; `memory`: a file that does not fit
     */
    static Result<Model> load(const std::filesystem::path &prefix,
                              const LoadOptions &options = {}) {
        const detail::ModelSearch found = detail::find_model(prefix, options.epoch);
        const std::string what = "model \"" + prefix.string() + "\"";
        if (!found.found) return detail::not_loaded(what, found.tried);
        return load_files(found.symbol_file, found.params_file, options.library);
    }

    /** Loads a model from files of any name; `params_file` is left out for one without parameters.
     */
    static Result<Model> load_files(const std::filesystem::path &symbol_file,
                                    const std::optional<std::filesystem::path> &params_file,
                                    const std::optional<Library> &library = std::nullopt) {
        const Result<Library> used = library ? Result<Library>(*library) : Library::standard();
        if (!used) return used.error();
        if (used->has("LPModelCreateFromFiles") && detail::is_plain(symbol_file) &&
            (!params_file || detail::is_plain(*params_file))) {
            // The library reads each array straight to where it is kept.
            const std::string params = params_file ? params_file->string() : std::string();
            Result<capi::LPModelHandle> made = used->api().LPModelCreateFromFiles(
                symbol_file.string(),
                params_file ? std::optional<Text>(params) : std::nullopt);
            if (made) return Model(*used, std::move(*made));
            // What it cannot read is read below, for an error that lists what was tried.
            if (made.error().code != ErrorCode::file) return made.error();
        }
        std::string reason;
        std::vector<LoadAttempt> tried;
        const auto fail = [&](const char *part, const std::filesystem::path &file) {
            tried.push_back({part, file.string(), reason});
            return detail::not_loaded("model \"" + symbol_file.string() + "\"", tried);
        };
        const auto symbol = detail::read_file(symbol_file, reason);
        if (!symbol) return fail("symbol", symbol_file);
        tried.push_back({"symbol", symbol_file.string(), "found"});
        if (!params_file) return from_bytes(symbol->bytes(), nullptr, *used);
        const auto params = detail::read_file(*params_file, reason);
        if (!params) return fail("parameters", *params_file);
        return from_bytes(symbol->bytes(), params->bytes(), *used);
    }

    /**
     * Makes a model of the content of its files, which is not needed afterwards.
     *
     * @param symbol the graph, JSON
     * @param params the content of the `.params` file; `nullptr`: no parameters
     */
    static Result<Model> from_bytes(const Bytes &symbol, const OptionalBytes &params,
                                    const std::optional<Library> &library = std::nullopt) {
        const Result<Library> used = library ? Result<Library>(*library) : Library::standard();
        if (!used) return used.error();
        Result<capi::LPModelHandle> made =
            used->api().LPModelCreate(symbol, symbol.size(), params, params.size());
        if (!made) return made.error();
        return Model(*used, std::move(*made));
    }

    /** Names of the inputs: variables without a parameter, labels excepted. */
    [[nodiscard]] Result<std::vector<std::string>> inputs() const {
        return names(api().LPModelGetInputCount(handle_),
                     [this](std::uint32_t i) { return api().LPModelGetInputName(handle_, i); });
    }
    /** Names of the outputs, such as `softmax_output`. */
    [[nodiscard]] Result<std::vector<std::string>> outputs() const {
        return names(api().LPModelGetOutputCount(handle_),
                     [this](std::uint32_t i) { return api().LPModelGetOutputName(handle_, i); });
    }

    /**
     * Makes a predictor. Plans memory and packs weights.
     *
     * @param inputs shapes of the inputs by name: `{{"data", {1, 3, 224, 224}}}`
     * @return `name`: an unknown input or output, near ones are listed; `shape`, `dtype`:
     *   contradictions; `argument`: an impossible option; `disposed`; `handle`: moved from
     */
    [[nodiscard]] Result<Predictor> create_predictor(const std::vector<NamedShape> &inputs,
                                                     const PredictorOptions &options = {}) const {
        const Result<detail::ShapeArguments> s = detail::ShapeArguments::of(inputs);
        if (!s) return s.error();
        std::vector<std::string> typed;
        std::vector<int> types;
        for (const auto &[name, dtype] : options.dtypes) {
            typed.push_back(name);
            types.push_back(static_cast<int>(dtype));
        }
        capi::LPOptions native;
        native.num_threads = options.threads;
        for (const Pass pass : options.disabled_passes)
            native.disabled_passes |= static_cast<std::uint32_t>(pass);
        native.memory_mode = static_cast<std::uint32_t>(options.memory_mode);
        detail::Owner<detail::PredictorState> state(new (std::nothrow)
                                                        detail::PredictorState(api(), s->names));
        if (state.get() == nullptr)
            return Error{ErrorCode::memory, "", "no memory for a predictor"};
        Result<capi::PredictorHandle> made =
            api().LPPredCreate(handle_, s->names.size(), s->names, s->starts, s->dims, typed.size(),
                               typed, types, options.outputs.size(), options.outputs, native);
        if (!made) return made.error();
        if (const Result<void> adopted = state->adopt(std::move(*made)); !adopted)
            return adopted.error();
        return Predictor(std::move(state));
    }

    /** The library that runs it. */
    [[nodiscard]] const Library &library() const noexcept { return library_; }

    /** Gives the memory back, once its predictors are gone too. */
    void close() noexcept {
        if (handle_) static_cast<void>(api().LPModelFree(handle_));
    }
    /** Whether it cannot be used any more. */
    [[nodiscard]] bool closed() const noexcept { return !handle_; }

private:
    Model(const Library &library, capi::LPModelHandle handle)
        : library_(library), handle_(std::move(handle)) {}

    [[nodiscard]] const capi::Api &api() const noexcept { return library_.api(); }

    template <class NameOf>
    static Result<std::vector<std::string>> names(const Result<std::uint32_t> &count,
                                                  NameOf &&name_of) {
        if (!count) return count.error();
        std::vector<std::string> list;
        for (std::uint32_t i = 0; i < *count; i++) {
            const Result<std::string_view> name = name_of(i);
            if (!name) return name.error();
            list.emplace_back(*name);
        }
        return list;
    }

    Library library_;
    capi::LPModelHandle handle_;
};

} // namespace libpredict
