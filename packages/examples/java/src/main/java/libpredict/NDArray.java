package libpredict;

import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.util.Arrays;

/**
 * Elements with a type and a shape, row-major.
 *
 * <p>Shares the array that it is made of. float16 elements are a {@code short[]} of bits ({@link
 * Float#float16ToFloat} reads one), uint8, int8 and bool elements a {@code byte[]}. Nothing is ever
 * converted.
 */
public final class NDArray {
  private final DType dtype;
  private final long[] shape;
  private final boolean hasShape;
  private final Object array;
  private final MemorySegment segment;

  private NDArray(DType dtype, Object array, MemorySegment segment, long[] shape) {
    long count = segment.byteSize() / Elements.sizeBytes(dtype);
    this.dtype = dtype;
    this.array = array;
    this.segment = segment;
    hasShape = shape.length > 0;
    this.shape = shape.length == 0 ? new long[] {count} : shape.clone();
    if (segment.byteSize() % Elements.sizeBytes(dtype) != 0 || Shapes.count(this.shape) != count) {
      throw new PredictException(
          ErrorCode.SHAPE,
          "shape "
              + Arrays.toString(this.shape)
              + " does not fit "
              + count
              + " elements of "
              + dtype);
    }
  }

  /**
   * float32.
   *
   * @param data the elements; shared
   * @param shape the dimensions; none: one dimension, or those of the input that it is given to
   * @return the array
   * @throws PredictException {@code shape}: the shape does not fit
   */
  public static NDArray of(float[] data, long... shape) {
    return new NDArray(DType.FLOAT32, data, MemorySegment.ofArray(data), shape);
  }

  /**
   * float64.
   *
   * @param data the elements; shared
   * @param shape the dimensions; none: one dimension, or those of the input that it is given to
   * @return the array
   * @throws PredictException {@code shape}: the shape does not fit
   */
  public static NDArray of(double[] data, long... shape) {
    return new NDArray(DType.FLOAT64, data, MemorySegment.ofArray(data), shape);
  }

  /**
   * int32.
   *
   * @param data the elements; shared
   * @param shape the dimensions; none: one dimension, or those of the input that it is given to
   * @return the array
   * @throws PredictException {@code shape}: the shape does not fit
   */
  public static NDArray of(int[] data, long... shape) {
    return new NDArray(DType.INT32, data, MemorySegment.ofArray(data), shape);
  }

  /**
   * int64.
   *
   * @param data the elements; shared
   * @param shape the dimensions; none: one dimension, or those of the input that it is given to
   * @return the array
   * @throws PredictException {@code shape}: the shape does not fit
   */
  public static NDArray of(long[] data, long... shape) {
    return new NDArray(DType.INT64, data, MemorySegment.ofArray(data), shape);
  }

  /**
   * float16.
   *
   * @param bits the elements' bits; shared
   * @param shape the dimensions; none: one dimension, or those of the input that it is given to
   * @return the array
   * @throws PredictException {@code shape}: the shape does not fit
   */
  public static NDArray ofFloat16(short[] bits, long... shape) {
    return new NDArray(DType.FLOAT16, bits, MemorySegment.ofArray(bits), shape);
  }

  /**
   * A type of one byte.
   *
   * @param dtype uint8, int8 or bool
   * @param data the elements; shared
   * @param shape the dimensions; none: one dimension, or those of the input that it is given to
   * @return the array
   * @throws PredictException {@code shape}: the shape does not fit; {@code dtype}: not such a type
   */
  public static NDArray ofBytes(DType dtype, byte[] data, long... shape) {
    if (Elements.arrayOf(dtype) != byte[].class) {
      throw new PredictException(ErrorCode.DTYPE, dtype + " elements are no bytes");
    }
    return new NDArray(dtype, data, MemorySegment.ofArray(data), shape);
  }

  /**
   * Memory off the heap, or the memory of a buffer by {@link MemorySegment#ofBuffer}.
   *
   * @param dtype the element type
   * @param data the elements; shared
   * @param shape the dimensions; none: one dimension, or those of the input that it is given to
   * @return the array
   * @throws PredictException {@code shape}: the shape does not fit; {@code dtype}: the memory is a
   *     Java array of another type
   */
  public static NDArray of(DType dtype, MemorySegment data, long... shape) {
    Object array = data.heapBase().orElse(null);
    if (array != null && array.getClass() != Elements.arrayOf(dtype)) {
      throw new PredictException(
          ErrorCode.DTYPE, dtype + " elements are no " + array.getClass().getSimpleName());
    }
    return new NDArray(dtype, null, data, shape);
  }

