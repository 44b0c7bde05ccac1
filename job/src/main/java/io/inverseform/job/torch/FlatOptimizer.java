package io.inverseform.job.torch;

import static io.inverseform.job.torch.OperatorModule.call;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.stream.Stream;

/**
 * Steps of optimisers on flat vectors, on the device that holds them, and the vectors that these
 * keep there.
 */
public final class FlatOptimizer {
  private final FlatParameters parameters;
  private final List<FlatVector> vectors;

  /**
   * With vectors of zeros, as long as the weights.
   *
   * @param device owner of their memory
   * @param count how many
   */
  public FlatOptimizer(NDManager device, FlatParameters parameters, int count) {
    this.parameters = parameters;
    int length = parameters.weights().length();
    vectors = Stream.generate(() -> new FlatVector(device, length)).limit(count).toList();
  }

  /** Floats that are moved together. */
  public final class Part {
    private final NDArray weights;
    private final NDArray gradient;
    private final List<NDArray> own;

    private Part(int offset, int length) {
      Shape shape = new Shape(length);
      weights = parameters.weights().view(offset, shape);
      gradient = parameters.gradient().view(offset, shape);
      own = vectors.stream().map(vector -> vector.view(offset, shape)).toList();
    }

    /**
     * Moves the weights by SGD with momentum, the first vector: d = scale * g + decay * w, m =
     * factor * m + d, w = w - rate * m, or with Nesterov's momentum w = w - rate * (d + factor *
     * m).
     */
    public void sgd(double rate, double factor, boolean nesterov, double decay, double scale) {
      String rule = nesterov ? "nesterov_" : "sgd_";
      call(rule, weights, gradient, own.get(0), rate, factor, decay, scale).close();
    }

    /**
     * Moves the weights by AdamW with the means of gradient and square, the first two vectors: w =
     * kept * w - rate * m / (sqrt(v) / root + epsilon).
     */
    public void adamW(
        double rate,
        double beta1,
        double beta2,
        double epsilon,
        double kept,
        double root,
        double scale) {
      NDArray mean = own.get(0);
      NDArray square = own.get(1);
      call(
              "adamw_", weights, gradient, mean, square, rate, beta1, beta2, epsilon, kept, root,
              scale)
          .close();
    }
  }

  /** A range of the flat vectors, in floats; its views live as long as these. */
  public Part part(int offset, int length) {
    return new Part(offset, length);
  }

  /** Moves a vector by a share of its distance from the weights. */
  public void average(int vector, double share) {
    call("average_", vectors.get(vector).array(), parameters.weights().array(), share).close();
  }

  /** Copies a vector from the device. */
  public void read(int vector, float[] into) {
    vectors.get(vector).toHost();
    vectors.get(vector).host().get(into);
  }

  /** Copies a vector to the device. */
  public void write(int vector, float[] from) {
    vectors.get(vector).host().put(from);
    vectors.get(vector).toDevice();
  }
}
