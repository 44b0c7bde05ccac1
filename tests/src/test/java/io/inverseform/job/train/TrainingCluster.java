package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.StandaloneCluster;
import io.inverseform.job.SubmitScript;
import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.config.JobConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/** Small trainings of two executors on a cluster of processes, through the launcher. */
final class TrainingCluster implements AutoCloseable {
  static final Duration START = Duration.ofSeconds(60);
  static final int CHECKPOINT_EVERY = 8;
  static final int STEPS = 48;

  private static final Pattern WEIGHTS =
      Pattern.compile("step " + STEPS + ": loss \\S+ at first, .*; weights ([0-9a-f]{8}) in ");

  private final Path folder;
  private final StandaloneCluster cluster;
  private final String undisturbed;

  /** Makes the data and the cluster, and a training that nothing disturbs. */
  TrainingCluster(Path folder) throws Exception {
    this.folder = folder;
    SparkSession spark = SmallRun.session("local[2]");
    new SmallRun(folder).prepare(spark);
    spark.stop();
    cluster = new StandaloneCluster(2, SubmitScript.ROOT.resolve("tests/target/cluster"));
    try (SubmitScript.Running run = train("undisturbed")) {
      undisturbed = weights(run.end());
    } catch (Exception | Error e) {
      cluster.close();
      throw e;
    }
  }

  /** The daemons. */
  StandaloneCluster daemons() {
    return cluster;
  }

  /** Folder of a run. */
  Path run(String name) {
    return folder.resolve(name);
  }

  /** Starts a training. */
  SubmitScript.Running train(String run, String... settings) throws Exception {
    return submit(run, "", "", settings);
  }

  /** Starts the rest of a training. */
  SubmitScript.Running resume(String run) throws Exception {
    return submit(run, " --resume", "");
  }

  /**
   * Starts one.
   *
   * @param options of the command, each after a space
   * @param sparkOptions of spark-submit, each after a space
   */
  SubmitScript.Running submit(String run, String options, String sparkOptions, String... settings)
      throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of(
                "train.epochs=100",
                "train.max_steps=" + STEPS,
                "train.validate_every=100",
                "train.checkpoint_every=" + CHECKPOINT_EVERY));
    all.addAll(List.of(settings));
    JobConfig config = new SmallRun(folder).config(run, all.toArray(String[]::new));
    Path home = Files.createDirectories(folder.resolve("home-" + run + options.strip()));
    Path file = Files.writeString(home.resolve("config.yaml"), ConfigYaml.write(config));
    return new SubmitScript(home)
        .start(
            Map.of("SPARK_LOCAL_IP", "127.0.0.1"),
            ("train --config %s%s"
                    + " -- --master %s --executor-memory 1g --executor-cores 1"
                    + " --conf spark.ui.enabled=false --conf spark.local.dir=%s"
                    // Trainings this short end before the compiler's work pays.
                    + " --driver-java-options -XX:TieredStopAtLevel=1"
                    + " --conf spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1%s")
                .formatted(file, options, cluster.url(), folder.resolve("local"), sparkOptions));
  }

  /** The process in which a rank's first attempt runs. */
  ProcessHandle executor(SubmitScript.Running training, int rank) throws Exception {
    Matcher place = training.err().await("rank " + rank + " is executor (\\d+) on \\S+", START);
    return cluster.executor(place.group(1));
  }

  /** The executors' copies of the samples. */
  List<Path> localSamples() throws Exception {
    try (Stream<Path> files = Files.walk(folder.resolve("local"))) {
      return files.filter(file -> file.toString().endsWith(".samples")).toList();
    }
  }

  /** That a training has ended with the bits of the one that nothing disturbed. */
  void assertUndisturbedBits(SubmitScript.Result result) {
    assertThat(weights(result)).as(result.err()).isEqualTo(undisturbed);
  }

  private static String weights(SubmitScript.Result result) {
    Matcher line = WEIGHTS.matcher(result.out());
    assertThat(line.find()).as(result.err() + result.out()).isTrue();
    return line.group(1);
  }

  /** Sends a signal. */
  static void signal(String name, ProcessHandle process) throws Exception {
    assertThat(kill(name, process)).isZero();
  }

  /** Has a stopped process go on, unless it has ended. */
  static void wake(ProcessHandle process) throws Exception {
    kill("CONT", process);
  }

  /** The shell's own, which needs no program. */
  private static int kill(String signal, ProcessHandle process) throws Exception {
    return new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
        .inheritIO()
        .start()
        .waitFor();
  }

  @Override
  public void close() {
    cluster.close();
  }
}
