package io.inverseform.job.cli;

import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.DataConfig;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.PretrainedConfig;
import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;

/**
 * The places that a configuration names, looked at before Spark starts. Executors run in folders of
 * their own, so relative paths are made absolute here.
 */
final class Locations {
  private final Configuration hadoop;

  /** Reaches the file systems as the job will. */
  Locations(SparkConf conf) {
    hadoop = ObjectStores.hadoop(conf);
  }

  /** How to reach file systems without a session. */
  Configuration hadoop() {
    return hadoop;
  }

  /** The same configuration with absolute paths, each with its file system. */
  JobConfig absolute(JobConfig config) {
    DataConfig data = config.data();
    return config
        .with(
            absolute("run", config.run()),
            absolute("pretrain.run", config.pretrain().run()),
            data.with(absolute("data.source", data.source()), absolute("data.table", data.table())))
        .withWeights(
            absoluteIfGiven("model.pretrained.file", config.model().pretrained().file()),
            absoluteIfGiven("pretrain.weights", config.pretrain().weights()));
  }

  private String absoluteIfGiven(String key, String location) {
    return location.isEmpty() ? location : absolute(key, location);
  }

  private String absolute(String key, String location) {
    try {
      Path path = new Path(location);
      return path.getFileSystem(hadoop).makeQualified(path).toString();
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
    if (!exists(key, location)) {
      throw new ConfigException(
          "'%s': there is nothing at %s; %s".formatted(key, location, remedy));
    }
  }

  /** Refuses weights to start from that are not there, if any are configured. */
  void requirePretrained(JobConfig config) {
    PretrainedConfig pretrained = config.model().pretrained();
    if (pretrained.hasFile()) {
      require("model.pretrained.file", pretrained.file(), "set it to a weight file, or to nothing");
    }
  }

  /** Refuses a place that cannot be reached; there need not be anything yet. */
  void reach(String key, String location) {
    exists(key, location);
  }

  private boolean exists(String key, String location) {
    Path path = new Path(location);
    // An instance of its own: one that gives up early must not stay in Hadoop's cache.
    try (FileSystem fileSystem =
        FileSystem.newInstance(path.toUri(), ObjectStores.impatient(hadoop))) {
      // Of all requests, S3 says only in the answer to this one what it refuses them for.
      fileSystem.listStatusIterator(path).hasNext();
      return true;
    } catch (FileNotFoundException e) {
      return false;
    } catch (IOException e) {
      throw unreachable(key, location, e);
    }
  }

  private static ConfigException unreachable(String key, String location, Exception e) {
    return new ConfigException(
        "'%s' cannot be reached at %s: %s"
            .formatted(key, location, S3Failure.reason(e).orElse(e.getMessage())),
        e);
  }
}
