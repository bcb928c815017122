package libpredict.capi;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import libpredict.TestFiles;

/** A library whose every move a test decides; made of the C file that tests the TypeScript binding. */
final class FakeLibrary {
  private static final Path SOURCE = Path.of("../../ffi/test/fake/fake_predict.c");
  private static final Path FOLDER = Path.of("target/fake");

  private static PredictLibrary whole;
  private static PredictLibrary partOne;

  private FakeLibrary() {}

  /** With the whole header. */
  static synchronized PredictLibrary whole() {
    if (whole == null) {
      whole = LibraryLoader.load(compile("whole", SOURCE));
    }
    return whole;
  }

  /** With MXNet's part of the header, and its defects. */
  static synchronized PredictLibrary partOne() {
    if (partOne == null) {
      partOne = LibraryLoader.load(compile("part-one", SOURCE, "-DPART_ONE"));
    }
    return partOne;
  }

  /** Compiles a C file to a shared library. */
  static Path compile(String name, Path source, String... flags) {
    FOLDER.toFile().mkdirs();
    Path file = FOLDER.resolve(name + ".so").toAbsolutePath();
    String compiler = System.getenv().getOrDefault("CC", "cc");
    List<String> command = new ArrayList<>(List.of(compiler.trim().split("\\s+")));
    command.addAll(List.of("-std=gnu11", "-shared", "-fPIC", "-O1", "-pthread"));
    command.addAll(List.of("-I../../c-api/include", "-o", file.toString(), source.toString()));
    command.addAll(Arrays.asList(flags));
    TestFiles.Ended ended = TestFiles.run(new ProcessBuilder(command));
    if (ended.code() != 0) {
      throw new IllegalStateException(ended.text());
    }
    return file;
  }

  /** A predictor of {@code count} floats, which a forward doubles. */
  static PredictorHandle predictor(PredictLibrary library, int count) {
    return library.MXPredCreate(
        "{}", MemorySegment.ofArray(new byte[1]), 1, 1, 0, 1, new String[] {"data"},
        new long[] {0, 2}, new long[] {1, count});
  }

  /** Tells the next forwards something: {@code delay_ms}, {@code fail}. */
  static void tell(PredictLibrary library, PredictorHandle predictor, String what, float value) {
    library.MXPredSetInput(predictor, what, MemorySegment.ofArray(new float[] {value}), 1);
  }

  /** How many objects of the fake are alive. */
  static int live() {
    Matcher match = Pattern.compile("live=(\\d+)").matcher(whole().LPGetBuildInfo());
    return match.find() ? Integer.parseInt(match.group(1)) : -1;
  }
}
