package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;
import java.io.Serializable;

/**
 * Finds the boundaries between the regions of a label map. The picture's frame is never an edge;
 * what ignored regions do is said by {@link Ignored}. Operators are immutable and may be shared by
 * threads.
 */
public interface EdgeOperator extends Serializable {
  /**
   * The edges of all classes together, of the same size: 1 at edges, 0 elsewhere.
   *
   * @param trainIds (H, W), classes and {@link LabelMap#IGNORE}
   */
  LabelMap edges(LabelMap trainIds);

  /** What ignored pixels do to edges. */
  Ignored ignored();

  /**
   * The edges of one class against everything else, of the same size: 1 at edges, 0 elsewhere.
   *
   * @param trainIds (H, W), classes and {@link LabelMap#IGNORE}
   * @param trainId 0 to 254, also 255 where ignored pixels are a class; a class that is absent from
   *     the map, or fills it, has no edges
   * @throws IllegalArgumentException if no class can have that id
   */
  default LabelMap classEdges(LabelMap trainIds, int trainId) {
    return edges(ignored().classMap(trainIds, trainId));
  }
}
