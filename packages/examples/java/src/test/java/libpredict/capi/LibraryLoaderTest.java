package libpredict.capi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import libpredict.ErrorCode;
import libpredict.LoadAttempt;
import libpredict.LoadException;
import libpredict.TestFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The look-up: every rule, in its order, and what is said where there is nothing. */
class LibraryLoaderTest {
  private static final String NAME = "libpredict.so";

  @TempDir Path folder;

  private LookupPlaces places(String environment, URL natives) {
    return new LookupPlaces(environment, natives, null, null).at(folder);
  }

  private String copied(String name) throws Exception {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.copy(TestFiles.LIBRARY, file);
    return file.toString();
  }

  private static String reason(LibrarySearch search) {
    assertNull(search.library());
    return search.tried().getLast().reason();
  }

  @Test
  void aPathThatIsGivenIsTheOnlyPlace() throws Exception {
    copied(NAME);
    LibrarySearch search = LibraryLoader.find(folder.resolve("none.so"), places(null, null));
    assertEquals(
        List.of(new LoadAttempt("path", folder.resolve("none.so").toString(), "no such file")),
        search.tried());
    LibrarySearch found = LibraryLoader.find(folder.resolve(NAME), places("/none", null));
    assertEquals("path", found.source());
    assertEquals(folder.resolve(NAME).toRealPath().toString(), found.library().path());
  }

  @Test
  void aFolderThatIsGivenHoldsTheLibrary() throws Exception {
    copied(NAME);
    assertEquals("path", LibraryLoader.find(folder, places(null, null)).source());
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertEquals(
        "a folder without libpredict.so",
        reason(LibraryLoader.find(empty, places(null, null))));
  }

  @Test
  void theVariableIsTheOnlyPlaceIfItIsSet() throws Exception {
    copied(NAME);
    LibrarySearch search = LibraryLoader.find(null, places("/none/such.so", null));
    assertEquals(
        List.of(
            new LoadAttempt("path", null, "not given"),
            new LoadAttempt("LIBPREDICT_PATH", "/none/such.so", "no such file")),
        search.tried());
    LibrarySearch found = LibraryLoader.find(null, places(TestFiles.LIBRARY.toString(), null));
    assertEquals("LIBPREDICT_PATH", found.source());
    assertEquals("beside the program", LibraryLoader.find(null, places("", null)).source());
  }

