package io.inverseform.job.train;

import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.dataset.LocalSamples;
import io.inverseform.job.dataset.RgbPicture;
import io.inverseform.job.dataset.Sample;
import io.inverseform.job.model.Segmenter;
import io.inverseform.job.torch.FlatVector;
import io.inverseform.udf.score.ConfusionMatrix;
import java.io.IOException;

/**
 * Scores the validation split inside a run: every rank a share of the pictures, all with the mean
 * of the ranks' running statistics, which are put back afterwards.
 */
final class Validation {
  private final Exchange exchange;
  private final LocalSamples samples;
  private final int classes;
  private final Segmenter segmenter;
  private final FlatVector buffers;

  Validation(Exchange exchange, LocalSamples samples, Segmenter segmenter, FlatVector buffers)
      throws IOException {
    this.exchange = exchange;
    this.samples = samples;
    this.classes = samples.catalogue().size();
    this.segmenter = segmenter;
    this.buffers = buffers;
  }

  /** Mean IoU and the rest over the whole split; the same on all ranks, which must all call it. */
  ConfusionMatrix run() throws IOException {
    float[] own = meanBuffers(exchange, buffers);
    ConfusionMatrix matrix = new ConfusionMatrix(classes);
    try {
      int n = samples.size();
      int from = (int) ((long) n * exchange.rank() / exchange.worldSize());
      int to = (int) ((long) n * (exchange.rank() + 1) / exchange.worldSize());
      for (int i = from; i < to; i++) {
        Sample sample = samples.sample(i);
        RgbPicture picture = sample.picture();
        matrix.add(
            sample.labelMap(), segmenter.segment(picture.rgb(), picture.height(), picture.width()));
      }
    } finally {
      buffers.host().put(own);
      buffers.toDevice(0, own.length);
    }
    return sum(matrix);
  }

  /** Replaces the buffers by their mean over the ranks; returns this rank's own. */
  static float[] meanBuffers(Exchange exchange, FlatVector buffers) {
    buffers.toHost(0, buffers.length());
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

  private ConfusionMatrix sum(ConfusionMatrix matrix) {
    double[] counts = new double[classes * classes];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = matrix.count(i / classes, i % classes);
    }
    double[] sums = exchange.sum(counts);
    long[] all = new long[sums.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = (long) sums[i];
    }
    return ConfusionMatrix.of(classes, all);
  }
}
