package libpredict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;

/** Expects exceptions. */
public final class Failures {
  private Failures() {}

  /** Expects a code, and phrases in the message. */
  public static PredictException fails(ErrorCode code, Executable work, String... phrases) {
    PredictException thrown = assertThrows(PredictException.class, work);
    assertEquals(code, thrown.code(), thrown.getMessage());
    for (String phrase : phrases) {
      assertTrue(thrown.getMessage().contains(phrase), thrown.getMessage());
    }
    return thrown;
  }
}
