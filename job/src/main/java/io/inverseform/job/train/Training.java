package io.inverseform.job.train;

import io.inverseform.job.allreduce.Coordinator;
import io.inverseform.job.allreduce.CoordinatorSettings;
import io.inverseform.job.allreduce.WorkerFailure;
import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.TrainConfig;
import io.inverseform.job.dataset.GlobalSampler;
import io.inverseform.job.dataset.SampleTable;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.reflect.ClassTag$;

/** The driver's side of training: one attempt, as one barrier stage of one task a worker. */
public final class Training {
  private static final Logger LOG = LoggerFactory.getLogger(Training.class);

  private final SparkSession spark;
  private final JobConfig config;
  private final Objective.Factory objective;
  private final TrainConfig train;
  private final Configuration hadoop;
  private final RunFolder run;

  /**
   * How a training ended.
   *
   * @param step the last one
   * @param weightsCrc CRC-32C of the flat weights
   * @param firstLoss mean total loss over the first tenth of this training's steps
   * @param lastLoss mean total loss over the last tenth
   * @param scores of the last validation, by name
   */
  public record Outcome(
      long step, long weightsCrc, double firstLoss, double lastLoss, Map<String, Double> scores) {}

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
   * @throws TrainingException if a worker failed
   */
  public static Outcome run(
      SparkSession spark, JobConfig config, Objective.Factory objective, boolean resume)
      throws IOException {
    Training training = new Training(spark, config, objective);
    RunFolder.Lock lock = training.run.lock();
    try {
      return training.attempt(training.resumeFrom(resume));
    } finally {
      lock.close();
    }
  }

  private long resumeFrom(boolean resume) throws IOException {
    Optional<Long> newest = run.checkpoints().newest();
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

  private Outcome attempt(long resumeFrom) throws IOException {
    int images = countSamples(Objective.TRAIN);
    countSamples(Objective.VALIDATION);
    GlobalSampler sampler =
        new GlobalSampler(config.seed(), images, train.batch() * train.workers());
    long steps = (long) train.epochs() * sampler.stepsPerEpoch();
    long lastStep = train.maxSteps() > 0 ? Math.min(train.maxSteps(), steps) : steps;
    if (resumeFrom >= lastStep) {
      throw new IOException(
          run.path()
              + " is already trained up to step "
              + resumeFrom
              + " of "
              + lastStep
              + ": raise train.epochs or train.max_steps");
    }
    long ahead = sampler.imagesBetween(resumeFrom, lastStep);
    run.write(run.configuration(), ConfigYaml.write(config));
    String attempt = CoordinatorSettings.newAttempt();
    CoordinatorSettings settings =
        new CoordinatorSettings(
            SparkEnv.get().conf(),
            SparkEnv.get().securityManager(),
            SparkEnv.get().rpcEnv().address().host(),
            attempt,
            train.workers(),
            Duration.ofSeconds(train.timeoutSeconds()));
    LOG.info(
        "attempt {}: {} workers, steps {} to {} of {}, {} training samples",
        attempt,
        train.workers(),
        resumeFrom + 1,
        lastStep,
        steps,
        images);
    try (TrainingMonitor monitor =
        new TrainingMonitor(
            train.workers(), train.epochs(), train.keepCheckpoints(), run, resumeFrom + 1, ahead)) {
      Coordinator coordinator = Coordinator.start(settings, monitor);
      List<Worker.Result> results;
      try (coordinator) {
        results = runStage(coordinator, attempt, resumeFrom);
      }
      // The last report can fail on the driver when the workers are through already.
      coordinator
          .failure()
          .ifPresent(
              failure -> {
                throw explained(null, failure);
              });
      return outcome(results, monitor.reports());
    }
  }

  private int countSamples(String split) throws IOException {
    long count = SampleTable.open(config.data().table(), hadoop).read(spark, split).count();
    if (count == 0) {
      throw new IOException(
          "sample table " + config.data().table() + " has no sample in split " + split);
    }
    return Math.toIntExact(count);
  }

  private List<Worker.Result> runStage(Coordinator coordinator, String attempt, long resumeFrom) {
    WorkerSpec spec =
        new WorkerSpec(
            objective,
            ConfigYaml.write(config),
            new SerializableConfiguration(hadoop),
            coordinator.address(),
            attempt,
            resumeFrom);
    List<Integer> partitions = IntStream.range(0, train.workers()).boxed().toList();
    RDD<Worker.Result> stage =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(partitions, train.workers())
            .rdd()
            .barrier()
            .mapPartitions(
                new WorkerTask(spec), false, ClassTag$.MODULE$.apply(Worker.Result.class));
    try {
      return Arrays.asList((Worker.Result[]) stage.collect());
    } catch (Exception e) {
      // Scala throws SparkException without declaring it.
      throw coordinator
          .failure()
          .map(failure -> explained(e, failure))
          .orElseGet(() -> explained(e));
    }
  }

  private static TrainingException explained(Exception e, WorkerFailure root) {
    return new TrainingException(root + "\n" + root.stackTrace(), e);
  }

  private TrainingException explained(Exception e) {
    if (e instanceof SparkException && String.valueOf(e.getMessage()).contains("SPARK-24819")) {
      return new TrainingException(
          "train.workers asks for "
              + train.workers()
              + " workers at once, the cluster has fewer slots: give it more executors or cores",
          e);
    }
    return new TrainingException("the training stage failed: " + e.getMessage(), e);
  }

  private Outcome outcome(List<Worker.Result> results, List<StepReport> reports) {
    Worker.Result first = results.get(0);
    for (Worker.Result other : results) {
      if (other.weightsCrc() != first.weightsCrc() || other.step() != first.step()) {
        throw new TrainingException(
            "workers ended with different weights: " + first + " and " + other, null);
      }
    }
    int tenth = Math.max(1, reports.size() / 10);
    List<StepReport> last = reports.subList(reports.size() - tenth, reports.size());
    return new Outcome(
        first.step(),
        first.weightsCrc(),
        meanLoss(reports.subList(0, tenth)),
        meanLoss(last),
        reports.get(reports.size() - 1).validation());
  }

  private static double meanLoss(List<StepReport> reports) {
    return reports.stream().mapToDouble(StepReport::loss).average().orElseThrow();
  }
}
