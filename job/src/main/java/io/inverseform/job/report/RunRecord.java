package io.inverseform.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.inverseform.job.evaluate.Scores;
import io.inverseform.job.train.RunFolder;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * All that a run folder tells of its run.
 *
 * @param name of the folder
 * @param place its whole path, without secrets
 * @param configuration effective values by key path, without secrets; empty before a training
 * @param scores of its model by split
 * @param outdated splits whose scores are those of an earlier model
 * @param pictures by split, where they were drawn
 */
record RunRecord(
    String name,
    String place,
    Map<String, String> configuration,
    StepMetrics metrics,
    Map<String, Scores> scores,
    List<String> outdated,
    Map<String, ShownPictures> pictures,
    List<Environment> environments) {
  private static final YAMLMapper YAML = new YAMLMapper();

  /** Whether there is nothing of a run in it. */
  boolean isEmpty() {
    return configuration.isEmpty()
        && metrics.count() == 0
        && scores.isEmpty()
        && outdated.isEmpty();
  }

  /**
   * Reads a run folder.
   *
   * @throws IOException if a file of it is damaged
   */
  static RunRecord read(RunFolder run) throws IOException {
    Redaction redaction = Redaction.here();
    Map<String, Scores> scores = new LinkedHashMap<>();
    List<String> outdated = new ArrayList<>();
    Map<String, ShownPictures> pictures = new LinkedHashMap<>();
    for (Path file : run.scoreFiles()) {
      String split = file.getName().replaceAll("^scores-|\\.json$", "");
      // A training that goes on makes another model.
      if (isOlder(run.fileSystem(), file, run.model())) {
        outdated.add(split);
        continue;
      }
      scores.put(split, scores(run, file));
      if (!isOlder(run.fileSystem(), run.pictures(split), file)) {
        ShownPictures.read(run, split).ifPresent(some -> pictures.put(split, some));
      }
    }
    return new RunRecord(
        run.path().getName(),
        redaction.text(run.path().toString()),
        configuration(run, redaction),
        StepMetrics.read(run),
        scores,
        outdated,
        pictures,
        Environment.read(run));
  }

  static Scores scores(RunFolder run, Path file) throws IOException {
    try {
      return Scores.read(text(run.fileSystem(), file), file.toString());
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Whether both are there, and the first is of before the second. */
  static boolean isOlder(FileSystem files, Path file, Path than) throws IOException {
    try {
      return files.getFileStatus(file).getModificationTime()
          < files.getFileStatus(than).getModificationTime();
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  /** The effective configuration by key path, in its order. */
  static Map<String, String> configuration(RunFolder run, Redaction redaction) throws IOException {
    Map<String, String> values = new LinkedHashMap<>();
    if (run.fileSystem().exists(run.configuration())) {
      flatten("", YAML.readTree(text(run.fileSystem(), run.configuration())), values);
    }
    values.replaceAll(redaction::value);
    return values;
  }

  private static void flatten(String path, JsonNode node, Map<String, String> values) {
    if (node.isObject()) {
      node.fields()
          .forEachRemaining(
              field ->
                  flatten(
                      path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                      field.getValue(),
                      values));
    } else if (node.isArray() && !node.isEmpty() && node.get(0).isObject()) {
      for (int i = 0; i < node.size(); i++) {
        flatten(path + "." + i, node.get(i), values);
      }
    } else if (node.isArray()) {
      values.put(
          path,
          StreamSupport.stream(node.spliterator(), false)
              .map(element -> element.isValueNode() ? element.asText() : element.toString())
              .collect(Collectors.joining(", ", "[", "]")));
    } else {
      values.put(path, node.asText());
    }
  }

  private static String text(FileSystem fileSystem, Path file) throws IOException {
    try (InputStream in = fileSystem.open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The same under another name. */
  RunRecord named(String other) {
    return new RunRecord(
        other, place, configuration, metrics, scores, outdated, pictures, environments);
  }
}
