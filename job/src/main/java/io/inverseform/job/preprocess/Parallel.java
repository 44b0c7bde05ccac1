package io.inverseform.job.preprocess;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Calls to a file system from the driver, several at once: a far one answers slowly. */
final class Parallel {
  private static final int THREADS = 16;

  private Parallel() {}

  /** A call. */
  interface Call<A, R> {
    R of(A argument) throws IOException;
  }

  /** The results in the order of the arguments. */
  static <A, R> List<R> map(List<A> arguments, Call<A, R> call) throws IOException {
    if (arguments.isEmpty()) {
      return List.of();
    }
    ExecutorService threads = Executors.newFixedThreadPool(Math.min(THREADS, arguments.size()));
    try {
      List<Future<R>> futures = new ArrayList<>();
      for (A argument : arguments) {
        futures.add(threads.submit(() -> call.of(argument)));
      }
      List<R> results = new ArrayList<>();
      for (Future<R> future : futures) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("told to stop").initCause(e);
    } finally {
      threads.shutdownNow();
    }
  }
}
