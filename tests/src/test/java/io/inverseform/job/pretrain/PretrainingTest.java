package io.inverseform.job.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.Pictures;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.train.Segmentation;
import io.inverseform.job.train.SmallRun;
import io.inverseform.job.train.Training;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainingTest {
  private static SparkSession spark;
  private static SmallRun small;

  @BeforeAll
  static void prepare(@TempDir Path folder) throws Exception {
    spark = SmallRun.session("local[2]");
    small = new SmallRun(folder);
    small.prepare(spark);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static JobConfig config(String run, String... settings) {
    String[] tiny = {
      SmallRun.INVERSE_FORM,
      "pretrain.run=" + small.config("inverse-" + run).run(),
      "pretrain.network.tile=32",
      "pretrain.network.channels=[8, 8]",
      "pretrain.network.hidden=16",
      "pretrain.tiles=4",
      "pretrain.scored=12",
      "pretrain.train.epochs=2",
      "pretrain.train.validate_every=1",
      "pretrain.train.checkpoint_every=2"
    };
    return small.config(
        run, Stream.of(tiny, settings).flatMap(Arrays::stream).toArray(String[]::new));
  }

  private static Training.Outcome pretrain(JobConfig config, boolean resume) throws IOException {
    return Training.run(spark, config.pretraining(), new InverseTransform.Factory(), resume);
  }

  private static Training.Outcome train(JobConfig config) throws IOException {
    return Training.run(spark, config, new Segmentation.Factory(), false);
  }

  @Test
  void whatIsPretrainedServesAsALossInTrain() throws Exception {
    JobConfig config = config("served", "train.max_steps=2");

    Training.Outcome outcome = pretrain(config, false);
    train(config);

    assertThat(outcome.scores())
        .containsKeys(
            "ordered",
            "points_back",
            "halved",
            "r2_shift_x",
            "free_f_after",
            "untrained_ordered",
            "with_unlikeness_free_f_after",
            "pixel_l1_contrast_cost");
    assertThat(Files.readAllLines(Path.of(config.run(), "metrics", "attempt-00001.jsonl")))
        .hasSize(2)
        .allSatisfy(
            line -> assertThat(line).contains("\"inverse_form\":", "\"aux.inverse_form\":"));
  }

  @Test
  void theFrozenNetworkIsInNoCheckpointAndNotInTheModel() throws Exception {
    JobConfig config = config("frozen", "pretrain.train.max_steps=1", "train.max_steps=1");
    pretrain(config, false);
    train(config);
    JobConfig without = small.config("without-term", "train.max_steps=1");
    train(without);

    assertThat(sizes(config)).isNotEmpty().isEqualTo(sizes(without));
  }

  /** Bytes of the model and of the checkpoint's files, by name. */
  private static Map<String, Long> sizes(JobConfig config) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    Path run = Path.of(config.run());
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = run.relativize(file).toString();
        if (name.matches("model.safetensors|checkpoints/.*/rank-\\d+.bin")) {
          sizes.put(name, Files.size(file));
        }
      }
    }
    return sizes;
  }

  @Test
  void aStoppedAndResumedPretrainingEndsWithTheBitsOfAnUndisturbedOne() throws Exception {
    Training.Outcome whole = pretrain(config("undisturbed"), false);
    pretrain(config("stopped", "pretrain.train.max_steps=3"), false);

    Training.Outcome resumed = pretrain(config("stopped"), true);

    assertThat(resumed.weightsCrc()).isEqualTo(whole.weightsCrc());
  }

  @Test
  void aLimitOfSingularValuesIsATermThatFalls() throws Exception {
    JobConfig config = config("limited", "pretrain.spectral_limit=0.5");

    pretrain(config, false);

    List<Double> excess = new ArrayList<>();
    Path metrics = Path.of(config.pretraining().run(), "metrics", "attempt-00001.jsonl");
    for (String line : Files.readAllLines(metrics)) {
      excess.add(new ObjectMapper().readTree(line).findValue("spectral_excess").asDouble());
    }
    assertThat(excess).hasSizeGreaterThan(2).isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(excess.get(excess.size() - 1)).isPositive();
  }

  @Test
  void picturesWithoutLabelsServeToo(@TempDir Path folder) throws Exception {
    for (int i = 0; i < 12; i++) {
      BufferedImage picture = Pictures.random(i, 96, 64, BufferedImage.TYPE_3BYTE_BGR);
      Files.write(folder.resolve("picture-" + i + ".png"), Pictures.png(picture));
    }
    JobConfig config =
        config(
            "pictures",
            "pretrain.pictures=" + folder,
            "data.table=" + folder.resolve("none"),
            "pretrain.train.max_steps=2",
            "pretrain.network.transform=geodesic8");

    Training.Outcome outcome = pretrain(config, false);

    assertThat(outcome.step()).isEqualTo(2);
    assertThat(outcome.scores()).containsKeys("ordered", "r2_perspective_x");
  }

  @Test
  void tooFewPicturesAreRefused(@TempDir Path folder) throws Exception {
    Files.write(folder.resolve("one.png"), new byte[1]);

    assertThatThrownBy(() -> pretrain(config("few", "pretrain.pictures=" + folder), false))
        .hasMessageContaining("holds 1 pictures, at least 10 are needed");
  }

  @Test
  void trainRefusesANetworkForOtherTiles() throws Exception {
    JobConfig config = config("small-tiles", "pretrain.train.max_steps=1");
    pretrain(config, false);

    JobConfig other = config("small-tiles", "pretrain.network.tile=48");

    assertThatThrownBy(() -> train(other))
        .hasMessageContaining("is for tiles of 32 pixels, pretrain.network.tile is 48");
  }

  @Test
  void trainSaysThatThereIsNoNetworkYet() {
    JobConfig config = config("without");

    assertThatThrownBy(() -> train(config))
        .hasMessageContaining("no inverse-transform network at")
        .hasMessageContaining("run pretrain first, or set pretrain.run");
  }
}
