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
 * @param weights floats of the flat weights
 * @param buffers floats of a rank's flat buffers
 * @param scores of the validation after that step, what matters most first; empty if there was none
 * @param parts all ranks' files, by rank
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Manifest(
    long step, int weights, int buffers, Map<String, Double> scores, List<Checkpoints.Part> parts) {
  Manifest {
    scores = scores == null ? Map.of() : scores;
  }

  /** Of all ranks' files, in any order. */
  static Manifest of(long step, Map<String, Double> scores, List<Checkpoints.Part> parts) {
    List<Checkpoints.Part> byRank =
        parts.stream().sorted(Comparator.comparingInt(Checkpoints.Part::rank)).toList();
    int weights = byRank.stream().mapToInt(Checkpoints.Part::length).sum();
    Checkpoints.Part first = byRank.get(0);
    int buffers = Math.toIntExact(first.bytes() / Float.BYTES - ofShard(first));
    return new Manifest(step, weights, buffers, scores, byRank);
  }

  /** Floats of a part that are of its shard. */
  private static long ofShard(Checkpoints.Part part) {
    return (part.rounded() ? 3L : 2L) * part.length();
  }

  /** The score that matters most; empty if there is none that is a number. */
  OptionalDouble score() {
    return scores.values().stream()
        .limit(1)
        .mapToDouble(Double::doubleValue)
        .filter(score -> !Double.isNaN(score))
        .findFirst();
  }

  /** Whether it can be that of a checkpoint: the ranks' shards make up all weights. */
  boolean isSound() {
    if (parts == null || parts.isEmpty() || buffers < 0) {
      return false;
    }
    long offset = 0;
    for (int rank = 0; rank < parts.size(); rank++) {
      Checkpoints.Part part = parts.get(rank);
      boolean fits =
          part != null
              && part.file() != null
              && part.rank() == rank
              && part.offset() == offset
              && part.length() >= 0
              && part.bytes() == Float.BYTES * (ofShard(part) + buffers);
      if (!fits) {
        return false;
      }
      offset += part.length();
    }
    return offset == weights;
  }
}
