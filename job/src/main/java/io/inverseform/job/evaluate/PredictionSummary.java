package io.inverseform.job.evaluate;

import java.util.List;
import java.util.Locale;

/**
 * What a prediction of many pictures did.
 *
 * @param output folder
 * @param pictures all of them, also those that failed
 * @param seconds from opening the archive to the last file
 */
public record PredictionSummary(
    String output, long pictures, List<FailedPicture> failed, double seconds) {
  private static final int SHOWN = 5;

  /** Keeps the list as it is now. */
  public PredictionSummary {
    failed = List.copyOf(failed);
  }

  /** Number of pictures that were predicted. */
  public long predicted() {
    return pictures - failed.size();
  }

  /** A line, then one for each of the first pictures that failed. */
  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%d of %d pictures predicted, %d failed, in %.1f s (%.1f images/s): %s%n",
                predicted(),
                pictures,
                failed.size(),
                seconds,
                predicted() / seconds,
                output));
    failed.stream()
        .limit(SHOWN)
        .forEach(f -> text.append("failed %s: %s%n".formatted(f.source(), f.reason())));
    if (failed.size() > SHOWN) {
      text.append("and %d more in %s/failed.txt%n".formatted(failed.size() - SHOWN, output));
    }
    return text.toString();
  }
}
