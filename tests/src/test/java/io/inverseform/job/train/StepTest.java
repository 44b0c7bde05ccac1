package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.inverseform.golden.Goldens;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.GlobalSampler;
import io.inverseform.job.dataset.UniformEpochs;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.FlatVector;
import io.inverseform.job.torch.Torch;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a step is made of, and what one that is left out leaves behind. */
class StepTest {
  private static final int SAMPLES = 11;

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

  /**
   * Of two images or more: single ones are rounded otherwise, which newly drawn weights make too
   * much of (SingleImagesTest has other ones).
   */
  @ParameterizedTest
  @ValueSource(strings = {"group", "frozen"})
  void passesAddUpToTheGradientOfOneLargePass(String norm) throws Exception {
    String[] step = {"model.norm.type=" + norm, "train.max_steps=1", "train.workers=1"};
    JobConfig whole = small.config("whole-" + norm, with(step, "train.batch=4"));
    JobConfig passes =
        small.config("passes-" + norm, with(step, "train.batch=2", "train.accumulate=2"));
    JobConfig uneven =
        small.config("uneven-" + norm, with(step, "train.batch=3", "train.accumulate=2"));
    JobConfig six = small.config("six-" + norm, with(step, "train.batch=6"));

    for (JobConfig config : List.of(whole, passes, uneven, six)) {
      train(config);
    }

    // After one step the momentum is the gradient.
    assertThat(Goldens.relativeL2(SavedStates.momentum(passes, 1), SavedStates.momentum(whole, 1)))
        .isLessThan(1e-5);
    assertThat(Goldens.relativeL2(SavedStates.momentum(uneven, 1), SavedStates.momentum(six, 1)))
        .isLessThan(1e-5);
    assertThat(Goldens.relativeL2(SavedStates.momentum(six, 1), SavedStates.momentum(whole, 1)))
        .isGreaterThan(1e-2);
  }

  @Test
  void workersPassTogetherAlsoWhereTheLastStepIsShort() throws Exception {
    // Of eleven samples a step of six, and one of five: the first rank is through a pass earlier.
    JobConfig two =
        small.config(
            "two",
            "model.norm.type=sync_batch",
            "train.batch=1",
            "train.accumulate=3",
            "train.max_steps=2");

    Training.Outcome outcome = train(two);

    assertThat(outcome.step()).isEqualTo(2);
    assertThat(SavedStates.of(two, 2, 0, 2).buffers())
        .isEqualTo(SavedStates.of(two, 2, 1, 2).buffers());
    assertThat(Files.readString(Path.of(two.run(), "metrics", "attempt-00001.jsonl")))
        .contains("\"step\":1,\"epoch\":1,\"images\":6,", "\"step\":2,\"epoch\":1,\"images\":5,");
  }

  @Test
  void termsByImageOfTwoRanksAddUpAndEachIsLogged() throws Exception {
    String[] step = {
      "model.norm.type=group",
      "train.max_steps=1",
      "loss.targets={distance: [main]}",
      "loss.terms=["
          + "{type: cross_entropy, loss_weight: 1, loss_name: pixels},"
          + "{type: ohem_cross_entropy, loss_weight: 1, loss_name: hard, threshold: 0.7,"
          + " min_kept: 100, edge_threshold: 0.1},"
          + "{type: dice, loss_weight: 1, loss_name: regions},"
          + "{type: relaxed_boundary, loss_weight: 1, loss_name: relaxed},"
          + "{type: rmi, loss_weight: 0.1, loss_name: mutual},"
          + "{type: signed_distance, loss_weight: 0.1, loss_name: distance, scope: image}]"
    };
    JobConfig one = small.config("terms-one", with(step, "train.workers=1", "train.batch=4"));
    JobConfig two = small.config("terms-two", with(step, "train.workers=2", "train.batch=2"));

    train(one);
    train(two);

    assertThat(Goldens.relativeL2(SavedStates.momentum(two, 1), SavedStates.momentum(one, 1)))
        .isLessThan(1e-5);
    assertThat(Files.readString(Path.of(two.run(), "metrics", "attempt-00001.jsonl")))
        .contains("\"pixels\":", "\"aux.hard\":", "\"mutual\":", "\"distance\":")
        .doesNotContain("aux.distance");
  }

  @Test
  void aRankThatIsThroughAPassEarlierAddsNothingInTheLast() throws Exception {
    String[] steps = {
      "model.norm.type=group",
      "optimizer.learning_rate=1e-9",
      "optimizer.rule.momentum=0",
      "train.max_steps=2"
    };
    JobConfig two = small.config("short-two", with(steps, "train.batch=1", "train.accumulate=3"));
    JobConfig one =
        small.config(
            "short-one", with(steps, "train.workers=1", "train.batch=1", "train.accumulate=6"));

    train(two);
    train(one);

    assertThat(Goldens.relativeL2(SavedStates.momentum(two, 2), SavedStates.momentum(one, 2)))
        .isLessThan(1e-5);
  }

