package io.inverseform.job.archive;

import io.inverseform.job.config.InferenceConfig;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The file by which DJL knows how to load a folder: the classes that do it, and arguments. */
final class ServingProperties {
  private static final Map<String, String> CLASSES =
      Map.of(
          "blockFactory", ArchiveBlockFactory.class.getName(),
          "translatorFactory", ArchiveTranslatorFactory.class.getName());

  private ServingProperties() {}

  /**
   * The text.
   *
   * @param size of the pictures that DJL's own translator for semantic segmentation makes
   */
  static String text(InferenceConfig network, ModelArchive.Size size) {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("engine", "PyTorch");
    lines.put("blockFactory", CLASSES.get("blockFactory"));
    lines.put("translatorFactory", CLASSES.get("translatorFactory"));
    // The block has its weights already.
    lines.put("option.hasParameter", "false");
    lines.put("width", Integer.toString(size.width()));
    lines.put("height", Integer.toString(size.height()));
    lines.put("resize", "true");
    // It scales twice; without these first to 600 pixels.
    lines.put("shortEdge", Integer.toString(Math.min(size.width(), size.height())));
    lines.put("maxEdge", Integer.toString(Math.max(size.width(), size.height())));
    lines.put(
        "normalize",
        Stream.concat(network.mean().stream(), network.std().stream())
            .map(String::valueOf)
            .collect(Collectors.joining(",")));
    return lines.entrySet().stream()
        .map(line -> line.getKey() + "=" + line.getValue() + "\n")
        .collect(Collectors.joining());
  }

  /**
   * Refuses a file that has DJL load other classes than this package's.
   *
   * @throws IOException naming the class
   */
  static void check(FileSystem fileSystem, Path file) throws IOException {
    Properties properties = new Properties();
    try (InputStream in = fileSystem.open(file)) {
      properties.load(in);
    }
    for (Map.Entry<String, String> expected : CLASSES.entrySet()) {
      String found = properties.getProperty(expected.getKey());
      if (!expected.getValue().equals(found)) {
        throw new IOException(
            "%s: %s is %s, only %s is loaded: export the model again"
                .formatted(file, expected.getKey(), found, expected.getValue()));
      }
    }
  }
}
