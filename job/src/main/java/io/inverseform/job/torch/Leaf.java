package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.function.UnaryOperator;

/** Derivatives with respect to an input instead of a network's parameters. */
public final class Leaf {
  private Leaf() {}

  /**
   * The gradient of a function at x.
   *
   * @param function of a tensor equal to x, to a scalar that depends on it
   * @return as x, owned by x's manager; zeros where the gradient does not reach
   */
  public static NDArray gradient(NDArray x, UnaryOperator<NDArray> function) {
    boolean mode = JniUtils.isGradMode();
    JniUtils.setGradMode(true);
    try (PtNDArray leaf = (PtNDArray) Operators.detach(x.getManager(), x)) {
      JniUtils.attachGradient(leaf, true);
      try (NDArray scalar = function.apply(leaf);
          NDArray one = scalar.onesLike()) {
        JniUtils.backward((PtNDArray) scalar, (PtNDArray) one, false, false);
      }
      try (NDArray gradient = JniUtils.getGradient(leaf)) {
        return gradient == null ? x.zerosLike() : gradient.duplicate();
      }
    } finally {
      JniUtils.setGradMode(mode);
    }
  }
}
