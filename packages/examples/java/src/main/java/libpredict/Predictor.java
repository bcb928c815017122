package libpredict;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import libpredict.capi.PredictLibrary;
import libpredict.capi.PredictorHandle;

/**
 * A model bound to input shapes. Made by {@link Model#predictor}.
 *
 * <p>Holds native memory: close it, or open it in a try-with-resources statement. One thread at a
 * time: a second one gets {@code busy}, but for {@link #cancel} and {@link #close}. Different
 * predictors run at the same time, and share the weights of their model.
 */
public final class Predictor implements AutoCloseable {
  private final Owned<PredictorHandle> owned;
  private final PredictLibrary library;
  private final List<String> required;
  private final Turn turn;
  private volatile List<TensorInfo> inputs;
  private volatile List<TensorInfo> outputs;

  Predictor(PredictLibrary library, PredictorHandle handle, List<String> required) {
    this.library = library;
    this.required = required;
    owned = Owned.by(this, library, handle);
    turn = new Turn(owned::close);
    describeTensors();
  }

  /**
   * Name, element type and present shape of each input.
   *
   * @return in the order of the graph
   */
  public List<TensorInfo> inputs() {
    return inputs;
  }

  /**
   * Name, element type and present shape of each output.
   *
   * @return in their order
   */
  public List<TensorInfo> outputs() {
    return outputs;
  }

  /**
   * Sets inputs, computes, and copies the outputs. An input of another shape than before reshapes
   * the predictor.
   *
   * @param feeds the inputs by name; all that were given a shape when the predictor was made
   * @return the outputs
   * @throws PredictException {@code busy}: another thread uses the predictor, or reads a view of an
   *     output just now; {@code disposed}: it was closed; {@code name}: no such input; {@code
   *     argument}: an input is missing; {@code dtype}: an element type that is not the input's;
   *     {@code shape}: a shape that does not fit; {@code missing}: a weight that the parameters
   *     lack; {@code cancelled}: by {@link #cancel}
   */
  public Outputs run(Map<String, NDArray> feeds) {
    turn.enter();
    try {
      prepare(feeds);
      library.MXPredForward(owned.handle());
      return readOutputs();
    } finally {
      done();
    }
  }

  /**
   * As {@link #run(Map)}, for a model of one input.
   *
   * @param name name of the input
   * @param feed the input
   * @return the outputs
   * @throws PredictException as {@link #run(Map)}
   */
  public Outputs run(String name, NDArray feed) {
    return run(Map.of(name, feed));
  }

  /**
   * Gives inputs other shapes. Their content starts from zeros again; weights that were set stay.
   *
   * @param shapes the new shapes by name; inputs that are not named keep theirs
   * @throws PredictException {@code busy}, {@code disposed}; {@code name}: no such input; {@code
   *     shape}: contradictions
   */
  public void reshape(Map<String, long[]> shapes) {
    turn.enter();
    try {
      reshapeTo(shapes);
    } finally {
      done();
    }
  }

  /**
   * Copies elements into an input, or over a weight.
   *
   * @param name name of the argument
   * @param array the elements, of the argument's type; a shape, where it has one, must be that of
   *     the input
   * @throws PredictException {@code busy}, {@code disposed}; {@code name}: no such argument; {@code
   *     dtype}: another element type; {@code size}, {@code shape}: another length or shape
   */
  public void set(String name, NDArray array) {
    checkGiven("array", array);
    turn.enter();
    try {
      TensorInfo input = find(name);
      if (input != null && array.hasShape() && !input.shape().equals(Shapes.list(array.shape()))) {
        throw new PredictException(
            ErrorCode.SHAPE,
            "the input \"" + name + "\" has the shape " + input.shape() + ", not that of " + array);
      }
      setInput(name, array);
    } finally {
      done();
    }
  }

  /**
   * Computes the outputs from the inputs that were set; inputs that never were are zeros.
   *
   * @throws PredictException {@code busy}, {@code disposed}; {@code missing}: a weight that the
   *     parameters lack; {@code cancelled}: by {@link #cancel}
   */
  public void forward() {
    turn.enter();
    try {
      library.MXPredForward(owned.handle());
    } finally {
      done();
    }
  }

