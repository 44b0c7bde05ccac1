package io.inverseform.job.train;

import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.torch.FlatVector;
import java.io.IOException;
import java.util.Map;

/**
 * Scores the validation split inside a run, all ranks with the mean of their running statistics,
 * which are put back afterwards.
 */
final class Validation {
  private final Exchange exchange;
  private final Objective<?> objective;
  private final FlatVector buffers;

  Validation(Exchange exchange, Objective<?> objective, FlatVector buffers) {
    this.exchange = exchange;
    this.objective = objective;
    this.buffers = buffers;
  }

  /** The scores; the same on all ranks, which must all call it. */
  Map<String, Double> run() throws IOException {
    float[] own = meanBuffers(exchange, buffers);
    try {
      return objective.validate(new Share(exchange.rank(), exchange.worldSize(), exchange::sum));
    } finally {
      buffers.host().put(own);
      buffers.toDevice(0, own.length);
    }
  }

  /** Replaces the buffers by their mean over the ranks; returns this rank's own. */
  static float[] meanBuffers(Exchange exchange, FlatVector buffers) {
    buffers.toHost();
    float[] own = new float[buffers.length()];
    buffers.host().get(own);
    double[] values = new double[own.length];
    for (int i = 0; i < own.length; i++) {
      values[i] = own[i];
    }
    double[] sums = exchange.sum(values);
    float[] mean = new float[own.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (sums[i] / exchange.worldSize());
    }
    buffers.host().put(mean);
    buffers.toDevice(0, mean.length);
    return own;
  }
}
