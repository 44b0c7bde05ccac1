package io.inverseform.job.train;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.config.ScheduleConfig;
import io.inverseform.job.config.StepRange;
import io.inverseform.job.dataset.GlobalSampler;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.watch.StepClock;
import io.inverseform.job.watch.Trace;
import java.io.IOException;
import java.time.Duration;
import java.util.function.BiConsumer;

/**
 * Training of one worker in this process, without Spark, checkpoints or recovery, for as long as is
 * wanted: for studies that compare objectives at equal cost.
 */
public final class LocalTraining {
  private static final int TIMEOUT_SECONDS = 300;
  private static final int MOST_SKIPPED = 9;

  private LocalTraining() {}

  /**
   * Trains an objective; the learning rate falls with the time that is left.
   *
   * @param seed of the samples' order
   * @param parameters of the objective's network
   * @param batch samples a step
   * @param budget that the steps may take
   * @param progress told of every step and its loss
   * @return number of steps
   * @throws IOException if a sample cannot be read
   */
  public static <E> long run(
      Objective<E> objective,
      NDManager device,
      FlatParameters parameters,
      long seed,
      OptimizerConfig optimizer,
      ScheduleConfig schedule,
      int batch,
      Duration budget,
      BiConsumer<Long, Double> progress)
      throws IOException {
    refuseWhatNeedsEpochs(optimizer, schedule);
    ParameterGroups groups = ParameterGroups.of(parameters.slots(), optimizer);
    Optimizer updates = Alone.optimizer(device, parameters, optimizer, groups);
    GlobalSampler sampler = new GlobalSampler(objective.epochs(), batch, GlobalSampler.Start.NEW);
    StepClock clock = new StepClock(() -> 0, () -> 0, new Trace(StepRange.NONE, 0, "", null, null));
    try (Exchange exchange = Alone.exchange(parameters, 1);
        ExampleLoader<E> loader =
            new ExampleLoader<>(
                objective,
                sampler,
                batch,
                0,
                1,
                1,
                Long.MAX_VALUE,
                new ExampleLoader.Ahead(2, 1),
                TIMEOUT_SECONDS,
                what -> {})) {
      Stepper<E> stepper =
          new Stepper<>(
              objective,
              seed,
              device,
              parameters,
              exchange,
              updates,
              new BufferEma(parameters.buffers(), optimizer),
              clock);
      int skippedInARow = 0;
      long start = System.nanoTime();
      for (long step = 1; ; step++) {
        double left = 1 - (System.nanoTime() - start) / (double) budget.toNanos();
        if (left <= 0) {
          return step - 1;
        }
        double rate =
            optimizer.learningRate()
                * schedule.decay().factor(1 - left, 1)
                * Schedule.warmup(schedule, step);
        clock.begin(step);
        Stepper.Outcome outcome = stepper.run(step, loader.next(), rate);
        clock.end();
        skippedInARow = outcome.skipped() ? skippedInARow + 1 : 0;
        if (skippedInARow > MOST_SKIPPED) {
          throw new IllegalStateException(
              "no finite gradient in %d steps up to step %d at learning rate %s: lower optimizer.learning_rate"
                  .formatted(skippedInARow, step, rate));
        }
        progress.accept(step, outcome.loss());
      }
    }
  }

  /** Time here is a share of the budget. */
  private static void refuseWhatNeedsEpochs(OptimizerConfig optimizer, ScheduleConfig schedule) {
    boolean relative =
        schedule.by() == ScheduleConfig.Unit.STEP
            && schedule.length() == 0
            && !(schedule.decay() instanceof ScheduleConfig.Steps)
            && !(schedule.decay() instanceof ScheduleConfig.TwoPolynomials);
    if (!relative || optimizer.hasEma()) {
      throw new ConfigException(
          "a training by the clock has neither optimizer.ema_decay, nor a schedule.length, nor one by"
              + " epoch, nor a decay of type steps or two_polynomials: leave them out");
    }
  }
}
