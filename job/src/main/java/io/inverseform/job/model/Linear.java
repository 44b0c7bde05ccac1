package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import io.inverseform.job.torch.Initial;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;

/** An affine map with bias. */
final class Linear extends Layer {
  private final Parameter weight;
  private final Parameter bias;

  /**
   * A map of the given widths.
   *
   * @param initial of the weight; the bias starts at 0
   */
  Linear(int in, int out, Initial initial) {
    weight = weight("weight", Parameter.Type.WEIGHT, initial, out, in);
    bias = weight("bias", Parameter.Type.BIAS, Initial.constant(0), out);
  }

  /** (N, in) to (N, out). */
  @Override
  public NDList forward(Tape tape, NDList inputs) {
    NDArray x = inputs.singletonOrThrow();
    NDArray y = Operators.linear(x, tape.use(weight), tape.use(bias));
    tape.release(x);
    return new NDList(y);
  }
}
