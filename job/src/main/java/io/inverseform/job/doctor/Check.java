package io.inverseform.job.doctor;

import io.inverseform.job.config.ConfigException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One thing to look at. A check that throws has found a problem.
 *
 * @param examination measures and judges
 */
record Check(String name, Callable<Verdict> examination) {
  /**
   * Runs the check, on a thread of its own: a file system or a driver may never answer.
   *
   * @param limit after which it is given up
   */
  Finding run(Duration limit) {
    FutureTask<Verdict> task = new FutureTask<>(examination);
    Thread thread = new Thread(task, "doctor: " + name);
    thread.setDaemon(true);
    thread.start();
    Verdict verdict = await(task, limit);
    return new Finding(name, verdict.status(), verdict.detail(), verdict.remedy());
  }

  private static Verdict await(FutureTask<Verdict> task, Duration limit) {
    try {
      return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      task.cancel(true);
      return Verdict.problem(
          "no answer within %d s".formatted(limit.toSeconds()),
          "look for a machine, file system or driver that hangs");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      // Its message says what to do.
      return Verdict.problem(
          cause instanceof ConfigException ? cause.getMessage() : cause.toString(), "");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Verdict.problem("interrupted", "run it again");
    }
  }
}
