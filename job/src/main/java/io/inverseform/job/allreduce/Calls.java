package io.inverseform.job.allreduce;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Waiting for one answer, with a limit and an eye on interruption. */
final class Calls {
  private static final long LOOK_AROUND_MILLIS = 100;

  private Calls() {}

  /** Runs what blocks on a thread of its own, so that the caller can wait with a limit. */
  static <T> CompletableFuture<T> onThread(String name, Supplier<T> blocking) {
    return CompletableFuture.supplyAsync(
        blocking,
        task -> {
          Thread thread = new Thread(task, "exchange-" + name);
          thread.setDaemon(true);
          thread.start();
        });
  }

  /**
   * @param what "rank 0 (host) at step 3: waiting for …", the start of every message
   * @param remedy what to do when the limit is over
   * @throws ExchangeException what the answer failed with, if it is one; a {@link
   *     PeerFailedException} otherwise
   */
  static <T> T await(
      CompletableFuture<T> answer,
      String what,
      Duration limit,
      Interruption interruption,
      String remedy) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      try {
        return answer.get(LOOK_AROUND_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        Optional<String> stop = interruption.reason();
        if (stop.isPresent()) {
          throw new PeerFailedException(what + ": gave up: " + stop.get());
        }
        if (System.nanoTime() - deadline >= 0) {
          throw new PeerFailedException(
              what + ": no answer within " + limit.toSeconds() + " s. " + remedy);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PeerFailedException(what + ": the thread was interrupted", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof ExchangeException known) {
          throw known;
        }
        throw new PeerFailedException(what + ": " + e.getCause().getMessage(), e.getCause());
      }
    }
  }
}
