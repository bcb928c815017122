package libpredict.harness;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Standard output for this program alone: whatever else writes to descriptor 1 lands on 2.
 *
 * <p>Java cannot open a descriptor by its number, so the system's own functions are called.
 */
@SuppressWarnings("restricted")
final class PrivateOutput extends OutputStream {
  private static final MethodHandle DUP = find("dup", JAVA_INT, JAVA_INT);
  private static final MethodHandle DUP2 = find("dup2", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle WRITE = find("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);

  private final int descriptor;

  private PrivateOutput(int descriptor) {
    this.descriptor = descriptor;
  }

  /** Moves standard output to another descriptor. */
  static PrivateOutput takeStandardOutput() throws IOException {
    try {
      int wire = (int) DUP.invokeExact(1);
      int moved = (int) DUP2.invokeExact(2, 1);
      if (wire < 0 || moved < 0) {
        throw new IOException("standard output cannot be moved");
      }
      return new PrivateOutput(wire);
    } catch (IOException | RuntimeException | Error problem) {
      throw problem;
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b});
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rest = arena.allocate(Math.max(length, 1)).asSlice(0, length);
      MemorySegment.copy(bytes, offset, rest, JAVA_BYTE, 0, length);
      while (rest.byteSize() > 0) {
        long written = (long) WRITE.invokeExact(descriptor, rest, rest.byteSize());
        if (written < 0) {
          throw new IOException("standard output cannot be written");
        }
        rest = rest.asSlice(written);
      }
    } catch (IOException | RuntimeException | Error problem) {
      throw problem;
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static MethodHandle find(
      String name, MemoryLayout returned, MemoryLayout... parameters) {
    Linker linker = Linker.nativeLinker();
    MemorySegment address = linker.defaultLookup().find(name).orElseThrow();
    return linker.downcallHandle(address, FunctionDescriptor.of(returned, parameters));
  }
}
