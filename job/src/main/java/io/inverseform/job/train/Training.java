package io.inverseform.job.train;

import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.TrainConfig;
import io.inverseform.job.dataset.GlobalSampler;
import io.inverseform.job.dataset.UniformEpochs;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The driver's side of training: checks what is asked for, has it done, and sums it up. */
public final class Training {
  private static final Logger LOG = LoggerFactory.getLogger(Training.class);

  private final SparkSession spark;
  private final JobConfig config;
  private final Objective.Factory objective;
  private final TrainConfig train;
  private final Configuration hadoop;
  private final RunFolder run;

  /**
   * How a training ended. Where only the model was left to make, there are no losses (NaN) and no
   * scores.
   *
   * @param step the last one
   * @param stopped who ended it before its last step; empty if it is complete
   * @param skipped steps that were left out since a gradient was not finite
   * @param weightsCrc CRC-32C of the flat weights
   * @param firstLoss mean total loss over the first tenth of this training's steps, without those
   *     that were left out
   * @param lastLoss mean total loss over the last tenth
   * @param starvation share of the steps' time, 0 to 1, that the rank waited for examples which
   *     waited longest
   * @param scores of the last validation, by name
   */
  public record Outcome(
      long step,
      Optional<StopCause> stopped,
      int skipped,
      long weightsCrc,
      double firstLoss,
      double lastLoss,
      double starvation,
      Map<String, Double> scores) {
    /** What a command that ends with this ends with. */
    public int exitCode() {
      return stopped.map(StopCause::exitCode).orElse(0);
    }
  }

  private Training(SparkSession spark, JobConfig config, Objective.Factory objective)
      throws IOException {
    this.objective = objective;
    this.spark = spark;
    this.config = config;
    this.train = config.train();
    this.hadoop = spark.sessionState().newHadoopConf();
    this.run = new RunFolder(config.run(), hadoop);
  }

  /**
   * Trains.
   *
   * @param objective what is trained
   * @param resume whether to go on from the newest checkpoint of the run folder, which must hold
   *     one; without it the folder must hold none
   * @throws IOException if data, run folder or checkpoint are not as they must be
   * @throws TrainingException if attempts failed, and another one cannot help
   */
  public static Outcome run(
      SparkSession spark, JobConfig config, Objective.Factory objective, boolean resume)
      throws IOException {
    Training training = new Training(spark, config, objective);
    RunFolder.Lock lock = training.run.lock();
    try {
      return training.train(training.resumeFrom(resume));
    } finally {
      training.free(lock);
    }
  }

  /** Never in the way of what is to be told. */
  private void free(RunFolder.Lock lock) {
    try {
      lock.close();
    } catch (IOException e) {
      LOG.warn("run folder {} stays locked: {}", run.path(), e.toString());
    }
  }

  private long resumeFrom(boolean resume) throws IOException {
    Optional<Long> newest = run.checkpoints().newestUsable();
    run.checkpoints().removeIncomplete();
    if (resume) {
      return newest.orElseThrow(
          () -> new IOException("no checkpoint to resume from in " + run.path()));
    }
    if (newest.isPresent()) {
      throw new IOException(
          run.path()
              + " holds a training up to step "
              + newest.get()
              + ": give --resume to go on, or set run to another folder");
    }
    return 0;
  }

  private Outcome train(long resumeFrom) throws IOException {
    Preflight.await(spark.sparkContext(), train.workers());
    int images = objective.samples(spark, config);
    GlobalSampler sampler =
        new GlobalSampler(
            new UniformEpochs(config.seed(), images),
            train.globalBatch(train.workers()),
            run.checkpoints().start(resumeFrom));
    long steps = sampler.lastStep(train.epochs());
    boolean better = resumeFrom == 0 || !endedEarly(resumeFrom);
    long lastStep = better ? train.lastStep(steps) : resumeFrom;
    if (!better && run.hasModel(resumeFrom)) {
      throw new IOException(
          "%s ended at step %d, since %d validations were not better than the best one (train.early_stop is %d): raise it, or set it to 0 for no early end"
              .formatted(
                  run.path(),
                  resumeFrom,
                  run.checkpoints().read(resumeFrom).patience().since(),
                  train.earlyStop()));
    }
    if (resumeFrom >= lastStep && run.hasModel(resumeFrom)) {
      throw new IOException(
          run.path()
              + " is already trained up to step "
              + resumeFrom
              + " of "
              + lastStep
              + ": raise train.epochs or train.max_steps");
    }
    run.write(run.configuration(), ConfigYaml.write(config));
    if (resumeFrom >= lastStep) {
      LOG.info("{} is trained up to step {}, its model is made", run.path(), resumeFrom);
    } else {
      LOG.info(
          "{} workers, steps {} to {} of {}, {} training samples",
          train.workers(),
          resumeFrom + 1,
          lastStep,
          steps,
          images);
    }
    long left = lastStep > resumeFrom ? sampler.seen(lastStep) - sampler.seen(resumeFrom) : 0;
    Duration limit = Duration.ofSeconds(train.timeoutSeconds());
    try (StopRequests stops = new StopRequests(run, limit);
        TrainingMonitor monitor = new TrainingMonitor(train, run, left)) {
      Attempt.Task task = new Attempt.Task(objective, config, hadoop);
      Attempts attempts =
          new Attempts(spark.sparkContext(), task, run.checkpoints(), monitor, stops);
      List<Worker.Result> results = attempts.run(resumeFrom);
      return outcome(results, stops.cause(), monitor);
    }
  }

  private boolean endedEarly(long step) throws IOException {
    return new EarlyStop(train.earlyStop(), run.checkpoints().read(step).patience()).due();
  }

  private Outcome outcome(
      List<Worker.Result> results, Optional<StopCause> cause, TrainingMonitor monitor) {
    Worker.Result first = results.get(0);
    Optional<StopCause> stopped = first.complete() ? Optional.empty() : cause;
    for (Worker.Result other : results) {
      if (other.weightsCrc() != first.weightsCrc() || other.step() != first.step()) {
        throw TrainingException.last(
            "workers ended with different weights: " + first + " and " + other, "", null);
      }
    }
    List<Double> losses = monitor.losses();
    int tenth = Math.max(1, losses.size() / 10);
    return new Outcome(
        first.step(),
        stopped,
        monitor.skipped(),
        first.weightsCrc(),
        mean(losses.subList(0, Math.min(tenth, losses.size()))),
        mean(losses.subList(Math.max(0, losses.size() - tenth), losses.size())),
        monitor.starvation(),
        monitor.scores());
  }

  private static double mean(List<Double> losses) {
    return losses.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }
}
