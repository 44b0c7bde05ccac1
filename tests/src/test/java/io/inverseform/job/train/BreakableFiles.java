package io.inverseform.job.train;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Local files under another scheme. A stream that is written to while they are broken is lost for
 * good, as on HDFS: closing it fails as well.
 */
public final class BreakableFiles extends RawLocalFileSystem {
  private boolean broken;
  private int open;

  /** A run folder on such a file system. */
  static RunFolder run(java.nio.file.Path folder) throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.breakable.impl", BreakableFiles.class, FileSystem.class);
    hadoop.setBoolean("fs.breakable.impl.disable.cache", true);
    return new RunFolder("breakable://" + folder, hadoop);
  }

  void setBroken(boolean broken) {
    this.broken = broken;
  }

  /** Streams that nobody has closed. */
  int open() {
    return open;
  }

  @Override
  public URI getUri() {
    return URI.create("breakable:///");
  }

  @Override
  public FSDataOutputStream create(Path file, boolean overwrite) throws IOException {
    FSDataOutputStream out = super.create(file, overwrite);
    open++;
    return new FSDataOutputStream(
        new FilterOutputStream(out) {
          private boolean lost;

          @Override
          public void write(byte[] bytes, int from, int length) throws IOException {
            lost |= broken;
            requireHealthy();
            out.write(bytes, from, length);
          }

          @Override
          public void close() throws IOException {
            open--;
            out.close();
            requireHealthy();
          }

          private void requireHealthy() throws IOException {
            if (lost) {
              throw new IOException("the file system is gone");
            }
          }
        },
        null);
  }
}
