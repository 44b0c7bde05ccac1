package io.inverseform.job.preprocess;

import io.inverseform.job.config.DataConfig;
import io.inverseform.job.config.PreprocessConfig;
import io.inverseform.job.dataset.EdgeOperators;
import io.inverseform.job.dataset.LabelFiles;
import io.inverseform.job.dataset.PictureFolder;
import io.inverseform.job.dataset.PicturePair;
import io.inverseform.job.dataset.Rejected;
import io.inverseform.job.progress.ProgressLine;
import io.inverseform.job.progress.TaskProgress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The preprocessing job: lists the pictures on the driver, compares them with what was made before,
 * checks and converts the new ones in one Spark stage, and publishes the table when all of it is
 * written. A picture that cannot be used is rejected with a reason, and the job goes on.
 */
public final class Preprocess {
  private final SparkSession spark;
  private final PreprocessConfig config;
  private final Configuration hadoop;
  private final LabelFiles labels;
  private final TableFolder folder;
  private final Settings settings;
  private final List<Rejected> twice = new ArrayList<>();
  private final Plan plan;

  private Preprocess(SparkSession spark, DataConfig data, PreprocessConfig config)
      throws IOException {
    this.spark = spark;
    this.config = config;
    hadoop = spark.sessionState().newHadoopConf();
    PictureFolder source = PictureFolder.open(data, hadoop);
    labels = PictureFolder.labels(data, hadoop);
    folder = new TableFolder(data.table(), hadoop);
    settings = Settings.of(config, labels);
    List<Chunk> chunks = Chunks.of(withoutDuplicates(source.pairs()), config.embed());
    plan = Plan.of(chunks, folder.wholeFiles());
  }

  /**
   * Makes the sample table, or brings it up to date: only pictures that are new or have changed are
   * done. The table is the same as if it had been made at once.
   *
   * @throws IOException if there are no pictures, too many of them cannot be used, or the table
   *     cannot be written; the table is then as it was before
   */
  public static Summary run(SparkSession spark, DataConfig data, PreprocessConfig config)
      throws IOException {
    long start = System.nanoTime();
    return new Preprocess(spark, data, config).run(start);
  }

  /**
   * Says what {@link #run} would do, and does nothing.
   *
   * @throws IOException if there are no pictures, or there is something else than a table
   */
  public static String plan(SparkSession spark, DataConfig data, PreprocessConfig config)
      throws IOException {
    return new Preprocess(spark, data, config).plan.toString();
  }

  private List<Picture> withoutDuplicates(List<PicturePair> pairs) {
    Set<List<String>> seen = new HashSet<>();
    List<Picture> unique = new ArrayList<>();
    for (PicturePair pair : pairs) {
      Picture picture = new Picture(pair, settings.fingerprint(pair));
      if (seen.add(List.of(pair.split(), pair.sampleId()))) {
        unique.add(picture);
      } else {
        twice.add(picture.rejected("another picture of this split has the same name"));
      }
    }
    return unique;
  }

  private Summary run(long start) throws IOException {
    TaskTimes times = new TaskTimes();
    Map<String, PreparedFile> files =
        plan.whole().stream()
            .collect(Collectors.toMap(PreparedFile::name, Function.identity(), (a, b) -> a));
    for (PrepareChunk.Result result : prepare()) {
      files.put(result.file().name(), result.file());
      times.add(result.times());
    }
    List<PreparedFile> samples =
        plan.chunks().stream().map(chunk -> files.get(chunk.fileName())).toList();
    List<Rejected> rejected = rejected(samples);
    refuseTooManyRejected(rejected);
    double seconds = (System.nanoTime() - start) / 1e9;
    Summary summary = summary(samples, rejected, times, seconds);
    folder.publish(settings, labels.catalogue(), samples, rejected, summary.json());
    return summary;
  }

  private List<PrepareChunk.Result> prepare() {
    if (plan.work().isEmpty()) {
      return List.of();
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    LongAccumulator done = spark.sparkContext().longAccumulator("preprocess pictures");
    PrepareChunk task =
        new PrepareChunk(
            folder.table().folder().toString(),
            new SamplePreparer.Recipe(
                labels, EdgeOperators.of(config.edges()), config.centroidTile(), config.embed()),
            context.broadcast(new SerializableConfiguration(hadoop)),
            done);
    try (ProgressLine line = new ProgressLine("preprocess", "images", plan.unknown());
        TaskProgress progress = new TaskProgress(spark.sparkContext(), done, line)) {
      progress.start();
      return context.parallelize(plan.work(), plan.work().size()).map(task).collect();
    }
  }

  private List<Rejected> rejected(List<PreparedFile> samples) {
    List<Rejected> rejected = new ArrayList<>(twice);
    samples.forEach(file -> rejected.addAll(file.report().rejected()));
    rejected.sort(Comparator.comparing(Rejected::split).thenComparing(Rejected::source));
    return rejected;
  }

  private void refuseTooManyRejected(List<Rejected> rejected) throws IOException {
    long pictures = plan.pictures() + twice.size();
    double share = (double) rejected.size() / pictures;
    if (rejected.size() == pictures) {
      folder.discard();
      throw new IOException(
          "none of %d pictures can be used; the first is %s: %s"
              .formatted(pictures, rejected.get(0).source(), rejected.get(0).reason()));
    }
    if (share > config.maxRejected()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%d of %d pictures are rejected, %.3g of them, more than preprocess.max_rejected ="
                  + " %s; no table is made. The first is %s: %s",
              rejected.size(),
              pictures,
              share,
              config.maxRejected(),
              rejected.get(0).source(),
              rejected.get(0).reason()));
    }
  }

  private Summary summary(
      List<PreparedFile> samples, List<Rejected> rejected, TaskTimes times, double seconds) {
    Map<String, SplitCount> counts = new HashMap<>();
    for (PreparedFile file : samples) {
      SplitCount count = file.report().count();
      counts.merge(count.split(), count, SplitCount::plus);
    }
    return Summary.of(
        folder.table().folder().toString(),
        labels.catalogue().names(),
        counts,
        rejected,
        new Summary.Work(
            plan.unknown(),
            plan.pictures() - plan.unknown(),
            plan.removed(),
            samples.size(),
            plan.work().size(),
            seconds),
        times);
  }
}
