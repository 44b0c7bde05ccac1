package io.inverseform.job.allreduce;

import java.nio.ByteBuffer;

/** Where frames of one kind arrive. All methods are called under the exchange's lock. */
interface Inbox {
  /**
   * Reserves the place of a frame that is about to arrive.
   *
   * @return exactly as long as the frame's body
   * @throws RefusedException if this rank does not expect the frame; nothing has changed then
   */
  ByteBuffer claim(FrameHeader frame);

  /** The body of a reserved frame is in its place. */
  void arrived(FrameHeader frame);

  /** The body of a reserved frame will not come: its place is free again. */
  void release(FrameHeader frame);
}
