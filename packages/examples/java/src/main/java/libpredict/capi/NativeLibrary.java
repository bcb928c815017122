package libpredict.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import libpredict.ErrorCode;
import libpredict.PredictException;

/**
 * What {@link PredictLibrary} stands on: functions are looked up when they are first used, and
 * failures become exceptions.
 */
@SuppressWarnings("restricted")
public abstract class NativeLibrary {
  private static final MethodHandle FREE_ARRAY =
      Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT, ADDRESS));

  private final SymbolLookup symbols;
  private final String path;

  /** By number of the function; NULL for one that the library does not have. */
  private final MemorySegment[] addresses = new MemorySegment[CFunction.values().length];

  /** Whether it is known that its copying functions only copy. */
  private final boolean copiesBriefly;

  /** MXNDArrayFree of the reference, which is not in the header; null where there is none. */
  private final MemorySegment freesLentArrays;

  NativeLibrary(SymbolLookup symbols, String path) {
    this.symbols = symbols;
    this.path = path;
    freesLentArrays = symbols.find("MXNDArrayFree").orElse(null);
    // Another library may wait in them for a forward that it runs on threads of its own.
    copiesBriefly = has(CFunction.LPGetVersion);
    if (has(CFunction.MXGetLastError)) {
      // The first use links the call, which may block; a virtual thread that blocks between a
      // failure and the question for its text could go on on another thread, with another text.
      lastError(CFunction.MXGetLastError);
    }
  }

  /**
   * The file that was loaded.
   *
   * @return its path
   */
  public final String path() {
    return path;
  }

  /**
   * Whether the library has a function. One with part one of the header only lacks those that
   * begin with {@code LP}.
   *
   * @param name the function's name in C
   * @return false also for names that are not in the header
   */
  public final boolean has(String name) {
    for (CFunction function : CFunction.values()) {
      if (function.name().equals(name)) {
        return has(function);
      }
    }
    return false;
  }

  @Override
  public final String toString() {
    return "PredictLibrary[" + path + "]";
  }

  final boolean has(CFunction function) {
    return find(function).address() != 0;
  }

  final boolean copiesBriefly() {
    return copiesBriefly;
  }

  /**
   * Begins a call.
   *
   * @throws PredictException {@code unavailable}
   */
  final NativeCall begin(CFunction function) {
    return new NativeCall(this, function, address(function));
  }

  /** The address of a function. */
  final MemorySegment address(CFunction function) {
    MemorySegment found = find(function);
    if (found.address() != 0) {
      return found;
    }
    String part = function.part == 2 ? " (it has only MXNet's part of the header)" : "";
    throw new PredictException(
        ErrorCode.UNAVAILABLE,
        path + " does not have this function" + part,
        function.name(),
        null);
  }

  /** Gives an array back that a monitor callback was handed, where the callback would have to. */
  final void endLoan(MemorySegment array) {
    if (freesLentArrays == null) {
      return;
    }
    try {
      int ignored = (int) FREE_ARRAY.invokeExact(freesLentArrays, array);
    } catch (Throwable problem) {
      throw CallbackStub.rethrow(problem);
    }
  }

  private MemorySegment find(CFunction function) {
    MemorySegment found = addresses[function.ordinal()];
    if (found == null) {
      found = symbols.find(function.name()).orElse(MemorySegment.NULL);
      addresses[function.ordinal()] = found;
    }
    return found;
  }

  /** The error of a call that failed on this thread just now. */
  final PredictException lastError(CFunction function) {
    String text = "";
    ErrorCode code = ErrorCode.UNKNOWN;
    try {
      MemorySegment textFunction = find(CFunction.MXGetLastError);
      if (textFunction.address() != 0) {
        text =
            NativeMemory.string(
                (MemorySegment) Downcalls.MXGetLastError.HANDLE.invokeExact(textFunction));
      }
      MemorySegment codeFunction = find(CFunction.LPGetErrorCode);
      if (codeFunction.address() != 0) {
        code = ErrorCode.of((int) Downcalls.LPGetErrorCode.HANDLE.invokeExact(codeFunction));
      }
    } catch (Throwable problem) {
      throw CallbackStub.rethrow(problem);
    }
    return new PredictException(code, text.isEmpty() ? "failed" : text, function.name(), null);
  }
}
