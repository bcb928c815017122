package libpredict.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Knows the element types of the tensors behind {@code MXPredSetInput} and {@code MXPredGetOutput},
 * whose C type says float whatever they are. Without this check an array of another type would be
 * read or written past its end.
 *
 * <p>Outputs are asked of the library. Inputs and weights are asked of it where it can tell; a
 * library with part one only cannot, so the types given to {@code MXPredCreateEx} are remembered,
 * and of anything else nothing is known. What was asked is kept: a predictor never changes its
 * types.
 */
final class TensorTypes {
  /** The type of an input, and its name as C wants it, so that it is not encoded at each call. */
  private record Input(int dtype, MemorySegment name) {}

  /** The element type of a tensor of which the library cannot tell. */
  static final int UNKNOWN = -2;

  private static final int NOT_ASKED = -1;

  private final Map<String, Input> inputs;
  private final Map<String, Integer> weights = new HashMap<>();
  private int[] outputs = {};

  private TensorTypes(Map<String, Input> inputs) {
    this.inputs = inputs;
  }

  /** Keeps the types given when a predictor was made, if its library cannot tell them. */
  static void remember(NativeHandle made, String[] names, int[] dtypes) {
    if (names == null || dtypes == null || made.library().has(CFunction.LPPredGetInputInfo)) {
      return;
    }
    Map<String, Input> inputs = new HashMap<>();
    for (int i = 0; i < names.length; i++) {
      inputs.put(names[i], input(names[i], dtypes[i]));
    }
    made.types = new TensorTypes(inputs);
  }

  /** A reshaped predictor has the types of the old one. */
  static void inherit(NativeHandle made, NativeHandle from) {
    if (from.types != null) {
      made.types = new TensorTypes(from.types.inputs);
    }
  }

  /** What is known of a predictor that a call has entered. */
  static TensorTypes of(NativeHandle handle) throws Throwable {
    if (handle.types == null) {
      handle.types = new TensorTypes(ask(handle));
    }
    return handle.types;
  }

  /** The name of an input as C wants it; null if it is not known. */
  MemorySegment nativeName(String name) {
    Input input = inputs.get(name);
    return input == null ? null : input.name;
  }

  /** UNKNOWN where the library cannot tell; float32 for a name that it will refuse. */
  int input(NativeHandle handle, String name) throws Throwable {
    Input input = inputs.get(name);
    if (input != null) {
      return input.dtype;
    }
    Integer weight = weights.get(name);
    if (weight == null) {
      weight = probe(handle, name);
      weights.put(name, weight);
    }
    return weight;
  }

  /**
   * Finds the type of an argument that is no input by setting nothing at all in each type: the
   * library refuses another type before it looks at the size.
   */
  private static int probe(NativeHandle handle, String name) throws Throwable {
    NativeLibrary library = handle.library();
    if (!library.has(CFunction.LPPredSetInput) || !library.has(CFunction.LPGetErrorCode)) {
      return UNKNOWN;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocateFrom(name);
      MemorySegment nothing = arena.allocate(1);
      for (ElementType type : ElementType.values()) {
        int status =
            (int)
                Downcalls.LPPredSetInput.HANDLE.invokeExact(
                    library.address(CFunction.LPPredSetInput),
                    handle.address(),
                    key,
                    type.number(),
                    nothing,
                    0L);
        int code =
            status == 0
                ? LPErrorCode.LP_ERROR_SIZE
                : (int)
                    Downcalls.LPGetErrorCode.HANDLE.invokeExact(
                        library.address(CFunction.LPGetErrorCode));
        if (code == LPErrorCode.LP_ERROR_SIZE) {
          return type.number();
        }
        if (code != LPErrorCode.LP_ERROR_DTYPE) {
          break;
        }
      }
    }
    return LPDType.LP_FLOAT32;
  }

  /** float32 for an index that the library refuses: the call itself will say so. */
  int output(NativeHandle handle, int index) throws Throwable {
    int known = index >= 0 && index < outputs.length ? outputs[index] : NOT_ASKED;
    if (known != NOT_ASKED) {
      return known;
    }
    NativeLibrary library = handle.library();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment cells = arena.allocate(JAVA_INT, index + 1L);
      int status =
          (int)
              Downcalls.MXPredGetOutputType.HANDLE.invokeExact(
                  library.address(CFunction.MXPredGetOutputType), handle.address(), index, cells);
      if (status != 0) {
        return LPDType.LP_FLOAT32;
      }
      if (index >= outputs.length) {
        int asked = outputs.length;
        outputs = Arrays.copyOf(outputs, index + 1);
        Arrays.fill(outputs, asked, outputs.length, NOT_ASKED);
      }
      outputs[index] = NativeMemory.lastCell(cells);
      return outputs[index];
    }
  }

  private static Map<String, Input> ask(NativeHandle handle) throws Throwable {
    NativeLibrary library = handle.library();
    if (!library.has(CFunction.LPPredGetInputInfo) || !library.has(CFunction.LPPredGetInputCount)) {
      return Map.of();
    }
    Map<String, Input> inputs = new HashMap<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_INT);
      int status =
          (int)
              Downcalls.LPPredGetInputCount.HANDLE.invokeExact(
                  library.address(CFunction.LPPredGetInputCount), handle.address(), count);
      MemorySegment name = arena.allocate(ADDRESS);
      MemorySegment dtype = arena.allocate(JAVA_INT);
      MemorySegment dims = arena.allocate(ADDRESS);
      MemorySegment ndim = arena.allocate(JAVA_INT);
      for (int i = 0; status == 0 && i < count.get(JAVA_INT, 0); i++) {
        status =
            (int)
                Downcalls.LPPredGetInputInfo.HANDLE.invokeExact(
                    library.address(CFunction.LPPredGetInputInfo),
                    handle.address(),
                    i,
                    name,
                    dtype,
                    dims,
                    ndim);
        if (status == 0) {
          String key = NativeMemory.string(name.get(ADDRESS, 0));
          inputs.put(key, input(key, dtype.get(JAVA_INT, 0)));
        }
      }
      if (status != 0) {
        throw library.lastError(CFunction.LPPredGetInputInfo);
      }
    }
    return inputs;
  }

  private static Input input(String name, int dtype) {
    return new Input(dtype, Arena.ofAuto().allocateFrom(name));
  }
}
