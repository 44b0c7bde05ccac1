package io.inverseform.job.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.inverseform.job.config.BuildInfo;
import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.train.RunFolder;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.VersionInfo;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkExecutorInfo;
import scala.Tuple2;

/**
 * Where and with what a command ran, without secrets.
 *
 * @param command such as {@code train}
 * @param facts of the process and the cluster, by name
 * @param spark all of Spark's settings
 */
public record Environment(String command, Map<String, String> facts, Map<String, String> spark) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** What may be shown of the environment's variables. */
  private static final String VARIABLES =
      "(OMP|MKL|DJL|PYTORCH|INVERSEFORM)_.*|CUDA_VISIBLE_DEVICES|SPARK_HOME|JAVA_HOME";

  /**
   * That of the command that runs.
   *
   * @param arguments behind {@code submit.sh}, the command first
   */
  public static Environment of(SparkContext spark, List<String> arguments) {
    SparkConf conf = spark.conf();
    Map<String, String> settings = new TreeMap<>();
    for (Tuple2<String, String> setting : conf.getAll()) {
      settings.put(setting._1(), setting._2());
    }
    // The report shows the configuration by itself.
    settings.remove(ConfigYaml.SPARK_PROPERTY);
    Map<String, String> all = new TreeMap<>(System.getenv());
    all.putAll(settings);
    Redaction redaction = Redaction.of(conf.get("spark.redaction.regex", "(?!)"), all);
    settings.replaceAll(redaction::value);
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put(
        "command",
        redaction.commandLine(Stream.concat(Stream.of("submit.sh"), arguments.stream())));
    facts.put(
        "ended",
        ZonedDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss xxx")));
    facts.put("code", BuildInfo.current().toString());
    facts.put("Spark", spark.version() + ", master " + redaction.text(spark.master()));
    facts.put("executors", executors(spark.statusTracker().getExecutorInfos()));
    facts.put("Hadoop", VersionInfo.getVersion());
    facts.put(
        "Java",
        "%s, %s".formatted(System.getProperty("java.version"), System.getProperty("java.vm.name")));
    facts.put("driver", driver());
    System.getenv().entrySet().stream()
        .filter(variable -> variable.getKey().matches(VARIABLES))
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            variable ->
                facts.put(
                    variable.getKey(), redaction.value(variable.getKey(), variable.getValue())));
    return new Environment(arguments.get(0), facts, settings);
  }

  /** The driver counts as one; in local mode it is the only one. */
  private static String executors(SparkExecutorInfo[] all) {
    String hosts =
        Arrays.stream(all)
            .map(SparkExecutorInfo::host)
            .distinct()
            .sorted()
            .limit(8)
            .collect(Collectors.joining(", "));
    return all.length <= 1
        ? "none beside the driver, on " + hosts
        : "%d and the driver, on %s".formatted(all.length - 1, hosts);
  }

  private static String driver() {
    long memory =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : 0;
    return "%s %s, %d cores, %d GiB of memory, %d MiB of heap"
        .formatted(
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            Runtime.getRuntime().availableProcessors(),
            memory >> 30,
            Runtime.getRuntime().maxMemory() >> 20);
  }

  /** Keeps it in a run folder, in place of that of an earlier run of the same command. */
  public void write(RunFolder run) throws IOException {
    run.write(run.environment(command), JSON.writeValueAsString(this));
  }

  /** All that a run folder has, by command. */
  static List<Environment> read(RunFolder run) throws IOException {
    Map<String, Environment> all = new TreeMap<>();
    for (Path file : run.environments()) {
      try (InputStream in = run.fileSystem().open(file)) {
        Environment environment = JSON.readValue(in, Environment.class);
        all.put(environment.command(), environment);
      } catch (JsonProcessingException e) {
        throw new IOException(file + " is damaged, delete it: " + e.getOriginalMessage(), e);
      }
    }
    return List.copyOf(all.values());
  }
}
