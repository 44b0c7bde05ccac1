package io.inverseform.job.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.loss.TotalLoss;
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

  /** Of a network whose activations are few beside its parameters. */
  static MemoryEstimate of(FlatParameters parameters) {
    long weights = (long) Float.BYTES * parameters.weights().length();
    return new MemoryEstimate(parameters.bytes(), weights, 0, 0, 0);
  }

  /**
   * Counts what a forward pass of a small image keeps, scales it by pixels, and adds what the loss
   * holds.
   *
   * @param loss of the network's outputs
   * @param height of the images
   * @param width of the images
   */
  static MemoryEstimate of(
      NDManager device,
      SegmentationNetwork network,
      FlatParameters parameters,
      TotalLoss loss,
      int batch,
      int height,
      int width) {
    long side = 2L * network.minSide();
    double pixels = (double) batch * height * width;
    long kept;
    try (NDManager arrays = device.newSubManager();
        Tape tape = Tape.counting(arrays)) {
      NDArray image = arrays.ones(new Shape(1, 3, side, side), DataType.FLOAT32);
      network.outputs(tape, image);
      kept = tape.keptBytes();
    }
    double losses = Float.BYTES * pixels * loss.numbersAPixel();
    double activations = pixels / (side * side) * kept + losses;
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
