package libpredict.capi;

import static libpredict.Failures.fails;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import libpredict.ErrorCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Java functions that C calls. */
class MonitorCallbackTest {
  private final PredictLibrary fake = FakeLibrary.whole();
  private final PredictorHandle predictor = FakeLibrary.predictor(fake, 1);

  @AfterEach
  void free() {
    if (predictor.state() != NativeHandle.State.FREED) {
      fake.MXPredFree(predictor);
    }
  }

  private void watch(PredMonitorCallback callback) {
    fake.MXPredSetMonitorCallback(predictor, callback, false);
  }

  @Test
  void itSeesNamesAndArrays() {
    List<String> names = new ArrayList<>();
    List<NDArrayHandle> kept = new ArrayList<>();
    List<MemorySegment> data = new ArrayList<>();
    watch(
        (name, array) -> {
          names.add(name);
          kept.add(array);
          var info = fake.LPArrayGetInfo(array);
          assertEquals(LPDType.LP_FLOAT32, info.dtype());
          assertArrayEquals(new long[] {1, 2}, info.dims());
          // The fake gives the length of the array's text, and a half.
          float[] expected = {name.length() + " array".length(), 0.5f};
          assertArrayEquals(expected, info.data().toArray(ValueLayout.JAVA_FLOAT));
          data.add(info.data());
        });
    fake.MXPredForward(predictor);
    assertEquals(List.of("first", "second"), names);
    fails(ErrorCode.DISPOSED, () -> fake.LPArrayGetInfo(kept.getFirst()));
    assertThrows(
        IllegalStateException.class, () -> data.getFirst().get(ValueLayout.JAVA_FLOAT, 0));
  }

  @Test
  void whatItThrowsComesOutOfTheForwardAsItIs() {
    List<String> names = new ArrayList<>();
    RuntimeException mine = new IllegalStateException("enough");
    watch(
        (name, array) -> {
          names.add(name);
          throw mine;
        });
    assertSame(mine, assertThrows(RuntimeException.class, () -> fake.MXPredForward(predictor)));
    assertEquals(List.of("first"), names);
    assertThrows(RuntimeException.class, () -> fake.MXPredForward(predictor));
    assertEquals(2, names.size());
    Error serious = new OutOfMemoryError("not really");
    watch(
        (name, array) -> {
          throw serious;
        });
    assertSame(serious, assertThrows(Error.class, () -> fake.MXPredForward(predictor)));
    watch(null);
    fake.MXPredForward(predictor);
  }

  @Test
  void callsOnTheRunningPredictorAreRefused() {
    watch(
        (name, array) -> {
          fails(ErrorCode.BUSY, () -> fake.MXPredForward(predictor));
          fails(ErrorCode.BUSY, () -> fake.MXPredSetMonitorCallback(predictor, null, false));
        });
    fake.MXPredForward(predictor);
  }

  @Test
  void aFreeInsideTakesPlaceAtTheEnd() {
    int live = FakeLibrary.live();
    List<String> names = new ArrayList<>();
    watch(
        (name, array) -> {
          names.add(name);
          if (names.size() == 1) {
            fake.MXPredFree(predictor);
          }
          assertEquals(live, FakeLibrary.live());
        });
    fake.MXPredForward(predictor);
    assertEquals(2, names.size());
    assertEquals(live - 1, FakeLibrary.live());
  }

  @Test
  void oneThatIsRefusedLeavesTheOldOneInForce() {
    List<String> names = new ArrayList<>();
    watch((name, array) -> names.add(name));
    fails(
        ErrorCode.UNSUPPORTED,
        () -> fake.MXPredSetMonitorCallback(predictor, (name, array) -> names.add("new"), true));
    fake.MXPredForward(predictor);
    assertEquals(List.of("first", "second"), names);
  }

  @Test
  void manyCanBeSetOneAfterTheOther() {
    int[] calls = {0};
    for (int i = 0; i < 2000; i++) {
      watch((name, array) -> calls[0]++);
      fake.MXPredForward(predictor);
    }
    assertEquals(4000, calls[0]);
  }
}
