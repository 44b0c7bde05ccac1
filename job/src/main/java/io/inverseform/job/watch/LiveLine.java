package io.inverseform.job.watch;

import io.inverseform.job.progress.ProgressLine;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The line on the console. An image that is seen again in a later attempt counts once. */
public final class LiveLine implements StepListener {
  /** Steps of which the waiting is told. */
  private static final int RECENT = 20;

  /** Share of the time below which waiting is not worth a word. */
  private static final double WORTH_TELLING = 0.02;

  private final int epochs;
  private final Deque<Double> starvation = new ArrayDeque<>();
  private final ProgressLine line;
  private final NavigableMap<Long, Integer> images = new TreeMap<>();
  private Map<String, Double> scores = Map.of();

  /**
   * A line for a training.
   *
   * @param images that it will see; 0 if no step is left
   */
  public LiveLine(int epochs, long images) {
    this.epochs = epochs;
    line = new ProgressLine("train", "images", images);
  }

  @Override
  public void onAttempt(int number, long resumeFrom) {
    Map<Long, Integer> redone = images.tailMap(resumeFrom, false);
    line.advance(-redone.values().stream().mapToLong(Integer::longValue).sum());
    redone.clear();
  }

  @Override
  public void onStep(Step step) {
    images.put(step.step(), step.images());
    if (!step.validation().isEmpty()) {
      scores = step.validation();
    }
    starvation.addLast(step.starvation());
    if (starvation.size() > RECENT) {
      starvation.removeFirst();
    }
    line.advance(step.images(), status(step));
  }

  /**
   * How things stand: the score that matters most, and what holds up the training, if anything
   * does: examples, or a rank.
   */
  String status(Step step) {
    StringBuilder status =
        new StringBuilder(
            text(
                "epoch %d/%d  step %d  loss %.4f", step.epoch(), epochs, step.step(), step.loss()));
    scores.entrySet().stream()
        .limit(1)
        .forEach(best -> status.append(text("  %s %.3f", best.getKey(), best.getValue())));
    double waiting = starvation.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    if (waiting >= WORTH_TELLING) {
      status.append(text("  waits for data %.0f %%", 100 * waiting));
    }
    step.stragglers().stream()
        .limit(1)
        .forEach(
            slow ->
                status.append(
                    text("  slowest rank %d (%s) %.1fx", slow.rank(), slow.host(), slow.factor())));
    return status.toString();
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  @Override
  public void close() {
    line.close();
  }
}
