package libpredict;

import java.util.Map;

/**
 * Shapes by name as C takes them.
 *
 * @param count number of names
 * @param names the names
 * @param starts where each shape begins in {@code dims}, and where the last one ends
 * @param dims the dimensions of all shapes
 */
record ShapeArguments(int count, String[] names, long[] starts, long[] dims) {
  static ShapeArguments of(Map<String, long[]> shapes) {
    long[] starts = new long[shapes.size() + 1];
    int i = 0;
    for (long[] shape : shapes.values()) {
      starts[i + 1] = starts[i] + shape.length;
      i++;
    }
    return new ShapeArguments(
        shapes.size(),
        shapes.keySet().toArray(String[]::new),
        starts,
        shapes.values().stream().flatMapToLong(java.util.Arrays::stream).toArray());
  }
}
