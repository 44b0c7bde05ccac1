package io.inverseform.job.dataset;

import io.inverseform.job.config.DataConfig;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where local copies lie, and how much room they may take.
 *
 * @param path on this host
 * @param limit bytes for all copies in it; 0 for as much as is free
 */
public record LocalFolder(Path path, long limit) {
  private static final long MEGABYTE = 1_000_000;

  /** A folder whose copies may take whatever is free. */
  public LocalFolder(Path path) {
    this(path, 0);
  }

  /** That of processes without Spark, such as measurements; executors have one of their own. */
  public static LocalFolder temporary(DataConfig data) {
    Path path = Path.of(System.getProperty("java.io.tmpdir"), "inverseform-samples");
    return new LocalFolder(path, data.localCopyMb() * MEGABYTE);
  }

  /**
   * Bytes that a copy may have.
   *
   * @param place what the names of copies begin with that it will replace
   */
  long room(String place) throws IOException {
    long free = Files.getFileStore(path).getUsableSpace();
    if (limit == 0) {
      return free;
    }
    long taken = 0;
    try (DirectoryStream<Path> copies = Files.newDirectoryStream(path, "*" + LocalCopy.SUFFIX)) {
      for (Path copy : copies) {
        taken += copy.getFileName().toString().startsWith(place) ? 0 : Files.size(copy);
      }
    }
    return Math.min(free, Math.max(0, limit - taken));
  }

  /**
   * Refuses a copy that has, or will have, more bytes than there is room for.
   *
   * @param table of which the copy is
   */
  void require(long bytes, long room, Object table) throws IOException {
    if (bytes > room) {
      throw new IOException(
          ("%s has room for %d MB more%s, and the local copy of %s has at least %d MB: free some"
                  + " space there, or choose another folder for local copies (spark.local.dir)%s")
              .formatted(
                  path,
                  room / MEGABYTE,
                  limit == 0 ? "" : ", local copies together may have " + limit / MEGABYTE + " MB",
                  table,
                  bytes / MEGABYTE,
                  limit == 0 ? "" : ", or raise data.local_copy_mb"));
    }
  }
}
