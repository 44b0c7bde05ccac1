package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;

/**
 * One bit per pixel, 64 pixels of a row to a long. Rows begin at a new long; the bits beyond the
 * width mean nothing.
 */
final class BitMap {
  private final int width;
  private final int height;
  private final int words;
  private final long[] bits;

  BitMap(int width, int height) {
    this.width = width;
    this.height = height;
    words = (width + 63) / 64;
    bits = new long[words * height];
  }

  /** The pixels that have an id. */
  static BitMap of(LabelMap map, int id) {
    byte[] ids = map.ids();
    BitMap members = new BitMap(map.width(), map.height());
    long wanted = EightBytes.all((byte) id);
    for (int y = 0; y < map.height(); y++) {
      int row = y * map.width();
      int x = 0;
      for (; x + 8 <= map.width(); x += 8) {
        members.or8(y, x, ~EightBytes.nonZero(EightBytes.at(ids, row + x) ^ wanted) & 0xFF);
      }
      for (; x < map.width(); x++) {
        members.or8(y, x, map.id(x, y) == id ? 1 : 0);
      }
    }
    return members;
  }

  /** The pixels whose id differs from that of the pixel to the right of them. */
  static BitMap unlikeRight(LabelMap map) {
    return unlike(map, map.width() - 1, map.height(), 1);
  }

  /** The pixels whose id differs from that of the pixel below them. */
  static BitMap unlikeBelow(LabelMap map) {
    return unlike(map, map.width(), map.height() - 1, map.width());
  }

  private static BitMap unlike(LabelMap map, int columns, int rows, int step) {
    byte[] ids = map.ids();
    BitMap pairs = new BitMap(map.width(), map.height());
    for (int y = 0; y < rows; y++) {
      int row = y * map.width();
      int x = 0;
      for (; x + 8 <= columns; x += 8) {
        long differences = EightBytes.at(ids, row + x) ^ EightBytes.at(ids, row + x + step);
        if (differences != 0) {
          pairs.or8(y, x, EightBytes.nonZero(differences));
        }
      }
      for (; x < columns; x++) {
        pairs.or8(y, x, ids[row + x] == ids[row + x + step] ? 0 : 1);
      }
    }
    return pairs;
  }

  /** Adds eight pixels, or fewer, that lie in one long. */
  private void or8(int y, int x, long eight) {
    bits[y * words + (x >> 6)] |= eight << (x & 63);
  }

  void set(int x, int y) {
    bits[y * words + (x >> 6)] |= 1L << (x & 63);
  }

  void clear(int x, int y) {
    bits[y * words + (x >> 6)] &= ~(1L << (x & 63));
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** Longs per row. */
  int words() {
    return words;
  }

  /** Copies a row; false if it is empty. */
  boolean copyRow(int y, long[] row) {
    System.arraycopy(bits, y * words, row, 0, words);
    long any = 0;
    for (long word : row) {
      any |= word;
    }
    return any != 0;
  }

  /** Adds the pixels of a row, if there is such a row. */
  void orRow(int y, long[] row) {
    if (y >= 0 && y < height) {
      for (int i = 0; i < words; i++) {
        bits[y * words + i] |= row[i];
      }
    }
  }

  /** Removes the pixels of another map. */
  void andNot(BitMap other) {
    for (int i = 0; i < bits.length; i++) {
      bits[i] &= ~other.bits[i];
    }
  }

  /** Keeps only what another map has, too. */
  void and(BitMap other) {
    for (int i = 0; i < bits.length; i++) {
      bits[i] &= other.bits[i];
    }
  }

  /** Adds the pixels of another map. */
  void or(BitMap other) {
    for (int i = 0; i < bits.length; i++) {
      bits[i] |= other.bits[i];
    }
  }

  /** The first pixel of a row from x on; the width if there is none. */
  int next(int x, int y) {
    int i = x >> 6;
    if (i >= words) {
      return width;
    }
    long word = bits[y * words + i] & -1L << (x & 63);
    while (word == 0) {
      if (++i == words) {
        return width;
      }
      word = bits[y * words + i];
    }
    return Math.min(64 * i + Long.numberOfTrailingZeros(word), width);
  }

  /** 1 at the pixels, 0 elsewhere. */
  LabelMap toLabelMap() {
    byte[] ids = new byte[width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x += 8) {
        long eight = bits[y * words + (x >> 6)] >>> (x & 63) & 0xFF;
        if (eight != 0) {
          write(eight, ids, y * width + x, Math.min(8, width - x));
        }
      }
    }
    return new LabelMap(width, height, ids);
  }

  private static void write(long eight, byte[] ids, int at, int count) {
    if (count == 8) {
      EightBytes.put(EightBytes.ones(eight), ids, at);
      return;
    }
    for (int i = 0; i < count; i++) {
      ids[at + i] = (byte) (eight >>> i & 1);
    }
  }
}
