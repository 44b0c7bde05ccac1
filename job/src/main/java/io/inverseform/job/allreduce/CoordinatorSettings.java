package io.inverseform.job.allreduce;

import java.time.Duration;
import java.util.UUID;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;

/**
 * One attempt as the driver asks for it.
 *
 * @param conf the application's, with its id set
 * @param security the driver's
 * @param listen where the coordinator listens
 * @param attempt id of the attempt, 1 to 64 characters; see {@link #newAttempt}
 * @param worldSize workers to admit, from 1
 * @param limit how long workers wait for one another
 * @param silence after which a worker without a heartbeat is given up
 */
public record CoordinatorSettings(
    SparkConf conf,
    SecurityManager security,
    Listen listen,
    String attempt,
    int worldSize,
    Duration limit,
    Duration silence) {
  /**
   * @throws IllegalArgumentException for numbers that make no attempt
   */
  public CoordinatorSettings {
    if (worldSize < 1 || limit.toMillis() < 1 || silence.toMillis() < 1) {
      throw new IllegalArgumentException(
          "no attempt with %d workers and limits of %s and %s"
              .formatted(worldSize, limit, silence));
    }
    requireAttempt(attempt);
  }

  /** An id that no other attempt has. */
  public static String newAttempt() {
    return UUID.randomUUID().toString();
  }

  static void requireAttempt(String attempt) {
    if (attempt.isBlank() || attempt.length() > FrameHeader.MAX_ATTEMPT_BYTES / 4) {
      throw new IllegalArgumentException(
          "attempt id '"
              + attempt
              + "' must have 1 to "
              + FrameHeader.MAX_ATTEMPT_BYTES / 4
              + " characters");
    }
  }
}
