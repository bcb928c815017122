/** @file Misuse of handles: each gives an error, nothing crashes. */
#include <atomic>
#include <chrono>
#include <thread>
#include <type_traits>

#include "cpp_check.hpp"
#include "test_nets.hpp"

using namespace libpredict;
using nets::api;

namespace {

const std::string list_file = nets::params_file({{"a", {1}, {5}}});

capi::NDListHandle a_list() {
    auto made = api().MXNDListCreate(list_file, list_file.size());
    return made ? std::move(made->out) : capi::NDListHandle();
}

template <class Handle, class Argument>
constexpr bool converts = std::is_convertible_v<Argument, const Handle &>;

} // namespace

// Another kind of handle does not compile.
static_assert(!converts<capi::PredictorHandle, capi::LPModelHandle>);
static_assert(!converts<capi::PredictorHandle, capi::NDListHandle>);
static_assert(!converts<capi::LPModelHandle, void *>);
static_assert(!converts<capi::NDListHandle, std::nullptr_t>);
static_assert(!std::is_copy_constructible_v<capi::PredictorHandle>);
static_assert(!std::is_copy_assignable_v<capi::LPModelHandle>);

TEST(a_handle_freed_twice_is_disposed) {
    const capi::PredictorHandle p = nets::relu_predictor();
    CHECK_OK(api().MXPredFree(p));
    CHECK_EQ(p.state(), HandleState::freed);
    CHECK_ERROR(api().MXPredFree(p), "disposed", "MXPredFree: the predictor handle was freed");
    const capi::LPModelHandle m = nets::model_of(nets::relu);
    CHECK_OK(api().LPModelFree(m));
    CHECK_ERROR(api().LPModelFree(m), "disposed", "the model handle was freed");
    const capi::NDListHandle l = a_list();
    CHECK_OK(api().MXNDListFree(l));
    CHECK_ERROR(api().MXNDListFree(l), "disposed", "the ndlist handle was freed");
}

TEST(a_freed_handle_is_not_used) {
    const capi::PredictorHandle p = nets::relu_predictor();
    CHECK_OK(api().MXPredFree(p));
    float y = 0;
    CHECK_ERROR(api().MXPredForward(p), "disposed", "MXPredForward: ");
    CHECK_ERROR(api().MXPredSetInput(p, "x", {1.0f, 2.0f, 3.0f}, 3), "disposed", "predictor");
    CHECK_ERROR(api().MXPredGetOutput(p, 0, Span<float>(&y, 1), 1), "disposed", "predictor");
    CHECK_ERROR(api().LPPredGetLastError(p), "disposed", "predictor");
    CHECK_ERROR(api().MXPredReshape(1, {"x"}, {0, 1}, {2}, p), "disposed", "predictor");
    const capi::LPModelHandle m = nets::model_of(nets::relu);
    CHECK_OK(api().LPModelFree(m));
    CHECK_ERROR(api().LPModelGetInputCount(m), "disposed", "model");
    const capi::NDListHandle l = a_list();
    CHECK_OK(api().MXNDListFree(l));
    CHECK_ERROR(api().MXNDListGet(l, 0), "disposed", "ndlist");
}

TEST(an_empty_handle_is_an_error_and_freeing_it_is_none) {
    capi::PredictorHandle p = nets::relu_predictor();
    const capi::PredictorHandle taken = std::move(p);
    CHECK_EQ(p.state(), HandleState::empty); // NOLINT: what is left is the subject
    CHECK(!p);
    CHECK(static_cast<bool>(taken));
    CHECK_ERROR(api().MXPredForward(p), "handle", "handle must be a handle of kind \"predictor\"");
    CHECK_OK(api().MXPredFree(p)); // as NULL in C
    CHECK_OK(api().MXPredForward(taken));
    CHECK_ERROR(api().LPModelGetInputCount(capi::LPModelHandle()), "handle", "\"model\"");
    CHECK_ERROR(api().MXNDListGet(capi::NDListHandle(), 0), "handle", "\"ndlist\"");
    CHECK_ERROR(api().LPArrayGetInfo(capi::NDArrayHandle()), "handle", "\"ndarray\"");
    CHECK_OK(api().LPModelFree(capi::LPModelHandle()));
    CHECK_OK(api().MXNDListFree(capi::NDListHandle()));
}

TEST(assignment_frees_what_was_there) {
    capi::PredictorHandle p = nets::relu_predictor(2);
    p = nets::relu_predictor(4);
    CHECK_EQ(api().MXPredGetOutputShape(p, 0)->shape_data[0], 4u);
    capi::PredictorHandle &same = p;
    p = std::move(same);
    CHECK_OK(api().MXPredForward(p));
}

