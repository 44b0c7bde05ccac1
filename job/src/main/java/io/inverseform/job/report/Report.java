package io.inverseform.job.report;

import io.inverseform.job.config.ConfigException;
import io.inverseform.job.dataset.WholeFile;
import io.inverseform.job.evaluate.Scores;
import io.inverseform.job.train.RunFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.fs.Path;

/**
 * One page of HTML with all that a run has left: curves, throughput, scores, pictures,
 * configuration and environment. It can be read without a network, in any browser.
 */
public final class Report {
  private Report() {}

  /**
   * Writes the page of a run into its folder, in place of an older one.
   *
   * @return its path
   * @throws IOException if a file of the run is damaged, or the page cannot be written
   */
  public static Path write(RunFolder run) throws IOException {
    RunRecord record = RunRecord.read(run);
    Map<String, PreviousRun> previous = new LinkedHashMap<>();
    for (Scores scores : record.scores().values()) {
      PreviousRun.of(run, scores).ifPresent(before -> previous.put(scores.split(), before));
    }
    run.write(run.report(), Page.of(record, previous).html());
    return run.report();
  }

  /**
   * Writes the page of two runs side by side.
   *
   * @param first what the second is compared with
   * @throws ConfigException if one of the folders holds no run
   * @throws IOException if a file of the runs is damaged, or the page cannot be written
   */
  public static void compare(RunFolder first, RunFolder second, Path file) throws IOException {
    RunRecord one = requireRun(RunRecord.read(first), first);
    RunRecord other = requireRun(RunRecord.read(second), second);
    if (one.name().equals(other.name())) {
      one = one.named(longName(first));
      other = other.named(longName(second));
    }
    String page = Page.comparing(one, other).html();
    WholeFile.write(
        file.getFileSystem(first.fileSystem().getConf()),
        file,
        out -> out.write(page.getBytes(StandardCharsets.UTF_8)));
  }

  private static RunRecord requireRun(RunRecord record, RunFolder folder) {
    if (record.isEmpty()) {
      throw new ConfigException(
          "%s is no run: it has neither config.yaml nor metrics nor scores; give the folder of a run, such as runs/demo"
              .formatted(folder.path()));
    }
    return record;
  }

  /** With the folder above, where the names alone are the same. */
  private static String longName(RunFolder run) {
    Path parent = run.path().getParent();
    return (parent == null ? "" : parent.getName() + "/") + run.path().getName();
  }
}
