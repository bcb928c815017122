package libpredict;

import java.lang.ref.Reference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import libpredict.capi.LPOptions;
import libpredict.capi.PredictLibrary;
import libpredict.capi.PredictorHandle;

/** Says what a predictor is to be. Made by {@link Model#predictor}; not for several threads. */
public final class PredictorBuilder {
  private final Model model;
  private final Map<String, long[]> shapes = new LinkedHashMap<>();
  private final Map<String, DType> dtypes = new LinkedHashMap<>();
  private List<String> outputs = List.of();
  private int threads;
  private int disabledPasses;
  private MemoryMode memoryMode = MemoryMode.FAST;

  PredictorBuilder(Model model) {
    this.model = model;
  }

  /**
   * The shape of an input.
   *
   * @param name its name
   * @param shape its dimensions; a 0 means: not known, to be inferred
   * @return this
   * @throws PredictException {@code shape}: a negative dimension
   */
  public PredictorBuilder input(String name, long... shape) {
    Shapes.count(shape);
    shapes.put(name, shape.clone());
    return this;
  }

  /**
   * The shape and the element type of an input; without a type it is float32, or what the
   * parameters say.
   *
   * @param name its name
   * @param dtype its element type
   * @param shape its dimensions; a 0 means: not known, to be inferred
   * @return this
   * @throws PredictException {@code shape}: a negative dimension
   */
  public PredictorBuilder input(String name, DType dtype, long... shape) {
    dtypes.put(name, dtype);
    return input(name, shape);
  }

  /**
   * Internal outputs to compute instead of the model's.
   *
   * @param names names of nodes, or full names of outputs
   * @return this
   */
  public PredictorBuilder outputs(String... names) {
    outputs = List.of(names);
    return this;
  }

  /**
   * How many threads a run may use.
   *
   * @param count from 1 to 256, the calling thread included; by default one for each processor
   * @return this
   * @throws PredictException {@code argument}: below 1
   */
  public PredictorBuilder threads(int count) {
    if (count < 1) {
      throw new PredictException(ErrorCode.ARGUMENT, "threads must be at least 1, not " + count);
    }
    threads = count;
    return this;
  }

  /**
   * Graph passes to leave out. The results stay the same within rounding.
   *
   * @param passes the passes
   * @return this
   */
  public PredictorBuilder without(Pass... passes) {
    for (Pass pass : passes) {
      disabledPasses |= pass.number();
    }
    return this;
  }

  /**
   * What to save: time, or memory for weights.
   *
   * @param mode {@link MemoryMode#FAST} by default
   * @return this
   * @throws PredictException {@code argument}: null
   */
  public PredictorBuilder memoryMode(MemoryMode mode) {
    if (mode == null) {
      throw new PredictException(ErrorCode.ARGUMENT, "mode must not be null");
    }
    memoryMode = mode;
    return this;
  }

  /**
   * Makes the predictor: plans memory and packs weights.
   *
   * @return the predictor
   * @throws PredictException {@code disposed}: the model was closed; {@code name}: an unknown input
   *     or output, near ones are listed; {@code shape}, {@code dtype}: contradictions; {@code
   *     argument}: an impossible option
   */
  public Predictor build() {
    PredictLibrary library = model.owned().library();
    ShapeArguments given = ShapeArguments.of(shapes);
    PredictorHandle handle =
        library.LPPredCreate(
            model.owned().handle(),
            given.count(),
            given.names(),
            given.starts(),
            given.dims(),
            dtypes.size(),
            dtypes.keySet().toArray(String[]::new),
            dtypes.values().stream().mapToInt(DType::number).toArray(),
            outputs.size(),
            outputs.toArray(String[]::new),
            new LPOptions(threads, disabledPasses, memoryMode.number()));
    // Until here the garbage collector must not think that the model is forgotten.
    Reference.reachabilityFence(model);
    return new Predictor(library, handle, List.copyOf(shapes.keySet()));
  }
}
