package io.inverseform.job.dataset;

import io.inverseform.udf.label.ClassCatalogue;
import java.io.IOException;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.conf.Configuration;

/**
 * A split of the sample table with fast random access: Parquet has none, so the split is copied to
 * a local file once per host, shared by all workers there. Position 0 to size - 1 is the order of
 * sample ids, whatever the Parquet files look like. Thread-safe; interrupting a thread that reads
 * closes it.
 */
public final class LocalSamples implements AutoCloseable {
  private final SampleTable table;
  private final SampleFile file;

  private LocalSamples(SampleTable table, SampleFile file) {
    this.table = table;
    this.file = file;
  }

  /**
   * Opens the local copy of a split, after making it if there is none. Needs no Spark session, but
   * Spark's jars.
   *
   * @param tableFolder folder of the sample table, on any Hadoop file system
   * @param local folder on this host for local copies; copies of older tables are removed
   * @throws java.io.FileNotFoundException if there is no table
   * @throws IOException if the split has no sample, there is no room for it, or the table is
   *     damaged
   */
  public static LocalSamples open(
      String tableFolder, String split, LocalFolder local, Configuration hadoop)
      throws IOException {
    return open(tableFolder, split, local, hadoop, () -> false);
  }

  /**
   * The same for a task that can be cancelled.
   *
   * @param cancelled asked about every 100 ms in a wait, and at every sample that is copied
   * @throws java.io.InterruptedIOException if it is
   */
  public static LocalSamples open(
      String tableFolder,
      String split,
      LocalFolder local,
      Configuration hadoop,
      BooleanSupplier cancelled)
      throws IOException {
    SampleTable table = SampleTable.open(tableFolder, hadoop);
    return new LocalSamples(table, new LocalCopy(table, split, local, hadoop, cancelled).open());
  }

  /** Number of samples, at least 1. */
  public int size() {
    return file.size();
  }

  /**
   * A sample.
   *
   * @throws IOException if the local file is damaged
   */
  public Sample sample(int position) throws IOException {
    Objects.checkIndex(position, file.size());
    return file.read(position);
  }

  /**
   * Position of a sample by its id, negative if there is none.
   *
   * @throws IOException if the local file is damaged
   */
  public int indexOf(String id) throws IOException {
    int low = 0;
    int high = size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = file.read(middle).id().compareTo(id);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /**
   * Where classes lie in the samples.
   *
   * @throws IOException if the local file is damaged
   */
  public ClassPlaces places() throws IOException {
    return file.places(catalogue().size());
  }

  /** The classes that train ids stand for. */
  public ClassCatalogue catalogue() throws IOException {
    return table.catalogue();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
