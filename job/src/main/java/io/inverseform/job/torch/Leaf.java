package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
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
    // What the function makes on its way is of no use when the gradient is known.
    try (NDScope made = new NDScope()) {
      made.suppressNotUsedWarning();
      PtNDArray leaf = (PtNDArray) Operators.detach(x.getManager(), x);
      JniUtils.attachGradient(leaf, true);
      NDArray scalar = function.apply(leaf);
      JniUtils.backward((PtNDArray) scalar, (PtNDArray) scalar.onesLike(), false, false);
      NDArray reached = JniUtils.getGradient(leaf);
      NDArray gradient = reached == null ? x.zerosLike() : reached.duplicate();
      NDScope.unregister(gradient);
      return gradient;
    } finally {
      JniUtils.setGradMode(mode);
    }
  }
}
