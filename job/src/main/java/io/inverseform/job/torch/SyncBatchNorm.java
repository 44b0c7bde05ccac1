package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Batch normalisation (Ioffe and Szegedy, 2015) with the statistics of all workers' batches, as if
 * one worker had them all; of one layer, or of several that share the rounds. For each layer inputs
 * (N, C, H, W), scale (C) and shift (C), and one output; N may differ between workers.
 *
 * <p>A round of the group in the forward pass adds up count, sum and sum of squares, one in the
 * backward pass the sums of dy and dy * xHat. A worker alone makes none. Scale and shift get this
 * worker's share of their gradients: the exchange adds those up.
 */
public final class SyncBatchNorm implements Node {
  private static final int INPUTS = 3;

  private final Group group;
  private final List<Moments> layers;
  private final double momentum;
  private final double epsilon;

  /**
   * The statistics of a layer that inference will use.
   *
   * @param mean (C), moved by the forward pass
   * @param variance (C), moved by the forward pass, without bias
   */
  public record Running(NDArray mean, NDArray variance) {}

  /** One layer on its way. */
  private static final class Moments {
    private final Running running;
    private NDArray x;
    private NDArray scale;

    /** Mean and biased variance over all workers, (2, C). */
    private NDArray statistics;

    /** Values of a channel over all workers. */
    private double count;

    private Moments(Running running) {
      this.running = running;
    }
  }

  /**
   * One pass through layers.
   *
   * @param momentum share of the new batch in running statistics; at 0 they stay as they are
   */
  public SyncBatchNorm(Group group, List<Running> layers, double momentum, double epsilon) {
    this.group = group;
    this.layers = layers.stream().map(Moments::new).toList();
    this.momentum = momentum;
    this.epsilon = epsilon;
  }

  @Override
  public NDArray[] forward(NDArray[] inputs) {
    for (int i = 0; i < layers.size(); i++) {
      Moments layer = layers.get(i);
      layer.x = inputs[INPUTS * i];
      layer.scale = inputs[INPUTS * i + 1];
      layer.count = (double) layer.x.size() / layer.x.getShape().get(1);
      layer.statistics = Operators.batchStatistics(layer.x);
    }
    if (group.size() > 1) {
      overAll();
    }
    NDArray[] outputs = new NDArray[layers.size()];
    for (int i = 0; i < outputs.length; i++) {
      Moments layer = layers.get(i);
      if (momentum > 0) {
        double unbiased = layer.count / Math.max(1, layer.count - 1);
        Operators.moveStatistics(
            layer.running.mean(), layer.running.variance(), layer.statistics, momentum, unbiased);
      }
      NDArray shift = inputs[INPUTS * i + 2];
      outputs[i] = Operators.normalise(layer.x, layer.scale, shift, layer.statistics, epsilon);
    }
    return outputs;
  }

  /**
   * Moments add up; in double the difference of squares loses nothing that a float32 could show.
   */
  private void overAll() {
    List<double[]> own = new ArrayList<>();
    for (Moments layer : layers) {
      double[] values = Tensors.doubles(layer.statistics);
      int channels = values.length / 2;
      double[] moments = new double[1 + values.length];
      moments[0] = layer.count;
      for (int c = 0; c < channels; c++) {
        double mean = values[c];
        moments[1 + c] = layer.count * mean;
        moments[1 + channels + c] = layer.count * (values[channels + c] + mean * mean);
      }
      own.add(moments);
    }
    List<double[]> all = sums(own);
    for (int i = 0; i < layers.size(); i++) {
      Moments layer = layers.get(i);
      double[] moments = all.get(i);
      double[] values = new double[moments.length - 1];
      int channels = values.length / 2;
      layer.count = moments[0];
      for (int c = 0; c < channels; c++) {
        double mean = moments[1 + c] / layer.count;
        values[c] = mean;
        values[channels + c] = Math.max(0, moments[1 + channels + c] / layer.count - mean * mean);
      }
      try (NDArray local = layer.statistics) {
        layer.statistics = like(local, values);
      }
    }
  }

  /** Sums several arrays in one round. */
  private List<double[]> sums(List<double[]> own) {
    double[] joined = own.stream().flatMapToDouble(Arrays::stream).toArray();
    double[] all = group.sum(joined);
    List<double[]> parts = new ArrayList<>();
    int from = 0;
    for (double[] part : own) {
      parts.add(Arrays.copyOfRange(all, from, from + part.length));
      from += part.length;
    }
    return parts;
  }

  @Override
  public NDArray[] backward(NDArray[] dy) {
    List<Integer> used = IntStream.range(0, dy.length).filter(i -> dy[i] != null).boxed().toList();
    List<NDArray> own = new ArrayList<>();
    for (int i : used) {
      Moments layer = layers.get(i);
      own.add(Operators.batchNormSums(dy[i], layer.x, layer.statistics, epsilon));
    }
    List<double[]> all =
        group.size() == 1 ? null : sums(own.stream().map(Tensors::doubles).toList());
    NDArray[] gradients = new NDArray[INPUTS * dy.length];
    for (int k = 0; k < used.size(); k++) {
      int i = used.get(k);
      Moments layer = layers.get(i);
      try (NDArray dy0 = dy[i];
          NDArray mine = own.get(k);
          NDArray sums = all == null ? mine : like(mine, all.get(k))) {
        gradients[INPUTS * i] =
            Operators.batchNormGradient(
                dy0, layer.x, layer.scale, layer.statistics, sums, layer.count, epsilon);
        gradients[INPUTS * i + 1] = mine.get(1);
        gradients[INPUTS * i + 2] = mine.get(0);
      }
    }
    return gradients;
  }

  private static NDArray like(NDArray array, double[] values) {
    Shape shape = array.getShape();
    return Tensors.of(array.getManager(), values, shape, array.getDataType());
  }

  @Override
  public void close() {
    for (Moments layer : layers) {
      if (layer.statistics != null) {
        layer.statistics.close();
      }
    }
  }
}
