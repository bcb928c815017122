package libpredict;

import static libpredict.Failures.fails;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import libpredict.capi.LibraryLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models from files and from content, and files of arrays. Expected numbers by hand. */
class ModelFilesTest {
  @TempDir Path folder;

  @BeforeEach
  void write() throws Exception {
    Files.writeString(folder.resolve("net-symbol.json"), TestFiles.DENSE);
    Files.write(folder.resolve("net-0003.params"), TestFiles.params("arg:fc_weight", 1, 2));
    Files.write(folder.resolve("net-0012.params"), TestFiles.params("arg:fc_weight", 3, 4));
  }

  /** w . (1, 10) */
  private static float answer(Model loaded) {
    try (Model model = loaded;
        Predictor predictor = model.predictor().input("data", 1, 2).build()) {
      return predictor.run("data", NDArray.of(new float[] {1, 10})).get("fc").floats()[0];
    }
  }

  @Test
  void aPrefixMeansTheHighestEpochOrTheOneThatIsAskedFor() {
    assertEquals(43, answer(Model.load(folder.resolve("net"))));
    assertEquals(43, answer(Model.load(folder.resolve("net-symbol.json").toString())));
    assertEquals(21, answer(Model.loader().epoch(3).load(folder.resolve("net"))));
  }

  @Test
  void filesOfAnyNameAndContent() throws Exception {
    Path symbol = folder.resolve("net-symbol.json");
    Path params = folder.resolve("net-0003.params");
    assertEquals(21, answer(Model.loader().loadFiles(symbol, params)));
    assertEquals(
        21, answer(Model.loader().loadContent(TestFiles.DENSE, Files.readAllBytes(params))));
    try (Model model = Model.loader().loadFiles(symbol, null)) {
      assertEquals(List.of("data", "fc_weight"), model.inputs());
    }
    try (Model model =
        Model.loader()
            .library(LibraryLoader.load(TestFiles.LIBRARY))
            .loadContent(TestFiles.RELU, null)) {
      assertEquals(List.of("act_output"), model.outputs());
    }
  }

  @Test
  void whatIsMissingIsToldWithWhatThereIs() {
    LoadException thrown =
        assertThrows(LoadException.class, () -> Model.load(folder.resolve("nut")));
    assertEquals(ErrorCode.LOAD, thrown.code());
    assertEquals("symbol", thrown.tried().get(0).source());
    assertEquals(folder.resolve("nut-symbol.json").toString(), thrown.tried().get(0).path());
    assertEquals("no such file; the folder has [net]", thrown.tried().get(0).reason());
    fails(
        ErrorCode.LOAD,
        () -> Model.loader().epoch(4).load(folder.resolve("net")),
        "net-0004.params): no such file; there are epochs [3, 12]",
        "symbol (" + folder.resolve("net-symbol.json") + "): found");
    fails(ErrorCode.ARGUMENT, () -> Model.loader().epoch(-1));
    Path none = folder.resolve("none");
    fails(ErrorCode.LOAD, () -> Model.loader().loadFiles(none, null), "none): no such file");
    fails(ErrorCode.LOAD, () -> Model.loader().loadFiles(folder, null), folder.toString());
    fails(ErrorCode.LOAD, () -> NDArrayFile.read(none), "arrays (" + none + ")");
    fails(ErrorCode.ARGUMENT, () -> Model.load(Path.of("/")), "no prefix");
  }

  @Test
  void damagedFilesAreRefused() throws Exception {
    byte[] params = Files.readAllBytes(folder.resolve("net-0003.params"));
    for (int length : new int[] {0, 1, 8, 20, 40, 60, params.length - 1}) {
      byte[] cut = Arrays.copyOf(params, length);
      fails(ErrorCode.PARAMS, () -> Model.loader().loadContent(TestFiles.DENSE, cut));
    }
    for (int length : new int[] {1, 20, 100, TestFiles.DENSE.length() - 8}) {
      String cut = TestFiles.DENSE.substring(0, length);
      fails(ErrorCode.SYMBOL, () -> Model.loader().loadContent(cut, params));
    }
    // The library reads files itself, and says which one is damaged.
    Path damaged = folder.resolve("cut.params");
    Files.write(damaged, Arrays.copyOf(params, 40));
    fails(
        ErrorCode.PARAMS,
        () -> Model.loader().loadFiles(folder.resolve("net-symbol.json"), damaged),
        damaged + ": ");
    fails(
        ErrorCode.UNSUPPORTED,
        () -> Model.loader().loadContent(TestFiles.RELU.replace("Activation", "Cauldron"), null),
        "Cauldron");
  }

  @Test
  void filesOfArrays() {
    NDArrayFile file = NDArrayFile.read(folder.resolve("net-0012.params"));
    assertEquals(List.of("arg:fc_weight"), file.names());
    assertArrayEquals(new float[] {3, 4}, file.get("arg:fc_weight").floats());
    assertArrayEquals(new long[] {1, 2}, file.arrays().getFirst().shape());
    fails(ErrorCode.NAME, () -> file.get("fc_weight"), "arg:fc_weight");
    fails(
        ErrorCode.PARAMS,
        () -> NDArrayFile.read(java.lang.foreign.MemorySegment.ofArray(new byte[9])));
  }

  @Test
  void typesThatAreNotFloat32() {
    String copy = TestFiles.RELU.replace("Activation", "_copy").replaceAll("\"attrs\".*?\\}, ", "");
    try (Model model = Model.loader().loadContent(copy, null)) {
      try (Predictor predictor = model.predictor().input("data", DType.INT32, 3).build()) {
        Outputs outputs = predictor.run("data", NDArray.of(new int[] {-5, 0, 1 << 30}));
        assertArrayEquals(new int[] {-5, 0, 1 << 30}, outputs.get(0).ints());
        fails(ErrorCode.DTYPE, () -> predictor.run("data", NDArray.of(new float[3])));
      }
    }
    try (Model model = Model.loader().loadContent(TestFiles.RELU, null)) {
      try (Predictor predictor = model.predictor().input("data", DType.FLOAT16, 2).build()) {
        short[] bits = {Float.floatToFloat16(-1.5f), Float.floatToFloat16(2.5f)};
        short[] found = predictor.run("data", NDArray.ofFloat16(bits)).get(0).float16Bits();
        assertEquals(0, Float.float16ToFloat(found[0]));
        assertEquals(2.5f, Float.float16ToFloat(found[1]));
      }
    }
  }

  @Test
  void impossibleOptions() {
    try (Model model = Model.loader().loadContent(TestFiles.RELU, null)) {
      fails(ErrorCode.ARGUMENT, () -> model.predictor().threads(0));
      fails(ErrorCode.SHAPE, () -> model.predictor().input("data", 1, -1));
      fails(ErrorCode.ARGUMENT, () -> model.predictor().input("data", 1).threads(257).build());
      fails(ErrorCode.NAME, () -> model.predictor().input("dada", 1).build(), "data");
      assertTrue(model.toString().contains("act_output"));
    }
  }
}
