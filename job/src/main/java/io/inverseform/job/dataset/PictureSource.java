package io.inverseform.job.dataset;

import io.inverseform.udf.picture.PictureHeader;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Reads pictures again of which the table holds only the path. */
final class PictureSource {
  private PictureSource() {}

  /**
   * The bytes of a picture file.
   *
   * @throws IOException if it is gone, damaged, or has another size by now
   */
  static byte[] read(String source, int width, int height, Configuration hadoop)
      throws IOException {
    Path path = new Path(source);
    try (InputStream in = path.getFileSystem(hadoop).open(path)) {
      byte[] bytes = in.readAllBytes();
      PictureHeader header = PictureHeader.check(bytes);
      if (header.width() != width || header.height() != height) {
        throw new IOException(
            "it is %dx%d now, was %dx%d".formatted(header.width(), header.height(), width, height));
      }
      return bytes;
    } catch (IOException e) {
      throw new IOException(
          "picture %s, of which the sample table holds only the path, cannot be read: %s; restore it, or run preprocess again"
              .formatted(source, e.getMessage()),
          e);
    }
  }
}
