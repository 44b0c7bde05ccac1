package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import io.inverseform.job.torch.Initial;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;

/** A convolution with nothing behind it. */
final class Convolution extends Layer {
  private static final double STD = 0.001;

  private final int stride;
  private final Parameter weight;
  private final Parameter bias;

  Convolution(int in, int out, int kernel, int stride, boolean bias, Initial initial) {
    this.stride = stride;
    weight = weight("weight", Parameter.Type.WEIGHT, initial, out, in, kernel, kernel);
    this.bias = bias ? weight("bias", Parameter.Type.BIAS, Initial.constant(0), out) : null;
  }

  /** The last layer of a head: 1x1. */
  static Convolution last(int in, int out, boolean bias) {
    return new Convolution(in, out, 1, 1, bias, Initial.normal(STD));
  }

  /** (N, in, H, W) to (N, out, H / stride, W / stride), rounded up for odd kernels. */
  @Override
  public NDList forward(Tape tape, NDList inputs) {
    NDArray x = inputs.singletonOrThrow();
    NDArray y =
        Operators.convolution(x, tape.use(weight), bias == null ? null : tape.use(bias), stride);
    tape.release(x);
    return new NDList(y);
  }
}
