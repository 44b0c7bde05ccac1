package io.inverseform.job.train;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.LocalSamples;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;

/**
 * Where a worker works.
 *
 * @param device owner of arrays that live as long as the worker
 * @param localFolder for local copies of the samples
 * @param hadoop settings of file systems
 */
public record Site(NDManager device, Path localFolder, Configuration hadoop) {
  /**
   * This host's copy of a split of the sample table.
   *
   * @throws IOException if there is no table, or it is damaged
   */
  public LocalSamples samples(JobConfig config, String split) throws IOException {
    return LocalSamples.open(config.data().table(), split, localFolder, hadoop);
  }
}
