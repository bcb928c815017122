package libpredict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Demo, call overhead, harness, and the library as a module. */
class ProgramsTest {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  @TempDir Path folder;

  @Test
  void theDemoReadsDigits() {
    TestFiles.Ended ended = TestFiles.java(List.of(), "libpredict.demo.DigitsDemo");
    assertEquals(0, ended.code(), ended.text());
    assertTrue(ended.text().contains("image 0, a 2"), ended.text());
    assertTrue(ended.text().contains("read as a 2"), ended.text());
    assertTrue(ended.text().contains("    ++##++@@\n"), ended.text());
    // Measured by MXNet 1.9.1, see digits.json.
    assertTrue(
        ended.text().contains("accuracy  359 of 360 held-out images: 99.72 %"), ended.text());
  }

  @Test
  void theDemoSaysWhatItLacks() throws IOException {
    TestFiles.Ended ended =
        TestFiles.java(List.of(), "libpredict.demo.DigitsDemo", folder.toString());
    assertEquals(1, ended.code());
    assertTrue(ended.text().startsWith("error: "), ended.text());
    for (String name : new String[] {"digits-symbol.json", "digits-heldout.sha256"}) {
      Files.copy(TestFiles.DIGITS.resolve(name), folder.resolve(name));
    }
    Files.write(folder.resolve("digits-heldout.bin"), new byte[65]);
    ended = TestFiles.java(List.of(), "libpredict.demo.DigitsDemo", folder.toString());
    assertTrue(ended.text().contains("SHA-256"), ended.text());
  }

  @Test
  void theLibraryIsAModule() {
    TestFiles.Ended ended =
        TestFiles.run(
            new ProcessBuilder(
                JAVA,
                "--module-path",
                "target/classes",
                "--add-modules",
                "libpredict",
                "--enable-native-access=libpredict",
                "--illegal-native-access=deny",
                "-cp",
                "target/test-classes",
                "libpredict.demo.DigitsDemo"));
    Assumptions.assumeFalse(
        ended.text().contains("Unrecognized option"), "this JDK cannot forbid native access");
    assertEquals(0, ended.code(), ended.text());
  }

  @Test
  void callOverheadPrintsOneLineOfJson() throws IOException {
    Path symbol = Files.writeString(folder.resolve("s.json"), TestFiles.RELU);
    Path params = Files.write(folder.resolve("p.params"), TestFiles.noParams());
    TestFiles.Ended ended =
        TestFiles.java(
            List.of(),
            "libpredict.bench.CallOverhead",
            symbol.toString(),
            params.toString(),
            TestFiles.LIBRARY.toString());
    assertEquals(0, ended.code(), ended.text());
    assertEquals(1, ended.text().lines().count());
    JsonObject line = JsonParser.parseString(ended.text()).getAsJsonObject();
    double forward = line.get("forward_ns").getAsDouble();
    assertTrue(forward > 0 && line.get("round_trip_ns").getAsDouble() > forward, ended.text());
  }

  @Test
  void theHarnessKeepsItsWireClean() throws Exception {
    Process process =
        new ProcessBuilder(
                JAVA,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                "target/classes:target/test-classes:target/harness/gson.jar",
                "libpredict.harness.ConformanceHarness",
                TestFiles.LIBRARY.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    byte[] hello = "{\"call\": \"hello\", \"protocol\": 1}".getBytes(StandardCharsets.UTF_8);
    ByteBuffer frame = ByteBuffer.allocate(8 + hello.length).order(ByteOrder.LITTLE_ENDIAN);
    frame.putInt(hello.length).putInt(0).put(hello);
    process.getOutputStream().write(frame.array());
    process.getOutputStream().flush();
    DataInputStream answers = new DataInputStream(process.getInputStream());
    int length = Integer.reverseBytes(answers.readInt());
    assertEquals(0, answers.readInt());
    JsonObject answer =
        JsonParser.parseString(new String(answers.readNBytes(length), StandardCharsets.UTF_8))
            .getAsJsonObject();
    assertEquals("java", answer.get("name").getAsString());
    assertTrue(answer.getAsJsonArray("features").toString().contains("\"lp\""));
    process.getOutputStream().close();
    assertEquals(0, process.waitFor());
    assertEquals(0, answers.readAllBytes().length);
  }
}
