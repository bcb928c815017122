package libpredict;

import static libpredict.Failures.fails;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ThreadsTest {
  private static final float[] WEIGHTS = {3, 5};

  private static Model dense() {
    return Model.loader()
        .loadContent(TestFiles.DENSE, TestFiles.params("arg:fc_weight", WEIGHTS));
  }

  @Test
  void predictorsOfOneModelRunAtTheSameTime() throws Exception {
    try (Model model = dense();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 6; t++) {
        float x = t;
        all.add(
            threads.submit(
                () -> {
                  try (Predictor predictor = model.predictor().input("data", 1, 2).build()) {
                    for (int i = 0; i < 500; i++) {
                      float[] found =
                          predictor.run("data", NDArray.of(new float[] {x, i})).get(0).floats();
                      assertArrayEquals(new float[] {3 * x + 5 * i}, found);
                    }
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
  }

  @Test
  void aSecondThreadOnOnePredictorIsRefusedOrRight() throws Exception {
    AtomicInteger busy = new AtomicInteger();
    AtomicInteger right = new AtomicInteger();
    CountDownLatch together = new CountDownLatch(2);
    try (Model model = dense();
        Predictor predictor = model.predictor().input("data", 1, 2).build();
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        float x = t;
        all.add(
            threads.submit(
                () -> {
                  together.countDown();
                  together.await();
                  while (busy.get() == 0 || right.get() < 1000) {
                    try {
                      // Never the numbers of the other thread.
                      NDArray feed = NDArray.of(new float[] {x, 1});
                      float[] found = predictor.run("data", feed).get(0).floats();
                      assertArrayEquals(new float[] {3 * x + 5}, found);
                      right.incrementAndGet();
                    } catch (PredictException refused) {
                      assertEquals(ErrorCode.BUSY, refused.code());
                      busy.incrementAndGet();
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertTrue(busy.get() > 0);
  }

  /** Cancels until a thread that runs again and again has ended; what ended it. */
  private static Throwable cancelled(Predictor predictor, Runnable run) throws Exception {
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread runner =
        new Thread(
            () -> {
              try {
                for (; ; ) {
                  run.run();
                }
              } catch (Throwable problem) {
                end.set(problem);
              }
            });
    runner.start();
    // Whether a forward has begun cannot be known.
    while (end.get() == null) {
      predictor.cancel();
      Thread.yield();
    }
    runner.join();
    return end.get();
  }

  @Test
  void anotherThreadCancelsARun() throws Exception {
    try (Model model = Model.loader().loadContent(TestFiles.sums(100), TestFiles.noParams())) {
      for (MemoryMode mode : MemoryMode.values()) {
        Predictor predictor =
            model.predictor().input("data", 1 << 14).without(Pass.CHAIN).memoryMode(mode).build();
        assertEquals(100, predictor.stats().planNodes());
        predictor.cancel(); // nothing runs: does nothing
        float[] x = new float[1 << 14];
        Arrays.fill(x, 0.5f);
        Throwable end = cancelled(predictor, () -> predictor.run("data", NDArray.of(x)));
        assertEquals(ErrorCode.CANCELLED, assertInstanceOf(PredictException.class, end).code());
        Arrays.fill(x, 0);
        x[3] = 2;
        float[] expected = new float[1 << 14];
        expected[3] = 202;
        assertArrayEquals(expected, predictor.run("data", NDArray.of(x)).get(0).floats());
        predictor.close();
        fails(ErrorCode.DISPOSED, predictor::cancel, "the predictor was closed");
      }
    }
  }

  @Test
  void aCancelDuringAReshapeDoesNoHarm() throws Exception {
    try (Model model = Model.loader().loadContent(TestFiles.sums(3), TestFiles.noParams());
        Predictor predictor = model.predictor().input("data", 1).build()) {
      AtomicInteger rounds = new AtomicInteger();
      Throwable end =
          cancelled(
              predictor,
              () -> {
                int size = 1 + rounds.incrementAndGet() % 2;
                if (rounds.get() > 500) {
                  throw new IllegalStateException("enough");
                }
                try {
                  float[] x = new float[size];
                  Arrays.fill(x, 2);
                  NDArray feed = NDArray.of(x, size);
                  assertEquals(8, predictor.run("data", feed).get(0).floats()[0]);
                } catch (PredictException stopped) {
                  assertEquals(ErrorCode.CANCELLED, stopped.code());
                }
              });
      assertEquals("enough", end.getMessage());
    }
  }

  @Test
  void aRunThatIsClosedIsNotCancelled() {
    AtomicInteger closed = new AtomicInteger();
    Turn turn = new Turn(closed::incrementAndGet);
    turn.checkOpen();
    turn.enter();
    turn.checkOpen();
    turn.close();
    fails(ErrorCode.DISPOSED, turn::checkOpen, "the predictor was closed");
    turn.leave();
    fails(ErrorCode.DISPOSED, turn::checkOpen);
  }

  @Test
  void closingDuringARunLetsItEnd() throws Exception {
    for (int round = 0; round < 50; round++) {
      AtomicBoolean ran = new AtomicBoolean();
      try (Model model = dense()) {
        Predictor predictor = model.predictor().input("data", 1, 2).build();
        Thread runner =
            new Thread(
                () -> {
                  try {
                    for (; ; ) {
                      NDArray feed = NDArray.of(new float[] {1, 1});
                      // A run that has begun ends with its results, whenever the close comes.
                      assertEquals(8, predictor.run("data", feed).get(0).floats()[0]);
                    }
                  } catch (PredictException closed) {
                    ran.set(closed.code() == ErrorCode.DISPOSED);
                  }
                });
        runner.start();
        Thread.sleep(2);
        predictor.close();
        runner.join();
        assertTrue(ran.get());
        fails(ErrorCode.DISPOSED, predictor::forward);
      }
    }
  }

  @Test
  void aCloseInTheMiddleOfATurnTakesPlaceAtItsEnd() {
    AtomicInteger closed = new AtomicInteger();
    Turn turn = new Turn(closed::incrementAndGet);
    turn.enter();
    fails(ErrorCode.BUSY, turn::enter);
    turn.close();
    turn.close();
    assertTrue(turn.isClosed());
    assertEquals(0, closed.get());
    fails(ErrorCode.DISPOSED, turn::enter);
    turn.leave();
    assertEquals(1, closed.get());
    turn.close();
    fails(ErrorCode.DISPOSED, turn::enter);
    assertEquals(1, closed.get());
  }
}
