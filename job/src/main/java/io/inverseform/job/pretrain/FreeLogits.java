package io.inverseform.job.pretrain;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.torch.Leaf;
import io.inverseform.job.torch.Operators;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Descent on a distance in which every pixel can change, as if a segmentation network could draw
 * whatever it likes: from the warped tile's logits, by steps of a given and falling length. A
 * distance that falls while the map gets no better is fooled.
 *
 * @param crossEntropy weight of the pixels' mean binary cross-entropy beside the distance
 */
record FreeLogits(String name, double crossEntropy) {
  /** The distance alone. */
  static final FreeLogits ALONE = new FreeLogits("free", 0);

  /** Cross-entropy and the distance. */
  static final FreeLogits BESIDE = new FreeLogits("free_bce", 1);

  static final String LOSS = "_loss";
  static final String BEFORE = "_f_before";
  static final String AFTER = "_f_after";

  private static final int STEPS = 60;

  /** First of linearly falling lengths of steps: root mean square over the pixels, in logits. */
  private static final double RATE = 0.3;

  private static final float HEIGHT = 4;
  private static final int[] PIXELS = {1, 2, 3};

  /**
   * The distance that is left as a share of that before, over all tiles; F of the pixels above 0.5
   * against the truth, the mean of all tiles, before and after.
   */
  Map<String, Double> measured(Alignment tiles, Distance of) {
    double[][] rows = tiles.gathered(4, batch -> descended(batch, of));
    double[] sums = new double[4];
    Arrays.stream(rows).forEach(row -> Arrays.setAll(sums, i -> sums[i] + row[i]));
    Map<String, Double> scores = new LinkedHashMap<>();
    scores.put(name + LOSS, sums[1] / sums[0]);
    scores.put(name + BEFORE, sums[2] / rows.length);
    scores.put(name + AFTER, sums[3] / rows.length);
    return scores;
  }

  private NDArray[] descended(TileBatch batch, Distance of) {
    UnaryOperator<NDArray> toTruth = of.to(batch.truth());
    NDArray start = logits(batch.warped(batch.points()));
    NDArray end = descended(batch, toTruth, start.duplicate());
    NDArray before = toTruth.apply(sigmoid(start));
    NDArray after = toTruth.apply(sigmoid(end));
    return new NDArray[] {before, after, f(start, batch.truth()), f(end, batch.truth())};
  }

  static NDArray logits(NDArray maps) {
    return maps.sub(0.5f).mul(HEIGHT);
  }

  static NDArray sigmoid(NDArray logits) {
    return logits.getNDArrayInternal().sigmoid();
  }

  /** Changes the logits where they are. */
  NDArray descended(TileBatch batch, UnaryOperator<NDArray> toTruth, NDArray logits) {
    NDArray truth = batch.truth();
    NDArray ones = truth.onesLike();
    for (int step = 0; step < STEPS; step++) {
      double rate = RATE * batch.tile() * (STEPS - step) / STEPS;
      try (NDArray gradient =
          Leaf.gradient(
              logits,
              at -> {
                NDArray sum = toTruth.apply(sigmoid(at)).sum();
                if (crossEntropy > 0) {
                  NDArray pixels = Operators.binaryCrossEntropy(at, truth, ones).sum();
                  double each = crossEntropy / ((double) batch.tile() * batch.tile());
                  sum = sum.add(Operators.scale(pixels, each));
                }
                return sum;
              })) {
        NDArray norms = gradient.square().sum(PIXELS, true).sqrt().add(1e-12f);
        logits.subi(gradient.div(norms).mul((float) rate));
      }
    }
    return logits;
  }

  /** F of the pixels with a logit above 0; 1 where there are neither true nor drawn ones. */
  private static NDArray f(NDArray logits, NDArray truth) {
    NDArray drawn = logits.gt(0).toType(truth.getDataType(), false);
    NDArray both = drawn.mul(truth).sum(PIXELS).mul(2);
    NDArray all = drawn.sum(PIXELS).add(truth.sum(PIXELS));
    return both.add(1e-6f).div(all.add(1e-6f));
  }
}
