package io.inverseform.job.preprocess;

import io.inverseform.job.dataset.SampleReader;
import java.io.IOException;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;

/**
 * A whole Parquet file of samples, in the table or on its way there.
 *
 * @param name that it has in the table
 * @param path where it is
 */
record PreparedFile(String name, String path, long bytes, ChunkReport report)
    implements Serializable {
  /**
   * Reads the footer.
   *
   * @throws IOException if the file is not whole, or no file of samples
   */
  static PreparedFile read(String name, FileStatus file, Configuration hadoop) throws IOException {
    return new PreparedFile(
        name,
        file.getPath().toString(),
        file.getLen(),
        ChunkReport.of(SampleReader.metadata(file.getPath(), hadoop), file.getPath()));
  }
}
