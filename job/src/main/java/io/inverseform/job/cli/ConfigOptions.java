package io.inverseform.job.cli;

import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.config.JobConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options by which every command is configured. */
final class ConfigOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration in YAML; without it the small embedded demo.")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets one key, such as train.epochs=2; repeatable.")
  private List<String> settings = new ArrayList<>();

  /** Whether any of them is there. */
  boolean isGiven() {
    return file != null || !settings.isEmpty();
  }

  JobConfig load() {
    return file == null ? ConfigLoader.loadDemo(settings) : ConfigLoader.load(file, settings);
  }
}
