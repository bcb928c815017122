package libpredict;

/**
 * A call that failed, in the library or before it got there.
 *
 * <p>The message of a failure inside a call is {@code <C function>: <text>}.
 */
public class PredictException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What kind of failure it is. */
  private final ErrorCode code;

  /** The C function that was called; null outside of a call. */
  private final String function;

  /**
   * Makes one that belongs to no C function.
   *
   * @param code what kind of failure it is
   * @param text what happened
   */
  public PredictException(ErrorCode code, String text) {
    this(code, text, null, null);
  }

  /**
   * Makes one.
   *
   * @param code what kind of failure it is
   * @param text the library's text, or the binding's
   * @param function the C function that was called; null outside of a call
   * @param cause what was thrown first; may be null
   */
  public PredictException(ErrorCode code, String text, String function, Throwable cause) {
    super(function == null ? text : function + ": " + text, cause);
    this.code = code;
    this.function = function;
  }

  /**
   * What kind of failure it is.
   *
   * @return one of the codes
   */
  public ErrorCode code() {
    return code;
  }

  /**
   * The C function that was called.
   *
   * @return its name; null outside of a call
   */
  public String function() {
    return function;
  }
}