  @Test
  void theVariableIsReadFromTheEnvironment() {
    ProcessBuilder program =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            "target/classes:target/test-classes",
            "libpredict.demo.DigitsDemo");
    program.environment().put("LIBPREDICT_PATH", "/none/such.so");
    TestFiles.Ended ended = TestFiles.run(program);
    assertEquals(1, ended.code());
    assertTrue(
        ended.text().contains("LIBPREDICT_PATH (/none/such.so): no such file"), ended.text());
  }

  @Test
  void nativesInAFolderOfTheClassPathComeBeforeWhatLiesBesideTheProgram() throws Exception {
    String file = copied("classes/libpredict/native/x/" + NAME);
    copied(NAME);
    LibrarySearch found = LibraryLoader.find(null, places(null, Path.of(file).toUri().toURL()));
    assertEquals("natives-" + NativePlatform.name(), found.source());
    assertEquals(
        List.of("not given", "not set"),
        found.tried().stream().map(LoadAttempt::reason).toList());
  }

  @Test
  void nativesInAJarAreExtractedAndNothingIsLeftBehind() throws Exception {
    Path jar = folder.resolve("natives.jar");
    String entry = "libpredict/native/" + NativePlatform.name() + "/" + NAME;
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry(entry));
      Files.copy(TestFiles.LIBRARY, out);
    }
    List<Path> before = temporaryFolders();
    URL resource = URI.create("jar:" + jar.toUri() + "!/" + entry).toURL();
    LibrarySearch found = LibraryLoader.find(null, places(null, resource));
    assertEquals("natives-" + NativePlatform.name(), found.source());
    assertFalse(found.library().LPGetVersion().isEmpty());
    assertEquals(before, temporaryFolders());
    assertSame(
        found.library(), LibraryLoader.find(null, places(null, resource)).library());
  }

  private static List<Path> temporaryFolders() throws Exception {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return all.filter(p -> p.getFileName().toString().matches("libpredict-\\d+")).toList();
    }
  }

  @Test
  void aJarOfNativesInTheClassPathIsFound() throws Exception {
    Path jar = folder.resolve("natives.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("libpredict/native/" + NativePlatform.name() + "/" + NAME));
      Files.copy(TestFiles.LIBRARY, out);
    }
    // Copied, so that neither the workspace nor the classes' folder can be what is found.
    Path classes = folder.resolve("elsewhere");
    copyTree(Path.of("target/classes"), classes);
    ProcessBuilder program =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classes + ":" + jar + ":target/test-classes",
            "libpredict.demo.DigitsDemo");
    program.environment().remove("LIBPREDICT_PATH");
    TestFiles.Ended ended = TestFiles.run(program);
    assertEquals(0, ended.code(), ended.text());
  }

  private static void copyTree(Path from, Path to) throws Exception {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  @Test
  void besideTheProgramComesBeforeTheWorkspace() throws Exception {
    copied(NAME);
    LibrarySearch found = LibraryLoader.find(null, places(null, null));
    assertEquals("beside the program", found.source());
    assertEquals(3, found.tried().size());
  }

  @Test
  void theWorkspaceIsSeenFromTheClassesAndFromTheJar() throws Exception {
    Path classes = folder.resolve("packages/examples/java/target/classes");
    Files.createDirectories(classes);
    copied("packages/c-api/dist/lib/" + NAME);
    LookupPlaces none = new LookupPlaces(null, null, null, null);
    assertEquals("workspace build", LibraryLoader.find(null, none.at(classes)).source());
    Path jar = classes.resolveSibling("libpredict-0.0.0.jar");
    Files.createFile(jar);
    assertEquals("workspace build", LibraryLoader.find(null, none.at(jar)).source());
  }

  @Test
  void withoutAnyPlaceAllAreListed() {
    LoadException thrown =
        assertThrows(
            LoadException.class,
            () -> LibraryLoader.require(LibraryLoader.find(null, places(null, null))));
    assertEquals(ErrorCode.LOAD, thrown.code());
    assertEquals(5, thrown.tried().size());
    Path workspace = folder.resolve("../../../../c-api/dist/lib/libpredict.so").normalize();
    assertEquals(
        "no predict library could be loaded; tried\n"
            + "  path: not given\n"
            + "  LIBPREDICT_PATH: not set\n"
            + ("  natives-" + NativePlatform.name() + ": not installed\n")
            + ("  beside the program (" + folder.resolve(NAME) + "): no such file\n")
            + ("  workspace build (" + workspace + "): no such file"),
        thrown.getMessage());
  }

  @Test
  void aProgramInNoFolderHasNothingBesideIt() {
    LibrarySearch search =
        LibraryLoader.find(null, new LookupPlaces(null, null, null, null).at(null));
    assertEquals("the program is not in a folder", reason(search));
  }

  @Test
  void whatIsNoLibraryIsRefusedInTheLoadersOwnWords() throws Exception {
    Path text = Files.writeString(folder.resolve("text.so"), "not a library, but long enough");
    String reason = reason(LibraryLoader.find(text, places(null, null)));
    assertTrue(reason.contains("invalid ELF header") || reason.contains("too short"), reason);
    byte[] library = Files.readAllBytes(TestFiles.LIBRARY);
    Path cut = Files.write(folder.resolve("cut.so"), java.util.Arrays.copyOf(library, 2000));
    String words = reason(LibraryLoader.find(cut, places(null, null)));
    assertTrue(words.startsWith("cut off: it has 2000 bytes of at least "), words);
    byte[] elsewhere = library.clone();
    // Another processor's.
    elsewhere[18] = (byte) 0xb7;
    Path foreign = Files.write(folder.resolve("foreign.so"), elsewhere);
    words = reason(LibraryLoader.find(foreign, places(null, null)));
    assertTrue(words.startsWith(foreign + ": "), words);
    Path source = Files.writeString(folder.resolve("other.c"), "int other(void) { return 0; }");
    assertEquals(
        "loads, but has no MXPredCreate: it is not a predict library",
        reason(LibraryLoader.find(FakeLibrary.compile("other", source), places(null, null))));
  }

  @Test
  void aFileIsLoadedOnce() {
    PredictLibrary one = LibraryLoader.load(TestFiles.LIBRARY);
    assertSame(one, LibraryLoader.load(TestFiles.LIBRARY.getParent()));
    assertTrue(one.has("MXPredForward") && one.has("LPGetVersion"));
    assertFalse(one.has("MXNotThere"));
  }
}
