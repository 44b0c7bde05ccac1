package io.inverseform.job.config;

import java.io.Serializable;
import java.util.List;

/** OCRNet on an HRNet backbone, with boundary heads during training. */
public record ModelConfig(
    BackboneConfig backbone, OcrConfig ocr, NormConfig norm, PretrainedConfig pretrained)
    implements Serializable {
  public ModelConfig {
    Check.given("backbone", backbone);
    Check.given("ocr", ocr);
    Check.given("norm", norm);
    Check.given("pretrained", pretrained);
  }

  ModelConfig with(PretrainedConfig otherPretrained) {
    return new ModelConfig(backbone, ocr, norm, otherPretrained);
  }

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
      List<Integer> modules)
      implements Serializable {
    public BackboneConfig {
      Check.atLeast(1, "stem", stem);
      Check.atLeast(1, "stage1", stage1);
      Check.atLeast(1, "stage1_channels", stage1Channels);
      branches = Check.list("branches", branches, 4, v -> v >= 1, "at least 1");
      Check.atLeast(1, "blocks", blocks);
      modules = Check.list("modules", modules, 3, v -> v >= 1, "at least 1");
    }
  }

  /**
   * Object-contextual representations.
   *
   * @param mid channels of the pixel features
   * @param key channels of the attention
   * @param dropout probability that a channel of the fused features is dropped
   */
  public record OcrConfig(int mid, int key, double dropout) implements Serializable {
    public OcrConfig {
      Check.atLeast(1, "mid", mid);
      Check.atLeast(1, "key", key);
      Check.that(dropout >= 0 && dropout < 1, "dropout", dropout, "in 0..1, below 1");
    }
  }

  /**
   * Normalisation behind every convolution.
   *
   * @param momentum share of the new batch in the running statistics, as in PyTorch
   * @param groups for {@link Type#GROUP}: at most this many, the largest that divides the channels
   */
  public record NormConfig(Type type, double momentum, double epsilon, int groups)
      implements Serializable {
    /** Kind of normalisation. */
    public enum Type {
      /** Statistics of the worker's own batch. */
      BATCH,
      /** The stored running statistics, never updated. */
      FROZEN,
      /** Statistics of each image and group of channels. */
      GROUP
    }

    public NormConfig {
      Check.given("type", type);
      Check.that(momentum > 0 && momentum <= 1, "momentum", momentum, "above 0, at most 1");
      Check.positive("epsilon", epsilon);
      Check.atLeast(1, "groups", groups);
    }
  }
}
