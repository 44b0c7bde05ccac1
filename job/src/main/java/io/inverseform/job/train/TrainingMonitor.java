package io.inverseform.job.train;

import io.inverseform.job.allreduce.UnrecoverableException;
import io.inverseform.job.config.TrainConfig;
import io.inverseform.job.watch.EventFile;
import io.inverseform.job.watch.LiveLine;
import io.inverseform.job.watch.MetricsFile;
import io.inverseform.job.watch.SparkMetrics;
import io.inverseform.job.watch.Step;
import io.inverseform.job.watch.StepListener;
import io.inverseform.job.watch.Straggler;
import io.inverseform.job.watch.Stragglers;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.hadoop.fs.FSError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver's ear over all attempts: puts the ranks' reports of a step together, has them shown
 * and written, and makes a checkpoint visible when all ranks have written their files. A step that
 * is run again in a later attempt counts once.
 */
final class TrainingMonitor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingMonitor.class);

  private final int worldSize;
  private final RunFolder run;
  private final Checkpoints checkpoints;
  private final int keep;
  private final int keepBest;
  private final List<StepListener> listeners;
  private final Stragglers stragglers = new Stragglers();
  private final NavigableMap<Long, SortedMap<Integer, StepReport>> reports = new TreeMap<>();
  private final NavigableMap<Long, Double> losses = new TreeMap<>();
  private final NavigableSet<Long> skipped = new TreeSet<>();
  private final Map<Long, List<Checkpoints.Part>> written = new TreeMap<>();
  private volatile long lastStep;
  private volatile double seconds;
  private volatile double starvedSeconds;

  /** Held by who writes: a file system that hangs must not take the driver's own thread with it. */
  private final ReentrantLock lock = new ReentrantLock();

  private final int limitSeconds;
  private Map<String, Double> scores = Map.of();

  /**
   * A monitor; to be told of attempts by {@link #begin}.
   *
   * @param images that the training will see; 0 if no step is left
   */
  TrainingMonitor(TrainConfig config, RunFolder run, long images) {
    this.worldSize = config.workers();
    this.run = run;
    this.checkpoints = run.checkpoints();
    this.keep = config.keepCheckpoints();
    this.keepBest = config.keepBest();
    this.limitSeconds = config.timeoutSeconds();
    this.listeners =
        List.of(
            new LiveLine(config.epochs(), images),
            SparkMetrics.register(worldSize),
            new EventFile(run.fileSystem(), run::events),
            // Last: who finds a step in the metrics finds it everywhere.
            new MetricsFile(run.fileSystem(), run::metrics));
  }

  /**
   * An attempt begins behind a step: what was reported of later steps is void.
   *
   * @throws IOException if its files cannot be made, or an earlier report still is being written
   */
  void begin(long resumeFrom) throws IOException {
    lockWithinLimit();
    try {
      beginLocked(resumeFrom);
    } finally {
      lock.unlock();
    }
  }

  private void lockWithinLimit() throws IOException {
    try {
      if (lock.tryLock(limitSeconds, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("the driver was told to stop").initCause(e);
    }
    throw new IOException(
        "the report of step %d is still being written to %s after %d s (train.timeout_seconds): see"
                .formatted(lastStep, run.path(), limitSeconds)
            + " whether that file system hangs");
  }

  private void beginLocked(long resumeFrom) throws IOException {
    try {
      tellUnfinished();
    } catch (IOException | FSError e) {
      // Perhaps what ended that attempt.
      LOG.warn(
          "what the attempt before did last is not in its metrics, {} cannot be written: {}",
          run.path(),
          e.getMessage());
    }
    losses.tailMap(resumeFrom, false).clear();
    skipped.tailSet(resumeFrom, false).clear();
    written.clear();
    stragglers.clear();
    lastStep = resumeFrom;
    int attempt = run.nextAttempt();
    for (StepListener listener : listeners) {
      listener.onAttempt(attempt, resumeFrom);
    }
  }

  /**
   * A worker ended a step; calls come one at a time.
   *
   * @throws UnrecoverableException if there is no space in the run folder
   * @throws UncheckedIOException if it fails otherwise
   */
  void onProgress(int rank, StepReport report) {
    lock.lock();
    try {
      onProgressLocked(rank, report);
    } finally {
      lock.unlock();
    }
  }

  private void onProgressLocked(int rank, StepReport report) {
    long step = report.step();
    SortedMap<Integer, StepReport> ofStep = reports.computeIfAbsent(step, s -> new TreeMap<>());
    ofStep.put(rank, report);
    if (rank == 0) {
      lastStep = step;
    }
    try {
      if (ofStep.size() == worldSize) {
        reports.remove(step);
        tell(ofStep);
      }
      // Last: who finds a checkpoint knows that the reports up to it are complete.
      if (report.checkpoint() != null) {
        collect(report);
      }
    } catch (IOException e) {
      throw failed(step, e);
    } catch (FSError e) {
      throw failed(step, CheckpointFile.unwrapped(e));
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

  private void tell(SortedMap<Integer, StepReport> ofStep) throws IOException {
    List<Step.Rank> ranks = new ArrayList<>();
    ofStep.forEach((rank, its) -> ranks.add(new Step.Rank(rank, its.host(), its.timings())));
    List<Straggler> slow = ranks.size() == worldSize ? stragglers.after(ranks) : List.of();
    Step step = ofStep.get(0).step(ranks, slow);
    seconds += step.seconds();
    starvedSeconds += step.starvation() * step.seconds();
    if (step.skipped()) {
      LOG.warn("step {} is left out: {}", step.step(), step.notFinite());
      skipped.add(step.step());
    } else {
      losses.put(step.step(), step.loss());
    }
    scores = step.validation();
    for (StepListener listener : listeners) {
      listener.onStep(step);
    }
  }

  /** An attempt that failed leaves steps that not all ranks have reported. */
  private void tellUnfinished() throws IOException {
    try {
      for (SortedMap<Integer, StepReport> ofStep : reports.values()) {
        if (ofStep.containsKey(0)) {
          tell(ofStep);
        }
      }
    } finally {
      reports.clear();
    }
  }

  private void collect(StepReport report) throws IOException {
    long step = report.step();
    List<Checkpoints.Part> parts = written.computeIfAbsent(step, key -> new ArrayList<>());
    parts.add(report.checkpoint());
    if (parts.size() == worldSize) {
      Map<String, Double> found = report.validation() == null ? Map.of() : report.validation();
      checkpoints.publish(Manifest.of(step, report.seen(), found, report.patience(), parts));
      written.remove(step);
      checkpoints.keep(keep, keepBest);
    }
  }

  /** How many steps were left out; complete when the coordinator is closed. */
  int skipped() {
    return skipped.size();
  }

  /** Total loss of every other step, in order; complete when the coordinator is closed. */
  List<Double> losses() {
    return List.copyOf(losses.values());
  }

  /** What the last step was validated with; empty if it was not. */
  Map<String, Double> scores() {
    return scores;
  }

  /** Share of all steps' time, 0 to 1, that a rank waited for examples; 0 without a step. */
  double starvation() {
    return seconds == 0 ? 0 : starvedSeconds / seconds;
  }

  /** The last step that rank 0 reported, or the one that the attempt began behind. */
  long lastStep() {
    return lastStep;
  }

  @Override
  public void close() throws IOException {
    lockWithinLimit();
    try {
      closeLocked();
    } finally {
      lock.unlock();
    }
  }

  private void closeLocked() throws IOException {
    Closeable all = () -> close(listeners);
    try (all) {
      tellUnfinished();
    }
  }

  /** Closes them in their order, whatever becomes of each. */
  private static void close(List<StepListener> listeners) throws IOException {
    if (!listeners.isEmpty()) {
      int last = listeners.size() - 1;
      Closeable closedLast = listeners.get(last);
      try (closedLast) {
        close(listeners.subList(0, last));
      }
    }
  }
}
