package io.inverseform.job.progress;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows items done, share, rate and time left. On a terminal the line is rewritten in place; in a
 * log file a new one is written now and then. Thread-safe.
 */
public final class ProgressLine implements AutoCloseable {
  private static final long TERMINAL_NANOS = Duration.ofMillis(200).toNanos();
  private static final long LOG_NANOS = Duration.ofSeconds(10).toNanos();

  private final String task;
  private final String items;
  private final long total;
  private final PrintStream out;
  private final boolean terminal;
  private final LongSupplier clock;
  private final long start;
  private long done;
  private String status = "";
  private long shownAt;
  private int shownLength;

  /**
   * A line on standard error.
   *
   * @param task what is being done
   * @param items plural of what is counted
   * @param total number of items to do; 0 if none is left
   */
  public ProgressLine(String task, String items, long total) {
    this(task, items, total, System.err, System.console() != null, System::nanoTime);
  }

  ProgressLine(
      String task,
      String items,
      long total,
      PrintStream out,
      boolean terminal,
      LongSupplier clock) {
    this.task = task;
    this.items = items;
    this.total = total;
    this.out = out;
    this.terminal = terminal;
    this.clock = clock;
    this.start = clock.getAsLong();
    this.shownAt = start;
  }

  /** Counts more items as done; fewer, if they have to be done again. */
  public synchronized void advance(long more) {
    done += more;
    long now = clock.getAsLong();
    if (now - shownAt >= (terminal ? TERMINAL_NANOS : LOG_NANOS)) {
      shownAt = now;
      show(now);
    }
  }

  /** Counts more items as done, and says how things stand. */
  public synchronized void advance(long more, String newStatus) {
    status = "  " + newStatus;
    advance(more);
  }

  /** Shows the last state and ends the line. */
  @Override
  public synchronized void close() {
    show(clock.getAsLong());
    if (terminal) {
      out.println();
    }
  }

  private void show(long now) {
    String text = text((now - start) / 1e9);
    if (terminal) {
      // Spaces wipe what is left of a longer line before.
      out.print("\r" + text + " ".repeat(Math.max(0, shownLength - text.length())));
      out.flush();
      shownLength = text.length();
    } else {
      out.println(text);
    }
  }

  private String text(double seconds) {
    double rate = seconds > 0 ? done / seconds : 0;
    StringBuilder text =
        new StringBuilder()
            .append(
                String.format(
                    Locale.ROOT,
                    "%s  %d/%d %s  %3.0f %%  %.1f %s/s",
                    task,
                    done,
                    total,
                    items,
                    total == 0 ? 100.0 : 100.0 * done / total,
                    rate,
                    items));
    text.append(status);
    if (done >= total) {
      text.append("  in ").append(clock(seconds));
    } else if (rate > 0) {
      text.append("  ").append(clock((total - done) / rate)).append(" left");
    }
    return text.toString();
  }

  private static String clock(double seconds) {
    long whole = Math.round(seconds);
    return whole < 3600
        ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  }
}
