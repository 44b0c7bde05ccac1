package io.inverseform.job.dataset;

import io.inverseform.udf.label.ClassCatalogue;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The folder that {@code preprocess} writes and all later stages read: {@code samples/} and {@code
 * rejected/} as Parquet, and {@code manifest.json}, which says which of their files make up the
 * table. Columns are those of {@link SampleSchema}.
 */
public final class SampleTable {
  private final FileSystem fileSystem;
  private final Path folder;
  private final Configuration hadoop;

  private SampleTable(FileSystem fileSystem, Path folder, Configuration hadoop) {
    this.fileSystem = fileSystem;
    this.folder = folder;
    this.hadoop = hadoop;
  }

  /** A Parquet file of the table. */
  public record File(Path path, long bytes) {}

  /** The table in a folder, which need not exist yet. */
  public static SampleTable at(String folder, Configuration hadoop) throws IOException {
    Path given = new Path(folder);
    FileSystem fileSystem = given.getFileSystem(hadoop);
    return new SampleTable(fileSystem, fileSystem.makeQualified(given), hadoop);
  }

  /**
   * An existing table.
   *
   * @throws FileNotFoundException if there is none
   */
  public static SampleTable open(String folder, Configuration hadoop) throws IOException {
    SampleTable table = at(folder, hadoop);
    if (!table.exists()) {
      throw new FileNotFoundException(
          "no sample table at " + table.folder + ": run preprocess first, or set data.table");
    }
    return table;
  }

  /** Qualified path of the table. */
  public Path folder() {
    return folder;
  }

  /** Path of the samples' Parquet files. */
  public Path samples() {
    return new Path(folder, "samples");
  }

  /** Path of the rejected pictures' Parquet files. */
  public Path rejected() {
    return new Path(folder, "rejected");
  }

  /** Path of the summary. */
  public Path summary() {
    return new Path(folder, "summary.json");
  }

  private Path manifestFile() {
    return new Path(folder, TableManifest.FILE);
  }

  /** Whether there is a complete table. */
  public boolean exists() throws IOException {
    return fileSystem.exists(manifestFile());
  }

  private TableManifest manifest() throws IOException {
    try (InputStream in = fileSystem.open(manifestFile())) {
      return TableManifest.parse(in.readAllBytes(), manifestFile());
    }
  }

  /** The classes that train ids stand for. */
  public ClassCatalogue catalogue() throws IOException {
    return manifest().catalogue().catalogue();
  }

  /** The samples' Parquet files, by name. */
  public List<File> files() throws IOException {
    return manifest().samples().stream()
        .map(entry -> new File(new Path(samples(), entry.name()), entry.bytes()))
        .toList();
  }

  /** Whether the table holds just these files. */
  public boolean consistsOf(
      String settings, ClassCatalogue catalogue, List<File> samples, List<File> rejected)
      throws IOException {
    return exists() && manifest().equals(manifest(settings, catalogue, samples, rejected));
  }

  /**
   * Makes these files the table, at one instant: they lie in {@link #samples} and {@link #rejected}
   * already. Others are left alone.
   *
   * @param settings what the samples depend on beside the pictures, as text
   */
  public void publish(
      String settings, ClassCatalogue catalogue, List<File> samples, List<File> rejected)
      throws IOException {
    TableManifest manifest = manifest(settings, catalogue, samples, rejected);
    WholeFile.write(fileSystem, manifestFile(), out -> out.write(manifest.json()));
  }

  private static TableManifest manifest(
      String settings, ClassCatalogue catalogue, List<File> samples, List<File> rejected) {
    return TableManifest.of(settings, catalogue, entries(samples), entries(rejected));
  }

  private static List<TableManifest.Entry> entries(List<File> files) {
    return files.stream()
        .map(file -> new TableManifest.Entry(file.path().getName(), file.bytes()))
        .toList();
  }

  /**
   * The samples of a split as Spark sees them. Pictures that the table has only the path of are
   * read where the column is used.
   */
  public Dataset<Row> read(SparkSession spark, String split) throws IOException {
    String[] paths = files().stream().map(file -> file.path().toString()).toArray(String[]::new);
    Dataset<Row> all = spark.read().schema(SampleSchema.SAMPLES).parquet(paths);
    SerializableConfiguration configuration = new SerializableConfiguration(hadoop);
    var read =
        functions.udf(
            (String source, Integer width, Integer height) ->
                PictureSource.read(source, width, height, configuration.value()),
            DataTypes.BinaryType);
    return all.filter(all.col(SampleSchema.SPLIT).equalTo(split))
        .withColumn(
            SampleSchema.IMAGE,
            functions.coalesce(
                all.col(SampleSchema.IMAGE),
                read.apply(
                    all.col(SampleSchema.SOURCE),
                    all.col(SampleSchema.WIDTH),
                    all.col(SampleSchema.HEIGHT))));
  }
}
