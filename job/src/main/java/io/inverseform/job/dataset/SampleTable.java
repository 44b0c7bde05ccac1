package io.inverseform.job.dataset;

import io.inverseform.udf.label.ClassCatalogue;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The folder that {@code preprocess} writes and all later stages read: {@code samples/} and {@code
 * rejected/} as Parquet, {@code classes.json}, {@code summary.json}.
 */
public final class SampleTable {
  /** Name of the sample, unique within its split. */
  public static final String SAMPLE_ID = "sample_id";

  /** Split: train, val, test. */
  public static final String SPLIT = "split";

  /** The original picture file, byte for byte. */
  public static final String IMAGE = "image";

  /** Pixels. */
  public static final String WIDTH = "width";

  /** Pixels. */
  public static final String HEIGHT = "height";

  /** Train ids, 8-bit grey PNG. */
  public static final String LABELS = "labels";

  /** Edge map, 1-bit grey PNG. */
  public static final String EDGES = "edges";

  /** Pixels by train id. */
  public static final String PIXELS_PER_CLASS = "pixels_per_class";

  /** Centroids of every class in every tile. */
  public static final String CENTROIDS = "centroids";

  /** Qualified path of the picture. */
  public static final String SOURCE = "source";

  /** Of a rejected picture: why. */
  public static final String REASON = "reason";

  /** Fields of a centroid, in pixels of the whole picture. */
  static final StructType CENTROID_SCHEMA =
      new StructType()
          .add("class", DataTypes.IntegerType, false)
          .add("tile_x", DataTypes.IntegerType, false)
          .add("tile_y", DataTypes.IntegerType, false)
          .add("x", DataTypes.FloatType, false)
          .add("y", DataTypes.FloatType, false);

  /** Columns of {@code samples/}. */
  public static final StructType SAMPLES_SCHEMA =
      new StructType()
          .add(SAMPLE_ID, DataTypes.StringType, false)
          .add(SPLIT, DataTypes.StringType, false)
          .add(IMAGE, DataTypes.BinaryType, false)
          .add(WIDTH, DataTypes.IntegerType, false)
          .add(HEIGHT, DataTypes.IntegerType, false)
          .add(LABELS, DataTypes.BinaryType, false)
          .add(EDGES, DataTypes.BinaryType, false)
          .add(PIXELS_PER_CLASS, DataTypes.createArrayType(DataTypes.LongType, false), false)
          .add(CENTROIDS, DataTypes.createArrayType(CENTROID_SCHEMA, false), false)
          .add(SOURCE, DataTypes.StringType, false);

  /** Columns of {@code rejected/}. */
  public static final StructType REJECTED_SCHEMA =
      new StructType()
          .add(SAMPLE_ID, DataTypes.StringType, false)
          .add(SPLIT, DataTypes.StringType, false)
          .add(SOURCE, DataTypes.StringType, false)
          .add(REASON, DataTypes.StringType, false);

  private final FileSystem fileSystem;
  private final Path folder;

  private SampleTable(FileSystem fileSystem, Path folder) {
    this.fileSystem = fileSystem;
    this.folder = folder;
  }

  /** The table in a folder, which need not exist yet. */
  public static SampleTable at(String folder, Configuration hadoop) throws IOException {
    Path given = new Path(folder);
    FileSystem fileSystem = given.getFileSystem(hadoop);
    return new SampleTable(fileSystem, fileSystem.makeQualified(given));
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

  /** Whether there is a complete table. */
  public boolean exists() throws IOException {
    return fileSystem.exists(new Path(folder, CatalogueJson.FILE)) && fileSystem.exists(samples());
  }

  /** The classes that train ids stand for. */
  public ClassCatalogue catalogue() throws IOException {
    return CatalogueJson.read(fileSystem, new Path(folder, CatalogueJson.FILE));
  }

  /** Writes the classes into a table that has none. */
  public void writeCatalogue(ClassCatalogue catalogue) throws IOException {
    CatalogueJson.write(fileSystem, new Path(folder, CatalogueJson.FILE), catalogue);
  }

  /** The samples of a split as Spark sees them. */
  public Dataset<Row> read(SparkSession spark, String split) {
    Dataset<Row> all = spark.read().schema(SAMPLES_SCHEMA).parquet(samples().toString());
    return all.filter(all.col(SPLIT).equalTo(split));
  }

  /** The samples' Parquet files, by name. */
  List<FileStatus> files() throws IOException {
    return Arrays.stream(fileSystem.listStatus(samples()))
        .filter(file -> file.getPath().getName().endsWith(".parquet"))
        .sorted(Comparator.comparing(FileStatus::getPath))
        .toList();
  }
}
