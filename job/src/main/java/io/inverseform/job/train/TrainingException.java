package io.inverseform.job.train;

/** Training ended because a worker failed; the message is the root cause. */
public final class TrainingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TrainingException(String message, Throwable cause) {
    super(message, cause);
  }
}
