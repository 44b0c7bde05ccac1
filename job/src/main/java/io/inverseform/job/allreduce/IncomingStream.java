package io.inverseform.job.allreduce;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.spark.network.client.StreamCallbackWithID;

/** The body of one frame on its way into its place; runs on a network thread and only copies. */
final class IncomingStream implements StreamCallbackWithID {
  /** Who is told how the stream ended. */
  interface End {
    void complete(FrameHeader frame);

    void broken(FrameHeader frame);
  }

  private final FrameHeader frame;
  private final ByteBuffer place;
  private final End end;

  IncomingStream(FrameHeader frame, ByteBuffer place, End end) {
    this.frame = frame;
    this.place = place;
    this.end = end;
  }

  @Override
  public String getID() {
    return "exchange";
  }

  @Override
  public void onData(String id, ByteBuffer data) throws IOException {
    if (data.remaining() > place.remaining()) {
      throw new IOException(
          frame + ": the body is longer than its header says (" + frame.bodyBytes() + " bytes)");
    }
    place.put(data);
  }

  @Override
  public void onComplete(String id) throws IOException {
    if (place.hasRemaining()) {
      throw new IOException(
          frame
              + ": the body ends "
              + place.remaining()
              + " bytes before the "
              + frame.bodyBytes()
              + " of its header");
    }
    end.complete(frame);
  }

  @Override
  public void onFailure(String id, Throwable cause) {
    end.broken(frame);
  }
}
