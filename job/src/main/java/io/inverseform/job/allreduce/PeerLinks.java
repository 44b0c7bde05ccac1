package io.inverseform.job.allreduce;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.spark.network.buffer.NioManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;

/**
 * This worker's outgoing connections: two to every peer, so that a small sum never waits behind a
 * stream of gradients. Nothing here blocks but {@link #connect}; a failed send marks its rank as
 * lost.
 */
final class PeerLinks {
  private record Link(TransportClient small, TransportClient bulk) {}

  private final int rank;
  private final List<Address> peers;
  private final StepMonitor monitor;
  private final Link[] links;
  private final Map<TransportClient, Integer> rankOf = new ConcurrentHashMap<>();
  private final int[] inFlight;
  private final LongAdder sentBytes = new LongAdder();
  private volatile TransferListener listener = (what, peer, range, start, end) -> {};

  PeerLinks(int rank, List<Address> peers, StepMonitor monitor) {
    this.rank = rank;
    this.peers = peers;
    this.monitor = monitor;
    this.links = new Link[peers.size()];
    this.inFlight = new int[peers.size()];
  }

  /** Opens all connections at once; fails with the first that fails. */
  CompletableFuture<Void> connect(Transport transport) {
    CompletableFuture<?>[] all = new CompletableFuture<?>[peers.size()];
    for (int r = 0; r < peers.size(); r++) {
      int peer = r;
      all[r] =
          peer == rank
              ? CompletableFuture.completedFuture(null)
              : Calls.onThread("connect-" + peer, () -> open(transport, peer));
    }
    return CompletableFuture.allOf(all);
  }

  private Void open(Transport transport, int peer) {
    Link link = new Link(transport.connect(peers.get(peer)), transport.connect(peers.get(peer)));
    links[peer] = link;
    rankOf.put(link.small(), peer);
    rankOf.put(link.bulk(), peer);
    return null;
  }

  /**
   * A connection ended; called on a network thread. Only those that this rank opened tell that a
   * peer is lost: anybody can open and close one to here.
   */
  void disconnected(TransportClient client) {
    Integer peer = rankOf.get(client);
    if (peer != null) {
      monitor.lost(
          peer, new ExchangeException("the connection to " + monitor.name(peer) + " was closed"));
    }
  }

  void sendSmall(int peer, FrameHeader frame, ByteBuffer body) {
    send(links[peer].small(), peer, frame, body);
  }

  /** The body is read while it is sent: it must stay as it is until the peer must have it. */
  void sendBulk(int peer, FrameHeader frame, ByteBuffer body) {
    send(links[peer].bulk(), peer, frame, body);
  }

  private void send(TransportClient client, int peer, FrameHeader frame, ByteBuffer body) {
    monitor.update(() -> inFlight[peer]++);
    sentBytes.add(body.remaining());
    long start = System.nanoTime();
    client.uploadStream(
        new NioManagedBuffer(frame.encode()),
        new NioManagedBuffer(body),
        new RpcResponseCallback() {
          @Override
          public void onSuccess(ByteBuffer response) {
            listener.sent(frame.kind().label(), peer, frame.range(), start, System.nanoTime());
            monitor.update(() -> inFlight[peer]--);
          }

          @Override
          public void onFailure(Throwable cause) {
            monitor.update(() -> inFlight[peer]--);
            monitor.lost(peer, cause);
          }
        });
  }

  /** Bodies of all frames so far. */
  long sentBytes() {
    return sentBytes.sum();
  }

  /** Tells of every frame that a peer confirms from now on. */
  void onSent(TransferListener hears) {
    listener = hears;
  }

  /** Ranks, not lost, that have not confirmed all they were sent. Call under the monitor's lock. */
  BitSet unconfirmed() {
    BitSet ranks = new BitSet(inFlight.length);
    for (int r = 0; r < inFlight.length; r++) {
      ranks.set(r, inFlight[r] > 0 && !monitor.isLost(r));
    }
    return ranks;
  }

  void close() {
    rankOf.keySet().forEach(TransportClient::close);
  }
}
