package libpredict;

import java.util.List;

/**
 * What an input or output of a predictor is.
 *
 * @param name its name
 * @param dtype its element type
 * @param shape its dimensions
 */
public record TensorInfo(String name, DType dtype, List<Long> shape) {
  /**
   * Makes one.
   *
   * @param name see the record
   * @param dtype see the record
   * @param shape see the record; copied
   */
  public TensorInfo {
    shape = List.copyOf(shape);
  }

  /**
   * The number of elements.
   *
   * @return the product of the dimensions
   */
  public long count() {
    return Shapes.count(Shapes.array(shape));
  }
}