  /**
   * The memory between a buffer's position and its limit. That of a direct buffer lies off the heap
   * and is read where it is.
   *
   * @param dtype the element type
   * @param buffer a buffer of the type's class (float16: {@code ShortBuffer}; uint8, int8, bool:
   *     {@code ByteBuffer}), in the byte order of the machine; its memory is shared
   * @param shape the dimensions; none: one dimension, or those of the input that it is given to
   * @return the array
   * @throws PredictException {@code shape}: the shape does not fit; {@code dtype}: a buffer of
   *     another class; {@code argument}: another byte order
   */
  public static NDArray of(DType dtype, Buffer buffer, long... shape) {
    if (Elements.arrayOf(buffer) != Elements.arrayOf(dtype)) {
      throw new PredictException(ErrorCode.DTYPE, dtype + " elements are in no " + buffer);
    }
    return new NDArray(dtype, null, Elements.segmentOf(buffer), shape);
  }

  /** A new array of zeros. */
  static NDArray zeros(DType dtype, long[] shape) {
    long count = Shapes.count(shape);
    if (count > Integer.MAX_VALUE - 8) {
      throw new PredictException(ErrorCode.MEMORY, count + " elements do not fit an array");
    }
    Object array =
        java.lang.reflect.Array.newInstance(Elements.arrayOf(dtype).componentType(), (int) count);
    NDArray zeros = new NDArray(dtype, array, Elements.segmentOf(array), new long[] {count});
    return new NDArray(zeros, shape);
  }

  /** The same elements in another shape, which may be that of a scalar. */
  private NDArray(NDArray other, long[] shape) {
    dtype = other.dtype;
    array = other.array;
    segment = other.segment;
    hasShape = true;
    this.shape = shape.clone();
  }

  /** Whether it was made with a shape; one without takes that of the input that it is given to. */
  boolean hasShape() {
    return hasShape;
  }

  /**
   * The element type.
   *
   * @return one of the types
   */
  public DType dtype() {
    return dtype;
  }

  /**
   * The dimensions.
   *
   * @return a copy
   */
  public long[] shape() {
    return shape.clone();
  }

  /**
   * The elements as memory.
   *
   * @return a segment over the shared memory
   */
  public MemorySegment segment() {
    return segment;
  }

  /**
   * The elements of a float32 array.
   *
   * @return the array itself, where there is one, not a copy
   * @throws PredictException {@code dtype}: the elements are of another type
   */
  public float[] floats() {
    return (float[]) elements(float[].class);
  }

  /**
   * The elements of a float64 array.
   *
   * @return the array itself, where there is one, not a copy
   * @throws PredictException {@code dtype}: the elements are of another type
   */
  public double[] doubles() {
    return (double[]) elements(double[].class);
  }

  /**
   * The elements of an int32 array.
   *
   * @return the array itself, where there is one, not a copy
   * @throws PredictException {@code dtype}: the elements are of another type
   */
  public int[] ints() {
    return (int[]) elements(int[].class);
  }

  /**
   * The elements of an int64 array.
   *
   * @return the array itself, where there is one, not a copy
   * @throws PredictException {@code dtype}: the elements are of another type
   */
  public long[] longs() {
    return (long[]) elements(long[].class);
  }

  /**
   * The bits of a float16 array.
   *
   * @return the array itself, where there is one, not a copy
   * @throws PredictException {@code dtype}: the elements are of another type
   */
  public short[] float16Bits() {
    return (short[]) elements(short[].class);
  }

  /**
   * The elements of a uint8, int8 or bool array.
   *
   * @return the array itself, where there is one, not a copy
   * @throws PredictException {@code dtype}: the elements are of another type
   */
  public byte[] bytes() {
    return (byte[]) elements(byte[].class);
  }

  private Object elements(Class<?> wanted) {
    if (Elements.arrayOf(dtype) != wanted) {
      throw new PredictException(
          ErrorCode.DTYPE, "elements of " + dtype + " are no " + wanted.getSimpleName());
    }
    return array != null ? array : Elements.copyOf(dtype, segment);
  }

  @Override
  public String toString() {
    return "NDArray " + dtype + " " + Arrays.toString(shape);
  }
}
