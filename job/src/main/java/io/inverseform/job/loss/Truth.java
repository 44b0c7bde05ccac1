package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.udf.label.LabelMap;

/**
 * What the outputs are compared with.
 *
 * @param target train ids (N, H, W), int64; {@link LabelMap#IGNORE} is no class
 * @param edges (N, 1, H, W), float32: 1 on edges, 0 elsewhere; any other value is left out
 */
record Truth(NDArray target, NDArray edges) {
  Truth {
    Shape labels = target.getShape();
    Shape boundaries = edges.getShape();
    if (labels.dimension() != 3
        || !boundaries.equals(new Shape(labels.get(0), 1, labels.get(1), labels.get(2)))) {
      throw new IllegalArgumentException(
          "labels must be (N, H, W) and edges (N, 1, H, W), are " + labels + " and " + boundaries);
    }
    if (target.getDataType() != DataType.INT64 || edges.getDataType() != DataType.FLOAT32) {
      throw new IllegalArgumentException(
          "labels must be int64 and edges float32, are "
              + target.getDataType()
              + " and "
              + edges.getDataType());
    }
  }

  /** Number of images. */
  long images() {
    return target.getShape().get(0);
  }

  /** Height of the labels. */
  long height() {
    return target.getShape().get(1);
  }

  /** Width of the labels. */
  long width() {
    return target.getShape().get(2);
  }
}
