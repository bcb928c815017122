/**
 * @file
 * JSON, as far as the conformance protocol and the tests' golden files need it: objects, arrays,
 * texts, numbers, true, false, null. Reads UTF-8; damaged text gives no value.
 *
 * Written here, in 150 lines, so that the tests build on a machine without network and packages.
 */
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

class JsonValue {
public:
    enum class Kind { null, boolean, number, text, array, object };

    JsonValue() = default;
    template <class T, std::enable_if_t<std::is_arithmetic_v<T>, int> = 0>
    JsonValue(T number)
        : kind_(std::is_same_v<T, bool> ? Kind::boolean : Kind::number),
          number_(static_cast<double>(number)) {}
    JsonValue(std::string_view text) : kind_(Kind::text), text_(text) {}
    JsonValue(const std::string &text) : kind_(Kind::text), text_(text) {}
    JsonValue(const char *text) : kind_(Kind::text), text_(text) {}
    /** An array of anything that is a value. */
    template <class T>
    JsonValue(const std::vector<T> &items)
        : kind_(Kind::array), items_(items.begin(), items.end()) {}

    /** The value that a text stands for. */
    static std::optional<JsonValue> parse(std::string_view text) {
        Reader reader{text};
        std::optional<JsonValue> value = reader.value(0);
        reader.space();
        if (reader.at != text.size()) return std::nullopt;
        return value;
    }

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] bool is_null() const { return kind_ == Kind::null; }
    [[nodiscard]] bool is_true() const { return kind_ == Kind::boolean && number_ != 0; }
    [[nodiscard]] bool is_false() const { return kind_ == Kind::boolean && number_ == 0; }
    [[nodiscard]] double number() const { return number_; }
    /** The number as an integer; another one where there is none. */
    [[nodiscard]] std::int64_t integer(std::int64_t otherwise = 0) const {
        return kind_ == Kind::number ? static_cast<std::int64_t>(number_) : otherwise;
    }
    [[nodiscard]] const std::string &text() const { return text_; }
    [[nodiscard]] const std::vector<JsonValue> &items() const { return items_; }
    /** A member of an object; null where there is none. */
    const JsonValue &operator[](const char *name) const {
        static const JsonValue none;
        const auto found = members_.find(name);
        return found == members_.end() ? none : found->second;
    }
    /** Sets a member; makes this an object. */
    JsonValue &set(const char *name, JsonValue value) {
        kind_ = Kind::object;
        members_[name] = std::move(value);
        return *this;
    }

    [[nodiscard]] std::string write() const {
        switch (kind_) {
        case Kind::null: return "null";
        case Kind::boolean: return number_ != 0 ? "true" : "false";
        case Kind::number: {
            char digits[32];
            const bool whole = std::floor(number_) == number_ && std::fabs(number_) < 1e15;
            std::snprintf(digits, sizeof digits, whole ? "%.0f" : "%.17g", number_);
            return digits;
        }
        case Kind::text: return quoted(text_);
        case Kind::array: {
            std::string out = "[";
            for (const JsonValue &item : items_) out += (out.size() > 1 ? "," : "") + item.write();
            return out + "]";
        }
        case Kind::object: break;
        }
        std::string out = "{";
        for (const auto &[name, value] : members_)
            out += (out.size() > 1 ? "," : "") + quoted(name) + ":" + value.write();
        return out + "}";
    }

