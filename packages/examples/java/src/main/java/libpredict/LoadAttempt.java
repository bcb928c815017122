package libpredict;

/**
 * One place where something was looked for.
 *
 * @param source which rule of the look-up
 * @param path the file, where the rule came to one; else null
 * @param reason why it gave nothing
 */
public record LoadAttempt(String source, String path, String reason) {
  @Override
  public String toString() {
    return source + (path == null ? "" : " (" + path + ")") + ": " + reason;
  }
}
