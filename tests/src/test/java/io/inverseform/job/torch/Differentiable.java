package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/** A leaf of autograd whose gradient a test asks for; switches gradients on for its thread. */
public final class Differentiable {
  private final PtNDArray leaf;

  /** Makes the array a leaf. */
  public Differentiable(NDArray array) {
    JniUtils.setGradMode(true);
    leaf = (PtNDArray) array;
    JniUtils.attachGradient(leaf, true);
  }

  /** The leaf, to be used in a function. */
  public NDArray leaf() {
    return leaf;
  }

  /** Runs the backward pass of a scalar. */
  public static void backward(NDArray scalar) {
    try (NDArray one = scalar.onesLike()) {
      JniUtils.backward((PtNDArray) scalar, (PtNDArray) one, false, false);
    }
  }

  /** Whether the backward pass reached the leaf. */
  public boolean hasGradient() {
    try (NDArray gradient = JniUtils.getGradient(leaf)) {
      return gradient != null;
    }
  }

  /** The gradient of a float32 leaf; zeros if the backward pass did not reach the leaf. */
  public float[] gradient() {
    try (NDArray gradient = JniUtils.getGradient(leaf)) {
      return gradient == null
          ? new float[Math.toIntExact(leaf.size())]
          : gradient.duplicate().toFloatArray();
    }
  }

  /** The gradient of a float64 leaf that the backward pass has reached. */
  double[] gradients() {
    try (NDArray gradient = JniUtils.getGradient(leaf)) {
      return gradient.duplicate().toDoubleArray();
    }
  }

  /** A copy of the gradient of a leaf of any type that the backward pass has reached. */
  NDArray gradientArray() {
    try (NDArray gradient = JniUtils.getGradient(leaf)) {
      return gradient.duplicate();
    }
  }
}
