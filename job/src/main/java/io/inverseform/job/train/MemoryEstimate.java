package io.inverseform.job.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Tape;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Bytes that a worker's training step needs at the most, beside what the process takes anyway.
 *
 * @param parameters and running statistics
 * @param gradients of all parameters
 * @param optimizer state of the worker's share of the parameters, such as momentum
 * @param frozen weights of networks that the loss reads
 * @param activations that the backward pass needs, the losses' among them
 */
public record MemoryEstimate(
    long parameters, long gradients, long optimizer, long frozen, long activations) {
  private static final long MEGABYTE = 1 << 20;

  /** Log-softmax, its gradient and that of the logits, at the labels' size. */
  private static final int MAPS_A_CLASS = 3;

  /** Of a network whose activations are few beside its parameters. */
  static MemoryEstimate of(FlatParameters parameters) {
    long weights = (long) Float.BYTES * parameters.weights().length();
    return new MemoryEstimate(parameters.bytes(), weights, 0, 0, 0);
  }

  /**
   * Counts what a forward pass of a small image keeps, and scales it by pixels.
   *
   * @param height of the images
   * @param width of the images
   */
  static MemoryEstimate of(
      NDManager device,
      SegmentationNetwork network,
      FlatParameters parameters,
      int batch,
      int height,
      int width) {
    long side = 2L * network.minSide();
    double pixels = (double) batch * height * width;
    long kept;
    long classes;
    try (NDManager arrays = device.newSubManager();
        Tape tape = Tape.counting(arrays)) {
      NDArray image = arrays.ones(new Shape(1, 3, side, side), DataType.FLOAT32);
      classes =
          network.outputs(tape, image).stream().mapToLong(o -> o.logits().getShape().get(1)).sum();
      kept = tape.keptBytes();
    }
    double activations = pixels / (side * side) * kept + MAPS_A_CLASS * classes * 4 * pixels;
    MemoryEstimate fixed = of(parameters);
    return new MemoryEstimate(fixed.parameters, fixed.gradients, 0, 0, (long) activations);
  }

  /** With the state of an optimiser. */
  MemoryEstimate withOptimizer(ShardState state) {
    return new MemoryEstimate(parameters, gradients, state.bytes(), frozen, activations);
  }

  /** With networks beside it that are read and not trained. */
  MemoryEstimate withFrozen(long bytes) {
    return new MemoryEstimate(parameters, gradients, optimizer, bytes, activations);
  }

  /** All together, bytes. */
  long total() {
    return parameters + gradients + optimizer + frozen + activations;
  }

  /** Megabytes by kind. */
  Map<String, Long> megabytes() {
    Map<String, Long> megabytes = new LinkedHashMap<>();
    megabytes.put("parameters", parameters / MEGABYTE);
    megabytes.put("gradients", gradients / MEGABYTE);
    megabytes.put("optimizer", optimizer / MEGABYTE);
    megabytes.put("frozen", frozen / MEGABYTE);
    megabytes.put("activations", activations / MEGABYTE);
    return megabytes;
  }

  @Override
  public String toString() {
    return total() / MEGABYTE + " MB " + megabytes();
  }
}
