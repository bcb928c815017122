package libpredict;

import java.util.List;
import java.util.stream.Collectors;

/** No library, or no model, was found. Lists every place and why it failed. */
public final class LoadException extends PredictException {
  private static final long serialVersionUID = 1;

  private final transient List<LoadAttempt> tried;

  /**
   * Makes one.
   *
   * @param summary what could not be loaded
   * @param tried every place, in the order of the look-up
   */
  public LoadException(String summary, List<LoadAttempt> tried) {
    super(ErrorCode.LOAD, summary + "; tried" + lines(tried));
    this.tried = List.copyOf(tried);
  }

  /**
   * Every place that was tried.
   *
   * @return in the order of the look-up; empty after deserialization
   */
  public List<LoadAttempt> tried() {
    return tried == null ? List.of() : tried;
  }

  private static String lines(List<LoadAttempt> tried) {
    return tried.stream().map(attempt -> "\n  " + attempt).collect(Collectors.joining());
  }
}
