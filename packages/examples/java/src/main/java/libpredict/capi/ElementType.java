package libpredict.capi;

import java.lang.foreign.MemorySegment;

/** Which Java array holds the elements of each type of tensor. */
enum ElementType {
  FLOAT32(LPDType.LP_FLOAT32, 4, float[].class),
  FLOAT64(LPDType.LP_FLOAT64, 8, double[].class),
  FLOAT16(LPDType.LP_FLOAT16, 2, short[].class),
  UINT8(LPDType.LP_UINT8, 1, byte[].class),
  INT32(LPDType.LP_INT32, 4, int[].class),
  INT8(LPDType.LP_INT8, 1, byte[].class),
  INT64(LPDType.LP_INT64, 8, long[].class),
  BOOL(LPDType.LP_BOOL, 1, byte[].class);

  private static final ElementType[] BY_NUMBER = byNumber();

  private final int number;
  private final int sizeBytes;
  private final Class<?> array;

  ElementType(int number, int sizeBytes, Class<?> array) {
    this.number = number;
    this.sizeBytes = sizeBytes;
    this.array = array;
  }

  /** Finds a type by its number in the header; null if there is none. */
  static ElementType of(int number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
  }

  /** The number in the header. */
  int number() {
    return number;
  }

  int sizeBytes() {
    return sizeBytes;
  }

  /**
   * Whether memory can hold such elements: an array of the right class; memory off the heap, whose
   * elements have no class, at an address that is a multiple of their size. The array behind a
   * read-only segment is not to be seen, but how it is aligned.
   */
  boolean fits(MemorySegment data) {
    if (data.address() % sizeBytes != 0) {
      return false;
    }
    if (data.isNative()) {
      return true;
    }
    Object base = data.heapBase().orElse(null);
    return base == null ? heapAlignment(data) == sizeBytes : base.getClass() == array;
  }

  /** What an argument must be, for messages. */
  String expected() {
    return "a segment of a " + array.getSimpleName() + " or aligned memory off the heap";
  }

  /** Names what memory is, for messages. */
  static String describe(MemorySegment data) {
    if (data.isNative()) {
      return "off the heap at an odd address";
    }
    return data.heapBase()
        .map(base -> "of a " + base.getClass().getSimpleName())
        .orElse("read-only, of elements of " + heapAlignment(data) + " bytes");
  }

  /** The size of the elements of the array behind a segment on the heap. */
  private static long heapAlignment(MemorySegment data) {
    for (long alignment = 8; alignment > 1; alignment /= 2) {
      try {
        data.asSlice(0, 0, alignment);
        return alignment;
      } catch (IllegalArgumentException notAligned) {
        continue;
      }
    }
    return 1;
  }

  private static ElementType[] byNumber() {
    ElementType[] types = new ElementType[values().length];
    for (ElementType type : values()) {
      types[type.number] = type;
    }
    return types;
  }
}
