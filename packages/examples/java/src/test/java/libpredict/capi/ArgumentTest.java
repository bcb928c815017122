package libpredict.capi;

import static libpredict.Failures.fails;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;
import libpredict.ErrorCode;
import libpredict.TestFiles;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Arguments that must not reach C, and those that must arrive as they are. */
class ArgumentTest {
  private final PredictLibrary fake = FakeLibrary.whole();
  private final PredictorHandle predictor = FakeLibrary.predictor(fake, 3);

  @AfterEach
  void free() {
    fake.MXPredFree(predictor);
  }

  private static MemorySegment floats(float... values) {
    return MemorySegment.ofArray(values);
  }

  private void create(String symbol, MemorySegment params, int size, String[] names, long... dims) {
    long[] starts = {0, dims.length};
    fake.MXPredFree(
        fake.MXPredCreate(symbol, params, size, 1, 0, 1, names, starts, dims));
  }

  @Test
  void numbersOutOfRange() {
    fails(
        ErrorCode.ARGUMENT,
        () -> fake.MXPredGetOutputShape(predictor, -1),
        "MXPredGetOutputShape: index must be a whole number from 0 to 4294967295, not -1");
    fails(ErrorCode.ARGUMENT, () -> fake.MXPredGetOutputShape(predictor, 1L << 32));
    // The largest that fits arrives in C, which has no such output.
    fails(ErrorCode.INDEX, () -> fake.MXPredGetOutputShape(predictor, (1L << 32) - 1));
    fails(ErrorCode.INDEX, () -> fake.MXPredGetOutputType(predictor, 1 << 20), "is beyond 65536");
    fails(
        ErrorCode.ARGUMENT,
        () -> fake.LPListOperators(MemorySegment.ofArray(new byte[1]), -1),
        "negative");
    fails(ErrorCode.ARGUMENT, () -> create("{}", floats(1), -4, new String[] {"data"}, 1));
    fails(
        ErrorCode.ARGUMENT,
        () -> create("{}", floats(1), 4, new String[] {"data"}, -1),
        "input_shape_data[0] must be a whole number from 0 to 4294967295, not -1");
    fails(
        ErrorCode.ARGUMENT,
        () ->
            fake.MXPredCreateMultiThread(
                "{}", floats(1), 4, 1, 0, 0, null, null, null, -1),
        "negative length");
    fails(
        ErrorCode.ARGUMENT,
        () -> fake.LPPredCreate(modelOf("{}"), 0, null, null, null, 0, null, null, 0, null,
            new LPOptions(-1, 0, 0)),
        "LPOptions.num_threads");
  }

  private LPModelHandle modelOf(String symbol) {
    byte[] text = symbol.getBytes();
    return fake.LPModelCreate(MemorySegment.ofArray(text), text.length, null, 0);
  }

  @Test
  void strings() {
    fails(ErrorCode.ARGUMENT, () -> create(null, floats(1), 4, new String[] {"data"}, 1), "null");
    fails(
        ErrorCode.ARGUMENT,
        () -> create("a\0b", floats(1), 4, new String[] {"data"}, 1),
        "symbol_json_str has a NUL character at 1");
    fails(
        ErrorCode.ARGUMENT,
        () -> create("{}", floats(1), 4, new String[] {"da\0ta"}, 1),
        "input_keys[0] has a NUL");
    fails(ErrorCode.ARGUMENT, () -> create("{}", floats(1), 4, new String[] {null}, 1));
    fails(
        ErrorCode.ARGUMENT,
        () -> create("\ud800", floats(1), 4, new String[] {"data"}, 1),
        "half a surrogate pair");
    byte[] name = "größe".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    NDListHandle list = fake.MXNDListCreate(MemorySegment.ofArray(name), name.length).out();
    assertEquals("größe", fake.MXNDListGet(list, 0).out_key());
    fake.MXNDListFree(list);
  }

  @Test
  void lengthsOfArrays() {
    fails(
        ErrorCode.SIZE,
        () -> create("{}", floats(1), 4, new String[] {"data", "more"}, 1),
        "input_keys has 2 strings, expected 1");
    fails(
        ErrorCode.SIZE,
        () -> fake.MXPredCreate("{}", floats(1), 4, 1, 0, 1, new String[] {"data"},
            new long[] {0, 2}, new long[] {1}),
        "input_shape_data has 1 elements, expected 2");
    fails(
        ErrorCode.ARGUMENT,
        () -> fake.MXPredCreate("{}", floats(1), 4, 1, 0, 1, null, new long[] {0, 0}, null),
        "input_keys is null but not empty");
    fails(ErrorCode.SIZE, () -> create("{}", floats(1, 2), 4, new String[] {"data"}, 1), "8 bytes");
    fails(ErrorCode.ARGUMENT, () -> create("{}", null, 0, new String[] {"data"}, 1), "null");
    fails(
        ErrorCode.SIZE,
        () -> fake.LPListOperators(MemorySegment.ofArray(new byte[3]), 4),
        "list has 3 bytes, expected 4");
    fails(ErrorCode.ARGUMENT, () -> fake.LPListOperators(null, 4), "null but not empty");
  }

