package io.inverseform.job.allreduce;

import java.util.Objects;
import java.util.stream.Stream;

/** A failure that another attempt would meet again, since it comes from configuration or data. */
public final class UnrecoverableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Without a cause. */
  public UnrecoverableException(String message) {
    super(message);
  }

  /**
   * Whether a failure comes from one that another attempt would meet again: from this exception, or
   * from an {@link IllegalArgumentException}, with which configurations are refused.
   */
  public static boolean isBehind(Throwable failure) {
    return causes(failure)
        .anyMatch(
            cause ->
                cause instanceof UnrecoverableException
                    || cause instanceof IllegalArgumentException);
  }

  static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
  }
}
