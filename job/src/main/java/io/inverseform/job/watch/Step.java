package io.inverseform.job.watch;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A step that the ranks have ended: a line of the metrics.
 *
 * @param epoch from 1
 * @param images of the step over all ranks
 * @param loss total over all ranks
 * @param terms unweighted, by name, over all ranks
 * @param skipped whether the step was left out because a gradient was not finite
 * @param notFinite of a skipped step, what was not; otherwise null
 * @param validation scores by name; empty where the step did not end with a validation
 * @param ranks what they reported, by rank, rank 0 first; all of them, but for the last steps of an
 *     attempt that failed
 * @param stragglers slowest first
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Step(
    long step,
    int epoch,
    int images,
    double learningRate,
    double loss,
    Map<String, Double> terms,
    boolean skipped,
    String notFinite,
    Map<String, Double> validation,
    @JsonIgnore List<Rank> ranks,
    List<Straggler> stragglers) {
  private static final ObjectMapper JSON =
      new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

  /** How a rank spent the step. */
  public record Rank(int rank, String host, Timings timings) {}

  /**
   * The rank that needed the most time for itself.
   *
   * @param compute seconds, without the exchange
   */
  record Slowest(int rank, String host, double compute) {}

  /** Of the step on rank 0, without validation and checkpoint. */
  @JsonProperty
  public double seconds() {
    return timings().seconds();
  }

  /** Rank 0's. */
  @JsonProperty
  Timings timings() {
    return ranks.get(0).timings();
  }

  @JsonProperty
  Slowest slowest() {
    Rank slowest =
        ranks.stream().max(Comparator.comparingDouble(rank -> rank.timings().compute())).get();
    return new Slowest(slowest.rank(), slowest.host(), slowest.timings().compute());
  }

  /** Share of the step, 0 to 1, that the rank waited for examples which waited longest. */
  @JsonProperty
  public double starvation() {
    return ranks.stream()
        .map(Rank::timings)
        .max(Comparator.comparingDouble(Timings::data))
        .map(timings -> timings.data() / timings.seconds())
        .get();
  }

  double imagesPerSecond() {
    return images / seconds();
  }

  String json() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a step has no JSON: " + this, e);
    }
  }
}
