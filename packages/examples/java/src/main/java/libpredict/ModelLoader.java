package libpredict;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import libpredict.capi.LibraryLoader;
import libpredict.capi.PredictLibrary;

/** Loads models, with options. Not for several threads at once. */
public final class ModelLoader {
  private PredictLibrary library;
  private int epoch = ModelFiles.HIGHEST;

  ModelLoader() {}

  /**
   * Which library runs the model.
   *
   * @param chosen a library; by default the one that {@link LibraryLoader#load()} finds
   * @return this
   */
  public ModelLoader library(PredictLibrary chosen) {
    library = chosen;
    return this;
  }

  /**
   * Which parameters {@link #load} takes.
   *
   * @param number 5 means {@code prefix-0005.params}; by default the highest there is
   * @return this
   * @throws PredictException {@code argument}: negative
   */
  public ModelLoader epoch(int number) {
    if (number < 0) {
      throw new PredictException(ErrorCode.ARGUMENT, "epoch must not be negative: " + number);
    }
    epoch = number;
    return this;
  }

  /**
   * Loads {@code prefix-symbol.json} and {@code prefix-NNNN.params}.
   *
   * @param prefix the path without the endings, or the symbol file's
   * @return the model
   * @throws LoadException no such files, or no library; lists what was tried
   * @throws PredictException {@code symbol}, {@code params}: damaged; {@code unsupported}: operators
   *     that the library lacks, each with its node; {@code attribute}: an impossible attribute;
   *     {@code unavailable}: the library has only MXNet's part of the header
   */
  public Model load(Path prefix) {
    ModelFiles files = ModelFiles.find(prefix, epoch);
    return loadFiles(files.symbol(), files.params());
  }

  /**
   * Loads files of any name.
   *
   * @param symbol the graph
   * @param params the parameters; null for a model without
   * @return the model
   * @throws LoadException a file cannot be read, or no library
   * @throws PredictException as {@link #load}
   */
  public Model loadFiles(Path symbol, Path params) {
    PredictLibrary chosen = chosen();
    if (chosen.has("LPModelCreateFromFiles")
        && Files.isRegularFile(symbol)
        && (params == null || Files.isRegularFile(params))) {
      try {
        // The library reads each array straight to where it is kept.
        return new Model(
            chosen,
            chosen.LPModelCreateFromFiles(
                symbol.toString(), params == null ? null : params.toString()));
      } catch (PredictException failure) {
        if (failure.code() != ErrorCode.FILE) {
          throw failure;
        }
        // What it cannot read is read below, for an error that lists what was tried.
      }
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment graph = ModelFiles.read("symbol", symbol, arena);
      return create(graph, params == null ? null : ModelFiles.read("parameters", params, arena));
    }
  }

  /**
   * Makes a model of the content of its files.
   *
   * @param symbol the graph's JSON text
   * @param params the content of the parameter file; null for a model without
   * @return the model
   * @throws LoadException no library
   * @throws PredictException as {@link #load}
   */
  public Model loadContent(String symbol, byte[] params) {
    return loadContent(
        MemorySegment.ofArray(symbol.getBytes(StandardCharsets.UTF_8)),
        params == null ? null : MemorySegment.ofArray(params));
  }

  /**
   * Makes a model of the content of its files, in memory of any size; what lies off the heap is not
   * copied before it is read.
   *
   * @param symbol the graph's JSON text, UTF-8
   * @param params the content of the parameter file; null for a model without
   * @return the model
   * @throws LoadException no library
   * @throws PredictException as {@link #load}
   */
  public Model loadContent(MemorySegment symbol, MemorySegment params) {
    return create(symbol, params);
  }

  private PredictLibrary chosen() {
    return library != null ? library : LibraryLoader.load();
  }

  private Model create(MemorySegment symbol, MemorySegment params) {
    PredictLibrary chosen = chosen();
    long paramsBytes = params == null ? 0 : params.byteSize();
    return new Model(
        chosen, chosen.LPModelCreate(symbol, symbol.byteSize(), params, paramsBytes));
  }
}
