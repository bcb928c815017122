package libpredict;

import static libpredict.Failures.fails;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import org.junit.jupiter.api.Test;

class NDArrayTest {
  @Test
  void itSharesTheArrayItIsMadeOf() {
    float[] data = {1, 2, 3, 4, 5, 6};
    NDArray array = NDArray.of(data, 2, 3);
    assertSame(data, array.floats());
    assertEquals(DType.FLOAT32, array.dtype());
    assertArrayEquals(new long[] {2, 3}, array.shape());
    assertEquals("NDArray FLOAT32 [2, 3]", array.toString());
    data[5] = 7;
    assertEquals(7, array.segment().getAtIndex(ValueLayout.JAVA_FLOAT, 5));
  }

  @Test
  void everyTypeHasItsArray() {
    assertArrayEquals(new double[] {1}, NDArray.of(new double[] {1}).doubles());
    assertArrayEquals(new int[] {1}, NDArray.of(new int[] {1}).ints());
    assertArrayEquals(new long[] {1}, NDArray.of(new long[] {1}, 1).longs());
    assertArrayEquals(new short[] {1}, NDArray.ofFloat16(new short[] {1}).float16Bits());
    for (DType dtype : new DType[] {DType.UINT8, DType.INT8, DType.BOOL}) {
      assertArrayEquals(new byte[] {1}, NDArray.ofBytes(dtype, new byte[] {1}).bytes());
    }
  }

  @Test
  void nothingIsConverted() {
    fails(ErrorCode.DTYPE, () -> NDArray.of(new double[1]).floats(), "FLOAT64", "float[]");
    fails(ErrorCode.DTYPE, () -> NDArray.ofBytes(DType.INT32, new byte[4]));
    MemorySegment ints = MemorySegment.ofArray(new int[1]);
    fails(ErrorCode.DTYPE, () -> NDArray.of(DType.FLOAT32, ints), "int[]");
  }

  @Test
  void shapesMustFit() {
    fails(ErrorCode.SHAPE, () -> NDArray.of(new float[5], 2, 3), "[2, 3]", "5 elements");
    fails(ErrorCode.SHAPE, () -> NDArray.of(new float[6], -2, -3), "negative");
    fails(ErrorCode.SHAPE, () -> NDArray.of(new float[1], 1L << 40, 1L << 40), "too large");
  }

  @Test
  void buffers() {
    FloatBuffer floats = FloatBuffer.wrap(new float[] {0, 1, 2, 3}).position(1).limit(3);
    assertArrayEquals(new float[] {1, 2}, NDArray.of(DType.FLOAT32, floats).floats());
    ByteBuffer direct = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
    FloatBuffer view = direct.asFloatBuffer().put(0, 4).put(1, 5);
    assertArrayEquals(new float[] {4, 5}, NDArray.of(DType.FLOAT32, view).floats());
    FloatBuffer swapped = ByteBuffer.allocateDirect(8).order(ByteOrder.BIG_ENDIAN).asFloatBuffer();
    fails(ErrorCode.ARGUMENT, () -> NDArray.of(DType.FLOAT32, swapped), "BIG_ENDIAN");
    fails(ErrorCode.DTYPE, () -> NDArray.of(DType.FLOAT64, floats));
    fails(ErrorCode.DTYPE, () -> NDArray.of(DType.FLOAT32, direct));
    NDArray.of(DType.FLOAT64, DoubleBuffer.allocate(2), 2);
    NDArray.of(DType.FLOAT16, ShortBuffer.allocate(2), 2);
    NDArray.of(DType.INT32, IntBuffer.allocate(2), 2);
    NDArray.of(DType.INT64, LongBuffer.allocate(2), 2);
    NDArray.of(DType.BOOL, direct, 8);
  }

  @Test
  void memoryOffTheHeap() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_INT, 1, 2);
      assertArrayEquals(new int[] {1, 2}, NDArray.of(DType.INT32, memory, 1, 2).ints());
      fails(ErrorCode.SHAPE, () -> NDArray.of(DType.INT64, memory, 2));
      MemorySegment part = memory.asSlice(0, 7);
      fails(ErrorCode.SHAPE, () -> NDArray.of(DType.INT32, part));
    }
  }
}
