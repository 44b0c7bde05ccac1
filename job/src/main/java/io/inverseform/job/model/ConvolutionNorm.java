package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.torch.Initial;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.SyncBatchNorm;
import io.inverseform.job.torch.Tape;
import java.util.ArrayList;
import java.util.List;

/**
 * Convolution, normalisation and, at wish, ReLU as one layer, so that nothing outlives the forward
 * pass but what the backward pass needs.
 */
final class ConvolutionNorm extends Layer {
  private final NormConfig norm;
  private final int stride;
  private final boolean relu;
  private final Parameter weight;
  private final Parameter bias;
  private final Parameter scale;
  private final Parameter shift;
  private final Parameter mean;
  private final Parameter variance;

  /**
   * What the layer is made of.
   *
   * @param convolution name of the convolution
   * @param normalisation name of the normalisation
   * @param bias whether the convolution has one; published networks have it in their heads
   */
  record Shape(
      String convolution,
      String normalisation,
      int in,
      int out,
      int kernel,
      int stride,
      boolean bias,
      boolean relu) {
    /** A convolution without bias, with ReLU. */
    static Shape of(
        String convolution, String normalisation, int in, int out, int kernel, int stride) {
      return new Shape(convolution, normalisation, in, out, kernel, stride, false, true);
    }

    Shape withoutRelu() {
      return new Shape(convolution, normalisation, in, out, kernel, stride, bias, false);
    }

    Shape withBias() {
      return new Shape(convolution, normalisation, in, out, kernel, stride, true, relu);
    }
  }

  ConvolutionNorm(Shape shape, NormConfig norm) {
    this.norm = norm;
    stride = shape.stride();
    relu = shape.relu();
    String convolution = shape.convolution() + ".";
    String normalisation = shape.normalisation() + ".";
    int out = shape.out();
    int kernel = shape.kernel();
    weight =
        weight(
            convolution + "weight",
            Parameter.Type.WEIGHT,
            Initial.kaimingFanOut(),
            out,
            shape.in(),
            kernel,
            kernel);
    bias =
        shape.bias()
            ? weight(convolution + "bias", Parameter.Type.BIAS, Initial.constant(0), out)
            : null;
    scale = weight(normalisation + "weight", Parameter.Type.GAMMA, Initial.constant(1), out);
    shift = weight(normalisation + "bias", Parameter.Type.BETA, Initial.constant(0), out);
    boolean statistics = norm.type() != NormConfig.Type.GROUP;
    mean =
        statistics
            ? buffer(normalisation + "running_mean", Parameter.Type.RUNNING_MEAN, 0, out)
            : null;
    variance =
        statistics
            ? buffer(normalisation + "running_var", Parameter.Type.RUNNING_VAR, 1, out)
            : null;
  }

  @Override
  public boolean synchronised() {
    return norm.type() == NormConfig.Type.SYNC_BATCH && scale.requiresGradient();
  }

  /** A frozen norm keeps its statistics. */
  private boolean learns(Tape tape) {
    return tape.training() && scale.requiresGradient();
  }

  /** (N, in, H, W) to (N, out, H / stride, W / stride). */
  @Override
  public NDList forward(Tape tape, NDList inputs) {
    return sideBySide(tape, List.of(this), inputs);
  }

  /** Runs layers of one network, each on its own input; synchronised norms share their rounds. */
  static NDList sideBySide(Tape tape, List<ConvolutionNorm> layers, NDList inputs) {
    NDArray[] outputs = new NDArray[layers.size()];
    List<Integer> together = new ArrayList<>();
    for (int i = 0; i < outputs.length; i++) {
      ConvolutionNorm layer = layers.get(i);
      if (layer.norm.type() == NormConfig.Type.SYNC_BATCH && layer.learns(tape)) {
        together.add(i);
      } else {
        outputs[i] = layer.alone(tape, inputs.get(i));
      }
    }
    if (!together.isEmpty()) {
      syncBatchNorm(tape, layers, inputs, outputs, together);
    }
    for (int i = 0; i < outputs.length; i++) {
      // The convolution keeps its input, the normalisation its own, as large as the output.
      tape.keeps(inputs.get(i), outputs[i]);
      tape.release(inputs.get(i));
    }
    return new NDList(outputs);
  }

  private NDArray alone(Tape tape, NDArray x) {
    return norm.type() == NormConfig.Type.GROUP
        ? groupNorm(tape, x)
        : batchNorm(tape, x, norm.type() == NormConfig.Type.BATCH && learns(tape));
  }

  private NDArray batchNorm(Tape tape, NDArray x, boolean batchStatistics) {
    return Operators.convolutionBatchNorm(
        x,
        tape.use(weight),
        bias == null ? null : tape.use(bias),
        tape.use(scale),
        tape.use(shift),
        mean.getArray(),
        variance.getArray(),
        stride,
        batchStatistics,
        tape.momentum(norm.momentum()),
        norm.epsilon(),
        relu);
  }

  private static void syncBatchNorm(
      Tape tape,
      List<ConvolutionNorm> layers,
      NDList inputs,
      NDArray[] outputs,
      List<Integer> together) {
    List<SyncBatchNorm.Running> running = new ArrayList<>();
    List<NDArray> x = new ArrayList<>();
    for (int i : together) {
      ConvolutionNorm layer = layers.get(i);
      running.add(new SyncBatchNorm.Running(layer.mean.getArray(), layer.variance.getArray()));
      x.add(layer.convolution(tape, inputs.get(i)));
      x.add(tape.use(layer.scale));
      x.add(tape.use(layer.shift));
    }
    NormConfig norm = layers.get(together.get(0)).norm;
    SyncBatchNorm node =
        new SyncBatchNorm(tape.group(), running, tape.momentum(norm.momentum()), norm.epsilon());
    NDArray[] y = tape.apply(node, x.toArray(new NDArray[0]));
    x.forEach(tape::release);
    for (int k = 0; k < y.length; k++) {
      int i = together.get(k);
      outputs[i] = y[k];
      if (layers.get(i).relu) {
        Operators.reluInPlace(y[k]);
      }
    }
  }

  private NDArray convolution(Tape tape, NDArray x) {
    return Operators.convolution(x, tape.use(weight), bias == null ? null : tape.use(bias), stride);
  }

  private NDArray groupNorm(Tape tape, NDArray x) {
    int channels = Math.toIntExact(scale.getShape().get(0));
    int groups = Math.min(norm.groups(), channels);
    while (channels % groups != 0) {
      groups--;
    }
    try (NDArray y = convolution(tape, x)) {
      return Operators.groupNorm(y, groups, tape.use(scale), tape.use(shift), norm.epsilon(), relu);
    }
  }
}
