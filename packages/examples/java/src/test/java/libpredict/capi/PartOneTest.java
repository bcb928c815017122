package libpredict.capi;

import static libpredict.Failures.fails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import libpredict.ErrorCode;
import org.junit.jupiter.api.Test;

/** A library with MXNet's part of the header only, and with the reference's defects. */
class PartOneTest {
  private final PredictLibrary library = FakeLibrary.partOne();

  private PredictorHandle typed(int dtype) {
    return library.MXPredCreateEx(
        "{}", MemorySegment.ofArray(new byte[1]), 1, 1, 0, 1, new String[] {"data"},
        new long[] {0, 1}, new long[] {2}, 1, new String[] {"data"}, new int[] {dtype});
  }

  @Test
  void whatIsMissingIsUnavailable() {
    assertTrue(library.has("MXPredForward"));
    assertFalse(library.has("LPGetVersion"));
    fails(
        ErrorCode.UNAVAILABLE,
        library::LPGetVersion,
        "LPGetVersion: ",
        "does not have this function (it has only MXNet's part of the header)");
  }

  @Test
  void failuresHaveTheTextButNoCode() {
    fails(
        ErrorCode.UNKNOWN,
        () -> library.MXPredCreate("fail", MemorySegment.ofArray(new byte[1]), 1, 1, 0, 0, null,
            null, null),
        "MXPredCreate: the symbol says fail");
  }

  @Test
  void typesOfInputsAreRememberedAndInherited() {
    PredictorHandle predictor = typed(LPDType.LP_UINT8);
    PredictorHandle reshaped =
        library.MXPredReshape(
            1, new String[] {"data"}, new long[] {0, 1}, new long[] {3}, predictor);
    MemorySegment bytes = MemorySegment.ofArray(new byte[] {1, 2, 3});
    library.MXPredSetInput(reshaped, "data", bytes, 3);
    library.MXPredGetOutput(reshaped, 0, bytes, 3);
    MemorySegment floats = MemorySegment.ofArray(new float[] {1, 2, 3});
    fails(ErrorCode.DTYPE, () -> library.MXPredSetInput(reshaped, "data", floats, 3));
    fails(ErrorCode.DTYPE, () -> library.MXPredGetOutput(reshaped, 0, floats, 3));
    library.MXPredFree(predictor);
    library.MXPredFree(reshaped);
  }

  @Test
  void nothingIsReadBeyondAnArrayOfUnknownType() {
    // The tensor is of float64, but the type was given under another name than "data".
    PredictorHandle predictor =
        library.MXPredCreateEx(
            "{}", MemorySegment.ofArray(new byte[1]), 1, 1, 0, 1, new String[] {"data"},
            new long[] {0, 1}, new long[] {2}, 1, new String[] {"weight"},
            new int[] {LPDType.LP_FLOAT64});
    MemorySegment beyond = MemorySegment.ofArray(new float[] {1, 2, 98, 99});
    library.MXPredSetInput(predictor, "data", beyond.asSlice(0, 8), 2);
    library.MXPredForward(predictor);
    double[] out = new double[2];
    library.MXPredGetOutput(predictor, 0, MemorySegment.ofArray(out), 2);
    assertEquals(0, out[1]);
    library.MXPredFree(predictor);
  }

  @Test
  void theTypeOfAnOutputIsReadFromWhereTheReferenceWritesIt() {
    PredictorHandle predictor = typed(LPDType.LP_INT64);
    assertEquals(LPDType.LP_INT64, library.MXPredGetOutputType(predictor, 0));
    assertEquals(LPDType.LP_INT64, library.MXPredGetOutputType(predictor, 1));
    MemorySegment longs = MemorySegment.ofArray(new long[2]);
    library.MXPredGetOutput(predictor, 1, longs, 2);
    library.MXPredFree(predictor);
  }

  @Test
  void modelsNeedTheWholeHeader() {
    fails(
        ErrorCode.UNAVAILABLE,
        () -> libpredict.Model.loader().library(library).loadContent("{}", new byte[1]),
        "LPModelCreate");
  }
}
