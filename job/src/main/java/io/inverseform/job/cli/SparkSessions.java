package io.inverseform.job.cli;

import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.doctor.Doctor;
import io.inverseform.job.doctor.Finding;
import io.inverseform.job.doctor.Subject;
import io.inverseform.job.storage.ObjectStores;
import io.inverseform.job.train.Preflight;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.metrics.sink.PrometheusServlet;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts Spark the way that this job needs it. */
final class SparkSessions {
  private static final Logger LOG = LoggerFactory.getLogger(SparkSessions.class);
  private static final String MASTER = "spark.master";
  private static final String PROMETHEUS = "spark.metrics.conf.driver.sink.prometheusServlet.";
  private static final String ALL_CORES = "local[*]";
  private static final Pattern LOCAL = Pattern.compile("local(?:\\[(\\d+)(?:,\\d+)?])?");
  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[(\\d+),(\\d+),\\d+]");

  private SparkSessions() {}

  /**
   * Starts the session of a command that trains.
   *
   * @throws ConfigException before Spark starts, where spark-submit was told what cannot work
   */
  static SparkSession forTraining(String command, JobConfig config) {
    SparkConf conf = conf(new SparkConf(), command, config, config.train().workers());
    Preflight.requireFit(conf);
    Finding threads = Doctor.threads(new Subject(conf, config, System.getenv()));
    if (threads.status() != Finding.Status.OK) {
      LOG.warn(threads.text());
    }
    return SparkSession.builder().config(conf).getOrCreate();
  }

  /** Starts the session of any other command: its tasks need not run at the same time. */
  static SparkSession start(String command, JobConfig config) {
    return SparkSession.builder().config(conf(new SparkConf(), command, config, 1)).getOrCreate();
  }

  /**
   * Adds the job's own settings; those that the user gave stay, but for the application's name.
   *
   * @param conf as spark-submit was told
   * @param workers tasks that must run at the same time
   */
  static SparkConf conf(SparkConf conf, String command, JobConfig config, int workers) {
    for (String side : List.of("driver", "executor")) {
      String key = "spark.%s.userClassPathFirst".formatted(side);
      if (conf.getBoolean(key, false)) {
        throw new ConfigException(
            key + "=true would load PyTorch's natives in two class loaders, which fails: drop it");
      }
    }
    String plugins = conf.get("spark.plugins", "");
    String master = master(conf.get(MASTER, ALL_CORES), workers);
    return ObjectStores.addTo(conf)
        .set(MASTER, master)
        .setAppName("inverseform " + command)
        .set("spark.plugins", (plugins.isEmpty() ? "" : plugins + ",") + RunLog.class.getName())
        .set(ConfigYaml.SPARK_PROPERTY, ConfigYaml.write(config))
        // Too few slots for the workers: say so after 18 s without a new executor, not after ten
        // minutes; containers come later, after their image.
        .setIfMissing("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "3s")
        .setIfMissing(
            "spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures",
            master.matches("yarn|k8s:.*") ? "60" : "6")
        // Progress inside long tasks comes with heartbeats.
        .setIfMissing("spark.executor.heartbeatInterval", "2s")
        .setIfMissing("spark.ui.showConsoleProgress", "false")
        // The same names of metrics in every run, for Prometheus at the driver's UI, too.
        .setIfMissing("spark.metrics.namespace", "inverseform")
        .setIfMissing(PROMETHEUS + "class", PrometheusServlet.class.getName())
        .setIfMissing(PROMETHEUS + "path", "/metrics/prometheus");
  }

  /**
   * {@code local[*]}, spark-submit's default, means as many slots as there are cores or workers.
   */
  private static String master(String master, int workers) {
    if (master.equals(ALL_CORES)) {
      return "local[%d]".formatted(Math.max(Runtime.getRuntime().availableProcessors(), workers));
    }
    OptionalInt slots = slots(master);
    if (slots.isPresent() && slots.getAsInt() < workers) {
      throw new ConfigException(
          "'train.workers' must be at most %d, the slots of --master %s, is %d"
              .formatted(slots.getAsInt(), master, workers));
    }
    return master;
  }

  /** Tasks at once, where the master's name tells. */
  private static OptionalInt slots(String master) {
    Matcher local = LOCAL.matcher(master);
    if (local.matches()) {
      return OptionalInt.of(local.group(1) == null ? 1 : Integer.parseInt(local.group(1)));
    }
    Matcher cluster = LOCAL_CLUSTER.matcher(master);
    return cluster.matches()
        ? OptionalInt.of(Integer.parseInt(cluster.group(1)) * Integer.parseInt(cluster.group(2)))
        : OptionalInt.empty();
  }
}
