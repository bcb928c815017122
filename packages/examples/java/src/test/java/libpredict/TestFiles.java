package libpredict;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Files, models and processes for tests. */
public final class TestFiles {
  /** The library of the workspace. */
  public static final Path LIBRARY =
      Path.of("../../c-api/dist/lib/libpredict.so").toAbsolutePath().normalize();

  /** The digit network. */
  public static final Path DIGITS = Path.of("../models/digits").toAbsolutePath().normalize();

  /** relu of one input called data. */
  public static final String RELU =
      """
      {"nodes": [{"op": "null", "name": "data", "inputs": []},
        {"op": "Activation", "name": "act", "attrs": {"act_type": "relu"}, "inputs": [[0, 0, 0]]}],
       "arg_nodes": [0], "heads": [[1, 0, 0]]}
      """;

  /** One input, one weight: data times w by a dense layer of one neuron without bias. */
  public static final String DENSE =
      """
      {"nodes": [{"op": "null", "name": "data", "inputs": []},
        {"op": "null", "name": "fc_weight", "inputs": []},
        {"op": "FullyConnected", "name": "fc",
         "attrs": {"num_hidden": "1", "no_bias": "True"}, "inputs": [[0, 0, 0], [1, 0, 0]]}],
       "arg_nodes": [0, 1], "heads": [[2, 0, 0]]}
      """;

  private TestFiles() {}

  /** Of one input called data, count + 1 times that, by as many additions. */
  public static String sums(int count) {
    StringBuilder nodes = new StringBuilder();
    for (int i = 1; i <= count; i++) {
      nodes.append(
          """
          , {"op": "elemwise_add", "name": "sum%d", "inputs": [[%d, 0, 0], [0, 0, 0]]}
          """
              .formatted(i, i - 1));
    }
    return """
        {"nodes": [{"op": "null", "name": "data", "inputs": []}%s],
         "arg_nodes": [0], "heads": [[%d, 0, 0]]}
        """
        .formatted(nodes, count);
  }

  /** A parameter file without arrays. */
  public static byte[] noParams() {
    return little(32).putLong(0x112).putLong(0).putLong(0).putLong(0).array();
  }

  /** A parameter file of one float32 matrix of one row. */
  public static byte[] params(String name, float... row) {
    byte[] key = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = little(8 + 8 + 8 + 4 + 4 + 4 + 16 + 8 + 4 + 4 * row.length + 8 + 8 + key.length);
    file.putLong(0x112).putLong(0).putLong(1);
    // Version 2, dense, two dimensions of 64 bits, on the CPU, float32.
    file.putInt(0xf993fac9).putInt(0).putInt(2).putLong(1).putLong(row.length);
    file.putInt(1).putInt(0).putInt(0);
    for (float value : row) {
      file.putFloat(value);
    }
    file.putLong(1).putLong(key.length).put(key);
    return file.array();
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  public static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  /** What a program said, and how it ended. */
  public record Ended(int code, String text) {}

  /** Runs the Java of this test with the class path of the product and of the tests. */
  public static Ended java(List<String> options, String mainClass, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add("target/classes:target/test-classes:target/harness/gson.jar");
    command.add(mainClass);
    command.addAll(Arrays.asList(arguments));
    return run(new ProcessBuilder(command));
  }

  /** Runs a program to its end. */
  public static Ended run(ProcessBuilder program) {
    try {
      Process process = program.redirectErrorStream(true).start();
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException("does not end: " + program.command());
      }
      return new Ended(process.exitValue(), text);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }
}
