package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.LocalSpark;
import io.inverseform.job.LoggedLines;
import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.watch.Timings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingMonitorTest {
  private static final int WORKERS = 2;

  @TempDir private Path folder;
  private RunFolder run;
  private BreakableFiles files;

  @BeforeAll
  static void start() {
    // Its metrics are among those that are told.
    LocalSpark.session();
  }

  @BeforeEach
  void open() throws IOException {
    run = BreakableFiles.run(folder);
    files = (BreakableFiles) run.fileSystem();
  }

  private TrainingMonitor monitor() {
    return new TrainingMonitor(
        ConfigLoader.loadDemo(List.of("train.workers=" + WORKERS)).train(), run, 40);
  }

  private static void report(TrainingMonitor monitor, long step, int ranks) {
    for (int rank = 0; rank < ranks; rank++) {
      monitor.onProgress(
          rank,
          new StepReport(
              step,
              1,
              4,
              4 * step,
              0.1,
              2.5,
              Map.of(),
              false,
              null,
              null,
              null,
              null,
              null,
              "node" + rank,
              new Timings(0.1, 0.2, 0.3, 0.1, 0.1, 100, 200)));
    }
  }

  private void assertLost(TrainingMonitor monitor, long step) {
    files.setBroken(true);
    assertThatThrownBy(() -> report(monitor, step, WORKERS))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageMatching(
            "step " + step + ": breakable:\\S+ cannot be written: the file system is gone");
    files.setBroken(false);
  }

  private List<String> metrics(int attempt) throws IOException {
    return Files.readAllLines(Path.of(run.metrics(attempt).toUri().getPath()));
  }

  @Test
  void aFileThatIsLostDoesNotKeepTheNextAttemptFromItsStart() throws IOException {
    try (TrainingMonitor monitor = monitor();
        LoggedLines log = new LoggedLines(TrainingMonitor.class)) {
      monitor.begin(0);
      report(monitor, 1, WORKERS);
      report(monitor, 3, 1);
      assertLost(monitor, 2);

      monitor.begin(0);

      report(monitor, 1, WORKERS);
      report(monitor, 2, WORKERS);
      assertThat(log.lines())
          .hasSize(1)
          .first()
          .asString()
          .matches(
              "WARN what the attempt before did last is not in its metrics, breakable:\\S+ cannot be"
                  + " written: the file system is gone");
    }
    assertThat(files.open()).isZero();
    assertThat(metrics(1)).hasSize(1);
    assertThat(metrics(2)).hasSize(2);
  }

  @Test
  void aFileThatCannotBeClosedKeepsNoOtherOpen() throws IOException {
    TrainingMonitor monitor = monitor();
    monitor.begin(0);
    report(monitor, 1, WORKERS);
    assertLost(monitor, 2);

    assertThatThrownBy(monitor::close)
        .isInstanceOf(IOException.class)
        .hasMessage("the file system is gone");

    assertThat(files.open()).isZero();
    assertThat(metrics(1)).hasSize(1);
  }
}
