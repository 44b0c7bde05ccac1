package io.inverseform.job.train;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;

/** Room for workers in the application's executors, as executors come and go. */
public final class Slots extends SparkListener implements AutoCloseable {
  private final SparkContext context;
  private final ResourceProfile task;
  private boolean ended;

  /** Follows the executors of an application until it is closed. */
  public Slots(SparkContext context) {
    this.context = context;
    this.task = GpuTasks.profile(context);
    context.addSparkListener(this);
  }

  @Override
  public synchronized void onExecutorAdded(SparkListenerExecutorAdded added) {
    notifyAll();
  }

  @Override
  public synchronized void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    notifyAll();
  }

  @Override
  public void onApplicationEnd(SparkListenerApplicationEnd end) {
    giveUp();
  }

  /** Ends every wait: the slots are needed no more. */
  public synchronized void giveUp() {
    ended = true;
    notifyAll();
  }

  /** Workers that can run at once on the executors there are, with a GPU each if these have any. */
  public int count() {
    return context.isStopped() ? 0 : context.maxNumConcurrentTasks(task);
  }

  /**
   * Waits until there are enough.
   *
   * @return whether there are; not if the limit is over or the application ends
   */
  public synchronized boolean await(int needed, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (ended || count() < needed) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (ended || left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  @Override
  public void close() {
    context.removeSparkListener(this);
  }
}
