/** @file A library that has only MXNet's part of the header, as the reference has. */
#include <dlfcn.h>

#include "cpp_check.hpp"
#include "test_nets.hpp"

using namespace libpredict;

namespace {

const Library &part_one() {
    static const Library loaded = *Library::load(PART_ONE_LIBRARY);
    return loaded;
}

Result<capi::PredictorHandle> typed(DType dtype) {
    return part_one().api().MXPredCreateEx("", "p", 1, 1, 0, 1, {"x"}, {0, 1}, {2}, 1, {"x"},
                                           {static_cast<int>(dtype)});
}

} // namespace

TEST(missing_functions_are_unavailable) {
    const capi::Api &api = part_one().api();
    CHECK(!api.has("LPGetVersion"));
    CHECK(api.has("MXPredCreate"));
    CHECK(!api.has("MXPredDance"));
    CHECK_ERROR(api.LPGetVersion(), "unavailable",
                "does not have this function (it has only MXNet's");
    CHECK_ERROR(api.LPModelCreate("{}", 2, nullptr, 0), "unavailable", "LPModelCreate: ");
    CHECK_ERROR(api.MXNDListCreate("", 0), "unavailable", "part_one");
    CHECK_ERROR(Model::from_bytes("{}", nullptr, part_one()), "unavailable", "LPModelCreate");
}

TEST(a_failure_without_codes_is_unknown) {
    CHECK_ERROR(part_one().api().MXPredCreate("", "p", 1, 1, 0, 0, nullptr, nullptr, nullptr),
                "unknown", "MXPredCreate: one input is needed");
}

TEST(a_null_handle_of_the_library_is_an_error) {
    CHECK_ERROR(part_one().api().MXPredCreate("null", "p", 1, 1, 0, 0, nullptr, nullptr, nullptr),
                "internal", "NULL handle");
}

TEST(types_given_at_the_creation_are_remembered) {
    const capi::Api &api = part_one().api();
    const auto p = typed(DType::float64);
    REQUIRE(p);
    CHECK_ERROR(api.MXPredSetInput(*p, "x", {1.0f, 2.0f}, 2), "dtype", "elements of double");
    CHECK_OK(api.MXPredSetInput(*p, "x", {1.0, 2.0}, 2));
    const auto wide = api.MXPredReshape(1, {"x"}, {0, 1}, {3}, *p);
    REQUIRE(wide);
    CHECK_ERROR(api.MXPredSetInput(*wide, "x", {1.0f, 2.0f, 3.0f}, 3), "dtype", "double");
    CHECK_OK(api.MXPredSetInput(*wide, "x", {1.0, 2.0, 3.0}, 3));
    CHECK_ERROR(api.MXPredSetInput(*p, "y", {1.0, 2.0}, 2), "dtype", "elements of float");
    CHECK_ERROR(api.MXPredSetInput(*p, "y", {1.0f, 2.0f}, 2), "unknown", "no such input");
}

TEST(every_element_type_comes_back_as_it_went) {
    const capi::Api &api = part_one().api();
    const auto round_trip = [&](DType dtype, auto first, auto second) {
        using T = decltype(first);
        const auto p = typed(dtype);
        REQUIRE(p);
        const T given[2] = {first, second};
        T got[2] = {};
        CHECK_OK(api.MXPredSetInput(*p, "x", given, 2));
        CHECK_OK(api.MXPredGetOutput(*p, 1, got, 2));
        CHECK(std::memcmp(given, got, sizeof given) == 0);
    };
    round_trip(DType::float32, 1.5f, -2.5f);
    round_trip(DType::float64, 1.5, -2.5);
    round_trip(DType::float16, Half{0x3c00}, Half{0x4000});
    round_trip(DType::float16, std::uint16_t{0x3c00}, std::uint16_t{0x4000});
    round_trip(DType::uint8, std::uint8_t{3}, std::uint8_t{255});
    round_trip(DType::int32, std::int32_t{-3}, std::int32_t{7});
    round_trip(DType::int8, std::int8_t{-3}, std::int8_t{7});
    round_trip(DType::int64, std::int64_t{-3}, std::int64_t{1} << 40);
    round_trip(DType::boolean, true, false);
}

TEST(the_type_of_a_later_output_is_written_to_a_later_element) {
    const capi::Api &api = part_one().api();
    const auto p = typed(DType::int32);
    REQUIRE(p);
    for (const std::uint32_t index : {0u, 1u, 15u, 16u, 1000u, 65536u})
        CHECK_EQ(api.MXPredGetOutputType(*p, index).value_or(-1), static_cast<int>(DType::int32));
    CHECK_ERROR(api.MXPredGetOutputType(*p, 65537), "index", "beyond 65536");
    std::int32_t y[2] = {};
    CHECK_OK(api.MXPredGetOutput(*p, 40, y, 2));
    float narrow[2] = {};
    CHECK_ERROR(api.MXPredGetOutput(*p, 40, narrow, 2), "dtype", "std::int32_t");
}

TEST(arrays_of_a_monitor_are_freed) {
    const capi::Api &api = part_one().api();
    void *library = dlopen(PART_ONE_LIBRARY, RTLD_NOW);
    const auto live = reinterpret_cast<int (*)()>(dlsym(library, "count_live_arrays"));
    const auto p = typed(DType::float32);
    REQUIRE(p);
    int calls = 0;
    CHECK_OK(api.MXPredSetMonitorCallback(
        *p,
        [&](std::string_view, const capi::NDArrayHandle &) {
            calls++;
            CHECK_EQ(live(), 1);
        },
        false));
    CHECK_OK(api.MXPredForward(*p));
    CHECK_OK(api.MXPredForward(*p));
    CHECK_EQ(calls, 2);
    CHECK_EQ(live(), 0);
}

TEST(handles_of_another_library_are_refused) {
    const auto p = typed(DType::float32);
    REQUIRE(p);
    CHECK_ERROR(nets::api().MXPredForward(*p), "handle", "belongs to another library");
    CHECK_ERROR(nets::api().MXPredFree(*p), "handle", "belongs to another library");
    CHECK_OK(part_one().api().MXPredFree(*p));
}
