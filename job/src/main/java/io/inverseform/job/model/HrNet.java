package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.inverseform.job.config.ModelConfig.BackboneConfig;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.model.ConvolutionNorm.Shape;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import java.util.ArrayList;
import java.util.List;

/**
 * HRNetV2 (Wang et al., "Deep High-Resolution Representation Learning for Visual Recognition",
 * 2019): four parallel resolutions, concatenated at a quarter of the input's.
 */
final class HrNet extends Layer {
  private final Chain stem = new Chain();
  private final List<Transition> transitions = new ArrayList<>();
  private final List<List<ExchangeModule>> stages = new ArrayList<>();
  private final int channels;

  HrNet(BackboneConfig config, NormConfig norm) {
    add("", stem);
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
    for (int stage = 2; stage <= 4; stage++) {
      List<Integer> branches = config.branches().subList(0, stage);
      transitions.add(add("transition" + (stage - 1), new Transition(before, branches, norm)));
      List<ExchangeModule> modules = new ArrayList<>();
      for (int module = 0; module < config.modules().get(stage - 2); module++) {
        modules.add(
            add(
                "stage" + stage + "." + module,
                new ExchangeModule(branches, config.blocks(), norm)));
      }
      stages.add(modules);
      before = branches;
    }
    channels = config.branches().stream().mapToInt(Integer::intValue).sum();
  }

  /** Channels of the output: the sum over the branches. */
  int channels() {
    return channels;
  }

  /** Images (N, 3, H, W) to features (N, channels, H / 4, W / 4). */
  @Override
  public NDList forward(Tape tape, NDList images) {
    NDList x = stem.forward(tape, images);
    for (int stage = 0; stage < stages.size(); stage++) {
      x = transitions.get(stage).forward(tape, x);
      for (ExchangeModule module : stages.get(stage)) {
        x = module.forward(tape, x);
      }
    }
    NDArray finest = x.get(0);
    NDList same = new NDList(finest);
    for (NDArray coarse : x.subList(1, x.size())) {
      same.add(
          Operators.bilinear(coarse, finest.getShape().get(2), finest.getShape().get(3), false));
      tape.release(coarse);
    }
    NDArray features = NDArrays.concat(same, 1);
    same.forEach(tape::release);
    return new NDList(features);
  }
}
