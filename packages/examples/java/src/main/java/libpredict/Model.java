package libpredict;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import libpredict.capi.LPModelHandle;
import libpredict.capi.PredictLibrary;

/**
 * A trained network: graph and weights, which all its predictors share.
 *
 * <p>Holds native memory: close it, or open it in a try-with-resources statement. Predictors stay
 * usable after their model is closed. May be used by any number of threads.
 */
public final class Model implements AutoCloseable {
  private final Owned<LPModelHandle> owned;
  private final List<String> inputs;
  private final List<String> outputs;

  Model(PredictLibrary library, LPModelHandle handle) {
    owned = Owned.by(this, library, handle);
    List<String> names = new ArrayList<>();
    for (long i = 0; i < library.LPModelGetInputCount(handle); i++) {
      names.add(library.LPModelGetInputName(handle, i));
    }
    inputs = List.copyOf(names);
    names.clear();
    for (long i = 0; i < library.LPModelGetOutputCount(handle); i++) {
      names.add(library.LPModelGetOutputName(handle, i));
    }
    outputs = List.copyOf(names);
  }

  /**
   * Loads a model; see {@link ModelLoader#load}, which also takes an epoch and a library.
   *
   * @param prefix {@code models/digits} means {@code models/digits-symbol.json} and the {@code
   *     models/digits-NNNN.params} with the highest number
   * @return the model
   * @throws LoadException no such files, or no library; lists what was tried
   * @throws PredictException as {@link ModelLoader#load}
   */
  public static Model load(Path prefix) {
    return loader().load(prefix);
  }

  /**
   * Loads a model; see {@link #load(Path)}.
   *
   * @param prefix a path
   * @return the model
   * @throws LoadException as {@link #load(Path)}
   * @throws PredictException as {@link #load(Path)}
   */
  public static Model load(String prefix) {
    return load(Path.of(prefix));
  }

  /**
   * Begins loading with options.
   *
   * @return a loader
   */
  public static ModelLoader loader() {
    return new ModelLoader();
  }

  /**
   * Names of the inputs: variables without a parameter, labels excepted.
   *
   * @return in the order of the graph
   */
  public List<String> inputs() {
    return inputs;
  }

  /**
   * Names of the outputs, such as {@code softmax_output}.
   *
   * @return in the order of the graph
   */
  public List<String> outputs() {
    return outputs;
  }

  /**
   * Begins the making of a predictor.
   *
   * @return a builder
   */
  public PredictorBuilder predictor() {
    return new PredictorBuilder(this);
  }

  Owned<LPModelHandle> owned() {
    return owned;
  }

  /** Gives the model back; its weights live on while predictors use them. Closes once only. */
  @Override
  public void close() {
    owned.close();
  }

  @Override
  public String toString() {
    return "Model " + inputs + " -> " + outputs;
  }
}
