package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.config.JobConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final int STEPS_PER_EPOCH = 10;

  private static Schedule schedule(String... settings) {
    List<String> all =
        new ArrayList<>(
            List.of("optimizer.learning_rate=2", "train.epochs=10", "schedule.warmup_steps=0"));
    all.addAll(List.of(settings));
    JobConfig config = ConfigLoader.loadDemo(all);
    return Schedule.of(config, (long) config.train().epochs() * STEPS_PER_EPOCH);
  }

  private static void assertRate(Schedule schedule, long step, double expected) {
    assertThat(schedule.learningRate(step, (int) ((step - 1) / STEPS_PER_EPOCH)))
        .as("step %d", step)
        .isCloseTo(expected, within(1e-12));
  }

  @Test
  void theFirstStepHasTheWholeRateAndTheLastNearlyNone() {
    Schedule schedule = schedule("schedule.decay={type: polynomial, power: 1}");
    assertRate(schedule, 1, 2);
    assertRate(schedule, 51, 1);
    assertRate(schedule, 100, 0.02);
  }

  @Test
  void aMinimumIsWhereTheRateEnds() {
    Schedule schedule = schedule("schedule.decay={type: polynomial, power: 2, minimum: 0.1}");
    assertRate(schedule, 1, 2);
    assertRate(schedule, 51, 2 * (0.1 + 0.9 * 0.25));
    assertRate(schedule, 101, 0.2);
  }

  @Test
  void aCosineIsHalfWayInTheMiddle() {
    Schedule schedule = schedule("schedule.decay={type: cosine, minimum: 0.2}");
    assertRate(schedule, 1, 2);
    assertRate(schedule, 51, 1.2);
    assertRate(schedule, 26, 2 * (0.2 + 0.8 * (1 + Math.sqrt(0.5)) / 2));
  }

  @Test
  void stepsFallAtTheirTimes() {
    Schedule schedule =
        schedule("schedule.by=epoch", "schedule.decay={type: steps, at: [3, 7], factor: 0.5}");
    assertRate(schedule, 30, 2);
    assertRate(schedule, 31, 1);
    assertRate(schedule, 70, 1);
    assertRate(schedule, 71, 0.5);
  }

  @Test
  void byEpochTheRateStaysForAnEpoch() {
    Schedule schedule =
        schedule("schedule.by=epoch", "schedule.decay={type: polynomial, power: 1}");
    assertRate(schedule, 1, 2);
    assertRate(schedule, 10, 2);
    assertRate(schedule, 11, 1.8);
    assertRate(schedule, 100, 0.2);
  }

  @Test
  void behindItsLengthTheRateStaysAsItIs() {
    Schedule schedule =
        schedule(
            "schedule.length=40", "schedule.decay={type: polynomial, power: 1, minimum: 0.25}");
    assertRate(schedule, 21, 2 * (0.25 + 0.75 / 2));
    assertRate(schedule, 41, 0.5);
    assertRate(schedule, 99, 0.5);
  }

  @Test
  void warmUpRisesOverItsSteps() {
    String constant = "schedule.decay={type: polynomial, power: 0}";
    Schedule fromZero = schedule("schedule.warmup_steps=3", constant);
    assertRate(fromZero, 1, 0.5);
    assertRate(fromZero, 3, 1.5);
    assertRate(fromZero, 4, 2);
    assertRate(fromZero, 5, 2);
    Schedule fromHalf = schedule("schedule.warmup_steps=3", "schedule.warmup_from=0.5", constant);
    assertRate(fromHalf, 1, 1.25);
    assertRate(fromHalf, 4, 2);
  }
}
