package libpredict.capi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.UndeclaredThrowableException;

/**
 * A Java function as a C function pointer, for as long as C may call it.
 *
 * <p>An exception must not unwind through C, where it would end the process: it is kept, and thrown
 * when the call that C was in is over.
 */
abstract class CallbackStub {
  private final Arena arena = Arena.ofShared();
  private final MethodHandle receiver;
  private final FunctionDescriptor type;

  /** What the function threw. A library may call it on a thread of its own. */
  private volatile Throwable thrown;

  CallbackStub(MethodHandle receiver, FunctionDescriptor type) {
    this.receiver = receiver;
    this.type = type;
  }

  /** Finds the method {@code receive} of a stub's class. */
  static MethodHandle receiver(
      MethodHandles.Lookup lookup, Class<? extends CallbackStub> stub, FunctionDescriptor type) {
    try {
      return lookup.findVirtual(stub, "receive", type.toMethodType());
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** The C function pointer. */
  @SuppressWarnings("restricted")
  final MemorySegment pointer() {
    return Linker.nativeLinker().upcallStub(receiver.bindTo(this), type, arena);
  }

  /**
   * Runs the caller's function, and keeps whatever it throws; after that it is called no more.
   *
   * @param lent handles that are valid until the function returns
   */
  final void guard(Runnable function, NativeHandle... lent) {
    try {
      if (thrown == null) {
        function.run();
      }
    } catch (Throwable problem) {
      thrown = problem;
    } finally {
      for (NativeHandle handle : lent) {
        handle.endLoan();
      }
    }
  }

  /** Takes out what the function threw; null if it threw nothing. */
  final Throwable takeThrown() {
    Throwable taken = thrown;
    thrown = null;
    return taken;
  }

  /** Throws what a function threw, as it is. */
  static RuntimeException rethrow(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException unchecked
        ? unchecked
        : new UndeclaredThrowableException(thrown);
  }

  /** Takes the function pointer away; C must not call it any more. */
  final void close() {
    arena.close();
  }
}
