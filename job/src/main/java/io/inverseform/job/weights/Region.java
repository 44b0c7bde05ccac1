package io.inverseform.job.weights;

import java.io.IOException;

/** A range of a file that holds elements, with a checksum in archives. */
final class Region {
  private final String name;
  private final long position;
  private final long length;
  private final long crc32;
  private boolean verified;

  /** A range without a checksum. */
  Region(String name, long position, long length) {
    this(name, position, length, -1);
    verified = true;
  }

  /** A range with a checksum, looked at before the first reading. */
  Region(String name, long position, long length, long crc32) {
    this.name = name;
    this.position = position;
    this.length = length;
    this.crc32 = crc32;
  }

  /** What it holds, for messages. */
  String name() {
    return name;
  }

  /** First byte. */
  long position() {
    return position;
  }

  /** Number of bytes. */
  long length() {
    return length;
  }

  /**
   * Compares with the checksum, once.
   *
   * @throws IOException if the bytes are not those that were written
   */
  void verify(SourceFile source) throws IOException {
    if (!verified) {
      long found = source.crc32(position, length);
      if (found != crc32) {
        throw source.damaged(
            "%s has CRC-32 %08x, its directory says %08x".formatted(name, found, crc32));
      }
      verified = true;
    }
  }
}
