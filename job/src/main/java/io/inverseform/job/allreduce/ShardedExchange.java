package io.inverseform.job.allreduce;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.network.client.StreamCallbackWithID;
import org.apache.spark.network.client.TransportClient;

/**
 * The data path of one worker: streams its gradient to the shards' owners, sums and updates its own
 * shard, streams the new weights to its peers.
 *
 * <p>Why nothing is overwritten too early: a rank ends step s only with all shards' new weights of
 * s, which exist only after all ranks' gradients of s have been summed; so when anyone sends
 * gradients of s + 1, all slots of s are free, and when a shard is updated in s + 1, everybody has
 * had its weights of s.
 */
final class ShardedExchange implements Exchange, IncomingStream.End {
  /** Floats summed and updated at a time: stays in the cache of one core. */
  static final int CHUNK = 1 << 15;

  /** Most floats in a frame. */
  static final int PIECE = 1 << 20;

  private final String attempt;
  private final int rank;
  private final List<FloatRange> shards;
  private final FlatMemory memory;
  private final StepMonitor monitor;
  private final PeerLinks links;
  private final Coverage given;
  private final Outbox outbox;
  private final GradientInbox gradients;
  private final WeightsInbox weights;
  private final SumInbox sums;
  private final float[] chunk = new float[CHUNK];

