package libpredict.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import libpredict.ErrorCode;
import libpredict.PredictException;

/** Checks the arguments of one call, and makes what C is to see of them for as long as it runs. */
abstract class CallArguments {
  /** Stands in for empty memory, so that C never sees NULL where it expects none. */
  private static final MemorySegment EMPTY = Arena.global().allocate(8).asReadOnly();

  /** The largest index for which the reference's defect in MXPredGetOutputType is made room for. */
  static final int MAX_OUTPUT_INDEX = 1 << 16;

  /** The function that is called. */
  final CFunction function;

  private Arena arena;

  CallArguments(CFunction function) {
    this.function = function;
  }

  /** A name that lies ready for C; null if it does not. */
  abstract MemorySegment knownName(String name);

  /** The exception of this call. */
  final PredictException fail(ErrorCode code, String text) {
    return new PredictException(code, text, function.name(), null);
  }

  // --- numbers and lengths ---

  int uint32(String name, long value) {
    if (value < 0 || value > 0xffff_ffffL) {
      throw fail(
          ErrorCode.ARGUMENT, name + " must be a whole number from 0 to 4294967295, not " + value);
    }
    return (int) value;
  }

  long size(String name, long value) {
    if (value < 0) {
      throw fail(ErrorCode.ARGUMENT, name + " must not be negative: " + value);
    }
    return value;
  }

  long length(String name, long length) {
    if (length < 0) {
      throw fail(ErrorCode.ARGUMENT, name + " would have a negative length: " + length);
    }
    return length;
  }

  /** An element of an array that C will see, as a length. */
  long element(MemorySegment array, long index) {
    return Integer.toUnsignedLong(array.getAtIndex(JAVA_INT, index));
  }

  // --- strings and arrays ---

  MemorySegment string(String name, String value) {
    MemorySegment known = value == null ? null : knownName(value);
    return known != null ? known : encode(name, value);
  }

  /** As string; null becomes NULL. */
  MemorySegment optionalString(String name, String value) {
    return value == null ? MemorySegment.NULL : string(name, value);
  }

  MemorySegment strings(String name, String[] values, long length, boolean empty) {
    if (values == null) {
      return nothing(name, empty);
    }
    checkLength(name, values.length, "strings", length);
    MemorySegment pointers = cells(ADDRESS, length);
    for (int i = 0; i < values.length; i++) {
      pointers.setAtIndex(ADDRESS, i, encode(name + "[" + i + "]", values[i]));
    }
    return pointers;
  }

