package io.inverseform.job.allreduce;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/**
 * Memory of bfloat16 values as they travel. A block of n values is n / 2 little-endian ints, of
 * which the i-th holds value i in its lower and value n / 2 + i in its upper half, and for odd n
 * the last value behind them: so that packing needs no loop over values of two sizes, which the
 * compiler does not turn into vector instructions. A block is read with the offset and length it
 * was written with; both are known to sender and receiver by the grid of blocks.
 */
final class Bfloat16Vector {
  private final ByteBuffer bytes;
  private final IntBuffer ints;

  /**
   * Zeroes, outside the heap, as they are sent from here.
   *
   * @param length values
   */
  Bfloat16Vector(int length) {
    bytes =
        ByteBuffer.allocateDirect(Math.multiplyExact(length / 2 + 1, Integer.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    ints = bytes.asIntBuffer();
  }

  /** The bytes of whole blocks. */
  ByteBuffer slice(int offset, int length) {
    return bytes.slice(offset * Short.BYTES, length * Short.BYTES);
  }

  /**
   * Writes a block.
   *
   * @param offset even
   * @param bits of floats whose lower 16 bits are zero
   * @param packed for use in between, at least half as long
   */
  void put(int offset, int[] bits, int[] packed, int length) {
    int half = length / 2;
    pack(bits, packed, half);
    ints.put(offset / 2, packed, 0, half);
    if (length % 2 == 1) {
      bytes.putShort((offset + length - 1) * Short.BYTES, (short) (bits[length - 1] >>> 16));
    }
  }

  /**
   * Reads the pairs of a block.
   *
   * @param offset even
   */
  void get(int offset, int[] packed, int half) {
    ints.get(offset / 2, packed, 0, half);
  }

  /** The last value of a block of odd length. */
  float value(int index) {
    return Float.intBitsToFloat(bytes.getShort(index * Short.BYTES) << 16);
  }

  private static void pack(int[] bits, int[] packed, int half) {
    for (int i = 0; i < half; i++) {
      packed[i] = bits[i] >>> 16 | bits[half + i];
    }
  }
}
