package io.inverseform.job.train;

import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.preprocess.Preprocess;
import io.inverseform.job.synthesize.SceneSynthesizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/** A few generated scenes and a tiny network: what tests of training share. */
public final class SmallRun {
  /** The demo's losses without InverseForm, which needs a network from another training. */
  private static final String LOSSES =
      "loss.terms=["
          + "{type: class_weighted_cross_entropy, loss_weight: 1, loss_name: segmentation,"
          + " upper_bound: 1, scope: image},"
          + "{type: boundary_cross_entropy, loss_weight: 0.3, loss_name: boundary, scope: image},"
          + "{type: edge_attention, loss_weight: 0.1, loss_name: edge_attention, threshold: 0.8,"
          + " upper_bound: 1, scope: image}]";

  /** InverseForm alone, in place of those. */
  public static final String INVERSE_FORM =
      "loss.terms=["
          + "{type: inverse_form, loss_weight: 0.3, loss_name: inverse_form, grid: [],"
          + " anchored: true}]";

  private final Path folder;

  /** Everything under one folder. */
  public SmallRun(Path folder) {
    this.folder = folder;
  }

  /** A session of two slots. */
  public static SparkSession session(String master) {
    return SparkSession.builder()
        .master(master)
        .appName("training tests")
        .config("spark.ui.enabled", false)
        .config("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "3s")
        .config("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", 8)
        .getOrCreate();
  }

  /** The demo's configuration, smaller, with a run folder of that name. */
  public JobConfig config(String run, String... settings) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "run=" + folder.resolve(run),
                "data.source=" + folder.resolve("pictures"),
                "data.table=" + folder.resolve("table"),
                "synthesize.width=128",
                "synthesize.height=64",
                "synthesize.train=11",
                "synthesize.val=3",
                LOSSES,
                "augment.crop_height=64",
                "augment.crop_width=96",
                "augment.scale_min=0.75",
                "augment.scale_max=1.5",
                "schedule.warmup_steps=2",
                "train.batch=2",
                "train.epochs=3",
                "train.validate_every=2",
                "train.checkpoint_every=4",
                "train.timeout_seconds=60"));
    all.addAll(List.of(settings));
    return ConfigLoader.loadDemo(all);
  }

  /** Generates the scenes and their sample table. */
  public void prepare(SparkSession spark) throws IOException {
    JobConfig config = config("unused");
    new SceneSynthesizer(config.seed(), config.synthesize())
        .write(config.data().source(), spark.sessionState().newHadoopConf());
    Preprocess.run(spark, config.data(), config.preprocess());
  }
}
