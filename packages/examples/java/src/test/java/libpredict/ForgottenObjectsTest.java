package libpredict;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import libpredict.capi.LibraryLoader;
import libpredict.capi.NativeHandle;
import libpredict.capi.PredictLibrary;
import org.junit.jupiter.api.Test;

/** What nobody closes is closed by the garbage collector, and nothing else is. */
class ForgottenObjectsTest {
  private final PredictLibrary library = LibraryLoader.load();
  private final List<NativeHandle> handles = new ArrayList<>();

  /** Makes a model and a predictor that nobody can reach when this returns. */
  private void forget() {
    byte[] symbol = TestFiles.RELU.getBytes();
    var memory = java.lang.foreign.MemorySegment.ofArray(symbol);
    var model = library.LPModelCreate(memory, symbol.length, null, 0);
    var predictor =
        library.LPPredCreate(
            model, 1, new String[] {"data"}, new long[] {0, 1}, new long[] {1}, 0, null, null, 0,
            null, null);
    handles.add(model);
    handles.add(predictor);
    Predictor one = new Predictor(library, predictor, List.of("data"));
    assertEquals(1, new Model(library, model).inputs().size() * one.inputs().size());
  }

  @Test
  void theyAreClosed() throws Exception {
    forget();
    for (int wait = 0; wait < 100 && !allFreed(); wait++) {
      System.gc();
      Thread.sleep(20);
    }
    for (NativeHandle handle : handles) {
      assertEquals(NativeHandle.State.FREED, handle.state());
    }
  }

  private boolean allFreed() {
    return handles.stream().allMatch(h -> h.state() == NativeHandle.State.FREED);
  }

  @Test
  void whatIsInUseIsNotForgotten() {
    for (int round = 0; round < 20; round++) {
      // Nothing but the running calls refers to these.
      float[] found =
          Model.loader()
              .loadContent(TestFiles.RELU, null)
              .predictor()
              .input("data", 1)
              .build()
              .run("data", NDArray.of(new float[] {3}))
              .get(0)
              .floats();
      assertEquals(3, found[0]);
      System.gc();
    }
  }
}
