/**
 * @file
 * What a call costs.
 *
 *     call-overhead SYMBOL PARAMS LIBRARY
 *
 * SYMBOL and PARAMS are files of a net with one input `data` of shape (1) and an output of one
 * float. Prints one line of JSON: nanoseconds of `MXPredForward` alone, and of MXPredSetInput,
 * MXPredForward and MXPredGetOutput together; each the least mean of 7 batches of 20,000.
 */
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

#include "libpredict.hpp"

using namespace libpredict;

namespace {

constexpr int batches = 7;
constexpr int calls = 20000;

[[noreturn]] void stop(const Error &error) {
    std::fprintf(stderr, "%s\n", error.message().c_str());
    std::exit(1);
}

std::string content_of(const char *path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/** Least mean of several batches, in nanoseconds, after one to warm up. */
template <class Work>
double least_mean_ns(Work &&work) {
    double least = std::numeric_limits<double>::infinity();
    for (int batch = -1; batch < batches; batch++) {
        const auto began = std::chrono::steady_clock::now();
        for (int i = 0; i < calls; i++) work();
        const std::chrono::duration<double, std::nano> time =
            std::chrono::steady_clock::now() - began;
        if (batch >= 0) least = std::min(least, time.count() / calls);
    }
    return least;
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: call-overhead SYMBOL PARAMS LIBRARY\n");
        return 2;
    }
    const Result<Library> library = Library::load(argv[3]);
    if (!library) stop(library.error());
    const capi::Api &api = library->api();
    const std::string symbol = content_of(argv[1]);
    const std::string params = content_of(argv[2]);
    const Result<capi::PredictorHandle> predictor =
        api.MXPredCreate(symbol, params, params.size(), 1, 0, 1, {"data"}, {0, 1}, {1});
    if (!predictor) stop(predictor.error());
    const auto check = [](const Result<void> &done) {
        if (!done) stop(done.error());
    };
    float input = 1;
    float output = 0;
    const double forward = least_mean_ns([&] { check(api.MXPredForward(*predictor)); });
    const double round_trip = least_mean_ns([&] {
        check(api.MXPredSetInput(*predictor, "data", Span<const float>(&input, 1), 1));
        check(api.MXPredForward(*predictor));
        check(api.MXPredGetOutput(*predictor, 0, Span<float>(&output, 1), 1));
    });
    if (output != input) {
        std::fprintf(stderr, "the net gave %g for %g\n", static_cast<double>(output),
                     static_cast<double>(input));
        return 1;
    }
    std::printf("{\"forward_ns\": %.1f, \"round_trip_ns\": %.1f}\n", forward, round_trip);
    return 0;
}