TEST(predictors_outlive_their_model) {
    const capi::LPModelHandle m = nets::model_of(nets::dense, nets::dense_params());
    const auto p = api().LPPredCreate(m, 1, {"x"}, {0, 2}, {1, 2}, 0, nullptr, nullptr, 0, nullptr,
                                      std::nullopt);
    REQUIRE(p);
    CHECK_OK(api().LPModelFree(m));
    CHECK_OK(api().MXPredSetInput(*p, "x", {2.0f, 2.0f}, 2));
    CHECK_OK(api().MXPredForward(*p));
}

TEST(a_predictor_in_use_is_busy_and_freed_later) {
    const capi::PredictorHandle p = nets::relu_predictor();
    int calls = 0;
    CHECK_OK(api().MXPredSetMonitorCallback(
        p,
        [&](std::string_view, const capi::NDArrayHandle &) {
            if (calls++ > 0) return;
            CHECK_EQ(p.state(), HandleState::busy);
            CHECK_ERROR(api().MXPredForward(p), "busy", "a running call uses the predictor handle");
            std::thread([&] {
                CHECK_ERROR(api().MXPredSetInput(p, "x", {1.0f, 1.0f, 1.0f}, 3), "busy", "running");
                CHECK_OK(api().MXPredFree(p)); // when the forward ends
            }).join();
            CHECK_EQ(p.state(), HandleState::freed);
        },
        false));
    CHECK_OK(api().MXPredForward(p));
    CHECK_EQ(calls, 1);
    CHECK_ERROR(api().MXPredForward(p), "disposed", "freed");
    CHECK_ERROR(api().MXPredFree(p), "disposed", "freed");
}

TEST(a_cancel_enters_a_predictor_in_use) {
    const std::string none = nets::params_file({});
    const auto p = api().MXPredCreate(nets::two_outputs, none, none.size(), 1, 0, 1, {"x"}, {0, 1},
                                      {1});
    REQUIRE(p);
    CHECK_OK(api().LPPredCancel(*p)); // nothing runs: does nothing
    CHECK_OK(api().MXPredSetInput(*p, "x", {3.0f}, 1));
    int calls = 0;
    CHECK_OK(api().MXPredSetMonitorCallback(
        *p,
        [&](std::string_view, const capi::NDArrayHandle &) {
            calls++;
            std::thread([&] { CHECK_OK(api().LPPredCancel(*p)); }).join();
            CHECK_OK(api().LPPredCancel(*p));
            CHECK_EQ(p->state(), HandleState::busy);
            CHECK_ERROR(api().MXPredForward(*p), "busy", "a running call uses");
        },
        false));
    CHECK_ERROR(api().MXPredForward(*p), "cancelled", "MXPredForward: ");
    CHECK_EQ(calls, 1);
    CHECK_OK(api().MXPredSetMonitorCallback(*p, nullptr, false));
    CHECK_OK(api().MXPredForward(*p));
    float y = 0;
    CHECK_OK(api().MXPredGetOutput(*p, 1, Span<float>(&y, 1), 1));
    CHECK_EQ(y, 9.0f);
    CHECK_OK(api().MXPredFree(*p));
    CHECK_ERROR(api().LPPredCancel(*p), "disposed", "LPPredCancel: the predictor handle was freed");
    CHECK_ERROR(api().LPPredCancel(capi::PredictorHandle()), "handle", "\"predictor\"");
}

TEST(a_predictor_that_is_freed_in_use_is_not_cancelled) {
    const capi::PredictorHandle p = nets::relu_predictor();
    CHECK_OK(api().MXPredSetMonitorCallback(
        p,
        [&](std::string_view, const capi::NDArrayHandle &) {
            CHECK_OK(api().MXPredFree(p)); // when the forward ends
            CHECK_ERROR(api().LPPredCancel(p), "disposed", "freed");
        },
        false));
    CHECK_OK(api().MXPredForward(p));
}

TEST(a_handle_may_go_while_a_call_uses_it) {
    auto p = std::make_unique<capi::PredictorHandle>(nets::relu_predictor());
    const capi::PredictorHandle &used = *p;
    int calls = 0;
    CHECK_OK(api().MXPredSetMonitorCallback(
        used,
        [&](std::string_view, const capi::NDArrayHandle &) {
            calls++;
            *p = capi::PredictorHandle();
        },
        false));
    CHECK_OK(api().MXPredForward(used));
    CHECK_EQ(calls, 1);
    CHECK_EQ(p->state(), HandleState::empty);
}

