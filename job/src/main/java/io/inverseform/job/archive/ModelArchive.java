package io.inverseform.job.archive;

import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.config.InferenceConfig;
import io.inverseform.job.dataset.ClassFile;
import io.inverseform.udf.label.ClassCatalogue;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A trained network and all that inference needs, in a folder on any Hadoop file system: weights,
 * configuration, classes, and what tells DJL to load it. DJL would run code that lies in such a
 * folder, so nothing may lie there but what the list of checksums names.
 *
 * @param folder qualified path
 * @param classes by train id
 * @param weights file of the network's weights
 * @param sha256 of that file, in hex
 */
public record ModelArchive(
    Path folder, InferenceConfig network, ClassCatalogue classes, Path weights, String sha256) {
  static final String WEIGHTS = "model.safetensors";
  static final String NETWORK = "network.yaml";
  static final String CLASSES = "classes.json";

  /** DJL's translator takes the classes' names from this one: a line a channel. */
  static final String SYNSET = "synset.txt";

  static final String SERVING = "serving.properties";

  /** Written last: without it there is no archive. */
  static final String CHECKSUMS = "checksums.sha256";

  static final List<String> FILES = List.of(NETWORK, CLASSES, SYNSET, SERVING, WEIGHTS);

  /** A picture's size in pixels. */
  public record Size(int width, int height) {}

  /**
   * Opens an archive, and checks all of it.
   *
   * @throws FileNotFoundException if there is none
   * @throws IOException if a file is missing, changed, or not on the list of checksums, or DJL
   *     would load another class than this package's
   */
  public static ModelArchive open(String folder, Configuration hadoop) throws IOException {
    Path given = new Path(folder);
    FileSystem fileSystem = given.getFileSystem(hadoop);
    Path root = fileSystem.makeQualified(given);
    Path list = new Path(root, CHECKSUMS);
    if (!fileSystem.exists(list)) {
      throw new FileNotFoundException(
          "no model archive at %s: it has no %s; export makes one".formatted(root, CHECKSUMS));
    }
    Map<String, String> checksums = Checksums.read(fileSystem, list);
    check(fileSystem, root, checksums);
    ServingProperties.check(fileSystem, new Path(root, SERVING));
    Path network = new Path(root, NETWORK);
    return new ModelArchive(
        root,
        ConfigYaml.readInference(text(fileSystem, network), network.toString()),
        ClassFile.read(fileSystem, new Path(root, CLASSES)),
        new Path(root, WEIGHTS),
        checksums.get(WEIGHTS));
  }

  private static void check(FileSystem fileSystem, Path root, Map<String, String> checksums)
      throws IOException {
    List<String> listed = new ArrayList<>(checksums.keySet());
    for (String name : FILES) {
      if (!listed.contains(name)) {
        throw new IOException(
            "model archive %s: %s does not name %s: export the model again"
                .formatted(root, CHECKSUMS, name));
      }
    }
    for (FileStatus status : fileSystem.listStatus(root)) {
      String name = status.getPath().getName();
      // Hadoop puts its own checksums beside local files.
      String of = name.matches("\\..+\\.crc") ? name.substring(1, name.length() - 4) : name;
      if (!of.equals(CHECKSUMS) && !listed.contains(of)) {
        throw new IOException(
            "model archive %s: %s does not name %s, which DJL might run: take it away"
                .formatted(root, CHECKSUMS, name));
      }
    }
    for (String name : listed) {
      requireUnchanged(fileSystem, new Path(root, name), checksums.get(name));
    }
  }

  /**
   * Checks the weights again: another machine may have another file at the same path.
   *
   * @throws IOException if they are not those of the checksum
   */
  public static void requireUnchanged(Path file, String sha256, Configuration hadoop)
      throws IOException {
    requireUnchanged(file.getFileSystem(hadoop), file, sha256);
  }

  private static void requireUnchanged(FileSystem fileSystem, Path file, String sha256)
      throws IOException {
    if (!fileSystem.exists(file)) {
      throw new FileNotFoundException(
          "%s is missing, %s of the model archive names it: export the model again"
              .formatted(file, CHECKSUMS));
    }
    String found = Checksums.of(fileSystem, file);
    if (!found.equals(sha256)) {
      throw new IOException(
          "%s has SHA-256 %s, %s of the model archive says %s: it was changed or damaged; export the model again"
              .formatted(file, found, CHECKSUMS, sha256));
    }
  }

  private static String text(FileSystem fileSystem, Path file) throws IOException {
    try (InputStream in = fileSystem.open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
