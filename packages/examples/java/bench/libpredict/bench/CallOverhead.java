package libpredict.bench;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import libpredict.capi.LibraryLoader;
import libpredict.capi.PredictLibrary;
import libpredict.capi.PredictorHandle;

/**
 * What a call costs beyond the work: a network that does next to nothing, timed through the low
 * level.
 *
 * <p>Arguments: symbol file, parameter file, library. Prints one line of JSON: nanoseconds of a
 * forward alone, and of setting one number, a forward, and reading one number.
 */
public final class CallOverhead {
  private static final int BATCHES = 7;
  private static final int CALLS = 20_000;
  private static final long WARM_UP_NS = 2_000_000_000L;

  private CallOverhead() {}

  /**
   * Measures.
   *
   * @param arguments see the class
   * @throws IOException if a file cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    String symbol = Files.readString(Path.of(arguments[0]));
    byte[] params = Files.readAllBytes(Path.of(arguments[1]));
    PredictLibrary library = LibraryLoader.load(Path.of(arguments[2]));
    PredictorHandle predictor =
        library.MXPredCreate(
            symbol,
            MemorySegment.ofArray(params),
            params.length,
            1,
            0,
            1,
            new String[] {"data"},
            new long[] {0, 1},
            new long[] {1});
    MemorySegment input = MemorySegment.ofArray(new float[] {1.5f});
    float[] result = new float[1];
    MemorySegment output = MemorySegment.ofArray(result);
    Runnable forward = () -> library.MXPredForward(predictor);
    Runnable roundTrip =
        () -> {
          library.MXPredSetInput(predictor, "data", input, 1);
          library.MXPredForward(predictor);
          library.MXPredGetOutput(predictor, 0, output, 1);
        };
    double forwardNs = leastMeanNs(forward);
    double roundTripNs = leastMeanNs(roundTrip);
    if (result[0] != 1.5f) {
      throw new IllegalStateException("relu(1.5) is " + result[0]);
    }
    library.MXPredFree(predictor);
    System.out.printf(
        Locale.ROOT, "{\"forward_ns\": %.1f, \"round_trip_ns\": %.1f}%n", forwardNs, roundTripNs);
  }

  private static double leastMeanNs(Runnable work) {
    // The compiler works on a thread of its own, which on a busy machine takes its time.
    long warmUntil = System.nanoTime() + WARM_UP_NS;
    while (System.nanoTime() < warmUntil) {
      for (int call = 0; call < CALLS; call++) {
        work.run();
      }
    }
    double least = Double.MAX_VALUE;
    for (int batch = 0; batch < BATCHES; batch++) {
      long began = System.nanoTime();
      for (int call = 0; call < CALLS; call++) {
        work.run();
      }
      least = Math.min(least, (double) (System.nanoTime() - began) / CALLS);
    }
    return least;
  }
}
