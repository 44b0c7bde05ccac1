package io.inverseform.job.torch;

import static io.inverseform.job.torch.OperatorModule.call;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Optimisers' rules on whole flat vectors, on the device that holds them. The gradient is used up
 * by an update.
 */
public final class FlatUpdates {
  private final NDManager device;
  private final FlatParameters parameters;
  private final Map<String, FlatVector> vectors = new LinkedHashMap<>();
  private NDList factors = new NDList();

  /**
   * Rules on the network's weights.
   *
   * @param device owner of the state's memory
   * @param vectors names of the state's vectors, each as long as the weights; zeros
   */
  public FlatUpdates(NDManager device, FlatParameters parameters, List<String> vectors) {
    this.device = device;
    this.parameters = parameters;
    vectors.forEach(
        name -> this.vectors.put(name, new FlatVector(device, parameters.weights().length())));
  }

  /** Factors of the learning rate and of the decay, for every weight. */
  public void factors(float[] rates, float[] decays) {
    Shape shape = new Shape(rates.length);
    factors = new NDList(Tensors.of(device, rates, shape), Tensors.of(device, decays, shape));
  }

  /** A vector of the state. */
  public FlatVector vector(String name) {
    return vectors.get(name);
  }

  /**
   * SGD after PyTorch's rule: d = scale * g + decay * w, m = factor * m + d, w = w - rate * m; with
   * Nesterov's momentum w = w - rate * (d + factor * m).
   */
  public void sgd(
      String momentum, double rate, double factor, boolean nesterov, double decay, double scale) {
    call(
            "sgd_",
            weights(),
            gradient(),
            array(momentum),
            factors,
            rate,
            factor,
            nesterov,
            decay,
            scale)
        .close();
  }

  /**
   * AdamW after PyTorch's rule.
   *
   * @param mean vector of the gradient's moving average
   * @param square vector of its square's
   * @param update from 1
   */
  public void adamW(
      String mean,
      String square,
      double rate,
      double beta1,
      double beta2,
      double epsilon,
      double decay,
      double scale,
      long update) {
    double[] numbers = {
      rate,
      beta1,
      beta2,
      epsilon,
      decay,
      scale,
      1 - Math.pow(beta1, update),
      Math.sqrt(1 - Math.pow(beta2, update))
    };
    NDList others = new NDList(gradient(), array(mean), array(square));
    call("adamw_", weights(), others, factors, numbers).close();
  }

  /** Moves an average towards the weights: a = a + share * (w - a). */
  public void average(String average, double share) {
    call("average_", array(average), weights(), share).close();
  }

  private NDArray weights() {
    return parameters.weights().array();
  }

  private NDArray gradient() {
    return parameters.gradient().array();
  }

  private NDArray array(String name) {
    return vectors.get(name).array();
  }
}
