/** @file The library's memory comes from the program; nothing is left when all handles are gone. */
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "cpp_check.hpp"
#include "test_nets.hpp"

using namespace libpredict;
using nets::api;

namespace {

struct Counters {
    std::atomic<long> live{0};
    std::atomic<long> total{0};
};

void *allocate(std::size_t size, std::size_t alignment, void *user) noexcept {
    void *memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory != nullptr) {
        static_cast<Counters *>(user)->live++;
        static_cast<Counters *>(user)->total++;
    }
    return memory;
}

void release(void *memory, std::size_t, void *user) noexcept {
    static_cast<Counters *>(user)->live--;
    std::free(memory);
}

/** Successes, and failures of every creating function. */
void exercise() {
    const std::string params = nets::dense_params();
    const capi::LPModelHandle model = nets::model_of(nets::dense, params);
    const auto p = api().LPPredCreate(model, 1, {"x"}, {0, 2}, {1, 2}, 0, nullptr, nullptr, 0,
                                      nullptr, std::nullopt);
    REQUIRE(p);
    CHECK_OK(api().MXPredForward(*p));
    CHECK_OK(api().MXPredReshape(1, {"x"}, {0, 2}, {4, 2}, *p));
    CHECK_OK(api().MXNDListCreate(params, params.size()));
    CHECK_OK(api().MXPredCreateMultiThread(nets::dense, params, params.size(), 1, 0, 1, {"x"},
                                           {0, 2}, {1, 2}, 3));
    capi::PredictorHandle moved = nets::relu_predictor();
    moved = nets::relu_predictor();
    static_cast<void>(api().MXPredSetMonitorCallback(
        moved, [](std::string_view, const capi::NDArrayHandle &) {}, true));
    CHECK_OK(api().MXPredForward(moved));
    for (std::size_t cut = 0; cut < params.size(); cut += 7) {
        CHECK(!api().MXNDListCreate(std::string_view(params).substr(0, cut), cut));
        CHECK(!api().LPModelCreate(nets::dense, nets::dense.size(),
                                   std::string_view(params).substr(0, cut).empty()
                                       ? std::string_view("x")
                                       : std::string_view(params).substr(0, cut),
                                   cut == 0 ? 1 : cut));
    }
    for (std::size_t cut = 0; cut < nets::dense.size(); cut += 11) {
        const std::string part = nets::dense.substr(0, cut);
        CHECK(!api().LPModelCreate(part, part.size(), params, params.size()));
    }
    const Result<Model> loaded = Model::load(DIGITS_FOLDER "/digits", {{}, nets::library()});
    REQUIRE(loaded);
    Result<Predictor> digits = loaded->create_predictor({{"data", {1, 1, 8, 8}}});
    REQUIRE(digits);
    CHECK_OK(digits->run({{"data", std::vector<float>(128), Shape{2, 1, 8, 8}}}));
    CHECK(!digits->run({{"data", std::vector<float>(3)}}));
    CHECK(!loaded->create_predictor({{"data", {1, 3, 8, 8}}}));
}

} // namespace

TEST(nothing_of_the_library_is_left_behind) {
    static Counters counters;
    static_assert(!std::is_convertible_v<void *(*)(std::size_t, std::size_t, void *),
                                         capi::LPAllocateFunction>,
                  "a function that may throw is no allocator");
    const Result<void> set = api().LPSetAllocator(allocate, release, &counters);
    CHECK_OK(set);
    if (!set) return;
    exercise();
    CHECK(counters.total > 100);
    CHECK_EQ(counters.live.load(), 0);
    {
        const capi::PredictorHandle alive = nets::relu_predictor();
        CHECK_ERROR(api().LPSetAllocator(nullptr, nullptr, nullptr), "state", "alive");
    }
    CHECK_ERROR(api().LPSetAllocator(allocate, nullptr, nullptr), "argument", "");
    CHECK_OK(api().LPSetAllocator(nullptr, nullptr, nullptr));
}
