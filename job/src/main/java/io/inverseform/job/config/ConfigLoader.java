package io.inverseform.job.config;

import java.nio.file.Path;
import java.util.List;

/**
 * From files and settings to one validated configuration: the files of {@code _base_} first (each
 * relative to the file that names it), then the file itself, then the settings, each over what came
 * before.
 */
public final class ConfigLoader {
  /** What a command works on that names no file: small generated scenes. */
  public static final String DEMO = "configs/demo.yaml";

  private ConfigLoader() {}

  /**
   * Loads a file of the local file system.
   *
   * @param settings each {@code key.path=value}, the value in YAML
   * @throws ConfigException one line with file, key, actual and legal value
   */
  public static JobConfig load(Path file, List<String> settings) {
    ConfigTree tree = new ConfigTree();
    ConfigFiles.local(tree).read(file);
    return bind(tree, settings, file.toString());
  }

  /** Loads {@link #DEMO} from the job's own jar. */
  public static JobConfig loadDemo(List<String> settings) {
    ConfigTree tree = new ConfigTree();
    ConfigFiles.embedded(tree).read(Path.of(DEMO));
    return bind(tree, settings, DEMO);
  }

  private static JobConfig bind(ConfigTree tree, List<String> settings, String name) {
    settings.forEach(tree::set);
    return new ConfigBinder(tree, name).bind();
  }
}
