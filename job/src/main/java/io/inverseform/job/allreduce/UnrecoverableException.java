package io.inverseform.job.allreduce;

/** A failure that another attempt would meet again, since it comes from configuration or data. */
public final class UnrecoverableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Without a cause. */
  public UnrecoverableException(String message) {
    super(message);
  }

  /** With a cause that is kept. */
  public UnrecoverableException(String message, Throwable cause) {
    super(message, cause);
  }
}
