package io.inverseform.job.dataset;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/**
 * A local file of samples with random access: records in any order, then an index of (offset,
 * length, CRC) ordered by sample id, then all centroids in that order, then (index offset, number,
 * index CRC, length and CRC of the centroids, magic). Everything that is read is checked. Reads are
 * positional, so that any number of threads can share it.
 */
final class SampleFile implements AutoCloseable {
  static final long MAGIC = 0x49464F524D534D33L;
  static final int ENTRY_BYTES = 16;
  static final int TRAILER_BYTES = 32;

  private final Path path;
  private final FileChannel channel;
  private final ByteBuffer index;
  private long centroidsAt;
  private int centroidsLength;
  private int centroidsCrc;

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
    centroidsLength = trailer.getInt();
    centroidsCrc = trailer.getInt();
    centroidsAt = end - centroidsLength;
    if (trailer.getLong() != MAGIC || offset + (long) entries * ENTRY_BYTES != centroidsAt) {
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

  /**
   * The sample at a position in the order of sample ids.
   *
   * @throws IOException if the file turns out to be damaged; it is deleted then
   */
  Sample read(int position) throws IOException {
    int entry = position * ENTRY_BYTES;
    byte[] bytes = read(index.getLong(entry), index.getInt(entry + 8)).array();
    if (crc(bytes) != index.getInt(entry + 12)) {
      throw dropped("sample " + position + " fails its CRC");
    }
    return SampleCodec.decode(bytes);
  }

  /**
   * Where classes lie in all samples, without their pictures.
   *
   * @throws IOException if the file turns out to be damaged; it is deleted then
   */
  ClassPlaces places(int classes) throws IOException {
    byte[] bytes = read(centroidsAt, centroidsLength).array();
    if (crc(bytes) != centroidsCrc) {
      throw dropped("its centroids fail their CRC");
    }
    return ClassPlaces.of(classes, SampleCodec.decode(bytes, size()));
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
    return new IOException("local copy " + path + " is damaged (" + how + ")");
  }

  /** Whoever opens the copy next makes it again; who has it open goes on with what he has. */
  private IOException dropped(String how) throws IOException {
    Files.deleteIfExists(path);
    return new IOException(
        "local copy "
            + path
            + " was damaged ("
            + how
            + ") and is deleted: the next attempt makes it again; look at this host's disk");
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
