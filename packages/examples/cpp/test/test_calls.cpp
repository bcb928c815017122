/** @file The low level: arguments that are refused, results, and a failure for each error code. */
#include <limits>
#include <optional>

#include "cpp_check.hpp"
#include "test_nets.hpp"

using namespace libpredict;
using nets::api;

namespace {

/** A predictor of one net made by MXPredCreate; the result, for failures. */
Result<capi::PredictorHandle> create(const std::string &symbol, const std::string &params,
                                     const std::vector<std::uint32_t> &shape, int device = 1) {
    return api().MXPredCreate(symbol, params, params.size(), device, 0, 1, {"x"},
                              {0, static_cast<std::uint32_t>(shape.size())}, shape);
}

const std::string no_params = nets::params_file({});

} // namespace

TEST(a_net_is_run_by_the_part_of_mxnet) {
    const capi::PredictorHandle p = nets::relu_predictor();
    CHECK_OK(api().MXPredSetInput(p, "x", {-1.0f, 0.0f, 2.5f}, 3));
    CHECK_OK(api().MXPredForward(p));
    const auto shape = api().MXPredGetOutputShape(p, 0);
    REQUIRE(shape);
    CHECK_EQ(shape->shape_ndim, 1u);
    CHECK_EQ(shape->shape_data[0], 3u);
    CHECK_EQ(api().MXPredGetOutputType(p, 0).value_or(-1), static_cast<int>(DType::float32));
    std::vector<float> y(3, -9);
    CHECK_OK(api().MXPredGetOutput(p, 0, y, y.size()));
    CHECK_EQ(y[0], 0.0f);
    CHECK_EQ(y[1], 0.0f);
    CHECK_EQ(y[2], 2.5f);
}

TEST(a_dense_net_gives_what_a_calculation_by_hand_gives) {
    const capi::LPModelHandle model = nets::model_of(nets::dense, nets::dense_params());
    CHECK_EQ(api().LPModelGetInputCount(model).value_or(0), 1u);
    CHECK_EQ(std::string(api().LPModelGetInputName(model, 0).value_or("")), std::string("x"));
    CHECK_EQ(std::string(api().LPModelGetOutputName(model, 0).value_or("")),
             std::string("fc_output"));
    const auto p = api().LPPredCreate(model, 1, {"x"}, {0, 2}, {2, 2}, 0, nullptr, nullptr, 0,
                                      nullptr, std::nullopt);
    REQUIRE(p);
    const std::vector<float> x = {10, 20, -1, 0.5f};
    CHECK_OK(api().LPPredSetInput(*p, "x", DType::float32, x, x.size() * sizeof(float)));
    CHECK_OK(api().MXPredForward(*p));
    const auto info = api().LPPredGetOutputInfo(*p, 0);
    REQUIRE(info);
    CHECK_EQ(info->ndim, 2u);
    CHECK_EQ(info->dims[0], 2);
    const auto view = api().LPPredGetOutputData(*p, 0);
    REQUIRE(view);
    CHECK_EQ(view->size_bytes, 8u);
    const auto *y = static_cast<const float *>(view->data.data());
    CHECK_EQ(y[0], 81.0f); // 2 * 10 + 3 * 20 + 1
    CHECK_EQ(y[1], 0.5f);  // 2 * -1 + 3 * 0.5 + 1
}

TEST(steps_run_a_forward_piece_by_piece) {
    const capi::PredictorHandle p = nets::relu_predictor(1);
    CHECK_OK(api().MXPredSetInput(p, "x", {4.0f}, 1));
    int left = 1;
    for (int step = 0; left > 0 && step < 100; step++) {
        const Result<int> done = api().MXPredPartialForward(p, step);
        REQUIRE(done);
        left = *done;
    }
    float y = 0;
    CHECK_OK(api().MXPredGetOutput(p, 0, Span<float>(&y, 1), 1));
    CHECK_EQ(y, 4.0f);
}

