package libpredict.capi;

import static libpredict.Failures.fails;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicReference;
import libpredict.ErrorCode;
import org.junit.jupiter.api.Test;

/** Memory of the library that is lent: it can be read, and it ends before it is overwritten. */
@SuppressWarnings("restricted")
class LentMemoryTest {
  private final PredictLibrary fake = FakeLibrary.whole();

  private PredictorHandle computed() {
    PredictorHandle predictor = FakeLibrary.predictor(fake, 2);
    fake.MXPredSetInput(predictor, "data", MemorySegment.ofArray(new float[] {1, 2}), 2);
    fake.MXPredForward(predictor);
    return predictor;
  }

  private MemorySegment view(PredictorHandle predictor) {
    return fake.LPPredGetOutputData(predictor, 0).data();
  }

  private static float first(MemorySegment view) {
    return view.getAtIndex(ValueLayout.JAVA_FLOAT, 0);
  }

  @Test
  void itIsTheOutputAndReadOnly() {
    PredictorHandle predictor = computed();
    MemorySegment view = view(predictor);
    assertArrayEquals(new float[] {2, 4}, view.toArray(ValueLayout.JAVA_FLOAT));
    assertTrue(view.isReadOnly());
    assertThrows(
        IndexOutOfBoundsException.class, () -> view.getAtIndex(ValueLayout.JAVA_FLOAT, 2));
    fake.MXPredFree(predictor);
  }

  @Test
  void aForwardAndAFreeEndIt() {
    PredictorHandle predictor = computed();
    MemorySegment one = view(predictor);
    MemorySegment two = view(predictor);
    fake.MXPredSetInput(predictor, "data", MemorySegment.ofArray(new float[] {5, 6}), 2);
    assertEquals(2, view(predictor).byteSize() / 4);
    fake.MXPredForward(predictor);
    assertThrows(IllegalStateException.class, () -> first(one));
    assertThrows(IllegalStateException.class, () -> first(two));
    MemorySegment three = view(predictor);
    assertEquals(10, first(three));
    fake.MXPredPartialForward(predictor, 0);
    assertThrows(IllegalStateException.class, () -> first(three));
    MemorySegment four = view(predictor);
    fake.MXPredFree(predictor);
    assertThrows(IllegalStateException.class, () -> first(four));
    fails(ErrorCode.ARGUMENT, () -> reuse(four), "given back");
  }

  /** Passes memory on as the input of another predictor. */
  private void reuse(MemorySegment view) {
    PredictorHandle next = FakeLibrary.predictor(fake, 2);
    try {
      fake.MXPredSetInput(next, "data", view, 2);
    } finally {
      fake.MXPredFree(next);
    }
  }

  @Test
  void itCanBeTheInputOfAnother() {
    PredictorHandle predictor = computed();
    reuse(view(predictor));
    fake.MXPredFree(predictor);
  }

  @Test
  void anotherThreadThatReadsAllTheTimeIsStoppedByAFree() throws Exception {
    PredictorHandle predictor = computed();
    MemorySegment view = view(predictor);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                for (; ; ) {
                  // The fake overwrites what it frees; other values would be freed memory.
                  assertEquals(2, first(view));
                }
              } catch (Throwable problem) {
                thrown.set(problem);
              }
            });
    reader.start();
    Thread.sleep(100);
    assertTrue(reader.isAlive());
    fake.MXPredFree(predictor);
    reader.join(10_000);
    assertFalse(reader.isAlive());
    assertEquals(IllegalStateException.class, thrown.get().getClass());
  }

  /** Runs something while a native call reads a view, which the JVM then does not let end. */
  private void duringNativeRead(MemorySegment view, Runnable work) throws Exception {
    Linker linker = Linker.nativeLinker();
    // poll() looks at the memory behind its first argument for as long as it is told.
    MethodHandle poll =
        linker.downcallHandle(
            linker.defaultLookup().find("poll").orElseThrow(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));
    Thread reader =
        new Thread(
            () -> {
              try {
                int nothing = (int) poll.invokeExact(view, 0L, 400);
                assertEquals(0, nothing);
              } catch (Throwable problem) {
                throw new AssertionError(problem);
              }
            });
    reader.start();
    while (reader.getState() != Thread.State.RUNNABLE) {
      Thread.onSpinWait();
    }
    Thread.sleep(100);
    work.run();
    reader.join();
  }

  @Test
  void aForwardIsRefusedWhileANativeCallReads() throws Exception {
    PredictorHandle predictor = computed();
    MemorySegment view = view(predictor);
    duringNativeRead(
        view,
        () -> {
          fails(
              ErrorCode.BUSY,
              () -> fake.MXPredForward(predictor),
              "MXPredForward: another thread reads an output");
          assertEquals(2, first(view));
        });
    fake.MXPredForward(predictor);
    fake.MXPredFree(predictor);
  }

  @Test
  void aFreeWaitsInTheBackgroundWhileANativeCallReads() throws Exception {
    int live = FakeLibrary.live();
    PredictorHandle predictor = computed();
    MemorySegment view = view(predictor);
    duringNativeRead(
        view,
        () -> {
          fake.MXPredFree(predictor);
          assertEquals(NativeHandle.State.FREED, predictor.state());
          assertEquals(live + 1, FakeLibrary.live());
          fails(ErrorCode.DISPOSED, () -> fake.MXPredFree(predictor));
        });
    for (int wait = 0; FakeLibrary.live() != live && wait < 200; wait++) {
      Thread.sleep(10);
    }
    assertEquals(live, FakeLibrary.live());
    assertThrows(IllegalStateException.class, () -> first(view));
  }

  @Test
  void emptyMemoryCanBeLent() {
    PredictorHandle predictor = FakeLibrary.predictor(fake, 0);
    fake.MXPredForward(predictor);
    assertEquals(0, view(predictor).byteSize());
    fake.MXPredGetOutput(predictor, 0, Arena.global().allocate(0), 0);
    fake.MXPredSetInput(predictor, "data", MemorySegment.ofArray(new float[0]), 0);
    fake.MXPredFree(predictor);
  }
}
