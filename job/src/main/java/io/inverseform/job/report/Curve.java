package io.inverseform.job.report;

import java.util.Arrays;

/** Finite values by step. */
record Curve(String name, double[] steps, double[] values) {
  int size() {
    return steps.length;
  }

  /** At most that many points, each the mean of as many neighbours. */
  Curve thinned(int points) {
    if (size() <= points) {
      return this;
    }
    double[] thinSteps = new double[points];
    double[] thinValues = new double[points];
    for (int i = 0; i < points; i++) {
      int from = (int) ((long) i * size() / points);
      int to = (int) ((i + 1L) * size() / points);
      thinSteps[i] = mean(steps, from, to);
      thinValues[i] = mean(values, from, to);
    }
    return new Curve(name, thinSteps, thinValues);
  }

  /** Every value the mean of those at most that many places before and behind it. */
  Curve smoothed(int reach) {
    double[] means = new double[size()];
    for (int i = 0; i < means.length; i++) {
      // As many on either side, so that a slope stays where it is.
      int side = Math.min(reach, Math.min(i, size() - 1 - i));
      means[i] = mean(values, i - side, i + side + 1);
    }
    return new Curve(name, steps, means);
  }

  double min() {
    return Arrays.stream(values).min().orElse(Double.NaN);
  }

  double max() {
    return Arrays.stream(values).max().orElse(Double.NaN);
  }

  /** Mean of the last tenth of the values; NaN without any. */
  double lastTenth() {
    return size() == 0 ? Double.NaN : mean(values, size() - (size() + 9) / 10, size());
  }

  /** The value in the middle; NaN without any. */
  double median() {
    return percentile(0.5);
  }

  /** The value below which that share of the values lies; NaN without any. */
  double percentile(double share) {
    double[] sorted = Arrays.stream(values).sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[(int) Math.round(share * (sorted.length - 1))];
  }

  private static double mean(double[] values, int from, int to) {
    return Arrays.stream(values, from, to).average().orElseThrow();
  }
}
