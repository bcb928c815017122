package libpredict;

import java.util.concurrent.atomic.AtomicReference;

/** Lets one thread at a time use a predictor, refuses the others, and closes it at the right time. */
final class Turn {
  private enum State {
    IDLE,
    RUNNING,
    /** Running, and to be closed when that ends. */
    CLOSING,
    CLOSED
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
  private final Runnable close;

  Turn(Runnable close) {
    this.close = close;
  }

  void enter() {
    State found = state.compareAndExchange(State.IDLE, State.RUNNING);
    if (found == State.RUNNING) {
      throw new PredictException(ErrorCode.BUSY, "another thread is using the predictor");
    }
    if (found != State.IDLE) {
      throw closed();
    }
  }

  /** For what needs no turn. */
  void checkOpen() {
    if (isClosed()) {
      throw closed();
    }
  }

  void leave() {
    if (!state.compareAndSet(State.RUNNING, State.IDLE)) {
      state.set(State.CLOSED);
      close.run();
    }
  }

  /** Closes now, or when the use that is going on ends; does nothing the second time. */
  void close() {
    // A use may begin or end between two questions, however often.
    while (!isClosed()) {
      if (state.compareAndSet(State.IDLE, State.CLOSED)) {
        close.run();
      } else {
        state.compareAndSet(State.RUNNING, State.CLOSING);
      }
    }
  }

  boolean isClosed() {
    State now = state.get();
    return now == State.CLOSING || now == State.CLOSED;
  }

  private static PredictException closed() {
    return new PredictException(ErrorCode.DISPOSED, "the predictor was closed");
  }
}
