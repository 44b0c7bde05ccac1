package io.inverseform.job.train;

import java.io.IOException;
import org.apache.hadoop.fs.Path;

/** A file of a checkpoint is not what was written: the checkpoint is of no use. */
final class DamagedException extends IOException {
  private static final long serialVersionUID = 1;

  DamagedException(Path file, String how, Exception cause) {
    super("checkpoint file " + file + " " + how, cause);
  }
}
