package io.inverseform.job.watch;

import io.inverseform.job.dataset.WholeFile;
import java.io.Closeable;
import java.io.IOException;
import java.util.function.IntFunction;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file an attempt. Readers see what was written at once, but on object stores, which show a file
 * when it is closed.
 */
final class AttemptFile implements Closeable {
  /** Hadoop's name for what object stores cannot do. */
  private static final String FLUSH_TO_READERS = "hflush";

  private final FileSystem fileSystem;
  private final IntFunction<Path> path;
  private FSDataOutputStream out;

  /**
   * @param path of an attempt's file
   */
  AttemptFile(FileSystem fileSystem, IntFunction<Path> path) {
    // With its checksums the local file system would hold back the last lines.
    this.fileSystem = WholeFile.withoutChecksumFiles(fileSystem);
    this.path = path;
  }

  void begin(int attempt) throws IOException {
    close();
    out = fileSystem.create(path.apply(attempt), false);
  }

  void append(byte[] bytes) throws IOException {
    out.write(bytes);
    if (out.hasCapability(FLUSH_TO_READERS)) {
      out.hflush();
    }
  }

  @Override
  public void close() throws IOException {
    if (out != null) {
      out.close();
      out = null;
    }
  }
}
