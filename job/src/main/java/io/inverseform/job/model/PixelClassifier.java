package io.inverseform.job.model;

import io.inverseform.job.config.HeadConfig;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.model.ConvolutionNorm.Shape;
import java.util.List;

/**
 * Heads of 1x1 convolutions, hidden ones with norm and ReLU before the last. As published, the
 * parameters are numbered as a sequence of layers, ReLU among them in boundary heads only.
 */
final class PixelClassifier {
  private PixelClassifier() {}

  /** Layers "0", "1.0", "2" and so on. */
  static Chain classes(int in, int classes, HeadConfig.Classes head, NormConfig norm) {
    Chain chain = new Chain();
    int channels = in;
    int number = 0;
    for (int out : widths(in, head.channels())) {
      Shape shape = Shape.of("" + number, (number + 1) + ".0", channels, out, 1, 1);
      chain.then("", new ConvolutionNorm(head.bias() ? shape.withBias() : shape, norm));
      channels = out;
      number += 2;
    }
    String last = head.channels().isEmpty() ? "" : "" + number;
    return chain.then(last, Convolution.last(channels, classes, head.bias()));
  }

  /** Layers "0", "1", "3" and so on. */
  static Chain boundary(int in, HeadConfig.Boundary head, NormConfig norm) {
    Chain chain = new Chain();
    int channels = in;
    int number = 0;
    for (int out : widths(in, head.channels())) {
      Shape shape = Shape.of("" + number, "" + (number + 1), channels, out, 1, 1);
      chain.then("", new ConvolutionNorm(shape.withBias(), norm));
      channels = out;
      number += 3;
    }
    String last = head.channels().isEmpty() ? "" : "" + number;
    return chain.then(last, Convolution.last(channels, 1, true));
  }

  private static List<Integer> widths(int in, List<Integer> channels) {
    int[] before = {in};
    return channels.stream().map(width -> before[0] = width == 0 ? before[0] : width).toList();
  }
}
