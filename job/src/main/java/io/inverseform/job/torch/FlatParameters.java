package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.PretrainedConfig;
import io.inverseform.job.weights.Fit;
import io.inverseform.job.weights.SafetensorsWriter;
import io.inverseform.job.weights.StoredTensor;
import io.inverseform.job.weights.WeightFile;
import io.inverseform.udf.random.KeyedRandom;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The memory of a network: every trained parameter is a view of one flat vector, every buffer of
 * another, and the gradients of a third, so that optimiser, exchange and checkpoint see ranges of
 * floats. The order is that in which the network declares its parameters; within a parameter it is
 * PyTorch's, but for convolutions' kernels ({@link KernelOrder}).
 */
public final class FlatParameters implements AutoCloseable {
  /** Floats to which each parameter's offset is aligned: 256 bytes. */
  public static final int ALIGNMENT = 64;

  private final NDManager manager;
  private final Map<String, Slot> slots = new LinkedHashMap<>();
  private final Map<Parameter, Slot> trained = new IdentityHashMap<>();
  private final FlatVector weights;
  private final FlatVector buffers;
  private final long parameterCount;
  private final Map<Slot, NDArray> gradientViews = new IdentityHashMap<>();
  private FlatVector gradient;
  private boolean gradientOnHost = true;

  /**
   * Where a parameter lies.
   *
   * @param offset in floats, in the vector of the weights or of the buffers
   * @param trained whether it lies among the weights
   */
  public record Slot(String name, Shape shape, int offset, boolean trained) {
    /** Number of elements. */
    public int length() {
      return Math.toIntExact(shape.size());
    }

    private FloatBuffer in(FloatBuffer host) {
      return host.slice(offset, length());
    }

    private NDArray view(FlatVector vector) {
      return KernelOrder.view(vector, offset, shape);
    }

    private float[] values(FloatBuffer host) {
      return KernelOrder.fromMemory(in(host), shape);
    }
  }

  /** Notified when a range of the gradient is complete, on the thread of the backward pass. */
  @FunctionalInterface
  public interface Completed {
    /**
     * A range of the gradient will not change any more in this step.
     *
     * @param offset in floats
     * @param length in floats
     */
    void range(int offset, int length);
  }

  /**
   * Gives the network its memory and its initial values, drawn by seed and name.
   *
   * @param parent owner of the memory
   * @throws ConfigException if the network is larger than a vector
   */
  public FlatParameters(NDManager parent, Layer network, long seed) {
    Map<String, Layer.Declared> declared = network.declared("");
    long weightFloats = 0;
    long bufferFloats = 0;
    long count = 0;
    for (Map.Entry<String, Layer.Declared> entry : declared.entrySet()) {
      Shape shape = entry.getValue().shape();
      boolean isTrained = entry.getValue().trained();
      long offset = isTrained ? weightFloats : bufferFloats;
      Slot slot = new Slot(entry.getKey(), shape, (int) offset, isTrained);
      slots.put(entry.getKey(), slot);
      if (isTrained) {
        trained.put(entry.getValue().parameter(), slot);
        weightFloats += aligned(shape.size());
        count += shape.size();
      } else {
        bufferFloats += aligned(shape.size());
      }
    }
    parameterCount = count;
    int weightLength = FlatVector.requireRoom("weights", weightFloats);
    int bufferLength = FlatVector.requireRoom("statistics", bufferFloats);
    manager = parent.newSubManager();
    weights = new FlatVector(manager, weightLength);
    buffers = new FlatVector(manager, bufferLength);
    declared.forEach((name, entry) -> bind(slots.get(name), entry, seed));
    weights.toDevice();
    buffers.toDevice();
  }

