package io.inverseform.job.evaluate;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A picture that is to be predicted.
 *
 * @param name of what is written for it, with slashes and without an ending
 * @param source for messages: a qualified path
 * @param bytes of the file; null if they are to be read from the source
 */
record PictureToPredict(String name, String source, byte[] bytes) implements Serializable {
  /** The bytes of the picture's file. */
  byte[] read(Configuration hadoop) throws IOException {
    if (bytes != null) {
      return bytes;
    }
    Path path = new Path(source);
    try (InputStream in = path.getFileSystem(hadoop).open(path)) {
      return in.readAllBytes();
    }
  }
}
