package io.inverseform.job.dataset;

import io.inverseform.udf.random.KeyedRandom;
import java.util.Arrays;

/**
 * The order in which training sees a split: one permutation per epoch, a function of seed and epoch
 * alone. A step's global batch is the next piece of it, and each rank takes a contiguous share, so
 * that the same samples make up a step whatever the number of workers, and every sample occurs once
 * per epoch. The last batch of an epoch may be short. Thread-safe.
 */
public final class GlobalSampler {
  private static final long KEY = KeyedRandom.hash("sampler");

  private record Permutation(int epoch, int[] samples) {}

  private final long seed;
  private final int size;
  private final int globalBatch;
  private volatile Permutation current;

  /**
   * A sampler over samples 0 to size - 1.
   *
   * @param globalBatch samples of a step, of all ranks together
   */
  public GlobalSampler(long seed, int size, int globalBatch) {
    if (size <= 0 || globalBatch <= 0) {
      throw new IllegalArgumentException(
          "a sampler needs samples and a batch, has " + size + " and " + globalBatch);
    }
    this.seed = seed;
    this.size = size;
    this.globalBatch = globalBatch;
  }

  /** Steps until every sample was seen once. */
  public int stepsPerEpoch() {
    return (size - 1) / globalBatch + 1;
  }

  /**
   * Samples of all ranks from one global step to another.
   *
   * @param from steps that are done
   * @param to steps that will be done
   */
  public long imagesBetween(long from, long to) {
    return images(to) - images(from);
  }

  private long images(long steps) {
    long remainder = steps % stepsPerEpoch();
    return steps / stepsPerEpoch() * size + Math.min(remainder * globalBatch, size);
  }

  /**
   * The samples of a step of all ranks.
   *
   * @param step of the epoch, from 0
   */
  public int[] batch(int epoch, int step) {
    if (epoch < 0 || step < 0 || step >= stepsPerEpoch()) {
      throw new IllegalArgumentException(
          "no step " + step + " in epoch " + epoch + " of " + stepsPerEpoch() + " steps");
    }
    long from = (long) step * globalBatch;
    long to = Math.min(from + globalBatch, size);
    return Arrays.copyOfRange(permutation(epoch), (int) from, (int) to);
  }

  /**
   * A rank's samples of a step. Shares differ by at most one sample, and can be empty; in order of
   * ranks they make up {@link #batch}.
   */
  public int[] share(int epoch, int step, int rank, int worldSize) {
    if (rank < 0 || rank >= worldSize) {
      throw new IllegalArgumentException("no rank " + rank + " in a world of " + worldSize);
    }
    int[] batch = batch(epoch, step);
    long from = (long) batch.length * rank / worldSize;
    long to = (long) batch.length * (rank + 1) / worldSize;
    return Arrays.copyOfRange(batch, (int) from, (int) to);
  }

  private int[] permutation(int epoch) {
    Permutation known = current;
    if (known == null || known.epoch() != epoch) {
      int[] samples = new int[size];
      Arrays.setAll(samples, i -> i);
      new KeyedRandom(seed, KEY, epoch).shuffle(samples);
      known = new Permutation(epoch, samples);
      current = known;
    }
    return known.samples();
  }
}
