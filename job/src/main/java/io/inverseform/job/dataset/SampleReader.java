package io.inverseform.job.dataset;

import io.inverseform.udf.label.ClassCentroid;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.io.api.Binary;

/** Reads one Parquet file of the sample table without a Spark session, a sample at a time. */
public final class SampleReader implements AutoCloseable {
  private final ParquetReader<Group> reader;
  private final Path file;
  private final Configuration hadoop;

  private SampleReader(Path file, FilterCompat.Filter filter, Configuration hadoop)
      throws IOException {
    this.file = file;
    this.hadoop = hadoop;
    reader =
        ParquetReader.builder(new GroupReadSupport(), file)
            .withConf(hadoop)
            .withFilter(filter)
            .build();
  }

  /** Reads all samples of a file. */
  public static SampleReader all(Path file, Configuration hadoop) throws IOException {
    return new SampleReader(file, FilterCompat.NOOP, hadoop);
  }

  /** Reads the samples of a split. */
  static SampleReader split(Path file, String split, Configuration hadoop) throws IOException {
    return new SampleReader(
        file,
        FilterCompat.get(
            FilterApi.eq(FilterApi.binaryColumn(SampleSchema.SPLIT), Binary.fromString(split))),
        hadoop);
  }

  /**
   * What {@link SampleWriter#finish} was given.
   *
   * @throws IOException if the file is not whole
   */
  public static Map<String, String> metadata(Path file, Configuration hadoop) throws IOException {
    try (ParquetFileReader footer =
        ParquetFileReader.open(HadoopInputFile.fromPath(file, hadoop))) {
      return footer.getFileMetaData().getKeyValueMetaData();
    } catch (RuntimeException e) {
      throw new IOException(file + " is no whole Parquet file: " + e.getMessage(), e);
    }
  }

  /** The next sample as it was written, or null behind the last. */
  public Sample next() throws IOException {
    try {
      Group row = reader.read();
      return row == null ? null : sample(row);
    } catch (IOException e) {
      throw new IOException(
          file + " cannot be read as part of a sample table: " + e.getMessage(), e);
    }
  }

  /** The next sample with its picture, or null behind the last. */
  Sample nextWithPicture() throws IOException {
    Sample sample = next();
    if (sample == null || sample.image() != null) {
      return sample;
    }
    return sample.with(
        PictureSource.read(sample.source(), sample.width(), sample.height(), hadoop));
  }

  private static Sample sample(Group row) {
    return new Sample(
        row.getString(SampleSchema.SAMPLE_ID, 0),
        row.getString(SampleSchema.SPLIT, 0),
        row.getFieldRepetitionCount(SampleSchema.IMAGE) == 0
            ? null
            : row.getBinary(SampleSchema.IMAGE, 0).getBytes(),
        row.getInteger(SampleSchema.WIDTH, 0),
        row.getInteger(SampleSchema.HEIGHT, 0),
        row.getBinary(SampleSchema.LABELS, 0).getBytes(),
        row.getBinary(SampleSchema.EDGES, 0).getBytes(),
        pixels(row.getGroup(SampleSchema.PIXELS_PER_CLASS, 0)),
        row.getLong(SampleSchema.EDGE_PIXELS, 0),
        centroids(row.getGroup(SampleSchema.CENTROIDS, 0)),
        row.getString(SampleSchema.SOURCE, 0),
        row.getString(SampleSchema.FINGERPRINT, 0));
  }

  private static long[] pixels(Group list) {
    long[] pixels = new long[list.getFieldRepetitionCount(0)];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = list.getGroup(0, i).getLong(0, 0);
    }
    return pixels;
  }

  private static List<ClassCentroid> centroids(Group list) {
    List<ClassCentroid> centroids = new ArrayList<>();
    for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
      Group centroid = list.getGroup(0, i).getGroup(0, 0);
      centroids.add(
          new ClassCentroid(
              centroid.getInteger("class", 0),
              centroid.getInteger("tile_x", 0),
              centroid.getInteger("tile_y", 0),
              centroid.getFloat("x", 0),
              centroid.getFloat("y", 0)));
    }
    return centroids;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
