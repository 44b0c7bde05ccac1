package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExchangeTest {
  private static final int STEPS = 5;
  private static final long FIRST = 100;
  private static final long NEVER = -1;

  /**
   * Hands the gradient over in shuffled pieces from three threads, as differently on every rank as
   * can be.
   */
  private static void handOver(Exchange exchange, FlatMemory memory, long step) throws Exception {
    memory.gradient().put(Gradients.of(exchange.rank(), step, memory.length()));
    Random random = new Random(exchange.rank() * 31L + step);
    List<FloatRange> pieces = new ArrayList<>();
    for (int from = 0; from < memory.length(); ) {
      int length = Math.min(memory.length() - from, 1 + random.nextInt(memory.length()));
      pieces.add(new FloatRange(from, length));
      from += length;
    }
    Collections.shuffle(pieces, random);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    for (FloatRange piece : pieces) {
      threads.execute(() -> exchange.reduceScatter(piece));
    }
    threads.shutdown();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  private static float[] train(Exchange exchange, FlatMemory memory, long skipped)
      throws Exception {
    Gradients.Sgd sgd = new Gradients.Sgd(memory);
    for (long step = FIRST; step < FIRST + STEPS; step++) {
      handOver(exchange, memory, step);
      double[] flags = exchange.sum(new double[] {step == skipped && exchange.rank() == 0 ? 1 : 0});
      if (flags[0] > 0) {
        exchange.skip(step);
      } else {
        exchange.allGather(step, sgd);
      }
    }
    return Gradients.weights(memory);
  }

  @ParameterizedTest
  @CsvSource({"1,1000", "2,100003", "3,100003", "4,2500001", "4,3", "3,130", "2,1"})
  void everyRankEndsWithTheRankOrderSumBitForBit(int worldSize, int floats) throws Exception {
    float[] expected = Gradients.expected(worldSize, FIRST, STEPS, floats, NEVER);
    try (Workers workers = new Workers(worldSize)) {
      List<Future<float[]>> runs =
          workers.start(
              floats, FIRST, (client, exchange, memory) -> train(exchange, memory, NEVER));
      for (float[] weights : Workers.results(runs)) {
        assertThat(weights).isEqualTo(expected);
      }
    }
  }

  @Test
  void encryptedStreamsCarryTheSameBits() throws Exception {
    int floats = 2_500_001;
    float[] expected = Gradients.expected(2, FIRST, STEPS, floats, NEVER);
    try (Workers workers = new Workers(2, Workers.authenticated("secret"))) {
      List<Future<float[]>> runs =
          workers.start(
              floats, FIRST, (client, exchange, memory) -> train(exchange, memory, NEVER));
      for (float[] weights : Workers.results(runs)) {
        assertThat(weights).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "4"})
  void aSkippedStepLeavesNoTraceOnAnyRank(int worldSize) throws Exception {
    long skipped = FIRST + 2;
    float[] expected = Gradients.expected(worldSize, FIRST, STEPS, 5000, skipped);
    try (Workers workers = new Workers(worldSize)) {
      List<Future<float[]>> runs =
          workers.start(
              5000, FIRST, (client, exchange, memory) -> train(exchange, memory, skipped));
      for (float[] weights : Workers.results(runs)) {
        assertThat(weights).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1000", "2,100003", "4,2500001", "3,130"})
  void theNormOfTheSummedGradientIsTheSameOnAllRanksAndChangesNoBit(int worldSize, int floats)
      throws Exception {
    long skipped = FIRST + 1;
    double[] norms = new double[STEPS];
    for (int step = 0; step < STEPS; step++) {
      double squares = 0;
      for (float value : Gradients.summed(worldSize, FIRST + step, floats)) {
        squares += (double) value * value;
      }
      norms[step] = Math.sqrt(squares);
    }
    float[] expected = Gradients.expected(worldSize, FIRST, STEPS, floats, skipped);
    try (Workers workers = new Workers(worldSize)) {
      List<Future<double[]>> runs =
          workers.start(
              floats,
              FIRST,
              (client, exchange, memory) -> {
                Gradients.Sgd sgd = new Gradients.Sgd(memory);
                double[] seen = new double[STEPS];
                for (int step = 0; step < STEPS; step++) {
                  handOver(exchange, memory, FIRST + step);
                  seen[step] = exchange.gradientNorm(FIRST + step);
                  if (FIRST + step == skipped) {
                    exchange.skip(FIRST + step);
                  } else {
                    exchange.allGather(FIRST + step, sgd);
                  }
                }
                assertThat(Gradients.weights(memory)).isEqualTo(expected);
                return seen;
              });
      List<double[]> seen = Workers.results(runs);
      for (double[] ofRank : seen) {
        assertThat(ofRank).isEqualTo(seen.get(0));
        for (int step = 0; step < STEPS; step++) {
          assertThat(ofRank[step] / norms[step]).isCloseTo(1, Offset.offset(1e-12));
        }
      }
    }
  }

  @Test
  void manyShortStepsFarFromLockstepStayExact() throws Exception {
    int steps = 400;
    int floats = 777;
    FlatMemory reference = FlatMemory.allocate(floats);
    Gradients.Sgd alone = new Gradients.Sgd(reference);
    for (long step = 0; step < steps; step++) {
      if (step % 7 != 0) {
        alone.apply(new FloatRange(0, floats), Gradients.summed(4, step, floats), 0);
      }
    }
    try (Workers workers = new Workers(4)) {
      List<Future<float[]>> runs =
          workers.start(
              floats,
              0,
              (client, exchange, memory) -> {
                Gradients.Sgd sgd = new Gradients.Sgd(memory);
                Random random = new Random(client.rank());
                for (long step = 0; step < steps; step++) {
                  memory.gradient().put(Gradients.of(client.rank(), step, floats));
                  int cut = random.nextInt(floats);
                  exchange.reduceScatter(new FloatRange(cut, floats - cut));
                  exchange.reduceScatter(new FloatRange(0, cut));
                  if (step % 7 == 0) {
                    exchange.skip(step);
                  } else {
                    exchange.allGather(step, sgd);
                  }
                  client.progress(step, "");
                }
                return Gradients.weights(memory);
              });
      for (float[] weights : Workers.results(runs)) {
        assertThat(weights).isEqualTo(Gradients.weights(reference));
      }
    }
  }

  @Test
  void rangesOfAFewFloatsTravelTogether() {
    List<FloatRange> shards = Ranges.split(4_000_000, 2, Ranges.ALIGNMENT);
    Outbox outbox = new Outbox(shards, 1);
    List<FloatRange> sent = new ArrayList<>();
    for (int from = 3_999_500; from >= 2_000_000; from -= 500) {
      sent.addAll(outbox.add(1, new FloatRange(from, 500), from == 2_000_000));
    }
    assertThat(sent.stream().mapToInt(FloatRange::length).sum()).isEqualTo(2_000_000);
    assertThat(sent).hasSize(8).first().isEqualTo(new FloatRange(3_737_500, 262_500));
  }

  @Test
  void bytesAreCountedAndFramesAreTold() throws Exception {
    int floats = 2_560_000;
    try (Workers workers = new Workers(2)) {
      List<Future<List<String>>> runs =
          workers.start(
              floats,
              FIRST,
              (client, exchange, memory) -> {
                List<String> told = new CopyOnWriteArrayList<>();
                exchange.onSent(
                    (what, peer, range, start, end) -> {
                      assertThat(end).isGreaterThan(start);
                      told.add(what + " " + range.length() + " to " + peer);
                    });
                train(exchange, memory, NEVER);
                // Gradients of the other's shard, weights of the own one, and a flag.
                long bytes = STEPS * (4L * floats + 8);
                assertThat(exchange.receivedBytes()).isEqualTo(bytes);
                assertThat(exchange.sentBytes()).isEqualTo(bytes);
                exchange.close();
                return told;
              });
      List<List<String>> told = Workers.results(runs);
      for (int rank = 0; rank < 2; rank++) {
        String peer = " to " + (1 - rank);
        assertThat(told.get(rank)).filteredOn(("sum 1" + peer)::equals).hasSize(STEPS);
        assertThat(floats(told.get(rank), "gradient ")).isEqualTo(STEPS * floats / 2);
        assertThat(floats(told.get(rank), "weights ")).isEqualTo(STEPS * floats / 2);
      }
    }
  }

  private static int floats(List<String> told, String what) {
    return told.stream()
        .filter(frame -> frame.startsWith(what))
        .mapToInt(frame -> Integer.parseInt(frame.split(" ")[1]))
        .sum();
  }

  @Test
  void smallSumsAreTheSameBitsOnAllRanks() throws Exception {
    int rounds = 50;
    double[] values = {1e300, -1e300, 1, 1e-300, Math.PI, -0.0, 3e16};
    try (Workers workers = new Workers(3)) {
      List<Future<double[]>> runs =
          workers.start(
              64,
              0,
              (client, exchange, memory) -> {
                double[] sum = null;
                for (int round = 0; round < rounds; round++) {
                  double[] own = values.clone();
                  for (int i = 0; i < own.length; i++) {
                    own[i] = values[(i + exchange.rank() + round) % values.length];
                  }
                  sum = exchange.sum(own);
                }
                return sum;
              });
      double[] expected = new double[values.length];
      for (int i = 0; i < expected.length; i++) {
        for (int rank = 0; rank < 3; rank++) {
          expected[i] += values[(i + rank + rounds - 1) % values.length];
        }
      }
      for (double[] sum : Workers.results(runs)) {
        assertThat(sum).isEqualTo(expected);
      }
    }
  }

  @Test
  void aMillionValuesAndNoneCanBeSummed() throws Exception {
    try (Workers workers = new Workers(2)) {
      List<Future<Double>> runs =
          workers.start(
              64,
              0,
              (client, exchange, memory) -> {
                double[] many = new double[1_000_000];
                many[999_999] = exchange.rank() + 1;
                assertThat(exchange.sum(new double[0])).isEmpty();
                return exchange.sum(many)[999_999];
              });
      assertThat(Workers.results(runs)).containsExactly(3.0, 3.0);
    }
  }
}
