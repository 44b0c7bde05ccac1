package io.inverseform.job;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bad network in front of an S3 server. Of its connections, a fixed seed tells some that the
 * server is busy, cuts most after some bytes in either direction, within whatever is being sent
 * then, and leaves the others enough for any one request of the tests. Bytes pass unchanged, so
 * that signatures stay valid.
 */
public final class FlakyProxy implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 64;
  private static final int MAX_REQUEST_HEAD = 1 << 16;
  private static final double BUSY = 0.15;
  private static final double CUT = 0.5;
  private static final int CUT_WITHIN_BYTES = 40_000;
  private static final String SLOW_DOWN =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>SlowDown</Code>"
          + "<Message>Please reduce your request rate.</Message></Error>";

  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final ExecutorService relays = Executors.newFixedThreadPool(2 * MAX_CONNECTIONS);
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger busy = new AtomicInteger();
  private final AtomicInteger cut = new AtomicInteger();
  private final Thread acceptor;
  private final Random random;
  private final int serverPort;
  private final int lastBytes;
  private final double busyShare;
  private final double cutShare;
  private volatile boolean failing;

  /** Listens on a free port; hands everything on as it is, until it is told to {@link #fail}. */
  public FlakyProxy(int serverPort) throws IOException {
    this(serverPort, 0, Integer.MAX_VALUE, 0, 0);
  }

  /**
   * Listens on a free port.
   *
   * @param lastBytes after which the connections are cut that are not cut early; more than any one
   *     request needs
   */
  public FlakyProxy(int serverPort, long seed, int lastBytes) throws IOException {
    this(serverPort, seed, lastBytes, BUSY, CUT);
  }

  private FlakyProxy(int serverPort, long seed, int lastBytes, double busyShare, double cutShare)
      throws IOException {
    this.busyShare = busyShare;
    this.cutShare = cutShare;
    this.serverPort = serverPort;
    this.lastBytes = lastBytes;
    random = new Random(seed);
    acceptor = new Thread(this::accept, "flaky proxy");
    acceptor.setDaemon(true);
    acceptor.start();
  }

  /** Where it listens. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Requests that were told that the server is busy. */
  public int busy() {
    return busy.get();
  }

  /** Connections that were cut. */
  public int cut() {
    return cut.get();
  }

  /** From now on cuts all connections and refuses all requests, or no longer. */
  public void fail(boolean now) {
    failing = now;
    for (Connection connection : now ? connections : Set.<Connection>of()) {
      try {
        connection.client.setSoLinger(true, 0);
        connection.close();
      } catch (IOException e) {
        // It has ended by itself.
      }
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        double draw = random.nextDouble();
        if (failing || draw < busyShare) {
          relays.execute(() -> refuse(client));
        } else if (connections.size() < MAX_CONNECTIONS) {
          int bytes =
              draw < busyShare + cutShare ? 1 + random.nextInt(CUT_WITHIN_BYTES) : lastBytes;
          connect(client, bytes);
        } else {
          client.close();
        }
      } catch (IOException e) {
        // The listener was closed, or a client has gone: the next one is none the worse.
      }
    }
  }

  private void refuse(Socket client) {
    try (client) {
      client.setSoTimeout(10_000);
      String head = head(client.getInputStream());
      String body = head.startsWith("HEAD ") ? "" : SLOW_DOWN;
      String answer =
          "HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\n"
              + "Content-Length: %d\r\n\r\n%s".formatted(body.length(), body);
      busy.incrementAndGet();
      client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      // The client has gone.
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < MAX_REQUEST_HEAD && head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the request ends within its head");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private void connect(Socket client, int bytes) throws IOException {
    Connection connection;
    try {
      connection =
          new Connection(
              client,
              new Socket(InetAddress.getLoopbackAddress(), serverPort),
              new AtomicLong(bytes));
    } catch (IOException e) {
      client.close();
      throw e;
    }
    connections.add(connection);
    if (failing) {
      // It was told so since this one was accepted.
      connection.close();
    }
    relays.execute(() -> relay(connection, connection.client, connection.server));
    relays.execute(() -> relay(connection, connection.server, connection.client));
  }

  private record Connection(Socket client, Socket server, AtomicLong bytesLeft)
      implements AutoCloseable {
    @Override
    public void close() throws IOException {
      try (client) {
        server.close();
      }
    }
  }

  private void relay(Connection connection, Socket from, Socket to) {
    byte[] buffer = new byte[8192];
    try (connection) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        long left = connection.bytesLeft.addAndGet(-n);
        out.write(buffer, 0, (int) Math.max(0, Math.min(n, n + left)));
        if (left <= 0) {
          cut.incrementAndGet();
          // A reset: without TLS, the head of an answer that merely ends would pass for a whole
          // one.
          connection.client.setSoLinger(true, 0);
          connection.server.setSoLinger(true, 0);
          return;
        }
      }
    } catch (IOException e) {
      // One side has gone, and the other goes with it.
    } finally {
      connections.remove(connection);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Connection connection : connections) {
      connection.close();
    }
    relays.shutdownNow();
  }
}
