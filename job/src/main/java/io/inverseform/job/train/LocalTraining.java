package io.inverseform.job.train;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.allreduce.FloatRange;
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
    ParameterGroups groups = ParameterGroups.of(parameters.slots(), optimizer);
    Optimizer updates =
        parameters.onDevice()
            ? new DeviceOptimizer(device, parameters, optimizer, groups)
            : new HostOptimizer(
                parameters.weights().host(),
                new FloatRange(0, parameters.weights().length()),
                optimizer,
                groups);
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
                TIMEOUT_SECONDS)) {
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
      long start = System.nanoTime();
      for (long step = 1; ; step++) {
        double left = 1 - (System.nanoTime() - start) / (double) budget.toNanos();
        if (left <= 0) {
          return step - 1;
        }
        double warmup = Math.min(1, step / (double) (schedule.warmupSteps() + 1));
        double rate = optimizer.learningRate() * schedule.decay().factor(1 - left, 1) * warmup;
        clock.begin(step);
        Stepper.Outcome outcome = stepper.run(step, loader.next(), rate);
        clock.end();
        progress.accept(step, outcome.loss());
      }
    }
  }
}
