package io.inverseform.job.cli;

import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.DataConfig;
import io.inverseform.job.config.JobConfig;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import scala.Tuple2;

/**
 * The places that a configuration names, looked at before Spark starts. Executors run in folders of
 * their own, so relative paths are made absolute here.
 */
final class Locations {
  private final Configuration hadoop = new Configuration();

  /** Reaches the file systems as the job will. */
  Locations(SparkConf conf) {
    for (Tuple2<String, String> property : conf.getAllWithPrefix("spark.hadoop.")) {
      hadoop.set(property._1(), property._2());
    }
  }

  /** How to reach file systems without a session. */
  Configuration hadoop() {
    return hadoop;
  }

  /** The same configuration with absolute paths, each with its file system. */
  JobConfig absolute(JobConfig config) {
    DataConfig data = config.data();
    return config.with(
        absolute("run", config.run()),
        absolute("pretrain.run", config.pretrain().run()),
        data.with(absolute("data.source", data.source()), absolute("data.table", data.table())));
  }

  private String absolute(String key, String location) {
    try {
      return fileSystem(location).makeQualified(new Path(location)).toString();
    } catch (IOException | IllegalArgumentException e) {
      throw unreachable(key, location, e);
    }
  }

  /**
   * Refuses a place where there is nothing.
   *
   * @param remedy what to do then
   */
  void require(String key, String location, String remedy) {
    try {
      if (!fileSystem(location).exists(new Path(location))) {
        throw new ConfigException(
            "'%s': there is nothing at %s; %s".formatted(key, location, remedy));
      }
    } catch (IOException e) {
      throw unreachable(key, location, e);
    }
  }

  private FileSystem fileSystem(String location) throws IOException {
    return new Path(location).getFileSystem(hadoop);
  }

  private static ConfigException unreachable(String key, String location, Exception e) {
    return new ConfigException(
        "'%s' cannot be reached at %s: %s".formatted(key, location, e.getMessage()), e);
  }
}
