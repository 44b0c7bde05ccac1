package io.inverseform.job.allreduce;

import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/**
 * A made-up training: gradients from (rank, step), a momentum step, and what the exchange must make
 * of them.
 */
final class Gradients {
  private Gradients() {}

  /** Values of very different size, so that another order of summation gives other bits. */
  static float[] of(int rank, long step, int length) {
    SplittableRandom random = new SplittableRandom(rank * 1000L + step);
    float[] gradient = new float[length];
    for (int i = 0; i < length; i++) {
      gradient[i] = (float) ((random.nextDouble() - 0.5) * (1 << random.nextInt(20)));
    }
    return gradient;
  }

  static float[] summed(int worldSize, long step, int length) {
    float[] sum = of(0, step, length);
    for (int rank = 1; rank < worldSize; rank++) {
      float[] next = of(rank, step, length);
      for (int i = 0; i < length; i++) {
        sum[i] += next[i];
      }
    }
    return sum;
  }

  /** SGD with momentum, as {@code train} would hand it over. */
  static final class Sgd implements RangeUpdate {
    private final FloatBuffer weights;
    private final float[] momentum;
    private final float[] chunk = new float[ShardedExchange.CHUNK];

    Sgd(FlatMemory memory) {
      this.weights = memory.weights();
      this.momentum = new float[memory.length()];
    }

    float[] momentum() {
      return momentum;
    }

    @Override
    public void apply(FloatRange range, float[] gradient, int offset) {
      for (FloatRange part : Ranges.pieces(range, chunk.length)) {
        weights.get(part.offset(), chunk, 0, part.length());
        int from = offset + part.offset() - range.offset();
        step(chunk, momentum, part.offset(), gradient, from, part.length());
        weights.put(part.offset(), chunk, 0, part.length());
      }
    }

    private static void step(
        float[] weights, float[] momentum, int at, float[] gradient, int from, int length) {
      for (int i = 0; i < length; i++) {
        float velocity = 0.9f * momentum[at + i] + gradient[from + i] + 5e-4f * weights[i];
        momentum[at + i] = velocity;
        weights[i] -= 0.01f * velocity;
      }
    }
  }

  /**
   * The weights after steps [first, first + steps), but for those skipped, computed without any
   * exchange.
   */
  static float[] expected(int worldSize, long first, int steps, int length, long skipped) {
    FlatMemory memory = FlatMemory.allocate(length);
    Sgd sgd = new Sgd(memory);
    for (long step = first; step < first + steps; step++) {
      if (step != skipped) {
        sgd.apply(new FloatRange(0, length), summed(worldSize, step, length), 0);
      }
    }
    return weights(memory);
  }

  static float[] weights(FlatMemory memory) {
    float[] weights = new float[memory.length()];
    memory.weights().get(weights);
    return weights;
  }
}