  /**
   * Stops the run or forward of another thread: it ends before the next node of the network, with
   * {@code cancelled}, and the next one begins anew. For any thread, at any time.
   *
   * <p>While no node is being computed, it does nothing: a thread that cannot know whether the
   * other one has come so far calls again until the run has ended.
   *
   * @throws PredictException {@code disposed}: closed, though a run may still be going on
   */
  public void cancel() {
    turn.checkOpen();
    try {
      owned.alongside(library::LPPredCancel);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Copies an output into a new array.
   *
   * @param index index of the output, from 0
   * @return the copy
   * @throws PredictException {@code busy}, {@code disposed}; {@code index}: no such output; {@code
   *     state}: nothing was computed yet
   */
  public NDArray get(int index) {
    turn.enter();
    try {
      return read(index);
    } finally {
      done();
    }
  }

  /**
   * Copies an output into a new array.
   *
   * @param name its full name, or that without the ending {@code _output}
   * @return the copy
   * @throws PredictException {@code name}: no such output; else as {@link #get(int)}
   */
  public NDArray get(String name) {
    return get(indexOf(name));
  }

  /**
   * Copies an output into an array that is there already.
   *
   * @param index index of the output, from 0
   * @param into receives the elements; of the output's type and size
   * @throws PredictException as {@link #get(int)}; {@code dtype}, {@code size}: it does not fit
   */
  public void get(int index, NDArray into) {
    checkGiven("into", into);
    turn.enter();
    try {
      library.LPPredGetOutput(
          owned.handle(), index, into.dtype().number(), into.segment(), into.segment().byteSize());
    } finally {
      done();
    }
  }

  /**
   * Read access to an output without a copy. It ends with the next forward, run, reshape or close:
   * after that, on every thread, access throws {@link IllegalStateException}. A predictor
   * that nobody refers to any more is closed by the garbage collector, whatever views there are.
   *
   * @param index index of the output, from 0
   * @return the elements, read-only, in the output's element type
   * @throws PredictException as {@link #get(int)}
   */
  public MemorySegment view(int index) {
    turn.enter();
    try {
      return library.LPPredGetOutputData(owned.handle(), index).data();
    } finally {
      done();
    }
  }

  /**
   * As {@link #view(int)}, by name.
   *
   * @param name the full name, or that without the ending {@code _output}
   * @return as {@link #view(int)}
   * @throws PredictException {@code name}: no such output; else as {@link #get(int)}
   */
  public MemorySegment view(String name) {
    return view(indexOf(name));
  }

  /**
   * What the predictor and its model occupy.
   *
   * @return the numbers of this moment
   * @throws PredictException {@code busy}, {@code disposed}
   */
  public PredictorStats stats() {
    turn.enter();
    try {
      return PredictorStats.of(library.LPPredGetStats(owned.handle()));
    } finally {
      done();
    }
  }

  /**
   * Describes the graph node by node: shapes, parameters, multiply-adds.
   *
   * @return JSON, as {@link PredictLibrary#LPPredDescribe} says
   * @throws PredictException {@code busy}, {@code disposed}
   */
  public String describe() {
    return report(library::LPPredDescribe);
  }

  /**
   * Begins to measure what each node of the network takes, or ends and forgets it. Setting a weight
   * begins anew; a reshape, also by a feed of another shape, ends it.
   *
   * @param enabled whether to measure
   * @throws PredictException {@code busy}, {@code disposed}
   */
  public void setProfiling(boolean enabled) {
    turn.enter();
    try {
      library.LPPredSetProfiling(owned.handle(), enabled ? 1 : 0);
    } finally {
      done();
    }
  }

  /**
   * Tells what each node took.
   *
   * @return JSON, as {@link PredictLibrary#LPPredGetNodeProfile} says
   * @throws PredictException {@code busy}, {@code disposed}; {@code state}: nothing was measured:
   *     {@link #setProfiling} and a run come first
   */
  public String profile() {
    return report(library::LPPredGetNodeProfile);
  }

  /**
   * Whether {@link #close} was called.
   *
   * @return also true while a run that began before goes on
   */
  public boolean isClosed() {
    return turn.isClosed();
  }

  /**
   * Gives the native memory back; at the end of the run that another thread has begun, if one has.
   * Closes once only.
   */
  @Override
  public void close() {
    turn.close();
  }

  @Override
  public String toString() {
    return "Predictor " + inputs + " -> " + outputs;
  }

  /** A function that writes a text, ended by a NUL, and tells how many bytes it needs. */
  private interface Report {
    long write(PredictorHandle predictor, MemorySegment text, long capacity);
  }

  private String report(Report report) {
    turn.enter();
    try {
      long size = report.write(owned.handle(), null, 0);
      byte[] text = new byte[Math.toIntExact(size)];
      report.write(owned.handle(), MemorySegment.ofArray(text), size);
      return new String(text, 0, text.length - 1, StandardCharsets.UTF_8);
    } finally {
      done();
    }
  }

  /** Ends a turn. Until then the garbage collector must not think that the predictor is forgotten. */
  private void done() {
    turn.leave();
    Reference.reachabilityFence(this);
  }

  // --- under the turn ---

  private void setInput(String name, NDArray array) {
    MemorySegment segment = array.segment();
    library.LPPredSetInput(
        owned.handle(), name, array.dtype().number(), segment, segment.byteSize());
  }

  /** Checks everything, then reshapes where needed, then sets the inputs. */
  private void prepare(Map<String, NDArray> feeds) {
    for (String name : required) {
      if (!feeds.containsKey(name)) {
        throw new PredictException(ErrorCode.ARGUMENT, "the input \"" + name + "\" is missing");
      }
    }
    Map<String, long[]> shapes = new LinkedHashMap<>();
    boolean changes = false;
    for (var feed : feeds.entrySet()) {
      TensorInfo input = input(feed.getKey());
      NDArray array = feed.getValue();
      checkGiven("the input \"" + feed.getKey() + "\"", array);
      if (array.dtype() != input.dtype()) {
        throw new PredictException(
            ErrorCode.DTYPE,
            "the input \"" + input.name() + "\" is " + input.dtype() + ", not " + array.dtype());
      }
      if (array.hasShape()) {
        shapes.put(input.name(), array.shape());
        changes |= !input.shape().equals(Shapes.list(array.shape()));
      }
    }
    if (changes) {
      reshapeTo(shapes);
    }
    feeds.forEach(this::setInput);
  }

  private void reshapeTo(Map<String, long[]> shapes) {
    // The library passes over names that it does not know.
    shapes.keySet().forEach(this::input);
    shapes.values().forEach(Shapes::count);
    ShapeArguments given = ShapeArguments.of(shapes);
    owned.replace(
        library.MXPredReshape(
            given.count(), given.names(), given.starts(), given.dims(), owned.handle()));
    describeTensors();
  }

  private Outputs readOutputs() {
    List<String> names = new ArrayList<>();
    List<NDArray> arrays = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      names.add(outputs.get(i).name());
      arrays.add(read(i));
    }
    return new Outputs(names, arrays);
  }

  private NDArray read(int index) {
    if (index < 0 || index >= outputs.size()) {
      throw new PredictException(
          ErrorCode.INDEX, "there is no output " + index + " among " + outputs.size());
    }
    TensorInfo output = outputs.get(index);
    NDArray copy = NDArray.zeros(output.dtype(), Shapes.array(output.shape()));
    library.LPPredGetOutput(
        owned.handle(), index, output.dtype().number(), copy.segment(), copy.segment().byteSize());
    return copy;
  }

  private void describeTensors() {
    PredictorHandle handle = owned.handle();
    List<TensorInfo> found = new ArrayList<>();
    for (long i = 0; i < library.LPPredGetInputCount(handle); i++) {
      var info = library.LPPredGetInputInfo(handle, i);
      found.add(new TensorInfo(info.name(), DType.of(info.dtype()), Shapes.list(info.dims())));
    }
    inputs = List.copyOf(found);
    found.clear();
    for (long i = 0; i < library.LPPredGetOutputCount(handle); i++) {
      var info = library.LPPredGetOutputInfo(handle, i);
      found.add(new TensorInfo(info.name(), DType.of(info.dtype()), Shapes.list(info.dims())));
    }
    outputs = List.copyOf(found);
  }

  // --- names and types ---

  private TensorInfo input(String name) {
    TensorInfo input = find(name);
    if (input == null) {
      throw new PredictException(
          ErrorCode.NAME, "there is no input \"" + name + "\"; there are " + names(inputs));
    }
    return input;
  }

  /** An input by its name; null for a name that is none, such as a weight's. */
  private TensorInfo find(String name) {
    for (TensorInfo input : inputs) {
      if (input.name().equals(name)) {
        return input;
      }
    }
    return null;
  }

  private int indexOf(String name) {
    return Outputs.indexOf(names(outputs), name);
  }

  private static List<String> names(List<TensorInfo> tensors) {
    return tensors.stream().map(TensorInfo::name).toList();
  }

  private static void checkGiven(String what, Object value) {
    if (value == null) {
      throw new PredictException(ErrorCode.ARGUMENT, what + " must not be null");
    }
  }
}
