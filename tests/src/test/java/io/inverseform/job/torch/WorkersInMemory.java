package io.inverseform.job.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Workers on threads of this process, whose group sums in memory. */
public final class WorkersInMemory {
  private static final int SECONDS = 60;

  /** Threads that stay: PyTorch says on each new one what it lacks. */
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "worker in memory");
            thread.setDaemon(true);
            return thread;
          });

  private final CyclicBarrier barrier;
  private final double[][] values;
  private final AtomicInteger rounds = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  private WorkersInMemory(int size) {
    barrier = new CyclicBarrier(size);
    values = new double[size][];
  }

  /** What each worker does. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it. */
    T run(int rank, Group group) throws Exception;
  }

  /**
   * What the workers gave, in rank order.
   *
   * @param rounds in which they summed
   */
  public record Done<T>(List<T> results, int rounds) {}

  /** Runs all workers; fails as the first one that failed. */
  public static <T> Done<T> run(int size, Work<T> work) throws Exception {
    WorkersInMemory workers = new WorkersInMemory(size);
    List<Future<T>> futures = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      int rank = i;
      futures.add(THREADS.submit(() -> workers.watched(rank, work)));
    }
    List<T> results = new ArrayList<>();
    for (Future<T> future : futures) {
      results.add(future.get(2 * SECONDS, TimeUnit.SECONDS));
    }
    if (workers.failure.get() != null) {
      throw new AssertionError("a worker failed", workers.failure.get());
    }
    return new Done<>(results, workers.rounds.get());
  }

  private <T> T watched(int rank, Work<T> work) {
    try {
      return work.run(rank, new Member(rank));
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
      barrier.reset();
      return null;
    }
  }

  private final class Member implements Group {
    private final int rank;

    Member(int rank) {
      this.rank = rank;
    }

    @Override
    public int size() {
      return values.length;
    }

    @Override
    public double[] sum(double[] own) {
      values[rank] = own.clone();
      await();
      double[] sum = new double[own.length];
      for (double[] each : values) {
        if (each.length != own.length) {
          throw new IllegalStateException(own.length + " values beside " + each.length);
        }
        for (int i = 0; i < sum.length; i++) {
          sum[i] += each[i];
        }
      }
      if (rank == 0) {
        rounds.incrementAndGet();
      }
      await();
      return sum;
    }

    private void await() {
      try {
        barrier.await(SECONDS, TimeUnit.SECONDS);
      } catch (Exception e) {
        throw new IllegalStateException("rank " + rank + " was left alone", e);
      }
    }
  }
}
