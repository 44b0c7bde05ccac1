package io.inverseform.job.train;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.util.SignalUtils;
import org.apache.spark.util.TaskCompletionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears in an executor's process, while tasks of a training run there, that the process shall end:
 * SIGTERM, or the signal of Spark's decommissioning where that is enabled. Without it the JVM would
 * end at once. The tasks go on until all ranks have written a checkpoint; who asked decides how
 * long that may take: a standalone worker kills after 10 s, Kubernetes after 30 s, YARN after 0.25
 * s.
 */
final class LeaveNotice {
  private static final Logger LOG = LoggerFactory.getLogger(LeaveNotice.class);
  private static final String TERM = "TERM";
  private static final int LINGER_SECONDS = 10;
  private static final int EXIT_CODE = 128 + 15;

  /** Of all tasks of this process. */
  private static final List<TaskContext> OPEN = new ArrayList<>();

  private static final Set<String> REGISTERED = new HashSet<>();
  private static String received;

  private LeaveNotice() {}

  /**
   * Listens until the task ends. In local mode the process is the driver's, which is told
   * otherwise.
   */
  static void listen(TaskContext task, SparkEnv env) {
    if (env.executorId().equals("driver")) {
      return;
    }
    synchronized (OPEN) {
      register(TERM);
      if (env.conf().getBoolean("spark.decommission.enabled", false)) {
        register(env.conf().get("spark.executor.decommission.signal", "PWR"));
      }
      OPEN.add(task);
    }
    TaskCompletionListener end = LeaveNotice::ended;
    task.addTaskCompletionListener(end);
  }

  private static void register(String signal) {
    if (REGISTERED.add(signal)) {
      SignalUtils.register(signal, () -> isHandled(signal));
    }
  }

  /** Else the JVM, or Spark, does what it does without anyone listening. */
  private static boolean isHandled(String signal) {
    synchronized (OPEN) {
      // Tasks that are cancelled have no reason to go on.
      if (OPEN.stream().allMatch(TaskContext::isInterrupted)) {
        return false;
      }
      received = "SIG" + signal;
      LOG.warn("{}: this executor ends when all ranks have written a checkpoint", received);
      return true;
    }
  }

  /** What was received; empty while nothing was. */
  static Optional<String> received() {
    synchronized (OPEN) {
      return Optional.ofNullable(received);
    }
  }

  private static void ended(TaskContext task) {
    synchronized (OPEN) {
      OPEN.remove(task);
      if (OPEN.isEmpty() && received != null) {
        // The driver has it killed when it has the tasks' results.
        CompletableFuture.delayedExecutor(LINGER_SECONDS, TimeUnit.SECONDS)
            .execute(LeaveNotice::exit);
      }
    }
  }

  private static void exit() {
    synchronized (OPEN) {
      if (!OPEN.isEmpty()) {
        return;
      }
    }
    System.exit(EXIT_CODE);
  }
}
