package io.inverseform.job.pretrain;

import io.inverseform.job.config.SynthesizeConfig;
import io.inverseform.job.dataset.Draw;
import io.inverseform.job.dataset.Epochs;
import io.inverseform.job.dataset.UniformEpochs;
import io.inverseform.job.synthesize.SceneSynthesizer;
import io.inverseform.job.train.Objective;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.label.LabelMap;

/** Edges between the objects of generated street scenes, made once and kept. */
final class SceneEdges implements EdgeMaps {
  private final long seed;
  private final LabelMap[] samples;
  private final LabelMap[] held;

  SceneEdges(long seed, SynthesizeConfig config, EdgeOperator operator) {
    this.seed = seed;
    SceneSynthesizer scenes = new SceneSynthesizer(seed, config);
    samples = edges(scenes, Objective.TRAIN, config.train(), operator);
    held = edges(scenes, Objective.VALIDATION, config.val(), operator);
  }

  private static LabelMap[] edges(
      SceneSynthesizer scenes, String split, int count, EdgeOperator operator) {
    LabelMap[] maps = new LabelMap[count];
    for (int i = 0; i < count; i++) {
      maps[i] = operator.edges(scenes.scene(split, i).labels());
    }
    return maps;
  }

  @Override
  public Epochs epochs() {
    return new UniformEpochs(seed, samples.length);
  }

  @Override
  public int held() {
    return held.length;
  }

  @Override
  public LabelMap sample(Draw draw, int epoch) {
    return samples[draw.sample()];
  }

  @Override
  public String id(int index) {
    return "scene " + index;
  }

  @Override
  public LabelMap heldOut(int index) {
    return held[index];
  }

  @Override
  public void close() {}
}
