package io.inverseform.job.train;

import io.inverseform.job.dataset.GlobalSampler;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes a rank's examples ahead of the steps that need them, on threads of its own. What a step
 * gets does not depend on the number of threads.
 */
final class ExampleLoader<E> implements AutoCloseable {
  /** Steps that are prepared while one computes: enough to hide decoding, small in memory. */
  private static final int STEPS_AHEAD = 2;

  private final Objective<E> objective;
  private final GlobalSampler sampler;
  private final int rank;
  private final int worldSize;
  private final long lastStep;
  private final int timeoutSeconds;
  private final ExecutorService threads;
  private final Deque<Step<E>> ahead = new ArrayDeque<>();
  private long nextStep;

  /**
   * The examples of a step.
   *
   * @param samples their indices in the split, in order of the global batch
   * @param globalBatch samples of the step over all ranks
   * @param examples at least one
   * @param idle whether this rank has no share of the step and the example is another rank's
   */
  record Loaded<E>(int epoch, int[] samples, int globalBatch, List<E> examples, boolean idle) {}

  private record Step<E>(
      int epoch, int[] samples, int globalBatch, List<Future<E>> examples, boolean idle) {}

  ExampleLoader(
      Objective<E> objective,
      GlobalSampler sampler,
      int rank,
      int worldSize,
      long firstStep,
      long lastStep,
      int decodeThreads,
      int timeoutSeconds) {
    this.objective = objective;
    this.sampler = sampler;
    this.rank = rank;
    this.worldSize = worldSize;
    this.lastStep = lastStep;
    this.timeoutSeconds = timeoutSeconds;
    nextStep = firstStep;
    threads =
        Executors.newFixedThreadPool(
            decodeThreads,
            task -> {
              Thread thread = new Thread(task, "decode-rank-" + rank);
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * The next step's examples.
   *
   * @throws IOException naming the sample that cannot be read, or the wait that took too long
   */
  Loaded<E> next() throws IOException {
    while (ahead.size() <= STEPS_AHEAD && nextStep <= lastStep) {
      ahead.add(submit(nextStep++));
    }
    Step<E> step = ahead.remove();
    List<E> examples = new ArrayList<>();
    for (int i = 0; i < step.examples().size(); i++) {
      examples.add(await(step.examples().get(i), step.samples()[i]));
    }
    return new Loaded<>(step.epoch(), step.samples(), step.globalBatch(), examples, step.idle());
  }

  private Step<E> submit(long step) {
    int epoch = Math.toIntExact((step - 1) / sampler.stepsPerEpoch());
    int stepOfEpoch = Math.toIntExact((step - 1) % sampler.stepsPerEpoch());
    int[] all = sampler.batch(epoch, stepOfEpoch);
    int[] share = sampler.share(epoch, stepOfEpoch, rank, worldSize);
    boolean idle = share.length == 0;
    if (idle) {
      share = new int[] {all[0]};
    }
    List<Future<E>> examples = new ArrayList<>();
    for (int index : share) {
      Callable<E> make = () -> objective.example(index, epoch);
      examples.add(threads.submit(make));
    }
    return new Step<>(epoch, share, all.length, examples, idle);
  }

  private E await(Future<E> example, int sample) throws IOException {
    try {
      return example.get(timeoutSeconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          "rank "
              + rank
              + " waited "
              + timeoutSeconds
              + " s for sample "
              + sample
              + " to be decoded: raise train.timeout_seconds or look at this host's disk",
          e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IOException(
          "rank " + rank + " cannot prepare sample " + sample + ": " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException)
          new InterruptedIOException("rank " + rank + " was told to stop").initCause(e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
