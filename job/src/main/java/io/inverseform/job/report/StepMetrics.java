package io.inverseform.job.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.train.RunFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;

/**
 * The metrics of all steps that count. Every attempt of a training has a file, which takes the
 * place of what the files of earlier ones say of its first step and later ones.
 */
final class StepMetrics {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final TreeMap<Long, JsonNode> steps;

  private StepMetrics(TreeMap<Long, JsonNode> steps) {
    this.steps = steps;
  }

  /**
   * Reads a run's metrics.
   *
   * @throws DrawingException if no step has a loss
   * @throws IOException if a line is not legal
   */
  static StepMetrics read(RunFolder run) throws IOException {
    TreeMap<Long, JsonNode> steps = new TreeMap<>();
    for (Path file : run.metricsFiles()) {
      List<JsonNode> lines = lines(run, file);
      if (!lines.isEmpty()) {
        steps.tailMap(lines.get(0).path("step").asLong(), true).clear();
      }
      lines.forEach(line -> steps.put(line.path("step").asLong(), line));
    }
    StepMetrics metrics = new StepMetrics(steps);
    if (metrics.loss().size() == 0) {
      throw new DrawingException("no loss of any step in " + run.path() + ": nothing to draw");
    }
    return metrics;
  }

  private static List<JsonNode> lines(RunFolder run, Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(run.fileSystem().open(file), StandardCharsets.UTF_8))) {
      String line = in.readLine();
      while (line != null) {
        String next = in.readLine();
        try {
          lines.add(JSON.readTree(line));
        } catch (JsonProcessingException e) {
          if (next != null) {
            throw new IOException(
                "line %d of %s is no JSON: %s".formatted(lines.size() + 1, file, line), e);
          }
          // A driver that was killed leaves its last line unfinished.
        }
        line = next;
      }
    }
    return lines;
  }

  /** The last step there is. */
  long lastStep() {
    return steps.lastKey();
  }

  /** How many steps were skipped. */
  long skipped() {
    return steps.values().stream().filter(step -> step.path("skipped").asBoolean()).count();
  }

  /** The total loss by step, without steps that were skipped. */
  Curve loss() {
    return curve("total", "/loss");
  }

  /** Every term of the loss by step, not weighted, without steps that were skipped. */
  List<Curve> terms() {
    return curves("/terms");
  }

  /** The learning rate by step. */
  Curve learningRate() {
    return curve("learning rate", "/learning_rate");
  }

  /** Every score of the validations, at the steps where they took place. */
  List<Curve> validation() {
    return curves("/validation");
  }

  private List<Curve> curves(String parent) {
    Map<String, Curve> curves = new LinkedHashMap<>();
    for (JsonNode step : steps.values()) {
      step.at(parent)
          .fieldNames()
          .forEachRemaining(
              name ->
                  curves.computeIfAbsent(
                      name, key -> curve(key.replace('_', ' '), parent + "/" + key)));
    }
    return curves.values().stream().filter(curve -> curve.size() > 0).toList();
  }

  private Curve curve(String name, String pointer) {
    List<JsonNode> measured =
        steps.values().stream()
            .filter(step -> !step.path("skipped").asBoolean())
            // Jackson writes numbers that are not finite as texts.
            .filter(step -> step.at(pointer).isNumber())
            .toList();
    return new Curve(
        name,
        measured.stream().mapToDouble(step -> step.path("step").asDouble()).toArray(),
        measured.stream().mapToDouble(step -> step.at(pointer).asDouble()).toArray());
  }
}
