package io.inverseform.job.preprocess;

/** A picture cannot become a sample; the message is the reason that the user reads. */
final class RejectedException extends Exception {
  private static final long serialVersionUID = 1;

  RejectedException(String reason, Throwable cause) {
    super(reason, cause);
  }

  RejectedException(String reason) {
    super(reason);
  }
}
