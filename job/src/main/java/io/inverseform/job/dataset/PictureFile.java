package io.inverseform.job.dataset;

import java.io.Serializable;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * A picture or label file as a listing of its folder shows it; it has not been opened.
 *
 * @param path qualified
 * @param bytes length; {@link #MISSING} if there is no such file
 * @param modified milliseconds since 1970
 */
public record PictureFile(String path, long bytes, long modified) implements Serializable {
  /** The length of a file that does not exist. */
  public static final long MISSING = -1;

  static PictureFile of(FileStatus status) {
    return new PictureFile(
        status.getPath().toString(), status.getLen(), status.getModificationTime());
  }

  static PictureFile missing(Path path) {
    return new PictureFile(path.toString(), MISSING, 0);
  }

  /** Whether the listing showed it. */
  public boolean exists() {
    return bytes != MISSING;
  }
}
