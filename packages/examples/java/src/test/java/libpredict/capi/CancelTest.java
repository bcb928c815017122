package libpredict.capi;

import static libpredict.Failures.fails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import libpredict.ErrorCode;
import libpredict.TestFiles;
import org.junit.jupiter.api.Test;

/** The one call that enters a predictor while another one works on it. */
class CancelTest {
  private final PredictLibrary library = LibraryLoader.load(TestFiles.LIBRARY);

  private PredictorHandle sums(int count, long size) {
    byte[] none = TestFiles.noParams();
    return library.MXPredCreate(
        TestFiles.sums(count), MemorySegment.ofArray(none), none.length, 1, 0, 1,
        new String[] {"data"}, new long[] {0, 1}, new long[] {size});
  }

  @Test
  void itStopsTheForwardBeforeTheNextNode() {
    PredictorHandle predictor = sums(2, 1);
    library.LPPredCancel(predictor); // nothing runs: does nothing
    library.MXPredSetInput(predictor, "data", MemorySegment.ofArray(new float[] {5}), 1);
    AtomicInteger calls = new AtomicInteger();
    library.MXPredSetMonitorCallback(
        predictor,
        (name, array) -> {
          calls.incrementAndGet();
          library.LPPredCancel(predictor);
          assertEquals(NativeHandle.State.BUSY, predictor.state());
          fails(ErrorCode.BUSY, () -> library.MXPredForward(predictor));
        },
        false);
    fails(ErrorCode.CANCELLED, () -> library.MXPredForward(predictor), "MXPredForward: ");
    assertEquals(1, calls.get());
    library.MXPredSetMonitorCallback(predictor, null, false);
    library.MXPredForward(predictor);
    float[] y = new float[1];
    library.MXPredGetOutput(predictor, 0, MemorySegment.ofArray(y), 1);
    assertEquals(15, y[0]);
    library.MXPredFree(predictor);
    fails(ErrorCode.DISPOSED, () -> library.LPPredCancel(predictor));
  }

  @Test
  void aPredictorThatIsFreedInUseIsNotCancelled() {
    PredictorHandle predictor = sums(2, 1);
    library.MXPredSetMonitorCallback(
        predictor,
        (name, array) -> {
          if (predictor.state() != NativeHandle.State.FREED) {
            library.MXPredFree(predictor); // when the forward ends
          }
          fails(ErrorCode.DISPOSED, () -> library.LPPredCancel(predictor));
        },
        false);
    library.MXPredForward(predictor);
    assertEquals(NativeHandle.State.FREED, predictor.state());
  }

  @Test
  void itLeavesTheExceptionOfAMonitorToTheForward() throws Exception {
    PredictorHandle predictor = sums(100, 1 << 20);
    library.LPPredCancel(predictor); // the first call takes its time
    RuntimeException mine = new IllegalStateException("enough");
    CountDownLatch thrown = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    AtomicBoolean ended = new AtomicBoolean();
    library.MXPredSetMonitorCallback(
        predictor,
        (name, array) -> {
          calls.incrementAndGet();
          thrown.countDown();
          throw mine;
        },
        false);
    Thread canceller =
        new Thread(
            () -> {
              try {
                thrown.await();
                Thread.sleep(1); // in the middle of the forward
              } catch (InterruptedException impossible) {
                throw new IllegalStateException(impossible);
              }
              while (!ended.get()) {
                library.LPPredCancel(predictor);
              }
            });
    canceller.start();
    assertSame(mine, assertThrows(Exception.class, () -> library.MXPredForward(predictor)));
    ended.set(true);
    canceller.join();
    assertEquals(1, calls.get()); // had it been taken, the callback would be called again
    library.MXPredFree(predictor);
  }
}
