package io.inverseform.job.preprocess;

import io.inverseform.job.dataset.Sample;
import io.inverseform.job.dataset.SampleReader;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Samples of files that were made before. Those files have the same order as the pictures, so that
 * each is read once from its beginning to its end.
 */
final class KnownSamples implements AutoCloseable {
  private final Configuration hadoop;
  private SampleReader reader;
  private String file;

  KnownSamples(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /** The sample of a picture. */
  Sample next(ChunkWork.Item item, TaskTimes times) throws IOException {
    if (!item.from().equals(file)) {
      close();
      reader = SampleReader.all(new Path(item.from()), hadoop);
      file = item.from();
    }
    String wanted = item.picture().fingerprint();
    Sample sample = reader.next();
    while (sample != null && !sample.fingerprint().equals(wanted)) {
      sample = reader.next();
    }
    if (sample == null) {
      throw new IOException(
          "%s does not hold the sample %s that its footer names: delete the file, it is made again"
              .formatted(file, item.picture().pair().sampleId()));
    }
    times.end(TaskTimes.Part.READ);
    return sample;
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
    }
  }
}
