package libpredict.capi;

import static libpredict.Failures.fails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import libpredict.ErrorCode;
import libpredict.TestFiles;
import org.junit.jupiter.api.Test;

/** Handles of every kind: freed, freed twice, null, of another library, and used by two threads. */
class HandleTest {
  private final PredictLibrary fake = FakeLibrary.whole();
  private final PredictLibrary other = LibraryLoader.load(TestFiles.LIBRARY);

  private LPModelHandle model(String symbol) {
    byte[] text = symbol.getBytes();
    return fake.LPModelCreate(MemorySegment.ofArray(text), text.length, null, 0);
  }

  private NDListHandle list() {
    return fake.MXNDListCreate(MemorySegment.ofArray(new byte[] {'m'}), 1).out();
  }

  private <H extends NativeHandle> void misuse(
      H handle, Consumer<H> use, Consumer<H> free, Consumer<H> useElsewhere) {
    assertEquals(NativeHandle.State.ALIVE, handle.state());
    use.accept(handle);
    fails(ErrorCode.HANDLE, () -> use.accept(null), "must not be null");
    fails(ErrorCode.HANDLE, () -> useElsewhere.accept(handle), "belongs to another library");
    int live = FakeLibrary.live();
    free.accept(null);
    assertEquals(live, FakeLibrary.live());
    free.accept(handle);
    assertEquals(live - 1, FakeLibrary.live());
    assertEquals(NativeHandle.State.FREED, handle.state());
    fails(ErrorCode.DISPOSED, () -> use.accept(handle), "the " + handle.kind() + " handle was freed");
    fails(ErrorCode.DISPOSED, () -> free.accept(handle));
    assertEquals(live - 1, FakeLibrary.live());
  }

  @Test
  void predictors() {
    misuse(
        FakeLibrary.predictor(fake, 3),
        fake::MXPredForward,
        fake::MXPredFree,
        other::MXPredForward);
    fails(ErrorCode.HANDLE, () -> other.MXPredFree(FakeLibrary.predictor(fake, 1)));
  }

  @Test
  void models() {
    misuse(model("{}"), fake::LPModelGetInputCount, fake::LPModelFree, other::LPModelGetInputCount);
  }

  @Test
  void lists() {
    misuse(list(), l -> fake.MXNDListGet(l, 0), fake::MXNDListFree, l -> other.MXNDListGet(l, 0));
  }

  @Test
  void handlesSayWhatTheyAre() {
    PredictorHandle predictor = FakeLibrary.predictor(fake, 1);
    assertEquals("PredictorHandle[ALIVE]", predictor.toString());
    fake.MXPredFree(predictor);
    assertEquals("PredictorHandle[FREED]", predictor.toString());
  }

  /** Runs a forward that takes its time on another thread, and something in the middle of it. */
  private void duringForward(PredictorHandle predictor, Runnable work) throws Exception {
    FakeLibrary.tell(fake, predictor, "delay_ms", 300);
    Thread thread = new Thread(() -> fake.MXPredForward(predictor));
    thread.start();
    while (predictor.state() != NativeHandle.State.BUSY) {
      Thread.onSpinWait();
    }
    work.run();
    thread.join();
  }

  @Test
  void aSecondThreadIsRefused() throws Exception {
    PredictorHandle predictor = FakeLibrary.predictor(fake, 1);
    duringForward(
        predictor,
        () -> {
          fails(
              ErrorCode.BUSY,
              () -> fake.MXPredForward(predictor),
              "MXPredForward: a running call uses the predictor handle");
          fails(ErrorCode.BUSY, () -> fake.MXPredGetOutputShape(predictor, 0));
        });
    FakeLibrary.tell(fake, predictor, "delay_ms", 0);
    fake.MXPredForward(predictor);
    fake.MXPredFree(predictor);
  }

  @Test
  void freeingWhileACallRunsTakesPlaceAtItsEnd() throws Exception {
    int live = FakeLibrary.live();
    PredictorHandle predictor = FakeLibrary.predictor(fake, 1);
    duringForward(
        predictor,
        () -> {
          fake.MXPredFree(predictor);
          assertEquals(live + 1, FakeLibrary.live());
          assertEquals(NativeHandle.State.FREED, predictor.state());
          fails(ErrorCode.DISPOSED, () -> fake.MXPredFree(predictor));
        });
    assertEquals(live, FakeLibrary.live());
  }

