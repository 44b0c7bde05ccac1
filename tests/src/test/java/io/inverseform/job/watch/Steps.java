package io.inverseform.job.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Steps as a driver would see them. */
final class Steps {
  private Steps() {}

  /** Ranks that need so many seconds for themselves, and all the same for the step. */
  static List<Step.Rank> ranks(double... compute) {
    List<Step.Rank> ranks = new ArrayList<>();
    for (int rank = 0; rank < compute.length; rank++) {
      double waits = 10 - compute[rank];
      Timings timings = new Timings(0, compute[rank], 0, waits, 0, 100 + rank, 200 + rank);
      ranks.add(new Step.Rank(rank, "node" + rank, timings));
    }
    return ranks;
  }

  static Step step(
      long step, Map<String, Double> validation, List<Straggler> slow, double... compute) {
    Map<String, Double> terms = Map.of("boundary", 0.5);
    return new Step(step, 1, 4, 0.1, 2.5, terms, false, null, validation, ranks(compute), slow);
  }
}
