package io.inverseform.job.preprocess;

import io.inverseform.job.progress.ProgressLine;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.LongAccumulator;

/** Moves the progress line when tasks end: only then does Spark tell the driver what they did. */
final class TaskProgress extends SparkListener implements AutoCloseable {
  private final SparkContext context;
  private final LongAccumulator done;
  private final ProgressLine line;
  private long shown;

  TaskProgress(SparkContext context, LongAccumulator done, ProgressLine line) {
    this.context = context;
    this.done = done;
    this.line = line;
  }

  void start() {
    context.addSparkListener(this);
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd taskEnd) {
    advance();
  }

  private synchronized void advance() {
    long now = done.value();
    line.advance(now - shown);
    shown = now;
  }

  @Override
  public void close() {
    context.removeSparkListener(this);
    advance();
  }
}
