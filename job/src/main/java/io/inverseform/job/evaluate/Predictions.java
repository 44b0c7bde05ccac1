package io.inverseform.job.evaluate;

import io.inverseform.job.archive.ModelArchive;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.dataset.PictureFiles;
import io.inverseform.job.dataset.SampleSchema;
import io.inverseform.job.dataset.SampleTable;
import io.inverseform.job.dataset.WholeFile;
import io.inverseform.job.progress.ProgressLine;
import io.inverseform.job.progress.TaskProgress;
import io.inverseform.job.train.GpuTasks;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;

/**
 * A model archive on many pictures, a share of them on every slot. For every picture there are
 * three PNG files of its size and its name: {@code ids/} with train ids, 8-bit grey; {@code color/}
 * with the same ids and the classes' colours as palette; {@code overlay/} with the colours and the
 * regions' boundaries over the picture. At wish {@code label_ids/} holds the ids of the data set's
 * own label files, 8-bit grey, as servers take them that score a test split.
 */
public final class Predictions {
  /** Tasks a slot: pictures differ in size, slots in speed. */
  private static final int TASKS_A_SLOT = 4;

  private static final String FAILED = "failed.txt";

  private final SparkSession spark;
  private final Configuration hadoop;
  private final ModelArchive archive;
  private final int threads;
  private final Path output;
  private final boolean labelIds;
  private final long start = System.nanoTime();

  /**
   * Predictions with an archive.
   *
   * @param archive folder of it
   * @param threads of PyTorch in every executor
   * @param output folder, on any Hadoop file system; what is there stays, but for the same names
   * @param labelIds whether to write these
   * @throws IOException if there is no archive, or it is damaged
   * @throws IllegalArgumentException if label ids are wanted and a class has none
   */
  public Predictions(
      SparkSession spark, String archive, int threads, String output, boolean labelIds)
      throws IOException {
    this.spark = spark;
    this.threads = threads;
    hadoop = spark.sessionState().newHadoopConf();
    this.archive = ModelArchive.open(archive, hadoop);
    Path given = new Path(output);
    this.output = given.getFileSystem(hadoop).makeQualified(given);
    this.labelIds = labelIds;
    if (labelIds) {
      requireLabelIds(archive, this.archive.classes());
    }
  }

  private static void requireLabelIds(String archive, ClassCatalogue classes) {
    byte[] all = new byte[classes.size()];
    for (int c = 0; c < all.length; c++) {
      all[c] = (byte) c;
    }
    try {
      classes.toSourceIds(new LabelMap(all.length, 1, all));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          "'--label-ids': %s, in %s: leave the option out, or export with a class file that has source ids"
              .formatted(e.getMessage(), archive),
          e);
    }
  }

  /**
   * Predicts the pictures in a folder and in the folders below it, and keeps their paths below it.
   * Of two files that differ in their endings only, the second one fails.
   *
   * @throws IOException if there is no picture, or files cannot be written
   */
  public PredictionSummary ofFolder(String input) throws IOException {
    Set<String> names = new HashSet<>();
    List<PictureToPredict> pictures = new ArrayList<>();
    List<FailedPicture> twice = new ArrayList<>();
    for (PictureFiles.Named picture : PictureFiles.below(input, hadoop)) {
      String source = picture.file().path();
      if (names.add(picture.name())) {
        pictures.add(new PictureToPredict(picture.name(), source, null));
      } else {
        twice.add(new FailedPicture(source, "another picture there has the same name"));
      }
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    int tasks = Math.min(pictures.size(), tasks());
    return predict(context.parallelize(pictures, tasks), pictures.size(), twice);
  }

  /**
   * Predicts the pictures of a split of a sample table, named by sample ids.
   *
   * @throws IOException if there is no such table or split, or files cannot be written
   */
  public PredictionSummary ofSplit(String table, String split) throws IOException {
    SampleTable samples = SampleTable.open(table, hadoop);
    Dataset<Row> rows = samples.read(spark, split);
    long count = rows.count();
    if (count == 0) {
      throw new IOException(samples.folder() + " has no sample in split " + split);
    }
    JavaRDD<PictureToPredict> pictures =
        rows.select(SampleSchema.SAMPLE_ID, SampleSchema.SOURCE, SampleSchema.IMAGE)
            .repartition((int) Math.min(count, tasks()))
            .toJavaRDD()
            .map(row -> new PictureToPredict(row.getString(0), row.getString(1), row.getAs(2)));
    return predict(pictures, count, List.of());
  }

  private int tasks() {
    return TASKS_A_SLOT * spark.sparkContext().defaultParallelism();
  }

  private PredictionSummary predict(
      JavaRDD<PictureToPredict> pictures, long count, List<FailedPicture> already)
      throws IOException {
    LongAccumulator done = spark.sparkContext().longAccumulator("predict pictures");
    PredictTask task =
        new PredictTask(
            Inference.of(archive, threads, hadoop),
            archive.classes(),
            labelIds,
            output.toString(),
            done);
    List<FailedPicture> failed = new ArrayList<>(already);
    try (ProgressLine line = new ProgressLine("predict", "images", count);
        TaskProgress progress = new TaskProgress(spark.sparkContext(), done, line)) {
      progress.start();
      failed.addAll(GpuTasks.of(pictures).mapPartitions(task).collect());
    }
    writeFailed(failed);
    return new PredictionSummary(
        output.toString(), count + already.size(), failed, (System.nanoTime() - start) / 1e9);
  }

  private void writeFailed(List<FailedPicture> failed) throws IOException {
    FileSystem fileSystem = WholeFile.withoutChecksumFiles(output.getFileSystem(hadoop));
    Path file = new Path(output, FAILED);
    fileSystem.delete(file, false);
    if (!failed.isEmpty()) {
      StringBuilder text = new StringBuilder();
      failed.forEach(f -> text.append(f.source()).append('\t').append(f.reason()).append('\n'));
      WholeFile.write(
          fileSystem, file, out -> out.write(text.toString().getBytes(StandardCharsets.UTF_8)));
    }
  }
}