  private static long aligned(long length) {
    return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private void bind(Slot slot, Layer.Declared entry, long seed) {
    FlatVector vector = slot.trained() ? weights : buffers;
    entry.parameter().setArray(slot.view(vector));
    KeyedRandom random = new KeyedRandom(seed, KeyedRandom.hash(slot.name()));
    entry.initial().draw(vector.host().position(slot.offset()), slot.shape(), random);
    KernelOrder.toMemory(slot.in(vector.host()), slot.shape());
  }

  /** All trained parameters, with gaps of zeros between them. */
  public FlatVector weights() {
    return weights;
  }

  /** The gradient, laid out as the weights; has no memory before it is first asked for. */
  public FlatVector gradient() {
    if (gradient == null) {
      gradient = FlatVector.untouched(manager, weights.length());
      slots.values().stream().filter(Slot::trained).forEach(this::clearGap);
    }
    return gradient;
  }

  private void clearGap(Slot slot) {
    int end = slot.offset() + slot.length();
    int next = slot.offset() + Math.toIntExact(aligned(slot.length()));
    if (end < next) {
      try (NDArray gap = gradient.view(end, new Shape(next - end))) {
        Operators.fill(gap, 0);
      }
    }
  }

  /**
   * Frees the gradient's memory until it is asked for again: while a forward pass keeps its
   * activations there is no gradient yet. Whoever has views of it must let them go.
   */
  public void releaseGradient() {
    if (gradient != null) {
      gradientViews.values().forEach(NDArray::close);
      gradientViews.clear();
      gradient.close();
      gradient = null;
    }
  }

  /** Whether the device's memory is another than the host's. */
  public boolean onDevice() {
    return weights.onDevice();
  }

  /** Leaves gradients on the device from now on; nobody reads them on the host. */
  public void keepGradientOnDevice() {
    gradientOnHost = false;
  }

  /** All buffers: running statistics. */
  public FlatVector buffers() {
    return buffers;
  }

  /** Whether every element of the gradient is finite. */
  public boolean gradientIsFinite() {
    try (NDArray sum = gradient().array().sum()) {
      return Float.isFinite(sum.getFloat());
    }
  }

  /**
   * Name of the first parameter whose gradient, as the host has it, is not finite; empty if all
   * are, and only their sum is too large.
   */
  public Optional<String> firstNotFinite() {
    if (!gradientOnHost) {
      gradient().toHost();
    }
    FloatBuffer values = gradient().host();
    return slots.values().stream()
        .filter(Slot::trained)
        .filter(
            slot ->
                IntStream.range(slot.offset(), slot.offset() + slot.length())
                    .anyMatch(i -> !Float.isFinite(values.get(i))))
        .map(Slot::name)
        .findFirst();
  }

  /** Values of a parameter or buffer in PyTorch's order, as the host has them. */
  public float[] values(Slot slot) {
    return slot.values((slot.trained() ? weights : buffers).host());
  }

  /** Gives a parameter or buffer values in PyTorch's order, on host and device. */
  public void put(Slot slot, float[] values) {
    FlatVector vector = slot.trained() ? weights : buffers;
    KernelOrder.toMemory(slot.in(vector.host()).put(values).flip(), slot.shape());
    vector.toDevice(slot.offset(), slot.length());
  }

  /** A parameter's gradient in PyTorch's order, as the host has it. */
  public float[] gradient(Slot slot) {
    return slot.values(gradient().host());
  }

  /** Bytes of parameters and buffers. */
  public long bytes() {
    return (long) Float.BYTES * (weights.length() + buffers.length());
  }

  /** Number of trained parameters, without the gaps. */
  public long parameterCount() {
    return parameterCount;
  }

  /** Parameters and buffers in the order of the network, by PyTorch's names. */
  public List<Slot> slots() {
    return new ArrayList<>(slots.values());
  }

  /**
   * Takes the values of a weight file.
   *
   * @param expected which differences are allowed; what does not fit keeps its values
   * @return what fitted
   * @throws ConfigException if other names or shapes do not fit, listing them
   * @throws IOException if the file is damaged
   */
  public Fit load(WeightFile file, PretrainedConfig expected) throws IOException {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    slots.forEach((name, slot) -> shapes.put(name, sides(slot.shape())));
    Fit fit = Fit.of(file, shapes, expected);
    fit.require();
    for (Map.Entry<String, StoredTensor> entry : fit.matched().entrySet()) {
      Slot slot = slots.get(entry.getKey());
      FlatVector vector = slot.trained() ? weights : buffers;
      file.read(entry.getValue(), vector.host().position(slot.offset()));
      KernelOrder.toMemory(slot.in(vector.host()), slot.shape());
    }
    weights.toDevice();
    buffers.toDevice();
    return fit;
  }

  /**
   * Writes all parameters and buffers as safetensors.
   *
   * @param metadata text by key, readable with the weights
   */
  public void write(OutputStream out, Map<String, String> metadata) throws IOException {
    new Snapshot(weights.host(), buffers.host()).write(out, metadata);
  }

  /** What the host's memory shows now, in memory of its own: it stays when this is closed. */
  public Snapshot snapshot() {
    return new Snapshot(copy(weights), copy(buffers));
  }

  private static FloatBuffer copy(FlatVector vector) {
    return FloatBuffer.allocate(vector.length()).put(vector.host()).flip();
  }

  /** Values of all parameters and buffers. */
  public final class Snapshot {
    private final FloatBuffer ofWeights;
    private final FloatBuffer ofBuffers;

    private Snapshot(FloatBuffer ofWeights, FloatBuffer ofBuffers) {
      this.ofWeights = ofWeights;
      this.ofBuffers = ofBuffers;
    }

    /** Writes them; see {@link FlatParameters#write}. */
    public void write(OutputStream out, Map<String, String> metadata) throws IOException {
      List<SafetensorsWriter.Entry> entries = new ArrayList<>();
      for (Slot slot : slots.values()) {
        FloatBuffer values = slot.trained() ? ofWeights : ofBuffers;
        entries.add(
            new SafetensorsWriter.Entry(
                slot.name(), sides(slot.shape()), () -> FloatBuffer.wrap(slot.values(values))));
      }
      SafetensorsWriter.write(out, entries, metadata);
    }
  }

  static List<Long> sides(Shape shape) {
    return Arrays.stream(shape.getShape()).boxed().toList();
  }

  /** A receiver of the gradients of a step of one pass. */
  public Collector collect(Completed completed) {
    return new Collector(true, Optional.of(completed));
  }

  /**
   * A receiver of the gradients of one of the passes that add up to a step.
   *
   * @param first whether it takes the place of what is in the vector, instead of adding to it
   * @param last whether the gradient is complete with it
   */
  public Collector collect(boolean first, boolean last, Completed completed) {
    return new Collector(first, last ? Optional.of(completed) : Optional.empty());
  }

  /**
   * Writes each gradient into the flat vector as it becomes final; a parameter that the loss does
   * not depend on gets zeros.
   */
  public final class Collector implements Gradients {
    private final boolean first;
    private final Optional<Completed> completed;
    private final Map<Parameter, Slot> missing = new IdentityHashMap<>(trained);

    private Collector(boolean first, Optional<Completed> completed) {
      this.first = first;
      this.completed = completed;
    }

    @Override
    public void onFinal(Parameter parameter, NDArray value) {
      onFinal(List.of(parameter), Collections.singletonList(value));
    }

    @Override
    public void onFinal(List<Parameter> parameters, List<NDArray> values) {
      write(parameters.stream().map(missing::remove).toList(), values);
    }

    /** Completes the parameters that this pass did not use. */
    public void finish() {
      if (missing.isEmpty()) {
        return;
      }
      List<Slot> rest = slots.values().stream().filter(missing::containsValue).toList();
      write(rest, Collections.nCopies(rest.size(), null));
      missing.clear();
    }

    private void write(List<Slot> written, List<NDArray> values) {
      NDList targets = new NDList();
      NDList sources = new NDList();
      for (int i = 0; i < written.size(); i++) {
        if (values.get(i) != null) {
          targets.add(gradientOf(written.get(i)));
          sources.add(values.get(i));
        } else if (first) {
          Operators.fill(gradientOf(written.get(i)), 0);
        }
      }
      if (!targets.isEmpty() && first) {
        Operators.copyAll(targets, sources);
      } else if (!targets.isEmpty()) {
        Operators.addAll(targets, sources);
      }
      completed.ifPresent(listener -> written.forEach(slot -> complete(slot, listener)));
    }

    private void complete(Slot slot, Completed listener) {
      if (gradientOnHost) {
        gradient().toHost(slot.offset(), slot.length());
      }
      listener.range(slot.offset(), Math.toIntExact(aligned(slot.length())));
    }
  }

  private NDArray gradientOf(Slot slot) {
    return gradientViews.computeIfAbsent(slot, missing -> slot.view(gradient()));
  }

  @Override
  public void close() {
    manager.close();
  }
}
