package io.inverseform.job.dataset;

import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The columns of the sample table, for Spark and for Parquet without Spark. */
public final class SampleSchema {
  /** Name of the sample, unique within its split. */
  public static final String SAMPLE_ID = "sample_id";

  /** Split: train, val, test. */
  public static final String SPLIT = "split";

  /** The original picture file, byte for byte; null where the table holds only its path. */
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

  /** Pixels that are edges. */
  public static final String EDGE_PIXELS = "edge_pixels";

  /** Centroids of every class in every tile. */
  public static final String CENTROIDS = "centroids";

  /** Qualified path of the picture. */
  public static final String SOURCE = "source";

  /** Changes when a file of the sample or what it is made by changes. */
  public static final String FINGERPRINT = "fingerprint";

  /** Of a rejected picture: why. */
  public static final String REASON = "reason";

  private static final StructType CENTROID =
      new StructType()
          .add("class", DataTypes.IntegerType, false)
          .add("tile_x", DataTypes.IntegerType, false)
          .add("tile_y", DataTypes.IntegerType, false)
          .add("x", DataTypes.FloatType, false)
          .add("y", DataTypes.FloatType, false);

  /** Columns of {@code samples/}; x and y of a centroid in pixels of the whole picture. */
  public static final StructType SAMPLES =
      new StructType()
          .add(SAMPLE_ID, DataTypes.StringType, false)
          .add(SPLIT, DataTypes.StringType, false)
          .add(IMAGE, DataTypes.BinaryType, true)
          .add(WIDTH, DataTypes.IntegerType, false)
          .add(HEIGHT, DataTypes.IntegerType, false)
          .add(LABELS, DataTypes.BinaryType, false)
          .add(EDGES, DataTypes.BinaryType, false)
          .add(PIXELS_PER_CLASS, DataTypes.createArrayType(DataTypes.LongType, false), false)
          .add(EDGE_PIXELS, DataTypes.LongType, false)
          .add(CENTROIDS, DataTypes.createArrayType(CENTROID, false), false)
          .add(SOURCE, DataTypes.StringType, false)
          .add(FINGERPRINT, DataTypes.StringType, false);

  static final MessageType SAMPLES_IN_PARQUET =
      MessageTypeParser.parseMessageType(
          """
          message sample {
            required binary sample_id (UTF8);
            required binary split (UTF8);
            optional binary image;
            required int32 width;
            required int32 height;
            required binary labels;
            required binary edges;
            required group pixels_per_class (LIST) {
              repeated group list { required int64 element; }
            }
            required int64 edge_pixels;
            required group centroids (LIST) {
              repeated group list {
                required group element {
                  required int32 class;
                  required int32 tile_x;
                  required int32 tile_y;
                  required float x;
                  required float y;
                }
              }
            }
            required binary source (UTF8);
            required binary fingerprint (UTF8);
          }
          """);

  static final MessageType REJECTED_IN_PARQUET =
      MessageTypeParser.parseMessageType(
          """
          message rejected {
            required binary sample_id (UTF8);
            required binary split (UTF8);
            required binary source (UTF8);
            required binary reason (UTF8);
          }
          """);

  private SampleSchema() {}
}
