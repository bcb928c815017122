package libpredict;

import java.util.List;

/** What a run gave: copies, which stay valid. */
public final class Outputs {
  private static final String ENDING = "_output";

  private final List<String> names;
  private final List<NDArray> arrays;

  Outputs(List<String> names, List<NDArray> arrays) {
    this.names = List.copyOf(names);
    this.arrays = List.copyOf(arrays);
  }

  /**
   * The full names, such as {@code softmax_output}.
   *
   * @return in the order of the outputs
   */
  public List<String> names() {
    return names;
  }

  /**
   * An output by its number.
   *
   * @param index from 0
   * @return the array
   * @throws PredictException {@code index}: there are not so many outputs
   */
  public NDArray get(int index) {
    if (index < 0 || index >= arrays.size()) {
      throw new PredictException(
          ErrorCode.INDEX, "there is no output " + index + " among " + arrays.size());
    }
    return arrays.get(index);
  }

  /**
   * An output by its name.
   *
   * @param name the full name, or that without the ending {@code _output}
   * @return the array
   * @throws PredictException {@code name}: there is no such output
   */
  public NDArray get(String name) {
    return arrays.get(indexOf(names, name));
  }

  /** Finds an output by its full name, or else by that without the ending. */
  static int indexOf(List<String> names, String name) {
    int index = names.indexOf(name);
    if (index < 0) {
      index = names.indexOf(name + ENDING);
    }
    if (index < 0) {
      throw new PredictException(
          ErrorCode.NAME, "there is no output \"" + name + "\"; there are " + names);
    }
    return index;
  }
}
