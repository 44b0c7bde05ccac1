package io.inverseform.job.config;

import java.io.Serializable;

/**
 * How the inverse-transform network learns: from edge maps, warped by drawn transforms.
 *
 * @param run folder of checkpoints, metrics and weights; {@code train} takes the network from there
 * @param weights file of a network that was trained elsewhere, for {@code train} in place of what
 *     {@code run} holds, such as the published one's {@code .pth}; empty for that of {@code run}
 * @param pictures folder of pictures without labels, whose own edges are learned from; empty for
 *     the edges of the sample table
 * @param tiles drawn from each sample in an epoch
 * @param spectralLimit of the largest singular value of each of the network's weights: the square
 *     of what is above it is added to the loss; 0 for none
 * @param scored held-out tiles by which a validation scores, about
 * @param train {@code batch} counts samples, each with its tiles
 */
public record PretrainConfig(
    String run,
    String weights,
    String pictures,
    InverseNetworkConfig network,
    WarpConfig warp,
    DegradeConfig degrade,
    int tiles,
    double spectralLimit,
    int scored,
    OptimizerConfig optimizer,
    ScheduleConfig schedule,
    TrainConfig train)
    implements Serializable {
  public PretrainConfig {
    Check.location("run", run);
    Check.given("weights", weights);
    if (!weights.isEmpty()) {
      Check.location("weights", weights);
    }
    Check.given("pictures", pictures);
    if (!pictures.isEmpty()) {
      Check.location("pictures", pictures);
    }
    Check.given("network", network);
    Check.given("warp", warp);
    Check.given("degrade", degrade);
    Check.atLeast(1, "tiles", tiles);
    Check.that(
        spectralLimit >= 0 && Double.isFinite(spectralLimit),
        "spectral_limit",
        spectralLimit,
        "at least 0, 0 for none");
    Check.atLeast(4, "scored", scored);
    Check.given("optimizer", optimizer);
    Check.given("schedule", schedule);
    Check.given("train", train);
  }

  PretrainConfig with(String otherRun, String otherWeights) {
    return with(otherRun, otherWeights, pictures, network);
  }

  PretrainConfig withPictures(String others) {
    return with(run, weights, others, network);
  }

  /** The same for another network. */
  public PretrainConfig with(InverseNetworkConfig other) {
    return with(run, weights, pictures, other);
  }

  private PretrainConfig with(
      String otherRun,
      String otherWeights,
      String otherPictures,
      InverseNetworkConfig otherNetwork) {
    return new PretrainConfig(
        otherRun,
        otherWeights,
        otherPictures,
        otherNetwork,
        warp,
        degrade,
        tiles,
        spectralLimit,
        scored,
        optimizer,
        schedule,
        train);
  }

  /**
   * Which transforms are drawn. Each range is the most that one kind of motion adds to theta - I,
   * in half tiles; what is drawn is a direction among the kinds that the network's transform has
   * numbers for, uniform, and a length, uniform in 0 to 1. All ranges are above 0, so that they
   * serve every transform.
   *
   * @param translation along x and along y
   * @param rotation radians, to first order
   * @param scale along x and along y, 0.25 for a quarter larger or smaller
   * @param shear of x by y and of y by x, equal
   * @param perspective along x and along y
   * @param identity share of tiles that are not warped at all
   * @param curriculumEpochs over which lengths and degradations grow to their ranges; 0 for whole
   *     ranges from the first
   */
  public record WarpConfig(
      double translation,
      double rotation,
      double scale,
      double shear,
      double perspective,
      double identity,
      int curriculumEpochs)
      implements Serializable {
    public WarpConfig {
      range("translation", translation, 1);
      range("rotation", rotation, 1);
      range("scale", scale, 1);
      range("shear", shear, 1);
      // Beyond it the plane's horizon comes near to a tile's corner.
      range("perspective", perspective, 0.5);
      Check.that(identity >= 0 && identity < 1, "identity", identity, "in 0..1, below 1");
      Check.atLeast(0, "curriculum_epochs", curriculumEpochs);
    }

    private static void range(String key, double value, double below) {
      Check.that(value > 0 && value < below, key, value, "above 0, below " + below);
    }
  }

  /**
   * What makes the warped map look like a prediction. Of each kind a strength is drawn, uniform
   * from none to the value here.
   *
   * @param share of tiles that are changed at all
   * @param blur share of the map that is replaced by its average over 5x5 pixels, twice
   * @param coarse share that is replaced by what a network of a quarter of the resolution would
   *     show
   * @param thinning value that is taken from the map before it is brought to its old height
   * @param contrast share of the map's height that is lost
   * @param noise highest amplitude, uniform in every pixel
   * @param dropout share of the map's blocks of an eighth of a side that are lost
   */
  public record DegradeConfig(
      double share,
      double blur,
      double coarse,
      double thinning,
      double contrast,
      double noise,
      double dropout)
      implements Serializable {
    public DegradeConfig {
      part("share", share);
      part("blur", blur);
      part("coarse", coarse);
      Check.that(thinning >= 0 && thinning < 1, "thinning", thinning, "in 0..1, below 1");
      Check.that(contrast >= 0 && contrast < 1, "contrast", contrast, "in 0..1, below 1");
      part("noise", noise);
      Check.that(dropout >= 0 && dropout < 1, "dropout", dropout, "in 0..1, below 1");
    }

    private static void part(String key, double value) {
      Check.that(value >= 0 && value <= 1, key, value, "in 0..1");
    }
  }
}