TEST(several_predictors_share_one_call) {
    const std::string params = nets::dense_params();
    auto made = api().MXPredCreateMultiThread(nets::dense, params, params.size(), 1, 0, 1, {"x"},
                                              {0, 2}, {1, 2}, 3);
    REQUIRE(made);
    CHECK_EQ(made->size(), 3u);
    for (const capi::PredictorHandle &p : *made) {
        CHECK_OK(api().MXPredSetInput(p, "x", {1.0f, 1.0f}, 2));
        CHECK_OK(api().MXPredForward(p));
        float y = 0;
        CHECK_OK(api().MXPredGetOutput(p, 0, Span<float>(&y, 1), 1));
        CHECK_EQ(y, 6.0f);
    }
    CHECK_ERROR(api().MXPredCreateMultiThread(nets::dense, params, params.size(), 1, 0, 1, {"x"},
                                              {0, 2}, {1, 2}, -1),
                "argument", "negative length");
    CHECK_ERROR(api().MXPredCreateMultiThread(nets::dense, params, params.size(), 1, 0, 1, {"x"},
                                              {0, 2}, {1, 2}, 0),
                "argument", "num_threads");
    CHECK_ERROR(api().MXPredCreateMultiThread(nets::dense, params, params.size(), 1, 0, 1, {"x"},
                                              {0, 2}, {1, 2}, std::numeric_limits<int>::max()),
                "memory", "handles");
}

TEST(a_reshape_keeps_both_predictors) {
    const capi::PredictorHandle p = nets::relu_predictor(3);
    const auto wide = api().MXPredReshape(1, {"x"}, {0, 1}, {5}, p);
    REQUIRE(wide);
    CHECK_OK(api().MXPredSetInput(*wide, "x", {1.0f, 2.0f, 3.0f, 4.0f, 5.0f}, 5));
    CHECK_OK(api().MXPredSetInput(p, "x", {1.0f, 2.0f, 3.0f}, 3));
    CHECK_EQ(api().MXPredGetOutputShape(*wide, 0)->shape_data[0], 5u);
    CHECK_EQ(api().MXPredGetOutputShape(p, 0)->shape_data[0], 3u);
}

TEST(a_list_of_arrays_is_read) {
    const std::string file = nets::params_file({{"mean", {2, 2}, {1, 2, 3, 4}}, {"b", {1}, {9}}});
    const auto list = api().MXNDListCreate(file, file.size());
    REQUIRE(list);
    CHECK_EQ(list->out_length, 2u);
    const auto array = api().MXNDListGet(list->out, 0);
    REQUIRE(array);
    CHECK_EQ(std::string(array->out_key), std::string("mean"));
    CHECK_EQ(array->out_data.size(), 4u);
    CHECK_EQ(array->out_data[3], 4.0f);
    CHECK_EQ(array->out_shape.size(), 2u);
    CHECK_ERROR(api().MXNDListGet(list->out, 2), "index", "Index out of range");
}

TEST(elements_of_another_type_are_refused) {
    const auto p = api().MXPredCreateEx(nets::relu, no_params, no_params.size(), 1, 0, 1, {"x"},
                                        {0, 1}, {2}, 1, {"x"}, {static_cast<int>(DType::float64)});
    REQUIRE(p);
    CHECK_ERROR(api().MXPredSetInput(*p, "x", {1.0f, 2.0f}, 2), "dtype",
                "MXPredSetInput: data must be elements of double, not of float");
    CHECK_OK(api().MXPredSetInput(*p, "x", {-1.0, 2.0}, 2));
    CHECK_OK(api().MXPredForward(*p));
    std::vector<float> narrow(2);
    CHECK_ERROR(api().MXPredGetOutput(*p, 0, narrow, 2), "dtype", "not of float");
    std::vector<double> y(2);
    CHECK_OK(api().MXPredGetOutput(*p, 0, y, 2));
    CHECK_EQ(y[0], 0.0);
    CHECK_EQ(y[1], 2.0);
}

TEST(weights_of_another_type_are_refused) {
    const std::string params = nets::dense_params();
    const auto p = create(nets::dense, params, {1, 2});
    REQUIRE(p);
    CHECK_ERROR(api().MXPredSetInput(*p, "w", {1.0, 2.0}, 2), "dtype", "another element type");
    CHECK_OK(api().MXPredSetInput(*p, "w", {7.0f, 0.0f}, 2));
    CHECK_OK(api().MXPredSetInput(*p, "x", {3.0f, 4.0f}, 2));
    CHECK_OK(api().MXPredForward(*p));
    float y = 0;
    CHECK_OK(api().MXPredGetOutput(*p, 0, Span<float>(&y, 1), 1));
    CHECK_EQ(y, 22.0f); // 7 * 3 + 1
}

