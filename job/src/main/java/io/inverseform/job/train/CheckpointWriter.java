package io.inverseform.job.train;

import io.inverseform.job.allreduce.UnrecoverableException;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Writes a rank's files of checkpoints, within a limit. One that cannot be written ends the
 * attempt. A full disk would be as full in the next attempt, so that the training ends as well; any
 * other reason may pass, and the next attempt goes on from the last complete checkpoint.
 */
final class CheckpointWriter {
  /** Of local disks, of HDFS, of S3. */
  private static final Pattern FULL =
      Pattern.compile("No space left on device|[Qq]uota ?[Ee]xceeded");

  private final Checkpoints checkpoints;
  private final Supplier<Checkpoints.Written> state;
  private final String attempt;
  private final StoreAccess access;

  /**
   * A writer of one attempt.
   *
   * @param state copies what is to be written
   * @param attempt its id
   * @param limitSeconds longest time for one file
   * @param requireGoingOn throws where the attempt has ended meanwhile, given who waits for what
   */
  CheckpointWriter(
      Checkpoints checkpoints,
      Supplier<Checkpoints.Written> state,
      String attempt,
      int limitSeconds,
      Consumer<String> requireGoingOn) {
    this.checkpoints = checkpoints;
    this.state = state;
    this.attempt = attempt.substring(0, Math.min(8, attempt.length()));
    this.access = new StoreAccess(limitSeconds, 1, requireGoingOn);
  }

  /**
   * Writes this rank's file after a step.
   *
   * @throws UnrecoverableException if there is no space
   * @throws IOException if it cannot be written for another reason, or not within the limit; where,
   *     and how many bytes
   */
  Checkpoints.Part write(long step) throws IOException {
    Checkpoints.Written held = state.get();
    String what =
        "checkpoint of step %d: the %d bytes of rank %d cannot be written to %s"
            .formatted(step, CheckpointFile.bytes(held), held.rank(), checkpoints.folder(step));
    try {
      return access.call(
          "checkpoint-rank-" + held.rank(), what, () -> checkpoints.write(step, attempt, held));
    } catch (ExecutionException e) {
      throw failed(what, e.getCause());
    }
  }

  private static IOException failed(String what, Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    String reason = cause.toString().lines().findFirst().orElse("");
    if (isFull(cause)) {
      throw new UnrecoverableException(
          "%s: %s: make room there, then go on with --resume from the last complete checkpoint"
              .formatted(what, reason),
          cause);
    }
    return new IOException(
        "%s: %s: check that this host can write there".formatted(what, reason), cause);
  }

  /** Whether a failure comes from too little space. */
  static boolean isFull(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (FULL.matcher(cause.toString()).find()) {
        return true;
      }
    }
    return false;
  }
}
