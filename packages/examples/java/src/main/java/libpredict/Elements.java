package libpredict;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/** Which Java array and which buffer hold the elements of each type. */
final class Elements {
  private Elements() {}

  static int sizeBytes(DType dtype) {
    return switch (dtype) {
      case FLOAT64, INT64 -> 8;
      case FLOAT32, INT32 -> 4;
      case FLOAT16 -> 2;
      case UINT8, INT8, BOOL -> 1;
    };
  }

  static Class<?> arrayOf(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> float[].class;
      case FLOAT64 -> double[].class;
      case FLOAT16 -> short[].class;
      case INT32 -> int[].class;
      case INT64 -> long[].class;
      case UINT8, INT8, BOOL -> byte[].class;
    };
  }

  static MemorySegment segmentOf(Object array) {
    return switch (array) {
      case float[] a -> MemorySegment.ofArray(a);
      case double[] a -> MemorySegment.ofArray(a);
      case short[] a -> MemorySegment.ofArray(a);
      case int[] a -> MemorySegment.ofArray(a);
      case long[] a -> MemorySegment.ofArray(a);
      case byte[] a -> MemorySegment.ofArray(a);
      default ->
          throw new PredictException(
              ErrorCode.DTYPE, "no tensor holds a " + array.getClass().getSimpleName());
    };
  }

  static Object copyOf(DType dtype, MemorySegment segment) {
    return switch (dtype) {
      case FLOAT32 -> segment.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
      case FLOAT64 -> segment.toArray(ValueLayout.JAVA_DOUBLE_UNALIGNED);
      case FLOAT16 -> segment.toArray(ValueLayout.JAVA_SHORT_UNALIGNED);
      case INT32 -> segment.toArray(ValueLayout.JAVA_INT_UNALIGNED);
      case INT64 -> segment.toArray(ValueLayout.JAVA_LONG_UNALIGNED);
      case UINT8, INT8, BOOL -> segment.toArray(ValueLayout.JAVA_BYTE);
    };
  }

  /** The array class whose elements a buffer holds. */
  static Class<?> arrayOf(Buffer buffer) {
    return switch (buffer) {
      case FloatBuffer b -> float[].class;
      case DoubleBuffer b -> double[].class;
      case ShortBuffer b -> short[].class;
      case IntBuffer b -> int[].class;
      case LongBuffer b -> long[].class;
      case ByteBuffer b -> byte[].class;
      case CharBuffer b -> char[].class;
    };
  }

  /** The memory between a buffer's position and its limit. */
  static MemorySegment segmentOf(Buffer buffer) {
    ByteOrder order =
        switch (buffer) {
          case FloatBuffer b -> b.order();
          case DoubleBuffer b -> b.order();
          case ShortBuffer b -> b.order();
          case IntBuffer b -> b.order();
          case LongBuffer b -> b.order();
          case CharBuffer b -> b.order();
          case ByteBuffer b -> ByteOrder.nativeOrder();
        };
    if (order != ByteOrder.nativeOrder()) {
      throw new PredictException(
          ErrorCode.ARGUMENT, "the buffer is " + order + ", this machine " + ByteOrder.nativeOrder());
    }
    return MemorySegment.ofBuffer(buffer);
  }
}