TEST(unusable_arguments_reach_nobody) {
    const capi::PredictorHandle p = nets::relu_predictor();
    const float *nowhere = nullptr;
    CHECK_ERROR(api().MXPredSetInput(p, static_cast<const char *>(nullptr), {1.0f}, 1), "argument",
                "key must not be null");
    CHECK_ERROR(api().MXPredSetInput(p, std::string("x\0y", 3), {1.0f}, 1), "argument",
                "key has a NUL character at 1");
    CHECK_ERROR(api().MXPredSetInput(p, "x", Span<const float>(nowhere, 3), 3), "argument",
                "data must not be null");
    CHECK_ERROR(api().MXPredSetInput(p, "x", {1.0f, 2.0f}, 3), "size",
                "MXPredSetInput: data has 2 elements, expected 3");
    CHECK_ERROR(api().MXPredSetInput(p, "x", {1.0f, 2.0f, 3.0f, 4.0f}, 3), "size",
                "data has 4 elements, expected 3");
    CHECK_ERROR(api().MXPredSetInput(p, "x", {1.0f}, -1), "argument",
                "size must be a whole number from 0 to 4294967295, not -1");
    CHECK_ERROR(api().MXPredGetOutputShape(p, -1), "argument", "index");
    CHECK_ERROR(api().MXPredGetOutputShape(p, 4294967296ll), "argument", "not 4294967296");
    CHECK_ERROR(api().MXPredGetOutputType(p, 70000), "index", "out_index 70000 is beyond");
    const Bytes stray(nowhere, 5);
    CHECK_ERROR(api().MXPredCreate(nets::relu, stray, 5, 1, 0, 0, nullptr, nullptr, nullptr),
                "argument", "param_bytes must not be null");
    CHECK_ERROR(api().MXPredCreate(nets::relu, no_params, -1, 1, 0, 0, nullptr, nullptr, nullptr),
                "argument", "param_bytes would have a negative length: -1");
    CHECK_ERROR(api().MXPredCreate(nets::relu, no_params, 7, 1, 0, 0, nullptr, nullptr, nullptr),
                "size", "param_bytes has 32 bytes, expected 7");
    CHECK_ERROR(create(nets::relu, std::string(), {3}), "params", "");
}

TEST(arrays_that_contradict_each_other_reach_nobody) {
    const auto make = [](const Texts &keys, Whole<std::uint32_t> count,
                         const OptionalSpan<const std::uint32_t> &starts,
                         const OptionalSpan<const std::uint32_t> &dims) {
        return api().MXPredCreate(nets::relu, no_params, no_params.size(), 1, 0, count, keys,
                                  starts, dims);
    };
    CHECK_OK(make({"x"}, 1, {0, 1}, {3}));
    CHECK_ERROR(make({"x", "y"}, 1, {0, 1}, {3}), "size", "input_keys has 2 strings, expected 1");
    CHECK_ERROR(make(nullptr, 1, {0, 1}, {3}), "size", "input_keys has 0 strings, expected 1");
    CHECK_ERROR(make({"x"}, 1, {0}, {3}), "size", "input_shape_indptr has 1 elements, expected 2");
    CHECK_ERROR(make({"x"}, 1, nullptr, {3}), "size", "input_shape_indptr");
    CHECK_ERROR(make({"x"}, 1, {0, 2}, {3}), "size", "input_shape_data has 1 elements, expected 2");
    CHECK_ERROR(make({"x"}, 1, {0, 0xffffffff}, {3}), "size", "expected 4294967295");
    CHECK_ERROR(make({std::string_view("x\0", 2)}, 1, {0, 1}, {3}), "argument", "input_keys[0]");
    CHECK_ERROR(make({"x"}, -1, {0, 1}, {3}), "argument", "num_input_nodes");
    CHECK_ERROR(make({"x", "x"}, 2, {0, 3, 1}, {3}), "argument", "");
    CHECK_ERROR(make(nullptr, 0, nullptr, nullptr), "shape", "");
}

