package io.inverseform.job.evaluate;

import io.inverseform.udf.label.LabelMap;
import java.io.Serializable;
import java.util.List;

/**
 * A sample beside what the model says of it. All maps are as large as the picture.
 *
 * @param image the original picture file
 * @param labels true train ids
 * @param edges true edges, 0 and 1
 * @param predictedLabels train ids
 * @param predictedEdges probability of a boundary times 255, rounded; 0 if the model has no
 *     boundary head
 * @param attention of every scale but the largest, ascending; none without attention over scales
 */
public record PredictedSample(
    String sampleId,
    byte[] image,
    LabelMap labels,
    LabelMap edges,
    LabelMap predictedLabels,
    LabelMap predictedEdges,
    List<Attention> attention)
    implements Serializable {
  /**
   * Attention over scales.
   *
   * @param map how much a pixel takes from the scale, 0..1 times 255, rounded
   */
  public record Attention(double scale, LabelMap map) implements Serializable {}
}
