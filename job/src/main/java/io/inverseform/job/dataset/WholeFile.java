package io.inverseform.job.dataset;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/** A file that is there whole or not at all, the old one or the new, whenever its writer dies. */
public final class WholeFile {
  private WholeFile() {}

  /** What is in it. */
  public interface Content {
    /** Writes all of it. To close the stream is not its task: an object store shows what it has. */
    void write(OutputStream out) throws IOException;
  }

  /** The same file system without Hadoop's own checksum files, which lie beside local ones. */
  public static FileSystem withoutChecksumFiles(FileSystem fileSystem) {
    return fileSystem instanceof LocalFileSystem local ? local.getRawFileSystem() : fileSystem;
  }

  /**
   * Writes the file, in place of one that is there.
   *
   * @throws IOException if that is not possible; what is there stays as it was
   */
  public static void write(FileSystem fileSystem, Path file, Content content) throws IOException {
    // On object stores a file appears when its stream is closed, and renaming is copying.
    boolean appearsWhole =
        fileSystem.hasPathCapability(file, CommonPathCapabilities.ABORTABLE_STREAM);
    if (appearsWhole) {
      writeOrAbort(fileSystem.create(file, true), content);
      return;
    }
    Path written = file.suffix(".tmp");
    try {
      try (OutputStream out = fileSystem.create(written, true)) {
        content.write(out);
      }
      FileContext.getFileContext(fileSystem.getUri(), fileSystem.getConf())
          .rename(written, file, Options.Rename.OVERWRITE);
    } catch (IOException | RuntimeException | Error e) {
      remove(fileSystem, written, e);
      throw e;
    }
  }

  private static void writeOrAbort(FSDataOutputStream stream, Content content) throws IOException {
    try {
      content.write(stream);
    } catch (IOException | RuntimeException | Error e) {
      // Closed, it would show what there is.
      abort(stream, e);
      throw e;
    }
    stream.close();
  }

  private static void abort(FSDataOutputStream stream, Throwable failure) {
    try {
      stream.abort();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private static void remove(FileSystem fileSystem, Path file, Throwable failure) {
    try {
      fileSystem.delete(file, false);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