  @Test
  void aStepThatIsLeftOutChangesNothing() throws Exception {
    JobConfig config = small.config("left-out", "train.max_steps=1", "model.norm.type=sync_batch");
    int bad = sample(config, 1, 0);

    Training.Outcome outcome =
        Training.run(spark, config, new PoisonedSegmentation.Factory(bad, true), false);

    assertThat(outcome.skipped()).isEqualTo(1);
    try (NDManager device = Torch.manager(Device.cpu());
        Objective<?> objective =
            new Segmentation.Factory()
                .open(config, new Site(device, folder.resolve("local"), new Configuration()))) {
      FlatParameters initial = new FlatParameters(device, objective.network(), config.seed());
      for (int rank = 0; rank < 2; rank++) {
        Checkpoints.State state = SavedStates.of(config, 1, rank, 2);
        assertThat(bits(state.weights())).isEqualTo(bits(initial.weights()));
        assertThat(bits(state.buffers())).isEqualTo(bits(initial.buffers()));
        assertThat(SavedStates.momentum(state)).containsOnly(0);
      }
    }
  }

  @Test
  void theSamplesTheTermAndTheRankOfANaNAreTold() throws Exception {
    JobConfig config = small.config("told", "train.max_steps=3", "train.max_skipped=0");
    int bad = sample(config, 2, 1);

    assertThatThrownBy(
            () -> Training.run(spark, config, new PoisonedSegmentation.Factory(bad, true), false))
        .isInstanceOf(TrainingException.class)
        .hasMessageMatching(
            "(?s)rank [01] \\(.*\\) failed after step 1: .*no finite gradient in 1 steps up to step 2"
                + " \\(train\\.max_skipped is 0\\), in this one: rank 1: loss \\S*edge_attention not"
                + " finite, with samples \\S+, \\S+: lower .*")
        .hasNoSuppressedExceptions();
  }

  @Test
  void whereAllTermsAreFiniteTheParameterIsTold() throws Exception {
    JobConfig config = small.config("parameter", "train.max_steps=3", "train.max_skipped=0");
    int bad = sample(config, 1, 0);

    assertThatThrownBy(
            () -> Training.run(spark, config, new PoisonedSegmentation.Factory(bad, false), false))
        .hasMessageMatching(
            "(?s).*in this one: rank 0: all losses finite, gradient of \\S+\\.weight not finite, with"
                + " samples .*");
  }

  @Test
  void aRunGoesOnOverAStepThatIsLeftOutAndCountsIt() throws Exception {
    JobConfig config = small.config("over", "train.epochs=2");
    int bad = sample(config, 2, 0);

    Training.Outcome outcome =
        Training.run(spark, config, new PoisonedSegmentation.Factory(bad, true), false);

    assertThat(outcome.step()).isEqualTo(6);
    assertThat(outcome.skipped()).as("once in each epoch").isEqualTo(2);
    assertThat(outcome.lastLoss()).isFinite();
    assertThat(Files.readString(Path.of(config.run(), "metrics", "attempt-00001.jsonl")))
        .contains("\"skipped\":true,\"not_finite\":\"rank 0: loss ");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 500})
  void everyHeldOutSampleIsScoredByOneRankAndNoRankHasTwoMoreThanAnother(int worldSize) {
    for (int count : List.of(1, 3, 100, 500)) {
      int[][] shares =
          Stream.iterate(0, rank -> rank + 1)
              .limit(worldSize)
              .map(rank -> new Share(rank, worldSize, sums -> sums).of(count).toArray())
              .toArray(int[][]::new);
      assertThat(Stream.of(shares).flatMapToInt(Arrays::stream).sorted().toArray())
          .isEqualTo(java.util.stream.IntStream.range(0, count).toArray());
      assertThat(Stream.of(shares).mapToInt(share -> share.length))
          .allMatch(length -> length == count / worldSize || length == count / worldSize + 1);
    }
  }

  /** A sample that a rank has in a step of the first epoch. */
  private static int sample(JobConfig config, int step, int rank) {
    int workers = config.train().workers();
    return new GlobalSampler(
            new UniformEpochs(config.seed(), SAMPLES),
            config.train().globalBatch(workers),
            GlobalSampler.Start.NEW)
        .share(step, rank, workers)[0].sample();
  }

  private static Training.Outcome train(JobConfig config) throws IOException {
    return Training.run(spark, config, new Segmentation.Factory(), false);
  }

  private static String[] with(String[] settings, String... more) {
    return Stream.of(settings, more).flatMap(Stream::of).toArray(String[]::new);
  }

  private static int[] bits(FlatVector vector) {
    return bits(vector.host());
  }

  private static int[] bits(FloatBuffer values) {
    int[] bits = new int[values.capacity()];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values.get(i)));
    return bits;
  }
}
