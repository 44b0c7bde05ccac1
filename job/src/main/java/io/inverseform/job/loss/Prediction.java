package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.model.Output;
import io.inverseform.job.torch.Operators;
import io.inverseform.udf.label.LabelMap;

/**
 * One output of the network at the labels' size. The terms share what several of them read, and it
 * is kept no longer than they need it.
 */
final class Prediction implements AutoCloseable {
  private final NDArray logits;
  private final NDArray boundary;
  private final Truth truth;
  private NDArray boundaryAtLabels;
  private NDArray logitsAtLabels;
  private NDArray negativeLogLikelihood;

  /**
   * An output as the network gives it.
   *
   * @param output logits (N, classes, h, w); boundary logits (N, 1, h, w), or null; of any layout
   *     in memory
   * @throws IllegalArgumentException if a shape or type does not fit; the message names both
   */
  Prediction(Output output, int classes, Truth truth) {
    require(output.name() + " logits", output.logits(), classes, truth);
    if (output.boundary() != null) {
      require(output.name() + " boundary logits", output.boundary(), 1, truth);
    }
    logits = output.logits();
    boundary = output.boundary();
    this.truth = truth;
  }

  private static void require(String what, NDArray x, int channels, Truth truth) {
    Shape shape = x.getShape();
    if (shape.dimension() != 4 || shape.get(0) != truth.images() || shape.get(1) != channels) {
      throw new IllegalArgumentException(
          what
              + " must be ("
              + truth.images()
              + ", "
              + channels
              + ", h, w) for labels of shape "
              + truth.target().getShape()
              + ", are "
              + shape);
    }
    if (x.getDataType() != DataType.FLOAT32 && x.getDataType() != DataType.FLOAT64) {
      throw new IllegalArgumentException(
          what + " must be float32 or float64, are " + x.getDataType());
    }
  }

  /** Boundary logits (N, 1, H, W), not to be closed. */
  NDArray boundaryAtLabels() {
    if (boundaryAtLabels == null) {
      boundaryAtLabels = Operators.bilinear(boundary, truth.height(), truth.width(), false);
      NDScope.unregister(boundaryAtLabels);
    }
    return boundaryAtLabels;
  }

  /** Logits (N, classes, H, W), not to be closed. */
  NDArray logitsAtLabels() {
    if (logitsAtLabels == null) {
      logitsAtLabels = Operators.bilinear(logits, truth.height(), truth.width(), false);
      NDScope.unregister(logitsAtLabels);
    }
    return logitsAtLabels;
  }

  /**
   * Cross-entropy of every pixel without weights (N, H, W), 0 at ignored ones; not to be closed.
   */
  NDArray negativeLogLikelihood() {
    if (negativeLogLikelihood == null) {
      negativeLogLikelihood =
          Operators.crossEntropy(logitsAtLabels(), truth.target(), LabelMap.IGNORE);
      NDScope.unregister(negativeLogLikelihood);
    }
    return negativeLogLikelihood;
  }

  @Override
  public void close() {
    if (boundaryAtLabels != null) {
      boundaryAtLabels.close();
    }
    if (logitsAtLabels != null) {
      logitsAtLabels.close();
    }
    if (negativeLogLikelihood != null) {
      negativeLogLikelihood.close();
    }
  }
}
