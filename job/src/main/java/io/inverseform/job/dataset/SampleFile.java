package io.inverseform.job.dataset;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/**
 * A local file of samples with random access: records in any order, then an index of (offset,
 * length, CRC) ordered by sample id, then (index offset, number, index CRC, magic). Everything that
 * is read is checked. Reads are positional, so that any number of threads can share it.
 */
final class SampleFile implements AutoCloseable {
  static final long MAGIC = 0x49464F524D534D32L;
  static final int ENTRY_BYTES = 16;
  static final int TRAILER_BYTES = 24;

  private final Path path;
  private final FileChannel channel;
  private final ByteBuffer index;

  /**
   * Opens a file.
   *
   * @throws IOException if it is not whole
   */
  SampleFile(Path path) throws IOException {
    this.path = path;
    channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      index = readIndex();
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private ByteBuffer readIndex() throws IOException {
    long end = channel.size() - TRAILER_BYTES;
    if (end < 0) {
      throw damaged("it has only " + channel.size() + " bytes");
    }
    ByteBuffer trailer = read(end, TRAILER_BYTES);
    long offset = trailer.getLong();
    int entries = trailer.getInt();
    int crc = trailer.getInt();
    if (trailer.getLong() != MAGIC || offset + (long) entries * ENTRY_BYTES != end) {
      throw damaged("its end is not that of a whole file");
    }
    ByteBuffer bytes = read(offset, Math.multiplyExact(entries, ENTRY_BYTES));
    if (crc(bytes.array()) != crc) {
      throw damaged("its index fails the CRC");
    }
    return bytes;
  }

  int size() {
    return index.capacity() / ENTRY_BYTES;
  }

  /** The sample at a position in the order of sample ids. */
  Sample read(int position) throws IOException {
    int entry = position * ENTRY_BYTES;
    byte[] bytes = read(index.getLong(entry), index.getInt(entry + 8)).array();
    if (crc(bytes) != index.getInt(entry + 12)) {
      throw damaged("sample " + position + " fails its CRC");
    }
    return SampleCodec.decode(bytes);
  }

  private ByteBuffer read(long offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, offset + bytes.position()) < 0) {
        throw damaged("it ends at byte " + (offset + bytes.position()));
      }
    }
    return bytes.flip();
  }

  private IOException damaged(String how) {
    return new IOException(
        "local copy " + path + " is damaged (" + how + "): delete it, it is made again");
  }

  static int crc(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
