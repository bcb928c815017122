/** @file Models, predictors and tensors, against values that are not this library's own. */
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "cpp_check.hpp"
#include "json_value.hpp"
#include "test_nets.hpp"

using namespace libpredict;
namespace fs = std::filesystem;

namespace {

const fs::path digits_folder = DIGITS_FOLDER;

Result<Model> digits() { return Model::load(digits_folder / "digits", {{}, nets::library()}); }

std::string content_of(const fs::path &path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<float> image(const std::string &content, std::int64_t index) {
    std::vector<float> pixels(64);
    for (std::size_t i = 0; i < 64; i++)
        pixels[i] = static_cast<float>(content[static_cast<std::size_t>(index) * 64 + i]) / 16;
    return pixels;
}

Result<Model> dense() {
    return Model::from_bytes(nets::dense, nets::dense_params(), nets::library());
}

} // namespace

TEST(the_digit_network_gives_the_references_numbers) {
    const auto golden = JsonValue::parse(content_of(digits_folder / "digits-golden.json"));
    const std::string images = content_of(digits_folder / "digits-heldout.bin");
    REQUIRE(golden && (*golden)["images"].items().size() == 20);
    const Result<Model> model = digits();
    REQUIRE(model);
    Result<Predictor> whole = model->create_predictor({{"data", {1, 1, 8, 8}}});
    PredictorOptions inner;
    inner.outputs = {(*golden)["logitsNode"].text(), "softmax"};
    inner.threads = 1;
    Result<Predictor> both = model->create_predictor({{"data", {1, 1, 8, 8}}}, inner);
    REQUIRE(whole && both);
    for (const JsonValue &expected : (*golden)["images"].items()) {
        const std::vector<float> pixels = image(images, expected["index"].integer());
        const Result<Outputs> outputs = whole->run({{"data", pixels}});
        const Result<Outputs> logits = both->run({{"data", pixels}});
        REQUIRE(outputs && logits && logits->size() == 2);
        const auto softmax = outputs->find("softmax")->as<float>();
        const auto inner_values = logits->at(0)->as<float>();
        REQUIRE(softmax && inner_values && softmax->size() == 10);
        for (std::size_t i = 0; i < 10; i++) {
            CHECK_NEAR((*softmax)[i], expected["softmax"].items()[i].number(), 1e-5);
            CHECK_NEAR((*inner_values)[i], expected["logits"].items()[i].number(), 2e-4);
        }
    }
}

TEST(models_and_predictors_tell_names_types_and_shapes) {
    const Result<Model> model = digits();
    REQUIRE(model);
    CHECK_EQ(model->inputs()->at(0), std::string("data"));
    CHECK_EQ(model->outputs()->at(0), std::string("softmax_output"));
    const Result<Predictor> p = model->create_predictor({{"data", {2, 1, 8, 8}}});
    REQUIRE(p);
    const auto inputs = p->inputs();
    const auto outputs = p->outputs();
    REQUIRE(inputs && outputs && inputs->size() == 1 && outputs->size() == 1);
    CHECK_EQ((*inputs)[0].name, std::string("data"));
    CHECK((*inputs)[0].shape == (Shape{2, 1, 8, 8}));
    CHECK_EQ((*inputs)[0].size(), 128u);
    CHECK((*outputs)[0].shape == (Shape{2, 10}));
    CHECK_EQ((*outputs)[0].dtype, DType::float32);
    CHECK_EQ(p->stats()->graph_nodes > 5, true);
    const auto description = JsonValue::parse(*p->describe());
    REQUIRE(description);
    CHECK_EQ((*description)["heads"].items().size(), 1u);
}

TEST(the_lean_mode_saves_memory) {
    const Result<Model> model = digits();
    REQUIRE(model);
    std::uint64_t fast = 0;
    {
        const Result<Predictor> p = model->create_predictor({{"data", {64, 1, 8, 8}}});
        REQUIRE(p);
        fast = p->stats()->packed_bytes;
    }
    PredictorOptions options;
    options.memory_mode = MemoryMode::lean;
    Result<Predictor> p = model->create_predictor({{"data", {64, 1, 8, 8}}}, options);
    REQUIRE(p);
    CHECK(p->stats()->packed_bytes < fast / 2);
    const std::vector<float> pixels = image(content_of(digits_folder / "digits-heldout.bin"), 0);
    const Result<Outputs> outputs = p->run({{"data", pixels, Shape{1, 1, 8, 8}}});
    REQUIRE(outputs);
    CHECK((*outputs->find("softmax")->as<float>())[2] > 0.99f); // it is a 2
    options.memory_mode = static_cast<MemoryMode>(7);
    CHECK_ERROR(model->create_predictor({{"data", {1, 1, 8, 8}}}, options), "argument",
                "memory_mode");
}

TEST(a_profile_tells_what_each_node_took) {
    const Result<Model> model = digits();
    REQUIRE(model);
    Result<Predictor> p = model->create_predictor({{"data", {1, 1, 8, 8}}});
    REQUIRE(p);
    CHECK_ERROR(p->profile(), "state", "nothing was measured");
    CHECK_OK(p->set_profiling(true));
    CHECK_OK(p->forward());
    CHECK_OK(p->forward());
    const Result<std::string> text = p->profile();
    REQUIRE(text);
    const auto profile = JsonValue::parse(*text);
    REQUIRE(profile);
    CHECK_EQ((*profile)["runs"].integer(), 2);
    CHECK_EQ((*profile)["nodes"].items().size(), p->stats()->plan_nodes);
    CHECK_OK(p->set_profiling(false));
    CHECK_OK(p->forward());
    CHECK_ERROR(p->profile(), "state", "nothing was measured");
}

TEST(outputs_are_seen_without_a_copy) {
    const Result<Model> model = dense();
    REQUIRE(model);
    Result<Predictor> p = model->create_predictor({{"x", {1, 2}}});
    REQUIRE(p);
    CHECK_ERROR(p->output<float>(), "state", "LPPredGetOutputData");
    CHECK_OK(p->set_input("x", {4.0f, 5.0f}));
    CHECK_OK(p->forward());
    const Result<Span<const float>> y = p->output<float>();
    REQUIRE(y && y->size() == 1);
    CHECK_EQ((*y)[0], 24.0f); // 2 * 4 + 3 * 5 + 1
    CHECK_ERROR(p->output<double>(), "dtype",
                "output \"fc_output\" has elements of float, not of double");
    CHECK_ERROR(p->output<float>(1), "index", "there is no output 1: there are 1");
    CHECK_ERROR(p->copy_output(7), "index", "there is no output 7");
    CHECK_OK(p->set_input("w", {0.0f, 0.0f})); // a weight
    CHECK_OK(p->forward());
    const Result<Tensor> copy = p->copy_output();
    REQUIRE(copy);
    CHECK_EQ((*copy->as<float>())[0], 1.0f);
}

TEST(another_shape_reshapes) {
    const Result<Model> model = dense();
    REQUIRE(model);
    Result<Predictor> p = model->create_predictor({{"x", {1, 2}}});
    REQUIRE(p);
    const std::vector<float> x = {1, 0, 0, 1, 1, 1};
    const Result<Outputs> outputs = p->run({{"x", x, Shape{3, 2}}});
    REQUIRE(outputs);
    const auto y = outputs->at(0)->as<float>();
    REQUIRE(y && y->size() == 3);
    CHECK_EQ((*y)[0], 3.0f);
    CHECK_EQ((*y)[1], 4.0f);
    CHECK_EQ((*y)[2], 6.0f);
    CHECK(p->inputs()->at(0).shape == (Shape{3, 2}));
    CHECK_OK(p->reshape({{"x", {2, 2}}}));
    CHECK(p->outputs()->at(0).shape == (Shape{2, 1}));
    CHECK_ERROR(p->reshape({{"x", {2, 9}}}), "shape", "MXPredReshape");
    CHECK(p->inputs()->at(0).shape == (Shape{2, 2})); // stays as it was
    CHECK_ERROR(p->reshape({{"x", {-2, 2}}}), "shape", "[-2, 2]");
}

TEST(what_a_run_is_given_is_checked) {
    const Result<Model> model = dense();
    REQUIRE(model);
    Result<Predictor> p = model->create_predictor({{"x", {1, 2}}});
    REQUIRE(p);
    CHECK_ERROR(p->run({}), "name", "input \"x\" is missing; the inputs are \"x\"");
    CHECK_ERROR(p->run({{"x", {1.0f, 2.0f}}, {"y", {1.0f}}}), "name", "there is no input \"y\"");
    CHECK_ERROR(p->run({{"x", {1.0, 2.0}}}), "dtype", "takes elements of float, not of double");
    CHECK_ERROR(p->run({{"x", {1.0f}}}), "shape", "there are 1 elements, shape [1, 2] has 2");
    CHECK_ERROR(p->run({{"x", {1.0f}, Shape{-1, 2}}}), "shape", "negative");
    CHECK_ERROR(p->run({{"x", {1.0f}, Shape{1ll << 62, 1ll << 62}}}), "memory", "fits no memory");
    const std::string_view nul("x\0", 2);
    CHECK_ERROR(p->set_input(nul, {1.0f}), "argument", "NUL");
    CHECK_OK(p->run({{"x", {1.0f, 2.0f}}}));
}

TEST(options_are_checked) {
    const Result<Model> model = dense();
    REQUIRE(model);
    PredictorOptions options;
    options.outputs = {"nothing"};
    CHECK_ERROR(model->create_predictor({{"x", {1, 2}}}, options), "name", "nothing");
    options = {};
    options.threads = 100000;
    CHECK_ERROR(model->create_predictor({{"x", {1, 2}}}, options), "argument", "thread");
    options = {};
    options.disabled_passes = {Pass::layout, Pass::view};
    options.dtypes = {{"x", DType::float32}};
    CHECK_OK(model->create_predictor({{"x", {1, 2}}}, options));
    CHECK_ERROR(model->create_predictor({{"z", {1, 2}}}), "name", "z");
    CHECK_ERROR(model->create_predictor({{"x", {1, 1ll << 40}}}), "shape", "too large");
    CHECK_ERROR(model->create_predictor({{"x", {1, 3}}}), "shape", "");
}

TEST(closed_moved_and_busy_objects_say_so) {
    Result<Model> model = dense();
    REQUIRE(model);
    Result<Predictor> p = model->create_predictor({{"x", {1, 2}}});
    REQUIRE(p);
    model->close();
    model->close();
    CHECK(model->closed());
    CHECK_ERROR(model->create_predictor({{"x", {1, 2}}}), "disposed", "model");
    CHECK_ERROR(model->inputs(), "disposed", "model");
    const Model moved_model = std::move(*model);
    CHECK_ERROR(model->outputs(), "handle", "model");
    CHECK_OK(p->run({{"x", {1.0f, 2.0f}}})); // outlives its model

    int calls = 0;
    CHECK_OK(p->monitor([&](std::string_view, const capi::NDArrayHandle &) {
        calls++;
        CHECK_ERROR(p->forward(), "busy", "another call uses the predictor");
        CHECK_ERROR(p->set_profiling(true), "busy", "another call");
        std::thread([&] { CHECK_ERROR(p->stats(), "busy", "another call"); }).join();
        p->close();
    }));
    CHECK_OK(p->forward());
    CHECK_EQ(calls, 1);
    CHECK(p->closed());
    CHECK_ERROR(p->run({{"x", {1.0f, 2.0f}}}), "disposed", "the predictor was closed");
    p->close();
    const Predictor moved = std::move(*p);
    CHECK_ERROR(p->forward(), "handle", "moved from");
    CHECK_ERROR(p->cancel(), "handle", "moved from");
    CHECK(p->closed());
    p->close();
}

TEST(models_are_found_by_prefix_and_epoch) {
    std::string name = (fs::temp_directory_path() / "libpredict-model-XXXXXX").string();
    const fs::path folder = mkdtemp(name.data());
    std::ofstream(folder / "net-symbol.json") << nets::dense;
    const auto write = [&](const char *epoch, float bias) {
        std::ofstream(folder / (std::string("net-") + epoch + ".params"), std::ios::binary)
            << nets::params_file({{"arg:w", {1, 2}, {0, 0}}, {"arg:b", {1}, {bias}}});
    };
    const auto bias_of = [&](const fs::path &prefix, std::optional<std::uint32_t> epoch) {
        const Result<Model> model = Model::load(prefix, {epoch, nets::library()});
        if (!model) return check::fail(__FILE__, __LINE__, model.error().message()), -1.0f;
        Result<Predictor> p = model->create_predictor({{"x", {1, 2}}});
        return (*p->run({{"x", {0.0f, 0.0f}}})->at(0)->as<float>())[0];
    };
    CHECK_ERROR(Model::load(folder / "net", {{}, nets::library()}), "load",
                "net-NNNN.params): no such file");
    write("0002", 2);
    write("0010", 10);
    write("0003", 3);
    CHECK_EQ(bias_of(folder / "net", {}), 10.0f);
    CHECK_EQ(bias_of(folder / "net", 3), 3.0f);
    CHECK_EQ(bias_of(folder / "net-symbol.json", 2), 2.0f);
    CHECK_ERROR(Model::load(folder / "net", {5, nets::library()}), "load",
                "net-0005.params): no such file or directory; there are epochs 2 3 10");
    CHECK_ERROR(Model::load(folder / "ent", {{}, nets::library()}), "load",
                "symbol (" + (folder / "ent-symbol.json").string() +
                    "): no such file or directory");
    CHECK_ERROR(Model::load_files(folder / "net-symbol.json", folder, nets::library()), "load",
                "a folder, not a file");
    CHECK_OK(
        Model::load_files(folder / "net-symbol.json", folder / "net-0010.params", nets::library()));
    CHECK_OK(Model::load_files(folder / "net-symbol.json", std::nullopt, nets::library()));
    // The library reads files itself, and says which one is damaged.
    const fs::path cut = folder / "cut.params";
    fs::copy_file(folder / "net-0010.params", cut);
    fs::resize_file(cut, 40);
    CHECK_ERROR(Model::load_files(folder / "net-symbol.json", cut, nets::library()), "params",
                cut.string() + ": ");
    const auto arrays = load_ndarrays(folder / "net-0003.params", nets::library());
    REQUIRE(arrays && arrays->size() == 2);
    CHECK_EQ((*arrays)[1].name, std::string("arg:b"));
    CHECK_EQ((*(*arrays)[1].tensor.as<float>())[0], 3.0f);
    CHECK((*arrays)[0].tensor.shape() == (Shape{1, 2}));
    CHECK_ERROR(load_ndarrays(folder / "none.params", nets::library()), "load",
                "none.params): no such");
    CHECK_ERROR(load_ndarrays(folder / "net-symbol.json", nets::library()), "params", "");
    fs::remove_all(folder);
}

TEST(damaged_files_are_errors) {
    const std::string symbol = content_of(digits_folder / "digits-symbol.json");
    const std::string params = content_of(digits_folder / "digits-0000.params");
    const auto load = [](std::string_view s, std::string_view p) {
        return Model::from_bytes(s, p, nets::library());
    };
    CHECK_OK(load(symbol, params));
    for (std::size_t cut = 1; cut < params.size(); cut = cut * 2 + 1) {
        CHECK_ERROR(load(symbol, std::string_view(params).substr(0, cut)), "params",
                    "LPModelCreate: ");
    }
    for (std::size_t cut = 1; cut < symbol.size(); cut = cut * 2 + 1)
        CHECK_ERROR(load(std::string_view(symbol).substr(0, cut), params), "symbol",
                    "LPModelCreate: ");
    CHECK_ERROR(load("", params), "symbol", "");
}

TEST(tensors_hold_elements_of_one_type) {
    const Result<Tensor> zeros = Tensor::zeros(DType::int64, {2, 3});
    REQUIRE(zeros);
    CHECK_EQ(zeros->size(), 6u);
    CHECK_EQ(zeros->size_bytes(), 48u);
    CHECK_EQ((*zeros->as<std::int64_t>())[5], 0);
    CHECK_ERROR(zeros->as<float>(), "dtype", "the elements are of std::int64_t, not of float");
    Result<Tensor> copy = Tensor::copy_of({1.0f, 2.0f}, DType::float32, {2});
    REQUIRE(copy);
    (*copy->as<float>())[0] = 5;
    CHECK_EQ((*std::as_const(*copy).as<float>())[0], 5.0f);
    CHECK_ERROR(Tensor::copy_of({1.0f}, DType::float32, {2}), "size",
                "there are 1 elements, [2] has 2");
    CHECK_ERROR(Tensor::copy_of({1.0f}, DType::float64, {1}), "dtype", "double");
    CHECK_ERROR(Tensor::zeros(DType::float32, {-1}), "shape", "negative dimension");
    CHECK_ERROR(Tensor::zeros(DType::float64, {1ll << 60, 16}), "memory", "fits no memory");
    CHECK_ERROR(Tensor::zeros(static_cast<DType>(99), {1}), "dtype", "99 is no DType");
    CHECK_EQ(Tensor::zeros(DType::uint8, {})->size(), 1u);
    CHECK_EQ(Tensor::zeros(DType::float16, {0, 4})->size(), 0u);
    CHECK_EQ(Tensor().size(), 0u);
}
