package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;

/** Receives gradients while the backward pass goes on. */
@FunctionalInterface
public interface Gradients {
  /**
   * A parameter's gradient is final.
   *
   * @param gradient of the parameter's shape, or null if the loss does not depend on the parameter;
   *     closed when this method returns
   */
  void onFinal(Parameter parameter, NDArray gradient);
}
