package io.inverseform.job.allreduce;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.spark.network.client.StreamCallbackWithID;

/**
 * The body of one frame on its way into its place; runs on a network thread and only copies, and
 * nothing of what {@link PlacedReads} has read there.
 */
final class IncomingStream implements StreamCallbackWithID {
  private final FrameHeader frame;
  private final Inbox inbox;
  private final StepMonitor monitor;
  private final FrameReceiver receiver;
  private final ByteBuffer place;

  /** The place for the network's reads: one object a frame, as there are many reads. */
  private ByteBuf body;

  private int placed;
  private Runnable cutOff = () -> {};
  private boolean ended;

  /**
   * @throws RefusedException if the inbox does not expect the frame
   */
  IncomingStream(FrameHeader frame, Inbox inbox, StepMonitor monitor, FrameReceiver receiver) {
    this.frame = frame;
    this.inbox = inbox;
    this.monitor = monitor;
    this.receiver = receiver;
    this.place = monitor.locked(() -> inbox.claim(frame));
  }

  /**
   * @param ends the connection, for a body that is too short: what was read beyond it lies in the
   *     place
   */
  void onShort(Runnable ends) {
    cutOff = ends;
  }

  @Override
  public String getID() {
    return "exchange";
  }

  @Override
  public void onData(String id, ByteBuffer data) throws IOException {
    if (data.remaining() > place.remaining()) {
      throw new IOException(
          frame + ": the body is longer than the " + frame.bodyBytes() + " bytes of its header");
    }
    if (placed > 0) {
      place.position(place.position() + data.remaining());
      placed -= data.remaining();
      return;
    }
    if (!receiver.beginWrite()) {
      throw receiver.left(frame);
    }
    int bytes = data.remaining();
    try {
      place.put(data);
    } finally {
      receiver.endWrite(bytes);
    }
  }

  /**
   * Begins to write the next bytes of the body to their place, {@link #rest}.
   *
   * @return false, with nothing begun, if no more may be written, or only copied
   */
  boolean beginRead() {
    return !ended && place.isDirect() && place.hasRemaining() && receiver.beginWrite();
  }

  /** Where what has not come yet belongs; to be released when read into and consumed. */
  ByteBuf rest() {
    if (body == null) {
      body = Unpooled.wrappedBuffer(place.duplicate().rewind());
    }
    return body.setIndex(place.position(), place.position()).retain();
  }

  /**
   * Ends {@link #beginRead}; {@link #onData} is told of the bytes next.
   *
   * @param bytes written, or none if not positive
   */
  void endRead(int bytes) {
    placed = Math.max(0, bytes);
    receiver.endWrite(placed);
  }

  @Override
  public void onComplete(String id) throws IOException {
    if (place.hasRemaining()) {
      cutOff.run();
      throw new IOException(
          "%s: the body ends %d bytes before the %d of its header"
              .formatted(frame, place.remaining(), frame.bodyBytes()));
    }
    ended = true;
    monitor.update(() -> inbox.arrived(frame));
  }

  /** Called more than once for some failures. */
  @Override
  public void onFailure(String id, Throwable cause) {
    if (!ended) {
      ended = true;
      monitor.update(() -> inbox.release(frame));
    }
  }
}
