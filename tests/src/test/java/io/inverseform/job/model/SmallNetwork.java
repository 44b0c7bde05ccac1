package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.HeadConfig;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.BackboneConfig;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.loss.StepLoss;
import io.inverseform.job.loss.TotalLoss;
import io.inverseform.job.torch.ChannelMasks;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Tensors;
import io.inverseform.udf.random.KeyedRandom;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/** An OCRNet that takes milliseconds, its relatives, and random input for them. */
public final class SmallNetwork {
  /** Number of classes. */
  public static final int CLASSES = 5;

  private static final int SIZE = 64;

  private SmallNetwork() {}

  /** Two modules and blocks where there can be, so that every kind of path is there. */
  public static ModelConfig config(NormConfig.Type norm) {
    return ModelConfig.ocrNet(
        new BackboneConfig(false, 8, 2, 4, List.of(4, 6, 8, 10), 2, List.of(1, 2, 1)),
        12,
        6,
        0.05,
        new NormConfig(norm, 0.1, 1e-5, 2));
  }

  /** As released. */
  public static final Map<String, Double> OUTPUT_WEIGHTS =
      Map.of(HeadConfig.MAIN, 1.0, HeadConfig.AUXILIARY, 0.4);

  /** Outputs like those of {@link #config}. */
  public static List<Output> outputs(
      NDArray logits, NDArray boundary, NDArray auxiliaryLogits, NDArray auxiliaryBoundary) {
    return List.of(
        new Output(HeadConfig.MAIN, logits, boundary),
        new Output(HeadConfig.AUXILIARY, auxiliaryLogits, auxiliaryBoundary));
  }

  /** What {@link #config} gives. */
  public static final List<ModelConfig.Output> OUTPUTS = config(NormConfig.Type.BATCH).outputs();

  /** Every configurable term; the boundary heads' first guess is near one half. */
  public static LossConfig loss(double... weights) {
    return new LossConfig(
        OUTPUT_WEIGHTS,
        List.of(
            new LossConfig.ClassWeightedCrossEntropy(weights[0], "ce", 1, Scope.IMAGE),
            new LossConfig.BoundaryCrossEntropy(weights[1], "bce", Scope.IMAGE),
            new LossConfig.EdgeAttention(weights[2], "attention", 0.3, 1, Scope.IMAGE)));
  }

  /**
   * Makes the last layers' weights large: as they are drawn, all classes' regions are nearly the
   * same, and attention over equal regions has a gradient of nearly nothing.
   */
  public static void sharpen(FlatParameters parameters) {
    FloatBuffer weights = parameters.weights().host();
    for (FlatParameters.Slot slot : parameters.slots()) {
      if (slot.name().matches(".*(cls_head|aux_head.2|last_layer.3).weight")) {
        for (int i = slot.offset(); i < slot.offset() + slot.length(); i++) {
          weights.put(i, 500 * weights.get(i));
        }
      }
    }
    parameters.weights().toDevice();
  }

  /** No channel is dropped. */
  public static ChannelMasks keepAll() {
    return (layer, samples, channels, probability) -> {
      float[] ones = new float[samples * channels];
      java.util.Arrays.fill(ones, 1);
      return ones;
    };
  }

  /** Random images, labels with some ignored, and edges. */
  public record Batch(NDArray images, NDArray labels, NDArray edges) {
    /** The batch of a seed. */
    public static Batch random(NDManager manager, long seed, int samples) {
      KeyedRandom random = new KeyedRandom(seed);
      float[] images = new float[samples * 3 * SIZE * SIZE];
      byte[] labels = new byte[samples * SIZE * SIZE];
      float[] edges = new float[labels.length];
      for (int i = 0; i < images.length; i++) {
        images[i] = (float) random.nextGaussian();
      }
      for (int i = 0; i < labels.length; i++) {
        labels[i] = (byte) (random.nextInt(10) == 0 ? 255 : random.nextInt(CLASSES));
        edges[i] = random.nextInt(8) == 0 ? 1 : 0;
      }
      return new Batch(
          Tensors.of(manager, images, new Shape(samples, 3, SIZE, SIZE)),
          Tensors.labels(manager, labels, new Shape(samples, SIZE, SIZE)),
          Tensors.of(manager, edges, new Shape(samples, 1, SIZE, SIZE)));
    }
  }

  /**
   * Forward and backward pass of a step; the gradient is then in the flat vector.
   *
   * @return the total loss
   */
  public static float step(
      NDManager manager,
      SegmentationNetwork network,
      FlatParameters parameters,
      TotalLoss loss,
      long seed) {
    FlatParameters.Collector collector = parameters.collect((offset, length) -> {});
    try (NDManager arrays = manager.newSubManager();
        Tape tape = Tape.training(arrays, collector, keepAll())) {
      Batch batch = Batch.random(arrays, seed, 2);
      List<Output> outputs = network.outputs(tape, batch.images());
      StepLoss result = loss.compute(outputs, batch.labels(), batch.edges(), 2);
      tape.backward(result.total());
      collector.finish();
      parameters.buffers().toHost();
      return result.total().getFloat();
    }
  }
}
