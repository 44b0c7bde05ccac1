package io.inverseform.job.train;

import io.inverseform.job.dataset.GlobalSampler;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
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
  private final int batch;
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
   * @param globalBatch samples of the step over all ranks
   * @param passes in which this rank goes through its share; as many on every rank, at least one
   */
  record Loaded<E>(int epoch, int globalBatch, List<Pass<E>> passes) {
    /** The rank's samples, by their indices in the split. */
    int[] samples() {
      return passes.stream()
          .filter(pass -> !pass.idle())
          .flatMapToInt(pass -> Arrays.stream(pass.samples()))
          .toArray();
    }
  }

  /**
   * The examples of one forward and backward pass.
   *
   * @param samples their indices in the split, in order of the global batch
   * @param examples at least one
   * @param idle whether this rank has nothing left for this pass and the example is another one's
   */
  record Pass<E>(int[] samples, List<E> examples, boolean idle) {}

  private record Step<E>(int epoch, int globalBatch, List<Pass<Future<E>>> passes) {}

  /**
   * A loader.
   *
   * @param batch most examples of a pass
   */
  ExampleLoader(
      Objective<E> objective,
      GlobalSampler sampler,
      int batch,
      int rank,
      int worldSize,
      long firstStep,
      long lastStep,
      int decodeThreads,
      int timeoutSeconds) {
    this.objective = objective;
    this.sampler = sampler;
    this.batch = batch;
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
    List<Pass<E>> passes = new ArrayList<>();
    for (Pass<Future<E>> pass : step.passes()) {
      List<E> examples = new ArrayList<>();
      for (int i = 0; i < pass.examples().size(); i++) {
        examples.add(await(pass.examples().get(i), pass.samples()[i]));
      }
      passes.add(new Pass<>(pass.samples(), examples, pass.idle()));
    }
    return new Loaded<>(step.epoch(), step.globalBatch(), passes);
  }

  private Step<E> submit(long step) {
    int epoch = Math.toIntExact((step - 1) / sampler.stepsPerEpoch());
    int stepOfEpoch = Math.toIntExact((step - 1) % sampler.stepsPerEpoch());
    int[] all = sampler.batch(epoch, stepOfEpoch);
    int[] share = sampler.share(epoch, stepOfEpoch, rank, worldSize);
    // Of the largest share, so that all ranks make as many.
    int largest = (all.length - 1) / worldSize + 1;
    List<Pass<Future<E>>> passes = new ArrayList<>();
    for (int from = 0; from < largest; from += batch) {
      int to = Math.min(from + batch, share.length);
      passes.add(
          from < to
              ? submit(epoch, Arrays.copyOfRange(share, from, to), false)
              : submit(epoch, new int[] {all[0]}, true));
    }
    return new Step<>(epoch, all.length, passes);
  }

  private Pass<Future<E>> submit(int epoch, int[] samples, boolean idle) {
    List<Future<E>> examples = new ArrayList<>();
    for (int index : samples) {
      Callable<E> make = () -> objective.example(index, epoch);
      examples.add(threads.submit(make));
    }
    return new Pass<>(samples, examples, idle);
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