  @Test
  void aModelMayBeUsedByManyThreads() throws Exception {
    LPModelHandle model = model("{}");
    CountDownLatch together = new CountDownLatch(2);
    Runnable create =
        () -> {
          together.countDown();
          for (int i = 0; i < 2000; i++) {
            fake.LPModelGetInputCount(model);
          }
        };
    assertTrue(runBoth(create));
    fake.LPModelFree(model);
  }

  @Test
  void anObjectInSharedUseCannotBeClaimedForOneself() {
    LPModelHandle model = model("{}");
    assertEquals(null, model.enter(Sharing.SHARED));
    assertEquals(null, model.enter(Sharing.SHARED));
    assertEquals(ErrorCode.BUSY, model.enter(Sharing.EXCLUSIVE));
    model.leave(Sharing.SHARED);
    model.leave(Sharing.SHARED);
    assertEquals(null, model.enter(Sharing.EXCLUSIVE));
    assertEquals(ErrorCode.BUSY, model.enter(Sharing.SHARED));
    model.leave(Sharing.EXCLUSIVE);
    fake.LPModelFree(model);
  }

  @Test
  void aUseAlongsideEntersAndKeepsNobodyOut() {
    LPModelHandle model = model("{}");
    assertEquals(null, model.enter(Sharing.EXCLUSIVE));
    assertEquals(null, model.enter(Sharing.ALONGSIDE));
    assertEquals(null, model.enter(Sharing.ALONGSIDE));
    model.leave(Sharing.ALONGSIDE);
    // The mark of the first is still there.
    assertEquals(ErrorCode.BUSY, model.enter(Sharing.SHARED));
    assertEquals(NativeHandle.State.BUSY, model.state());
    model.leave(Sharing.EXCLUSIVE);
    assertEquals(NativeHandle.State.ALIVE, model.state());
    for (Sharing other : Sharing.values()) {
      assertEquals(null, model.enter(other));
      model.leave(other);
    }
    model.leave(Sharing.ALONGSIDE);
    fake.LPModelFree(model);
    assertEquals(ErrorCode.DISPOSED, model.enter(Sharing.ALONGSIDE));
  }

  @Test
  void freeingWaitsForAUseAlongside() {
    for (Sharing last : new Sharing[] {Sharing.ALONGSIDE, Sharing.EXCLUSIVE}) {
      int live = FakeLibrary.live();
      LPModelHandle model = model("{}");
      model.enter(Sharing.EXCLUSIVE);
      model.enter(Sharing.ALONGSIDE);
      fake.LPModelFree(model);
      model.leave(last == Sharing.ALONGSIDE ? Sharing.EXCLUSIVE : Sharing.ALONGSIDE);
      assertEquals(live + 1, FakeLibrary.live());
      model.leave(last);
      assertEquals(live, FakeLibrary.live());
    }
  }

  /** Whether both threads came to the end without an exception. */
  private static boolean runBoth(Runnable work) throws Exception {
    CountDownLatch ended = new CountDownLatch(2);
    for (int i = 0; i < 2; i++) {
      new Thread(
              () -> {
                work.run();
                ended.countDown();
              })
          .start();
    }
    return ended.await(20, TimeUnit.SECONDS);
  }

  @Test
  void manyThreadsThatFreeOneHandleFreeItOnce() throws Exception {
    for (int round = 0; round < 200; round++) {
      int live = FakeLibrary.live();
      PredictorHandle predictor = FakeLibrary.predictor(fake, 1);
      Runnable free =
          () -> {
            try {
              fake.MXPredForward(predictor);
            } catch (libpredict.PredictException busyOrDisposed) {
              assertTrue(busyOrDisposed.code() != ErrorCode.INTERNAL);
            }
            try {
              fake.MXPredFree(predictor);
            } catch (libpredict.PredictException disposed) {
              assertEquals(ErrorCode.DISPOSED, disposed.code());
            }
          };
      assertTrue(runBoth(free));
      assertEquals(live, FakeLibrary.live());
    }
  }
}
