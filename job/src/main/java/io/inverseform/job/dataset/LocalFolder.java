package io.inverseform.job.dataset;

import io.inverseform.job.config.DataConfig;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.SparkConf;

/**
 * Where local copies lie, and how much room they may take.
 *
 * @param path on this host
 * @param limit bytes for all copies in it; 0 for as much as is free
 */
public record LocalFolder(Path path, long limit) {
  private static final long MEGABYTE = 1_000_000;
  private static final String COPIES = "inverseform-samples";

  /** A folder whose copies may take whatever is free. */
  public LocalFolder(Path path) {
    this(path, 0);
  }

  /** That of processes without Spark, such as measurements; executors have one of their own. */
  public static LocalFolder temporary(DataConfig data) {
    Path path = Path.of(System.getProperty("java.io.tmpdir"), COPIES);
    return new LocalFolder(path, data.localCopyMb() * MEGABYTE);
  }

  /** Where the executors of this host, all the same, keep their copies. */
  public static Path ofExecutors(SparkConf spark, Map<String, String> environment) {
    return scratch(spark, environment).resolve(COPIES);
  }

  /**
   * The first of Spark's folders on this host, by Spark's own order of precedence: those of a YARN
   * container's application, {@code SPARK_LOCAL_DIRS}, {@code spark.local.dir}, Java's temporary
   * one. Only those that a standalone worker makes ({@code SPARK_EXECUTOR_DIRS}) are passed over:
   * another worker on the host has others, and they go with the application.
   *
   * @param environment variables of this process
   */
  public static Path scratch(SparkConf spark, Map<String, String> environment) {
    String folders = spark.get("spark.local.dir", System.getProperty("java.io.tmpdir"));
    folders = environment.getOrDefault("SPARK_LOCAL_DIRS", folders);
    if (environment.containsKey("CONTAINER_ID")) {
      folders = environment.getOrDefault("LOCAL_DIRS", folders);
    }
    return Path.of(folders.split(",")[0]);
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
                  + " space there, or choose another folder for local copies (spark.local.dir, or"
                  + " SPARK_LOCAL_DIRS where it is set)%s")
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
