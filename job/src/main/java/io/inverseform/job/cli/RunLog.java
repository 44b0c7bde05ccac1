package io.inverseform.job.cli;

import io.inverseform.job.config.BuildInfo;
import io.inverseform.job.config.ConfigYaml;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.util.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the driver and every executor log, at their start, which code runs and how it is configured.
 */
public final class RunLog implements SparkPlugin {
  private static final Logger LOG = LoggerFactory.getLogger(RunLog.class);

  /** Made by Spark, by reflection. */
  public RunLog() {}

  @Override
  public DriverPlugin driverPlugin() {
    return new DriverPlugin() {
      @Override
      public Map<String, String> init(SparkContext context, PluginContext plugin) {
        log("driver", plugin);
        return Map.of();
      }
    };
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorPlugin() {
      @Override
      public void init(PluginContext plugin, Map<String, String> fromDriver) {
        log("executor " + plugin.executorID(), plugin);
      }
    };
  }

  private static void log(String process, PluginContext plugin) {
    // PluginContext.hostname() throws on executors of Spark 3.5, which listen on no port of theirs.
    LOG.info("{} on {}: {}", process, Utils.localHostName(), BuildInfo.current());
    LOG.info(
        "Effective configuration of {}:\n{}",
        process,
        plugin.conf().get(ConfigYaml.SPARK_PROPERTY, ""));
  }
}
