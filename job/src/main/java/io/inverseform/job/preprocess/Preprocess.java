package io.inverseform.job.preprocess;

import io.inverseform.job.config.DataConfig;
import io.inverseform.job.config.PreprocessConfig;
import io.inverseform.job.dataset.PictureFolder;
import io.inverseform.job.dataset.PicturePair;
import io.inverseform.job.dataset.SampleTable;
import io.inverseform.job.progress.ProgressLine;
import io.inverseform.udf.edge.SobelEdges;
import io.inverseform.udf.label.ClassCatalogue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The preprocessing job: lists the pictures on the driver, checks and converts them in one Spark
 * stage, and publishes the table when all of it is written. A picture that cannot be used is
 * rejected with a reason, and the job goes on.
 */
public final class Preprocess {
  private static final int ROW_GROUP_BYTES = 32 << 20;

  private final SparkSession spark;
  private final DataConfig data;
  private final PreprocessConfig config;
  private final Configuration hadoop;

  private Preprocess(SparkSession spark, DataConfig data, PreprocessConfig config) {
    this.spark = spark;
    this.data = data;
    this.config = config;
    this.hadoop = spark.sessionState().newHadoopConf();
  }

  /**
   * Makes the sample table, replacing one that is there.
   *
   * @throws IOException if there are no pictures, none of them can be used, or the table cannot be
   *     written
   */
  public static Summary run(SparkSession spark, DataConfig data, PreprocessConfig config)
      throws IOException {
    return new Preprocess(spark, data, config).run();
  }

  private Summary run() throws IOException {
    long start = System.nanoTime();
    PictureFolder folder = PictureFolder.open(data, hadoop);
    ClassCatalogue catalogue = folder.catalogue();
    List<Rejected> rejected = new ArrayList<>();
    List<PicturePair> pairs = withoutDuplicates(folder.pairs(), rejected);
    try (StagedTable table = new StagedTable(data.table(), hadoop)) {
      Map<String, SplitCount> counts = new TreeMap<>();
      for (PartitionReport report : writeSamples(pairs, catalogue, table.staged())) {
        report.splits().forEach((split, count) -> counts.merge(split, count, SplitCount::merge));
        rejected.addAll(report.rejected());
      }
      if (counts.isEmpty()) {
        Rejected first = rejected.get(0);
        throw new IOException(
            "none of "
                + rejected.size()
                + " pictures can be used; the first is "
                + first.pair().image()
                + ": "
                + first.reason());
      }
      writeRejected(rejected, table.staged());
      table.staged().writeCatalogue(catalogue);
      double seconds = (System.nanoTime() - start) / 1e9;
      Summary summary =
          summary(table.target().folder().toString(), catalogue, counts, rejected, seconds);
      table.writeSummary(summary);
      table.publish();
      return summary;
    }
  }

  private static List<PicturePair> withoutDuplicates(
      List<PicturePair> pairs, List<Rejected> rejected) {
    Set<List<String>> seen = new HashSet<>();
    List<PicturePair> unique = new ArrayList<>();
    for (PicturePair pair : pairs) {
      if (seen.add(List.of(pair.split(), pair.sampleId()))) {
        unique.add(pair);
      } else {
        rejected.add(new Rejected(pair, "another picture of this split has the same name"));
      }
    }
    return unique;
  }

  private List<PartitionReport> writeSamples(
      List<PicturePair> pairs, ClassCatalogue catalogue, SampleTable table) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    CollectionAccumulator<PartitionReport> reports =
        spark.sparkContext().collectionAccumulator("preprocess reports");
    LongAccumulator done = spark.sparkContext().longAccumulator("preprocess pictures");
    List<List<PicturePair>> chunks = Chunks.of(pairs);
    JavaRDD<Row> rows =
        context
            .parallelize(chunks, chunks.size())
            .flatMap(List::iterator)
            .mapPartitionsWithIndex(
                new PreparePartition(
                    catalogue,
                    new SobelEdges(config.edgeThreshold()),
                    config.centroidTile(),
                    context.broadcast(new SerializableConfiguration(hadoop)),
                    reports,
                    done),
                true);
    try (ProgressLine line = new ProgressLine("preprocess", "images", pairs.size());
        TaskProgress progress = new TaskProgress(spark.sparkContext(), done, line)) {
      progress.start();
      spark
          .createDataFrame(rows, SampleTable.SAMPLES_SCHEMA)
          .write()
          .option("parquet.block.size", ROW_GROUP_BYTES)
          // Parquet looks at its buffers every 100 rows by default: 100 pictures are far too much.
          .option("parquet.page.size.row.check.min", 1)
          .option("parquet.page.size.row.check.max", 10)
          .option("parquet.block.size.row.check.min", 1)
          .option("parquet.block.size.row.check.max", 10)
          .option("parquet.enable.dictionary", false)
          .parquet(table.samples().toString());
    }
    Map<Integer, PartitionReport> byPartition = new TreeMap<>();
    reports.value().forEach(report -> byPartition.put(report.partition(), report));
    return List.copyOf(byPartition.values());
  }

  private void writeRejected(List<Rejected> rejected, SampleTable table) {
    rejected.sort(
        Comparator.comparing((Rejected r) -> r.pair().split())
            .thenComparing(r -> r.pair().image()));
    spark
        .createDataFrame(rejected.stream().map(Rejected::row).toList(), SampleTable.REJECTED_SCHEMA)
        .coalesce(1)
        .write()
        .parquet(table.rejected().toString());
  }

  private static Summary summary(
      String table,
      ClassCatalogue catalogue,
      Map<String, SplitCount> counts,
      List<Rejected> rejected,
      double seconds) {
    Map<String, Long> rejectedBySplit = new TreeMap<>();
    Map<String, String> reasons = new TreeMap<>();
    for (Rejected r : rejected) {
      rejectedBySplit.merge(r.pair().split(), 1L, Long::sum);
      reasons.put(r.pair().image(), r.reason());
      counts.computeIfAbsent(r.pair().split(), split -> new SplitCount(catalogue.size()));
    }
    List<Summary.Split> splits = new ArrayList<>();
    counts.forEach(
        (split, count) ->
            splits.add(count.summary(split, rejectedBySplit.getOrDefault(split, 0L))));
    return new Summary(table, catalogue.names(), splits, reasons, seconds);
  }
}
