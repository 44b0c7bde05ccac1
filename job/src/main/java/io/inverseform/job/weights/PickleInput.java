package io.inverseform.job.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The bytes of a pickle within a file, from a position on. */
final class PickleInput {
  /** Bytes of a pickle without its storages: that of a network has some hundred thousand. */
  private static final int MAX_LENGTH = 1 << 26;

  private static final int MAX_LINE = 1000;
  private static final int BUFFER = 1 << 16;

  private final SourceFile source;
  private final long end;
  private long position;
  private ByteBuffer buffer = ByteBuffer.allocate(0);

  PickleInput(SourceFile source, long position, long end) {
    this.source = source;
    this.position = position;
    this.end = Math.min(end, position + MAX_LENGTH);
  }

  /** Position of the next byte in the file. */
  long position() {
    return position;
  }

  IOException damaged(String how) {
    return source.damaged("the pickle at byte %d %s".formatted(position, how));
  }

  /** The next bytes, little-endian. */
  ByteBuffer bytes(long count) throws IOException {
    if (count < 0 || count > end - position) {
      throw damaged("claims %d bytes, %d are left".formatted(count, end - position));
    }
    position += count;
    if (count > buffer.remaining()) {
      long start = position - count;
      buffer = source.read(start, (int) Math.min(Math.max(count, BUFFER), end - start));
    }
    ByteBuffer bytes = buffer.slice(buffer.position(), (int) count).order(buffer.order());
    buffer.position(buffer.position() + (int) count);
    return bytes;
  }

  int u1() throws IOException {
    return bytes(1).get() & 0xFF;
  }

  int u2() throws IOException {
    return bytes(2).getShort() & 0xFFFF;
  }

  int i4() throws IOException {
    return bytes(4).getInt();
  }

  long u4() throws IOException {
    return i4() & 0xFFFFFFFFL;
  }

  long i8() throws IOException {
    return bytes(8).getLong();
  }

  byte[] array(long count) throws IOException {
    ByteBuffer bytes = bytes(count);
    byte[] array = new byte[bytes.remaining()];
    bytes.get(array);
    return array;
  }

  String text(long count) throws IOException {
    return new String(array(count), StandardCharsets.UTF_8);
  }

  /** Up to the end of the line. */
  String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = u1(); next != '\n'; next = u1()) {
      if (line.length() == MAX_LINE) {
        throw damaged("has a name of more than %d bytes".formatted(MAX_LINE));
      }
      line.append((char) next);
    }
    return line.toString();
  }
}
