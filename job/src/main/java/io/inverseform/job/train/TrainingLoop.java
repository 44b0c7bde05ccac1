package io.inverseform.job.train;

import io.inverseform.job.allreduce.Directive;
import io.inverseform.job.allreduce.UnrecoverableException;
import io.inverseform.job.allreduce.WorkerClient;
import io.inverseform.job.config.TrainConfig;
import io.inverseform.job.dataset.GlobalSampler;
import io.inverseform.job.watch.StepClock;
import io.inverseform.job.watch.Timings;
import java.io.IOException;
import java.util.Map;

/** The loop over the steps, the same on every rank. */
final class TrainingLoop<E> {
  private final TrainConfig config;
  private final WorkerClient driver;
  private final ExampleLoader<E> loader;
  private final Stepper<E> stepper;
  private final Schedule schedule;
  private final Validation validation;
  private final EarlyStop earlyStop;
  private final CheckpointWriter checkpoints;
  private final Objective<E> objective;
  private final StepClock clock;
  private final GlobalSampler sampler;

  /** What the loop works with. */
  record Parts<E>(
      ExampleLoader<E> loader,
      Stepper<E> stepper,
      Schedule schedule,
      Validation validation,
      EarlyStop earlyStop,
      CheckpointWriter checkpoints,
      Objective<E> objective,
      StepClock clock) {}

  TrainingLoop(TrainConfig config, WorkerClient driver, Parts<E> parts, GlobalSampler sampler) {
    this.config = config;
    this.driver = driver;
    this.loader = parts.loader();
    this.stepper = parts.stepper();
    this.schedule = parts.schedule();
    this.validation = parts.validation();
    this.earlyStop = parts.earlyStop();
    this.checkpoints = parts.checkpoints();
    this.objective = parts.objective();
    this.clock = parts.clock();
    this.sampler = sampler;
  }

  /**
   * Runs the steps; returns the last one, which is earlier if the driver says stop or validations
   * do not get better, or the one before the first if none is left.
   */
  long run(long firstStep, long lastStep) throws IOException {
    int skippedInARow = 0;
    for (long step = firstStep; step <= lastStep; step++) {
      clock.begin(step);
      ExampleLoader.Loaded<E> loaded = loader.next();
      double learningRate = schedule.learningRate(step, loaded.epoch());
      Stepper.Outcome outcome = stepper.run(step, loaded, learningRate);
      Timings timings = clock.end();

      skippedInARow = outcome.skipped() ? skippedInARow + 1 : 0;
      String notFinite =
          outcome.skipped() ? NotFinite.describe(outcome.notFinite(), objective) : null;
      requireFinite(skippedInARow, step, notFinite);

      boolean stop = driver.directive(step).kind() == Directive.Kind.STOP;
      // Who is told to stop may have little time left.
      boolean validate = step == lastStep || !stop && validationDue(step);
      boolean checkpoint =
          step == lastStep
              || stop
              || checkpointDue(step)
              || validate && (config.keepBest() > 0 || config.earlyStop() > 0);
      if (validate || checkpoint) {
        stepper.align();
      }
      Map<String, Double> scores = validate ? validation.run() : null;
      if (validate) {
        earlyStop.validated(scores);
      }
      driver.progress(
          step,
          new StepReport(
                  step,
                  loaded.epoch() + 1,
                  loaded.globalBatch(),
                  sampler.seen(step),
                  learningRate,
                  outcome.loss(),
                  outcome.terms(),
                  outcome.skipped(),
                  notFinite,
                  scores,
                  checkpoint ? earlyStop.patience() : null,
                  checkpoint ? checkpoints.write(step) : null,
                  LeaveNotice.received().orElse(null),
                  driver.host(),
                  timings)
              .json());
      if (stop || step == lastStep || earlyStop.due()) {
        return step;
      }
    }
    return firstStep - 1;
  }

  private boolean validationDue(long step) {
    int epochs = sampler.completes(step);
    return epochs > 0 && epochs % config.validateEvery() == 0;
  }

  private boolean checkpointDue(long step) {
    return step % config.checkpointEvery() == 0;
  }

  private void requireFinite(int skippedInARow, long step, String notFinite) {
    if (skippedInARow > config.maxSkipped()) {
      throw new UnrecoverableException(
          ("no finite gradient in %d steps up to step %d (train.max_skipped is %d), in this one: %s:"
                  + " lower optimizer.learning_rate or raise schedule.warmup_steps, and look at these"
                  + " samples")
              .formatted(skippedInARow, step, config.maxSkipped(), notFinite));
    }
  }
}
