package io.inverseform.job.weights;

import java.nio.ByteBuffer;

/** How the values of a tensor are stored; named as in safetensors. */
public enum ElementType {
  /** IEEE double. */
  F64(8, "Double"),
  /** IEEE single. */
  F32(4, "Float"),
  /** IEEE half. */
  F16(2, "Half"),
  /** The upper half of a single. */
  BF16(2, "BFloat16"),
  /** Signed. */
  I64(8, "Long"),
  /** Signed. */
  I32(4, "Int"),
  /** Signed. */
  I16(2, "Short"),
  /** Signed. */
  I8(1, "Char"),
  /** Unsigned. */
  U8(1, "Byte"),
  /** 0 or 1. */
  BOOL(1, "Bool");

  private final int width;
  private final String torchName;

  ElementType(int width, String torchName) {
    this.width = width;
    this.torchName = torchName;
  }

  /** Bytes of an element. */
  int width() {
    return width;
  }

  /**
   * The type whose storages PyTorch calls so, such as {@code FloatStorage}; null if there is none.
   */
  static ElementType ofStorage(String torchName) {
    for (ElementType type : values()) {
      if (torchName.equals(type.torchName + "Storage")) {
        return type;
      }
    }
    return null;
  }

  /** The element at a position of little-endian bytes, widened or rounded to float32. */
  float value(ByteBuffer bytes, int at) {
    return switch (this) {
      case F64 -> (float) bytes.getDouble(at);
      case F32 -> bytes.getFloat(at);
      case F16 -> half(bytes.getShort(at));
      case BF16 -> Float.intBitsToFloat(bytes.getShort(at) << 16);
      case I64 -> bytes.getLong(at);
      case I32 -> bytes.getInt(at);
      case I16 -> bytes.getShort(at);
      case I8 -> bytes.get(at);
      case U8, BOOL -> bytes.get(at) & 0xFF;
    };
  }

  static float half(short bits) {
    int exponent = bits >> 10 & 0x1F;
    int fraction = bits & 0x3FF;
    float magnitude =
        switch (exponent) {
          case 0 -> fraction * 0x1p-24f;
          case 0x1F -> Float.intBitsToFloat(0x7F800000 | fraction << 13);
          default -> Float.intBitsToFloat(exponent + 112 << 23 | fraction << 13);
        };
    return bits < 0 ? -magnitude : magnitude;
  }
}
