package io.inverseform.job.dataset;

import io.inverseform.udf.label.ClassCentroid;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.api.Binary;

/** Reads one Parquet file of the sample table without a Spark session, a sample at a time. */
final class ParquetSamples implements AutoCloseable {
  private final ParquetReader<Group> reader;

  ParquetSamples(Path file, String split, Configuration hadoop) throws IOException {
    FilterCompat.Filter onlySplit =
        FilterCompat.get(
            FilterApi.eq(FilterApi.binaryColumn(SampleTable.SPLIT), Binary.fromString(split)));
    reader =
        ParquetReader.builder(new GroupReadSupport(), file)
            .withConf(hadoop)
            .withFilter(onlySplit)
            .build();
  }

  /** The next sample of the split, or null behind the last. */
  Sample next() throws IOException {
    Group row = reader.read();
    if (row == null) {
      return null;
    }
    return new Sample(
        row.getString(SampleTable.SAMPLE_ID, 0),
        row.getString(SampleTable.SPLIT, 0),
        row.getBinary(SampleTable.IMAGE, 0).getBytes(),
        row.getInteger(SampleTable.WIDTH, 0),
        row.getInteger(SampleTable.HEIGHT, 0),
        row.getBinary(SampleTable.LABELS, 0).getBytes(),
        row.getBinary(SampleTable.EDGES, 0).getBytes(),
        pixels(row.getGroup(SampleTable.PIXELS_PER_CLASS, 0)),
        centroids(row.getGroup(SampleTable.CENTROIDS, 0)),
        row.getString(SampleTable.SOURCE, 0));
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
