package libpredict.capi;

import static libpredict.Failures.fails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import libpredict.ErrorCode;
import libpredict.PredictException;
import libpredict.TestFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every code that can be provoked, by its own cause, from the real library. */
class ErrorCodeTest {
  private final PredictLibrary library = LibraryLoader.load(TestFiles.LIBRARY);

  private PredictorHandle create(String symbol, byte[] params, int device, long... dims) {
    return library.MXPredCreate(
        symbol, MemorySegment.ofArray(params), params.length, device, 0, 1,
        new String[] {"data"}, new long[] {0, dims.length}, dims);
  }

  private PredictorHandle relu(long... dims) {
    return create(TestFiles.RELU, TestFiles.noParams(), 1, dims);
  }

  @Test
  void argument() {
    fails(
        ErrorCode.ARGUMENT,
        () -> library.MXPredCreate(TestFiles.RELU, MemorySegment.ofArray(TestFiles.noParams()),
            32, 1, 0, 2, new String[] {"data", "x"}, new long[] {0, 1, 0}, new long[0]),
        "MXPredCreate: ");
  }

  @Test
  void symbol() {
    PredictException thrown = fails(ErrorCode.SYMBOL, () -> create("{", TestFiles.noParams(), 1, 1));
    assertEquals("MXPredCreate", thrown.function());
    assertTrue(thrown.getMessage().startsWith("MXPredCreate: "), thrown.getMessage());
  }

  @Test
  void params() {
    byte[] cutOff = Arrays.copyOf(TestFiles.params("arg:fc_weight", 1, 2), 60);
    fails(ErrorCode.PARAMS, () -> create(TestFiles.DENSE, cutOff, 1, 1, 2));
  }

  @Test
  void unsupportedFromTheStructureOfTheCall() {
    byte[] symbol = TestFiles.RELU.replace("Activation", "NoSuchOperator").getBytes();
    PredictException thrown =
        fails(
            ErrorCode.UNSUPPORTED,
            () -> library.LPModelCreate(MemorySegment.ofArray(symbol), symbol.length, null, 0),
            "NoSuchOperator");
    assertEquals("LPModelCreate", thrown.function());
  }

  @Test
  void theStructureOfTheCallComesBeforeTheTextOfTheThread(@TempDir Path folder) throws Exception {
    Path source =
        Files.writeString(
            folder.resolve("two.c"),
            """
            #include <string.h>
            #include "c_predict_api.h"
            int MXPredCreate(const char *symbol, const void *params, int size, int type, int id,
                             uint32_t count, const char **keys, const uint32_t *starts,
                             const uint32_t *dims, PredictorHandle *out) {
              return -1;
            }
            const char *MXGetLastError(void) { return "of the thread"; }
            int LPGetErrorCode(void) { return LP_ERROR_NAME; }
            int LPModelCreate(const char *symbol, size_t size, const void *params,
                              size_t params_size, LPError *error, LPModelHandle *out) {
              error->code = LP_ERROR_SHAPE;
              strcpy(error->text, "of the call");
              return -1;
            }
            """);
    PredictLibrary two = LibraryLoader.load(FakeLibrary.compile("two", source));
    fails(
        ErrorCode.SHAPE,
        () -> two.LPModelCreate(MemorySegment.ofArray(new byte[1]), 1, null, 0),
        "LPModelCreate: of the call");
  }

  @Test
  void attribute() {
    String symbol = TestFiles.DENSE.replace("\"num_hidden\": \"1\"", "\"num_hidden\": \"many\"");
    fails(ErrorCode.ATTRIBUTE, () -> create(symbol, TestFiles.noParams(), 1, 1, 2), "num_hidden");
  }

  @Test
  void shape() {
    byte[] params = TestFiles.params("arg:fc_weight", 1, 2);
    fails(ErrorCode.SHAPE, () -> create(TestFiles.DENSE, params, 1, 1, 5));
  }

