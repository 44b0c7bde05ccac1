package io.inverseform.job.weights;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.zip.CRC32;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The bytes of a weight file at any place; not for several threads at once. */
final class SourceFile implements Closeable {
  private static final int CHUNK = 1 << 18;

  private final String name;
  private final FSDataInputStream in;
  private final long length;

  private SourceFile(String name, FSDataInputStream in, long length) {
    this.name = name;
    this.in = in;
    this.length = length;
  }

  /** Opens a file. What is not local is copied first: archives are read from their end. */
  static SourceFile open(Path file, Configuration hadoop) throws IOException {
    FileSystem fileSystem = file.getFileSystem(hadoop);
    FileStatus status;
    try {
      status = fileSystem.getFileStatus(file);
    } catch (FileNotFoundException e) {
      throw new FileNotFoundException("there is no weight file at " + file);
    }
    if (status.isDirectory()) {
      throw new IOException(file + " is a folder, not a weight file");
    }
    FSDataInputStream in =
        "file".equals(fileSystem.getUri().getScheme())
            ? fileSystem.open(file)
            : copied(fileSystem, file, hadoop);
    return new SourceFile(file.toString(), in, status.getLen());
  }

  private static FSDataInputStream copied(FileSystem fileSystem, Path file, Configuration hadoop)
      throws IOException {
    java.nio.file.Path copy = Files.createTempFile("inverseform-weights", null);
    try {
      try (InputStream from = fileSystem.open(file)) {
        Files.copy(from, copy, StandardCopyOption.REPLACE_EXISTING);
      }
      return FileSystem.getLocal(hadoop).getRaw().open(new Path(copy.toUri()));
    } finally {
      // An open file stays readable, and nothing is left behind, however the process ends.
      Files.delete(copy);
    }
  }

  /** As it was asked for. */
  String name() {
    return name;
  }

  long length() {
    return length;
  }

  /**
   * Reads a range.
   *
   * @return little-endian
   * @throws IOException if the file ends before
   */
  ByteBuffer read(long position, int count) throws IOException {
    if (position < 0 || position > length - count) {
      throw truncated("bytes %d to %d".formatted(position, position + count));
    }
    byte[] bytes = new byte[count];
    in.seek(position);
    in.readFully(bytes);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** CRC-32, as in zip archives. */
  long crc32(long position, long count) throws IOException {
    CRC32 crc = new CRC32();
    for (long done = 0; done < count; done += CHUNK) {
      crc.update(read(position + done, (int) Math.min(CHUNK, count - done)));
    }
    return crc.getValue();
  }

  IOException truncated(String what) {
    return new IOException(
        "%s is truncated: it has %d bytes, not %s".formatted(name, length, what));
  }

  IOException damaged(String how) {
    return new IOException(name + " is damaged: " + how);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