  private MemorySegment encode(String name, String value) {
    if (value == null) {
      throw fail(ErrorCode.ARGUMENT, name + " must not be null");
    }
    int nul = value.indexOf('\0');
    if (nul >= 0) {
      throw fail(
          ErrorCode.ARGUMENT, name + " has a NUL character at " + nul + ", where C would end it");
    }
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
      MemorySegment text = memory(bytes.remaining() + 1L);
      text.copyFrom(MemorySegment.ofBuffer(bytes));
      return text;
    } catch (CharacterCodingException half) {
      throw new PredictException(
          ErrorCode.ARGUMENT, name + " has half a surrogate pair", function.name(), half);
    }
  }

  MemorySegment int32s(String name, int[] values, long length, boolean empty) {
    if (values == null) {
      return nothing(name, empty);
    }
    checkLength(name, values.length, "elements", length);
    MemorySegment copy = cells(JAVA_INT, length);
    MemorySegment.copy(values, 0, copy, JAVA_INT, 0, values.length);
    return copy;
  }

  MemorySegment uint32s(String name, long[] values, long length, boolean empty) {
    if (values == null) {
      return nothing(name, empty);
    }
    checkLength(name, values.length, "elements", length);
    MemorySegment copy = cells(JAVA_INT, length);
    for (int i = 0; i < values.length; i++) {
      copy.setAtIndex(JAVA_INT, i, uint32(name + "[" + i + "]", values[i]));
    }
    return copy;
  }

  private void checkLength(String name, long found, String what, long expected) {
    length(name, expected);
    if (found != expected) {
      throw fail(ErrorCode.SIZE, name + " has " + found + " " + what + ", expected " + expected);
    }
  }

  private MemorySegment nothing(String name, boolean empty) {
    if (!empty) {
      throw fail(ErrorCode.ARGUMENT, name + " is null but not empty");
    }
    return EMPTY;
  }

  // --- data ---

  /**
   * Checks a tensor's memory against its element type and its length in elements. Where nobody
   * knows the type, it counts as float32, and C gets a copy with room for elements of any.
   */
  MemorySegment elements(
      String name, MemorySegment data, int dtype, long length, boolean written) {
    if (dtype == TensorTypes.UNKNOWN) {
      MemorySegment known = elements(name, data, LPDType.LP_FLOAT32, length, written);
      return memory(2 * known.byteSize()).copyFrom(known);
    }
    ElementType type = ElementType.of(dtype);
    if (type == null) {
      throw fail(ErrorCode.DTYPE, name + ": no array holds elements of type " + dtype);
    }
    checkMemory(name, data, written);
    length(name, length);
    if (!type.fits(data)) {
      throw fail(
          ErrorCode.DTYPE,
          name + " must be " + type.expected() + ", not " + ElementType.describe(data));
    }
    if (data.byteSize() % type.sizeBytes() != 0 || data.byteSize() / type.sizeBytes() != length) {
      String found =
          data.byteSize() % type.sizeBytes() == 0
              ? data.byteSize() / type.sizeBytes() + " elements"
              : data.byteSize() + " bytes";
      throw fail(ErrorCode.SIZE, name + " has " + found + ", expected " + length + " elements");
    }
    return data.byteSize() == 0 ? EMPTY : data;
  }

  /** Checks memory of any element type against its length in bytes. */
  MemorySegment bytes(
      String name, MemorySegment data, long length, boolean nullable, boolean written) {
    length(name, length);
    if (data == null) {
      if (!nullable) {
        throw fail(ErrorCode.ARGUMENT, name + " must not be null");
      }
      if (length != 0) {
        throw fail(ErrorCode.ARGUMENT, name + " is null but not empty");
      }
      return MemorySegment.NULL;
    }
    checkMemory(name, data, written);
    if (data.byteSize() != length) {
      throw fail(
          ErrorCode.SIZE, name + " has " + data.byteSize() + " bytes, expected " + length);
    }
    return length == 0 ? EMPTY : data;
  }

  private void checkMemory(String name, MemorySegment data, boolean written) {
    if (data == null) {
      throw fail(ErrorCode.ARGUMENT, name + " must not be null");
    }
    if (!data.scope().isAlive()) {
      throw fail(ErrorCode.ARGUMENT, name + " is memory that was given back");
    }
    if (!data.isAccessibleBy(Thread.currentThread())) {
      throw fail(ErrorCode.ARGUMENT, name + " is memory of another thread");
    }
    if (written && data.isReadOnly()) {
      throw fail(ErrorCode.ARGUMENT, name + " is read-only");
    }
  }

  /** The same memory, or a copy off the heap that lives as long as the call. */
  MemorySegment offHeap(MemorySegment data) {
    if (data.isNative()) {
      return data;
    }
    return memory(data.byteSize()).copyFrom(data);
  }

  void copyBack(MemorySegment from, MemorySegment to) {
    if (to != null && !to.isNative() && to.byteSize() > 0) {
      to.copyFrom(from);
    }
  }

  void copyBack(int status, MemorySegment from, MemorySegment to) {
    if (status == 0) {
      copyBack(from, to);
    }
  }

  // --- memory of the call ---

  /** Zeroed memory for the time of the call. */
  MemorySegment memory(long sizeBytes) {
    if (arena == null) {
      arena = Arena.ofConfined();
    }
    try {
      return arena.allocate(Math.max(sizeBytes, 1), 8);
    } catch (OutOfMemoryError cause) {
      throw new PredictException(
          ErrorCode.MEMORY, "cannot make room for " + sizeBytes + " bytes", function.name(), cause);
    }
  }

  MemorySegment cells(MemoryLayout layout, long count) {
    return memory(layout.byteSize() * Math.max(count, 1));
  }

  /** Cells up to an index: the reference writes to that of them which should be the only one. */
  MemorySegment indexedCells(MemoryLayout layout, String name, long index) {
    if (index > MAX_OUTPUT_INDEX) {
      throw fail(ErrorCode.INDEX, name + " " + index + " is beyond " + MAX_OUTPUT_INDEX);
    }
    return cells(layout, index + 1);
  }

  void giveBackMemory() {
    if (arena != null) {
      arena.close();
    }
  }
}
