package io.inverseform.job.preprocess;

import io.inverseform.job.dataset.Sample;
import java.io.Serializable;

/**
 * Sums over some samples of a split.
 *
 * @param imageBytes of the picture files
 */
record SplitCount(
    String split,
    long samples,
    long imageBytes,
    long pixels,
    long edgePixels,
    long[] pixelsPerClass)
    implements Serializable {
  static SplitCount none(String split, int classes) {
    return new SplitCount(split, 0, 0, 0, 0, new long[classes]);
  }

  SplitCount plus(Sample sample, long pictureBytes) {
    return plus(
        new SplitCount(
            split,
            1,
            pictureBytes,
            (long) sample.width() * sample.height(),
            sample.edgePixels(),
            sample.pixelsPerClass()));
  }

  SplitCount plus(SplitCount other) {
    long[] sums = pixelsPerClass.clone();
    for (int c = 0; c < sums.length; c++) {
      sums[c] += other.pixelsPerClass[c];
    }
    return new SplitCount(
        split,
        samples + other.samples,
        imageBytes + other.imageBytes,
        pixels + other.pixels,
        edgePixels + other.edgePixels,
        sums);
  }
}
