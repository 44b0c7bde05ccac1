package io.inverseform.job.train;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What a checkpoint consists of.
 *
 * @param step after which it was taken
 * @param seen samples up to then, of all epochs and ranks
 * @param weights floats of the flat weights
 * @param buffers floats of a rank's flat buffers
 * @param scores of the validation after that step, what matters most first; empty if there was none
 * @param patience of the training, for an early stop
 * @param parts all ranks' files, by rank
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Manifest(
    long step,
    long seen,
    int weights,
    int buffers,
    Map<String, Double> scores,
    EarlyStop.Patience patience,
    List<Checkpoints.Part> parts) {
  Manifest {
    scores = scores == null ? Map.of() : scores;
    patience = patience == null ? EarlyStop.Patience.NEW : patience;
  }

  /** Of all ranks' files, in any order. */
  static Manifest of(
      long step,
      long seen,
      Map<String, Double> scores,
      EarlyStop.Patience patience,
      List<Checkpoints.Part> parts) {
    List<Checkpoints.Part> byRank =
        parts.stream().sorted(Comparator.comparingInt(Checkpoints.Part::rank)).toList();
    int weights = byRank.stream().mapToInt(Checkpoints.Part::length).sum();
    Checkpoints.Part first = byRank.get(0);
    long ofRank = first.bytes() / Float.BYTES - ofShard(first);
    int buffers = Math.toIntExact(ofRank / copies(first));
    return new Manifest(step, seen, weights, buffers, scores, patience, byRank);
  }

  /** Floats of a part that are of its shard. */
  private static long ofShard(Checkpoints.Part part) {
    int vectors = 1 + part.optimizer().vectors().size() + (part.rounded() ? 1 : 0);
    return (long) vectors * part.length();
  }

  /** How often a part has the buffers. */
  private static int copies(Checkpoints.Part part) {
    return part.optimizer().hasEma() ? 2 : 1;
  }

  /** What the parts' optimisers are; the same for all. */
  ShardState.Layout optimizer() {
    return parts.get(0).optimizer();
  }

  /** The score that matters most; empty if there is none that is a number. */
  OptionalDouble score() {
    return first(scores);
  }

  /** The first of scores; empty if there is none that is a number. */
  static OptionalDouble first(Map<String, Double> scores) {
    return scores.values().stream()
        .limit(1)
        .mapToDouble(Double::doubleValue)
        .filter(score -> !Double.isNaN(score))
        .findFirst();
  }

  /** Whether it can be that of a checkpoint: the ranks' shards make up all weights. */
  boolean isSound() {
    if (seen < step || parts == null || parts.isEmpty() || buffers < 0) {
      return false;
    }
    long offset = 0;
    for (int rank = 0; rank < parts.size(); rank++) {
      Checkpoints.Part part = parts.get(rank);
      boolean fits =
          part != null
              && part.file() != null
              && part.optimizer() != null
              && part.optimizer().equals(optimizer())
              && part.rank() == rank
              && part.offset() == offset
              && part.length() >= 0
              && part.bytes() == Float.BYTES * (ofShard(part) + (long) copies(part) * buffers);
      if (!fits) {
        return false;
      }
      offset += part.length();
    }
    return offset == weights;
  }
}
