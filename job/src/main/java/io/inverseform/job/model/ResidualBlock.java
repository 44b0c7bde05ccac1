package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.model.ConvolutionNorm.Shape;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import java.util.List;

/** Residual block of ResNet (He et al., 2016): basic (two 3x3) or bottleneck (1x1, 3x3, 1x1). */
final class ResidualBlock extends Layer {
  private static final int EXPANSION = 4;

  private final Chain body;
  private final Layer skip;

  private ResidualBlock(int in, int out, Chain body, NormConfig norm) {
    this.body = add("", body);
    skip =
        in == out
            ? null
            : add(
                "downsample",
                new ConvolutionNorm(Shape.of("0", "1", in, out, 1, 1).withoutRelu(), norm));
  }

  /** Two 3x3 convolutions; channels stay. */
  static ResidualBlock basic(int channels, NormConfig norm) {
    Chain body =
        new Chain()
            .then("", new ConvolutionNorm(Shape.of("conv1", "bn1", channels, channels, 3, 1), norm))
            .then(
                "",
                new ConvolutionNorm(
                    Shape.of("conv2", "bn2", channels, channels, 3, 1).withoutRelu(), norm));
    return new ResidualBlock(channels, channels, body, norm);
  }

  /** A 3x3 convolution between two 1x1; gives four times the inner channels. */
  static ResidualBlock bottleneck(int in, int inner, NormConfig norm) {
    int out = EXPANSION * inner;
    Chain body =
        new Chain()
            .then("", new ConvolutionNorm(Shape.of("conv1", "bn1", in, inner, 1, 1), norm))
            .then("", new ConvolutionNorm(Shape.of("conv2", "bn2", inner, inner, 3, 1), norm))
            .then(
                "",
                new ConvolutionNorm(
                    Shape.of("conv3", "bn3", inner, out, 1, 1).withoutRelu(), norm));
    return new ResidualBlock(in, out, body, norm);
  }

  /** (N, in, H, W) to (N, out, H, W). */
  @Override
  public NDList forward(Tape tape, NDList inputs) {
    return sideBySide(tape, List.of(this), inputs);
  }

  /** Runs blocks of one network, each on its own input; synchronised norms share their rounds. */
  static NDList sideBySide(Tape tape, List<ResidualBlock> blocks, NDList inputs) {
    NDList x = new NDList();
    inputs.forEach(input -> x.add(tape.cut(input)));
    NDList y = Chain.sideBySide(tape, blocks.stream().map(block -> block.body).toList(), x);
    for (int i = 0; i < blocks.size(); i++) {
      blocks.get(i).addSkipped(tape, x.get(i), y.get(i));
    }
    return y;
  }

  private void addSkipped(Tape tape, NDArray x, NDArray y) {
    if (skip == null) {
      Operators.addReluInPlace(y, x);
    } else {
      try (NDArray other = skip.forward(tape, x)) {
        Operators.addReluInPlace(y, other);
      }
    }
    tape.endCut(x);
  }
}
