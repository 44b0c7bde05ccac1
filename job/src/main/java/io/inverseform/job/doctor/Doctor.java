package io.inverseform.job.doctor;

import io.inverseform.job.dataset.LocalFolder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.Utils;

/** The order of the checks: first what others build on. */
public final class Doctor {
  /** Longest time for one check. */
  static final Duration LIMIT = Duration.ofSeconds(60);

  private static final Duration CLUSTER_LIMIT = Duration.ofSeconds(240);

  private Doctor() {}

  /** Checks this machine and, from here, all that the configuration needs; one at a time. */
  public static Stream<Finding> examine(Subject subject) {
    List<Check> checks = new ArrayList<>(machine(subject));
    checks.add(new Check("spark home", () -> SparkChecks.home(subject)));
    checks.add(new Check("hadoop", () -> SparkChecks.hadoop(subject)));
    checks.add(new Check("spark gpus", () -> GpuChecks.offered(subject)));
    checks.add(threadsCheck(subject));
    checks.add(new Check("pretrain.threads", () -> LoadChecks.threads(subject.pretraining())));
    checks.add(new Check("memory", () -> LoadChecks.memory(subject)));
    checks.add(new Check("network", () -> NetworkCheck.driver(subject)));
    checks.addAll(PlaceChecks.all(subject));
    return checks.stream().map(check -> check.run(LIMIT));
  }

  /** Checks that the workers of a training do not fight for cores. */
  public static Finding threads(Subject subject) {
    return threadsCheck(subject).run(LIMIT);
  }

  private static Check threadsCheck(Subject subject) {
    return new Check("threads", () -> LoadChecks.threads(subject));
  }

  /**
   * Starts a session, and has every executor check its machine.
   *
   * @param start gives the session, which is closed in the end
   */
  public static Stream<Finding> examineCluster(Subject subject, Callable<SparkSession> start) {
    Cluster cluster = new Cluster(subject);
    Finding asked = new Check("cluster", () -> cluster.ask(start)).run(CLUSTER_LIMIT);
    return Stream.concat(Stream.of(asked), cluster.findings());
  }

  /** What must be right on every machine that computes. */
  static List<Check> machine(Subject subject) {
    List<Check> checks = new ArrayList<>();
    checks.add(new Check("jdk", () -> JvmChecks.jdk(Runtime.version())));
    checks.add(new Check("modules", JvmChecks::modules));
    checks.add(new Check("spark", SparkChecks::version));
    checks.add(new Check("pictures", JvmChecks::pictures));
    checks.add(new Check("djl cache", () -> TorchChecks.cache(subject)));
    checks.add(new Check("djl offline", TorchChecks::offline));
    checks.add(new Check("pytorch", () -> TorchChecks.engine(subject)));
    checks.add(new Check("convolution", TorchChecks::convolution));
    checks.add(new Check("gpus", () -> GpuChecks.seen(subject)));
    Set<String> folders =
        new LinkedHashSet<>(List.of(Utils.getConfiguredLocalDirs(subject.spark())));
    // Of samples, which a standalone worker's own folders are not for.
    folders.add(LocalFolder.scratch(subject.spark(), subject.environment()).toString());
    for (String folder : folders) {
      checks.add(
          new Check(
              "spark.local.dir", () -> PlaceChecks.scratch(subject, "spark.local.dir", folder)));
    }
    String temporary = System.getProperty("java.io.tmpdir");
    checks.add(
        new Check(
            "java.io.tmpdir", () -> PlaceChecks.scratch(subject, "java.io.tmpdir", temporary)));
    return checks;
  }
}
