package io.inverseform.job.allreduce;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What stands before every stream of numbers between peers, as the stream's metadata. The body that
 * follows is little-endian and exactly as long as the header says.
 *
 * <p>Big-endian layout: int magic, short version, byte kind, int sender, long number, int offset,
 * int length, short bytes of the attempt id, the attempt id in UTF-8.
 *
 * @param attempt id of the attempt, so that a worker of an earlier attempt cannot disturb
 * @param sender rank that sends
 * @param number the step for gradients and weights, the round for sums
 * @param range for gradients and weights in floats of the flat vector; for sums [0, number of
 *     doubles)
 */
record FrameHeader(String attempt, Kind kind, int sender, long number, FloatRange range) {
  private static final int MAGIC = 0x49464752;
  private static final short VERSION = 1;
  private static final int FIXED = 4 + 2 + 1 + 4 + 8 + 4 + 4 + 2;
  static final int MAX_ATTEMPT_BYTES = 256;

  /** What a frame carries; the ordinal is its byte on the wire. */
  enum Kind {
    GRADIENT(Float.BYTES),
    WEIGHTS(Float.BYTES),
    SUM(Double.BYTES),
    BFLOAT16_GRADIENT(Short.BYTES),
    BFLOAT16_DIFFERENCE(Short.BYTES);

    final int width;

    Kind(int width) {
      this.width = width;
    }

    /** In small letters. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Bytes of the body. */
  long bodyBytes() {
    return (long) range.length() * kind.width;
  }

  ByteBuffer encode() {
    byte[] id = attempt.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(FIXED + id.length)
        .putInt(MAGIC)
        .putShort(VERSION)
        .put((byte) kind.ordinal())
        .putInt(sender)
        .putLong(number)
        .putInt(range.offset())
        .putInt(range.length())
        .putShort((short) id.length)
        .put(id)
        .flip();
  }

  /**
   * @throws RefusedException if this is no header, or its numbers make no sense whatever the
   *     receiver's state
   */
  static FrameHeader decode(ByteBuffer in) {
    if (in.remaining() < FIXED || in.remaining() > FIXED + MAX_ATTEMPT_BYTES) {
      throw new RefusedException("no frame header: " + in.remaining() + " bytes");
    }
    int magic = in.getInt();
    short version = in.getShort();
    if (magic != MAGIC || version != VERSION) {
      throw new RefusedException(
          String.format(
              "no frame header of version %d: magic %08x, version %d", VERSION, magic, version));
    }
    int kind = in.get();
    if (kind < 0 || kind >= Kind.values().length) {
      throw new RefusedException("frame of unknown kind " + kind);
    }
    int sender = in.getInt();
    long number = in.getLong();
    int offset = in.getInt();
    int length = in.getInt();
    byte[] id = new byte[in.remaining() - 2];
    int idLength = in.getShort();
    if (idLength != id.length) {
      throw new RefusedException(
          "attempt id of " + idLength + " bytes in a header with " + id.length);
    }
    in.get(id);
    if (offset < 0 || length < 0 || offset + (long) length > Integer.MAX_VALUE) {
      throw new RefusedException("frame with range offset " + offset + ", length " + length);
    }
    return new FrameHeader(
        new String(id, StandardCharsets.UTF_8),
        Kind.values()[kind],
        sender,
        number,
        new FloatRange(offset, length));
  }

  @Override
  public String toString() {
    return kind
        + " "
        + range
        + (kind == Kind.SUM ? " of round " : " of step ")
        + number
        + " from rank "
        + sender;
  }
}
