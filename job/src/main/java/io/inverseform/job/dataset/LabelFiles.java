package io.inverseform.job.dataset;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import java.io.IOException;
import java.io.Serializable;

/**
 * How the label files of a data set are read.
 *
 * @param catalogue its classes, by the ids of {@link #decode}
 * @param colours where the files have colours; null where they have ids
 */
public record LabelFiles(ClassCatalogue catalogue, LabelColours colours) implements Serializable {
  /**
   * The source ids of a label file.
   *
   * @throws IOException if it cannot be decoded
   * @throws IllegalArgumentException at a colour that belongs to no class
   */
  public LabelMap decode(byte[] png) throws IOException {
    return colours == null ? LabelPng.decode(png) : colours.decode(png);
  }
}
