package libpredict.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.function.IntFunction;
import libpredict.ErrorCode;
import libpredict.PredictException;

/** Reads what C wrote: always copies, for what the library owns may be gone later. */
@SuppressWarnings("restricted")
final class NativeMemory {
  private NativeMemory() {}

  /** A NUL-terminated string of the library's; "" for NULL. */
  static String string(MemorySegment pointer) {
    return pointer.address() == 0 ? "" : pointer.reinterpret(Long.MAX_VALUE).getString(0);
  }

  /** The text in a member of a structure, which may lack the NUL. */
  static String text(MemorySegment member) {
    byte[] bytes = member.toArray(JAVA_BYTE);
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  static long[] copyUint32s(MemorySegment cell, long count) {
    int[] bits = pointee(cell, JAVA_INT, count).toArray(JAVA_INT);
    long[] values = new long[bits.length];
    for (int i = 0; i < bits.length; i++) {
      values[i] = Integer.toUnsignedLong(bits[i]);
    }
    return values;
  }

  static long[] copyInt64s(MemorySegment cell, long count) {
    return pointee(cell, JAVA_LONG, count).toArray(JAVA_LONG);
  }

  static float[] copyFloats(MemorySegment cell, long count) {
    return pointee(cell, JAVA_FLOAT, count).toArray(JAVA_FLOAT);
  }

  /** The memory that a pointer in a cell points to. */
  static MemorySegment pointee(MemorySegment cell, MemoryLayout element, long count) {
    MemorySegment pointer = cell.get(ADDRESS, 0);
    if (pointer.address() == 0 && count > 0) {
      throw new PredictException(
          ErrorCode.INTERNAL, "the library gave a NULL pointer for " + count + " elements");
    }
    if (count < 0 || count > Integer.MAX_VALUE - 8) {
      throw new PredictException(
          ErrorCode.MEMORY, Long.toUnsignedString(count) + " elements do not fit an array");
    }
    return pointer.reinterpret(count * element.byteSize());
  }

  static long product(long[] dims) {
    long product = 1;
    for (long dim : dims) {
      try {
        product = Math.multiplyExact(product, dim);
      } catch (ArithmeticException overflow) {
        throw new PredictException(
            ErrorCode.INTERNAL, "the library gave a shape that no memory holds", null, overflow);
      }
    }
    return product;
  }

  /** The value of an integer that the reference writes to the last cell instead of the first. */
  static int lastCell(MemorySegment cells) {
    int last = cells.get(JAVA_INT, cells.byteSize() - JAVA_INT.byteSize());
    return last != 0 ? last : cells.get(JAVA_INT, 0);
  }

  /** The address of a new native object. */
  static MemorySegment made(MemorySegment cells, long index) {
    MemorySegment address = cells.getAtIndex(ADDRESS, index);
    if (address.address() == 0) {
      throw new PredictException(ErrorCode.INTERNAL, "the library gave a NULL handle");
    }
    return address;
  }

  static <H> H[] each(
      MemorySegment cells, long count, IntFunction<H[]> array, Function<MemorySegment, H> make) {
    H[] handles = array.apply((int) count);
    for (int i = 0; i < handles.length; i++) {
      handles[i] = make.apply(made(cells, i));
    }
    return handles;
  }
}
