package io.inverseform.job.torch;

import ai.djl.ndarray.NDManager;

/**
 * SGD with momentum and weight decay on whole flat vectors, after PyTorch's rule, on the device
 * that holds them.
 */
public final class FlatSgd {
  private final FlatParameters parameters;
  private final FlatVector momentum;

  /**
   * An optimiser whose momentum is zero.
   *
   * @param device owner of the momentum's memory
   */
  public FlatSgd(NDManager device, FlatParameters parameters) {
    this.parameters = parameters;
    momentum = new FlatVector(device, parameters.weights().length());
  }

  /**
   * Moves the weights by the gradient: m = factor * m + scale * g + decay * w, w = w - rate * m.
   */
  public void step(double rate, double factor, double decay, double scale) {
    Operators.sgd(
        parameters.weights().array(),
        parameters.gradient().array(),
        momentum.array(),
        rate,
        factor,
        decay,
        scale);
  }

  /** Copies the momentum from the device. */
  public void readMomentum(float[] into) {
    momentum.toHost();
    momentum.host().get(into);
  }

  /** Copies the momentum to the device. */
  public void writeMomentum(float[] from) {
    momentum.host().put(from);
    momentum.toDevice();
  }
}
