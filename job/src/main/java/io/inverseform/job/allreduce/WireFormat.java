package io.inverseform.job.allreduce;

import java.nio.ByteBuffer;

/**
 * How the floats of the data path are written on the wire. Frames are made of whole blocks of
 * {@link #block} floats, counted from the beginning of the shard; the shard's last may be shorter.
 */
interface WireFormat {
  /** Floats of a block, from 1. */
  int block();

  /** What gradients are announced as. */
  FrameHeader.Kind gradients();

  /** What weights are announced as. */
  FrameHeader.Kind weights();

  /**
   * This rank's gradient of a range of another shard, to be sent; stays as it is until that shard's
   * weights of the step have come. Called by any thread, once a step for each float.
   */
  ByteBuffer gradient(FloatRange range);

  /** A new place for another rank's gradient of this rank's shard. */
  Slot slot(int length);

  /** Updates a block of this rank's shard. Called by the worker's thread. */
  void update(FloatRange block, float[] summedGradient, RangeUpdate update);

  /**
   * The updated weights of a range of this rank's shard, to be sent; as long-lived as gradients.
   */
  ByteBuffer updated(FloatRange range);

  /** Where the weights of a range of another shard are to be written when they come. */
  ByteBuffer place(FloatRange range);

  /** Makes weights of another shard this rank's that have come into their place. */
  void settle(FloatRange range);

  /** The step's gradients are dropped on all ranks. */
  void drop();

  /** Another rank's gradient of this rank's shard; offsets are in floats from the shard's begin. */
  interface Slot {
    /** Where the body of a frame is to be written. */
    ByteBuffer place(int offset, int length);

    /** Reads a block into {@code into} from index 0. */
    void read(int offset, float[] into, int length);
  }
}
