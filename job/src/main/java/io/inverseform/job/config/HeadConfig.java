package io.inverseform.job.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.List;

/** What reads features of the backbone, or of another head, and gives logits. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = HeadConfig.ObjectContext.class, name = "ocr"),
  @JsonSubTypes.Type(value = HeadConfig.Classes.class, name = "fcn"),
  @JsonSubTypes.Type(value = HeadConfig.Boundary.class, name = "boundary")
})
public sealed interface HeadConfig extends Serializable {
  /** The output that counts. */
  String MAIN = "main";

  /** The output that only helps in training. */
  String AUXILIARY = "auxiliary";

  /** Features of the object-contextual head. */
  String OCR = "ocr";

  /** Prefix of the head's parameters. */
  String name();

  /** Outputs to which the head gives class logits. */
  List<String> logits();

  /**
   * Object-contextual representations (Yuan, Chen, Wang, 2020) on the backbone's last stage. Gives
   * the logits of both outputs, the auxiliary ones from its soft object regions, and features for
   * other heads.
   *
   * @param mid channels of the pixel features
   * @param key channels of the attention
   * @param dropout probability that a channel of the fused features is dropped
   */
  record ObjectContext(String name, int mid, int key, double dropout) implements HeadConfig {
    public ObjectContext {
      Check.text("name", name);
      Check.atLeast(1, "mid", mid);
      Check.atLeast(1, "key", key);
      Check.that(dropout >= 0 && dropout < 1, "dropout", dropout, "in 0..1, below 1");
    }

    @Override
    public List<String> logits() {
      return List.of(MAIN, AUXILIARY);
    }
  }

  /**
   * Class logits by 1x1 convolutions, all but the last with norm and ReLU.
   *
   * @param output main or auxiliary
   * @param features stage2, stage3 or stage4
   * @param channels of the hidden convolutions, 0 for as many as they read; may be empty
   * @param bias whether the convolutions have one
   */
  record Classes(String name, String output, String features, List<Integer> channels, boolean bias)
      implements HeadConfig {
    public Classes {
      Check.text("name", name);
      checkOutput(output);
      Check.that(
          List.of("stage2", "stage3", "stage4").contains(features),
          "features",
          features,
          "one of stage2, stage3, stage4");
      channels = hidden(channels);
    }

    @Override
    public List<String> logits() {
      return List.of(output);
    }
  }

  /**
   * Boundary logits by 1x1 convolutions, all but the last with norm and ReLU; for training only.
   *
   * @param output main or auxiliary
   * @param features stage2, stage3, stage4, or ocr
   * @param channels of the hidden convolutions, 0 for as many as they read; may be empty
   */
  record Boundary(String name, String output, String features, List<Integer> channels)
      implements HeadConfig {
    public Boundary {
      Check.text("name", name);
      checkOutput(output);
      Check.that(
          List.of("stage2", "stage3", "stage4", OCR).contains(features),
          "features",
          features,
          "one of stage2, stage3, stage4, ocr");
      channels = hidden(channels);
    }

    @Override
    public List<String> logits() {
      return List.of();
    }
  }

  private static void checkOutput(String output) {
    Check.that(
        List.of(MAIN, AUXILIARY).contains(output), "output", output, "one of main, auxiliary");
  }

  private static List<Integer> hidden(List<Integer> channels) {
    Check.that(
        Check.given("channels", channels).stream().allMatch(c -> c != null && c >= 0),
        "channels",
        channels,
        "a list, possibly empty, each 0 or above");
    return List.copyOf(channels);
  }
}
