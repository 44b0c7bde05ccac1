package io.inverseform.job.allreduce;

import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Asked at least every 100 ms in every wait: should this worker give up, and why? Must be fast and
 * may be called on any thread.
 */
@FunctionalInterface
public interface Interruption {
  /** Why to give up; empty to go on. */
  Optional<String> reason();

  /**
   * Gives up with {@code reason} once {@code condition} holds, such as {@code
   * TaskContext::isInterrupted}.
   */
  static Interruption when(BooleanSupplier condition, String reason) {
    return () -> condition.getAsBoolean() ? Optional.of(reason) : Optional.empty();
  }

  /** Gives up if either does. */
  default Interruption or(Interruption other) {
    return () -> reason().or(other::reason);
  }
}
