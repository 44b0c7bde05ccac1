package io.inverseform.job.dataset;

import io.inverseform.udf.label.ClassCentroid;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** A sample as a Spark row of {@link SampleTable#SAMPLES_SCHEMA}, and back. */
public final class SampleRow {
  private SampleRow() {}

  /** The row of a sample. */
  public static Row of(Sample sample) {
    Row[] centroids =
        sample.centroids().stream()
            .map(c -> RowFactory.create(c.trainId(), c.tileX(), c.tileY(), c.x(), c.y()))
            .toArray(Row[]::new);
    return RowFactory.create(
        sample.id(),
        sample.split(),
        sample.image(),
        sample.width(),
        sample.height(),
        sample.labels(),
        sample.edges(),
        sample.pixelsPerClass(),
        centroids,
        sample.source());
  }

  /** The sample of a row. */
  public static Sample sample(Row row) {
    long[] pixels = row.<Long>getList(7).stream().mapToLong(Long::longValue).toArray();
    List<ClassCentroid> centroids = new ArrayList<>();
    for (Row c : row.<Row>getList(8)) {
      centroids.add(
          new ClassCentroid(c.getInt(0), c.getInt(1), c.getInt(2), c.getFloat(3), c.getFloat(4)));
    }
    return new Sample(
        row.getString(0),
        row.getString(1),
        row.getAs(2),
        row.getInt(3),
        row.getInt(4),
        row.getAs(5),
        row.getAs(6),
        pixels,
        centroids,
        row.getString(9));
  }
}
