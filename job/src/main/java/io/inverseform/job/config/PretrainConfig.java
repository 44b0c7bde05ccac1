package io.inverseform.job.config;

import java.io.Serializable;

/**
 * How the inverse-transform network learns: from edges of the sample table's training split, warped
 * by drawn transforms.
 *
 * @param run folder of checkpoints, metrics and weights; {@code train} takes the network from there
 * @param weights file of a network that was trained elsewhere, for {@code train} in place of what
 *     {@code run} holds, such as the published one's {@code .pth}; empty for that of {@code run}
 * @param tiles drawn from each sample in an epoch
 * @param train {@code batch} counts samples, each with its tiles
 */
public record PretrainConfig(
    String run,
    String weights,
    InverseNetworkConfig network,
    WarpConfig warp,
    int tiles,
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
    Check.given("network", network);
    Check.given("warp", warp);
    Check.atLeast(1, "tiles", tiles);
    Check.given("optimizer", optimizer);
    Check.given("schedule", schedule);
    Check.given("train", train);
  }

  PretrainConfig with(String otherRun, String otherWeights) {
    return new PretrainConfig(
        otherRun, otherWeights, network, warp, tiles, optimizer, schedule, train);
  }

  /**
   * Which transforms are drawn: their direction in the space of the network's parameters uniform,
   * their length uniform in 0..max.
   *
   * @param max largest L2 norm of theta - I, in half tiles; also the network's normaliser
   * @param identity share of tiles that are not warped at all
   */
  public record WarpConfig(double max, double identity) implements Serializable {
    public WarpConfig {
      Check.that(max > 0 && max < 1, "max", max, "above 0, below 1");
      Check.that(identity >= 0 && identity < 1, "identity", identity, "in 0..1, below 1");
    }
  }
}
