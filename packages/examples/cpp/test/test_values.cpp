/** @file Results, errors, and the arguments that check themselves. */
#include <array>
#include <limits>

#include "cpp_check.hpp"
#include "libpredict.hpp"

using namespace libpredict;

TEST(a_result_has_a_value_or_an_error) {
    Result<int> good = 7;
    CHECK(good.has_value());
    CHECK_EQ(*good, 7);
    CHECK_EQ(good.code(), ErrorCode::ok);
    const Result<int> bad = Error{ErrorCode::shape, "MXPredForward", "of another shape"};
    CHECK(!bad);
    CHECK_EQ(bad.error().message(), std::string("MXPredForward: of another shape"));
    CHECK_EQ(Result<int>(bad.error()).value_or(3), 3);
    CHECK_EQ(Result<int>(5).value_or(3), 5);
    const Result<void> nothing;
    CHECK(nothing.has_value());
    CHECK_EQ(Error({ErrorCode::load, "", "alone"}).message(), std::string("alone"));
}

TEST(a_result_moves_what_cannot_be_copied) {
    Result<std::unique_ptr<int>> made = std::make_unique<int>(4);
    const std::unique_ptr<int> taken = *std::move(made);
    CHECK_EQ(*taken, 4);
}

#if LIBPREDICT_EXCEPTIONS
TEST(the_value_of_a_failure_throws) {
    const Error error{ErrorCode::index, "MXPredGetOutput", "there is no output 5"};
    int thrown = 0;
    const auto expect = [&](auto &&work) {
        try {
            work();
        } catch (const PredictError &e) {
            thrown++;
            CHECK_EQ(e.code(), ErrorCode::index);
            CHECK_EQ(std::string(e.what()), std::string("MXPredGetOutput: there is no output 5"));
        }
    };
    Result<int> bad = error;
    expect([&] { static_cast<void>(bad.value()); });
    expect([&] { *bad = 3; });
    expect([&] { static_cast<void>(Result<int>(error).or_throw()); });
    expect([&] { Result<void>(error).or_throw(); });
    CHECK_EQ(thrown, 4);
    CHECK_EQ(Result<int>(2).or_throw(), 2);
}
#endif

TEST(codes_have_words_and_are_error_codes) {
    CHECK_EQ(std::string(to_string(ErrorCode::unsupported)), std::string("unsupported"));
    CHECK_EQ(std::string(to_string(ErrorCode::disposed)), std::string("disposed"));
    CHECK_EQ(static_cast<int>(ErrorCode::dtype), 9); // LP_ERROR_DTYPE
    const std::error_code code = ErrorCode::missing;
    CHECK(static_cast<bool>(code));
    CHECK_EQ(code.message(), std::string("missing"));
    CHECK_EQ(std::string(code.category().name()), std::string("libpredict"));
    CHECK(!std::error_code(ErrorCode::ok));
    CHECK_EQ(detail::error_code_of(18), ErrorCode::file);
    CHECK_EQ(detail::error_code_of(1000), ErrorCode::unknown);
    CHECK_EQ(detail::error_code_of(-1), ErrorCode::unknown);
}

TEST(numbers_that_do_not_fit_say_so) {
    CHECK(Whole<std::uint32_t>(4294967295ll).fits());
    CHECK(!Whole<std::uint32_t>(4294967296ll).fits());
    CHECK(!Whole<std::uint32_t>(-1).fits());
    CHECK_EQ(Whole<std::uint32_t>(-1).shown(), std::string("-1"));
    CHECK(!Whole<int>(std::size_t{1} << 31).fits());
    CHECK(Whole<int>(std::numeric_limits<int>::min()).fits());
    CHECK(!Whole<int>(std::numeric_limits<std::uint64_t>::max()).fits());
    CHECK(!Whole<std::size_t>(-5).fits());
    CHECK_EQ(Whole<int>(std::numeric_limits<std::int64_t>::min()).shown(),
             std::string("-9223372036854775808"));
    CHECK_EQ(Whole<int>(DType::int64).value(), 6);
    static_assert(!std::is_constructible_v<Whole<int>, double>);
    static_assert(!std::is_constructible_v<Whole<int>, bool>);
}

TEST(texts_end_in_a_nul) {
    const std::string_view part = std::string_view("abcdef").substr(1, 2);
    CHECK_EQ(std::string(Text(part).c_str()), std::string("bc"));
    CHECK_EQ(Text(std::string("a\0b", 3)).size(), 3u);
    static_assert(!std::is_constructible_v<Text, std::nullptr_t>);
    const Texts several = {"a", "bc"};
    CHECK_EQ(several.size(), 2u);
    CHECK_EQ(std::string(several.data()[1]), std::string("bc"));
    CHECK(Texts(nullptr).data() != nullptr);
    const std::vector<std::string> list = {"x"};
    CHECK_EQ(std::string(Texts(list).data()[0]), std::string("x"));
}

