package libpredict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of README.md compile without a warning, run, and print what they say. */
class ReadmeTest {
  @TempDir Path folder;

  private final String readme = TestFiles.read(Path.of("README.md"));

  private List<String> examples() {
    return Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
        .matcher(readme)
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  /** A program of statements, its imports moved to where they belong. */
  private static String program(String name, String example) {
    String imports =
        example.lines().filter(l -> l.startsWith("import ")).reduce("", (a, b) -> a + b + "\n");
    String body =
        example.lines().filter(l -> !l.startsWith("import ")).reduce("", (a, b) -> a + b + "\n");
    return imports
        + ("class " + name + " {\n  static void main(String[] args) throws Exception {\n")
        + (body + "  }\n}\n");
  }

  private String run(int number) throws Exception {
    String name = "Example" + number;
    // Java before 25 wants main to be public.
    String text =
        program(name, examples().get(number))
            .replace("class ", "public class ")
            .replace("static void main", "public static void main");
    Path source = Files.writeString(folder.resolve(name + ".java"), text);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    List<String> options =
        List.of(
            "--release", "22", "-Xlint:all", "-Werror", "-cp", "target/classes", "-d",
            folder.toString());
    boolean compiled =
        compiler
            .getTask(
                said,
                null,
                null,
                options,
                null,
                compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
            .call();
    assertTrue(compiled, said + text);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.addAll(List.of("target/classes:" + folder, name));
    TestFiles.Ended ended = TestFiles.run(new ProcessBuilder(command));
    assertEquals(0, ended.code(), ended.text());
    return ended.text();
  }

  @Test
  void theExamplesRun() throws Exception {
    assertEquals(4, examples().size());
    assertEquals("10 probabilities of [softmax_output]\n", run(0));
    float probability = Float.parseFloat(run(1));
    assertTrue(probability > 0 && probability < 1);
    assertEquals("true\n", run(2));
    assertEquals("", run(3));
  }

  @Test
  void everyNameInTheTablesExists() {
    String sources = sources();
    for (String name :
        List.of("LibraryLoader", "NDArrayFile", "PredictLibrary", "CallOverhead", "tried()")) {
      assertTrue(readme.contains(name) && sources.contains(name.replace("()", "(")), name);
    }
  }

  private static String sources() {
    StringBuilder all = new StringBuilder();
    for (String folder : List.of("src", "bench")) {
      try (Stream<Path> files = Files.walk(Path.of(folder))) {
        files.filter(f -> f.toString().endsWith(".java")).map(TestFiles::read).forEach(all::append);
      } catch (java.io.IOException problem) {
        throw new java.io.UncheckedIOException(problem);
      }
    }
    return all.toString();
  }
}
