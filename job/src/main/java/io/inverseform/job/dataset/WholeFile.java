package io.inverseform.job.dataset;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.CommonPathCapabilities;
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
    /** Writes all of it. */
    void write(OutputStream out) throws IOException;
  }

  /** The same file system without Hadoop's own checksum files, which lie beside local ones. */
  public static FileSystem withoutChecksumFiles(FileSystem fileSystem) {
    return fileSystem instanceof LocalFileSystem local ? local.getRawFileSystem() : fileSystem;
  }

  /** Writes the file, in place of one that is there. */
  public static void write(FileSystem fileSystem, Path file, Content content) throws IOException {
    // On object stores a file appears when its stream is closed, and renaming is copying.
    boolean appearsWhole =
        fileSystem.hasPathCapability(file, CommonPathCapabilities.ABORTABLE_STREAM);
    Path written = appearsWhole ? file : file.suffix(".tmp");
    try (OutputStream out = fileSystem.create(written, true)) {
      content.write(out);
    }
    if (!appearsWhole) {
      FileContext.getFileContext(fileSystem.getUri(), fileSystem.getConf())
          .rename(written, file, Options.Rename.OVERWRITE);
    }
  }
}
