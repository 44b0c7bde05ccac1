package io.inverseform.job.allreduce;

import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The receiving side of an exchange: decides which inbox a frame goes to, and refuses strangers.
 */
final class FrameReceiver {
  private final String attempt;
  private final int rank;
  private final int worldSize;
  private final StepMonitor monitor;
  private final WireFormat format;
  private final Inbox gradients;
  private final Inbox weights;
  private final Inbox sums;

  /** Held by who writes into the worker's memory, which is freed behind {@link #close}. */
  private final ReadWriteLock memory = new ReentrantReadWriteLock();

  private final LongAdder receivedBytes = new LongAdder();
  private boolean closed;

  FrameReceiver(
      String attempt,
      int rank,
      int worldSize,
      StepMonitor monitor,
      WireFormat format,
      Inbox gradients,
      Inbox weights,
      Inbox sums) {
    this.attempt = attempt;
    this.rank = rank;
    this.worldSize = worldSize;
    this.monitor = monitor;
    this.format = format;
    this.gradients = gradients;
    this.weights = weights;
    this.sums = sums;
  }

  /**
   * A peer is about to send; called on a network thread.
   *
   * @throws RefusedException if this rank does not expect it; nothing has changed then
   */
  IncomingStream receive(FrameHeader frame) {
    if (!frame.attempt().equals(attempt)) {
      throw new RefusedException(
          "%s: attempt '%s' is not the running one, '%s'"
              .formatted(frame, frame.attempt(), attempt));
    }
    if (frame.sender() < 0 || frame.sender() >= worldSize || frame.sender() == rank) {
      throw new RefusedException(frame + ": no peer of rank " + rank + " of " + worldSize);
    }
    if (frame.kind() == FrameHeader.Kind.SUM) {
      return new IncomingStream(frame, sums, monitor, this);
    }
    if (frame.kind() == format.gradients()) {
      return floats(frame, gradients);
    }
    if (frame.kind() == format.weights()) {
      return floats(frame, weights);
    }
    throw new RefusedException(
        "%s: rank %d takes %s and %s (train.exchange.wire)"
            .formatted(frame, rank, format.gradients(), format.weights()));
  }

  private IncomingStream floats(FrameHeader frame, Inbox inbox) {
    if (frame.range().isEmpty() || frame.range().length() > Exchange.MAX_FRAME) {
      throw new RefusedException(frame + ": a frame has 1 to " + Exchange.MAX_FRAME + " floats");
    }
    return new IncomingStream(frame, inbox, monitor, this);
  }

  /**
   * Begins to write into a place, which stays the frame's until {@link #endWrite} on the same
   * network thread.
   *
   * @return false, with nothing begun, if the exchange is closed: the place may be another's by now
   */
  boolean beginWrite() {
    memory.readLock().lock();
    if (closed) {
      memory.readLock().unlock();
    }
    return !closed;
  }

  void endWrite(int bytes) {
    receivedBytes.add(bytes);
    memory.readLock().unlock();
  }

  /** For frames that come when the exchange is closed. */
  IOException left(FrameHeader frame) {
    return new IOException(frame + ": rank " + rank + " has left the exchange");
  }

  /** Bytes of bodies so far. */
  long receivedBytes() {
    return receivedBytes.sum();
  }

  /** Waits for who writes at the moment, and lets nobody write any more. */
  void close() {
    memory.writeLock().lock();
    closed = true;
    memory.writeLock().unlock();
  }
}
