package io.inverseform.job.dataset;

import io.inverseform.udf.label.ClassCentroid;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.picture.RgbPicture;
import java.io.IOException;
import java.util.List;

/**
 * One row of the sample table.
 *
 * @param id unique within the split
 * @param image the original JPEG or PNG file; null where the table holds only its path
 * @param width pixels of picture and labels
 * @param height pixels of picture and labels
 * @param labels train ids as 8-bit grey PNG
 * @param edges edge map as 1-bit grey PNG
 * @param pixelsPerClass by train id
 * @param edgePixels pixels that are edges
 * @param centroids of every class in every tile
 * @param source qualified path of the picture
 * @param fingerprint of its files and of what it is made by
 */
public record Sample(
    String id,
    String split,
    byte[] image,
    int width,
    int height,
    byte[] labels,
    byte[] edges,
    long[] pixelsPerClass,
    long edgePixels,
    List<ClassCentroid> centroids,
    String source,
    String fingerprint) {
  /** The same with its picture. */
  Sample with(byte[] picture) {
    return new Sample(
        id,
        split,
        picture,
        width,
        height,
        labels,
        edges,
        pixelsPerClass,
        edgePixels,
        centroids,
        source,
        fingerprint);
  }

  /**
   * Decodes the picture.
   *
   * @throws IOException naming the sample, if it cannot be decoded
   */
  public RgbPicture picture() throws IOException {
    try {
      return RgbPicture.decode(image);
    } catch (IOException e) {
      throw new IOException(problem("picture", e), e);
    }
  }

  /**
   * Decodes the train ids.
   *
   * @throws IOException naming the sample, if they cannot be decoded
   */
  public LabelMap labelMap() throws IOException {
    try {
      return LabelPng.decode(labels);
    } catch (IOException e) {
      throw new IOException(problem("label map", e), e);
    }
  }

  /**
   * Decodes the edge map: ids 0 and 1.
   *
   * @throws IOException naming the sample, if it cannot be decoded
   */
  public LabelMap edgeMap() throws IOException {
    try {
      return LabelPng.decodeBits(edges);
    } catch (IOException e) {
      throw new IOException(problem("edge map", e), e);
    }
  }

  private String problem(String what, IOException cause) {
    return "the "
        + what
        + " of sample "
        + id
        + " ("
        + source
        + ") cannot be decoded: "
        + cause.getMessage();
  }
}
