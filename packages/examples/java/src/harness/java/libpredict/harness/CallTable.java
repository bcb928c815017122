package libpredict.harness;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import libpredict.PredictException;
import libpredict.capi.LPModelHandle;
import libpredict.capi.NDListHandle;
import libpredict.capi.PredMonitorCallback;
import libpredict.capi.PredictLibrary;
import libpredict.capi.PredictorHandle;
import libpredict.harness.ConformanceHarness.Answer;

/** Turns each request of the protocol into a call of the binding. */
final class CallTable {
  /** One call: adds to the answer, and gives the payload or null. */
  @FunctionalInterface
  private interface Call {
    byte[] run(Request request, Map<String, Object> answer);
  }

  private static final int OUTPUT_TYPE_SLOTS = 8;

  private final PredictLibrary library;
  private final HandleTable<PredictorHandle> predictors = new HandleTable<>();
  private final HandleTable<NDListHandle> lists = new HandleTable<>();
  private final HandleTable<LPModelHandle> models = new HandleTable<>();
  private final Map<PredictorHandle, List<String>> seen = new HashMap<>();
  private final Map<String, Call> calls = new HashMap<>();

  CallTable(PredictLibrary library) {
    this.library = library;
    addCreation();
    addPredictors();
    addLists();
    if (library.has("LPGetVersion")) {
      addPartTwo();
    }
  }

  Answer answer(JsonObject json, byte[] payload) {
    String name = json.get("call").getAsString();
    Map<String, Object> answer = new HashMap<>();
    byte[] data = null;
    Call call = calls.get(name);
    if (name.equals("hello")) {
      hello(answer);
    } else if (name.equals("begin")) {
      freeAll();
    } else if (call == null) {
      answer.put("unsupported", name);
    } else {
      try {
        data = call.run(new Request(json, payload), answer);
        answer.put("rc", 0);
      } catch (PredictException failure) {
        answer.clear();
        answer.put("rc", -1);
        answer.put("error", failure.getMessage());
        if (failure.code().number() > 0) {
          answer.put("code", failure.code().number());
        }
      }
    }
    return new Answer(answer, data == null ? new byte[0] : data);
  }

  private void hello(Map<String, Object> answer) {
    List<String> features =
        new ArrayList<>(
            List.of(
                "types", "partial-output", "multithread", "reshape", "partial-forward", "monitor",
                "ndlist"));
    if (library.has("LPGetVersion")) {
      features.add("lp");
    }
    answer.putAll(
        Map.of("protocol", 1, "name", "java", "library", library.path(), "features", features));
  }

  /** Frees what the case before left behind. */
  private void freeAll() {
    predictors.drain().forEach(library::MXPredFree);
    lists.drain().forEach(library::MXNDListFree);
    models.drain().forEach(library::LPModelFree);
    seen.clear();
  }

  private void addCreation() {
    calls.put("MXGetLastError", (m, a) -> put(a, "text", library.MXGetLastError()));
    calls.put(
        "MXPredCreate",
        (m, a) -> {
          Request.Keys k = m.keys();
          return predictor(
              a,
              library.MXPredCreate(
                  m.text("symbol"), m.file(), m.payload().length, m.integer("devType", 1),
                  m.integer("devId", 0), k.count(), k.names(), k.starts(), k.dims()));
        });
    calls.put(
        "MXPredCreateEx",
        (m, a) -> {
          Request.Keys k = m.keys();
          List<JsonElement> types = m.list("dtypes");
          int[] codes =
              types == null
                  ? null
                  : types.stream().mapToInt(e -> e.getAsJsonObject().get("code").getAsInt()).toArray();
          return predictor(
              a,
              library.MXPredCreateEx(
                  m.text("symbol"), m.file(), m.payload().length, m.integer("devType", 1),
                  m.integer("devId", 0), k.count(), k.names(), k.starts(), k.dims(),
                  types == null ? 0 : types.size(), Request.names(types), codes));
        });
    calls.put(
        "MXPredCreatePartialOut",
        (m, a) -> {
          Request.Keys k = m.keys();
          List<JsonElement> outputs = m.list("outputs");
          return predictor(
              a,
              library.MXPredCreatePartialOut(
                  m.text("symbol"), m.file(), m.payload().length, m.integer("devType", 1),
                  m.integer("devId", 0), k.count(), k.names(), k.starts(), k.dims(),
                  outputs == null ? 0 : outputs.size(), Request.names(outputs)));
        });
    calls.put(
        "MXPredCreateMultiThread",
        (m, a) -> {
          Request.Keys k = m.keys();
          PredictorHandle[] made =
              library.MXPredCreateMultiThread(
                  m.text("symbol"), m.file(), m.payload().length, m.integer("devType", 1),
                  m.integer("devId", 0), k.count(), k.names(), k.starts(), k.dims(),
                  m.integer("threads", 0));
          return put(a, "handles", Arrays.stream(made).map(predictors::keep).toList());
        });
    calls.put(
        "MXPredReshape",
        (m, a) -> {
          Request.Keys k = m.keys();
          PredictorHandle old = predictors.get(m.json());
          return predictor(
              a, library.MXPredReshape(k.count(), k.names(), k.starts(), k.dims(), old));
        });
  }

