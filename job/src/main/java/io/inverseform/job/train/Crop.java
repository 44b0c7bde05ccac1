package io.inverseform.job.train;

import io.inverseform.job.config.AugmentConfig;
import io.inverseform.job.dataset.Sample;
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
 */
record Crop(CropWindow window, byte[] rgb, byte[] labels, byte[] edges) {
  /** Draws and cuts a crop. */
  static Crop of(
      Sample sample, AugmentConfig config, EdgeOperator operator, long seed, int epoch, int index)
      throws IOException {
    CropWindow window = CropWindow.draw(config, sample, seed, epoch, index);
    LabelMap labels = window.labels(sample);
    LabelMap edges = window.edges(sample, labels, operator);
    return new Crop(window, window.cut(sample.picture()), labels.ids(), edges.ids());
  }
}
