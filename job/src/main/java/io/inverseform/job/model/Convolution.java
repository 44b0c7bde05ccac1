package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import io.inverseform.job.torch.Initial;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;

/** A convolution with bias and nothing behind it: the last layer of a head. */
final class Convolution extends Layer {
  private static final double STD = 0.001;

  private final Parameter weight;
  private final Parameter bias;

  Convolution(int in, int out, int kernel) {
    weight = weight("weight", Parameter.Type.WEIGHT, Initial.normal(STD), out, in, kernel, kernel);
    bias = weight("bias", Parameter.Type.BIAS, Initial.constant(0), out);
  }

  /** (N, in, H, W) to (N, out, H, W). */
  @Override
  public NDList forward(Tape tape, NDList inputs) {
    NDArray x = inputs.singletonOrThrow();
    NDArray y = Operators.convolution(x, tape.use(weight), tape.use(bias), 1);
    tape.release(x);
    return new NDList(y);
  }
}
