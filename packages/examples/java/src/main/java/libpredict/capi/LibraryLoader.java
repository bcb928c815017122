package libpredict.capi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import libpredict.LoadAttempt;
import libpredict.LoadException;

/**
 * Finds and loads the library: an explicit path, else {@code LIBPREDICT_PATH}, else the jar of
 * natives in the class path, else a library beside the program, else the workspace build.
 *
 * <p>A place that is named and fails is an error; the search does not go on behind the caller's
 * back. A file that is loaded already is not loaded again, and none is ever unloaded.
 */
public final class LibraryLoader {
  private static final Map<Path, PredictLibrary> LOADED = new HashMap<>();
  private static final Map<String, PredictLibrary> EXTRACTED = new HashMap<>();

  private LibraryLoader() {}

  /**
   * Loads the library from where the look-up finds it.
   *
   * @return the library; one with part one of the header only (MXNet's own) loads too, and its
   *     missing functions throw {@code unavailable} when they are called
   * @throws LoadException listing every place that was tried and why it failed
   */
  public static PredictLibrary load() {
    return require(find());
  }

  /**
   * Loads the library from one place; nothing else is tried.
   *
   * @param path a library file, or the folder that holds it
   * @return as {@link #load()}
   * @throws LoadException with the reason
   */
  public static PredictLibrary load(Path path) {
    return require(find(path));
  }

  /**
   * As {@link #load()}, and tells where the library was found and where it was not. Does not throw
   * when there is none.
   *
   * @return what the search came to
   */
  public static LibrarySearch find() {
    return find(null, LookupPlaces.ofThisProgram());
  }

  /**
   * As {@link #load(Path)}, but does not throw when there is none.
   *
   * @param path a library file, or the folder that holds it
   * @return what the search came to
   */
  public static LibrarySearch find(Path path) {
    return find(java.util.Objects.requireNonNull(path, "path"), LookupPlaces.ofThisProgram());
  }

  static PredictLibrary require(LibrarySearch search) {
    if (search.library() == null) {
      throw new LoadException("no predict library could be loaded", search.tried());
    }
    return search.library();
  }

  static synchronized LibrarySearch find(Path path, LookupPlaces places) {
    List<LoadAttempt> tried = new ArrayList<>();
    if (path != null) {
      return ended(tried, attempt(tried, "path", path));
    }
    tried.add(new LoadAttempt("path", null, "not given"));
    String named = places.environment();
    if (named != null && !named.isEmpty()) {
      return ended(tried, attempt(tried, "LIBPREDICT_PATH", Path.of(named)));
    }
    tried.add(new LoadAttempt("LIBPREDICT_PATH", null, "not set"));
    LibrarySearch found = attemptNatives(tried, places);
    if (found == null) {
      found = attempt(tried, "beside the program", places.besideProgram());
    }
    if (found == null) {
      found = attempt(tried, "workspace build", places.workspaceBuild());
    }
    return ended(tried, found);
  }

  private static LibrarySearch ended(List<LoadAttempt> tried, LibrarySearch found) {
    return found != null ? found : new LibrarySearch(null, null, tried);
  }

  /** Tries a file or a folder; null if it gives no library. */
  private static LibrarySearch attempt(List<LoadAttempt> tried, String source, Path given) {
    if (given == null) {
      tried.add(new LoadAttempt(source, null, "the program is not in a folder"));
      return null;
    }
    Path path = given.toAbsolutePath().normalize();
    String reason;
    try {
      return new LibrarySearch(open(path), source, tried);
    } catch (NotALibrary none) {
      reason = none.getMessage();
    }
    tried.add(new LoadAttempt(source, path.toString(), reason));
    return null;
  }

  /** Tries the library that a jar in the class path, or a folder of it, carries for this system. */
  private static LibrarySearch attemptNatives(List<LoadAttempt> tried, LookupPlaces places) {
    String source = "natives-" + NativePlatform.name();
    URL resource = places.natives();
    if (resource == null) {
      tried.add(new LoadAttempt(source, null, "not installed"));
      return null;
    }
    try {
      if (resource.getProtocol().equals("file")) {
        return new LibrarySearch(open(Path.of(LookupPlaces.uriOf(resource))), source, tried);
      }
      PredictLibrary library = EXTRACTED.get(resource.toString());
      if (library == null) {
        library = extractAndOpen(resource);
        EXTRACTED.put(resource.toString(), library);
      }
      return new LibrarySearch(library, source, tried);
    } catch (NotALibrary | IOException none) {
      tried.add(new LoadAttempt(source, resource.toString(), none.getMessage()));
      return null;
    }
  }

  /** Loads a library out of a jar, by way of a temporary file that does not outlive the program. */
  private static PredictLibrary extractAndOpen(URL resource) throws IOException, NotALibrary {
    // Such a folder can be entered by its owner only.
    Path folder = Files.createTempDirectory("libpredict-");
    Path file = folder.resolve(NativePlatform.libraryFileName());
    try {
      try (var content = resource.openStream()) {
        Files.copy(content, file);
      }
      return open(file);
    } finally {
      if (!NativePlatform.deletesOpenFiles()) {
        folder.toFile().deleteOnExit();
        file.toFile().deleteOnExit();
      } else {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    }
  }

  private static PredictLibrary open(Path given) throws NotALibrary {
    if (!Files.exists(given)) {
      throw new NotALibrary("no such file");
    }
    Path file = given;
    if (Files.isDirectory(given)) {
      file = given.resolve(NativePlatform.libraryFileName());
      if (!Files.exists(file)) {
        throw new NotALibrary("a folder without " + NativePlatform.libraryFileName());
      }
    }
    Path path;
    try {
      path = file.toRealPath();
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
    PredictLibrary known = LOADED.get(path);
    if (known != null) {
      return known;
    }
    PredictLibrary library = new PredictLibrary(symbolsOf(path), path.toString());
    if (!library.has(CFunction.MXPredCreate)) {
      throw new NotALibrary("loads, but has no MXPredCreate: it is not a predict library");
    }
    LOADED.put(path, library);
    return library;
  }

  @SuppressWarnings("restricted")
  private static SymbolLookup symbolsOf(Path path) throws NotALibrary {
    String flaw = NativePlatform.whyNoLibrary(path);
    if (flaw != null) {
      throw new NotALibrary(flaw);
    }
    try {
      return SymbolLookup.libraryLookup(path, Arena.global());
    } catch (IllegalArgumentException notLoaded) {
      String words = NativePlatform.whyNotLoaded(path);
      throw new NotALibrary(words != null ? words : notLoaded.getMessage());
    } catch (IllegalCallerException denied) {
      throw new NotALibrary(denied.getMessage() + " (start java with --enable-native-access)");
    }
  }

  /** Why a place gives no library, in its message. */
  private static final class NotALibrary extends Exception {
    private static final long serialVersionUID = 1;

    NotALibrary(String reason) {
      super(reason);
    }
  }
}
