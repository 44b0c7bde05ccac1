package io.inverseform.job.allreduce;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The data path of one worker: streams its gradient to the shards' owners, sums and updates its own
 * shard, streams the new weights to its peers.
 *
 * <p>Why nothing is overwritten too early: a rank ends step s only with all shards' new weights of
 * s, which exist only after all ranks' gradients of s have been summed; so when anyone sends
 * gradients of s + 1, all slots of s are free, and when a shard is updated in s + 1, everybody has
 * had its weights of s.
 */
final class ShardedExchange implements Exchange {
  /** Floats summed and updated at a time: stays in the cache of one core. */
  static final int CHUNK = 1 << 13;

  private final String attempt;
  private final int rank;
  private final List<FloatRange> shards;
  private final FlatMemory memory;
  private final StepMonitor monitor;
  private final PeerLinks links;
  private final WireFormat format;
  private final Coverage given;
  private final Outbox outbox;
  private final GradientInbox gradients;
  private final WeightsInbox weights;
  private final SumInbox sums;
  private final FrameReceiver receiver;
  private final float[] chunk = new float[CHUNK];

  /** Of this rank's shard; made once, as a step walks through thousands of blocks. */
  private final List<Piece> pieces;

  /** Whether this step's sum of the shard is in the worker's memory already. */
  private boolean summed;

  /** What is sent as one frame, and what it is summed and updated by. */
  private record Piece(FloatRange range, List<FloatRange> blocks) {
    static List<Piece> of(FloatRange shard) {
      return Ranges.pieces(shard, MAX_FRAME).stream()
          .map(range -> new Piece(range, Ranges.pieces(range, CHUNK)))
          .toList();
    }
  }

  /** All of {@code memory} is split; the exchange can be used when {@code links} are connected. */
  ShardedExchange(
      String attempt,
      int rank,
      FlatMemory memory,
      Rounding rounding,
      long firstStep,
      StepMonitor monitor,
      PeerLinks links) {
    this.attempt = attempt;
    this.rank = rank;
    this.memory = memory;
    this.monitor = monitor;
    this.links = links;
    int worldSize = monitor.worldSize();
    this.shards = Ranges.split(memory.length(), worldSize, Ranges.ALIGNMENT);
    this.pieces = Piece.of(shards.get(rank));
    this.given = new Coverage(memory.whole());
    this.format =
        rounding.active() ? new Bfloat16Format(memory, rounding) : new Float32Format(memory);
    this.outbox = new Outbox(shards, format.block());
    this.gradients =
        new GradientInbox(rank, worldSize, shards.get(rank), memory, format, firstStep);
    this.weights = new WeightsInbox(rank, shards, format, given, firstStep);
    this.sums = new SumInbox(rank, worldSize);
    this.receiver =
        new FrameReceiver(attempt, rank, worldSize, monitor, format, gradients, weights, sums);
  }

  /** What the worker's server hands frames to. */
  FrameReceiver receiver() {
    return receiver;
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
          FrameHeader frame = new FrameHeader(attempt, format.gradients(), rank, step, piece);
          links.sendBulk(peer, frame, format.gradient(piece));
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
  public double gradientNorm(long endedStep) {
    requireEnd(endedStep);
    double squares = 0;
    for (Piece piece : pieces) {
      awaitGradients(piece.range(), "");
      for (FloatRange block : piece.blocks()) {
        gradients.sum(block, chunk);
        squares += Squares.sum(chunk, block.length());
        memory.writeGradient(block.offset(), block.length(), chunk);
      }
    }
    summed = true;
    return Math.sqrt(sum(new double[] {squares})[0]);
  }

  @Override
  public void allGather(long endedStep, RangeUpdate update) {
    requireEnd(endedStep);
    FloatRange shard = shards.get(rank);
    if (shard.isEmpty()) {
      monitor.update(gradients::nextStep);
    }
    for (Piece piece : pieces) {
      FloatRange range = piece.range();
      awaitGradients(range, "");
      for (FloatRange block : piece.blocks()) {
        sum(block);
        format.update(block, chunk, update);
      }
      if (range.end() == shard.end()) {
        // Before the last weights leave: who has them may send the next step's gradients at once.
        monitor.update(gradients::nextStep);
      }
      FrameHeader frame = new FrameHeader(attempt, format.weights(), rank, endedStep, range);
      peers().forEach(peer -> links.sendBulk(peer, frame, format.updated(range)));
    }
    for (int peer : peers()) {
      for (FloatRange piece : Ranges.pieces(shards.get(peer), MAX_FRAME)) {
        monitor.await("new weights of the other shards", () -> weights.missing(peer, piece));
        format.settle(piece);
      }
    }
    nextStep();
  }

  private void awaitGradients(FloatRange part, String why) {
    monitor.await(
        "gradients of its shard " + shards.get(rank) + why, () -> gradients.missing(part));
  }

  private void sum(FloatRange block) {
    if (summed) {
      memory.readGradient(block.offset(), block.length(), chunk);
    } else {
      gradients.sum(block, chunk);
    }
  }

  @Override
  public void skip(long endedStep) {
    requireEnd(endedStep);
    awaitGradients(shards.get(rank), ", to drop them");
    monitor.update(gradients::nextStep);
    // A barrier: nobody sends gradients of the next step, or overwrites those of this one, before
    // all slots are free.
    sum(new double[0]);
    format.drop();
    nextStep();
  }

  private void requireEnd(long endedStep) {
    monitor.update(() -> StepRules.requireEnd(given, endedStep, rank, monitor.step()));
  }

  private void nextStep() {
    summed = false;
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

  @Override
  public long sentBytes() {
    return links.sentBytes();
  }

  @Override
  public long receivedBytes() {
    return receiver.receivedBytes();
  }

  @Override
  public void onSent(TransferListener listener) {
    links.onSent(listener);
  }

  @Override
  public void close() {
    try {
      if (!monitor.hasFailed()) {
        monitor.await("confirmation of what it sent", links::unconfirmed);
      }
    } finally {
      receiver.close();
      links.close();
    }
  }
}
