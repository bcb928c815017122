package libpredict;

import java.util.Arrays;
import java.util.List;

/** Arithmetic on dimensions. */
final class Shapes {
  private Shapes() {}

  /** The number of elements. */
  static long count(long[] shape) {
    long count = 1;
    for (long dim : shape) {
      if (dim < 0) {
        throw new PredictException(
            ErrorCode.SHAPE, "shape " + Arrays.toString(shape) + " has a negative dimension");
      }
      try {
        count = Math.multiplyExact(count, dim);
      } catch (ArithmeticException overflow) {
        throw new PredictException(
            ErrorCode.SHAPE, "shape " + Arrays.toString(shape) + " is too large", null, overflow);
      }
    }
    return count;
  }

  static List<Long> list(long[] shape) {
    return Arrays.stream(shape).boxed().toList();
  }

  static long[] array(List<Long> shape) {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
