package io.inverseform.job.allreduce;

/**
 * The exchange cannot go on: the message says which rank and step waited for what from whom, and
 * what to do.
 */
public class ExchangeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a cause that is kept. */
  public ExchangeException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Without a cause. */
  public ExchangeException(String message) {
    super(message);
  }
}
