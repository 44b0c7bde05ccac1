package io.inverseform.job.torch;

/** Source of dropout masks, so that no random generator of torch's is used. */
@FunctionalInterface
public interface ChannelMasks {
  /**
   * Factors that drop whole channels: 0 with the given probability, else 1 / (1 - probability).
   *
   * @param layer path of the dropout layer, a key of the draw
   * @return samples x channels values, sample by sample
   */
  float[] draw(String layer, int samples, int channels, double probability);
}