  /** All of {@code memory} is split; the exchange can be used when {@code links} are connected. */
  ShardedExchange(
      String attempt,
      int rank,
      FlatMemory memory,
      long firstStep,
      int worldSize,
      StepMonitor monitor,
      PeerLinks links) {
    this.attempt = attempt;
    this.rank = rank;
    this.memory = memory;
    this.monitor = monitor;
    this.links = links;
    this.shards = Ranges.split(memory.length(), worldSize, Ranges.ALIGNMENT);
    this.given = new Coverage(memory.whole());
    this.outbox = new Outbox(shards);
    this.gradients = new GradientInbox(rank, worldSize, shards.get(rank), memory, firstStep);
    this.weights = new WeightsInbox(rank, shards, memory);
    this.sums = new SumInbox(rank, worldSize);
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int worldSize() {
    return shards.size();
  }

  @Override
  public void reduceScatter(FloatRange range) {
    Map<FloatRange, Integer> send = new LinkedHashMap<>();
    long step =
        monitor.locked(
            () -> {
              StepRules.give(given, range, rank, monitor.step());
              gradients.own(range.intersection(shards.get(rank)));
              for (int peer : peers()) {
                FloatRange part = range.intersection(shards.get(peer));
                outbox.add(peer, part, given.isComplete()).forEach(piece -> send.put(piece, peer));
              }
              return monitor.step();
            });
    send.forEach(
        (piece, peer) -> {
          FrameHeader frame =
              new FrameHeader(attempt, FrameHeader.Kind.GRADIENT, rank, step, piece);
          links.sendBulk(peer, frame, memory.gradientBytes(piece));
        });
  }

  @Override
  public double[] sum(double[] values) {
    StepRules.requireSummable(values);
    double[] own = values.clone();
    ByteBuffer body = ByteBuffer.allocate(own.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    body.asDoubleBuffer().put(own);
    long round = monitor.locked(sums::round);
    for (int peer : peers()) {
      FrameHeader frame =
          new FrameHeader(
              attempt, FrameHeader.Kind.SUM, rank, round, new FloatRange(0, own.length));
      links.sendSmall(peer, frame, body.duplicate());
    }
    monitor.await("the sum of " + own.length + " values (round " + round + ")", sums::missing);
    return monitor.locked(() -> sums.sum(own));
  }

  @Override
  public void allGather(long endedStep, RangeUpdate update) {
    requireEnd(endedStep);
    FloatRange shard = shards.get(rank);
    if (shard.isEmpty()) {
      monitor.update(gradients::nextStep);
    }
    for (FloatRange piece : Ranges.pieces(shard, PIECE)) {
      for (FloatRange part : Ranges.pieces(piece, CHUNK)) {
        monitor.await("gradients of its shard " + shard, () -> gradients.missing(part));
        gradients.sum(part, chunk);
        update.apply(part, chunk, 0);
      }
      if (piece.end() == shard.end()) {
        // Before the last weights leave: who has them may send the next step's gradients at once.
        monitor.update(gradients::nextStep);
      }
      FrameHeader frame =
          new FrameHeader(attempt, FrameHeader.Kind.WEIGHTS, rank, endedStep, piece);
      peers().forEach(peer -> links.sendBulk(peer, frame, memory.weightBytes(piece)));
    }
    monitor.await("new weights of the other shards", weights::missing);
    nextStep();
  }

  @Override
  public void skip(long endedStep) {
    requireEnd(endedStep);
    FloatRange shard = shards.get(rank);
    monitor.await(
        "gradients of its shard " + shard + ", to drop them", () -> gradients.missing(shard));
    monitor.update(gradients::nextStep);
    // A barrier: nobody sends gradients of the next step, or overwrites those of this one, before
    // all slots are free.
    sum(new double[0]);
    nextStep();
  }

  private void requireEnd(long endedStep) {
    monitor.update(() -> StepRules.requireEnd(given, endedStep, rank, monitor.step()));
  }

  private void nextStep() {
    monitor.update(
        () -> {
          given.clear();
          weights.nextStep();
          monitor.nextStep();
        });
  }

  /** All other ranks, beginning behind this one so that not all send to the same rank first. */
  private List<Integer> peers() {
    List<Integer> peers = new ArrayList<>(shards.size() - 1);
    for (int i = 1; i < shards.size(); i++) {
      peers.add((rank + i) % shards.size());
    }
    return peers;
  }

  /**
   * A peer is about to send; called on a network thread.
   *
   * @throws RefusedException if this rank does not expect it; nothing has changed then
   */
  StreamCallbackWithID receive(FrameHeader frame) {
    if (!frame.attempt().equals(attempt)) {
      throw new RefusedException(
          frame + ": attempt '" + frame.attempt() + "' is not the running one, '" + attempt + "'");
    }
    if (frame.sender() < 0 || frame.sender() >= shards.size() || frame.sender() == rank) {
      throw new RefusedException(frame + ": no peer of rank " + rank + " of " + shards.size());
    }
    if (frame.kind() != FrameHeader.Kind.SUM
        && (frame.range().isEmpty() || frame.range().length() > PIECE)) {
      throw new RefusedException(frame + ": a frame has 1 to " + PIECE + " floats");
    }
    ByteBuffer place = monitor.locked(() -> claim(frame));
    return new IncomingStream(frame, place, this);
  }

  private ByteBuffer claim(FrameHeader frame) {
    return switch (frame.kind()) {
      case GRADIENT -> gradients.claim(frame);
      case SUM -> sums.claim(frame);
      case WEIGHTS -> {
        if (frame.number() != monitor.step() || !given.isComplete()) {
          throw new RefusedException(
              frame
                  + ": rank "
                  + rank
                  + " is in step "
                  + monitor.step()
                  + (given.isComplete() ? "" : ", before its end"));
        }
        yield weights.claim(frame);
      }
    };
  }

  @Override
  public void complete(FrameHeader frame) {
    monitor.update(
        () -> {
          switch (frame.kind()) {
            case GRADIENT -> gradients.arrived(frame);
            case WEIGHTS -> weights.arrived(frame);
            case SUM -> sums.arrived(frame);
          }
        });
  }

  @Override
  public void broken(FrameHeader frame) {
    monitor.update(
        () -> {
          switch (frame.kind()) {
            case GRADIENT -> gradients.release(frame);
            case WEIGHTS -> weights.release(frame);
            case SUM -> sums.release(frame);
          }
        });
  }

  /**
   * A connection ended; called on a network thread. Only those that this rank opened tell that a
   * peer is lost: anybody can open and close one to here.
   */
  void disconnected(TransportClient client) {
    Integer peer = links.rankOf(client);
    if (peer != null) {
      monitor.lost(
          peer, new ExchangeException("the connection to " + monitor.name(peer) + " was closed"));
    }
  }

  @Override
  public void close() {
    try {
      if (!monitor.hasFailed()) {
        monitor.await("confirmation of what it sent", this::unconfirmed);
      }
    } finally {
      links.close();
    }
  }

  private BitSet unconfirmed() {
    BitSet ranks = new BitSet(shards.size());
    peers().stream()
        .filter(peer -> links.hasInFlight(peer) && !monitor.isLost(peer))
        .forEach(ranks::set);
    return ranks;
  }
}
