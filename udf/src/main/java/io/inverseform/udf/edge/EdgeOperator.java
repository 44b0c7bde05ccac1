package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;
import java.io.Serializable;

/**
 * Finds the boundaries between the regions of a label map. Neither the picture's frame nor ignored
 * regions make edges.
 */
public interface EdgeOperator extends Serializable {
  /**
   * The edge map of a label map, of the same size: 1 at edges, 0 elsewhere.
   *
   * @param trainIds (H, W), classes and {@link LabelMap#IGNORE}
   */
  LabelMap edges(LabelMap trainIds);
}
