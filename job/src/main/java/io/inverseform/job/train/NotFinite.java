package io.inverseform.job.train;

import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.torch.FlatParameters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What was not finite on a rank in a step that was left out.
 *
 * @param terms of the loss that were not
 * @param parameter the first whose gradient was not; empty if only the gradient's size was too much
 * @param samples of the rank in that step, by their indices
 */
record NotFinite(int rank, List<String> terms, String parameter, int[] samples) {
  private static final int SHOWN = 16;
  private static final int SHOWN_RANKS = 8;

  /**
   * What was not finite, of the ranks where something was not, in their order; the same on all
   * ranks, which must all call it.
   *
   * @param mine of this rank: whether its gradient was not finite, the loss, and the loss's terms
   */
  static List<NotFinite> ofAllRanks(
      Exchange exchange,
      double[] mine,
      List<String> terms,
      FlatParameters parameters,
      ExampleLoader.Loaded<?> loaded) {
    List<String> names = parameters.slots().stream().map(FlatParameters.Slot::name).toList();
    int head = 3 + terms.size();
    int room = head + (loaded.globalBatch() - 1) / exchange.worldSize() + 1;
    double[] values = new double[room * exchange.worldSize()];
    if (mine[0] > 0) {
      int at = room * exchange.rank();
      int[] samples = loaded.samples();
      values[at] = 1;
      values[at + 1] = parameters.firstNotFinite().map(names::indexOf).orElse(-1);
      values[at + 2] = samples.length;
      for (int i = 0; i < terms.size(); i++) {
        values[at + 3 + i] = Double.isFinite(mine[2 + i]) ? 0 : 1;
      }
      for (int i = 0; i < samples.length; i++) {
        values[at + head + i] = samples[i];
      }
    }
    double[] all = exchange.sum(values);
    List<NotFinite> ranks = new ArrayList<>();
    for (int rank = 0; rank < exchange.worldSize(); rank++) {
      int at = room * rank;
      if (all[at] > 0) {
        int parameter = (int) all[at + 1];
        ranks.add(
            new NotFinite(
                rank,
                IntStream.range(0, terms.size())
                    .filter(i -> all[at + 3 + i] > 0)
                    .mapToObj(terms::get)
                    .toList(),
                parameter < 0 ? "" : names.get(parameter),
                IntStream.range(0, (int) all[at + 2])
                    .map(i -> (int) all[at + head + i])
                    .toArray()));
      }
    }
    return ranks;
  }

  /**
   * In words, with the samples' ids; of many ranks only the first, so that a report can hold it.
   */
  static String describe(List<NotFinite> ranks, Objective<?> objective) throws IOException {
    List<String> words = new ArrayList<>();
    for (NotFinite rank : ranks.subList(0, Math.min(ranks.size(), SHOWN_RANKS))) {
      words.add(rank.describe(objective));
    }
    if (ranks.size() > SHOWN_RANKS) {
      words.add("and " + Preflight.count(ranks.size() - SHOWN_RANKS, "more rank"));
    }
    return String.join("; ", words);
  }

  private String describe(Objective<?> objective) throws IOException {
    List<String> ids = new ArrayList<>();
    for (int sample : Arrays.copyOf(samples, Math.min(samples.length, SHOWN))) {
      ids.add(objective.sampleId(sample));
    }
    String more = samples.length > SHOWN ? " and %d more".formatted(samples.length - SHOWN) : "";
    return "rank %d: %s, with samples %s%s".formatted(rank, what(), String.join(", ", ids), more);
  }

  private String what() {
    if (!terms.isEmpty()) {
      return terms.stream().collect(Collectors.joining(", ", "loss ", " not finite"));
    }
    return parameter.isEmpty()
        ? "all losses finite, the gradient finite but too large to be summed"
        : "all losses finite, gradient of " + parameter + " not finite";
  }
}
