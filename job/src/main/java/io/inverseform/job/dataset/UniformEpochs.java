package io.inverseform.job.dataset;

import io.inverseform.udf.random.KeyedRandom;
import java.util.Arrays;

/** Every sample once an epoch, in an order of its own. */
public record UniformEpochs(long seed, int size) implements Epochs {
  private static final long KEY = KeyedRandom.hash("sampler");

  /** Checks that there are samples. */
  public UniformEpochs {
    if (size <= 0) {
      throw new IllegalArgumentException("epochs need samples, there are " + size);
    }
  }

  @Override
  public Draw[] of(int epoch) {
    return Arrays.stream(permutation(seed, size, epoch))
        .mapToObj(sample -> new Draw(sample, 0, null))
        .toArray(Draw[]::new);
  }

  static int[] permutation(long seed, int size, int epoch) {
    int[] samples = new int[size];
    Arrays.setAll(samples, i -> i);
    new KeyedRandom(seed, KEY, epoch).shuffle(samples);
    return samples;
  }
}
