package io.inverseform.job.augment;

import io.inverseform.job.config.ConfigException;
import io.inverseform.job.loss.DistanceMaps;
import io.inverseform.udf.label.LabelMap;

/**
 * One augmented sample before it meets the device: the source pixels that its crop needs, neither
 * scaled nor coloured yet, and labels and edges at the crop's size.
 *
 * @param reach where the pixels lie in the source
 * @param rgb (reach.height, reach.width, 3) unsigned bytes
 * @param labels (cropHeight, cropWidth) train ids
 * @param edges (cropHeight, cropWidth) 0 and 1
 * @param distances signed, of the classes, as by {@link DistanceMaps}; null where no loss needs
 *     them
 */
public record Crop(
    CropWindow window,
    Look look,
    Box reach,
    byte[] rgb,
    byte[] labels,
    byte[] edges,
    float[][] distances) {
  /** With signed distances of the classes. */
  public Crop withDistances(int classes) {
    LabelMap map = new LabelMap(window.config().cropWidth(), window.config().cropHeight(), labels);
    return new Crop(window, look, reach, rgb, labels, edges, DistanceMaps.of(map, classes));
  }

  /**
   * Refuses labels that are neither a class nor ignored, before they are on a device where reading
   * them would mean to wait for it.
   *
   * @param sample what users call it
   * @throws ConfigException naming the label and its place
   */
  public void requireClasses(int classes, String sample) {
    for (int i = 0; i < labels.length; i++) {
      int label = labels[i] & 0xFF;
      if (label >= classes && label != LabelMap.IGNORE) {
        throw new ConfigException(
            ("sample %s has label %d at row %d, column %d of a crop, and the network %d classes: run"
                    + " preprocess again with the class file (data.classes) that its labels are of,"
                    + " or set data.table to another sample table")
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
