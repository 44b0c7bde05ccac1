package io.inverseform.job.train;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.util.SignalUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears on the driver that a training shall end before its last step: by SIGTERM, or by a file in
 * the run folder. The attempt that runs is asked to stop, and given up if it has not within the
 * limit. A second SIGTERM ends the process at once.
 */
final class StopRequests implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StopRequests.class);

  /** The training of this process that a signal is meant for. */
  private static final AtomicReference<StopRequests> CURRENT = new AtomicReference<>();

  static {
    SignalUtils.register("TERM", StopRequests::isHandled);
  }

  /** Between two looks for the file; on a store each is a request that costs something. */
  private static final int LOCAL_SECONDS = 1;

  private static final int STORE_SECONDS = 15;

  private final RunFolder run;
  private final Duration limit;
  private final ScheduledExecutorService watch;
  private Target target;
  private StopCause cause;
  private boolean signalled;

  /** Whether the last look for the file failed. Of the look's own, one after another. */
  private volatile boolean blind;

  /** What runs. */
  interface Target {
    /** Shall write a checkpoint and end. */
    void stop(String reason);

    /** Shall end, whatever it is at. */
    void giveUp(String reason);
  }

  /**
   * Listens until it is closed.
   *
   * @param limit from a request to the end
   */
  StopRequests(RunFolder run, Duration limit) {
    this.run = run;
    this.limit = limit;
    watch =
        // A look for the file that hangs must not hold up the limit.
        Executors.newScheduledThreadPool(
            2,
            task -> {
              Thread thread = new Thread(task, "stop-requests");
              thread.setDaemon(true);
              return thread;
            });
    int seconds = run.isLocal() ? LOCAL_SECONDS : STORE_SECONDS;
    watch.scheduleWithFixedDelay(this::look, seconds, seconds, TimeUnit.SECONDS);
    CURRENT.set(this);
  }

  private void look() {
    try {
      boolean there = run.fileSystem().exists(run.stopFile());
      blind = false;
      if (there) {
        request(StopCause.FILE);
      }
    } catch (IOException | RuntimeException e) {
      unseen(e);
    }
  }

  /** Told once, until a look succeeds again; a look that {@link #close} cuts off is none. */
  private void unseen(Exception e) {
    if (!blind && !watch.isShutdown()) {
      LOG.warn(
          "cannot look for {}, by which the training can be told to stop: {}; SIGTERM to the driver"
              + " stops it as well",
          run.stopFile(),
          e.toString());
    }
    blind = true;
  }

  /** Else the JVM does what it does without anyone listening: it ends. */
  private static boolean isHandled() {
    StopRequests training = CURRENT.get();
    return training != null && training.signalled();
  }

  /** Whether it is the first signal; one that follows a stop file asks for nothing new. */
  private synchronized boolean signalled() {
    boolean first = !signalled;
    signalled = true;
    request(StopCause.SIGTERM);
    return first;
  }

  private synchronized void request(StopCause by) {
    if (cause != null) {
      return;
    }
    cause = by;
    LOG.warn(
        "told to stop by {}: a checkpoint is written, then the training ends, within {} s"
            + " (train.timeout_seconds)",
        by,
        limit.toSeconds());
    watch.schedule(this::giveUp, limit.toNanos(), TimeUnit.NANOSECONDS);
    if (target != null) {
      target.stop(reason());
    }
  }

  private synchronized void giveUp() {
    if (target != null) {
      target.giveUp(
          "%s, but has not written a checkpoint within %d s (train.timeout_seconds): go on with --resume"
              .formatted(reason(), limit.toSeconds()));
    }
  }

  /** The words for it, once there is a request. */
  String reason() {
    return "the training was told to stop by " + cause;
  }

  /** What runs from now on; null for nothing. */
  synchronized void attach(Target running) {
    target = running;
    if (target != null && cause != null) {
      target.stop(reason());
    }
  }

  /** Who has asked; empty while nobody has. */
  synchronized Optional<StopCause> cause() {
    return Optional.ofNullable(cause);
  }

  /** Takes the file away, so that it does not stop the next training. */
  @Override
  public void close() {
    CURRENT.compareAndSet(this, null);
    watch.shutdownNow();
    try {
      run.fileSystem().delete(run.stopFile(), false);
    } catch (IOException e) {
      LOG.warn("delete {} before the training goes on: {}", run.stopFile(), e.getMessage());
    }
  }
}
