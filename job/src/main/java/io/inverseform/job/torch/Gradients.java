package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import java.util.List;

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

  /** The gradients of several parameters are final, in that order. */
  default void onFinal(List<Parameter> parameters, List<NDArray> gradients) {
    for (int i = 0; i < parameters.size(); i++) {
      onFinal(parameters.get(i), gradients.get(i));
    }
  }
}
