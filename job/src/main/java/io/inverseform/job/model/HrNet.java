package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.inverseform.job.config.ModelConfig.BackboneConfig;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.model.ConvolutionNorm.Shape;
import io.inverseform.job.torch.Initial;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * HRNetV2 (Wang et al., "Deep High-Resolution Representation Learning for Visual Recognition",
 * 2019): four parallel resolutions. The features of a stage are its branches, concatenated at the
 * size of the finest: a quarter of the image's, or an eighth where the image is halved first.
 */
final class HrNet extends Layer {
  private static final int FIRST = 2;
  private static final int LAST = 4;

  private final Chain stem = new Chain();
  private final List<Transition> transitions = new ArrayList<>();
  private final List<List<ExchangeModule>> stages = new ArrayList<>();
  private final List<Integer> branches;
  private final List<Integer> outputs;
  private final List<Integer> recompute;

  /**
   * A network whose stages 2 to 4 can be read.
   *
   * @param outputs stages whose features it gives, ascending
   * @param recompute stages whose activations are not kept
   */
  HrNet(BackboneConfig config, NormConfig norm, List<Integer> outputs, List<Integer> recompute) {
    this.outputs = outputs;
    this.recompute = recompute;
    branches = config.branches();
    add("", stem);
    if (config.halveInput()) {
      Initial published = Initial.uniform(1 / Math.sqrt(3 * 2 * 2));
      stem.then("conv0", new Convolution(3, 3, 2, 2, false, published));
    }
    stem.then("", new ConvolutionNorm(Shape.of("conv1", "bn1", 3, config.stem(), 3, 2), norm));
    stem.then(
        "",
        new ConvolutionNorm(Shape.of("conv2", "bn2", config.stem(), config.stem(), 3, 2), norm));
    int in = config.stem();
    for (int block = 0; block < config.stage1(); block++) {
      stem.then("layer1." + block, ResidualBlock.bottleneck(in, config.stage1Channels(), norm));
      in = 4 * config.stage1Channels();
    }
    List<Integer> before = List.of(in);
    for (int stage = FIRST; stage <= LAST; stage++) {
      List<Integer> after = branches.subList(0, stage);
      transitions.add(add("transition" + (stage - 1), new Transition(before, after, norm)));
      List<ExchangeModule> modules = new ArrayList<>();
      for (int module = 0; module < config.modules().get(stage - FIRST); module++) {
        modules.add(
            add("stage" + stage + "." + module, new ExchangeModule(after, config.blocks(), norm)));
      }
      stages.add(modules);
      before = after;
    }
  }

  /** Channels of a stage's features: the sum over its branches. */
  int channels(int stage) {
    return branches.subList(0, stage).stream().mapToInt(Integer::intValue).sum();
  }

  /** Images (N, 3, H, W) to the features (N, channels of the stage, h, w) of the wanted stages. */
  @Override
  public NDList forward(Tape tape, NDList images) {
    NDList features = new NDList();
    NDList x = stem.forward(tape, images);
    for (int stage = FIRST; stage <= LAST; stage++) {
      x = transitions.get(stage - FIRST).forward(tape, x);
      for (ExchangeModule module : stages.get(stage - FIRST)) {
        boolean again = tape.training() && recompute.contains(stage);
        x = again ? tape.checkpoint(module, x) : cut(tape, module.forward(tape, x));
      }
      if (stage < LAST && outputs.contains(stage)) {
        features.add(concatenated(x, branch -> {}));
      }
    }
    features.add(concatenated(x, tape::release));
    return features;
  }

  /**
   * Branches that several may read, whose gradients add up in the same order whether a checkpoint
   * made them or not. In inference the next stage frees what it reads, when all have read it.
   */
  private static NDList cut(Tape tape, NDList x) {
    if (!tape.training()) {
      return x;
    }
    NDList cuts = new NDList();
    x.forEach(branch -> cuts.add(tape.cut(branch)));
    return cuts;
  }

  /** Features of branches, each given to a last use when it has been read. */
  private static NDArray concatenated(NDList x, Consumer<NDArray> read) {
    NDArray finest = x.get(0);
    NDList same = new NDList(finest);
    for (NDArray coarse : x.subList(1, x.size())) {
      same.add(
          Operators.bilinear(coarse, finest.getShape().get(2), finest.getShape().get(3), false));
      read.accept(coarse);
    }
    NDArray features = NDArrays.concat(same, 1);
    read.accept(finest);
    same.subList(1, same.size()).forEach(NDArray::close);
    return features;
  }
}
