package io.inverseform.job.watch;

import java.util.Arrays;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Splits a worker's steps into phases: at any moment of a step the worker's own thread is in
 * exactly one. It only reads the clock, never makes the host wait for a device.
 */
public final class StepClock {
  private final LongSupplier sentBytes;
  private final LongSupplier receivedBytes;
  private final Trace trace;
  private final long[] nanos = new long[Phase.values().length];
  private Thread owner;

  /** Null between steps. */
  private Phase current;

  private long since;
  private long sentBefore;
  private long receivedBefore;

  /**
   * A clock of one worker.
   *
   * @param sentBytes total so far
   * @param receivedBytes total so far
   */
  public StepClock(LongSupplier sentBytes, LongSupplier receivedBytes, Trace trace) {
    this.sentBytes = sentBytes;
    this.receivedBytes = receivedBytes;
    this.trace = trace;
  }

  /** A step begins, with {@link Phase#DATA}, on this thread. */
  public void begin(long step) {
    Arrays.fill(nanos, 0);
    owner = Thread.currentThread();
    current = Phase.DATA;
    trace.begin(step);
    since = System.nanoTime();
    trace.open("step " + step, since);
    trace.open(current.label, since);
  }

  /** The step goes on with another phase. */
  public void enter(Phase next) {
    long now = change(next);
    trace.close(now);
    trace.open(next.label, now);
  }

  /**
   * Runs what belongs to another phase in the middle of one. On other threads than the step's it
   * counts as hidden: it is only run.
   */
  public <T> T within(Phase phase, Supplier<T> body) {
    if (Thread.currentThread() != owner || current == null) {
      return body.get();
    }
    Phase outer = current;
    trace.open(phase.label, change(phase));
    try {
      return body.get();
    } finally {
      trace.close(change(outer));
    }
  }

  /** Runs what belongs to another phase in the middle of one. */
  public void within(Phase phase, Runnable body) {
    within(
        phase,
        () -> {
          body.run();
          return null;
        });
  }

  /** The step ends; returns how it was spent. */
  public Timings end() {
    long now = change(null);
    trace.close(now);
    trace.close(now);
    long sent = sentBytes.getAsLong();
    long received = receivedBytes.getAsLong();
    Timings timings =
        new Timings(
            seconds(Phase.DATA),
            seconds(Phase.FORWARD),
            seconds(Phase.BACKWARD),
            seconds(Phase.EXCHANGE),
            seconds(Phase.UPDATE),
            sent - sentBefore,
            received - receivedBefore);
    sentBefore = sent;
    receivedBefore = received;
    return timings;
  }

  private long change(Phase next) {
    long now = System.nanoTime();
    nanos[current.ordinal()] += now - since;
    since = now;
    current = next;
    return now;
  }

  private double seconds(Phase phase) {
    return nanos[phase.ordinal()] / 1e9;
  }
}
