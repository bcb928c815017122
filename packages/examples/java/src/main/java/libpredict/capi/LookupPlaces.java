package libpredict.capi;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;

/**
 * Where this program may have a library.
 *
 * @param environment what {@code LIBPREDICT_PATH} says; null or empty if it is not set
 * @param natives the library as a resource in the class path; null if there is none
 * @param program folder of the jar, or of the classes; null if they are in no folder
 * @param classes folder of the classes, or where it would be beside the jar; null likewise
 */
record LookupPlaces(String environment, URL natives, Path program, Path classes) {
  /** From {@code target/classes} of the workspace's Java binding to its native build. */
  private static final String BUILD_FOLDER = "../../../../c-api/dist/lib";

  static LookupPlaces ofThisProgram() {
    ClassLoader loader = LookupPlaces.class.getClassLoader();
    URL natives =
        loader.getResource(
            "libpredict/native/" + NativePlatform.name() + "/" + NativePlatform.libraryFileName());
    return new LookupPlaces(System.getenv("LIBPREDICT_PATH"), natives, null, null).at(location());
  }

  /** The same for a program whose classes are in a jar or folder; null for neither. */
  LookupPlaces at(Path location) {
    if (location == null) {
      return new LookupPlaces(environment, natives, null, null);
    }
    boolean isFolder = Files.isDirectory(location);
    Path folder = isFolder ? location : location.toAbsolutePath().getParent();
    return new LookupPlaces(
        environment, natives, folder, isFolder ? location : folder.resolve("classes"));
  }

  Path besideProgram() {
    return program == null ? null : program.resolve(NativePlatform.libraryFileName());
  }

  Path workspaceBuild() {
    return classes == null
        ? null
        : classes.resolve(BUILD_FOLDER).resolve(NativePlatform.libraryFileName());
  }

  static URI uriOf(URL url) {
    try {
      return url.toURI();
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** The jar or folder that this class comes from; null where it is neither. */
  private static Path location() {
    CodeSource source = LookupPlaces.class.getProtectionDomain().getCodeSource();
    if (source == null || !"file".equals(source.getLocation().getProtocol())) {
      return null;
    }
    return Path.of(uriOf(source.getLocation()));
  }
}
