package io.inverseform.job.preprocess;

import io.inverseform.job.dataset.PicturePair;
import io.inverseform.job.dataset.SampleRow;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.label.ClassCatalogue;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The body of a task: its pictures in order, one in memory at a time. Rejected pictures and counts
 * leave by an accumulator, so that one pass over the pictures serves samples, rejections and
 * summary.
 */
final class PreparePartition implements Function2<Integer, Iterator<PicturePair>, Iterator<Row>> {
  private static final long serialVersionUID = 1;

  private final ClassCatalogue catalogue;
  private final EdgeOperator edgeOperator;
  private final int centroidTile;
  private final Broadcast<SerializableConfiguration> hadoop;
  private final CollectionAccumulator<PartitionReport> reports;
  private final LongAccumulator done;

  PreparePartition(
      ClassCatalogue catalogue,
      EdgeOperator edgeOperator,
      int centroidTile,
      Broadcast<SerializableConfiguration> hadoop,
      CollectionAccumulator<PartitionReport> reports,
      LongAccumulator done) {
    this.catalogue = catalogue;
    this.edgeOperator = edgeOperator;
    this.centroidTile = centroidTile;
    this.hadoop = hadoop;
    this.reports = reports;
    this.done = done;
  }

  @Override
  public Iterator<Row> call(Integer partition, Iterator<PicturePair> pairs) {
    return new Rows(partition, pairs);
  }

  private final class Rows implements Iterator<Row> {
    private final SamplePreparer preparer =
        new SamplePreparer(catalogue, edgeOperator, centroidTile, hadoop.value().value());
    private final Map<String, SplitCount> splits = new TreeMap<>();
    private final List<Rejected> rejected = new ArrayList<>();
    private final int partition;
    private final Iterator<PicturePair> pairs;
    private Row next;
    private boolean reported;

    Rows(int partition, Iterator<PicturePair> pairs) {
      this.partition = partition;
      this.pairs = pairs;
    }

    @Override
    public boolean hasNext() {
      while (next == null && pairs.hasNext()) {
        next = row(pairs.next());
        done.add(1);
      }
      if (next == null && !reported) {
        reported = true;
        reports.add(new PartitionReport(partition, splits, rejected));
      }
      return next != null;
    }

    private Row row(PicturePair pair) {
      try {
        SamplePreparer.Prepared prepared = preparer.prepare(pair);
        splits
            .computeIfAbsent(pair.split(), split -> new SplitCount(catalogue.size()))
            .add(prepared.sample(), prepared.edgePixels());
        return SampleRow.of(prepared.sample());
      } catch (RejectedException e) {
        rejected.add(new Rejected(pair, e.getMessage()));
        return null;
      }
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Row row = next;
      next = null;
      return row;
    }
  }
}