private:
    static std::string quoted(const std::string &text) {
        std::string out = "\"";
        for (const char c : text) {
            char escaped[8];
            if (static_cast<unsigned char>(c) < 32) {
                std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
                out += escaped;
            } else {
                if (c == '"' || c == '\\') out += '\\';
                out += c;
            }
        }
        return out + '"';
    }

    struct Reader {
        std::string_view text;
        std::size_t at = 0;

        void space() {
            while (at < text.size() &&
                   std::string_view(" \t\r\n").find(text[at]) != std::string_view::npos)
                at++;
        }
        bool take(std::string_view word) {
            if (text.substr(at, word.size()) != word) return false;
            at += word.size();
            return true;
        }
        std::optional<JsonValue> value(int depth) {
            if (depth > 200) return std::nullopt;
            space();
            if (take("null")) return JsonValue();
            if (take("true")) return JsonValue(true);
            if (take("false")) return JsonValue(false);
            if (take("\"")) return string();
            if (take("[")) return array(depth);
            if (take("{")) return object(depth);
            return numeral();
        }
        std::optional<JsonValue> numeral() {
            const std::size_t end = text.find_first_not_of("+-0123456789.eE", at);
            const std::string digits(
                text.substr(at, end == std::string_view::npos ? end : end - at));
            char *stop = nullptr;
            const double number = std::strtod(digits.c_str(), &stop);
            if (digits.empty() || *stop != '\0') return std::nullopt;
            at += digits.size();
            return JsonValue(number);
        }
        std::optional<unsigned> unit() {
            const std::string digits(text.substr(at, 4));
            if (digits.size() != 4 ||
                digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
                return std::nullopt;
            at += 4;
            return static_cast<unsigned>(std::strtoul(digits.c_str(), nullptr, 16));
        }
        static void put(std::string &out, unsigned code) {
            const auto byte = [&out](unsigned b) { out += static_cast<char>(b); };
            if (code < 0x80) return byte(code);
            if (code < 0x800) {
                byte(0xc0 | (code >> 6));
            } else {
                if (code < 0x10000) {
                    byte(0xe0 | (code >> 12));
                } else {
                    byte(0xf0 | (code >> 18));
                    byte(0x80 | ((code >> 12) & 63));
                }
                byte(0x80 | ((code >> 6) & 63));
            }
            byte(0x80 | (code & 63));
        }
        bool escape(std::string &out) {
            static constexpr std::string_view names = "\"\\/bfnrt";
            const std::size_t name =
                at < text.size() ? names.find(text[at]) : std::string_view::npos;
            if (name != std::string_view::npos) {
                out += "\"\\/\b\f\n\r\t"[name];
                at++;
                return true;
            }
            if (!take("u")) return false;
            std::optional<unsigned> code = unit();
            if (code && *code >= 0xd800 && *code < 0xdc00 && take("\\u")) {
                const std::optional<unsigned> low = unit();
                if (!low) return false;
                *code = 0x10000 + ((*code - 0xd800) << 10) + (*low - 0xdc00);
            }
            if (code) put(out, *code);
            return code.has_value();
        }
        std::optional<JsonValue> string() {
            std::string out;
            while (at < text.size()) {
                const char c = text[at++];
                if (c == '"') return JsonValue(out);
                if (c != '\\')
                    out += c;
                else if (!escape(out))
                    return std::nullopt;
            }
            return std::nullopt;
        }
        std::optional<JsonValue> array(int depth) {
            std::vector<JsonValue> items;
            for (space(); !take("]"); space()) {
                if (!items.empty() && !take(",")) return std::nullopt;
                std::optional<JsonValue> item = value(depth + 1);
                if (!item) return std::nullopt;
                items.push_back(std::move(*item));
            }
            return JsonValue(items);
        }
        std::optional<JsonValue> object(int depth) {
            JsonValue out;
            out.kind_ = Kind::object;
            for (space(); !take("}"); space()) {
                if (!out.members_.empty() && !take(",")) return std::nullopt;
                space();
                if (!take("\"")) return std::nullopt;
                const std::optional<JsonValue> name = string();
                space();
                if (!name || !take(":")) return std::nullopt;
                std::optional<JsonValue> member = value(depth + 1);
                if (!member) return std::nullopt;
                out.members_[name->text_] = std::move(*member);
            }
            return out;
        }
    };

    Kind kind_ = Kind::null;
    double number_ = 0;
    std::string text_;
    std::vector<JsonValue> items_;
    std::map<std::string, JsonValue, std::less<>> members_;
};
