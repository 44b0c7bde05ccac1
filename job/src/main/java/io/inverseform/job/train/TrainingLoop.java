package io.inverseform.job.train;

import io.inverseform.job.allreduce.Directive;
import io.inverseform.job.allreduce.WorkerClient;
import io.inverseform.job.config.TrainConfig;
import io.inverseform.udf.score.ConfusionMatrix;
import java.io.IOException;

/** The loop over the steps, the same on every rank. */
final class TrainingLoop {
  /** Steps in a row without a finite gradient after which going on is pointless. */
  private static final int MAX_SKIPPED = 10;

  private final TrainConfig config;
  private final WorkerClient driver;
  private final CropLoader loader;
  private final Stepper stepper;
  private final Schedule schedule;
  private final Validation validation;
  private final Checkpoints checkpoints;
  private final Checkpoints.State state;
  private final int stepsPerEpoch;

  /** What the loop works with. */
  record Parts(
      CropLoader loader,
      Stepper stepper,
      Schedule schedule,
      Validation validation,
      Checkpoints checkpoints,
      Checkpoints.State state) {}

  TrainingLoop(TrainConfig config, WorkerClient driver, Parts parts, int stepsPerEpoch) {
    this.config = config;
    this.driver = driver;
    this.loader = parts.loader();
    this.stepper = parts.stepper();
    this.schedule = parts.schedule();
    this.validation = parts.validation();
    this.checkpoints = parts.checkpoints();
    this.state = parts.state();
    this.stepsPerEpoch = stepsPerEpoch;
  }

  /** Runs the steps; returns the last one, which is earlier if the driver says stop. */
  long run(long firstStep, long lastStep) throws IOException {
    int skippedInARow = 0;
    for (long step = firstStep; step <= lastStep; step++) {
      long start = System.nanoTime();
      CropLoader.Loaded loaded = loader.next();
      double learningRate = schedule.learningRate(step);
      Stepper.Outcome outcome = stepper.run(step, loaded, learningRate);
      double seconds = (System.nanoTime() - start) / 1e9;

      skippedInARow = outcome.skipped() ? skippedInARow + 1 : 0;
      requireFinite(skippedInARow, step, loaded);

      Directive.Kind directive = driver.directive(step).kind();
      boolean last = step == lastStep || directive == Directive.Kind.STOP;
      StepReport.Scores scores = last || validationDue(step) ? validate() : null;
      boolean checkpoint = last || directive != Directive.Kind.NONE || checkpointDue(step);
      driver.progress(
          step,
          new StepReport(
                  step,
                  loaded.epoch() + 1,
                  loaded.globalBatch(),
                  seconds,
                  learningRate,
                  outcome.loss(),
                  outcome.terms(),
                  outcome.skipped(),
                  scores,
                  checkpoint ? checkpoints.write(step, state) : null)
              .json());
      if (last) {
        return step;
      }
    }
    return lastStep;
  }

  private boolean validationDue(long step) {
    return step % ((long) config.validateEvery() * stepsPerEpoch) == 0;
  }

  private boolean checkpointDue(long step) {
    return step % config.checkpointEvery() == 0;
  }

  private StepReport.Scores validate() throws IOException {
    ConfusionMatrix matrix = validation.run();
    return new StepReport.Scores(matrix.meanIou(), matrix.accuracy());
  }

  private void requireFinite(int skippedInARow, long step, CropLoader.Loaded loaded) {
    if (skippedInARow >= MAX_SKIPPED) {
      throw new IllegalStateException(
          "no finite gradient in "
              + skippedInARow
              + " steps up to step "
              + step
              + ", the last with samples "
              + java.util.Arrays.toString(loaded.samples())
              + ": lower optimizer.learning_rate or raise schedule.warmup_steps");
    }
  }
}
