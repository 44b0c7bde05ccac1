package io.inverseform.job.train;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.LocalFolder;
import io.inverseform.job.dataset.LocalSamples;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.conf.Configuration;

/**
 * Where a worker works.
 *
 * @param device owner of arrays that live as long as the worker
 * @param localFolder for local copies of the samples
 * @param hadoop settings of file systems
 * @param cancelled whether the worker shall give up, whatever it waits for
 */
public record Site(
    NDManager device, Path localFolder, Configuration hadoop, BooleanSupplier cancelled) {
  /** Where nobody cancels it. */
  public Site(NDManager device, Path localFolder, Configuration hadoop) {
    this(device, localFolder, hadoop, () -> false);
  }

  /**
   * Opens the training and the validation split of the sample table.
   *
   * @throws IOException if there is no table, a split is empty, or the table is damaged
   */
  public Splits splits(JobConfig config) throws IOException {
    LocalSamples train = samples(config, Objective.TRAIN);
    try {
      return new Splits(train, samples(config, Objective.VALIDATION));
    } catch (IOException | RuntimeException e) {
      train.close();
      throw e;
    }
  }

  private LocalSamples samples(JobConfig config, String split) throws IOException {
    LocalFolder local = new LocalFolder(localFolder, config.data().localCopyMb() * 1_000_000L);
    return LocalSamples.open(config.data().table(), split, local, hadoop, cancelled);
  }
}
