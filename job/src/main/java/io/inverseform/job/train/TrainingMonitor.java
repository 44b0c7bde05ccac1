package io.inverseform.job.train;

import io.inverseform.job.allreduce.UnrecoverableException;
import io.inverseform.job.config.TrainConfig;
import io.inverseform.job.progress.ProgressLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver's ear over all attempts: shows the live line, writes the metrics, and makes a
 * checkpoint visible when all ranks have written their files. A step that is run again in a later
 * attempt counts once.
 */
final class TrainingMonitor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingMonitor.class);

  /** Hadoop's name for what object stores cannot do. */
  private static final String FLUSH_TO_READERS = "hflush";

  private final int worldSize;
  private final int epochs;
  private final Checkpoints checkpoints;
  private final int keep;
  private final int keepBest;
  private final ProgressLine line;
  private final RunFolder run;
  private final Map<Long, List<Checkpoints.Part>> written = new TreeMap<>();
  private final NavigableMap<Long, StepReport> reports = new TreeMap<>();
  private FSDataOutputStream metrics;
  private long lastStep;
  private Map<String, Double> scores = Map.of();

  /**
   * A monitor; to be told of attempts by {@link #begin}.
   *
   * @param images that the training will see; 0 if no step is left
   */
  TrainingMonitor(TrainConfig config, RunFolder run, long images) {
    this.worldSize = config.workers();
    this.epochs = config.epochs();
    this.keep = config.keepCheckpoints();
    this.keepBest = config.keepBest();
    this.run = run;
    checkpoints = run.checkpoints();
    line = new ProgressLine("train", "images", images);
  }

  /** An attempt begins behind a step: what was reported of later steps is void. */
  synchronized void begin(long resumeFrom) throws IOException {
    Map<Long, StepReport> redone = reports.tailMap(resumeFrom, false);
    line.advance(-redone.values().stream().mapToLong(StepReport::images).sum());
    redone.clear();
    written.clear();
    lastStep = resumeFrom;
    closeMetrics();
    metrics = run.createMetrics();
  }

  /**
   * A worker ended a step; calls come one at a time.
   *
   * @throws UnrecoverableException if there is no space in the run folder
   * @throws UncheckedIOException if it fails otherwise
   */
  synchronized void onProgress(int rank, StepReport report) {
    try {
      if (rank == 0) {
        record(report.metrics());
      }
      // Last: who finds a checkpoint knows that the reports up to it are complete.
      if (report.checkpoint() != null) {
        collect(report);
      }
    } catch (IOException e) {
      throw failed(report.step(), e);
    } catch (FSError e) {
      throw failed(report.step(), CheckpointFile.unwrapped(e));
    }
  }

  private RuntimeException failed(long step, IOException e) {
    String what = "step %d: %s cannot be written: %s".formatted(step, run.path(), e.getMessage());
    return CheckpointWriter.isFull(e)
        ? new UnrecoverableException(
            what + ": make room there, then go on with --resume from the last complete checkpoint",
            e)
        : new UncheckedIOException(what, e);
  }

  private void record(StepReport report) throws IOException {
    metrics.write((report.json() + "\n").getBytes(StandardCharsets.UTF_8));
    if (metrics.hasCapability(FLUSH_TO_READERS)) {
      metrics.hflush();
    }
    reports.put(report.step(), report);
    lastStep = report.step();
    if (report.validation() != null) {
      scores = report.validation();
    }
    if (report.skipped()) {
      LOG.warn("step {} is left out: {}", report.step(), report.notFinite());
    }
    line.advance(report.images(), status(report));
  }

  private String status(StepReport report) {
    String status =
        String.format(
            Locale.ROOT,
            "epoch %d/%d  step %d  loss %.4f",
            report.epoch(),
            epochs,
            report.step(),
            report.loss());
    return scores.entrySet().stream()
        .findFirst()
        .map(
            best ->
                status + String.format(Locale.ROOT, "  %s %.3f", best.getKey(), best.getValue()))
        .orElse(status);
  }

  private void collect(StepReport report) throws IOException {
    long step = report.step();
    List<Checkpoints.Part> parts = written.computeIfAbsent(step, key -> new ArrayList<>());
    parts.add(report.checkpoint());
    if (parts.size() == worldSize) {
      Map<String, Double> found = report.validation() == null ? Map.of() : report.validation();
      checkpoints.publish(Manifest.of(step, found, parts));
      written.remove(step);
      checkpoints.keep(keep, keepBest);
    }
  }

  /** What rank 0 reported, step by step; complete when the coordinator is closed. */
  synchronized List<StepReport> reports() {
    return List.copyOf(reports.values());
  }

  /** The last step that rank 0 reported, or the one that the attempt began behind. */
  synchronized long lastStep() {
    return lastStep;
  }

  @Override
  public synchronized void close() throws IOException {
    line.close();
    closeMetrics();
  }

  private void closeMetrics() throws IOException {
    if (metrics != null) {
      metrics.close();
      metrics = null;
    }
  }
}
