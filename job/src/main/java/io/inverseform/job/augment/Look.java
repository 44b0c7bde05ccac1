package io.inverseform.job.augment;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.AugmentConfig;
import io.inverseform.job.config.BlurConfig;
import io.inverseform.job.config.JitterConfig;
import io.inverseform.job.config.PhotometricConfig;
import io.inverseform.job.torch.Operators;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How a crop's colours change, in order: photometric distortion, colour jitter, blur. Labels and
 * edges have no part in it.
 */
record Look(List<Change> changes) {
  /** Draws what is configured. */
  static Look draw(AugmentConfig config, KeyedRandom random) {
    List<Change> changes = new ArrayList<>();
    distort(config.photometric(), random, changes);
    jitter(config.jitter(), random, changes);
    blur(config.blur(), random, changes);
    return new Look(List.copyOf(changes));
  }

  /**
   * Photometric distortion of Liu et al., "SSD: Single Shot MultiBox Detector", 2016, as
   * MMSegmentation's {@code PhotoMetricDistortion} has it: brightness, then contrast, saturation
   * and hue in this order, or contrast last, half of the time each; every one of the four by
   * chance.
   */
  private static void distort(PhotometricConfig config, KeyedRandom random, List<Change> changes) {
    if (config.share() == 0) {
      return;
    }
    List<Change> drawn = new ArrayList<>();
    if (random.nextDouble() < config.share()) {
      drawn.add(new Change(Change.Kind.BRIGHTNESS, around(0, config.brightness(), random)));
    }
    List<Change> contrast = new ArrayList<>();
    if (random.nextDouble() < config.share()) {
      contrast.add(new Change(Change.Kind.CONTRAST, around(1, config.contrast(), random)));
    }
    boolean contrastFirst = random.nextBoolean();
    if (contrastFirst) {
      drawn.addAll(contrast);
    }
    if (random.nextDouble() < config.share()) {
      drawn.add(new Change(Change.Kind.SATURATION, around(1, config.saturation(), random)));
    }
    if (random.nextDouble() < config.share()) {
      drawn.add(new Change(Change.Kind.HUE, around(0, config.hue(), random)));
    }
    if (!contrastFirst) {
      drawn.addAll(contrast);
    }
    changes.addAll(drawn);
  }

  /**
   * Colour jitter as torchvision's {@code ColorJitter}, which the multi-scale attention of Tao et
   * al., 2020, is trained with at 0.25: all four in a random order.
   */
  private static void jitter(JitterConfig config, KeyedRandom random, List<Change> changes) {
    if (config.share() == 0 || random.nextDouble() >= config.share()) {
      return;
    }
    List<Change> drawn =
        List.of(
            new Change(Change.Kind.CONTRAST, around(1, config.brightness(), random)),
            new Change(Change.Kind.TOWARDS_MEAN, around(1, config.contrast(), random)),
            new Change(Change.Kind.TOWARDS_GREY, around(1, config.saturation(), random)),
            new Change(Change.Kind.HUE, around(0, config.hue(), random)));
    int[] order = {0, 1, 2, 3};
    random.shuffle(order);
    for (int i : order) {
      changes.add(drawn.get(i));
    }
  }

  /** Gaussian blur of a width drawn uniformly, as in the training code of Tao et al., 2020. */
  private static void blur(BlurConfig config, KeyedRandom random, List<Change> changes) {
    if (config.share() == 0 || random.nextDouble() >= config.share()) {
      return;
    }
    changes.add(
        new Change(
            Change.Kind.BLUR,
            config.sigmaMin() + random.nextDouble() * (config.sigmaMax() - config.sigmaMin())));
  }

  private static double around(double middle, double reach, KeyedRandom random) {
    return middle + reach * (2 * random.nextDouble() - 1);
  }

  /**
   * The picture as it looks then; takes the given one over.
   *
   * @param picture (1, 3, H, W), 0 to 255
   */
  NDArray apply(NDArray picture) {
    if (changes.isEmpty()) {
      return picture;
    }
    NDArray look = scaled(picture, 1 / 255.0);
    for (Change change : changes) {
      try (NDArray before = look) {
        look = change.apply(before);
      }
    }
    return scaled(look, 255);
  }

  /** What was drawn, in words, after those on the crop. */
  String words() {
    StringBuilder words = new StringBuilder();
    for (Change change : changes) {
      String kind = change.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
      words.append(String.format(Locale.ROOT, ", %s %.2f", kind, change.value()));
    }
    return words.toString();
  }

  private static NDArray scaled(NDArray picture, double factor) {
    try (picture) {
      return Operators.scale(picture, factor);
    }
  }
}
