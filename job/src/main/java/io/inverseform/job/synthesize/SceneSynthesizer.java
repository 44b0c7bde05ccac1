package io.inverseform.job.synthesize;

import io.inverseform.job.config.SynthesizeConfig;
import io.inverseform.udf.random.KeyedRandom;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/**
 * Generates street scenes. A scene is a function of the seed, the picture size, the split and its
 * number in the split, whatever else is generated and on however many threads.
 */
public final class SceneSynthesizer {
  private static final long KEY = KeyedRandom.hash("scene");

  private final long seed;
  private final SynthesizeConfig config;

  /** A generator for one configuration. */
  public SceneSynthesizer(long seed, SynthesizeConfig config) {
    this.seed = seed;
    this.config = config;
  }

  /** One scene. */
  public Scene scene(String split, int index) {
    KeyedRandom random = new KeyedRandom(seed, KEY, KeyedRandom.hash(split), index);
    return new SceneComposer(random, config.width(), config.height()).compose();
  }

  /**
   * Writes all scenes in the layout of Cityscapes, on all cores. Scenes that are there already from
   * the same seed and configuration are kept.
   *
   * @param folder on any Hadoop file system
   * @return number of scenes written
   * @throws IOException if the folder holds anything else, or cannot be written
   */
  public int write(String folder, Configuration hadoop) throws IOException {
    try (SceneFolder scenes = new SceneFolder(folder, hadoop, seed, config)) {
      return scenes.write(this);
    }
  }
}