  @Test
  void tensorsOfAnotherClassOrLength() {
    fails(
        ErrorCode.DTYPE,
        () -> fake.MXPredSetInput(predictor, "data", MemorySegment.ofArray(new double[3]), 3),
        "data must be a segment of a float[] or aligned memory off the heap, not of a double[]");
    fails(
        ErrorCode.DTYPE,
        () -> fake.MXPredSetInput(predictor, "data", MemorySegment.ofArray(new int[3]), 3));
    fails(
        ErrorCode.DTYPE,
        () -> fake.MXPredSetInput(predictor, "data", MemorySegment.ofArray(new byte[12]), 3));
    fails(
        ErrorCode.DTYPE,
        () -> fake.MXPredSetInput(
            predictor, "data", MemorySegment.ofArray(new byte[12]).asReadOnly(), 3));
    fails(
        ErrorCode.SIZE,
        () -> fake.MXPredSetInput(predictor, "data", floats(1, 2), 3),
        "data has 2 elements, expected 3 elements");
    fails(ErrorCode.SIZE, () -> fake.MXPredSetInput(predictor, "data", floats(1, 2, 3, 4), 3));
    fails(ErrorCode.ARGUMENT, () -> fake.MXPredSetInput(predictor, "data", null, 3));
    fails(ErrorCode.ARGUMENT, () -> fake.MXPredSetInput(predictor, "data", floats(1), -1));
    fails(
        ErrorCode.DTYPE,
        () -> fake.MXPredGetOutput(predictor, 0, MemorySegment.ofArray(new long[3]), 3));
    fails(ErrorCode.SIZE, () -> fake.MXPredGetOutput(predictor, 0, floats(1, 2), 3));
    fails(
        ErrorCode.ARGUMENT,
        () -> fake.MXPredGetOutput(predictor, 0, floats(1, 2, 3).asReadOnly(), 3),
        "data is read-only");
  }

  @Test
  void weightsAreTakenInTheirOwnElementType() {
    PredictLibrary library = LibraryLoader.load();
    String symbol =
        """
        {"nodes": [
          {"op": "null", "name": "x", "inputs": []},
          {"op": "null", "name": "w", "inputs": []},
          {"op": "elemwise_add", "name": "sum", "inputs": [[0, 0, 0], [1, 0, 0]]}],
         "arg_nodes": [0, 1], "heads": [[2, 0, 0]]}
        """;
    // float64 [1, 1] written as a row of two float32, then its type and length set right.
    byte[] params = TestFiles.params("arg:w", 0, 0);
    params[44] = 1;
    params[60] = LPDType.LP_FLOAT64;
    PredictorHandle sum =
        library.MXPredCreateEx(
            symbol, MemorySegment.ofArray(params), params.length, 1, 0, 1, new String[] {"x"},
            new long[] {0, 2}, new long[] {1, 1}, 1, new String[] {"x"},
            new int[] {LPDType.LP_FLOAT64});
    fails(
        ErrorCode.DTYPE,
        () -> library.MXPredSetInput(sum, "w", floats(1), 1),
        "data must be a segment of a double[]");
    library.MXPredSetInput(sum, "w", MemorySegment.ofArray(new double[] {10}), 1);
    library.MXPredSetInput(sum, "x", MemorySegment.ofArray(new double[] {1}), 1);
    library.MXPredForward(sum);
    double[] out = new double[1];
    library.MXPredGetOutput(sum, 0, MemorySegment.ofArray(out), 1);
    assertEquals(11, out[0]);
    fails(ErrorCode.NAME, () -> library.MXPredSetInput(sum, "v", floats(1), 1));
    library.MXPredFree(sum);
  }

  @Test
  void memoryThatCannotBeUsed() throws Exception {
    MemorySegment gone;
    try (Arena arena = Arena.ofConfined()) {
      gone = arena.allocate(ValueLayout.JAVA_FLOAT, 3);
      Thread thread =
          new Thread(
              () ->
                  fails(
                      ErrorCode.ARGUMENT,
                      () -> fake.MXPredSetInput(predictor, "data", gone, 3),
                      "data is memory of another thread"));
      java.util.concurrent.atomic.AtomicReference<Throwable> thrown =
          new java.util.concurrent.atomic.AtomicReference<>();
      thread.setUncaughtExceptionHandler((t, problem) -> thrown.set(problem));
      thread.start();
      thread.join();
      assertEquals(null, thrown.get());
      MemorySegment odd = arena.allocate(16, 8).asSlice(1, 12);
      fails(ErrorCode.DTYPE, () -> fake.MXPredSetInput(predictor, "data", odd, 3), "odd address");
    }
    fails(
        ErrorCode.ARGUMENT,
        () -> fake.MXPredSetInput(predictor, "data", gone, 3),
        "data is memory that was given back");
  }

