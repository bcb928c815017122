package libpredict;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import libpredict.capi.LibraryLoader;
import libpredict.capi.NDListHandle;
import libpredict.capi.PredictLibrary;

/**
 * The arrays of an MXNet file ({@code .params}, {@code .nd}), such as a mean image. Holds no native
 * memory.
 *
 * @param names one for each array, such as {@code arg:fc_weight}; empty texts if the file has none
 * @param arrays the arrays, converted to float32
 */
public record NDArrayFile(List<String> names, List<NDArray> arrays) {
  /**
   * Makes one.
   *
   * @param names see the record; copied
   * @param arrays see the record; copied
   */
  public NDArrayFile {
    names = List.copyOf(names);
    arrays = List.copyOf(arrays);
  }

  /**
   * Reads a file.
   *
   * @param file up to 2 GiB
   * @return its arrays
   * @throws LoadException it cannot be read, or no library
   * @throws PredictException {@code params}: it is damaged; {@code size}: it is larger than 2 GiB
   */
  public static NDArrayFile read(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      return read(ModelFiles.read("arrays", file, arena));
    }
  }

  /**
   * Reads the content of a file.
   *
   * @param content up to 2 GiB
   * @return its arrays
   * @throws LoadException no library
   * @throws PredictException {@code params}: it is damaged; {@code size}: it is larger than 2 GiB
   */
  public static NDArrayFile read(MemorySegment content) {
    PredictLibrary library = LibraryLoader.load();
    if (content.byteSize() > Integer.MAX_VALUE) {
      throw new PredictException(
          ErrorCode.SIZE, "the file has " + content.byteSize() + " bytes; 2147483647 are the most");
    }
    var list = library.MXNDListCreate(content, (int) content.byteSize());
    NDListHandle handle = list.out();
    try {
      List<String> names = new ArrayList<>();
      List<NDArray> arrays = new ArrayList<>();
      for (long i = 0; i < list.out_length(); i++) {
        var array = library.MXNDListGet(handle, i);
        names.add(array.out_key());
        arrays.add(NDArray.of(array.out_data(), array.out_shape()));
      }
      return new NDArrayFile(names, arrays);
    } finally {
      library.MXNDListFree(handle);
    }
  }

  /**
   * An array by its name.
   *
   * @param name as in {@link #names}
   * @return the first array of that name
   * @throws PredictException {@code name}: there is none
   */
  public NDArray get(String name) {
    int index = names.indexOf(name);
    if (index < 0) {
      throw new PredictException(
          ErrorCode.NAME, "there is no array \"" + name + "\"; there are " + names);
    }
    return arrays.get(index);
  }
}
