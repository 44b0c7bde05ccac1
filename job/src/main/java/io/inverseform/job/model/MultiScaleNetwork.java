package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.ScalesConfig;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import java.util.ArrayList;
import java.util.List;

/**
 * Hierarchical multi-scale attention (Tao, Sapra, Catanzaro: "Hierarchical Multi-Scale Attention
 * for Semantic Segmentation", 2020). One network runs at every scale; from the largest scale down,
 * attention says of each pixel how much to take from the next smaller one: p = a p_s + (1 - a)
 * p_larger. All logits are at the images' size, those of one scale at that scale's.
 */
final class MultiScaleNetwork extends SegmentationNetwork {
  private final ScalesConfig scales;
  private final SingleScaleNetwork trunk;
  private final Chain attention = new Chain();

  MultiScaleNetwork(ModelConfig config, int classes) {
    this(config, new SingleScaleNetwork(config, classes));
  }

  private MultiScaleNetwork(ModelConfig config, SingleScaleNetwork trunk) {
    super((int) Math.ceil(trunk.minSide() / smallest(config.scales())));
    scales = config.scales();
    this.trunk = add("", trunk);
    add("scale_attn", attention);
    int channels = scales.channels();
    attention.then(
        "",
        new ConvolutionNorm(
            ConvolutionNorm.Shape.of("conv0", "bn0", trunk.mainChannels(), channels, 3, 1),
            config.norm()));
    attention.then(
        "",
        new ConvolutionNorm(
            ConvolutionNorm.Shape.of("conv1", "bn1", channels, channels, 3, 1), config.norm()));
    attention.then("conv2", Convolution.last(channels, 1, false));
  }

  private static double smallest(ScalesConfig scales) {
    return Math.min(scales.train().get(0), scales.infer().get(0));
  }

  /**
   * What the network says at one scale.
   *
   * @param height of the scaled images
   * @param width of the scaled images
   * @param attention (N, 1, height, width), 0..1
   */
  private record Scaled(
      double scale, long height, long width, List<Output> outputs, NDArray attention) {
    /** An output's logits at the scaled images' size. */
    NDArray logits(String output) {
      return Operators.bilinear(Output.of(outputs, output).logits(), height, width, false);
    }
  }

  /**
   * The outputs of the trunk, joined over the scales. Boundary logits are not joined: those of the
   * main head at scale 1 go with the main output, those at the smallest scale with the auxiliary
   * one. Behind them stand the logits and the attention of every scale.
   */
  @Override
  public List<Output> outputs(Tape tape, NDArray images) {
    List<Scaled> all = scaled(tape, images, tape.training() ? scales.train() : scales.infer());
    Scaled one = one(all);
    List<Output> outputs = new ArrayList<>();
    for (Output output : one.outputs()) {
      NDArray boundary = boundary(outputs.isEmpty() ? one : all.get(0), one);
      outputs.add(new Output(output.name(), joined(all, output.name(), one), boundary));
    }
    String main = outputs.get(0).name();
    for (Scaled scaled : all) {
      outputs.add(
          new Output(
              ModelConfig.scaleName(scaled.scale()),
              scaled.logits(main),
              null,
              scaled.attention()));
    }
    return outputs;
  }

  /** Without what only training and pictures of the attention need, all at full size. */
  @Override
  public Output main(Tape tape, NDArray images) {
    List<Scaled> all = scaled(tape, images, scales.infer());
    Scaled one = one(all);
    String name = one.outputs().get(0).name();
    return new Output(name, joined(all, name, one), boundary(one, one));
  }

  private static Scaled one(List<Scaled> all) {
    return all.stream().filter(scaled -> scaled.scale() == 1).findFirst().orElseThrow();
  }

  private List<Scaled> scaled(Tape tape, NDArray images, List<Double> at) {
    Shape shape = images.getShape();
    List<NDArray> inputs = new ArrayList<>();
    for (double scale : at) {
      long height = (long) (shape.get(2) * scale);
      long width = (long) (shape.get(3) * scale);
      inputs.add(scale == 1 ? images : Operators.bilinear(images, height, width, false));
    }
    List<Scaled> all = new ArrayList<>();
    for (int i = 0; i < at.size(); i++) {
      long height = inputs.get(i).getShape().get(2);
      long width = inputs.get(i).getShape().get(3);
      SingleScaleNetwork.Pass pass = trunk.pass(tape, inputs.get(i));
      NDArray weights;
      try (NDArray logits = attention.forward(tape, pass.features());
          NDArray wide = Operators.float32(logits);
          NDArray low = wide.getNDArrayInternal().sigmoid()) {
        weights = Operators.bilinear(low, height, width, false);
      }
      pass.end(tape);
      all.add(new Scaled(at.get(i), height, width, pass.outputs(), weights));
    }
    return all;
  }

  private static NDArray joined(List<Scaled> ascending, String output, Scaled one) {
    NDArray joint = null;
    for (int i = ascending.size() - 1; i >= 0; i--) {
      Scaled scaled = ascending.get(i);
      NDArray logits = scaled.logits(output);
      if (joint != null) {
        try (NDArray larger = joint;
            NDArray own = logits;
            NDArray taken = scaled.attention().mul(own)) {
          logits = scaled.scale() >= 1 ? down(scaled, taken, larger) : up(scaled, taken, larger);
        }
      }
      joint = logits;
    }
    return atSizeOf(one, joint);
  }

  /** Joins at this scale, to which the larger ones are brought. */
  private static NDArray down(Scaled scaled, NDArray taken, NDArray larger) {
    try (NDArray same = Operators.bilinear(larger, scaled.height(), scaled.width(), false);
        NDArray replaced = scaled.attention().mul(same);
        NDArray kept = same.sub(replaced)) {
      return taken.add(kept);
    }
  }

  /** Joins at the larger scale, to which this one is brought. */
  private static NDArray up(Scaled scaled, NDArray taken, NDArray larger) {
    long height = larger.getShape().get(2);
    long width = larger.getShape().get(3);
    try (NDArray same = Operators.bilinear(taken, height, width, false);
        NDArray weights = Operators.bilinear(scaled.attention(), height, width, false);
        NDArray replaced = weights.mul(larger);
        NDArray kept = larger.sub(replaced)) {
      return same.add(kept);
    }
  }

  private static NDArray boundary(Scaled scaled, Scaled one) {
    NDArray boundary = scaled.outputs().get(0).boundary();
    return boundary == null || scaled == one
        ? boundary
        : atSizeOf(one, Operators.bilinear(boundary, scaled.height(), scaled.width(), false));
  }

  /** Takes x over. */
  private static NDArray atSizeOf(Scaled one, NDArray x) {
    if (x.getShape().get(2) == one.height() && x.getShape().get(3) == one.width()) {
      return x;
    }
    try (x) {
      return Operators.bilinear(x, one.height(), one.width(), false);
    }
  }
}