  private void addPredictors() {
    calls.put(
        "MXPredGetOutputShape",
        (m, a) -> {
          var shape = library.MXPredGetOutputShape(predictors.get(m.json()), m.number("index"));
          return put(a, "shape", shape.shape_data());
        });
    calls.put(
        "MXPredGetOutputType",
        (m, a) -> {
          int[] slots = new int[OUTPUT_TYPE_SLOTS];
          Arrays.fill(slots, -1);
          slots[0] = library.MXPredGetOutputType(predictors.get(m.json()), m.number("index"));
          return put(a, "slots", slots);
        });
    calls.put(
        "MXPredSetInput",
        (m, a) -> {
          PredictorHandle predictor = predictors.get(m.json());
          library.MXPredSetInput(predictor, m.text("key"), m.elements(), m.number("size"));
          return null;
        });
    calls.put(
        "MXPredForward",
        (m, a) -> {
          library.MXPredForward(predictors.get(m.json()));
          return monitored(m, a);
        });
    calls.put(
        "MXPredPartialForward",
        (m, a) -> {
          PredictorHandle predictor = predictors.get(m.json());
          a.put("left", library.MXPredPartialForward(predictor, m.integer("step", 0)));
          return monitored(m, a);
        });
    calls.put(
        "MXPredGetOutput",
        (m, a) -> {
          MemorySegment room = m.room(m.number("size"));
          PredictorHandle predictor = predictors.get(m.json());
          library.MXPredGetOutput(predictor, m.number("index"), room, m.number("size"));
          return Request.bytesOf(room);
        });
    calls.put(
        "MXPredFree",
        (m, a) -> {
          library.MXPredFree(predictors.take(m.json()));
          return null;
        });
    calls.put(
        "MXPredSetMonitorCallback",
        (m, a) -> {
          PredictorHandle predictor = predictors.get(m.json());
          PredMonitorCallback note = (name, array) -> seen.get(predictor).add(name);
          library.MXPredSetMonitorCallback(predictor, m.flag("remove") ? null : note, m.flag("all"));
          seen.put(predictor, new ArrayList<>());
          return null;
        });
  }

  private void addLists() {
    calls.put(
        "MXNDListCreate",
        (m, a) -> {
          var list = library.MXNDListCreate(m.file(), m.payload().length);
          a.put("length", list.out_length());
          return put(a, "handle", lists.keep(list.out()));
        });
    calls.put(
        "MXNDListGet",
        (m, a) -> {
          var array = library.MXNDListGet(lists.get(m.json()), m.number("index"));
          a.put("key", array.out_key());
          a.put("shape", array.out_shape());
          return Request.bytesOf(array.out_data());
        });
    calls.put(
        "MXNDListFree",
        (m, a) -> {
          library.MXNDListFree(lists.take(m.json()));
          return null;
        });
  }

