package io.inverseform.job.config;

import java.util.List;

/** OCRNet on an HRNet backbone, with boundary heads during training. */
public record ModelConfig(BackboneConfig backbone, OcrConfig ocr, NormConfig norm) {
  /**
   * HRNetV2.
   *
   * @param stem channels of the two stride-2 convolutions
   * @param stage1 bottleneck blocks of the first stage
   * @param stage1Channels inner channels of those; they give four times as many
   * @param branches channels of the four resolutions, finest first
   * @param blocks basic blocks a branch and module
   * @param modules exchange modules of stages 2, 3 and 4
   */
  public record BackboneConfig(
      int stem,
      int stage1,
      int stage1Channels,
      List<Integer> branches,
      int blocks,
      List<Integer> modules) {}

  /**
   * Object-contextual representations.
   *
   * @param mid channels of the pixel features
   * @param key channels of the attention
   * @param dropout probability that a channel of the fused features is dropped
   */
  public record OcrConfig(int mid, int key, double dropout) {}

  /**
   * Normalisation behind every convolution.
   *
   * @param momentum share of the new batch in the running statistics, as in PyTorch
   * @param groups for {@link Type#GROUP}: at most this many, the largest that divides the channels
   */
  public record NormConfig(Type type, double momentum, double epsilon, int groups) {
    /** Kind of normalisation. */
    public enum Type {
      /** Statistics of the worker's own batch. */
      BATCH,
      /** The stored running statistics, never updated. */
      FROZEN,
      /** Statistics of each image and group of channels. */
      GROUP
    }
  }
}
