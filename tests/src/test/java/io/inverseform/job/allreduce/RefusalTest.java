package io.inverseform.job.allreduce;

import static io.inverseform.job.allreduce.Intruder.gradient;
import static io.inverseform.job.allreduce.Intruder.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An intruder talks to rank 0 in the middle of a run: it is refused, and the run ends with the
 * right bits.
 */
class RefusalTest {
  private static final int FLOATS = 5000;
  private static final int STEPS = 6;

  /** What the intruder does; called by rank 0 after its first step. */
  private interface Disturbance {
    void disturb(Address victim, Address coordinator) throws Exception;
  }

  private static void runWith(SparkConf conf, Disturbance intruder) throws Exception {
    float[] expected = Gradients.expected(2, 0, STEPS, FLOATS, -1);
    CountDownLatch disturbed = new CountDownLatch(1);
    try (Workers workers = new Workers(2, conf)) {
      List<Future<float[]>> runs =
          workers.start(
              FLOATS,
              0,
              (client, exchange, memory) -> {
                Gradients.Sgd sgd = new Gradients.Sgd(memory);
                for (long step = 0; step < STEPS; step++) {
                  memory.gradient().put(Gradients.of(client.rank(), step, FLOATS));
                  exchange.reduceScatter(new FloatRange(0, FLOATS));
                  exchange.sum(new double[1]);
                  exchange.allGather(step, sgd);
                  if (step == 1 && client.rank() == 0) {
                    intruder.disturb(client.peers().get(0), workers.coordinator.address());
                    disturbed.countDown();
                  }
                  if (step == 1) {
                    // Nothing of step 2 is under way while the intruder is at work.
                    assertThat(disturbed.await(30, TimeUnit.SECONDS)).isTrue();
                  }
                  client.progress(step, "");
                }
                return Gradients.weights(memory);
              });
      for (float[] weights : Workers.results(runs)) {
        assertThat(weights).isEqualTo(expected);
      }
      assertThat(workers.coordinator.failure()).isEmpty();
    }
  }

  @Test
  void framesThatDoNotBelongAreRefusedWithoutHarm() throws Exception {
    String mine = Workers.ATTEMPT;
    SparkConf conf = Workers.conf();
    runWith(
        conf,
        (victim, coordinator) -> {
          assertThat(
                  refusal(
                      victim, conf, ByteBuffer.wrap("GET / HTTP/1.1\r\n".getBytes("UTF-8")), 10))
              .contains("no frame header");
          assertThat(refusal(victim, conf, ByteBuffer.allocate(100), 10))
              .contains("no frame header of version 1: magic 00000000");
          assertThat(refusal(victim, conf, gradient("attempt-0", 1, 2, 0, 64), 256))
              .contains("attempt 'attempt-0' is not the running one, 'attempt-1'");
          assertThat(refusal(victim, conf, gradient(mine, 1, 0, 0, 64), 256))
              .contains("GRADIENT [0, 64) of step 0 from rank 1: this shard collects step 2");
          assertThat(refusal(victim, conf, gradient(mine, 7, 2, 0, 64), 256))
              .contains("no peer of rank 0 of 2");
          assertThat(refusal(victim, conf, gradient(mine, 1, 2, 0, 500_000_000), 256))
              .contains("a frame has 1 to " + Exchange.MAX_FRAME + " floats");
          assertThat(refusal(victim, conf, gradient(mine, 1, 2, 4000, 64), 256))
              .contains("outside the shard [0, 2496), or has come before");
          assertThat(
                  refusal(
                      victim,
                      conf,
                      new FrameHeader(
                              mine, FrameHeader.Kind.WEIGHTS, 1, 2, new FloatRange(2496, 64))
                          .encode(),
                      256))
              .contains("rank 0 is in step 2, before its end");
          assertThat(
                  refusal(
                      victim,
                      conf,
                      new FrameHeader(mine, FrameHeader.Kind.SUM, 1, 9, new FloatRange(0, 1))
                          .encode(),
                      8))
              .contains("this rank collects round 2");
        });
  }

  @Test
  void bodiesThatDoNotFitTheirHeaderAreRefusedWithoutHarm() throws Exception {
    SparkConf conf = Workers.conf();
    runWith(
        conf,
        (victim, coordinator) -> {
          // The real gradient of step 2 comes later and must find its place free.
          assertThat(refusal(victim, conf, gradient(Workers.ATTEMPT, 1, 2, 0, 64), 255))
              .contains("the body ends 1 bytes before");
          assertThat(refusal(victim, conf, gradient(Workers.ATTEMPT, 1, 2, 0, 64), 257))
              .contains("longer than the 256 bytes of its header");
        });
  }

  @Test
  void anAnnouncedFrameOfTwoGigabytesIsRefusedBeforeItIsGathered() throws Exception {
    for (SparkConf conf : List.of(Workers.conf(), Workers.authenticated("secret"))) {
      runWith(
          conf,
          (victim, coordinator) -> {
            for (Address address : List.of(victim, coordinator)) {
              assertThat(Intruder.sendUntilClosed(address, Integer.MAX_VALUE - 100L))
                  .isLessThan(64L << 20);
              assertThat(Intruder.sendUntilClosed(address, 1L << 40)).isLessThan(64L << 20);
              Intruder.sendGarbage(address, 1);
            }
          });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"AES/CTR/NoPadding", "AES/GCM/NoPadding", ""})
  void withAuthenticationTheRunIsTheSameAndAStrangerIsRefused(String cipher) throws Exception {
    SparkConf conf = withCipher("secret-of-the-application", cipher);
    runWith(
        conf,
        (victim, coordinator) -> {
          for (Address address : List.of(victim, coordinator)) {
            assertThat(Intruder.connecting(address, withCipher("another-secret", cipher)))
                .contains("spark.authenticate");
            assertThat(refusal(address, Workers.conf(), old(), 256))
                .contains("Unauthenticated call");
          }
          assertThat(refusal(victim, conf, old(), 256))
              .contains("GRADIENT [0, 64) of step 0 from rank 1: this shard collects step 2");
        });
  }

  private static SparkConf withCipher(String secret, String cipher) {
    return Workers.authenticated(secret)
        .set("spark.network.crypto.enabled", "" + !cipher.isEmpty())
        .set("spark.network.crypto.cipher", cipher);
  }

  private static ByteBuffer old() {
    return gradient(Workers.ATTEMPT, 1, 0, 0, 64);
  }

  @Test
  void whatWasRecordedOfAWorkersConnectionIsGarbageOnAnother() throws Exception {
    SparkConf conf = Workers.authenticated("secret");
    runWith(
        conf,
        (victim, coordinator) -> {
          byte[] recorded = Intruder.record(victim, conf, old(), 256);
          assertThat(recorded).hasSizeGreaterThan(256);
          Intruder.sendUntilClosed(victim, recorded);
          Intruder.sendUntilClosed(coordinator, recorded);
        });
  }

  @Test
  void whoWouldNotEncryptIsRefusedThoughHeHasTheSecret() throws Exception {
    SparkConf clear = Workers.authenticated("secret").set("spark.network.crypto.enabled", "false");
    runWith(
        Workers.authenticated("secret"),
        (victim, coordinator) -> {
          assertThat(Intruder.connecting(victim, clear)).contains("spark.authenticate");
          assertThat(Intruder.connecting(coordinator, clear)).contains("spark.authenticate");
        });
  }
}
