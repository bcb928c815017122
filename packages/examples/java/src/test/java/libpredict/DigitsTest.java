package libpredict;

import static libpredict.Failures.fails;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The digit network against what MXNet 1.9.1 answers. */
class DigitsTest {
  private final Model model = Model.load(TestFiles.DIGITS.resolve("digits"));
  private final JsonObject golden =
      JsonParser.parseString(TestFiles.read(TestFiles.DIGITS.resolve("digits-golden.json")))
          .getAsJsonObject();
  private final byte[] images = readImages();

  @AfterEach
  void close() {
    model.close();
  }

  private static byte[] readImages() {
    try {
      return Files.readAllBytes(TestFiles.DIGITS.resolve("digits-heldout.bin"));
    } catch (IOException problem) {
      throw new java.io.UncheckedIOException(problem);
    }
  }

  private float[] pixels(int index) {
    float[] pixels = new float[64];
    for (int i = 0; i < 64; i++) {
      pixels[i] = images[64 * index + i] / 16f;
    }
    return pixels;
  }

  private List<JsonElement> goldens() {
    List<JsonElement> all = golden.getAsJsonArray("images").asList();
    assertEquals(20, all.size());
    return all;
  }

  private static void near(JsonElement expected, float[] found) {
    JsonArray numbers = expected.getAsJsonArray();
    float top = 0;
    for (JsonElement number : numbers) {
      top = Math.max(top, Math.abs(number.getAsFloat()));
    }
    assertEquals(numbers.size(), found.length);
    for (int i = 0; i < found.length; i++) {
      assertEquals(numbers.get(i).getAsFloat(), found[i], 5e-4f * top);
    }
  }

  @Test
  void probabilities() {
    try (Predictor predictor = model.predictor().input("data", 1, 1, 8, 8).build()) {
      for (JsonElement image : goldens()) {
        JsonObject expected = image.getAsJsonObject();
        Outputs outputs =
            predictor.run("data", NDArray.of(pixels(expected.get("index").getAsInt())));
        near(expected.get("softmax"), outputs.get("softmax_output").floats());
        assertArrayEquals(new long[] {1, 10}, outputs.get(0).shape());
        assertEquals(outputs.get(0), outputs.get("softmax"));
        assertEquals(List.of("softmax_output"), outputs.names());
        fails(ErrorCode.NAME, () -> outputs.get("fc"), "softmax_output");
        fails(ErrorCode.INDEX, () -> outputs.get(1));
      }
    }
  }

  @Test
  void internalOutputs() {
    String logits = golden.get("logitsNode").getAsString();
    try (Predictor predictor =
        model.predictor().input("data", 1, 1, 8, 8).outputs(logits, "softmax").build()) {
      for (JsonElement image : goldens()) {
        JsonObject expected = image.getAsJsonObject();
        Outputs outputs =
            predictor.run("data", NDArray.of(pixels(expected.get("index").getAsInt())));
        near(expected.get("logits"), outputs.get(0).floats());
        near(expected.get("softmax"), outputs.get(1).floats());
      }
    }
    fails(
        ErrorCode.NAME,
        () -> model.predictor().input("data", 1, 1, 8, 8).outputs("softmaxx").build(),
        "softmax");
  }

  @Test
  void aBatchReshapesThePredictor() {
    try (Predictor predictor = model.predictor().input("data", 1, 1, 8, 8).build()) {
      float[] all = new float[20 * 64];
      for (int i = 0; i < 20; i++) {
        int index = goldens().get(i).getAsJsonObject().get("index").getAsInt();
        System.arraycopy(pixels(index), 0, all, 64 * i, 64);
      }
      NDArray found = predictor.run("data", NDArray.of(all, 20, 1, 8, 8)).get("softmax");
      assertArrayEquals(new long[] {20, 10}, found.shape());
      assertEquals(List.of(20L, 1L, 8L, 8L), predictor.inputs().getFirst().shape());
      for (int i = 0; i < 20; i++) {
        float[] row = java.util.Arrays.copyOfRange(found.floats(), 10 * i, 10 * i + 10);
        near(goldens().get(i).getAsJsonObject().get("softmax"), row);
      }
      predictor.reshape(Map.of("data", new long[] {2, 1, 8, 8}));
      assertEquals(List.of(2L, 10L), predictor.outputs().getFirst().shape());
      fails(
          ErrorCode.NAME, () -> predictor.reshape(Map.of("date", new long[] {1})), "\"date\"");
      fails(ErrorCode.SHAPE, () -> predictor.reshape(Map.of("data", new long[] {-1})));
      fails(ErrorCode.SHAPE, () -> predictor.reshape(Map.of("data", new long[] {2, 3, 8, 8})));
      assertEquals(List.of(2L, 10L), predictor.outputs().getFirst().shape());
    }
  }

  @Test
  void stepByStep() {
    JsonObject expected = goldens().getFirst().getAsJsonObject();
    float[] pixels = pixels(expected.get("index").getAsInt());
    try (Predictor predictor = model.predictor().input("data", 1, 1, 8, 8).build()) {
      fails(ErrorCode.STATE, () -> predictor.get(0));
      predictor.set("data", NDArray.of(pixels, 1, 1, 8, 8));
      predictor.forward();
      near(expected.get("softmax"), predictor.get("softmax").floats());
      float[] into = new float[10];
      predictor.get(0, NDArray.of(into));
      near(expected.get("softmax"), into);
      MemorySegment view = predictor.view("softmax");
      near(expected.get("softmax"), view.toArray(ValueLayout.JAVA_FLOAT));
      predictor.forward();
      assertThrows(IllegalStateException.class, () -> view.get(ValueLayout.JAVA_FLOAT, 0));
      MemorySegment second = predictor.view(0);
      predictor.run("data", NDArray.of(new float[128], 2, 1, 8, 8));
      assertThrows(IllegalStateException.class, () -> second.get(ValueLayout.JAVA_FLOAT, 0));
      fails(ErrorCode.NAME, () -> predictor.view("fc"));
      fails(ErrorCode.SIZE, () -> predictor.get(0, NDArray.of(new float[9])));
      fails(ErrorCode.DTYPE, () -> predictor.get(0, NDArray.of(new int[20])));
      fails(ErrorCode.ARGUMENT, () -> predictor.get(0, null));
    }
  }

