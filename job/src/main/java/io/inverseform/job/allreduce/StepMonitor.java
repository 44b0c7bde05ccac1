package io.inverseform.job.allreduce;

import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The lock of one exchange and the rules of waiting on it. Network threads change state under the
 * lock and never wait; the worker's thread waits until no rank is missing any more, or a missing
 * one is lost, or it shall give up, or the limit is over.
 */
final class StepMonitor {
  private static final long LOOK_AROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final int rank;
  private final List<Address> addresses;
  private final Throwable[] lost;
  private final Duration limit;
  private final Interruption interruption;
  private long step;
  private boolean failed;

  StepMonitor(
      int rank,
      List<Address> addresses,
      long firstStep,
      Duration limit,
      Interruption interruption) {
    this.rank = rank;
    this.addresses = addresses;
    this.lost = new Throwable[addresses.size()];
    this.step = firstStep;
    this.limit = limit;
    this.interruption = interruption;
  }

  /** Reads or changes state under the lock, and wakes who waits. */
  <T> T locked(Supplier<T> body) {
    lock.lock();
    try {
      T result = body.get();
      changed.signalAll();
      return result;
    } finally {
      lock.unlock();
    }
  }

  /** Changes state under the lock, and wakes who waits. */
  void update(Runnable change) {
    locked(
        () -> {
          change.run();
          return null;
        });
  }

  int worldSize() {
    return addresses.size();
  }

  /** The step in progress. */
  long step() {
    return locked(() -> step);
  }

  /** Call under the lock. */
  void nextStep() {
    step++;
  }

  /**
   * Remembers that nothing more will come from a rank. Harmless if nothing more is awaited from it;
   * the first cause stays.
   */
  void lost(int peer, Throwable cause) {
    update(
        () -> {
          if (lost[peer] == null) {
            lost[peer] = cause;
          }
        });
  }

  boolean isLost(int peer) {
    return lost[peer] != null;
  }

  /**
   * Waits until no rank is missing.
   *
   * @param what is awaited, for messages
   * @param missing the ranks still missing; evaluated under the lock
   * @throws PeerFailedException if a missing rank is lost, or this worker shall give up, or nothing
   *     came within the limit
   */
  void await(String what, Supplier<BitSet> missing) {
    try {
      awaitNone(what, missing);
    } catch (PeerFailedException e) {
      update(() -> failed = true);
      throw e;
    }
  }

  /** Whether a wait has failed: there is no more to wait for. */
  boolean hasFailed() {
    return locked(() -> failed);
  }

  private void awaitNone(String what, Supplier<BitSet> missing) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      Optional<String> stop = interruption.reason();
      lock.lock();
      try {
        BitSet ranks = missing.get();
        if (ranks.isEmpty()) {
          return;
        }
        int gone = ranks.nextSetBit(0);
        while (gone >= 0 && lost[gone] == null) {
          gone = ranks.nextSetBit(gone + 1);
        }
        if (gone >= 0) {
          throw new PeerFailedException(
              here()
                  + ": lost "
                  + name(gone)
                  + " while waiting for "
                  + what
                  + ": "
                  + firstLine(lost[gone])
                  + ". The log of that executor says why it ended.",
              lost[gone]);
        }
        if (stop.isPresent()) {
          throw new PeerFailedException(
              here()
                  + ": gave up waiting for "
                  + what
                  + " from "
                  + names(ranks)
                  + ": "
                  + stop.get());
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new PeerFailedException(
              here()
                  + ": waited "
                  + limit.toSeconds()
                  + " s for "
                  + what
                  + " from "
                  + names(ranks)
                  + ". See the logs of those executors; if they are alive and only slow, raise"
                  + " train.timeout_seconds.");
        }
        changed.awaitNanos(Math.min(left, LOOK_AROUND_NANOS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PeerFailedException(
            here() + ": the thread was interrupted while waiting for " + what, e);
      } finally {
        lock.unlock();
      }
    }
  }

  /** "rank 0 (host) at step 17". */
  String here() {
    return "rank " + rank + " (" + addresses.get(rank).host() + ") at step " + step();
  }

  String name(int peer) {
    return "rank " + peer + " (" + addresses.get(peer) + ")";
  }

  private String names(BitSet ranks) {
    return ranks.stream().mapToObj(this::name).collect(Collectors.joining(", "));
  }

  /** A refusal by a peer comes as its whole stack trace: that stays in the cause. */
  private static String firstLine(Throwable cause) {
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }
}
