package libpredict;

import java.lang.ref.Cleaner;
import java.util.function.Consumer;
import libpredict.capi.LPModelHandle;
import libpredict.capi.NativeHandle;
import libpredict.capi.PredictLibrary;
import libpredict.capi.PredictorHandle;

/**
 * A native object that one Java object owns: given back by {@link #close}, or by the garbage
 * collector when its owner was forgotten.
 *
 * <p>Must not refer to its owner, which would then never be forgotten.
 *
 * @param <H> the kind of handle
 */
final class Owned<H extends NativeHandle> implements Runnable {
  private static final Cleaner CLEANER = Cleaner.create();

  private final PredictLibrary library;
  private volatile H handle;
  private Cleaner.Cleanable backstop;

  private Owned(PredictLibrary library, H handle) {
    this.library = library;
    this.handle = handle;
  }

  static <H extends NativeHandle> Owned<H> by(Object owner, PredictLibrary library, H handle) {
    Owned<H> owned = new Owned<>(library, handle);
    owned.backstop = CLEANER.register(owner, owned);
    return owned;
  }

  PredictLibrary library() {
    return library;
  }

  H handle() {
    return handle;
  }

  /** Takes another native object in place of the present one, which is given back. */
  void replace(H other) {
    H old;
    synchronized (this) {
      old = handle;
      handle = other;
    }
    free(old);
  }

  /** Does something short with the present native object, which is not replaced meanwhile. */
  synchronized void alongside(Consumer<H> work) {
    work.accept(handle);
  }

  /** Gives the native object back, at the end of a call that uses it; does nothing the second time. */
  void close() {
    backstop.clean();
  }

  /** Called once: by {@link #close} or by the garbage collector. */
  @Override
  public void run() {
    free(handle);
  }

  private void free(NativeHandle old) {
    switch (old) {
      case PredictorHandle predictor -> library.MXPredFree(predictor);
      case LPModelHandle model -> library.LPModelFree(model);
      default -> throw new IllegalStateException("nobody owns a " + old.kind());
    }
  }
}
