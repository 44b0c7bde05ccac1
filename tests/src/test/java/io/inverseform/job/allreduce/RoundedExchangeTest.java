package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The exchange with bfloat16 on the wire, beside the same arithmetic without any exchange. */
class RoundedExchangeTest {
  private static final long NEVER = -1;

  /** What all ranks together must come to, float by float. */
  private static final class Reference {
    final int worldSize;
    final int length;
    final FlatMemory master;
    final Gradients.Sgd sgd;
    final float[] copies;
    final float[][] residuals;

    Reference(int worldSize, int length) {
      this.worldSize = worldSize;
      this.length = length;
      master = FlatMemory.allocate(length);
      sgd = new Gradients.Sgd(master);
      copies = new float[length];
      residuals = new float[worldSize][length];
    }

    static float round(float value) {
      int bits = Float.floatToRawIntBits(value);
      return Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
    }

    void step(long step, boolean skipped) {
      float[] sum = new float[length];
      List<FloatRange> shards = Ranges.split(length, worldSize, Ranges.ALIGNMENT);
      for (int owner = 0; owner < worldSize; owner++) {
        for (int rank = 0; rank < worldSize; rank++) {
          float[] gradient = Gradients.of(rank, step, length);
          for (int i = shards.get(owner).offset(); i < shards.get(owner).end(); i++) {
            float sent = gradient[i];
            if (rank != owner) {
              float exact = gradient[i] + residuals[rank][i];
              sent = round(exact);
              residuals[rank][i] = skipped ? 0 : exact - sent;
            }
            sum[i] = rank == 0 ? sent : sum[i] + sent;
          }
        }
      }
      if (!skipped) {
        sgd.apply(new FloatRange(0, length), sum, 0);
        for (int i = 0; i < length; i++) {
          copies[i] += round(master.weights().get(i) - copies[i]);
        }
      }
    }
  }

  /** Hands the gradient over in shuffled pieces, and waits until all have: the round of flags. */
  private static void handOver(Exchange exchange, FlatMemory memory, long step) {
    memory.gradient().put(Gradients.of(exchange.rank(), step, memory.length()));
    Random random = new Random(exchange.rank() * 31L + step);
    List<FloatRange> pieces = new ArrayList<>();
    for (int from = 0; from < memory.length(); ) {
      int length = Math.min(memory.length() - from, 1 + random.nextInt(memory.length()));
      pieces.add(new FloatRange(from, length));
      from += length;
    }
    Collections.shuffle(pieces, random);
    pieces.forEach(exchange::reduceScatter);
    exchange.sum(new double[1]);
  }

  private static float[] train(
      Exchange exchange, FlatMemory memory, Gradients.Sgd sgd, long from, long to, long skipped) {
    for (long step = from; step < to; step++) {
      handOver(exchange, memory, step);
      if (step == skipped) {
        exchange.skip(step);
      } else {
        exchange.allGather(step, sgd);
      }
    }
    return Gradients.weights(memory);
  }

  @ParameterizedTest
  @CsvSource({"2,100003,-1", "3,1600001,2", "4,2500001,-1", "4,3,1", "2,1,-1"})
  void allRanksHaveTheSameBitsAndTheyAreThoseOfTheFormula(int worldSize, int floats, long skipped)
      throws Exception {
    Reference expected = new Reference(worldSize, floats);
    for (long step = 0; step < 5; step++) {
      expected.step(step, step == skipped);
    }
    try (Workers workers = new Workers(worldSize)) {
      List<Future<float[]>> runs =
          workers.startRounded(
              floats,
              0,
              (client, exchange, memory, rounding) ->
                  train(exchange, memory, new Gradients.Sgd(memory), 0, 5, skipped));
      for (float[] weights : Workers.results(runs)) {
        assertThat(weights).isEqualTo(expected.copies);
      }
    }
  }

  /** Weights, master weights, residual and momentum of a rank after some steps. */
  private record Saved(float[] weights, float[] master, float[] residual, float[] momentum) {}

  @Test
  void aRunThatIsResumedEndsWithTheSameBits() throws Exception {
    int floats = 50_001;
    List<Saved> saved;
    List<float[]> through;
    try (Workers workers = new Workers(2)) {
      List<Future<List<Object>>> runs =
          workers.startRounded(
              floats,
              0,
              (client, exchange, memory, rounding) -> {
                Gradients.Sgd sgd = new Gradients.Sgd(memory);
                float[] weights = train(exchange, memory, sgd, 0, 4, NEVER);
                Saved half =
                    new Saved(
                        weights,
                        rounding.master().clone(),
                        rounding.residual().clone(),
                        sgd.momentum().clone());
                return List.of(half, train(exchange, memory, sgd, 4, 8, NEVER));
              });
      List<List<Object>> results = Workers.results(runs);
      saved = results.stream().map(result -> (Saved) result.get(0)).toList();
      through = results.stream().map(result -> (float[]) result.get(1)).toList();
    }
    assertThat(saved.get(0).residual()).matches(e -> anyNotZero(e), "has something left out");
    try (Workers workers = new Workers(2)) {
      List<Future<float[]>> runs =
          workers.startRounded(
              floats,
              4,
              (client, exchange, memory, rounding) -> {
                Saved mine = saved.get(client.rank());
                memory.weights().put(mine.weights());
                copy(mine.master(), rounding.master());
                copy(mine.residual(), rounding.residual());
                Gradients.Sgd sgd = new Gradients.Sgd(memory);
                copy(mine.momentum(), sgd.momentum());
                return train(exchange, memory, sgd, 4, 8, NEVER);
              });
      for (float[] weights : Workers.results(runs)) {
        assertThat(weights).isEqualTo(through.get(0)).isEqualTo(through.get(1));
      }
    }
  }

