/**
 * @file
 * Resident memory stays flat over 10,000 cycles of create, run, fail and close. Not for sanitizers,
 * which keep freed memory.
 */
#include <cstdio>
#include <cstring>

#include "cpp_check.hpp"
#include "test_nets.hpp"

using namespace libpredict;

namespace {

/** Kilobytes of the process that are in memory; 0 where the system does not tell. */
long resident_kib() {
    std::FILE *file = std::fopen("/proc/self/status", "r");
    if (file == nullptr) return 0;
    char line[256];
    long kib = 0;
    while (std::fgets(line, sizeof line, file) != nullptr)
        if (std::sscanf(line, "VmRSS: %ld", &kib) == 1) break;
    std::fclose(file);
    return kib;
}

void cycle(const std::string &params) {
    const Result<Model> model = Model::from_bytes(nets::dense, params, nets::library());
    REQUIRE(model);
    Result<Predictor> p = model->create_predictor({{"x", {1, 2}}});
    REQUIRE(p);
    CHECK_OK(p->monitor([](std::string_view, const capi::NDArrayHandle &) {}));
    CHECK_OK(p->run({{"x", {1.0f, 2.0f}}}));
    CHECK_OK(p->run({{"x", {1.0f, 2.0f, 3.0f, 4.0f}, Shape{2, 2}}}));
    CHECK(!p->run({{"x", {1.0f}}}));
    CHECK(!Model::from_bytes("{", params, nets::library()));
    CHECK(!Model::from_bytes(nets::dense, std::string_view(params).substr(0, 90), nets::library()));
    CHECK(!model->create_predictor({{"x", {1, 7}}}));
}

} // namespace

TEST(memory_stays_flat_over_10000_cycles) {
    if (resident_kib() == 0) SKIP("needs /proc/self/status");
    const std::string params = nets::dense_params();
    for (int i = 0; i < 1000; i++) cycle(params);
    const long before = resident_kib();
    for (int i = 0; i < 10000 && check::failures == 0; i++) cycle(params);
    const long grown = resident_kib() - before;
    std::printf("  resident memory: %ld KiB, grown by %ld KiB over 10,000 cycles\n", before, grown);
    CHECK(grown < 2048);
}
