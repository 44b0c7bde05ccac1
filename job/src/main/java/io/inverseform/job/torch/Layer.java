package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A DJL block that runs on a {@link Tape} and knows its parameters by PyTorch's names. The memory
 * of all parameters is one {@link FlatParameters}.
 */
public abstract class Layer extends AbstractBlock {
  private final Map<String, Layer> layers = new LinkedHashMap<>();
  private final Map<String, Declared> declared = new LinkedHashMap<>();

  /**
   * A parameter or buffer of a layer.
   *
   * @param initial values where none are loaded
   */
  record Declared(Parameter parameter, Shape shape, Initial initial) {
    /** Whether the optimiser moves it: neither a buffer nor frozen. */
    boolean trained() {
      return parameter.requiresGradient();
    }
  }

  /**
   * Runs the layer. It reads its inputs last, and releases them, unless its documentation says
   * otherwise.
   */
  public abstract NDList forward(Tape tape, NDList inputs);

  /** Runs a layer of one input and one output. */
  public final NDArray forward(Tape tape, NDArray x) {
    return forward(tape, new NDList(x)).singletonOrThrow();
  }

  /**
   * Adds a layer.
   *
   * @param name prefix of its parameters' names; empty for none
   */
  protected final <L extends Layer> L add(String name, L layer) {
    addChildBlock(name.isEmpty() ? layer.getClass().getSimpleName() : name, layer);
    if (layers.put(name.isEmpty() ? "#" + layers.size() : name + ".", layer) != null) {
      throw new IllegalArgumentException("two layers named " + name + " in " + getClass());
    }
    return layer;
  }

  /** Adds a parameter that the optimiser moves. */
  protected final Parameter weight(
      String name, Parameter.Type type, Initial initial, long... shape) {
    return declare(name, type, initial, true, shape);
  }

  /** Adds values that belong to the layer but are not moved by the optimiser. */
  protected final Parameter buffer(String name, Parameter.Type type, float value, long... shape) {
    return declare(name, type, Initial.constant(value), false, shape);
  }

  private Parameter declare(
      String name, Parameter.Type type, Initial initial, boolean trained, long... shape) {
    Parameter parameter =
        addParameter(
            Parameter.builder().setName(name).setType(type).optRequiresGrad(trained).build());
    declared.put(name, new Declared(parameter, new Shape(shape), initial));
    return parameter;
  }

  /**
   * Takes parameters from the optimiser, before they have memory: they stay as they are loaded or
   * drawn.
   *
   * @param pattern that the whole of a parameter's name matches
   * @return how many it matches
   */
  public final int freeze(Pattern pattern) {
    return freeze("", pattern);
  }

  private int freeze(String prefix, Pattern pattern) {
    int count = 0;
    for (Map.Entry<String, Declared> entry : declared.entrySet()) {
      if (pattern.matcher(prefix + entry.getKey()).matches()) {
        entry.getValue().parameter().freeze(true);
        count++;
      }
    }
    for (Map.Entry<String, Layer> entry : layers.entrySet()) {
      count += entry.getValue().freeze(prefix(prefix, entry.getKey()), pattern);
    }
    return count;
  }

  /** Bytes of all parameters and buffers in float32, without the gaps between them. */
  public final long bytes() {
    return declared("").values().stream()
        .mapToLong(entry -> Float.BYTES * entry.shape().size())
        .sum();
  }

  /** Whether all workers of a group must run the layer's training pass together. */
  public boolean synchronised() {
    return layers.values().stream().anyMatch(Layer::synchronised);
  }

  /** All parameters by PyTorch's names, in the order in which they were added. */
  public final Map<String, Parameter> named() {
    Map<String, Parameter> all = new LinkedHashMap<>();
    declared("").forEach((name, entry) -> all.put(name, entry.parameter()));
    return all;
  }

  /** The shapes of all parameters and buffers, in the same order; needs no memory and no engine. */
  public final Map<String, List<Long>> shapes() {
    Map<String, List<Long>> all = new LinkedHashMap<>();
    declared("").forEach((name, entry) -> all.put(name, FlatParameters.sides(entry.shape())));
    return all;
  }

  final Map<String, Declared> declared(String prefix) {
    Map<String, Declared> all = new LinkedHashMap<>();
    declared.forEach((name, entry) -> all.put(prefix + name, entry));
    layers.forEach((name, layer) -> all.putAll(layer.declared(prefix(prefix, name))));
    return all;
  }

  private static String prefix(String outer, String name) {
    return name.startsWith("#") ? outer : outer + name;
  }

  /** DJL's entry: a pass without gradients. */
  @Override
  protected final NDList forwardInternal(
      ParameterStore store, NDList inputs, boolean training, PairList<String, Object> parameters) {
    if (training) {
      throw new UnsupportedOperationException(
          "DJL's Trainer cannot train "
              + getClass().getSimpleName()
              + ": use forward(Tape, NDList)");
    }
    NDManager manager = inputs.getManager();
    try (Tape tape = Tape.inference(manager)) {
      NDList own = new NDList();
      // The caller keeps its inputs.
      inputs.forEach(input -> own.add(Operators.detach(manager, input)));
      return forward(tape, own);
    }
  }

  /** Not known before a forward pass. */
  @Override
  public final Shape[] getOutputShapes(Shape[] inputShapes) {
    throw new UnsupportedOperationException(
        "output shapes of " + getClass().getSimpleName() + " are known only from a forward pass");
  }
}