  private static boolean anyNotZero(float[] values) {
    for (float value : values) {
      if (value != 0) {
        return true;
      }
    }
    return false;
  }

  private static void copy(float[] from, float[] into) {
    System.arraycopy(from, 0, into, 0, into.length);
  }

  /**
   * Gradients of a quadratic whose parts nearly cancel between two ranks: rounding each alone is
   * off by more than their sum, and only what is made up for lets the weights arrive. Steps are
   * small beside the weights, so that weights in bfloat16 would not move.
   */
  @Test
  void smallSlopesBetweenLargeGradientsAreFollowedToTheMinimum() throws Exception {
    int floats = 20_000;
    int steps = 800;
    try (Workers workers = new Workers(2)) {
      List<Future<float[]>> runs =
          workers.startRounded(
              floats,
              0,
              (client, exchange, memory, rounding) -> {
                FloatBuffer weights = memory.weights();
                float[] w = new float[floats];
                float[] g = new float[floats];
                for (int i = 0; i < floats; i++) {
                  weights.put(i, start(i));
                }
                rounding.begin(weights);
                for (long step = 0; step < steps; step++) {
                  weights.get(0, w);
                  for (int i = 0; i < floats; i++) {
                    float pull = (100 + i % 7) * (client.rank() == 0 ? 1 : -1);
                    g[i] = pull + (w[i] - minimum(i)) / 2;
                  }
                  memory.gradient().put(g);
                  exchange.reduceScatter(new FloatRange(0, floats));
                  exchange.allGather(
                      step,
                      (range, gradient, offset) -> {
                        for (int i = 0; i < range.length(); i++) {
                          int at = range.offset() + i;
                          weights.put(at, weights.get(at) - 1e-2f * gradient[offset + i]);
                        }
                      });
                }
                return Gradients.weights(memory);
              });
      List<float[]> ends = Workers.results(runs);
      assertThat(ends.get(0)).isEqualTo(ends.get(1));
      double worst = 0;
      for (int i = 0; i < floats; i++) {
        worst = Math.max(worst, Math.abs(ends.get(0)[i] - minimum(i)));
      }
      // A bfloat16 of a gradient is off by up to 0.25, and so would be the minimum; made up for in
      // the next step, only the last one counts, times the rate.
      assertThat(worst).isLessThan(1e-2);
    }
  }

  private static float start(int i) {
    return 1 + i % 100 / 100f;
  }

  private static float minimum(int i) {
    return 1 + i % 97 / 97f;
  }

  @Test
  void framesOfTheOtherFormatOrBesideTheBlocksAreRefused() {
    FlatMemory memory = FlatMemory.allocate(4 * Bfloat16.BLOCK);
    List<FloatRange> shards = Ranges.split(memory.length(), 2, Ranges.ALIGNMENT);
    Rounding rounding = Rounding.of(Wire.BFLOAT16, 2, shards.get(0), memory.length());
    List<Address> addresses = List.of(new Address("localhost", 1), new Address("localhost", 2));
    StepMonitor monitor =
        new StepMonitor(0, addresses, 0, Workers.LONG, Interruption.when(() -> false, "never"));
    FrameReceiver receiver =
        new ShardedExchange(
                Workers.ATTEMPT,
                0,
                memory,
                rounding,
                0,
                monitor,
                new PeerLinks(0, addresses, monitor))
            .receiver();
    assertThat(refusal(receiver, FrameHeader.Kind.GRADIENT, 0, Bfloat16.BLOCK))
        .contains("rank 0 takes BFLOAT16_GRADIENT and BFLOAT16_DIFFERENCE");
    assertThat(refusal(receiver, FrameHeader.Kind.BFLOAT16_GRADIENT, 64, Bfloat16.BLOCK))
        .contains("not of whole blocks of 8192 floats of the shard [0, 16384)");
    assertThat(refusal(receiver, FrameHeader.Kind.BFLOAT16_GRADIENT, 0, 100))
        .contains("not of whole blocks");
    assertThat(
            receiver.receive(
                new FrameHeader(
                    Workers.ATTEMPT,
                    FrameHeader.Kind.BFLOAT16_GRADIENT,
                    1,
                    0,
                    new FloatRange(Bfloat16.BLOCK, Bfloat16.BLOCK))))
        .isNotNull();
  }

  private static String refusal(
      FrameReceiver receiver, FrameHeader.Kind kind, int offset, int length) {
    try {
      receiver.receive(
          new FrameHeader(Workers.ATTEMPT, kind, 1, 0, new FloatRange(offset, length)));
      return "accepted";
    } catch (RefusedException e) {
      return e.getMessage();
    }
  }
}
