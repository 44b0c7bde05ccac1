package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.network.buffer.NioManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.junit.jupiter.api.Test;

/**
 * An intruder talks to rank 0 in the middle of a run: it is refused, and the run ends with the
 * right bits.
 */
class RefusalTest {
  private static final int FLOATS = 5000;
  private static final int STEPS = 6;

  /** What the intruder does; called by rank 0 after its first step. */
  private interface Intruder {
    void disturb(Address victim) throws Exception;
  }

  private static void runWith(SparkConf conf, Intruder intruder) throws Exception {
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
                    intruder.disturb(client.peers().get(0));
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

  /** Sends one stream and returns the refusal. */
  private static String refusal(Address victim, SparkConf conf, ByteBuffer header, int bodyBytes)
      throws Exception {
    CompletableFuture<String> answer = new CompletableFuture<>();
    try (Transport transport =
        new Transport(
            conf,
            Workers.security(conf),
            "localhost",
            "localhost",
            Duration.ofSeconds(10),
            new NoOpRpcHandler())) {
      TransportClient client = transport.connect(victim);
      client.uploadStream(
          new NioManagedBuffer(header),
          new NioManagedBuffer(ByteBuffer.allocate(bodyBytes)),
          new RpcResponseCallback() {
            @Override
            public void onSuccess(ByteBuffer response) {
              answer.complete("accepted");
            }

            @Override
            public void onFailure(Throwable cause) {
              answer.complete(cause.getMessage());
            }
          });
      return answer.get(20, TimeUnit.SECONDS);
    }
  }

  private static ByteBuffer gradient(
      String attempt, int sender, long step, int offset, int length) {
    return new FrameHeader(
            attempt, FrameHeader.Kind.GRADIENT, sender, step, new FloatRange(offset, length))
        .encode();
  }

  @Test
  void framesThatDoNotBelongAreRefusedWithoutHarm() throws Exception {
    String mine = Workers.ATTEMPT;
    SparkConf conf = Workers.conf();
    runWith(
        conf,
        victim -> {
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
              .contains("a frame has 1 to " + ShardedExchange.PIECE + " floats");
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
        victim -> {
          // The real gradient of step 2 comes later and must find its place free.
          assertThat(refusal(victim, conf, gradient(Workers.ATTEMPT, 1, 2, 0, 64), 255))
              .contains("the body ends 1 bytes before");
          assertThat(refusal(victim, conf, gradient(Workers.ATTEMPT, 1, 2, 0, 64), 257))
              .contains("longer than the 256 bytes of its header");
        });
  }

  @Test
  void anAnnouncedFrameOfTwoGigabytesIsRefusedBeforeItIsGathered() throws Exception {
    runWith(
        Workers.conf(),
        victim -> {
          try (Socket socket = new Socket(victim.host(), victim.port())) {
            socket.setSoTimeout(20_000);
            assertThat(sendUntilClosed(socket, Integer.MAX_VALUE - 100L)).isLessThan(64L << 20);
          }
          try (Socket socket = new Socket(victim.host(), victim.port())) {
            socket.setSoTimeout(20_000);
            assertThat(sendUntilClosed(socket, 1L << 40)).isLessThan(64L << 20);
          }
        });
  }

  /**
   * Announces a frame and sends it until the other side has enough; returns the bytes it could
   * send.
   */
  private static long sendUntilClosed(Socket socket, long announced) throws IOException {
    OutputStream out = socket.getOutputStream();
    InputStream in = socket.getInputStream();
    long sent = 0;
    try {
      out.write(ByteBuffer.allocate(8).putLong(announced).array());
      byte[] block = new byte[1 << 16];
      while (sent < 256L << 20) {
        out.write(block);
        sent += block.length;
      }
      assertThat(in.read()).isEqualTo(-1);
    } catch (IOException closed) {
      return sent;
    }
    return sent;
  }

  @Test
  void withAuthenticationTheRunIsTheSameAndAStrangerIsRefused() throws Exception {
    SparkConf conf = Workers.authenticated("secret-of-the-application");
    runWith(
        conf,
        victim -> {
          SparkConf wrong = Workers.authenticated("another-secret");
          assertThat(connecting(victim, wrong)).contains("spark.authenticate");
          SparkConf none = Workers.conf();
          assertThat(refusal(victim, none, gradient(Workers.ATTEMPT, 1, 2, 0, 64), 256))
              .contains("Unauthenticated call");
        });
  }

  @Test
  void withAuthenticationButNoEncryptionAStrangerIsRefusedToo() throws Exception {
    SparkConf conf =
        Workers.authenticated("secret-of-the-application")
            .set("spark.network.crypto.enabled", "false");
    runWith(
        conf,
        victim -> {
          SparkConf wrong =
              Workers.authenticated("another-secret").set("spark.network.crypto.enabled", "false");
          assertThat(connecting(victim, wrong)).contains("spark.authenticate");
          assertThat(refusal(victim, Workers.conf(), gradient(Workers.ATTEMPT, 1, 2, 0, 64), 256))
              .contains("Unauthenticated call");
        });
  }

  private static String connecting(Address victim, SparkConf conf) {
    try (Transport transport =
        new Transport(
            conf,
            Workers.security(conf),
            "localhost",
            "localhost",
            Duration.ofSeconds(10),
            new NoOpRpcHandler())) {
      transport.connect(victim);
      return "connected";
    } catch (ExchangeException e) {
      return e.getMessage();
    }
  }
}