TEST(a_model_is_used_by_several_calls) {
    const capi::LPModelHandle m = nets::model_of(nets::dense, nets::dense_params());
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    for (int t = 0; t < 4; t++)
        threads.emplace_back([&] {
            for (int i = 0; i < 200; i++) {
                const auto p = api().LPPredCreate(m, 1, {"x"}, {0, 2}, {1, 2}, 0, nullptr, nullptr,
                                                  0, nullptr, std::nullopt);
                right += p && api().LPModelGetInputCount(m).value_or(0) == 1 ? 1 : 0;
            }
        });
    for (std::thread &thread : threads) thread.join();
    CHECK_EQ(right.load(), 800);
}

TEST(monitors_see_every_output) {
    const auto two = api().MXPredCreate(nets::two_outputs, list_file, list_file.size(), 1, 0, 1,
                                        {"x"}, {0, 1}, {2});
    REQUIRE(two);
    std::vector<std::string> names;
    std::vector<float> last;
    CHECK_OK(api().MXPredSetMonitorCallback(
        *two,
        [&](std::string_view name, const capi::NDArrayHandle &array) {
            names.emplace_back(name);
            const auto info = api().LPArrayGetInfo(array);
            REQUIRE(info);
            CHECK_EQ(info->dtype, static_cast<int>(DType::float32));
            CHECK_EQ(info->dims[0], 2);
            const auto *elements = static_cast<const float *>(info->data.data());
            last.assign(elements, elements + 2);
            CHECK_OK(info);
        },
        false));
    CHECK_OK(api().MXPredSetInput(*two, "x", {3.0f, -4.0f}, 2));
    CHECK_OK(api().MXPredForward(*two));
    REQUIRE(names.size() == 2);
    CHECK_EQ(names[0], std::string("sum_output"));
    CHECK_EQ(names[1], std::string("square_output"));
    CHECK_EQ(last[1], 16.0f);
    CHECK_OK(api().MXPredSetMonitorCallback(*two, nullptr, false));
    CHECK_OK(api().MXPredForward(*two));
    CHECK_EQ(names.size(), 2u);
}

#if LIBPREDICT_EXCEPTIONS
TEST(an_exception_in_a_monitor_ends_the_watching_and_comes_after_the_forward) {
    const auto two = api().MXPredCreate(nets::two_outputs, list_file, list_file.size(), 1, 0, 1,
                                        {"x"}, {0, 1}, {1});
    REQUIRE(two);
    int calls = 0;
    CHECK_OK(api().MXPredSetMonitorCallback(
        *two,
        [&](std::string_view, const capi::NDArrayHandle &) {
            calls++;
            throw 42;
        },
        false));
    CHECK_OK(api().MXPredSetInput(*two, "x", {5.0f}, 1));
    int thrown = 0;
    try {
        static_cast<void>(api().MXPredForward(*two));
    } catch (int number) {
        thrown = number;
    }
    CHECK_EQ(thrown, 42);
    CHECK_EQ(calls, 1);
    CHECK_EQ(two->state(), HandleState::alive);
    float y = 0;
    CHECK_OK(api().MXPredGetOutput(*two, 1, Span<float>(&y, 1), 1)); // the forward went on
    CHECK_EQ(y, 25.0f);
}

TEST(a_cancel_leaves_the_exception_of_a_monitor_to_the_forward) {
    const std::string none = nets::params_file({});
    const auto p = api().MXPredCreate(nets::sums(100), none, none.size(), 1, 0, 1, {"x"}, {0, 1},
                                      {1 << 20});
    REQUIRE(p);
    std::atomic<bool> has_thrown{false}, has_ended{false};
    int calls = 0;
    CHECK_OK(api().MXPredSetMonitorCallback(
        *p,
        [&](std::string_view, const capi::NDArrayHandle &) {
            calls++;
            has_thrown = true;
            throw 42;
        },
        false));
    std::thread canceller([&] {
        while (!has_thrown) std::this_thread::yield();
        std::this_thread::sleep_for(std::chrono::milliseconds(1)); // in the middle of the forward
        while (!has_ended) CHECK_OK(api().LPPredCancel(*p));
    });
    int thrown = 0;
    try {
        static_cast<void>(api().MXPredForward(*p));
    } catch (int number) {
        thrown = number;
    }
    has_ended = true;
    canceller.join();
    CHECK_EQ(thrown, 42);
    CHECK_EQ(calls, 1);
}
#endif
