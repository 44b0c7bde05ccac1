package io.inverseform.job.train;

import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.Ranges;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.FlatVector;
import java.io.IOException;
import java.nio.FloatBuffer;

/**
 * The network as it is scored and exported: with the mean over the ranks of their running
 * statistics, and where there are moving averages, with those of weights and statistics. It takes
 * the place of what is trained, between steps and on all ranks together.
 */
final class EvaluationCopy {
  private final Exchange exchange;
  private final FlatParameters parameters;
  private final Optimizer optimizer;
  private final ShardState state;
  private final BufferEma bufferEma;

  /** What is done with the copy. */
  interface Use<T> {
    T run() throws IOException;
  }

  /**
   * @param state of this rank's shard
   */
  EvaluationCopy(
      Exchange exchange,
      FlatParameters parameters,
      Optimizer optimizer,
      ShardState state,
      BufferEma bufferEma) {
    this.exchange = exchange;
    this.parameters = parameters;
    this.optimizer = optimizer;
    this.state = state;
    this.bufferEma = bufferEma;
  }

  /** Puts it in place, and puts back afterwards, bit by bit, what is trained; all ranks must. */
  <T> T during(Use<T> use) throws IOException {
    FlatVector buffers = parameters.buffers();
    FlatVector weights = parameters.weights();
    buffers.toHost();
    float[] trainedBuffers = values(buffers);
    optimizer.toHost();
    float[] trainedWeights = state.hasEma() ? values(weights) : new float[0];
    try {
      buffers.write(meanOver(state.hasEma() ? bufferEma.values() : trainedBuffers));
      if (state.hasEma()) {
        gather(state.vector(ShardState.EMA), weights.host());
        weights.toDevice();
      }
      return use.run();
    } finally {
      buffers.write(trainedBuffers);
      if (state.hasEma()) {
        weights.write(trainedWeights);
      }
    }
  }

  private static float[] values(FlatVector vector) {
    float[] values = new float[vector.length()];
    vector.host().get(values);
    return values;
  }

  private float[] meanOver(float[] own) {
    double[] values = new double[own.length];
    for (int i = 0; i < own.length; i++) {
      values[i] = own[i];
    }
    double[] sums = exchange.sum(values);
    float[] mean = new float[own.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (sums[i] / exchange.worldSize());
    }
    return mean;
  }

  /** Fills a vector with all ranks' shards: a sum with zeros loses nothing. */
  private void gather(float[] own, FloatBuffer into) {
    int length = into.capacity();
    FloatRange shard = Ranges.shard(length, exchange.worldSize(), exchange.rank());
    for (int from = 0; from < length; from += Exchange.MAX_SUM) {
      FloatRange part = new FloatRange(from, Math.min(Exchange.MAX_SUM, length - from));
      double[] values = new double[part.length()];
      FloatRange mine = part.intersection(shard);
      for (int i = mine.offset(); i < mine.end(); i++) {
        values[i - from] = own[i - shard.offset()];
      }
      double[] sums = exchange.sum(values);
      for (int i = 0; i < sums.length; i++) {
        into.put(from + i, (float) sums[i]);
      }
    }
  }
}