  private void addPartTwo() {
    calls.put("LPGetVersion", (m, a) -> put(a, "text", library.LPGetVersion()));
    calls.put("LPGetBuildInfo", (m, a) -> put(a, "text", library.LPGetBuildInfo()));
    calls.put(
        "LPModelCreate",
        (m, a) -> {
          byte[] symbol = m.text("symbol").getBytes(StandardCharsets.UTF_8);
          LPModelHandle model =
              library.LPModelCreate(
                  MemorySegment.ofArray(symbol), symbol.length, m.file(), m.payload().length);
          return put(a, "handle", models.keep(model));
        });
    calls.put(
        "LPModelFree",
        (m, a) -> {
          library.LPModelFree(models.take(m.json()));
          return null;
        });
    calls.put(
        "LPModelGetInputNames",
        (m, a) -> {
          LPModelHandle model = models.get(m.json());
          return names(
              a, library.LPModelGetInputCount(model), i -> library.LPModelGetInputName(model, i));
        });
    calls.put(
        "LPModelGetOutputNames",
        (m, a) -> {
          LPModelHandle model = models.get(m.json());
          return names(
              a, library.LPModelGetOutputCount(model), i -> library.LPModelGetOutputName(model, i));
        });
    calls.put(
        "LPPredCreate",
        (m, a) -> {
          Request.Keys k = m.keys();
          String[] outputs = m.has("outputs") ? Request.names(m.list("outputs")) : new String[0];
          return predictor(
              a,
              library.LPPredCreate(
                  models.get(m.json()), k.count(), k.names(), k.starts(), k.dims(), 0, null, null,
                  outputs.length, outputs, null));
        });
    calls.put(
        "LPPredGetInputInfo",
        (m, a) -> {
          var info = library.LPPredGetInputInfo(predictors.get(m.json()), m.number("index"));
          a.putAll(Map.of("name", info.name(), "dtype", info.dtype(), "shape", info.dims()));
          return null;
        });
    calls.put(
        "LPPredGetOutputInfo",
        (m, a) -> {
          var info = library.LPPredGetOutputInfo(predictors.get(m.json()), m.number("index"));
          a.putAll(Map.of("name", info.name(), "dtype", info.dtype(), "shape", info.dims()));
          return null;
        });
    calls.put(
        "LPPredSetInput",
        (m, a) -> {
          PredictorHandle predictor = predictors.get(m.json());
          library.LPPredSetInput(
              predictor, m.text("key"), m.integer("dtype", 0), m.file(), m.payload().length);
          return null;
        });
    calls.put("LPCheckModel", this::checkModel);
  }

  private byte[] checkModel(Request m, Map<String, Object> answer) {
    byte[] text = m.text("symbol").getBytes(StandardCharsets.UTF_8);
    MemorySegment symbol = MemorySegment.ofArray(text);
    long size = library.LPCheckModel(symbol, text.length, null, 0).report_size();
    byte[] report = new byte[(int) size];
    library.LPCheckModel(symbol, text.length, MemorySegment.ofArray(report), size);
    JsonObject found =
        JsonParser.parseString(new String(report, 0, (int) size - 1, StandardCharsets.UTF_8))
            .getAsJsonObject();
    for (String kind : List.of("errors", "warnings")) {
      answer.put(
          kind,
          found.getAsJsonArray(kind).asList().stream()
              .map(entry -> entry.getAsJsonObject().get("node").getAsString())
              .toList());
    }
    return null;
  }

  private byte[] predictor(Map<String, Object> answer, PredictorHandle handle) {
    return put(answer, "handle", predictors.keep(handle));
  }

  /** What the monitor callback saw since the last forward, if there is one. */
  private byte[] monitored(Request m, Map<String, Object> answer) {
    List<String> names = seen.get(predictors.get(m.json()));
    if (names != null) {
      answer.put("monitor", List.copyOf(names));
      names.clear();
    }
    return null;
  }

  private static byte[] names(Map<String, Object> answer, long count, LongFunction<String> name) {
    List<String> names = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      names.add(name.apply(i));
    }
    return put(answer, "names", names);
  }

  private static byte[] put(Map<String, Object> answer, String name, Object value) {
    answer.put(name, value);
    return null;
  }
}
