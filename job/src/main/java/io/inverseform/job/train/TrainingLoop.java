package io.inverseform.job.train;

import io.inverseform.job.allreduce.Directive;
import io.inverseform.job.allreduce.UnrecoverableException;
import io.inverseform.job.allreduce.WorkerClient;
import io.inverseform.job.config.TrainConfig;
import io.inverseform.job.watch.StepClock;
import io.inverseform.job.watch.Timings;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;

/** The loop over the steps, the same on every rank. */
final class TrainingLoop<E> {
  /** Steps in a row without a finite gradient after which going on is pointless. */
  private static final int MAX_SKIPPED = 10;

  private final TrainConfig config;
  private final WorkerClient driver;
  private final ExampleLoader<E> loader;
  private final Stepper<E> stepper;
  private final Schedule schedule;
  private final Validation validation;
  private final Checkpoints checkpoints;
  private final Checkpoints.State state;
  private final StepClock clock;
  private final int stepsPerEpoch;

  /** What the loop works with. */
  record Parts<E>(
      ExampleLoader<E> loader,
      Stepper<E> stepper,
      Schedule schedule,
      Validation validation,
      Checkpoints checkpoints,
      Checkpoints.State state,
      StepClock clock) {}

  TrainingLoop(TrainConfig config, WorkerClient driver, Parts<E> parts, int stepsPerEpoch) {
    this.config = config;
    this.driver = driver;
    this.loader = parts.loader();
    this.stepper = parts.stepper();
    this.schedule = parts.schedule();
    this.validation = parts.validation();
    this.checkpoints = parts.checkpoints();
    this.state = parts.state();
    this.clock = parts.clock();
    this.stepsPerEpoch = stepsPerEpoch;
  }

  /**
   * Runs the steps; returns the last one, which is earlier if the driver says stop, or the one
   * before the first if none is left.
   */
  long run(long firstStep, long lastStep) throws IOException {
    int skippedInARow = 0;
    for (long step = firstStep; step <= lastStep; step++) {
      clock.begin(step);
      ExampleLoader.Loaded<E> loaded = loader.next();
      double learningRate = schedule.learningRate(step);
      Stepper.Outcome outcome = stepper.run(step, loaded, learningRate);
      Timings timings = clock.end();

      skippedInARow = outcome.skipped() ? skippedInARow + 1 : 0;
      requireFinite(skippedInARow, step, loaded);

      Directive.Kind directive = driver.directive(step).kind();
      boolean last = step == lastStep || directive == Directive.Kind.STOP;
      Map<String, Double> scores = last || validationDue(step) ? validation.run() : null;
      boolean checkpoint = last || directive != Directive.Kind.NONE || checkpointDue(step);
      driver.progress(
          step,
          new StepReport(
                  step,
                  loaded.epoch() + 1,
                  loaded.globalBatch(),
                  learningRate,
                  outcome.loss(),
                  outcome.terms(),
                  outcome.skipped(),
                  scores,
                  checkpoint ? checkpoints.write(step, state) : null,
                  driver.host(),
                  timings)
              .json());
      if (last) {
        return step;
      }
    }
    return firstStep - 1;
  }

  private boolean validationDue(long step) {
    return step % ((long) config.validateEvery() * stepsPerEpoch) == 0;
  }

  private boolean checkpointDue(long step) {
    return step % config.checkpointEvery() == 0;
  }

  private void requireFinite(int skippedInARow, long step, ExampleLoader.Loaded<E> loaded) {
    if (skippedInARow >= MAX_SKIPPED) {
      throw new UnrecoverableException(
          "no finite gradient in "
              + skippedInARow
              + " steps up to step "
              + step
              + ", the last with samples "
              + Arrays.toString(loaded.samples())
              + ": lower optimizer.learning_rate or raise schedule.warmup_steps");
    }
  }
}
