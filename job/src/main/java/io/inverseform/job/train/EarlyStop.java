package io.inverseform.job.train;

import java.util.Map;

/** Ends a training whose validations do not get better; the same on all ranks. */
final class EarlyStop {
  private final int limit;
  private Patience patience;

  /**
   * How long a training has not got better.
   *
   * @param best first score of the best validation; null before the first
   * @param since validations behind it
   */
  record Patience(Double best, int since) {
    /** Of a training without validations. */
    static final Patience NEW = new Patience(null, 0);

    /** Behind a validation; a score that is no number is not better. */
    Patience after(double score) {
      boolean better = best == null ? !Double.isNaN(score) : score > best;
      return better ? new Patience(score, 0) : new Patience(best, since + 1);
    }
  }

  /**
   * @param limit validations without a better score; 0 for any number
   * @param patience so far
   */
  EarlyStop(int limit, Patience patience) {
    this.limit = limit;
    this.patience = patience;
  }

  /** Takes note of a validation. */
  void validated(Map<String, Double> scores) {
    patience = patience.after(Manifest.first(scores).orElse(Double.NaN));
  }

  /** Whether the training shall end. */
  boolean due() {
    return limit > 0 && patience.since() >= limit;
  }

  Patience patience() {
    return patience;
  }
}
