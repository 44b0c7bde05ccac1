package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.inverseform.golden.Goldens;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.PretrainedConfig;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Torch;
import io.inverseform.job.weights.WeightFile;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole trainings with other optimisers than plain SGD. */
class OptimizedTrainingTest {
  private static final String[] ADAMW = {
    "optimizer.rule={type: adamw}",
    "optimizer.learning_rate=1e-3",
    "optimizer.weight_decay=0.01",
    "optimizer.decay_norms=false",
    "optimizer.groups=[{parameters: 'ocr\\..*', rate_factor: 10}]",
    "optimizer.ema_decay=0.9"
  };

  private static SparkSession spark;
  private static SmallRun small;
  private static Path folder;

  @BeforeAll
  static void prepare(@TempDir Path temporary) throws Exception {
    folder = temporary;
    spark = SmallRun.session("local[2]");
    small = new SmallRun(folder);
    small.prepare(spark);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static JobConfig config(String run, String... more) {
    return small.config(run, Stream.of(ADAMW, more).flatMap(Stream::of).toArray(String[]::new));
  }

  private static Training.Outcome run(JobConfig config, boolean resume) throws IOException {
    return Training.run(spark, config, new Segmentation.Factory(), resume);
  }

  @Test
  void aResumedRunEndsWithTheSameBitsAndExportsTheAverage() throws Exception {
    JobConfig whole = config("whole");
    Training.Outcome uninterrupted = run(whole, false);
    JobConfig halves = config("halves");
    run(config("halves", "train.max_steps=4"), false);

    Training.Outcome resumed = run(halves, true);

    assertThat(resumed.weightsCrc()).isEqualTo(uninterrupted.weightsCrc());
    assertThat(resumed.scores()).isEqualTo(uninterrupted.scores());
    Checkpoints.State state = SavedState.of(whole, uninterrupted.step(), 0, 1);
    Checkpoints.State ofResumed = SavedState.of(halves, uninterrupted.step(), 0, 1);
    for (String vector : new String[] {"mean", "mean_square", ShardState.EMA}) {
      assertThat(ofResumed.optimizer().vector(vector)).isEqualTo(state.optimizer().vector(vector));
    }
    assertThat(ofResumed.bufferEma()).isEqualTo(state.bufferEma());
    float[] average = state.optimizer().vector(ShardState.EMA);
    assertThat(Goldens.relativeL2(average, state.weights().array())).isGreaterThan(1e-3);
    assertThat(exported(whole, true)).isEqualTo(average);
    assertThat(Goldens.relativeL2(exported(whole, false), state.bufferEma())).isLessThan(1e-6);
  }

  /** Steps that move nothing are never better than those of the first validation. */
  @Test
  void aKeptCheckpointBecomesTheModelThatTheTrainingWouldHaveWritten() throws Exception {
    JobConfig config =
        config(
            "kept",
            "optimizer.learning_rate=1e-12",
            "model.norm.type=group",
            "train.validate_every=1");
    Training.Outcome outcome = run(config, false);
    Path model = Path.of(config.run(), "model.safetensors");
    byte[] trained = Files.readAllBytes(model);
    Files.delete(model);

    long best = CheckpointModel.write(config, Optional.empty(), new Configuration());
    byte[] first = Files.readAllBytes(model);
    CheckpointModel.write(config, Optional.of(outcome.step()), new Configuration());

    assertThat(best).isEqualTo(3);
    assertThat(Files.readAllBytes(model)).isEqualTo(trained).isNotEqualTo(first);
    assertThatThrownBy(() -> CheckpointModel.write(config, Optional.of(5L), new Configuration()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("'--step': ")
        .hasMessageEndingWith("has no checkpoint of step 5, but of [9, 8, 3]: choose one of these");
  }

  /** Weights or running statistics of the model file, as they lie in memory. */
  private static float[] exported(JobConfig config, boolean weights) throws Exception {
    Configuration hadoop = new Configuration();
    try (NDManager device = Torch.manager(Device.cpu());
        Objective<?> objective =
            new Segmentation.Factory()
                .open(config, new Site(device, folder.resolve("local"), hadoop));
        FlatParameters parameters = new FlatParameters(device, objective.network(), 1);
        WeightFile file = WeightFile.open(new RunFolder(config.run(), hadoop).model(), hadoop)) {
      parameters.load(file, PretrainedConfig.NONE);
      FloatBuffer values = (weights ? parameters.weights() : parameters.buffers()).host();
      float[] copy = new float[values.capacity()];
      values.get(copy);
      return copy;
    }
  }

  @Test
  void twoWorkersEndAsOne() throws Exception {
    String[] step = {"model.norm.type=group", "train.max_steps=2", "train.validate_every=9"};
    JobConfig one = config("one", with(step, "train.workers=1", "train.batch=4"));
    JobConfig two = config("two", with(step, "train.workers=2", "train.batch=2"));

    run(one, false);
    run(two, false);

    float[] average = average(two, 2);
    assertThat(Goldens.relativeL2(average, average(one, 2))).isLessThan(1e-3);
    assertThat(exported(two, true)).isEqualTo(average);
  }

  private static float[] average(JobConfig config, int step) throws IOException {
    return SavedState.of(config, step, 0, 1).optimizer().vector(ShardState.EMA);
  }

  private static String[] with(String[] settings, String... more) {
    return Stream.of(settings, more).flatMap(Stream::of).toArray(String[]::new);
  }

  @Test
  void workersOnTheirOwnWeightsTakeTheMeanOfAllState() throws Exception {
    String[] steps = {"train.max_steps=2", "train.exchange.local_steps=2", "train.epochs=1"};
    JobConfig config = config("local", steps);

    Training.Outcome outcome = run(config, false);

    assertThat(outcome.step()).isEqualTo(2);
    assertThat(SavedState.of(config, 2, 0, 1).optimizer().updates()).isEqualTo(2);
    assertThat(exported(config, true)).isEqualTo(average(config, 2));
  }

  @Test
  void theStateOfAnotherOptimiserIsRefusedByName() throws Exception {
    run(small.config("other", "train.max_steps=1", "train.epochs=1"), false);

    assertThatThrownBy(() -> run(config("other"), true))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining(
            "step-00000001 holds the state of the optimiser sgd, optimizer.rule.type is adamw: set"
                + " it to sgd, or run to another folder")
        .hasNoSuppressedExceptions();
  }

  @Test
  void aTrainingThatGetsNoBetterEndsEarlyAndIsWhole() throws Exception {
    String[] still = {
      "optimizer.learning_rate=1e-12",
      "model.norm.type=group",
      "train.validate_every=1",
      "train.epochs=9",
      "train.early_stop=2"
    };
    JobConfig config = small.config("early", still);

    Training.Outcome outcome = run(config, false);

    // The first validation is the best, two others follow.
    assertThat(outcome.step()).isEqualTo(9);
    assertThat(outcome.stopped()).isEmpty();
    assertThat(new RunFolder(config.run(), new Configuration()).hasModel(9)).isTrue();
    assertThatThrownBy(() -> run(config, true))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith(
            "ended at step 9, since 2 validations were not better than the best one"
                + " (train.early_stop is 2): raise it, or set it to 0 for no early end");
  }
}
