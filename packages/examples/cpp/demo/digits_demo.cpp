/**
 * @file
 * A trained network reads handwritten digits in the terminal.
 *
 *     digits-demo [NUMBER ...]     held-out images, 0 to 359; without any, six of them
 *
 * Exit code: 0 all well; 1 the library or the model cannot be used, or fewer than 98 % of the
 * held-out images are read right; 2 wrong arguments.
 */
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string_view>
#include <vector>

#include "libpredict.hpp"

using namespace libpredict;

namespace {

constexpr std::size_t side = 8;
constexpr std::size_t pixel_count = side * side;
constexpr float ink = 16;
constexpr double required_accuracy = 0.98;
constexpr int timed_runs = 1000;

/** Images that training never saw: 64 pixels each, 0 paper to 16 ink, then a label for each. */
struct HeldOutDigits {
    std::vector<unsigned char> content;

    [[nodiscard]] std::size_t count() const { return content.size() / (pixel_count + 1); }
    [[nodiscard]] int label(std::size_t index) const {
        return content[count() * pixel_count + index];
    }
    /** `number` images from `first` on as the network takes them: 0 to 1. */
    [[nodiscard]] std::vector<float> input(std::size_t first, std::size_t number = 1) const {
        std::vector<float> pixels(number * pixel_count);
        for (std::size_t i = 0; i < pixels.size(); i++)
            pixels[i] = static_cast<float>(content[first * pixel_count + i]) / ink;
        return pixels;
    }
};

bool read_digits(const char *path, HeldOutDigits &digits) {
    std::FILE *file = std::fopen(path, "rb");
    if (file == nullptr) return false;
    digits.content.resize(1 << 16);
    digits.content.resize(std::fread(digits.content.data(), 1, digits.content.size(), file));
    std::fclose(file);
    return digits.count() > 0 && digits.content.size() % (pixel_count + 1) == 0;
}

int best_of(Span<const float> probabilities) {
    return static_cast<int>(std::max_element(probabilities.begin(), probabilities.end()) -
                            probabilities.begin());
}

/** Eight lines: the image, and beside it the three best guesses. */
void show(const HeldOutDigits &digits, std::size_t index, Span<const float> probabilities) {
    constexpr std::string_view shades = " .:-=+*#%@";
    std::array<int, 10> order = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    std::sort(order.begin(), order.end(), [&](int a, int b) {
        return probabilities[static_cast<std::size_t>(a)] >
               probabilities[static_cast<std::size_t>(b)];
    });
    for (std::size_t y = 0; y < side; y++) {
        for (std::size_t x = 0; x < side; x++) {
            const int level = digits.content[index * pixel_count + y * side + x];
            const char shade = shades[static_cast<std::size_t>(level) * (shades.size() - 1) / 16];
            std::printf("%c%c", shade, shade);
        }
        if (y == 0) std::printf("  image %zu", index);
        if (y >= 2 && y < 5) {
            const int guess = order[y - 2];
            const double probability =
                static_cast<double>(probabilities[static_cast<std::size_t>(guess)]);
            std::printf("  %d %5.1f %%", guess, 100 * probability);
        }
        if (y == 6) {
            const int label = digits.label(index);
            if (order[0] == label)
                std::printf("  right");
            else
                std::printf("  wrong: it is a %d", label);
        }
        std::printf("\n");
    }
    std::printf("\n");
}

/** Prints why something failed; the exit code. */
int failed(const Error &error) {
    std::fprintf(stderr, "error (%s): %s\n", to_string(error.code), error.message().c_str());
    return 1;
}

/** Held-out images that are read right, all in one run; -1 after a failure. */
Result<int> count_right(const Model &model, const HeldOutDigits &digits) {
    const auto count = static_cast<std::int64_t>(digits.count());
    Result<Predictor> all = model.create_predictor({{"data", {count, 1, side, side}}});
    if (!all) return all.error();
    const Result<Outputs> outputs = all->run({{"data", digits.input(0, digits.count())}});
    if (!outputs) return outputs.error();
    const Result<Span<const float>> softmax = outputs->at(0)->as<float>();
    if (!softmax) return softmax.error();
    int right = 0;
    for (std::size_t i = 0; i < digits.count(); i++)
        if (best_of(softmax->subspan(i * 10, 10)) == digits.label(i)) right++;
    return right;
}

/** Microseconds of one prediction: the median. */
Result<double> median_us(Predictor &predictor, const std::vector<float> &pixels) {
    std::vector<double> took;
    for (int run = -timed_runs / 10; run < timed_runs; run++) {
        const auto began = std::chrono::steady_clock::now();
        const Result<Outputs> outputs = predictor.run({{"data", pixels}});
        const std::chrono::duration<double, std::micro> time =
            std::chrono::steady_clock::now() - began;
        if (!outputs) return outputs.error();
        if (run >= 0) took.push_back(time.count());
    }
    std::nth_element(took.begin(), took.begin() + timed_runs / 2, took.end());
    return took[timed_runs / 2];
}

int demo(const std::vector<std::size_t> &shown, const HeldOutDigits &digits) {
    const Result<Model> model = Model::load(DIGITS_FOLDER "/digits");
    if (!model) return failed(model.error());
    Result<Predictor> predictor = model->create_predictor({{"data", {1, 1, side, side}}});
    if (!predictor) return failed(predictor.error());
    std::printf("A network reads digits that it has never seen (library: %s).\n\n",
                model->library().path().c_str());
    for (const std::size_t index : shown) {
        const Result<Outputs> outputs = predictor->run({{"data", digits.input(index)}});
        if (!outputs) return failed(outputs.error());
        const Result<Span<const float>> softmax = outputs->at(0)->as<float>();
        if (!softmax) return failed(softmax.error());
        show(digits, index, *softmax);
    }
    const Result<double> time = median_us(*predictor, digits.input(0));
    if (!time) return failed(time.error());
    std::printf("time      %.0f us an image (median of %d)\n", *time, timed_runs);
    const Result<Stats> stats = predictor->stats();
    if (!stats) return failed(stats.error());
    std::printf("memory    %.0f KiB weights + %.0f packed, %.0f activations\n",
                static_cast<double>(stats->weights_bytes) / 1024,
                static_cast<double>(stats->packed_bytes) / 1024,
                static_cast<double>(stats->arena_bytes) / 1024);
    const Result<int> right = count_right(*model, digits);
    if (!right) return failed(right.error());
    const double accuracy = *right / static_cast<double>(digits.count());
    std::printf("accuracy  %d of %zu held-out images: %.2f %%\n", *right, digits.count(),
                100 * accuracy);
    if (accuracy >= required_accuracy) return 0;
    std::fprintf(stderr, "error: below %.0f %%, which this network must reach\n",
                 100 * required_accuracy);
    return 1;
}

} // namespace

int main(int argc, char **argv) {
    HeldOutDigits digits;
    if (!read_digits(DIGITS_FOLDER "/digits-heldout.bin", digits)) {
        std::fprintf(stderr, "error: %s/digits-heldout.bin cannot be read\n", DIGITS_FOLDER);
        return 1;
    }
    std::vector<std::size_t> shown;
    for (int i = 1; i < argc; i++) {
        const std::string_view text = argv[i];
        std::size_t index = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), index);
        if (problem != std::errc() || end != text.data() + text.size() || index >= digits.count()) {
            std::fprintf(stderr,
                         "usage: digits-demo [NUMBER ...]\n\"%s\" is no held-out image: "
                         "they are numbered 0 to %zu\n",
                         argv[i], digits.count() - 1);
            return 2;
        }
        shown.push_back(index);
    }
    if (shown.empty()) shown = {0, 3, 5, 13, 20, 91};
    return demo(shown, digits);
}
