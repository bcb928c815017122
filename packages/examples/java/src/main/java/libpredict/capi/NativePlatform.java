package libpredict.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** What this system calls itself and its libraries. */
@SuppressWarnings("restricted")
final class NativePlatform {
  private NativePlatform() {}

  private static final int ELF_HEAD_BYTES = 64;
  private static final int ELF_MAGIC = 0x464c457f;
  private static final int ELF_64_BIT = 2;
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

  /**
   * Why a file is none that this system could load, as far as its head tells; null if it may be.
   *
   * <p>Java warns of its stack guard when it is asked to load what is no library, which misleads;
   * and the system's loader ends the process on a library that was cut off, such as by a download.
   */
  static String whyNoLibrary(Path path) {
    if (!SYSTEM.equals("linux")) {
      return null;
    }
    ByteBuffer head = ByteBuffer.allocate(ELF_HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    long size;
    try (FileChannel file = FileChannel.open(path)) {
      size = file.size();
      file.read(head, 0);
    } catch (IOException unreadable) {
      return null;
    }
    if (size < ELF_HEAD_BYTES || head.getInt(0) != ELF_MAGIC) {
      String words = whyNotLoaded(path);
      return words != null ? words : "not a shared library";
    }
    // The table of sections stands at the end of the file, where there is one.
    long tableEnd = head.getLong(40) + head.getShort(58) * (long) head.getShort(60);
    return head.get(4) == ELF_64_BIT && head.getLong(40) != 0 && tableEnd > size
        ? "cut off: it has " + size + " bytes of at least " + tableEnd
        : null;
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
