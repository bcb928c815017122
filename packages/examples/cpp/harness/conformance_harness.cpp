/**
 * @file
 * The C++ harness: answers framed messages by calling a library through `libpredict::capi::Api`.
 *
 *     conformance-harness [library]
 *
 * Without an argument the library is looked up as the binding does, or is the one that is compiled
 * in. packages/conformance/README.md describes the protocol. The binding refuses stray pointers
 * before C sees them, so this harness does not declare the feature `pointers`.
 */
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "frame_wire.hpp"
#include "json_value.hpp"
#include "libpredict.hpp"

using namespace libpredict;

namespace {

using Buffer = std::vector<unsigned char>;

/** What a call is answered with. */
struct Answer {
    JsonValue json;
    Buffer payload;
};

/** Handles by the numbers that the runner knows them under. */
template <class H>
class HandleTable {
public:
    std::int64_t keep(H handle) {
        handles_[++last_] = std::move(handle);
        return last_;
    }
    /** The handle of a number; an empty one for null. */
    H &find(const JsonValue &number) {
        return number.is_null() ? none_ : handles_[number.integer()];
    }
    void clear() { handles_.clear(); }

private:
    std::map<std::int64_t, H> handles_;
    std::int64_t last_ = 0;
    H none_;
};

/** Names and shapes as C takes them. */
struct Keys {
    explicit Keys(const JsonValue &keys) : count(keys.items().size()), given(!keys.is_null()) {
        starts.push_back(0);
        for (const JsonValue &key : keys.items()) {
            names.push_back(key["name"].text());
            for (const JsonValue &dim : key["shape"].items())
                dims.push_back(static_cast<std::uint32_t>(dim.integer()));
            starts.push_back(static_cast<std::uint32_t>(dims.size()));
        }
        if (!given) starts.clear();
    }
    std::size_t count;
    bool given;
    std::vector<std::string> names;
    std::vector<std::uint32_t> starts;
    std::vector<std::uint32_t> dims;
};

std::vector<std::string> texts_of(const JsonValue &list, const char *member = nullptr) {
    std::vector<std::string> texts;
    for (const JsonValue &item : list.items())
        texts.push_back(member != nullptr ? item[member].text() : item.text());
    return texts;
}

/** Calls with a pointer of the element type that a number stands for. */
template <class Byte, class Function>
Result<void> with_elements(std::int64_t dtype, Byte *bytes, std::size_t size, Function &&function) {
    const auto as = [&](auto element) {
        using T =
            std::conditional_t<std::is_const_v<Byte>, const decltype(element), decltype(element)>;
        return function(Span<T>(reinterpret_cast<T *>(bytes), size / sizeof(T)));
    };
    switch (static_cast<DType>(dtype)) {
    case DType::float32: return as(float());
    case DType::float64: return as(double());
    case DType::float16: return as(Half());
    case DType::uint8: return as(std::uint8_t());
    case DType::int32: return as(std::int32_t());
    case DType::int8: return as(std::int8_t());
    case DType::int64: return as(std::int64_t());
    case DType::boolean: return as(bool());
    }
    return Error{ErrorCode::dtype, "", "there is no element type " + std::to_string(dtype)};
}

class Harness {
public:
    explicit Harness(const Library &library) : library_(library), api_(library.api()) {}

    Answer answer(const JsonValue &m, const Buffer &payload) {
        const std::string &call = m["call"].text();
        const bool has_lp = api_.has("LPGetVersion");
        if (call == "hello") {
            std::vector<std::string> features = {"types",   "partial-output",  "multithread",
                                                 "reshape", "partial-forward", "monitor",
                                                 "ndlist"};
            if (has_lp) features.push_back("lp");
            return {JsonValue()
                        .set("protocol", 1)
                        .set("name", "cpp")
                        .set("library", library_.path())
                        .set("features", features),
                    {}};
        }
        if (call == "begin") {
            predictors_.clear(); // the destructors free what the case before left behind
            lists_.clear();
            models_.clear();
            seen_.clear();
            return {JsonValue().set("begun", true), {}};
        }
        const auto found = calls_.find(call);
        if (found == calls_.end() || (call.substr(0, 2) == "LP" && !has_lp))
            return {JsonValue().set("unsupported", call), {}};
        answer_ = {};
        const Result<void> done = found->second(m, payload);
        if (done) return answer_.json.set("rc", 0), std::move(answer_);
        JsonValue failure = JsonValue().set("rc", -1).set("error", done.error().message());
        if (static_cast<int>(done.code()) > 0) failure.set("code", static_cast<int>(done.code()));
        return {failure, {}};
    }

private:
    using CallFunction = std::function<Result<void>(const JsonValue &, const Buffer &)>;

