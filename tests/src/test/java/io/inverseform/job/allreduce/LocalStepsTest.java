package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalStepsTest {
  private static final int FLOATS = 1000;
  private static final int STEPS = 6;
  private static final double RATE = 0.1;
  private static final double FACTOR = 0.9;

  /** Where a rank's share of the loss, a square, is least. */
  private static double target(int rank, int i) {
    return Math.sin(1 + rank * 7 + i);
  }

  /** Gradient of a rank's share; of squares of other widths, or no mean in between would matter. */
  private static double gradient(int rank, double weight, int i) {
    return (1 + rank) * (weight - target(rank, i));
  }

  /** Heavy ball on a rank's share; what {@code train} would hand over. */
  private static RangeUpdate update(FlatMemory memory, float[] momentum) {
    FloatBuffer weights = memory.weights();
    return (range, gradient, offset) -> {
      for (int i = 0; i < range.length(); i++) {
        int at = range.offset() + i;
        momentum[at] = (float) FACTOR * momentum[at] + gradient[offset + i];
        weights.put(at, weights.get(at) - (float) RATE * momentum[at]);
      }
    };
  }

  private record Result(float[] weights, float[] momentum, float[] ofShard) {}

  /**
   * Trains on a rank's share.
   *
   * @param between a step behind which there is a mean of its own, asked for twice; 0 for none
   */
  private static Result train(Exchange peers, FlatMemory memory, int every, int between) {
    float[] momentum = new float[FLOATS];
    int worldSize = peers.worldSize();
    FloatRange shard = Ranges.split(FLOATS, worldSize, Ranges.ALIGNMENT).get(peers.rank());
    float[] ofShard = new float[shard.length()];
    Exchange exchange =
        new LocalSteps(peers, memory, List.of(momentum), List.of(ofShard), 1, every);
    RangeUpdate update = update(memory, momentum);
    for (long step = 1; step <= STEPS; step++) {
      for (int i = 0; i < FLOATS; i++) {
        double gradient = gradient(peers.rank(), memory.weights().get(i), i);
        memory.gradient().put(i, (float) (gradient / worldSize));
      }
      exchange.reduceScatter(memory.whole());
      exchange.sum(new double[1]);
      exchange.allGather(step, update);
      if (step == between) {
        exchange.align();
        exchange.align();
      }
    }
    exchange.align();
    return new Result(Gradients.weights(memory), momentum, ofShard);
  }

  /** The same in double precision, of one float. */
  private static double[] expected(int worldSize, int every, int between, int i) {
    double[] weights = new double[worldSize];
    double[] momentum = new double[worldSize];
    for (int step = 1; step <= STEPS; step++) {
      for (int rank = 0; rank < worldSize; rank++) {
        momentum[rank] = FACTOR * momentum[rank] + gradient(rank, weights[rank], i);
        weights[rank] -= RATE * momentum[rank];
      }
      if (step % every == 0 || step == between || step == STEPS) {
        Arrays.fill(weights, Arrays.stream(weights).average().orElseThrow());
        Arrays.fill(momentum, Arrays.stream(momentum).average().orElseThrow());
      }
    }
    return new double[] {weights[0], momentum[0]};
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void allRanksEndWithTheMeanOfWeightsAndMomentum(int every) throws Exception {
    try (Workers workers = new Workers(3)) {
      List<Future<Result>> runs =
          workers.start(FLOATS, 0, (client, exchange, memory) -> train(exchange, memory, every, 0));
      List<Result> results = Workers.results(runs);
      List<FloatRange> shards = Ranges.split(FLOATS, 3, Ranges.ALIGNMENT);
      for (int rank = 0; rank < 3; rank++) {
        Result result = results.get(rank);
        assertThat(result.weights()).isEqualTo(results.get(0).weights());
        assertThat(result.momentum()).isEqualTo(results.get(0).momentum());
        for (int i = 0; i < result.ofShard().length; i++) {
          int at = shards.get(rank).offset() + i;
          assertThat(result.ofShard()[i]).isEqualTo(result.momentum()[at]);
        }
      }
      for (int i = 0; i < FLOATS; i++) {
        double[] expected = expected(3, every, 0, i);
        assertThat((double) results.get(0).weights()[i]).isCloseTo(expected[0], within(1e-5));
        assertThat((double) results.get(0).momentum()[i]).isCloseTo(expected[1], within(1e-5));
      }
    }
  }

  @Test
  void aMeanInBetweenIsOneMore() throws Exception {
    try (Workers workers = new Workers(2)) {
      List<Future<Result>> runs =
          workers.start(FLOATS, 0, (client, exchange, memory) -> train(exchange, memory, 4, 2));
      List<Result> results = Workers.results(runs);
      double fromOthers = 0;
      for (int i = 0; i < FLOATS; i++) {
        double[] expected = expected(2, 4, 2, i);
        assertThat((double) results.get(1).weights()[i]).isCloseTo(expected[0], within(1e-5));
        assertThat((double) results.get(1).momentum()[i]).isCloseTo(expected[1], within(1e-5));
        fromOthers = Math.max(fromOthers, Math.abs(expected[0] - expected(2, 4, 0, i)[0]));
      }
      assertThat(fromOthers).as("what the mean changes").isGreaterThan(1e-2);
    }
  }
}
