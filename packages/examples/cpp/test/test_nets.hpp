/**
 * @file
 * Small networks whose outputs can be computed by hand, and the library that the tests use.
 */
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libpredict.hpp"

namespace nets {

/** The library under test; the program ends if there is none. */
inline const libpredict::Library &library() {
    static const libpredict::Library loaded = [] {
#if defined(LIBPREDICT_LINKED)
        return libpredict::Library::linked();
#else
        libpredict::Result<libpredict::Library> found =
            libpredict::Library::load(LIBPREDICT_WORKSPACE_LIBRARY);
        if (!found) {
            std::printf("%s\n", found.error().message().c_str());
            std::exit(1);
        }
        return *found;
#endif
    }();
    return loaded;
}

inline const libpredict::capi::Api &api() { return library().api(); }

/** y = max(x, 0); no parameters. */
inline const std::string relu =
    R"({"nodes":[{"op":"null","name":"x","inputs":[]},
    {"op":"Activation","name":"act","attrs":{"act_type":"relu"},"inputs":[[0,0,0]]}],
    "arg_nodes":[0],"heads":[[1,0,0]]})";

/** y = w . x + b with one output; parameters w (1, 2) and b (1). */
inline const std::string dense =
    R"({"nodes":[{"op":"null","name":"x","inputs":[]},{"op":"null","name":"w","inputs":[]},
    {"op":"null","name":"b","inputs":[]},
    {"op":"FullyConnected","name":"fc","attrs":{"num_hidden":"1"},"inputs":[[0,0,0],[1,0,0],[2,0,0]]}],
    "arg_nodes":[0,1,2],"heads":[[3,0,0]]})";

/** Two outputs: x + x and x * x. */
inline const std::string two_outputs =
    R"({"nodes":[{"op":"null","name":"x","inputs":[]},
    {"op":"elemwise_add","name":"sum","inputs":[[0,0,0],[0,0,0]]},
    {"op":"elemwise_mul","name":"square","inputs":[[0,0,0],[0,0,0]]}],
    "arg_nodes":[0],"heads":[[1,0,0],[2,0,0]]})";

/** y = (count + 1) * x, by as many additions; no parameters. */
inline std::string sums(int count) {
    std::string nodes = R"({"nodes":[{"op":"null","name":"x","inputs":[]})";
    for (int i = 1; i <= count; i++)
        nodes += R"(,{"op":"elemwise_add","name":"sum)" + std::to_string(i) + R"(","inputs":[[)" +
                 std::to_string(i - 1) + R"(,0,0],[0,0,0]]})";
    return nodes + R"(],"arg_nodes":[0],"heads":[[)" + std::to_string(count) + ",0,0]]}";
}

inline void append(std::string &to, const void *from, std::size_t size) {
    to.append(static_cast<const char *>(from), size);
}
template <class T>
void number(std::string &to, T value) {
    append(to, &value, sizeof value);
}

struct Array {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

/** The content of a `.params` file: MXNet's list of arrays, version 2. */
inline std::string params_file(const std::vector<Array> &arrays) {
    std::string out;
    number<std::uint64_t>(out, 0x112);
    number<std::uint64_t>(out, 0);
    number<std::uint64_t>(out, arrays.size());
    for (const Array &a : arrays) {
        number<std::uint32_t>(out, 0xF993FAC9);
        number<std::int32_t>(out, 0); // dense
        number(out, static_cast<std::uint32_t>(a.shape.size()));
        for (const std::int64_t dim : a.shape) number(out, dim);
        number<std::int32_t>(out, 1); // CPU
        number<std::int32_t>(out, 0);
        number<std::int32_t>(out, 0); // float32
        append(out, a.values.data(), a.values.size() * sizeof(float));
    }
    number<std::uint64_t>(out, arrays.size());
    for (const Array &a : arrays) {
        number<std::uint64_t>(out, a.name.size());
        out += a.name;
    }
    return out;
}

/** w = [2, 3], b = [1]. */
inline std::string dense_params() {
    return params_file({{"arg:w", {1, 2}, {2, 3}}, {"arg:b", {1}, {1}}});
}

/** A predictor of relu over `count` numbers, by MXNet's part of the header. */
inline libpredict::capi::PredictorHandle relu_predictor(std::uint32_t count = 3) {
    const std::string none = params_file({});
    auto made = api().MXPredCreate(relu, none, none.size(), 1, 0, 1, {"x"}, {0, 1}, {count});
    if (!made) {
        std::printf("%s\n", made.error().message().c_str());
        std::exit(1);
    }
    return std::move(*made);
}

inline libpredict::capi::LPModelHandle model_of(const std::string &symbol,
                                                const std::string &params = {}) {
    auto made = params.empty() ? api().LPModelCreate(symbol, symbol.size(), nullptr, 0)
                               : api().LPModelCreate(symbol, symbol.size(), params, params.size());
    if (!made) {
        std::printf("%s\n", made.error().message().c_str());
        std::exit(1);
    }
    return std::move(*made);
}

} // namespace nets