    /** Answers with what a call gave. */
    template <class T, class Write>
    Result<void> with(Result<T> result, Write &&write) {
        if (!result) return result.error();
        write(std::move(*result));
        return {};
    }
    void put(const char *name, JsonValue value) { answer_.json.set(name, std::move(value)); }
    Result<void> predictor(Result<capi::PredictorHandle> made) {
        return with(std::move(made), [this](capi::PredictorHandle h) {
            put("handle", predictors_.keep(std::move(h)));
        });
    }
    Result<void> text(Result<std::string_view> got) {
        return with(std::move(got), [this](std::string_view value) { put("text", value); });
    }
    /** Answers with what the monitor callback saw during this forward, if there is one. */
    Result<void> monitored(const JsonValue &m, Result<void> done) {
        const auto seen = seen_.find(m["handle"].integer());
        if (done && seen != seen_.end()) put("monitor", std::exchange(seen->second, {}));
        return done;
    }
    template <class Info>
    Result<void> info(Result<Info> got) {
        return with(std::move(got), [this](Info info) {
            put("name", info.name);
            put("dtype", info.dtype);
            put("shape", std::vector<std::int64_t>(info.dims.begin(), info.dims.end()));
        });
    }
    template <class NameOf>
    Result<void> names(const Result<std::uint32_t> &count, NameOf &&name_of) {
        if (!count) return count.error();
        std::vector<std::string> names;
        for (std::uint32_t i = 0; i < *count; i++) {
            const Result<std::string_view> name = name_of(i);
            if (!name) return name.error();
            names.emplace_back(*name);
        }
        put("names", names);
        return {};
    }

