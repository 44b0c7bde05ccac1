package io.inverseform.job.allreduce;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * Rounds blocks of floats to bfloat16 and back. All is made of loops that the compiler turns into
 * vector instructions, over arrays of one type and from their beginnings: what lies elsewhere is
 * copied, and bits change their type by a copy through memory that stays in the cache. Not
 * thread-safe.
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
  private final float[] scratch = new float[BLOCK];

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

  /**
   * Writes a gradient with what was left out before; what is left out now stays in its place.
   *
   * @param values the gradient; afterwards nothing
   * @param from of the residual
   */
  void encodeGradient(
      float[] values, float[] residual, int from, int length, Bfloat16Vector to, int offset) {
    System.arraycopy(residual, from, scratch, 0, length);
    add(scratch, values, length);
    encode(values, length, to, offset, scratch);
    subtract(scratch, values, length);
    System.arraycopy(values, 0, residual, from, length);
  }

  /**
   * Writes what master weights differ by from copies, which move by what is written.
   *
   * @param from of the master weights
   * @param differences for use in between
   */
  void encodeDifference(
      float[] master,
      int from,
      float[] copies,
      float[] differences,
      int length,
      Bfloat16Vector to,
      int offset) {
    System.arraycopy(master, from, differences, 0, length);
    subtract(copies, differences, length);
    encode(differences, length, to, offset, scratch);
    add(scratch, copies, length);
  }

  /** Reads a block of a vector into {@code into} from index 0. */
  void decode(Bfloat16Vector from, int offset, int length, float[] into) {
    int half = length / 2;
    from.get(offset, packed, half);
    unpack(packed, bits, half);
    ints.put(0, bits, 0, 2 * half);
    floats.get(0, into, 0, 2 * half);
    if (length % 2 == 1) {
      into[length - 1] = from.value(offset + length - 1);
    }
  }

  /** Adds a block of a vector to {@code into} from index 0. */
  void add(Bfloat16Vector from, int offset, int length, float[] into) {
    decode(from, offset, length, scratch);
    add(scratch, into, length);
  }

  private static void unpack(int[] packed, int[] bits, int half) {
    for (int i = 0; i < half; i++) {
      bits[i] = packed[i] << 16;
    }
    for (int i = 0; i < half; i++) {
      bits[half + i] = packed[i] & 0xffff0000;
    }
  }

  private static void add(float[] values, float[] into, int length) {
    for (int i = 0; i < length; i++) {
      into[i] += values[i];
    }
  }

  private static void subtract(float[] values, float[] from, int length) {
    for (int i = 0; i < length; i++) {
      from[i] -= values[i];
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
