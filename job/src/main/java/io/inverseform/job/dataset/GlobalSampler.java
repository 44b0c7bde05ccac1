package io.inverseform.job.dataset;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The order in which training sees a split, step by step. A step's global batch is the next piece
 * of the epoch, and each rank takes a contiguous share, so that the same samples make up a step
 * whatever the number of workers. The last batch of an epoch may be short. A training that goes on
 * from a checkpoint goes on behind the draws that it has seen, within an epoch, too, and with
 * another global batch as well. Thread-safe.
 */
public final class GlobalSampler {
  private record Known(int epoch, Draw[] draws) {}

  private final Epochs epochs;
  private final int size;
  private final int globalBatch;
  private final Start start;

  /** Of an even and of an odd epoch: who looks ahead may be in the next one already. */
  private final AtomicReferenceArray<Known> known = new AtomicReferenceArray<>(2);

  /**
   * Where a training begins or goes on.
   *
   * @param step the last one that is done
   * @param seen draws that are done, of all epochs and ranks
   */
  public record Start(long step, long seen) {
    /** Of a new training. */
    public static final Start NEW = new Start(0, 0);
  }

  /**
   * The draws of a step.
   *
   * @param epoch from 0
   * @param from first draw of the epoch
   * @param to behind the last draw
   */
  private record Piece(int epoch, int from, int to) {}

  /**
   * A sampler.
   *
   * @param globalBatch draws of a step, of all ranks together
   */
  public GlobalSampler(Epochs epochs, int globalBatch, Start start) {
    if (globalBatch <= 0) {
      throw new IllegalArgumentException("a step needs at least 1 sample, not " + globalBatch);
    }
    this.epochs = epochs;
    this.size = epochs.size();
    this.globalBatch = globalBatch;
    this.start = start;
  }

  /** Steps of a whole epoch. */
  public int stepsPerEpoch() {
    return steps(size);
  }

  private int steps(int draws) {
    return (draws + globalBatch - 1) / globalBatch;
  }

  /** Draws of the epoch in which the training goes on that are left; 0 at an epoch's end. */
  private int leftOfFirst() {
    return (int) ((size - start.seen() % size) % size);
  }

  /** The last step of so many epochs, those before the start included. */
  public long lastStep(int epochsInAll) {
    long whole = epochsInAll - start.seen() / size - (leftOfFirst() > 0 ? 1 : 0);
    return start.step() + steps(leftOfFirst()) + whole * stepsPerEpoch();
  }

  /** Draws that have been seen once a step is done, of all epochs and ranks. */
  public long seen(long step) {
    if (step == start.step()) {
      return start.seen();
    }
    Piece piece = piece(step);
    return (long) piece.epoch() * size + piece.to();
  }

  /** Epochs that are complete with a step; 0 if the step completes none. */
  public int completes(long step) {
    Piece piece = piece(step);
    return piece.to() == size ? piece.epoch() + 1 : 0;
  }

  /** The epoch of a step, from 0. */
  public int epoch(long step) {
    return piece(step).epoch();
  }

  /** The draws of a step of all ranks. */
  public Draw[] batch(long step) {
    Piece piece = piece(step);
    return Arrays.copyOfRange(draws(piece.epoch()), piece.from(), piece.to());
  }

  /**
   * A rank's draws of a step. Shares differ by at most one draw, and can be empty; in order of
   * ranks they make up {@link #batch}.
   */
  public Draw[] share(long step, int rank, int worldSize) {
    if (rank < 0 || rank >= worldSize) {
      throw new IllegalArgumentException("no rank " + rank + " in a world of " + worldSize);
    }
    Draw[] batch = batch(step);
    long from = (long) batch.length * rank / worldSize;
    long to = (long) batch.length * (rank + 1) / worldSize;
    return Arrays.copyOfRange(batch, (int) from, (int) to);
  }

  private Piece piece(long step) {
    long after = step - start.step() - 1;
    if (after < 0) {
      throw new IllegalArgumentException(
          "no step %d: the training goes on behind step %d".formatted(step, start.step()));
    }
    int left = leftOfFirst();
    if (after < steps(left)) {
      return piece(start.seen() / size, size - left, after);
    }
    after -= steps(left);
    long wholeBefore = (start.seen() + left) / size;
    return piece(wholeBefore + after / stepsPerEpoch(), 0, after % stepsPerEpoch());
  }

  private Piece piece(long epoch, int first, long stepsBefore) {
    long from = first + stepsBefore * globalBatch;
    return new Piece(Math.toIntExact(epoch), (int) from, (int) Math.min(from + globalBatch, size));
  }

  private Draw[] draws(int epoch) {
    Known found = known.get(epoch % 2);
    if (found == null || found.epoch() != epoch) {
      found = new Known(epoch, epochs.of(epoch));
      known.set(epoch % 2, found);
    }
    return found.draws();
  }
}