    const std::map<std::string, CallFunction> calls_ = {
        {"MXGetLastError", [this](auto &, auto &) { return text(api_.MXGetLastError()); }},
        {"MXPredCreate",
         [this](auto &m, auto &params) {
             const Keys k(m["keys"]);
             return predictor(api_.MXPredCreate(m["symbol"].text(), params, params.size(),
                                                m["devType"].integer(1), m["devId"].integer(),
                                                k.count, k.names, k.starts, k.dims));
         }},
        {"MXPredCreateEx",
         [this](auto &m, auto &params) {
             const Keys k(m["keys"]);
             std::vector<int> types;
             for (const JsonValue &type : m["dtypes"].items())
                 types.push_back(static_cast<int>(type["code"].integer()));
             return predictor(api_.MXPredCreateEx(m["symbol"].text(), params, params.size(),
                                                  m["devType"].integer(1), m["devId"].integer(),
                                                  k.count, k.names, k.starts, k.dims, types.size(),
                                                  texts_of(m["dtypes"], "name"), types));
         }},
        {"MXPredCreatePartialOut",
         [this](auto &m, auto &params) {
             const Keys k(m["keys"]);
             return predictor(api_.MXPredCreatePartialOut(
                 m["symbol"].text(), params, params.size(), m["devType"].integer(1),
                 m["devId"].integer(), k.count, k.names, k.starts, k.dims,
                 m["outputs"].items().size(), texts_of(m["outputs"])));
         }},
        {"MXPredCreateMultiThread",
         [this](auto &m, auto &params) {
             const Keys k(m["keys"]);
             return with(api_.MXPredCreateMultiThread(m["symbol"].text(), params, params.size(),
                                                      m["devType"].integer(1), m["devId"].integer(),
                                                      k.count, k.names, k.starts, k.dims,
                                                      m["threads"].integer()),
                         [this](std::vector<capi::PredictorHandle> made) {
                             std::vector<std::int64_t> numbers;
                             for (capi::PredictorHandle &handle : made)
                                 numbers.push_back(predictors_.keep(std::move(handle)));
                             put("handles", numbers);
                         });
         }},
        {"MXPredReshape",
         [this](auto &m, auto &) {
             const Keys k(m["keys"]);
             return predictor(api_.MXPredReshape(k.count, k.names, k.starts, k.dims,
                                                 predictors_.find(m["handle"])));
         }},
        {"MXPredGetOutputShape",
         [this](auto &m, auto &) {
             return with(
                 api_.MXPredGetOutputShape(predictors_.find(m["handle"]), m["index"].integer()),
                 [this](const capi::MXPredGetOutputShapeResult &r) {
                     put("shape",
                         std::vector<std::uint32_t>(r.shape_data.begin(), r.shape_data.end()));
                 });
         }},
        {"MXPredGetOutputType",
         [this](auto &m, auto &) {
             return with(
                 api_.MXPredGetOutputType(predictors_.find(m["handle"]), m["index"].integer()),
                 [this](int dtype) {
                     std::vector<int> slots(8, -1);
                     slots[0] = dtype;
                     put("slots", slots);
                 });
         }},
        {"MXPredSetInput",
         [this](auto &m, auto &payload) {
             return with_elements(
                 m["dtype"].integer(), payload.data(), payload.size(), [&](auto elements) {
                     return api_.MXPredSetInput(predictors_.find(m["handle"]), m["key"].text(),
                                                elements, m["size"].integer());
                 });
         }},
        {"MXPredForward",
         [this](auto &m, auto &) {
             return monitored(m, api_.MXPredForward(predictors_.find(m["handle"])));
         }},
        {"MXPredPartialForward",
         [this](auto &m, auto &) {
             return monitored(m, with(api_.MXPredPartialForward(predictors_.find(m["handle"]),
                                                                m["step"].integer()),
                                      [this](int left) { put("left", left); }));
         }},
        {"MXPredGetOutput",
         [this](auto &m, auto &) {
             const std::int64_t size = m["size"].integer();
             answer_.payload.resize(static_cast<std::size_t>(m["bytes"].integer()));
             return with_elements(m["dtype"].integer(), answer_.payload.data(),
                                  answer_.payload.size(), [&](auto elements) {
                                      return api_.MXPredGetOutput(predictors_.find(m["handle"]),
                                                                  m["index"].integer(), elements,
                                                                  size);
                                  });
         }},
        {"MXPredFree",
         [this](auto &m, auto &) { return api_.MXPredFree(predictors_.find(m["handle"])); }},
        {"MXPredSetMonitorCallback",
         [this](auto &m, auto &) {
             const std::int64_t number = m["handle"].integer();
             capi::PredMonitorCallback note = [this, number](std::string_view name,
                                                             const capi::NDArrayHandle &) {
                 seen_[number].emplace_back(name);
             };
             if (m["remove"].is_true()) note = nullptr;
             seen_[number].clear();
             return api_.MXPredSetMonitorCallback(predictors_.find(m["handle"]), note,
                                                  m["all"].is_true());
         }},
        {"MXNDListCreate",
         [this](auto &, auto &file) {
             return with(api_.MXNDListCreate(file, file.size()),
                         [this](capi::MXNDListCreateResult made) {
                             put("handle", lists_.keep(std::move(made.out)));
                             put("length", made.out_length);
                         });
         }},
        {"MXNDListGet",
         [this](auto &m, auto &) {
             return with(api_.MXNDListGet(lists_.find(m["handle"]), m["index"].integer()),
                         [this](const capi::MXNDListGetResult &r) {
                             put("key", r.out_key);
                             put("shape", std::vector<std::uint32_t>(r.out_shape.begin(),
                                                                     r.out_shape.end()));
                             const auto *bytes =
                                 reinterpret_cast<const unsigned char *>(r.out_data.data());
                             answer_.payload.assign(bytes, bytes + r.out_data.size_bytes());
                         });
         }},
        {"MXNDListFree",
         [this](auto &m, auto &) { return api_.MXNDListFree(lists_.find(m["handle"])); }},
        {"LPGetVersion", [this](auto &, auto &) { return text(api_.LPGetVersion()); }},
        {"LPGetBuildInfo", [this](auto &, auto &) { return text(api_.LPGetBuildInfo()); }},
        {"LPModelCreate",
         [this](auto &m, auto &params) {
             const std::string &symbol = m["symbol"].text();
             return with(api_.LPModelCreate(symbol, symbol.size(), params, params.size()),
                         [this](capi::LPModelHandle made) {
                             put("handle", models_.keep(std::move(made)));
                         });
         }},
        {"LPModelFree",
         [this](auto &m, auto &) { return api_.LPModelFree(models_.find(m["handle"])); }},
        {"LPModelGetInputNames",
         [this](auto &m, auto &) {
             const capi::LPModelHandle &model = models_.find(m["handle"]);
             return names(api_.LPModelGetInputCount(model),
                          [&](std::uint32_t i) { return api_.LPModelGetInputName(model, i); });
         }},
        {"LPModelGetOutputNames",
         [this](auto &m, auto &) {
             const capi::LPModelHandle &model = models_.find(m["handle"]);
             return names(api_.LPModelGetOutputCount(model),
                          [&](std::uint32_t i) { return api_.LPModelGetOutputName(model, i); });
         }},
        {"LPPredCreate",
         [this](auto &m, auto &) {
             const Keys k(m["keys"]);
             return predictor(api_.LPPredCreate(
                 models_.find(m["handle"]), k.count, k.names, k.starts, k.dims, 0, nullptr, nullptr,
                 m["outputs"].items().size(), texts_of(m["outputs"]), std::nullopt));
         }},
        {"LPPredGetInputInfo",
         [this](auto &m, auto &) {
             return info(
                 api_.LPPredGetInputInfo(predictors_.find(m["handle"]), m["index"].integer()));
         }},
        {"LPPredGetOutputInfo",
         [this](auto &m, auto &) {
             return info(
                 api_.LPPredGetOutputInfo(predictors_.find(m["handle"]), m["index"].integer()));
         }},
        {"LPPredSetInput",
         [this](auto &m, auto &payload) {
             return api_.LPPredSetInput(predictors_.find(m["handle"]), m["key"].text(),
                                        m["dtype"].integer(), payload, payload.size());
         }},
        {"LPCheckModel",
         [this](auto &m, auto &) -> Result<void> {
             const std::string &symbol = m["symbol"].text();
             const auto measured = api_.LPCheckModel(symbol, symbol.size(), nullptr, 0);
             if (!measured) return measured.error();
             std::string report(measured->report_size, '\0');
             const auto written = api_.LPCheckModel(symbol, symbol.size(), report, report.size());
             if (!written) return written.error();
             const auto found =
                 JsonValue::parse(std::string_view(report).substr(0, report.size() - 1));
             if (!found)
                 return Error{ErrorCode::internal, "LPCheckModel", "the report is not JSON"};
             for (const char *list : {"errors", "warnings"})
                 put(list, texts_of((*found)[list], "node"));
             return {};
         }},
    };

    Library library_;
    capi::Api api_;
    HandleTable<capi::PredictorHandle> predictors_;
    HandleTable<capi::NDListHandle> lists_;
    HandleTable<capi::LPModelHandle> models_;
    std::map<std::int64_t, std::vector<std::string>> seen_;
    Answer answer_;
};

} // namespace

int main(int argc, char **argv) {
    FrameWire wire;
    const Result<Library> library = argc > 1 ? Library::load(argv[1]) : Library::standard();
    if (!library) {
        std::fprintf(stderr, "%s\n", library.error().message().c_str());
        return 1;
    }
    Harness harness(*library);
    std::string json;
    Buffer payload;
    while (wire.read(json, payload)) {
        const std::optional<JsonValue> message = JsonValue::parse(json);
        if (!message) {
            std::fprintf(stderr, "a message is not JSON\n");
            return 1;
        }
        const Answer answer = harness.answer(*message, payload);
        wire.write(answer.json.write(), answer.payload);
    }
    return 0;
}
