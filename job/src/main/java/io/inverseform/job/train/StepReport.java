package io.inverseform.job.train;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.inverseform.job.watch.Step;
import io.inverseform.job.watch.Straggler;
import io.inverseform.job.watch.Timings;
import java.util.List;
import java.util.Map;

/**
 * What a worker tells the driver at the end of a step.
 *
 * @param epoch from 1
 * @param images of the step over all workers
 * @param seen samples up to this step, of all epochs and workers
 * @param loss total over all workers
 * @param terms unweighted, by name, over all workers
 * @param skipped whether the step was left out because a gradient was not finite
 * @param notFinite of a skipped step, what was not
 * @param validation scores by name, where the step ended with a validation
 * @param patience behind the step, where it ended with a checkpoint
 * @param checkpoint this rank's file, where the step ended with a checkpoint
 * @param host of the rank
 * @param timings of the step, without validation and checkpoint
 * @param leaving the signal by which this rank's executor was told to end, if it was
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record StepReport(
    long step,
    int epoch,
    int images,
    long seen,
    double learningRate,
    double loss,
    Map<String, Double> terms,
    boolean skipped,
    String notFinite,
    Map<String, Double> validation,
    EarlyStop.Patience patience,
    Checkpoints.Part checkpoint,
    String leaving,
    String host,
    Timings timings) {
  private static final ObjectMapper JSON =
      new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

  /**
   * What became of the step.
   *
   * @param ranks what all of them reported; this report is rank 0's
   */
  Step step(List<Step.Rank> ranks, List<Straggler> stragglers) {
    return new Step(
        step,
        epoch,
        images,
        learningRate,
        loss,
        terms,
        skipped,
        notFinite,
        validation == null ? Map.of() : validation,
        ranks,
        stragglers);
  }

  String json() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a step report has no JSON: " + this, e);
    }
  }

  static StepReport parse(String json) {
    try {
      return JSON.readValue(json, StepReport.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no step report: " + json, e);
    }
  }
}