TEST(every_code_that_can_be_provoked_has_its_word) {
    const capi::PredictorHandle p = nets::relu_predictor();
    capi::LPOptions impossible;
    impossible.num_threads = 100000;
    const capi::LPModelHandle model = nets::model_of(nets::relu);
    CHECK_ERROR(api().LPPredCreate(model, 1, {"x"}, {0, 1}, {3}, 0, nullptr, nullptr, 0, nullptr,
                                   impossible),
                "argument", "LPPredCreate: ");
    CHECK_ERROR(create(nets::relu, no_params, {65535, 65535, 65535}), "memory", "");
    CHECK_ERROR(create("{\"nodes\": [", no_params, {3}), "symbol", "MXPredCreate: ");
    CHECK_ERROR(create(nets::relu, "damaged", {3}), "params", "");
    const std::string custom =
        R"({"nodes":[{"op":"null","name":"x","inputs":[]},{"op":"Custom","name":"mine","inputs":[[0,0,0]]}],
        "arg_nodes":[0],"heads":[[1,0,0]]})";
    CHECK_ERROR(create(custom, no_params, {3}), "unsupported", "mine");
    std::string bad_attribute = nets::relu;
    bad_attribute.replace(bad_attribute.find("\"relu\""), 6, "\"sine\"");
    CHECK_ERROR(create(bad_attribute, no_params, {3}), "attribute", "sine");
    CHECK_ERROR(create(nets::dense, nets::dense_params(), {1, 5}), "shape", "");
    std::vector<double> y(3);
    CHECK_ERROR(api().LPPredGetOutput(p, 0, DType::float64, y, 24), "dtype", "LPPredGetOutput: ");
    CHECK_ERROR(api().MXPredSetInput(p, "data", {1.0f}, 1), "name", "cannot find input key");
    CHECK_ERROR(api().MXPredSetInput(p, "x", {1.0f}, 1), "size", "Memory size do not match");
    std::vector<float> floats(3);
    CHECK_ERROR(api().MXPredGetOutput(p, 1, floats, 3), "index", "Output index out of range");
    CHECK_ERROR(api().MXPredGetOutput(p, 0, floats, 3), "state", "");
    const auto incomplete =
        create(nets::dense, nets::params_file({{"arg:w", {1, 2}, {1, 1}}}), {1, 2});
    REQUIRE(incomplete);
    CHECK_ERROR(api().MXPredForward(*incomplete), "missing", "b");
    CHECK_ERROR(create(nets::relu, no_params, {3}, 2), "device", "");
    CHECK_EQ(api().LPGetErrorCode().value_or(0), static_cast<int>(ErrorCode::device));
    CHECK_CONTAINS(*api().MXGetLastError(), "");
    CHECK_EQ(api().LPPredGetErrorCode(*incomplete).value_or(0),
             static_cast<int>(ErrorCode::missing));
    CHECK_CONTAINS(*api().LPPredGetLastError(*incomplete), "b");
}

TEST(texts_of_the_library_come_in_the_callers_buffer) {
    const Result<std::size_t> size = api().LPListOperators(nullptr, 0);
    REQUIRE(size);
    std::string list(*size, '\0');
    CHECK_OK(api().LPListOperators(list, list.size()));
    CHECK_CONTAINS(list, "Convolution\n");
    CHECK_ERROR(api().LPListOperators(nullptr, 5), "size", "list has 0 bytes, expected 5");
    CHECK_ERROR(api().LPListOperators(nullptr, -1), "argument", "list_capacity");
    CHECK_CONTAINS(*api().LPGetBuildInfo(), "version=");
    CHECK(!api().LPGetVersion()->empty());
    const auto checked = api().LPCheckModel(nets::relu, nets::relu.size(), nullptr, 0);
    REQUIRE(checked);
    CHECK_EQ(checked->num_errors, 0u);
}

TEST(stats_tell_the_size_of_the_weights) {
    const capi::LPModelHandle model = nets::model_of(nets::dense, nets::dense_params());
    capi::LPOptions options;
    options.num_threads = 1;
    const auto p = api().LPPredCreate(model, 1, {"x"}, {0, 2}, {1, 2}, 0, nullptr, nullptr, 0,
                                      nullptr, options);
    REQUIRE(p);
    const auto stats = api().LPPredGetStats(*p);
    REQUIRE(stats);
    CHECK_EQ(stats->weights_bytes, 12u); // three floats
    CHECK_EQ(stats->num_threads, 1u);
    CHECK_EQ(stats->graph_nodes, 1u);
}
