package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;

/**
 * A step of the network with a backward pass of its own. One object serves one forward and one
 * backward pass.
 */
public interface Node extends AutoCloseable {
  /**
   * Computes the outputs; gradients are off. They share no memory with the inputs, which live until
   * the node is closed.
   */
  NDArray[] forward(NDArray[] x);

  /**
   * Computes the inputs' gradients; gradients of those are off.
   *
   * @param dy gradients of the outputs, null where nothing depends on one; the node closes them
   * @return gradients of the inputs, null where there is none; the tape closes them
   */
  NDArray[] backward(NDArray[] dy);

  /** Frees what was kept for the backward pass. */
  @Override
  void close();
}
