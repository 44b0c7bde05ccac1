package io.inverseform.job.train;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * What a worker reads from or writes to the run folder: on a thread of its own, within a limit, and
 * no longer than the attempt goes on. A thread whose file system hangs is left behind, and may go
 * on when the worker's memory is freed: what it works with must be memory of its own.
 *
 * @param secondsAFile longest time for one file, {@code train.timeout_seconds}
 * @param files that are read or written, at least 1
 * @param requireGoingOn throws where the attempt has ended meanwhile, given who waits for what
 */
record StoreAccess(int secondsAFile, int files, Consumer<String> requireGoingOn) {
  private static final int LOOK_AROUND_MILLIS = 100;

  /**
   * Waits for it.
   *
   * @param thread name of its thread
   * @param what cannot be done if it fails, and where: the start of messages
   * @throws IOException as the access itself, or if it has not ended within the limit
   */
  <T> T run(String thread, String what, Callable<T> access) throws IOException {
    try {
      return call(thread, what, access);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      } else if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      } else if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw new IOException(what + ": " + e.getCause(), e.getCause());
    }
  }

  /**
   * The same, for those who tell what fails from what takes too long.
   *
   * @throws ExecutionException with what the access failed with
   * @throws IOException if it has not ended within the limit
   */
  <T> T call(String thread, String what, Callable<T> access)
      throws IOException, ExecutionException {
    CompletableFuture<T> done = new CompletableFuture<>();
    Thread accessing =
        new Thread(
            () -> {
              try {
                done.complete(access.call());
              } catch (Throwable e) {
                done.completeExceptionally(e);
              }
            },
            thread);
    accessing.setDaemon(true);
    accessing.start();
    try {
      return await(done, what);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException(what + ": told to stop").initCause(e);
    } finally {
      if (!done.isDone()) {
        accessing.interrupt();
      }
    }
  }

  private <T> T await(CompletableFuture<T> done, String what)
      throws IOException, ExecutionException, InterruptedException {
    long seconds = (long) files * secondsAFile;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (true) {
      try {
        return done.get(LOOK_AROUND_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        requireGoingOn.accept(what);
        if (System.nanoTime() - deadline >= 0) {
          throw new IOException(
              "%s within %d s (%strain.timeout_seconds): see whether that file system hangs"
                  .formatted(what, seconds, files == 1 ? "" : files + " times "),
              e);
        }
      }
    }
  }
}
