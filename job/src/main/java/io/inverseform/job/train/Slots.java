package io.inverseform.job.train;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;

/** The task slots of the application's executors, as executors come and go. */
public final class Slots extends SparkListener implements AutoCloseable {
  private final SparkContext context;
  private boolean ended;

  /** Follows the executors of an application until it is closed. */
  public Slots(SparkContext context) {
    this.context = context;
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

  /** Tasks that can run at once on the executors that are there. */
  public int count() {
    if (context.isStopped()) {
      return 0;
    }
    ResourceProfile profile = context.resourceProfileManager().defaultResourceProfile();
    return context.maxNumConcurrentTasks(profile);
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