  @Test
  void memory() {
    fails(ErrorCode.MEMORY, () -> relu(65535, 65535, 65535));
  }

  @Test
  void device() {
    fails(ErrorCode.DEVICE, () -> create(TestFiles.RELU, TestFiles.noParams(), 2, 1));
  }

  @Test
  void nameSizeIndexStateDtype() {
    PredictorHandle predictor = relu(2);
    MemorySegment two = MemorySegment.ofArray(new float[2]);
    MemorySegment three = MemorySegment.ofArray(new float[3]);
    fails(ErrorCode.NAME, () -> library.MXPredSetInput(predictor, "dat", two, 2), "data");
    fails(ErrorCode.SIZE, () -> library.MXPredSetInput(predictor, "data", three, 3));
    fails(ErrorCode.INDEX, () -> library.MXPredGetOutputShape(predictor, 7));
    fails(ErrorCode.STATE, () -> library.MXPredGetOutput(predictor, 0, two, 2));
    fails(
        ErrorCode.DTYPE,
        () -> library.LPPredSetInput(predictor, "data", LPDType.LP_INT32, two, 8));
    assertEquals(ErrorCode.DTYPE.number(), library.LPPredGetErrorCode(predictor));
    assertEquals(ErrorCode.DTYPE.number(), library.LPGetErrorCode());
    assertEquals(library.MXGetLastError(), library.LPPredGetLastError(predictor));
    library.MXPredFree(predictor);
  }

  @Test
  void missing() {
    PredictorHandle predictor = create(TestFiles.DENSE, TestFiles.noParams(), 1, 1, 2);
    fails(ErrorCode.MISSING, () -> library.MXPredForward(predictor), "fc_weight");
    library.MXPredSetInput(predictor, "fc_weight", MemorySegment.ofArray(new float[] {3, 5}), 2);
    library.MXPredSetInput(predictor, "data", MemorySegment.ofArray(new float[] {10, 100}), 2);
    library.MXPredForward(predictor);
    float[] out = new float[1];
    library.MXPredGetOutput(predictor, 0, MemorySegment.ofArray(out), 1);
    assertEquals(530, out[0]);
    library.MXPredFree(predictor);
  }

  @Test
  void theTextBelongsToTheThreadOfTheCall() throws Exception {
    Thread[] threads = new Thread[8];
    String[] wrong = new String[threads.length];
    for (int t = 0; t < threads.length; t++) {
      int number = t;
      threads[t] =
          Thread.ofVirtual()
              .unstarted(
                  () -> {
                    PredictorHandle predictor = relu(1);
                    MemorySegment one = MemorySegment.ofArray(new float[1]);
                    for (int i = 0; i < 300; i++) {
                      String name = "thread" + number + "_" + i;
                      PredictException thrown =
                          fails(
                              ErrorCode.NAME,
                              () -> library.MXPredSetInput(predictor, name, one, 1));
                      if (!thrown.getMessage().contains(name)) {
                        wrong[number] = thrown.getMessage();
                      }
                      Thread.yield();
                    }
                    library.MXPredFree(predictor);
                  });
    }
    for (Thread thread : threads) {
      thread.start();
    }
    for (int t = 0; t < threads.length; t++) {
      threads[t].join();
      assertNull(wrong[t]);
    }
  }

  @Test
  void theWordsAreThoseOfEveryLanguage() {
    assertEquals("shape", ErrorCode.SHAPE.word());
    assertEquals(ErrorCode.SHAPE, ErrorCode.of(LPErrorCode.LP_ERROR_SHAPE));
    assertEquals(ErrorCode.UNKNOWN, ErrorCode.of(LPErrorCode.LP_OK));
    assertEquals(ErrorCode.UNKNOWN, ErrorCode.of(99));
    for (String word : new String[] {"disposed", "busy", "unavailable", "load", "unknown"}) {
      assertEquals(-1, ErrorCode.valueOf(word.toUpperCase(java.util.Locale.ROOT)).number());
    }
  }
}
