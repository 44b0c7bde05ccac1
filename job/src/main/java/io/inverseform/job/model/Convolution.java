package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import io.inverseform.job.torch.Initial;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;

/** A convolution with bias and nothing behind it. */
final class Convolution extends Layer {
  private static final double STD = 0.001;

  private final int stride;
  private final Parameter weight;
  private final Parameter bias;

  /** The last layer of a head. */
  Convolution(int in, int out, int kernel) {
    this(in, out, kernel, 1, Initial.normal(STD));
  }

  Convolution(int in, int out, int kernel, int stride, Initial initial) {
    this.stride = stride;
    weight = weight("weight", Parameter.Type.WEIGHT, initial, out, in, kernel, kernel);
    bias = weight("bias", Parameter.Type.BIAS, Initial.constant(0), out);
  }

  /** (N, in, H, W) to (N, out, H / stride, W / stride), rounded up. */
  @Override
  public NDList forward(Tape tape, NDList inputs) {
    NDArray x = inputs.singletonOrThrow();
    NDArray y = Operators.convolution(x, tape.use(weight), tape.use(bias), stride);
    tape.release(x);
    return new NDList(y);
  }
}
