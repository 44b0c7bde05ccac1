package io.inverseform.job.train;

import io.inverseform.job.allreduce.UnrecoverableException;
import io.inverseform.job.config.AugmentConfig;
import io.inverseform.job.config.JobConfig;
import java.util.Locale;

/** What to lower when a step does not fit. */
final class OutOfMemory {
  private OutOfMemory() {}

  /**
   * Does nothing, unless a failure comes from too little memory.
   *
   * @param place whose memory it is
   * @throws UnrecoverableException saying what to lower
   */
  static void explain(Throwable failure, String place, JobConfig config, MemoryEstimate estimate) {
    if (isOutOfMemory(failure)) {
      AugmentConfig augment = config.augment();
      throw new UnrecoverableException(
          ("out of memory on %s: beside the process itself a step takes about %s; lower train.batch"
                  + " (%d) or augment.crop_height and crop_width (%d, %d), compute activations again"
                  + " (model.recompute: [2, 3, 4]) or halve them (model.compute.precision: bfloat16)")
              .formatted(
                  place,
                  estimate,
                  config.train().batch(),
                  augment.cropHeight(),
                  augment.cropWidth()),
          failure);
    }
  }

  private static boolean isOutOfMemory(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
      if (cause instanceof OutOfMemoryError
          || message.contains("out of memory")
          || message.contains("can't allocate memory")) {
        return true;
      }
    }
    return false;
  }
}