  /** Sets three floats, computes, and reads them into memory of the same make. */
  private void roundTrip(MemorySegment in, MemorySegment out) {
    fake.MXPredSetInput(predictor, "data", in, 3);
    fake.MXPredForward(predictor);
    fake.MXPredGetOutput(predictor, 0, out, 3);
    assertArrayEquals(new float[] {2, -4, 1}, out.toArray(ValueLayout.JAVA_FLOAT));
  }

  @Test
  void everyKindOfMemoryArrives() {
    float[] input = {1, -2, 0.5f};
    roundTrip(MemorySegment.ofArray(input), MemorySegment.ofArray(new float[3]));
    roundTrip(MemorySegment.ofArray(input).asReadOnly(), MemorySegment.ofArray(new float[3]));
    MemorySegment longer = MemorySegment.ofArray(new float[] {9, 1, -2, 0.5f, 9});
    float[] room = {7, 7, 7, 7, 7};
    roundTrip(longer.asSlice(4, 12), MemorySegment.ofArray(room).asSlice(4, 12));
    assertArrayEquals(new float[] {7, 2, -4, 1, 7}, room);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment in = arena.allocateFrom(ValueLayout.JAVA_FLOAT, input);
      roundTrip(in, arena.allocate(ValueLayout.JAVA_FLOAT, 3));
    }
    FloatBuffer direct =
        java.nio.ByteBuffer.allocateDirect(12)
            .order(java.nio.ByteOrder.nativeOrder())
            .asFloatBuffer();
    direct.put(input).flip();
    roundTrip(MemorySegment.ofBuffer(direct), MemorySegment.ofBuffer(FloatBuffer.allocate(3)));
  }

  @Test
  void arraysTooLargeToHoldTheCollectorUpAreCopied() {
    int count = 3 << 20;
    float[] input = new float[count];
    input[0] = 1;
    input[count - 1] = 3;
    float[] output = new float[count];
    PredictorHandle large = FakeLibrary.predictor(fake, count);
    fake.MXPredSetInput(large, "data", MemorySegment.ofArray(input), count);
    fake.MXPredForward(large);
    fake.MXPredGetOutput(large, 0, MemorySegment.ofArray(output), count);
    assertEquals(2, output[0]);
    assertEquals(6, output[count - 1]);
    fake.MXPredFree(large);
  }

  @Test
  void everyElementTypeHasItsArray() {
    MemorySegment[] arrays = {
      MemorySegment.ofArray(new float[2]), MemorySegment.ofArray(new double[2]),
      MemorySegment.ofArray(new short[2]), MemorySegment.ofArray(new byte[2]),
      MemorySegment.ofArray(new int[2]), MemorySegment.ofArray(new byte[2]),
      MemorySegment.ofArray(new long[2]), MemorySegment.ofArray(new byte[2])
    };
    for (int dtype = 0; dtype < arrays.length; dtype++) {
      PredictorHandle typed =
          fake.MXPredCreateEx("{}", floats(1), 4, 1, 0, 1, new String[] {"data"},
              new long[] {0, 1}, new long[] {2}, 1, new String[] {"data"}, new int[] {dtype});
      for (MemorySegment array : arrays) {
        if (array.heapBase().get().getClass() == arrays[dtype].heapBase().get().getClass()) {
          fake.MXPredSetInput(typed, "data", array, 2);
          fake.MXPredGetOutput(typed, 0, array, 2);
        } else {
          fails(ErrorCode.DTYPE, () -> fake.MXPredSetInput(typed, "data", array, 2));
          fails(ErrorCode.DTYPE, () -> fake.MXPredGetOutput(typed, 0, array, 2));
        }
      }
      fake.MXPredFree(typed);
    }
  }

  @Test
  void textComesInTwoSteps() {
    PredictLibrary real = LibraryLoader.load(TestFiles.LIBRARY);
    long size = real.LPListOperators(null, 0);
    byte[] list = new byte[(int) size];
    real.LPListOperators(MemorySegment.ofArray(list), size);
    String text = new String(list, 0, list.length - 1);
    assertEquals(true, text.contains("\nFullyConnected\n"), text);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment native_ = arena.allocate(size);
      real.LPListOperators(native_, size);
      assertEquals(text, native_.getString(0));
    }
  }

  @Test
  void structures() {
    LPStats stats = fake.LPPredGetStats(predictor);
    assertEquals(new LPStats(1, 2, 3, 1L << 40, 5, 6, 7, 8), stats);
    LPModelHandle model = modelOf("{}");
    fails(
        ErrorCode.ARGUMENT,
        () -> fake.LPPredCreate(model, 1, new String[] {"data"}, new long[] {0, 1},
            new long[] {1}, 0, null, null, 0, null, new LPOptions(257, 0, 0)),
        "LPPredCreate: too many threads");
    fake.LPModelFree(model);
  }
}
