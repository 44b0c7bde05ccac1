package io.inverseform.job.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.train.RunFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;

/**
 * The metrics of all steps that count. Every attempt of a training has a file, which takes the
 * place of what the files of earlier ones say of its first step and later ones. Of a step only the
 * numbers are kept: a long run has hundreds of thousands of steps.
 */
final class StepMetrics {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TIMINGS = "/timings/";
  private static final String BYTES = "_bytes";

  /** Where each number stands in a step's, by its pointer, in the order of the files. */
  private final Map<String, Integer> columns = new LinkedHashMap<>();

  private final TreeMap<Long, Step> steps = new TreeMap<>();
  private int attempts;

  /**
   * A step.
   *
   * @param numbers by column; NaN where there is none, shorter where columns came later
   */
  private record Step(long step, boolean skipped, double[] numbers) {
    double number(Integer column) {
      return column == null || column >= numbers.length ? Double.NaN : numbers[column];
    }
  }

  private StepMetrics() {}

  /**
   * Reads a run's metrics; empty where there are none yet.
   *
   * @throws IOException if a line is not legal
   */
  static StepMetrics read(RunFolder run) throws IOException {
    StepMetrics metrics = new StepMetrics();
    for (Path file : run.metricsFiles()) {
      metrics.add(run, file);
    }
    return metrics;
  }

  private void add(RunFolder run, Path file) throws IOException {
    attempts++;
    int number = 0;
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(run.fileSystem().open(file), StandardCharsets.UTF_8))) {
      String line = in.readLine();
      while (line != null) {
        String next = in.readLine();
        number++;
        try {
          Step step = step(JSON.readTree(line));
          if (number == 1) {
            steps.tailMap(step.step(), true).clear();
          }
          steps.put(step.step(), step);
        } catch (JsonProcessingException e) {
          if (next != null) {
            throw new IOException("line %d of %s is no JSON: %s".formatted(number, file, line), e);
          }
          // A driver that was killed leaves its last line unfinished.
        }
        line = next;
      }
    }
  }

  private Step step(JsonNode line) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    flatten("", line, numbers);
    numbers.keySet().forEach(pointer -> columns.putIfAbsent(pointer, columns.size()));
    double[] values = new double[columns.size()];
    Arrays.fill(values, Double.NaN);
    numbers.forEach((pointer, value) -> values[columns.get(pointer)] = value);
    return new Step(line.path("step").asLong(), line.path("skipped").asBoolean(), values);
  }

  /** Jackson writes numbers that are not finite as texts: they are no numbers here. */
  private static void flatten(String pointer, JsonNode node, Map<String, Double> numbers) {
    if (node.isNumber()) {
      numbers.put(pointer, node.doubleValue());
    }
    node.fields()
        .forEachRemaining(
            field -> flatten(pointer + "/" + field.getKey(), field.getValue(), numbers));
  }

  /** The last step there is; 0 without any. */
  long lastStep() {
    return steps.isEmpty() ? 0 : steps.lastKey();
  }

  /** How many steps count. */
  int count() {
    return steps.size();
  }

  /** How many steps were skipped. */
  long skipped() {
    return steps.values().stream().filter(Step::skipped).count();
  }

  /** How often the training was begun, gone on with or begun again after a failure. */
  int attempts() {
    return attempts;
  }

  /** Epochs that were begun. */
  int epochs() {
    return (int) numbers("/epoch").max().orElse(0);
  }

  /** Images that the steps have seen, of all ranks. */
  long images() {
    return (long) numbers("/images").sum();
  }

  /** What the steps have taken, without validations and checkpoints. */
  double seconds() {
    return numbers("/seconds").sum();
  }

  private DoubleStream numbers(String pointer) {
    Integer column = columns.get(pointer);
    return steps.values().stream()
        .mapToDouble(step -> step.number(column))
        .filter(value -> !Double.isNaN(value));
  }

  /** The total loss by step, without steps that were skipped. */
  Curve loss() {
    return curve("total", "/loss");
  }

  /** Every term of the loss by step, not weighted, without steps that were skipped. */
  List<Curve> terms() {
    return curves("/terms/");
  }

  /** The learning rate by step. */
  Curve learningRate() {
    return curve("learning rate", "/learning_rate");
  }

  /** Every score of the validations, at the steps where they took place. */
  List<Curve> validation() {
    return curves("/validation/");
  }

  /** Seconds of rank 0's steps by phase, in the order of a step, all of the same steps. */
  List<Curve> phases() {
    Integer whole = columns.get("/seconds");
    List<Step> timed = steps.values().stream().filter(step -> step.number(whole) > 0).toList();
    double[] at = timed.stream().mapToDouble(Step::step).toArray();
    return columns.entrySet().stream()
        .filter(column -> column.getKey().startsWith(TIMINGS) && !column.getKey().endsWith(BYTES))
        .map(
            column ->
                new Curve(
                    column.getKey().substring(TIMINGS.length()).replace('_', ' '),
                    at,
                    timed.stream()
                        .mapToDouble(step -> step.number(column.getValue()))
                        .map(seconds -> Double.isNaN(seconds) ? 0 : seconds)
                        .toArray()))
        .toList();
  }

  /** Images of all ranks a second, by step. */
  Curve imagesPerSecond() {
    Integer images = columns.get("/images");
    Integer seconds = columns.get("/seconds");
    List<Step> timed = steps.values().stream().filter(step -> step.number(seconds) > 0).toList();
    return new Curve(
        "images a second",
        timed.stream().mapToDouble(Step::step).toArray(),
        timed.stream().mapToDouble(step -> step.number(images) / step.number(seconds)).toArray());
  }

  private List<Curve> curves(String parent) {
    Stream<String> pointers = columns.keySet().stream().filter(key -> key.startsWith(parent));
    return pointers
        .map(key -> curve(name(key.substring(parent.length())), key))
        .filter(curve -> curve.size() > 0)
        .toList();
  }

  private static String name(String key) {
    return key.replace('_', ' ').replaceAll("\\biou\\b", "IoU").replaceAll("\\bf\\b", "F");
  }

  private Curve curve(String name, String pointer) {
    Integer column = columns.get(pointer);
    List<Step> measured =
        steps.values().stream()
            .filter(step -> !step.skipped() && !Double.isNaN(step.number(column)))
            .toList();
    return new Curve(
        name,
        measured.stream().mapToDouble(Step::step).toArray(),
        measured.stream().mapToDouble(step -> step.number(column)).toArray());
  }
}
