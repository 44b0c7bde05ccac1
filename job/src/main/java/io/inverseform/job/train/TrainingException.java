package io.inverseform.job.train;

/** Training ended because a worker failed; the message is the root cause. */
public final class TrainingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** A failure whose message begins with the root cause, on a line of its own. */
  public TrainingException(String message, Throwable cause) {
    super(message, cause);
  }
}
