package io.inverseform.job.storage;

import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.DataConfig;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.PretrainedConfig;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;

/**
 * The places that a configuration names, looked at before Spark starts. Executors run in folders of
 * their own, so relative paths are made absolute here.
 */
public final class Locations {
  private final Configuration hadoop;

  /** Reaches the file systems as the job will. */
  public Locations(SparkConf conf) {
    hadoop = ObjectStores.hadoop(conf);
  }

  /** How to reach file systems without a session. */
  public Configuration hadoop() {
    return hadoop;
  }

  /** The same configuration with absolute paths, each with its file system. */
  public JobConfig absolute(JobConfig config) {
    DataConfig data = config.data();
    return config
        .with(
            absolute("run", config.run()),
            absolute("pretrain.run", config.pretrain().run()),
            data.with(absolute("data.source", data.source()), absolute("data.table", data.table())))
        .withPictures(absoluteIfGiven("pretrain.pictures", config.pretrain().pictures()))
        .withWeights(
            absoluteIfGiven("model.pretrained.file", config.model().pretrained().file()),
            absoluteIfGiven("pretrain.weights", config.pretrain().weights()));
  }

  private String absoluteIfGiven(String key, String location) {
    return location.isEmpty() ? location : absolute(key, location);
  }

  /**
   * The same place with an absolute path and its file system.
   *
   * @throws ConfigException if no file system is known for it
   */
  public String absolute(String key, String location) {
    try {
      Path path = new Path(location);
      return path.getFileSystem(hadoop).makeQualified(path).toString();
    } catch (IOException | IllegalArgumentException e) {
      throw refusal(key, "reached", location, e);
    }
  }

  /**
   * Refuses a place where there is nothing.
   *
   * @param remedy what to do then
   */
  public void require(String key, String location, String remedy) {
    if (!exists(key, location)) {
      throw new ConfigException(
          "'%s': there is nothing at %s; %s".formatted(key, location, remedy));
    }
  }

  /** Refuses weights to start from that are not there, if any are configured. */
  public void requirePretrained(JobConfig config) {
    PretrainedConfig pretrained = config.model().pretrained();
    if (pretrained.hasFile()) {
      require("model.pretrained.file", pretrained.file(), "set it to a weight file, or to nothing");
    }
  }

  /** Refuses a place that cannot be reached; there need not be anything yet. */
  public void reach(String key, String location) {
    exists(key, location);
  }

  /**
   * Writes a file below a place, which need not exist, and deletes it again, with all folders that
   * came with it.
   *
   * @return bytes that are free there; {@link Long#MAX_VALUE} where the store does not count them
   * @throws ConfigException if the place cannot be reached or written to
   */
  public long tryWriting(String key, String location) {
    reach(key, location);
    Path path = new Path(location);
    try (FileSystem fileSystem = impatient(path)) {
      List<Path> missing = new ArrayList<>();
      Path there = fileSystem.makeQualified(path);
      while (!fileSystem.exists(there)) {
        missing.add(there);
        there = there.getParent();
      }
      Path file = new Path(path, ".try-" + UUID.randomUUID());
      try (OutputStream out = fileSystem.create(file, false)) {
        out.write(1);
      }
      fileSystem.delete(file, false);
      for (Path folder : missing) {
        if (fileSystem.exists(folder) && fileSystem.listStatus(folder).length == 0) {
          fileSystem.delete(folder, false);
        }
      }
      // Hadoop counts what is kept for the system, too.
      return there.toUri().getScheme().equals("file")
          ? new File(there.toUri().getPath()).getUsableSpace()
          : fileSystem.getStatus(there).getRemaining();
    } catch (IOException | IllegalArgumentException e) {
      throw refusal(key, "written to", location, e);
    }
  }

  /**
   * Whether there is something at a place.
   *
   * @throws ConfigException if the place cannot be reached
   */
  public boolean exists(String key, String location) {
    Path path = new Path(location);
    try (FileSystem fileSystem = impatient(path)) {
      // Of all requests, S3 says only in the answer to this one what it refuses them for.
      fileSystem.listStatusIterator(path).hasNext();
      return true;
    } catch (FileNotFoundException e) {
      return false;
    } catch (IOException | IllegalArgumentException e) {
      throw refusal(key, "reached", location, e);
    }
  }

  /** An instance of its own: one that gives up early must not stay in Hadoop's cache. */
  private FileSystem impatient(Path path) throws IOException {
    return FileSystem.newInstance(path.toUri(), ObjectStores.impatient(hadoop));
  }

  private static ConfigException refusal(String key, String verb, String location, Exception e) {
    return new ConfigException(
        "'%s' cannot be %s at %s: %s"
            .formatted(key, verb, location, S3Failure.reason(e).orElse(e.getMessage())),
        e);
  }
}
