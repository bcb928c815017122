/** @file Many threads: on one model, and on one predictor. */
#include <atomic>
#include <thread>
#include <vector>

#include "cpp_check.hpp"
#include "test_nets.hpp"

using namespace libpredict;

namespace {

PredictorOptions one_thread() {
    PredictorOptions options;
    options.threads = 1;
    return options;
}

} // namespace

TEST(predictors_of_one_model_run_at_the_same_time) {
    const Result<Model> model =
        Model::from_bytes(nets::dense, nets::dense_params(), nets::library());
    REQUIRE(model);
    std::atomic<int> right{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; t++)
        threads.emplace_back([&, t] {
            Result<Predictor> p = model->create_predictor({{"x", {1, 2}}}, one_thread());
            if (!p) return;
            for (int i = 0; i < 300; i++) {
                const float a = static_cast<float>(t), b = static_cast<float>(i);
                const Result<Outputs> y = p->run({{"x", {a, b}}});
                if (y && (*y->at(0)->as<float>())[0] == 2 * a + 3 * b + 1) right++;
            }
        });
    for (std::thread &thread : threads) thread.join();
    CHECK_EQ(right.load(), 1200);
}

TEST(one_predictor_refuses_a_second_thread) {
    const Result<Model> model =
        Model::from_bytes(nets::dense, nets::dense_params(), nets::library());
    REQUIRE(model);
    Result<Predictor> p = model->create_predictor({{"x", {1, 2}}}, one_thread());
    REQUIRE(p);
    std::atomic<int> right{0}, busy{0}, other{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; t++)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 2000; i++) {
                const float a = static_cast<float>(t);
                const Result<Outputs> y = p->run({{"x", {a, 1.0f}}});
                if (!y) (y.code() == ErrorCode::busy ? busy : other)++;
                // A run is one piece: nobody's input comes between.
                else if ((*y->at(0)->as<float>())[0] == 2 * a + 4)
                    right++;
                else
                    other++;
            }
        });
    for (std::thread &thread : threads) thread.join();
    CHECK_EQ(other.load(), 0);
    CHECK_EQ(right + busy, 8000);
    CHECK(right > 0);
}

TEST(closing_while_others_run_is_safe) {
    const Result<Model> model =
        Model::from_bytes(nets::dense, nets::dense_params(), nets::library());
    REQUIRE(model);
    for (int round = 0; round < 100; round++) {
        Result<Predictor> p = model->create_predictor({{"x", {1, 2}}}, one_thread());
        REQUIRE(p);
        std::atomic<int> other{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 3; t++)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 50; i++) {
                    if (t == 0 && i == 25) p->close();
                    const Result<Outputs> y = p->run({{"x", {1.0f, 1.0f}}});
                    if (!y && y.code() != ErrorCode::busy && y.code() != ErrorCode::disposed)
                        other++;
                }
            });
        for (std::thread &thread : threads) thread.join();
        CHECK_EQ(other.load(), 0);
        CHECK_ERROR(p->forward(), "disposed", "closed");
    }
}

TEST(another_thread_cancels_a_run) {
    const Result<Model> model = Model::from_bytes(nets::sums(100), nullptr, nets::library());
    REQUIRE(model);
    for (const MemoryMode mode : {MemoryMode::fast, MemoryMode::lean}) {
        PredictorOptions options = one_thread();
        options.disabled_passes = {Pass::chain};
        options.memory_mode = mode;
        Result<Predictor> p = model->create_predictor({{"x", {1 << 14}}}, options);
        REQUIRE(p && p->stats()->plan_nodes == 100);
        CHECK_OK(p->cancel()); // nothing runs: does nothing
        const std::vector<float> x(1 << 14, 0.5f);
        std::atomic<bool> has_ended{false};
        Error error;
        std::thread runner([&] {
            Result<Outputs> y = p->run({{"x", x}});
            while (y) y = p->run({{"x", x}});
            error = y.error();
            has_ended = true;
        });
        // Whether a forward has begun cannot be known.
        while (!has_ended) {
            CHECK_OK(p->cancel());
            std::this_thread::yield();
        }
        runner.join();
        CHECK_EQ(error.code, ErrorCode::cancelled);
        const Result<Outputs> y = p->run({{"x", x}});
        REQUIRE(y);
        for (const float sum : *y->at(0)->as<float>()) REQUIRE(sum == 101 * 0.5f);
        p->close();
        CHECK_ERROR(p->cancel(), "disposed", "closed");
    }
}

TEST(a_cancel_during_a_reshape_is_safe) {
    const Result<Model> model = Model::from_bytes(nets::sums(3), nullptr, nets::library());
    REQUIRE(model);
    Result<Predictor> p = model->create_predictor({{"x", {1}}}, one_thread());
    REQUIRE(p);
    std::atomic<bool> has_ended{false};
    std::thread canceller([&] {
        while (!has_ended) CHECK_OK(p->cancel());
    });
    int wrong = 0;
    for (std::int64_t i = 0; i < 300; i++) {
        const std::vector<float> x(static_cast<std::size_t>(1 + i % 2), 2.0f);
        const Result<Outputs> y = p->run({{"x", x, Shape{1 + i % 2}}});
        const bool is_right = y ? (*y->at(0)->as<float>())[0] == 8.0f
                                : y.code() == ErrorCode::cancelled;
        wrong += is_right ? 0 : 1;
    }
    has_ended = true;
    canceller.join();
    CHECK_EQ(wrong, 0);
}

TEST(handles_are_shared_by_threads_without_a_race) {
    const capi::Api &api = nets::api();
    const capi::PredictorHandle p = nets::relu_predictor();
    std::atomic<int> done{0}, busy{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; t++)
        threads.emplace_back([&] {
            for (int i = 0; i < 2000; i++) {
                const Result<void> set = api.MXPredSetInput(p, "x", {1.0f, 2.0f, 3.0f}, 3);
                const Result<void> run = api.MXPredForward(p);
                for (const Result<void> *r : {&set, &run})
                    if (*r)
                        done++;
                    else if (r->code() == ErrorCode::busy)
                        busy++;
            }
        });
    for (std::thread &thread : threads) thread.join();
    CHECK_EQ(done + busy, 16000);
}

TEST(an_error_has_the_text_of_its_own_thread) {
    const capi::Api &api = nets::api();
    std::atomic<int> right{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; t++)
        threads.emplace_back([&, t] {
            const capi::PredictorHandle p = nets::relu_predictor();
            const std::string key = "key" + std::to_string(t);
            for (int i = 0; i < 300; i++) {
                const Result<void> bad = api.MXPredSetInput(p, key, {1.0f}, 1);
                if (bad.code() == ErrorCode::name &&
                    bad.error().text.find(key) != std::string::npos)
                    right++;
            }
        });
    for (std::thread &thread : threads) thread.join();
    CHECK_EQ(right.load(), 1200);
}
