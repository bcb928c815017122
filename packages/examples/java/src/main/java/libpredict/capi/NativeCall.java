package libpredict.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
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

/**
 * One call of one C function: checks and converts the arguments, holds everything that C sees until
 * the call has ended, and turns failures into exceptions. The generated methods say what is checked.
 */
// Invariants: the handle is entered before anything else is looked at, and left exactly once;
// nothing reaches C before every argument is checked.
final class NativeCall {
  /** Stands in for empty memory, so that C never sees NULL where it expects none. */
  private static final MemorySegment EMPTY = Arena.global().allocate(8).asReadOnly();

  /** Up to here a copy is so short that the garbage collector can wait for it. */
  private static final long BRIEF_BYTES = 4 << 20;

  /** The largest index for which the reference's defect in MXPredGetOutputType is made room for. */
  private static final int MAX_OUTPUT_INDEX = 1 << 16;

  /** The address of the function. */
  final MemorySegment target;

  private final NativeLibrary library;
  private final CFunction function;
  private NativeHandle handle;
  private boolean exclusive;
  private Arena arena;
  private MemorySegment error;
  private CallbackStub newCallback;
  private boolean setsCallback;
  private Throwable thrownByCallback;

  NativeCall(NativeLibrary library, CFunction function, MemorySegment target) {
    this.library = library;
    this.function = function;
    this.target = target;
  }

  // --- handles ---

  /** Claims the handle for the time of the call. */
  void enter(String name, NativeHandle used, boolean exclusively) {
    checkHandle(name, used);
    ErrorCode problem = used.enter(exclusively);
    if (problem != null) {
      throw unusable(used, problem);
    }
    handle = used;
    exclusive = exclusively;
  }

  /** Ends the memory that the handle has lent, before the library writes there. */
  void endViews() {
    if (!handle.endViews()) {
      throw fail(ErrorCode.BUSY, "another thread reads an output that this call would change");
    }
  }

  /** Gives a handle back: now, or when the call that uses it has ended. */
  void release(String name, NativeHandle used, NativeHandle.Release release) throws Throwable {
    if (used == null) {
      return;
    }
    checkHandle(name, used);
    int uses = used.markFreed(release);
    if (uses < 0) {
      throw unusable(used, ErrorCode.DISPOSED);
    }
    if (used.releaseOrDefer(uses) != 0) {
      throw library.lastError(function);
    }
  }

  private void checkHandle(String name, NativeHandle used) {
    if (used == null) {
      throw fail(ErrorCode.HANDLE, name + " must not be null");
    }
    if (used.library() != library) {
      throw fail(ErrorCode.HANDLE, name + " belongs to another library");
    }
  }

  private PredictException unusable(NativeHandle used, ErrorCode problem) {
    return fail(
        problem,
        problem == ErrorCode.DISPOSED
            ? "the " + used.kind() + " handle was freed"
            : "a running call uses the " + used.kind() + " handle");
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
    if (value != null && exclusive && handle.types != null) {
      MemorySegment known = handle.types.nativeName(value);
      if (known != null) {
        return known;
      }
    }
    byte[] bytes = encode(name, value);
    MemorySegment text = memory(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, text, JAVA_BYTE, 0, bytes.length);
    return text;
  }

  MemorySegment strings(String name, String[] values, long length, boolean empty) {
    if (values == null) {
      return nothing(name, empty);
    }
    checkLength(name, values.length, "strings", length);
    MemorySegment pointers = cells(ADDRESS, length);
    for (int i = 0; i < values.length; i++) {
      byte[] bytes = encode(name + "[" + i + "]", values[i]);
      MemorySegment text = memory(bytes.length + 1L);
      MemorySegment.copy(bytes, 0, text, JAVA_BYTE, 0, bytes.length);
      pointers.setAtIndex(ADDRESS, i, text);
    }
    return pointers;
  }

  private byte[] encode(String name, String value) {
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
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      return copy;
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

  /** Checks a tensor's memory against its element type and its length in elements. */
  MemorySegment elements(
      String name, MemorySegment data, int dtype, long length, boolean written) {
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

  /** Whether memory may go to C where it lies, by a call that holds the garbage collector up. */
  boolean isBrief(MemorySegment data) {
    return library.copiesBriefly() && data.byteSize() <= BRIEF_BYTES;
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

  int inputType(String key) throws Throwable {
    return TensorTypes.of(handle).input(key);
  }

  int outputType(int index) throws Throwable {
    // Beyond that no model has an output; the library says so.
    if (index < 0 || index > MAX_OUTPUT_INDEX) {
      return LPDType.LP_FLOAT32;
    }
    return TensorTypes.of(handle).output(handle, index);
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

  MemorySegment errorStruct() {
    error = LPError.allocate(this);
    return error;
  }

  /** Lends memory of the library's that a cell points to. */
  MemorySegment lend(MemorySegment cell, long sizeBytes, boolean duringCallback) {
    MemorySegment pointer = cell.get(ADDRESS, 0);
    if (pointer.address() == 0 && sizeBytes != 0) {
      throw fail(
          ErrorCode.INTERNAL, "the library gave a NULL pointer for " + sizeBytes + " bytes");
    }
    return handle.lend(pointer, sizeBytes, duringCallback);
  }

  // --- callbacks ---

  /** Makes the C function pointer of a callback; NULL for null. */
  MemorySegment callback(CallbackStub stub) {
    setsCallback = true;
    newCallback = stub;
    return stub == null ? MemorySegment.NULL : stub.pointer();
  }

  /** The new callback takes the place of the old one. */
  void keepCallback() {
    CallbackStub old = handle.callback;
    handle.callback = newCallback;
    newCallback = null;
    if (old != null) {
      old.close();
    }
  }

  // --- the end ---

  /** Throws what a callback threw, or the error of a call that failed. */
  void check(int status) {
    PredictException failure = null;
    if (status != 0) {
      LPError written = error == null ? null : LPError.read(error);
      failure =
          written != null && written.code() != 0
              ? fail(ErrorCode.of(written.code()), written.text())
              : library.lastError(function);
    }
    CallbackStub stub = handle == null || setsCallback ? null : handle.callback;
    if (stub != null) {
      thrownByCallback = stub.takeThrown();
      if (thrownByCallback != null) {
        throw CallbackStub.rethrow(thrownByCallback);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** The exception for whatever ended a call. */
  RuntimeException failed(Throwable problem) {
    if (problem instanceof PredictException named && named.function() != null
        || problem == thrownByCallback) {
      throw CallbackStub.rethrow(problem);
    }
    if (problem instanceof PredictException unnamed) {
      return new PredictException(
          unnamed.code(), unnamed.getMessage(), function.name(), unnamed.getCause());
    }
    if (problem instanceof IllegalStateException) {
      // Memory that another thread gave back between the check and the call.
      return new PredictException(
          ErrorCode.ARGUMENT, problem.getMessage(), function.name(), problem);
    }
    if (problem instanceof OutOfMemoryError) {
      return new PredictException(
          ErrorCode.MEMORY, "no room for the result", function.name(), problem);
    }
    return CallbackStub.rethrow(problem);
  }

  /** Gives back what the call held. */
  void end() {
    if (newCallback != null) {
      newCallback.close();
    }
    if (arena != null) {
      arena.close();
    }
    if (handle != null) {
      handle.leave();
    }
  }

  private PredictException fail(ErrorCode code, String text) {
    return new PredictException(code, text, function.name(), null);
  }
}
