package io.inverseform.udf.edge;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Eight pixels in one long, the first in the lowest byte. */
final class EightBytes {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long LOW_BITS = 0x7F7F7F7F7F7F7F7FL;

  private EightBytes() {}

  /** The eight bytes from there on. */
  static long at(byte[] bytes, int index) {
    return (long) LONGS.get(bytes, index);
  }

  /** Eight times the same byte. */
  static long all(byte value) {
    return (value & 0xFFL) * ONES;
  }

  /** Bit i of the lowest eight: whether byte i is not 0. */
  static long nonZero(long eight) {
    long flags = ((eight & LOW_BITS) + LOW_BITS | eight) >>> 7 & ONES;
    // The product moves the flag of byte i from bit 8 i to bit 56 + i.
    return flags * 0x0102040810204080L >>> 56;
  }

  /** Byte i is 1 where bit i of the lowest eight is set, 0 elsewhere. */
  static long ones(long bits) {
    long chosen = (bits & 0xFF) * ONES & 0x8040201008040201L;
    return chosen + LOW_BITS >>> 7 & ONES;
  }

  /** Writes eight bytes. */
  static void put(long eight, byte[] bytes, int index) {
    LONGS.set(bytes, index, eight);
  }
}
