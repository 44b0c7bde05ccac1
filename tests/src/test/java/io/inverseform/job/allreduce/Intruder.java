package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.network.buffer.NioManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.NoOpRpcHandler;

/** What somebody might do to a worker, or to the coordinator, who can reach its port. */
final class Intruder {
  private static final int PATIENCE_MILLIS = 20_000;

  private Intruder() {}

  static ByteBuffer gradient(String attempt, int sender, long step, int offset, int length) {
    return new FrameHeader(
            attempt, FrameHeader.Kind.GRADIENT, sender, step, new FloatRange(offset, length))
        .encode();
  }

  private static Transport transport(SparkConf conf) {
    return new Transport(
        conf,
        Workers.security(conf),
        Listen.on("localhost"),
        Duration.ofSeconds(10),
        new NoOpRpcHandler());
  }

  /** Sends one stream and returns the refusal. */
  static String refusal(Address victim, SparkConf conf, ByteBuffer header, int bodyBytes)
      throws Exception {
    CompletableFuture<String> answer = new CompletableFuture<>();
    try (Transport transport = transport(conf)) {
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
      return answer.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Connects and, with {@code spark.authenticate}, authenticates; returns the refusal. */
  static String connecting(Address victim, SparkConf conf) {
    try (Transport transport = transport(conf)) {
      transport.connect(victim);
      return "connected";
    } catch (ExchangeException e) {
      return e.getMessage();
    }
  }

  /**
   * Announces a frame and sends it until the other side has enough; returns the bytes it could
   * send.
   */
  static long sendUntilClosed(Address victim, long announced) throws IOException {
    long sent = 0;
    try (Socket socket = new Socket(victim.host(), victim.port())) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      OutputStream out = socket.getOutputStream();
      out.write(ByteBuffer.allocate(8).putLong(announced).array());
      byte[] block = new byte[1 << 16];
      while (sent < 256L << 20) {
        out.write(block);
        sent += block.length;
      }
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException closed) {
      return sent;
    }
    return sent;
  }

  /** Sends what is no message at all, and waits until the other side has closed the connection. */
  static void sendGarbage(Address victim, long seed) throws IOException {
    byte[] garbage = new byte[1 << 20];
    new Random(seed).nextBytes(garbage);
    // The length of a frame is taken as it is: nobody sends frames of a negative one.
    garbage[0] = (byte) 0xff;
    sendUntilClosed(victim, garbage);
  }

  /** Sends bytes, and reads answers until the other side has closed the connection. */
  static void sendUntilClosed(Address victim, byte[] bytes) throws IOException {
    try (Socket socket = new Socket(victim.host(), victim.port())) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(bytes);
      InputStream in = socket.getInputStream();
      while (in.read() >= 0) {
        // An answer to the replayed beginning.
      }
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException closed) {
      // The rest of what was sent lay unread.
    }
  }

  /** What a worker that has the secret sends to {@code victim} with one stream, byte by byte. */
  static byte[] record(Address victim, SparkConf conf, ByteBuffer header, int bodyBytes)
      throws Exception {
    ByteArrayOutputStream recorded = new ByteArrayOutputStream();
    try (ServerSocket relay = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread thread = new Thread(() -> relay(relay, victim, recorded), "recording relay");
      thread.start();
      refusal(
          new Address(relay.getInetAddress().getHostAddress(), relay.getLocalPort()),
          conf,
          header,
          bodyBytes);
      thread.join(PATIENCE_MILLIS);
      assertThat(thread.isAlive()).as("the relay has ended").isFalse();
    }
    return recorded.toByteArray();
  }

  private static void relay(ServerSocket relay, Address victim, OutputStream recorded) {
    try (Socket client = relay.accept();
        Socket server = new Socket(victim.host(), victim.port())) {
      Thread answers = new Thread(() -> copy(server, client, OutputStream.nullOutputStream()));
      answers.start();
      copy(client, server, recorded);
    } catch (IOException e) {
      // One side has gone.
    }
  }

  private static void copy(Socket from, Socket to, OutputStream copy) {
    byte[] buffer = new byte[8192];
    try {
      InputStream in = from.getInputStream();
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        copy.write(buffer, 0, n);
        to.getOutputStream().write(buffer, 0, n);
      }
    } catch (IOException e) {
      // One side has gone.
    }
  }
}