TEST(spans_are_made_of_any_contiguous_memory) {
    std::vector<float> vector = {1, 2, 3};
    const std::array<float, 2> array = {4, 5};
    float plain[4] = {6, 7, 8, 9};
    const auto last = [](Span<const float> s) { return s[s.size() - 1]; };
    CHECK_EQ(last(vector), 3.0f);
    CHECK_EQ(last(array), 5.0f);
    CHECK_EQ(last(plain), 9.0f);
    CHECK_EQ(last({1.5f, 2.5f}), 2.5f);
    Span<float> writable = vector;
    writable[0] = 9;
    CHECK_EQ(vector[0], 9.0f);
    CHECK_EQ(writable.subspan(1, 9).size(), 2u);
    CHECK_EQ(writable.subspan(3, 1).size(), 0u);
    static_assert(!std::is_constructible_v<Span<const float>, std::vector<double> &>);
    static_assert(!std::is_constructible_v<Span<float>, const std::vector<float> &>);
#if defined(__cpp_lib_span)
    const std::span<float> standard = writable;
    CHECK_EQ(standard.size(), 3u);
    const std::span<const float> of_temporary = Span<const float>(vector);
    CHECK_EQ(of_temporary[2], 3.0f);
    CHECK(Span<float>(standard).data() == vector.data());
#endif
}

TEST(elements_know_their_type) {
    const auto class_of = [](const Elements &e) { return e.element_class(); };
    using detail::ElementClass;
    CHECK_EQ(class_of(std::vector<float>(2)), ElementClass::float32);
    CHECK_EQ(class_of(std::vector<long long>(2)), ElementClass::int64);
    CHECK_EQ(class_of(std::vector<long>(2)), ElementClass::int64);
    CHECK_EQ(class_of({1.0, 2.0}), ElementClass::float64);
    CHECK_EQ(Elements(std::vector<Half>(3)).size_bytes(), 6u);
    const bool flags[2] = {true, false};
    CHECK_EQ(class_of(flags), ElementClass::boolean);
    static_assert(!std::is_constructible_v<Elements, std::vector<unsigned> &>);
    static_assert(!std::is_constructible_v<MutableElements, const std::vector<float> &>);
    CHECK(detail::holds(ElementClass::uint8, DType::boolean));
    CHECK(detail::holds(ElementClass::bits16, DType::float16));
    CHECK(!detail::holds(ElementClass::int32, DType::float32));
}

TEST(bytes_of_a_text_have_no_nul) {
    CHECK_EQ(Bytes("abc").size(), 3u);
    CHECK_EQ(Bytes(std::string("abc")).size(), 3u);
    CHECK_EQ(Bytes(std::vector<double>(2)).size(), 16u);
    char buffer[10] = "ab";
    CHECK_EQ(MutableBytes(buffer).size(), 10u);
    CHECK_EQ(OptionalBytes(nullptr).size(), 0u);
    static_assert(!std::is_constructible_v<Bytes, std::vector<std::string> &>);
}

// Values of IEEE 754-2008, table 3.5 and clause 4.3.1.
TEST(halves_round_to_the_nearest_even) {
    const auto bits = [](float f) { return static_cast<int>(Half::from_float(f).bits); };
    CHECK_EQ(bits(1.0f), 0x3c00);
    CHECK_EQ(bits(-2.0f), 0xc000);
    CHECK_EQ(bits(65504.0f), 0x7bff);
    CHECK_EQ(bits(65519.0f), 0x7bff);
    CHECK_EQ(bits(65520.0f), 0x7c00);
    CHECK_EQ(bits(0.333333343f), 0x3555);
    CHECK_EQ(bits(5.9604644775390625e-8f), 0x0001);
    CHECK_EQ(bits(2.98023223876953125e-8f), 0x0000); // half of the least: a tie to even
    CHECK_EQ(bits(6.103515625e-5f), 0x0400);
    CHECK_EQ(bits(1.00048828125f), 0x3c00); // a tie
    CHECK_EQ(bits(1.00146484375f), 0x3c02); // a tie the other way
    CHECK_EQ(bits(std::numeric_limits<float>::infinity()), 0x7c00);
    CHECK_EQ(bits(-0.0f), 0x8000);
    CHECK_EQ(Half{0x3555}.to_float(), 0.333251953125f);
    CHECK_EQ(Half{0x0001}.to_float(), 5.9604644775390625e-8f);
    CHECK(std::isnan(Half{0x7e00}.to_float()));
    for (int i = 0; i < 0x7c00; i++) // every finite one comes back
        if (bits(Half{static_cast<std::uint16_t>(i)}.to_float()) != i)
            return check::fail(__FILE__, __LINE__, "half " + std::to_string(i));
}
