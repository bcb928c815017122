package libpredict.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** What this system calls itself and its libraries. */
@SuppressWarnings("restricted")
final class NativePlatform {
  private NativePlatform() {}

  private static final String SYSTEM = systemOf(System.getProperty("os.name"));

  /** Such as {@code linux-x64} or {@code linux-x64-musl}, as the platform packages are called. */
  static String name() {
    boolean isMusl =
        SYSTEM.equals("linux")
            && Linker.nativeLinker().defaultLookup().find("gnu_get_libc_version").isEmpty();
    return SYSTEM + "-" + archOf(System.getProperty("os.arch")) + (isMusl ? "-musl" : "");
  }

  /** What the library file is called on this system. */
  static String libraryFileName() {
    return switch (SYSTEM) {
      case "darwin" -> "libpredict.dylib";
      case "win32" -> "predict.dll";
      default -> "libpredict.so";
    };
  }

  /** Whether a loaded library's file can be deleted. */
  static boolean deletesOpenFiles() {
    return !SYSTEM.equals("win32");
  }

  /** The system's own words on why it does not load a library; null where it has none. */
  static String whyNotLoaded(Path path) {
    Linker linker = Linker.nativeLinker();
    SymbolLookup system = linker.defaultLookup();
    Optional<MemorySegment> open = system.find("dlopen");
    Optional<MemorySegment> error = system.find("dlerror");
    if (open.isEmpty() || error.isEmpty()) {
      return null;
    }
    // Java has asked for the words itself and thrown them away, so the attempt is made again.
    try (Arena arena = Arena.ofConfined()) {
      var openHandle =
          linker.downcallHandle(open.get(), FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
      var errorHandle = linker.downcallHandle(error.get(), FunctionDescriptor.of(ADDRESS));
      MemorySegment name = arena.allocateFrom(path.toString());
      int lazily = 1;
      MemorySegment library = (MemorySegment) openHandle.invokeExact(name, lazily);
      if (library.address() != 0) {
        return null;
      }
      String words = NativeMemory.string((MemorySegment) errorHandle.invokeExact());
      return words.isEmpty() ? null : words;
    } catch (Throwable problem) {
      throw CallbackStub.rethrow(problem);
    }
  }

  private static String systemOf(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.contains("mac")) {
      return "darwin";
    }
    return lower.contains("windows") ? "win32" : lower.replace(' ', '-');
  }

  private static String archOf(String name) {
    return switch (name) {
      case "amd64", "x86_64" -> "x64";
      case "aarch64" -> "arm64";
      default -> name;
    };
  }
}
