package io.inverseform.job.watch;

import io.inverseform.job.dataset.WholeFile;
import java.io.Closeable;
import java.io.IOException;
import java.util.function.IntFunction;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file an attempt. Readers see what was written at once, but on object stores, which show a file
 * when it is closed.
 */
final class AttemptFile implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(AttemptFile.class);

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

  /** Begins a file; what became of the one before does not matter any more. */
  void begin(int attempt) throws IOException {
    Path file = path.apply(attempt);
    try {
      close();
    } catch (IOException | FSError e) {
      LOG.warn("the file before {} may lack its end, it cannot be closed: {}", file, e.toString());
    }
    out = fileSystem.create(file, false);
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
      FSDataOutputStream ended = out;
      // One that has failed fails again when it is closed, as often as one tries.
      out = null;
      ended.close();
    }
  }
}
