package io.inverseform.job.preprocess;

import io.inverseform.job.dataset.Sample;
import java.io.Serializable;

/** Running sums over the samples of a split. */
final class SplitCount implements Serializable {
  private static final long serialVersionUID = 1;

  private final long[] pixelsPerClass;
  private long samples;
  private long imageBytes;
  private long pixels;
  private long edgePixels;

  SplitCount(int classes) {
    pixelsPerClass = new long[classes];
  }

  void add(Sample sample, long edges) {
    samples++;
    imageBytes += sample.image().length;
    pixels += (long) sample.width() * sample.height();
    edgePixels += edges;
    for (int c = 0; c < pixelsPerClass.length; c++) {
      pixelsPerClass[c] += sample.pixelsPerClass()[c];
    }
  }

  SplitCount merge(SplitCount other) {
    samples += other.samples;
    imageBytes += other.imageBytes;
    pixels += other.pixels;
    edgePixels += other.edgePixels;
    for (int c = 0; c < pixelsPerClass.length; c++) {
      pixelsPerClass[c] += other.pixelsPerClass[c];
    }
    return this;
  }

  Summary.Split summary(String name, long rejected) {
    return new Summary.Split(
        name, samples, rejected, imageBytes, pixels, edgePixels, pixelsPerClass.clone());
  }
}
