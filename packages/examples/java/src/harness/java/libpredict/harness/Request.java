package libpredict.harness;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import libpredict.ErrorCode;
import libpredict.PredictException;

/**
 * A request's fields as the binding takes them.
 *
 * @param json the request
 * @param payload the bytes behind it
 */
record Request(JsonObject json, byte[] payload) {
  /** Names and shapes of inputs, as C wants them. */
  record Keys(long count, String[] names, long[] starts, long[] dims) {}

  private static final Class<?>[] ARRAYS = {
    float[].class, double[].class, short[].class, byte[].class,
    int[].class, byte[].class, long[].class, byte[].class
  };
  private static final int[] SIZES = {4, 8, 2, 1, 4, 1, 8, 1};

  boolean has(String name) {
    return json.has(name) && !json.get(name).isJsonNull();
  }

  String text(String name) {
    return has(name) ? json.get(name).getAsString() : null;
  }

  long number(String name) {
    return json.get(name).getAsLong();
  }

  int integer(String name, int otherwise) {
    return has(name) ? json.get(name).getAsInt() : otherwise;
  }

  boolean flag(String name) {
    return has(name) && json.get(name).getAsBoolean();
  }

  /** The entries of a list; null for null. */
  List<JsonElement> list(String name) {
    return has(name) ? json.get(name).getAsJsonArray().asList() : null;
  }

  MemorySegment file() {
    return MemorySegment.ofArray(payload);
  }

  Keys keys() {
    List<JsonElement> keys = list("keys");
    if (keys == null) {
      return new Keys(0, null, null, null);
    }
    long[] starts = new long[keys.size() + 1];
    long[] dims = {};
    for (int i = 0; i < keys.size(); i++) {
      for (JsonElement dim : keys.get(i).getAsJsonObject().getAsJsonArray("shape")) {
        dims = java.util.Arrays.copyOf(dims, dims.length + 1);
        dims[dims.length - 1] = dim.getAsLong();
      }
      starts[i + 1] = dims.length;
    }
    return new Keys(keys.size(), names(keys), starts, dims);
  }

  /** The names of a list of names, or of objects with a name. */
  static String[] names(List<JsonElement> entries) {
    return entries == null
        ? null
        : entries.stream()
            .map(e -> e.isJsonObject() ? e.getAsJsonObject().get("name") : e)
            .map(JsonElement::getAsString)
            .toArray(String[]::new);
  }

  int dtype() {
    int dtype = integer("dtype", -1);
    if (dtype < 0 || dtype >= ARRAYS.length) {
      throw new PredictException(ErrorCode.DTYPE, "there is no element type " + dtype);
    }
    return dtype;
  }

  /** The payload as an array of the element type. */
  MemorySegment elements() {
    MemorySegment elements = room(payload.length / SIZES[dtype()]);
    return elements.copyFrom(MemorySegment.ofArray(payload).asSlice(0, elements.byteSize()));
  }

  /** An array of the element type. */
  MemorySegment room(long count) {
    Object array =
        java.lang.reflect.Array.newInstance(ARRAYS[dtype()].componentType(), (int) count);
    return switch (array) {
      case float[] a -> MemorySegment.ofArray(a);
      case double[] a -> MemorySegment.ofArray(a);
      case short[] a -> MemorySegment.ofArray(a);
      case byte[] a -> MemorySegment.ofArray(a);
      case int[] a -> MemorySegment.ofArray(a);
      case long[] a -> MemorySegment.ofArray(a);
      default -> throw new IllegalStateException("no segment of a " + array.getClass());
    };
  }

  static byte[] bytesOf(MemorySegment elements) {
    return elements.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
  }

  static byte[] bytesOf(float[] floats) {
    ByteBuffer bytes = ByteBuffer.allocate(floats.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(floats);
    return bytes.array();
  }
}
