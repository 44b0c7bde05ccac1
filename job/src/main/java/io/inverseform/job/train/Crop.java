package io.inverseform.job.train;

import io.inverseform.job.config.AugmentConfig;
import io.inverseform.job.dataset.Sample;
import io.inverseform.job.loss.DistanceMaps;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.label.LabelMap;
import java.io.IOException;

/**
 * One augmented sample before it meets the device: the source pixels of its crop, unscaled, and
 * labels and edges at the crop's size.
 *
 * @param rgb (sourceHeight, sourceWidth, 3) unsigned bytes, neither scaled nor mirrored yet
 * @param labels (cropHeight, cropWidth) train ids
 * @param edges (cropHeight, cropWidth) 0 and 1
 * @param distances signed, of the classes, as by {@link DistanceMaps}; null where no loss needs
 *     them
 */
record Crop(CropWindow window, byte[] rgb, byte[] labels, byte[] edges, float[][] distances) {
  /** Draws and cuts a crop. */
  static Crop of(
      Sample sample, AugmentConfig config, EdgeOperator operator, long seed, int epoch, int index)
      throws IOException {
    CropWindow window = CropWindow.draw(config, sample, seed, epoch, index);
    LabelMap labels = window.labels(sample);
    LabelMap edges = window.edges(sample, labels, operator);
    return new Crop(window, window.cut(sample.picture()), labels.ids(), edges.ids(), null);
  }

  /** With signed distances of the classes. */
  Crop withDistances(int classes) {
    LabelMap map = new LabelMap(window.config().cropWidth(), window.config().cropHeight(), labels);
    return new Crop(window, rgb, labels, edges, DistanceMaps.of(map, classes));
  }

  /**
   * Refuses labels that are neither a class nor ignored, before they are on a device where reading
   * them would mean to wait for it.
   *
   * @param sample what users call it
   */
  void requireClasses(int classes, String sample) {
    for (int i = 0; i < labels.length; i++) {
      int label = labels[i] & 0xFF;
      if (label >= classes && label != LabelMap.IGNORE) {
        throw new IllegalArgumentException(
            "sample %s has label %d at row %d, column %d of a crop, and the network %d classes"
                .formatted(
                    sample,
                    label,
                    i / window.config().cropWidth(),
                    i % window.config().cropWidth(),
                    classes));
      }
    }
  }
}
