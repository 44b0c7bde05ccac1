package io.inverseform.job.allreduce;

/**
 * This worker stopped because another one, or the driver, did: a consequence, not a root cause. The
 * coordinator lets every other failure take precedence when it names what ended an attempt.
 */
public final class PeerFailedException extends ExchangeException {
  private static final long serialVersionUID = 1L;

  PeerFailedException(String message, Throwable cause) {
    super(message, cause);
  }

  PeerFailedException(String message) {
    super(message);
  }
}
