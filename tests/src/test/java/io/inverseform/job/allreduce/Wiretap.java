package io.inverseform.job.allreduce;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Reads every packet that passes a network namespace, and looks for floats that it knows. */
final class Wiretap implements AutoCloseable {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int LARGEST_PACKET = 1 << 17;
  private static final int BUFFER = 64 << 20;

  private final Set<Long> known = new HashSet<>();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong plain = new AtomicLong();
  private final CountDownLatch listening = new CountDownLatch(1);
  private final Semaphore silence = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;
  private volatile Throwable failure;

  /** The system's calls; a failed one throws. */
  private interface Calls extends Library {
    int open(String path, int flags) throws LastErrorException;

    int setns(int namespace, int type) throws LastErrorException;

    int socket(int domain, int type, int protocol) throws LastErrorException;

    int setsockopt(int socket, int level, int name, byte[] value, int length)
        throws LastErrorException;

    NativeLong recv(int socket, byte[] buffer, NativeLong length, int flags);

    int close(int descriptor);
  }

  /**
   * Listens from now on.
   *
   * @param patterns vectors of which two neighbours at an even index tell that they travel in plain
   */
  Wiretap(Path namespace, float[]... patterns) throws InterruptedException {
    for (float[] pattern : patterns) {
      for (int i = 0; i + 1 < pattern.length; i += 2) {
        long low = Float.floatToRawIntBits(pattern[i]) & 0xffffffffL;
        known.add(low | (long) Float.floatToRawIntBits(pattern[i + 1]) << 32);
      }
    }
    // A thread's namespace is its own; its sockets stay there.
    thread = new Thread(() -> follow(namespace), "wiretap");
    thread.setDaemon(true);
    thread.start();
    if (!listening.await(20, TimeUnit.SECONDS) || failure != null) {
      throw new IllegalStateException("cannot listen in " + namespace, failure);
    }
  }

  private void follow(Path namespace) {
    try {
      Calls calls = Native.load("c", Calls.class);
      calls.setns(calls.open(namespace.toString(), 0), 0x40000000);
      // AF_PACKET, SOCK_RAW, every protocol.
      int socket = calls.socket(17, 3, 0x0300);
      // SO_RCVBUFFORCE, and SO_RCVTIMEO of 0.2 s.
      calls.setsockopt(socket, 1, 33, ints(BUFFER), 4);
      calls.setsockopt(socket, 1, 20, ints(0, 0, 200_000, 0), 16);
      listening.countDown();
      byte[] packet = new byte[LARGEST_PACKET];
      while (!closed) {
        int length = calls.recv(socket, packet, new NativeLong(packet.length), 0).intValue();
        if (length > 0) {
          look(packet, length);
        } else {
          silence.release();
        }
      }
      calls.close(socket);
    } catch (Throwable e) {
      failure = e;
    } finally {
      listening.countDown();
    }
  }

  private static byte[] ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.nativeOrder());
    bytes.asIntBuffer().put(values);
    return bytes.array();
  }

  private void look(byte[] packet, int length) {
    bytes.addAndGet(length);
    for (int at = 0; at + Long.BYTES <= length; at++) {
      if (known.contains((long) LONG.get(packet, at))) {
        plain.incrementAndGet();
        return;
      }
    }
  }

  /** Waits until it has read all that has passed. */
  void awaitSilence() throws InterruptedException {
    silence.drainPermits();
    if (!silence.tryAcquire(60, TimeUnit.SECONDS)) {
      throw new AssertionError("there is no end of packets: " + bytes + " bytes", failure);
    }
  }

  /** Bytes of all packets so far. */
  long bytes() {
    return bytes.get();
  }

  /** Packets so far in which a known float was to be read. */
  long plain() {
    return plain.get();
  }

  @Override
  public void close() {
    closed = true;
    if (failure != null) {
      throw new IllegalStateException("the wiretap failed", failure);
    }
  }
}
