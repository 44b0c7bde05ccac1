package io.inverseform.job.allreduce;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * Rounds blocks of floats to bfloat16 and back. Rounding is made of loops that the compiler turns
 * into vector instructions: bits change their type by a copy through memory that stays in the
 * cache. Not thread-safe.
 */
final class Bfloat16 {
  /** Most floats at a time. */
  static final int BLOCK = ShardedExchange.CHUNK;

  private static final int INFINITY = 0x7f800000;
  private static final int QUIET = 0x00400000;

  private final FloatBuffer floats;
  private final IntBuffer ints;
  private final int[] bits = new int[BLOCK];
  private final int[] packed = new int[BLOCK / 2];

  Bfloat16() {
    ByteBuffer memory =
        ByteBuffer.allocateDirect(BLOCK * Float.BYTES).order(ByteOrder.nativeOrder());
    floats = memory.asFloatBuffer();
    ints = memory.asIntBuffer();
  }

  /**
   * Rounds the first {@code length} values to nearest, ties to even, into a vector and into {@code
   * rounded}. Infinities stay, finite values from 3.396e38 become infinite, NaN stays NaN.
   */
  void encode(float[] values, int length, Bfloat16Vector to, int offset, float[] rounded) {
    floats.put(0, values, 0, length);
    ints.get(0, bits, 0, length);
    round(bits, length);
    to.put(offset, bits, packed, length);
    ints.put(0, bits, 0, length);
    floats.get(0, rounded, 0, length);
  }

  /** Reads a block of a vector into {@code into} from index 0. */
  void decode(Bfloat16Vector from, int offset, int length, float[] into) {
    int half = length / 2;
    from.get(offset, packed, half);
    unpack(packed, into, half);
    if (length % 2 == 1) {
      into[length - 1] = from.value(offset + length - 1);
    }
  }

  /** Adds a block of a vector to {@code into} from index 0. */
  void add(Bfloat16Vector from, int offset, int length, float[] into) {
    int half = length / 2;
    from.get(offset, packed, half);
    addUnpacked(packed, into, half);
    if (length % 2 == 1) {
      into[length - 1] += from.value(offset + length - 1);
    }
  }

  private static void unpack(int[] packed, float[] into, int half) {
    for (int i = 0; i < half; i++) {
      into[i] = Float.intBitsToFloat(packed[i] << 16);
      into[half + i] = Float.intBitsToFloat(packed[i] & 0xffff0000);
    }
  }

  private static void addUnpacked(int[] packed, float[] into, int half) {
    for (int i = 0; i < half; i++) {
      into[i] += Float.intBitsToFloat(packed[i] << 16);
      into[half + i] += Float.intBitsToFloat(packed[i] & 0xffff0000);
    }
  }

  /** Leaves the 16 lower bits zero. A NaN could be rounded up into another number: it is not. */
  static void round(int[] bits, int length) {
    for (int i = 0; i < length; i++) {
      int b = bits[i];
      int nan = (INFINITY - (b & Integer.MAX_VALUE)) >> 31;
      int nearest = b + 0x7fff + (b >>> 16 & 1);
      bits[i] = (nearest & ~nan | (b | QUIET) & nan) & 0xffff0000;
    }
  }
}
