package libpredict;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * Makes, uses and closes over and over; prints by how many KiB the process has grown. Argument: how
 * often, after a warm-up; then what.
 */
public final class MemoryCycles {
  private static final byte[] PARAMS = TestFiles.params("arg:fc_weight", new float[1000]);

  private MemoryCycles() {}

  public static void main(String[] arguments) throws IOException {
    int cycles = Integer.parseInt(arguments[0]);
    Runnable work =
        switch (arguments[1]) {
          case "run" -> MemoryCycles::run;
          case "fail" -> MemoryCycles::fail;
          // Shows that a leak would be seen.
          case "leak" -> MemoryCycles::leak;
          default -> throw new IllegalArgumentException(arguments[1]);
        };
    for (int i = 0; i < cycles; i++) {
      work.run();
    }
    long before = residentKib();
    for (int i = 0; i < cycles; i++) {
      work.run();
    }
    System.out.println(residentKib() - before);
  }

  private static void run() {
    try (Model model = Model.loader().loadContent(TestFiles.DENSE, PARAMS);
        Predictor predictor = model.predictor().input("data", 1, 1000).build()) {
      predictor.run("data", NDArray.of(new float[1000]));
      predictor.view(0);
      predictor.reshape(Map.of("data", new long[] {2, 1000}));
    }
  }

  private static void fail() {
    try {
      Model.loader().loadContent(TestFiles.DENSE, Arrays.copyOf(PARAMS, 3000)).close();
      throw new IllegalStateException("a damaged model was loaded");
    } catch (PredictException damaged) {
      if (damaged.code() != ErrorCode.PARAMS) {
        throw damaged;
      }
    }
  }

  private static void leak() {
    var library = libpredict.capi.LibraryLoader.load();
    var params = java.lang.foreign.MemorySegment.ofArray(PARAMS);
    library.MXPredCreate(
        TestFiles.DENSE, params, PARAMS.length, 1, 0, 1, new String[] {"data"}, new long[] {0, 2},
        new long[] {1, 1000});
  }

  private static long residentKib() throws IOException {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    String status = Files.readString(Path.of("/proc/self/status"));
    return Long.parseLong(status.replaceAll("(?s).*VmRSS:\\s*(\\d+).*", "$1"));
  }
}
