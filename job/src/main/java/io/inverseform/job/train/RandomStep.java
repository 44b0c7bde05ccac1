package io.inverseform.job.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.loss.StepLoss;
import io.inverseform.job.loss.TotalLoss;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.model.Output;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Group;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Tensors;
import io.inverseform.udf.random.KeyedRandom;
import java.util.List;
import java.util.stream.IntStream;

/** Forward and backward passes of a network with all its losses on random input. */
final class RandomStep {
  private static final long SEED = 0;

  private final NDManager manager;
  private final NetworkBench bench;
  private final SegmentationNetwork network;
  private final FlatParameters parameters;
  private final long frozenBytes;
  private final TotalLoss loss;
  private final Inputs inputs;

  RandomStep(NDManager manager, NetworkBench bench) {
    this.manager = manager;
    this.bench = bench;
    network = SegmentationNetwork.of(bench.model(), bench.classes());
    parameters = new FlatParameters(manager, network, SEED);
    InverseTransformNetwork inverse =
        bench.inverse().map(term -> InverseTransformNetwork.of(term.config())).orElse(null);
    frozenBytes = inverse == null ? 0 : new FlatParameters(manager, inverse, SEED).bytes();
    loss = new TotalLoss(bench.loss(), bench.model().outputs(), bench.classes(), inverse);
    inputs = Inputs.random(manager, bench);
  }

  FlatParameters parameters() {
    return parameters;
  }

  MemoryEstimate estimate() {
    return MemoryEstimate.of(
            manager, network, parameters, loss, bench.batch(), bench.height(), bench.width())
        .withFrozen(frozenBytes);
  }

  /**
   * Runs one pass.
   *
   * @param images of the step over all workers
   * @return the loss
   */
  float forwardAndBackward(FlatParameters.Collector gradients, Group group, long step, int images) {
    return forwardAndBackward(gradients, group, step, images, () -> {});
  }

  /** The same, telling when the forward pass is through, the loss with it. */
  float forwardAndBackward(
      FlatParameters.Collector gradients,
      Group group,
      long step,
      int images,
      Runnable afterForward) {
    DropoutMasks masks =
        new DropoutMasks(SEED, Math.toIntExact(step), IntStream.range(0, bench.batch()).toArray());
    try (NDManager arrays = manager.newSubManager();
        Tape tape = Tape.training(arrays, gradients, masks, group)) {
      NDArray copy = inputs.images().duplicate();
      copy.attach(arrays);
      List<Output> outputs = network.outputs(tape, copy);
      StepLoss result = loss.compute(outputs, inputs.labels(), inputs.edges(), images);
      afterForward.run();
      tape.backward(result.total());
      gradients.finish();
      return result.total().getFloat();
    }
  }

  /** Images (N, 3, H, W), labels (N, H, W) and edges (N, 1, H, W). */
  record Inputs(NDArray images, NDArray labels, NDArray edges) {
    static Inputs random(NDManager manager, NetworkBench bench) {
      KeyedRandom random = new KeyedRandom(SEED, KeyedRandom.hash("bench"));
      int pixels = bench.batch() * bench.height() * bench.width();
      float[] images = new float[3 * pixels];
      byte[] labels = new byte[pixels];
      float[] edges = new float[pixels];
      for (int i = 0; i < images.length; i++) {
        images[i] = (float) random.nextGaussian();
      }
      for (int i = 0; i < pixels; i++) {
        labels[i] = (byte) random.nextInt(bench.classes());
        edges[i] = random.nextFloat() > 0.9f ? 1 : 0;
      }
      Shape plane = new Shape(bench.batch(), 1, bench.height(), bench.width());
      return new Inputs(
          Tensors.of(manager, images, new Shape(bench.batch(), 3, bench.height(), bench.width())),
          Tensors.labels(manager, labels, new Shape(bench.batch(), bench.height(), bench.width())),
          Tensors.of(manager, edges, plane));
    }
  }
}
