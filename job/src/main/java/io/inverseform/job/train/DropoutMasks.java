package io.inverseform.job.train;

import io.inverseform.job.torch.ChannelMasks;
import io.inverseform.udf.random.KeyedRandom;

/**
 * Dropout keyed by seed, epoch, sample and layer: the same wherever and beside whom a sample is.
 */
record DropoutMasks(long seed, int epoch, int[] samples) implements ChannelMasks {
  private static final long KEY = KeyedRandom.hash("dropout");

  @Override
  public float[] draw(String layer, int count, int channels, double probability) {
    if (count != samples.length) {
      throw new IllegalArgumentException(
          layer + " asks for masks of " + count + " samples, the step has " + samples.length);
    }
    float keep = (float) (1 / (1 - probability));
    float[] factors = new float[count * channels];
    for (int i = 0; i < count; i++) {
      KeyedRandom random = new KeyedRandom(seed, KEY, epoch, samples[i], KeyedRandom.hash(layer));
      for (int c = 0; c < channels; c++) {
        factors[i * channels + c] = random.nextDouble() < probability ? 0 : keep;
      }
    }
    return factors;
  }
}
