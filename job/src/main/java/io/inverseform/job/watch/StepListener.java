package io.inverseform.job.watch;

import java.io.Closeable;
import java.io.IOException;

/** Hears of a run's steps on the driver: one call at a time, steps in their order. */
public interface StepListener extends Closeable {
  /**
   * An attempt begins; what was told of later steps is void.
   *
   * @param number of the attempt, from 1, over all trainings in the run folder
   * @param resumeFrom the step behind which it begins
   */
  void onAttempt(int number, long resumeFrom) throws IOException;

  /** All ranks have ended a step, or the attempt has ended meanwhile. */
  void onStep(Step step) throws IOException;

  @Override
  void close() throws IOException;
}
