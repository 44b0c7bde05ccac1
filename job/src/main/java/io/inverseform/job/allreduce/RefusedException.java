package io.inverseform.job.allreduce;

/**
 * Something from the network that this worker or the coordinator does not accept; the sender is
 * told why.
 */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RefusedException(String message) {
    super(message, null, false, false);
  }
}
