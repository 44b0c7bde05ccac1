package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * Batch normalisation (Ioffe and Szegedy, 2015) with the statistics of all workers' batches, as if
 * one worker had them all. Inputs (N, C, H, W), scale (C) and shift (C); N may differ between
 * workers.
 *
 * <p>A round of the group in the forward pass adds up count, sum and sum of squares, one in the
 * backward pass the sums of dy and dy * xHat. A worker alone makes none. Scale and shift get this
 * worker's share of their gradients: the exchange adds those up.
 */
public final class SyncBatchNorm implements Node {
  private final Group group;
  private final NDArray runningMean;
  private final NDArray runningVariance;
  private final double momentum;
  private final double epsilon;

  private NDArray x;
  private NDArray scale;

  /** Mean and biased variance over all workers, (2, C). */
  private NDArray statistics;

  /** Values of a channel over all workers. */
  private double count;

  /**
   * One pass through a layer.
   *
   * @param runningMean (C), moved by the forward pass
   * @param runningVariance (C), moved by the forward pass, without bias
   * @param momentum share of the new batch in those; at 0 they stay as they are
   */
  public SyncBatchNorm(
      Group group, NDArray runningMean, NDArray runningVariance, double momentum, double epsilon) {
    this.group = group;
    this.runningMean = runningMean;
    this.runningVariance = runningVariance;
    this.momentum = momentum;
    this.epsilon = epsilon;
  }

  @Override
  public NDArray[] forward(NDArray[] inputs) {
    x = inputs[0];
    scale = inputs[1];
    count = (double) x.size() / x.getShape().get(1);
    statistics = Operators.batchStatistics(x);
    if (group.size() > 1) {
      try (NDArray own = statistics) {
        statistics = overAll(own);
      }
    }
    if (momentum > 0) {
      double unbiased = count / Math.max(1, count - 1);
      Operators.moveStatistics(runningMean, runningVariance, statistics, momentum, unbiased);
    }
    return new NDArray[] {Operators.normalise(x, scale, inputs[2], statistics, epsilon)};
  }

  /**
   * Moments add up; in double the difference of squares loses nothing that a float32 could show.
   */
  private NDArray overAll(NDArray own) {
    double[] values = Tensors.doubles(own);
    int channels = values.length / 2;
    double[] moments = new double[1 + values.length];
    moments[0] = count;
    for (int c = 0; c < channels; c++) {
      double mean = values[c];
      moments[1 + c] = count * mean;
      moments[1 + channels + c] = count * (values[channels + c] + mean * mean);
    }
    double[] all = group.sum(moments);
    count = all[0];
    for (int c = 0; c < channels; c++) {
      double mean = all[1 + c] / count;
      values[c] = mean;
      values[channels + c] = Math.max(0, all[1 + channels + c] / count - mean * mean);
    }
    return like(own, values);
  }

  @Override
  public NDArray[] backward(NDArray[] dy) {
    try (NDArray dy0 = dy[0];
        NDArray own = Operators.batchNormSums(dy0, x, statistics, epsilon);
        NDArray all = group.size() == 1 ? own : like(own, group.sum(Tensors.doubles(own)))) {
      NDArray dx = Operators.batchNormGradient(dy0, x, scale, statistics, all, count, epsilon);
      return new NDArray[] {dx, own.get(1), own.get(0)};
    }
  }

  private static NDArray like(NDArray array, double[] values) {
    Shape shape = array.getShape();
    return Tensors.of(array.getManager(), values, shape, array.getDataType());
  }

  @Override
  public void close() {
    if (statistics != null) {
      statistics.close();
    }
  }
}
