package io.inverseform.job.train;

import io.inverseform.job.allreduce.CoordinatorListener;
import io.inverseform.job.allreduce.WorkerFailure;
import io.inverseform.job.progress.ProgressLine;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The driver's ear: shows the live line, writes the metrics, and makes a checkpoint visible when
 * all ranks have written their files. Called by one thread of the coordinator's.
 */
final class TrainingMonitor implements CoordinatorListener, AutoCloseable {
  private final int worldSize;
  private final int epochs;
  private final Checkpoints checkpoints;
  private final int keep;
  private final ProgressLine line;
  private final OutputStream metrics;
  private final Map<Long, List<Checkpoints.Part>> written = new TreeMap<>();
  private final List<StepReport> reports = new ArrayList<>();
  private Map<String, Double> scores = Map.of();

  /**
   * A monitor of one attempt.
   *
   * @param images that the attempt will see
   */
  TrainingMonitor(int worldSize, int epochs, int keep, RunFolder run, long firstStep, long images)
      throws IOException {
    this.worldSize = worldSize;
    this.epochs = epochs;
    this.keep = keep;
    checkpoints = run.checkpoints();
    metrics = run.fileSystem().create(run.metrics(firstStep), true);
    line = new ProgressLine("train", "images", images);
  }

  @Override
  public void onProgress(int rank, long step, String payload) {
    StepReport report = StepReport.parse(payload);
    try {
      if (report.checkpoint() != null) {
        collect(step, report.checkpoint());
      }
      if (rank == 0) {
        record(report.withoutCheckpoint());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("step " + step + ": " + e.getMessage(), e);
    }
  }

  private void record(StepReport report) throws IOException {
    metrics.write((report.json() + "\n").getBytes(StandardCharsets.UTF_8));
    metrics.flush();
    reports.add(report);
    if (report.validation() != null) {
      scores = report.validation();
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

  private void collect(long step, Checkpoints.Part part) throws IOException {
    List<Checkpoints.Part> parts = written.computeIfAbsent(step, key -> new ArrayList<>());
    parts.add(part);
    if (parts.size() == worldSize) {
      checkpoints.publish(Checkpoints.Manifest.of(step, parts));
      checkpoints.keep(keep);
      written.remove(step);
    }
  }

  @Override
  public void onFailure(WorkerFailure failure) {
    // The stage ends by itself; Training reports the root cause.
  }

  /** What rank 0 reported, step by step; complete when the coordinator is closed. */
  List<StepReport> reports() {
    return List.copyOf(reports);
  }

  @Override
  public void close() throws IOException {
    line.close();
    metrics.close();
  }
}
