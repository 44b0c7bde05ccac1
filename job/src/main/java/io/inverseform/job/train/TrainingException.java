package io.inverseform.job.train;

/**
 * Training ended because an attempt failed. The message is the root cause on a line of its own,
 * then the stack trace of the executor; causes of earlier attempts are suppressed exceptions.
 */
public final class TrainingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String rootCause;
  private final String details;
  private final boolean recoverable;

  private TrainingException(
      String rootCause, String details, Throwable cause, boolean recoverable) {
    super(rootCause + "\n" + details, cause);
    this.rootCause = rootCause;
    this.details = details;
    this.recoverable = recoverable;
  }

  /**
   * A failure after which another attempt makes sense.
   *
   * @param rootCause names rank and host; its first line counts
   * @param details such as a stack trace; may be empty
   */
  static TrainingException recoverable(String rootCause, String details, Throwable cause) {
    return new TrainingException(firstLine(rootCause), details, cause, true);
  }

  /** A failure that another attempt would meet again, or that leaves no way to make one. */
  public static TrainingException last(String rootCause, String details, Throwable cause) {
    return new TrainingException(firstLine(rootCause), details, cause, false);
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  /** The first line of the message. */
  String rootCause() {
    return rootCause;
  }

  boolean isRecoverable() {
    return recoverable;
  }

  /** The same root cause, with the reason why no other attempt is made. */
  TrainingException givenUp(String why) {
    TrainingException last = last(rootCause + "; " + why, details, getCause());
    last.setStackTrace(getStackTrace());
    for (Throwable other : getSuppressed()) {
      last.addSuppressed(other);
    }
    return last;
  }
}
