package libpredict.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;
import libpredict.ErrorCode;
import libpredict.PredictException;

/**
 * One call of one C function: claims the handle, holds everything that C sees until the call has
 * ended, and turns failures into exceptions. The generated methods say what is done.
 */
// Invariants: the handle is entered before anything else is looked at, and left exactly once;
// nothing reaches C before every argument is checked.
final class NativeCall extends CallArguments {
  /** Up to here a copy is so short that the garbage collector can wait for it. */
  private static final long BRIEF_BYTES = 4 << 20;

  /** The address of the function. */
  final MemorySegment target;

  private final NativeLibrary library;
  private NativeHandle handle;
  private Sharing sharing;
  private MemorySegment error;
  private CallbackStub newCallback;
  private boolean setsCallback;
  private Throwable thrownByCallback;

  NativeCall(NativeLibrary library, CFunction function, MemorySegment target) {
    super(function);
    this.library = library;
    this.target = target;
  }

  // --- handles ---

  /** Claims the handle for the time of the call. */
  void enter(String name, NativeHandle used, Sharing how) {
    checkHandle(name, used);
    ErrorCode problem = used.enter(how);
    if (problem != null) {
      throw unusable(used, problem);
    }
    handle = used;
    sharing = how;
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
    long uses = used.markFreed(release);
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

  // --- data and results ---

  @Override
  MemorySegment knownName(String name) {
    boolean isAlone = sharing == Sharing.EXCLUSIVE;
    return isAlone && handle.types != null ? handle.types.nativeName(name) : null;
  }

  /** Whether memory may go to C where it lies, by a call that holds the garbage collector up. */
  boolean isBrief(MemorySegment data) {
    return library.copiesBriefly() && data.byteSize() <= BRIEF_BYTES;
  }

  int inputType(String key) throws Throwable {
    return TensorTypes.of(handle).input(handle, key);
  }

  int outputType(int index) throws Throwable {
    // Beyond that no model has an output; the library says so.
    if (index < 0 || index > MAX_OUTPUT_INDEX) {
      return LPDType.LP_FLOAT32;
    }
    return TensorTypes.of(handle).output(handle, index);
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
    // A call alongside leaves it to the call that the callback was called by.
    boolean isCaller = handle != null && !setsCallback && sharing != Sharing.ALONGSIDE;
    CallbackStub stub = isCaller ? handle.callback : null;
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
    giveBackMemory();
    if (handle != null) {
      handle.leave(sharing);
    }
  }
}
