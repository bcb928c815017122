package libpredict.capi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import libpredict.ErrorCode;

/**
 * A native object: its address, its kind, its library, and whether it may be used.
 *
 * <p>Handles are made by the library only. This layer has no policy: one that is forgotten leaks.
 */
// Invariants: C sees the address only between enter and leave; the native object is released
// exactly once, when no call uses the handle and nobody reads memory that it lent.
public abstract class NativeHandle {
  /** Whether a handle may be used. */
  public enum State {
    /** It may be used. */
    ALIVE,
    /** A call is running on it; one alongside others does not count. */
    BUSY,
    /** It was given back, or will be when the running call ends. */
    FREED
  }

  /** Gives a native object back; the C function's status. */
  @FunctionalInterface
  interface Release {
    int release(MemorySegment address) throws Throwable;
  }

  private static final VarHandle USE;

  static {
    try {
      USE = MethodHandles.lookup().findVarHandle(NativeHandle.class, "use", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private static final long FREED = 1L << 63;
  private static final long EXCLUSIVE = 1L << 62;

  /** The count of all running calls, and that of those which are not alongside. */
  private static final long CALLS = EXCLUSIVE - 1;

  private static final long WORKING = Sharing.ALONGSIDE.use - 1;

  /** How long a release waits before it asks again whether lent memory is still being read. */
  private static final long READER_WAIT_MS = 5;

  private final String kind;
  private final NativeLibrary library;
  private final MemorySegment address;

  /** Running calls, those alongside counted apart, and the two flags. */
  private volatile long use;

  /** Set before FREED is, so that whoever ends the last call finds it. */
  private volatile Release pending;

  /** Owns all memory that is lent at present; null if none is. */
  private volatile Arena views;

  /** What is known of the tensors behind a predictor. Used by the call that has entered only. */
  TensorTypes types;

  /** The monitor callback in force. Used by the call that has entered only. */
  CallbackStub callback;

  NativeHandle(String kind, NativeLibrary library, MemorySegment address) {
    this.kind = kind;
    this.library = library;
    this.address = address;
  }

  /**
   * What kind of object it is.
   *
   * @return such as {@code predictor}
   */
  public final String kind() {
    return kind;
  }

  /**
   * Whether it may be used now.
   *
   * @return the state at this moment
   */
  public final State state() {
    long now = use;
    if ((now & FREED) != 0) {
      return State.FREED;
    }
    return (now & WORKING) > 0 ? State.BUSY : State.ALIVE;
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + "[" + state() + "]";
  }

  final MemorySegment address() {
    return address;
  }

  final NativeLibrary library() {
    return library;
  }

  /** Begins a use; tells why not, if it cannot. */
  final ErrorCode enter(Sharing sharing) {
    for (; ; ) {
      long now = use;
      if ((now & FREED) != 0) {
        return ErrorCode.DISPOSED;
      }
      // An exclusive use counts as one that works.
      if (sharing == Sharing.EXCLUSIVE && (now & WORKING) != 0
          || sharing == Sharing.SHARED && (now & EXCLUSIVE) != 0) {
        return ErrorCode.BUSY;
      }
      if (USE.compareAndSet(this, now, now + sharing.use)) {
        return null;
      }
    }
  }

  /** Ends a use that {@link #enter} began; runs the release that waited for it. */
  final void leave(Sharing sharing) {
    for (; ; ) {
      long now = use;
      long then = now - sharing.use;
      if (USE.compareAndSet(this, now, then)) {
        if (then == FREED) {
          releaseUnwatched();
        }
        return;
      }
    }
  }

  /** Marks as freed, which can be done once; the number of running uses, -1 if it was before. */
  final long markFreed(Release release) {
    for (; ; ) {
      long now = use;
      if ((now & FREED) != 0) {
        return -1;
      }
      pending = release;
      if (USE.compareAndSet(this, now, now | FREED)) {
        return now & CALLS;
      }
    }
  }

  /**
   * Releases the native object after {@link #markFreed}: now, or when the last use ends.
   *
   * @return the status of the C function; 0 if it will be called later
   */
  final int releaseOrDefer(long usesWhenMarked) throws Throwable {
    if (usesWhenMarked > 0) {
      return 0;
    }
    if (!endViews()) {
      releaseUnwatched();
      return 0;
    }
    int status = pending.release(address);
    if (status == 0) {
      dropCallback();
    } else {
      use = 0;
    }
    return status;
  }

  /** Ends a handle that a callback was lent. */
  final void endLoan() {
    endViews();
    use = FREED;
    library.endLoan(address);
  }

  /** Releases when nobody waits for the outcome any more. */
  private void releaseUnwatched() {
    if (!endViews()) {
      CompletableFuture.delayedExecutor(READER_WAIT_MS, TimeUnit.MILLISECONDS)
          .execute(this::releaseUnwatched);
      return;
    }
    try {
      // Freeing a valid handle does not fail.
      pending.release(address);
    } catch (Throwable impossible) {
      throw new IllegalStateException("a release threw", impossible);
    } finally {
      dropCallback();
    }
  }

  private void dropCallback() {
    CallbackStub stub = callback;
    callback = null;
    if (stub != null) {
      stub.close();
    }
  }

  /** Lends memory that belongs to the native object, until {@link #endViews}. */
  @SuppressWarnings("restricted")
  final synchronized MemorySegment lend(MemorySegment memory, long sizeBytes, boolean confined) {
    if (views == null) {
      views = confined ? Arena.ofConfined() : Arena.ofShared();
    }
    return memory.reinterpret(sizeBytes, views, null).asReadOnly();
  }

  /** Ends all lent memory; false if a native call or an output operation is reading it now. */
  final boolean endViews() {
    if (views == null) {
      return true;
    }
    synchronized (this) {
      if (views == null) {
        return true;
      }
      try {
        views.close();
      } catch (IllegalStateException read) {
        return false;
      }
      views = null;
      return true;
    }
  }
}
