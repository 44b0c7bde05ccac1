package io.inverseform.job.progress;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.LongAccumulator;
import scala.collection.JavaConverters;

/**
 * Moves the progress line: an accumulator tells the driver at a task's end what it did, and
 * executors' heartbeats tell how far running tasks are.
 */
public final class TaskProgress extends SparkListener implements AutoCloseable {
  private final SparkContext context;
  private final LongAccumulator done;
  private final ProgressLine line;
  private final Map<Long, Long> running = new HashMap<>();
  private long shown;

  /** Moves a line as the accumulator, which tasks add their items to, grows. */
  public TaskProgress(SparkContext context, LongAccumulator done, ProgressLine line) {
    this.context = context;
    this.done = done;
    this.line = line;
  }

  /** Listens from now on. */
  public void start() {
    context.addSparkListener(this);
  }

  @Override
  public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    JavaConverters.seqAsJavaList(update.accumUpdates())
        .forEach(
            task ->
                JavaConverters.seqAsJavaList(task._4())
                    .forEach(info -> advance((Long) task._1(), info)));
    advance();
  }

  private void advance(Long task, AccumulableInfo info) {
    if (info.id() == done.id() && info.update().isDefined()) {
      running.put(task, (Long) info.update().get());
    }
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    running.remove(end.taskInfo().taskId());
    advance();
  }

  private void advance() {
    long now = done.value() + running.values().stream().mapToLong(Long::longValue).sum();
    // Heartbeats may tell of a task that has ended.
    line.advance(Math.max(0, now - shown));
    shown = Math.max(shown, now);
  }

  @Override
  public synchronized void close() {
    context.removeSparkListener(this);
    running.clear();
    long now = done.value();
    line.advance(now - shown);
    shown = now;
  }
}
