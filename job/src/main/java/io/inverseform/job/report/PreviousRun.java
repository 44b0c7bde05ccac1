package io.inverseform.job.report;

import io.inverseform.job.evaluate.ClassScore;
import io.inverseform.job.evaluate.Scores;
import io.inverseform.job.train.RunFolder;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The run that a report sets its scores beside: of the folders next to it the one that was scored
 * last before it, on the same split and classes.
 *
 * @param configuration by key path, without secrets
 */
record PreviousRun(String name, Scores scores, Map<String, String> configuration) {
  private static final Logger LOG = LoggerFactory.getLogger(PreviousRun.class);

  /** Folders that are looked into, newest first. */
  private static final int MOST = 200;

  /** The one before a run, if there is one that can be read. */
  static Optional<PreviousRun> of(RunFolder run, Scores scores) {
    Path parent = run.path().getParent();
    if (parent == null) {
      return Optional.empty();
    }
    try {
      return find(run, parent, scores);
    } catch (IOException e) {
      // A report needs no other run; a store may not even list the folder above.
      LOG.warn("no run to compare with is taken from {}: {}", parent, e.toString());
      return Optional.empty();
    }
  }

  private static Optional<PreviousRun> find(RunFolder run, Path parent, Scores scores)
      throws IOException {
    FileSystem fileSystem = run.fileSystem();
    long time = fileSystem.getFileStatus(run.scores(scores.split())).getModificationTime();
    List<Path> folders =
        Arrays.stream(fileSystem.listStatus(parent))
            .filter(FileStatus::isDirectory)
            .sorted(Comparator.comparingLong(FileStatus::getModificationTime).reversed())
            .map(FileStatus::getPath)
            .filter(folder -> !folder.equals(run.path()))
            .limit(MOST)
            .toList();
    PreviousRun newest = null;
    long newestTime = Long.MIN_VALUE;
    for (Path folder : folders) {
      RunFolder other = new RunFolder(folder.toString(), fileSystem.getConf());
      Path file = other.scores(scores.split());
      if (!fileSystem.exists(file)) {
        continue;
      }
      long otherTime = fileSystem.getFileStatus(file).getModificationTime();
      if (otherTime <= time && otherTime > newestTime) {
        Optional<PreviousRun> usable = read(other, file, scores);
        newest = usable.orElse(newest);
        newestTime = usable.isPresent() ? otherTime : newestTime;
      }
    }
    return Optional.ofNullable(newest);
  }

  /** Empty where it cannot be compared with. */
  private static Optional<PreviousRun> read(RunFolder other, Path file, Scores scores) {
    try {
      if (RunRecord.isOlder(other.fileSystem(), file, other.model())) {
        return Optional.empty();
      }
      Scores read = RunRecord.scores(other, file);
      return classes(read).equals(classes(scores))
          ? Optional.of(
              new PreviousRun(
                  other.path().getName(), read, RunRecord.configuration(other, Redaction.here())))
          : Optional.empty();
    } catch (IOException e) {
      LOG.info("{} is not compared with: {}", other.path(), e.toString());
      return Optional.empty();
    }
  }

  private static List<String> classes(Scores scores) {
    return scores.classes().stream().map(ClassScore::name).toList();
  }
}