  @Test
  void introspection() {
    assertEquals(List.of("data"), model.inputs());
    assertEquals(List.of("softmax_output"), model.outputs());
    assertEquals("Model [data] -> [softmax_output]", model.toString());
    try (Predictor predictor =
        model.predictor().input("data", 3, 1, 8, 8).threads(2).without(Pass.VIEW).build()) {
      assertEquals(
          List.of(new TensorInfo("data", DType.FLOAT32, List.of(3L, 1L, 8L, 8L))),
          predictor.inputs());
      assertEquals(192, predictor.inputs().getFirst().count());
      assertEquals(
          List.of(new TensorInfo("softmax_output", DType.FLOAT32, List.of(3L, 10L))),
          predictor.outputs());
      PredictorStats stats = predictor.stats();
      assertEquals(2, stats.threads());
      // The network has 50,138 weights of four bytes.
      assertTrue(stats.weightsBytes() >= 4 * 50_138, stats.toString());
      JsonObject described = JsonParser.parseString(predictor.describe()).getAsJsonObject();
      assertEquals(stats.graphNodes(), operators(described));
    }
  }

  @Test
  void profile() {
    try (Predictor predictor = model.predictor().input("data", 1, 1, 8, 8).build()) {
      fails(ErrorCode.STATE, predictor::profile, "nothing was measured");
      predictor.setProfiling(true);
      predictor.forward();
      predictor.forward();
      JsonObject profile = JsonParser.parseString(predictor.profile()).getAsJsonObject();
      assertEquals(2, profile.get("runs").getAsInt());
      assertEquals(predictor.stats().planNodes(), profile.getAsJsonArray("nodes").size());
      predictor.setProfiling(false);
      predictor.forward();
      fails(ErrorCode.STATE, predictor::profile);
    }
  }

  @Test
  void memoryModes() {
    PredictorStats fast;
    try (Predictor predictor = model.predictor().input("data", 64, 1, 8, 8).build()) {
      fast = predictor.stats();
    }
    try (Predictor predictor =
        model.predictor().input("data", 64, 1, 8, 8).memoryMode(MemoryMode.LEAN).build()) {
      assertTrue(predictor.stats().packedBytes() < fast.packedBytes() / 2, fast.toString());
      NDArray image = NDArray.of(pixels(0), 1, 1, 8, 8);
      assertTrue(predictor.run("data", image).get(0).floats()[2] > 0.99); // it is a 2
    }
    fails(ErrorCode.ARGUMENT, () -> model.predictor().memoryMode(null), "mode must not be null");
  }

  private static long operators(JsonObject described) {
    return described.getAsJsonArray("nodes").asList().stream()
        .filter(node -> !node.getAsJsonObject().get("op").getAsString().equals("null"))
        .count();
  }

  @Test
  void feedsThatDoNotFit() {
    try (Predictor predictor = model.predictor().input("data", 1, 1, 8, 8).build()) {
      fails(ErrorCode.ARGUMENT, () -> predictor.run(Map.of()), "\"data\" is missing");
      NDArray image = NDArray.of(new float[64]);
      fails(ErrorCode.NAME, () -> predictor.run(Map.of("data", image, "x", image)), "\"x\"");
      fails(ErrorCode.DTYPE, () -> predictor.run("data", NDArray.of(new double[64])), "FLOAT64");
      fails(ErrorCode.SIZE, () -> predictor.run("data", NDArray.of(new float[63])));
      fails(ErrorCode.SHAPE, () -> predictor.run("data", NDArray.of(new float[64], 64)));
      fails(ErrorCode.NAME, () -> predictor.set("dat", image), "data");
      fails(ErrorCode.DTYPE, () -> predictor.set("data", NDArray.of(new int[64])));
      fails(ErrorCode.SIZE, () -> predictor.set("data", NDArray.of(new float[63])));
      fails(ErrorCode.SHAPE, () -> predictor.set("data", NDArray.of(new float[64], 8, 8)));
      fails(ErrorCode.ARGUMENT, () -> predictor.set("data", null));
    }
  }

  @Test
  void closing() {
    Predictor predictor = model.predictor().input("data", 1, 1, 8, 8).build();
    PredictorBuilder late = model.predictor().input("data", 1, 1, 8, 8);
    model.close();
    model.close();
    fails(ErrorCode.DISPOSED, late::build);
    NDArray image = NDArray.of(pixels(0));
    assertNotSame(predictor.run("data", image).get(0), predictor.run("data", image).get(0));
    MemorySegment view = predictor.view(0);
    predictor.close();
    predictor.close();
    assertTrue(predictor.isClosed());
    fails(ErrorCode.DISPOSED, () -> predictor.run("data", image), "the predictor was closed");
    fails(ErrorCode.DISPOSED, predictor::forward);
    fails(ErrorCode.DISPOSED, () -> predictor.get(0));
    fails(ErrorCode.DISPOSED, () -> predictor.view(0));
    fails(ErrorCode.DISPOSED, predictor::stats);
    assertThrows(IllegalStateException.class, () -> view.get(ValueLayout.JAVA_FLOAT, 0));
  }
}
