package io.inverseform.job.train;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A file of the run folder that is there whole or not at all, whenever its writer dies. */
final class WholeFile {
  private WholeFile() {}

  /** What is in it. */
  interface Content {
    void write(OutputStream out) throws IOException;
  }

  /** Writes the file, in place of one that is there. */
  static void write(FileSystem fileSystem, Path file, Content content) throws IOException {
    Path staged = file.suffix(".tmp");
    try (OutputStream out = fileSystem.create(staged, true)) {
      content.write(out);
    }
    fileSystem.delete(file, false);
    if (!fileSystem.rename(staged, file)) {
      throw new IOException("cannot rename " + staged + " to " + file);
    }
  }
}
