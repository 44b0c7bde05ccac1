package io.inverseform.job.train;

import io.inverseform.job.allreduce.UnrecoverableException;
import io.inverseform.job.dataset.Draw;
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
import java.util.function.Consumer;

/**
 * Makes a rank's examples ahead of the passes that need them, on threads of its own. What a pass
 * gets does not depend on the number of threads, nor on how many passes are ahead. Examples that
 * wait are bounded by passes, however many of them a step has.
 */
final class ExampleLoader<E> implements AutoCloseable {
  private static final int LOOK_AROUND_MILLIS = 100;

  private final Objective<E> objective;
  private final GlobalSampler sampler;
  private final int batch;
  private final int rank;
  private final int worldSize;
  private final long lastStep;
  private final int prefetch;
  private final int timeoutSeconds;
  private final Consumer<String> requireGoingOn;
  private final ExecutorService threads;
  private final Deque<Pending<E>> ahead = new ArrayDeque<>();
  private final Deque<Piece> planned = new ArrayDeque<>();
  private long nextStep;
  private long nextPlanned;

  /**
   * How far ahead examples are made.
   *
   * @param passes that are made while one computes
   * @param threads that make them
   */
  record Ahead(int passes, int threads) {}

  /**
   * What a pass goes through.
   *
   * @param epoch from 0
   * @param draws at least one, in order of the global batch
   * @param idle whether this rank has nothing left for this pass and the draw is another one's
   */
  private record Piece(int epoch, Draw[] draws, boolean idle) {}

  /**
   * A step's passes, each made when it is asked for.
   *
   * @param globalBatch samples of the step over all ranks
   * @param pieces in which this rank goes through its share; as many on every rank, at least one
   */
  record Loaded<E>(ExampleLoader<E> loader, int epoch, int globalBatch, List<Piece> pieces) {
    int passes() {
      return pieces.size();
    }

    /**
     * The next pass, in their order.
     *
     * @throws IOException naming the sample that cannot be read, or the wait that took too long
     */
    Pass<E> next() throws IOException {
      return loader.take();
    }

    /** The rank's samples, by their indices in the split. */
    int[] samples() {
      return pieces.stream()
          .filter(piece -> !piece.idle())
          .flatMapToInt(piece -> Arrays.stream(piece.draws()).mapToInt(Draw::sample))
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

  private record Pending<E>(Piece piece, List<Future<E>> examples) {}

  /**
   * A loader.
   *
   * @param batch most examples of a pass
   * @param requireGoingOn throws where the attempt has ended meanwhile, given who waits for what
   */
  ExampleLoader(
      Objective<E> objective,
      GlobalSampler sampler,
      int batch,
      int rank,
      int worldSize,
      long firstStep,
      long lastStep,
      Ahead ahead,
      int timeoutSeconds,
      Consumer<String> requireGoingOn) {
    this.objective = objective;
    this.sampler = sampler;
    this.batch = batch;
    this.rank = rank;
    this.worldSize = worldSize;
    this.lastStep = lastStep;
    this.prefetch = ahead.passes();
    this.timeoutSeconds = timeoutSeconds;
    this.requireGoingOn = requireGoingOn;
    nextStep = firstStep;
    nextPlanned = firstStep;
    threads =
        Executors.newFixedThreadPool(
            ahead.threads(),
            task -> {
              Thread thread = new Thread(task, "decode-rank-" + rank);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** The next step; all passes of the one before have been taken. */
  Loaded<E> next() {
    long step = nextStep++;
    return new Loaded<>(this, sampler.epoch(step), sampler.batch(step).length, pieces(step));
  }

  private Pass<E> take() throws IOException {
    boolean more = true;
    while (more && ahead.size() <= prefetch) {
      more = submitNext();
    }
    Pending<E> pending = ahead.remove();
    int[] samples = Arrays.stream(pending.piece().draws()).mapToInt(Draw::sample).toArray();
    List<E> examples = new ArrayList<>();
    for (int i = 0; i < samples.length; i++) {
      examples.add(await(pending.examples().get(i), samples[i]));
    }
    return new Pass<>(samples, examples, pending.piece().idle());
  }

  /** Has the examples of one more pass made, unless there is none left. */
  private boolean submitNext() {
    if (planned.isEmpty() && nextPlanned <= lastStep) {
      planned.addAll(pieces(nextPlanned++));
    }
    Piece piece = planned.poll();
    if (piece == null) {
      return false;
    }
    List<Future<E>> examples = new ArrayList<>();
    for (Draw draw : piece.draws()) {
      Callable<E> make = () -> objective.example(draw, piece.epoch());
      examples.add(threads.submit(make));
    }
    ahead.add(new Pending<>(piece, examples));
    return true;
  }

  private List<Piece> pieces(long step) {
    Draw[] all = sampler.batch(step);
    Draw[] share = sampler.share(step, rank, worldSize);
    // Of the largest share, so that all ranks make as many.
    int largest = (all.length - 1) / worldSize + 1;
    List<Piece> pieces = new ArrayList<>();
    for (int from = 0; from < largest; from += batch) {
      int to = Math.min(from + batch, share.length);
      boolean idle = from >= to;
      Draw[] draws = idle ? new Draw[] {all[0]} : Arrays.copyOfRange(share, from, to);
      pieces.add(new Piece(sampler.epoch(step), draws, idle));
    }
    return pieces;
  }

  private E await(Future<E> example, int sample) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
    try {
      while (true) {
        try {
          return example.get(LOOK_AROUND_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          requireGoingOn.accept(
              "rank %d waits for sample %d to be decoded".formatted(rank, sample));
          if (System.nanoTime() - deadline >= 0) {
            throw new IOException(
                ("rank %d waited %d s for sample %d to be decoded: raise train.timeout_seconds or"
                        + " look at this host's disk")
                    .formatted(rank, timeoutSeconds, sample),
                e);
          }
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof LinkageError) {
        // No other attempt finds what this JDK lacks.
        throw new UnrecoverableException(
            ("rank %d cannot prepare sample %d, this host's JDK is incomplete: %s; './submit.sh doctor --cluster'"
                    + " says what each host lacks")
                .formatted(rank, sample, e.getCause()),
            e.getCause());
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
