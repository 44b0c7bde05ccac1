package io.inverseform.job.train;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;

/**
 * Where a worker works.
 *
 * @param device owner of arrays that live as long as the worker
 * @param localFolder for local copies of the samples
 * @param hadoop settings of file systems
 */
public record Site(NDManager device, Path localFolder, Configuration hadoop) {}
