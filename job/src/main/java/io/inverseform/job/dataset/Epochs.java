package io.inverseform.job.dataset;

import io.inverseform.job.config.ClassUniformConfig;
import java.io.IOException;

/** What epochs consist of: functions of a seed and of the epoch alone. Thread-safe. */
public interface Epochs {
  /** Draws of an epoch, at least 1; as many in each. */
  int size();

  /**
   * The draws of an epoch, in their order.
   *
   * @param epoch from 0
   */
  Draw[] of(int epoch);

  /**
   * Epochs of a split as configured.
   *
   * @throws io.inverseform.job.config.ConfigException if a class is named that the table lacks
   * @throws IOException if the local copy is damaged
   */
  static Epochs of(LocalSamples samples, long seed, ClassUniformConfig config) throws IOException {
    if (config.share() == 0) {
      return new UniformEpochs(seed, samples.size());
    }
    return new ClassUniformEpochs(
        seed,
        samples.size(),
        config.share(),
        ClassUniformEpochs.weights(config, samples.catalogue()),
        samples.places());
  }
}
