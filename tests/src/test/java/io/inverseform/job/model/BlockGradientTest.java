package io.inverseform.job.model;

import ai.djl.ndarray.NDList;
import io.inverseform.job.config.HeadConfig;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.model.ConvolutionNorm.Shape;
import io.inverseform.job.torch.Initial;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.LayerCheck;
import io.inverseform.job.torch.Tape;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The backward pass of every kind of block, beside differences. */
class BlockGradientTest {
  private static NormConfig norm(NormConfig.Type type) {
    // A large epsilon: no channel of so small a batch may be nearly constant.
    return new NormConfig(type, 0.1, 0.1, 2);
  }

  private static NormConfig synchronised() {
    return norm(NormConfig.Type.SYNC_BATCH);
  }

  private static Shape shape(int kernel, int stride) {
    return Shape.of("conv", "norm", 3, 4, kernel, stride);
  }

  @ParameterizedTest
  @EnumSource
  void convolutionNorm(NormConfig.Type type) throws Exception {
    check(() -> new ConvolutionNorm(shape(3, 2), norm(type)), 3);
    check(() -> new ConvolutionNorm(shape(1, 1).withBias(), norm(type)), 3);
    check(() -> new ConvolutionNorm(shape(3, 1).withoutRelu(), norm(type)), 3);
  }

  @ParameterizedTest
  @EnumSource
  void basicBlock(NormConfig.Type type) throws Exception {
    check(() -> ResidualBlock.basic(4, norm(type)), 4);
  }

  @ParameterizedTest
  @EnumSource
  void bottleneck(NormConfig.Type type) throws Exception {
    check(() -> ResidualBlock.bottleneck(8, 2, norm(type)), 8);
  }

  @ParameterizedTest
  @EnumSource
  void bottleneckWithAConvolutionBesideIt(NormConfig.Type type) throws Exception {
    check(() -> ResidualBlock.bottleneck(3, 2, norm(type)), 3);
  }

  private static void check(Supplier<Layer> block, int channels) throws Exception {
    new LayerCheck(block).input(3, channels, 6, 5).check();
  }

  @ParameterizedTest
  @EnumSource
  void transition(NormConfig.Type type) throws Exception {
    // One branch stays, one changes its channels, two come by one and by two halvings.
    new LayerCheck(() -> new Transition(List.of(2, 3), List.of(2, 4, 5, 6), norm(type)))
        .input(3, 2, 12, 16)
        .input(3, 3, 6, 8)
        .check();
  }

  @ParameterizedTest
  @EnumSource
  void exchangeModule(NormConfig.Type type) throws Exception {
    branches(new LayerCheck(() -> new ExchangeModule(List.of(2, 3, 4), 1, norm(type)))).check();
  }

  private static LayerCheck branches(LayerCheck check) {
    return check.input(3, 2, 9, 12).input(3, 3, 5, 6).input(3, 4, 3, 3);
  }

  @ParameterizedTest
  @EnumSource
  void ocrHead(NormConfig.Type type) throws Exception {
    new LayerCheck(() -> ocrHead(norm(type), false)).input(3, 4, 5, 6).check();
  }

  private static Layer ocrHead(NormConfig norm, boolean checkpoint) {
    return new OnCut(
        new OcrHead(4, 3, new HeadConfig.ObjectContext("ocr", 6, 4, 0.3), norm), checkpoint);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2 1", "1 1 1"})
  void blocksSpreadOverWorkers(String parts) throws Exception {
    int[] samples = Arrays.stream(parts.split(" ")).mapToInt(Integer::parseInt).toArray();
    branches(new LayerCheck(() -> new ExchangeModule(List.of(2, 3, 4), 1, synchronised())))
        .parts(samples)
        .check();
    new LayerCheck(() -> ocrHead(synchronised(), false)).input(3, 4, 5, 6).parts(samples).check();
  }

  @Test
  void blocksInACheckpoint() throws Exception {
    for (NormConfig.Type type : NormConfig.Type.values()) {
      branches(new LayerCheck(() -> exchangeInCheckpoint(norm(type)))).check();
    }
    branches(new LayerCheck(() -> exchangeInCheckpoint(synchronised()))).parts(1, 2).check();
    new LayerCheck(() -> ocrHead(synchronised(), true)).input(3, 4, 5, 6).parts(1, 2).check();
  }

  @Test
  void convolutionAndLinear() throws Exception {
    new LayerCheck(() -> new Convolution(2, 3, 3, 2, true, Initial.constant(0)))
        .input(2, 2, 5, 4)
        .check();
    new LayerCheck(() -> new Linear(4, 3, Initial.constant(0))).input(2, 4).check();
  }

  @Test
  void inverseTransformNetworks() throws Exception {
    new LayerCheck(() -> InverseTransformNetwork.of(SmallInverseNetwork.perceptron(6)))
        .input(3, 1, 6, 6)
        .input(3, 1, 6, 6)
        .check();
    new LayerCheck(() -> InverseTransformNetwork.of(SmallInverseNetwork.convolutional(16)))
        .input(3, 1, 16, 16)
        .input(3, 1, 16, 16)
        .check();
  }

  private static Layer exchangeInCheckpoint(NormConfig norm) {
    return new OnCut(new ExchangeModule(List.of(2, 3, 4), 1, norm), true);
  }

  /** Hands cuts' tensors to a layer, in a checkpoint or not. */
  private static final class OnCut extends Layer {
    private final Layer layer;
    private final boolean checkpoint;

    OnCut(Layer layer, boolean checkpoint) {
      this.layer = add("", layer);
      this.checkpoint = checkpoint;
    }

    @Override
    public NDList forward(Tape tape, NDList inputs) {
      NDList x = new NDList();
      inputs.forEach(input -> x.add(tape.cut(input)));
      NDList y = checkpoint ? tape.checkpoint(layer, x) : layer.forward(tape, x);
      x.forEach(tape::endCut);
      return y;
    }
  }
}
