package io.inverseform.job.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.PretrainConfig;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.torch.Leaf;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Tensors;
import java.util.List;

/**
 * What the network is shown, and what it shall say: warped tiles, degraded, mixed with the truth
 * and moved against the network itself, as {@link PretrainConfig.RobustConfig} says.
 */
final class Regression {
  private static final int[] PIXELS = {1, 2, 3};
  private static final double TINY = 1e-12;

  private final PretrainConfig config;
  private final InverseTransformNetwork network;

  Regression(PretrainConfig config, InverseTransformNetwork network) {
    this.config = config;
    this.network = network;
  }

  /** The summed squared error of the network's numbers, with history. */
  NDArray squaredError(Tape tape, List<EdgeTiles> examples) {
    TileBatch batch = TileBatch.of(tape.manager(), examples, config);
    NDArray shown = batch.warped(batch.points());
    shown = Degradation.applied(examples.stream().map(EdgeTiles::degradation).toList(), shown);
    int count = Math.toIntExact(shown.getShape().get(0));
    NDArray robust =
        Tensors.of(
            tape.manager(),
            TileBatch.joined(examples, EdgeTiles::robust),
            new Shape(count, EdgeTiles.ROBUST));
    NDArray left = robust.get(":, :1").neg().add(1);
    NDArray outputs = batch.outputs(batch.points()).mul(left);
    shown = batch.truth().add(shown.sub(batch.truth()).mul(left.reshape(count, 1, 1, 1)));
    int attacked = (int) Math.round(config.robust().attacked() * count);
    if (attacked > 0) {
      String those = ":" + attacked;
      NDArray truth = batch.truth().get(those);
      NDArray start = shown.get(those);
      NDArray moved = attacked(start, truth, robust.get(those).get(":, 2:"));
      NDArray still = left(start, moved, truth);
      if (attacked < count) {
        String others = attacked + ":";
        moved = moved.concat(shown.get(others), 0);
        outputs = outputs.get(those).mul(still).concat(outputs.get(others), 0);
      } else {
        outputs = outputs.mul(still);
      }
      shown = moved;
    }
    NDList pair = new NDList(shown, batch.truth());
    return network.forward(tape, pair).singletonOrThrow().sub(outputs).square().sum();
  }

  /** What is left of the way from the start to the truth, 0 to 1; (M, 1). */
  private static NDArray left(NDArray start, NDArray moved, NDArray truth) {
    NDArray way = truth.sub(start);
    NDArray done = moved.sub(start).mul(way).sum(PIXELS);
    NDArray share = done.div(way.square().sum(PIXELS).add(TINY)).clip(0, 1);
    return share.neg().add(1).reshape(-1, 1);
  }

  /**
   * Maps that are as far from the start as they may be, where the network sees less to move.
   *
   * @param sizes lengths of the moves in lengths of the way to the truth, (M, 1)
   */
  private NDArray attacked(NDArray start, NDArray truth, NDArray sizes) {
    int steps = config.robust().attackSteps();
    NDArray way = truth.sub(start).square().sum(PIXELS).sqrt().reshape(-1, 1);
    NDArray stride = way.mul(sizes).div(steps).reshape(-1, 1, 1, 1);
    NDArray ofTruth;
    try (Tape tape = Tape.inference(truth.getManager())) {
      ofTruth = network.ofTruth(tape, truth);
    }
    NDArray at = start;
    for (int step = 0; step < steps; step++) {
      try (NDScope scope = new NDScope()) {
        scope.suppressNotUsedWarning();
        NDArray gradient =
            Leaf.gradient(
                at,
                maps -> {
                  try (Tape tape = Tape.frozen(truth.getManager())) {
                    return Operators.rowNorms(network.transforms(tape, maps, ofTruth)).sum();
                  }
                });
        at = at.sub(unit(gradient).mul(stride)).clip(0, 1);
        NDScope.unregister(at);
      }
    }
    return at;
  }

  /** Each map over its L2 norm. */
  static NDArray unit(NDArray maps) {
    NDArray norms = maps.square().sum(PIXELS, true).sqrt().add(TINY);
    return maps.div(norms);
  }
}
