package io.inverseform.udf.edge;

/** Otsu's threshold: the split of a histogram with the largest variance between its two parts. */
final class Otsu {
  private Otsu() {}

  /**
   * The square of the least whole magnitude of the upper part.
   *
   * @param squares squares of magnitudes
   * @return {@link Integer#MAX_VALUE} if all magnitudes are alike
   */
  static int leastSquare(int[] squares) {
    int most = 0;
    for (int square : squares) {
      most = Math.max(most, square);
    }
    int[] counts = new int[(int) Math.sqrt(most) + 1];
    for (int square : squares) {
      counts[(int) Math.sqrt(square)]++;
    }
    int first = firstOfUpperPart(counts);
    return first == counts.length ? Integer.MAX_VALUE : first * first;
  }

  /** The first bin of the upper part; the number of bins if only one bin is filled. */
  static int firstOfUpperPart(int[] counts) {
    long total = 0;
    long sum = 0;
    for (int bin = 0; bin < counts.length; bin++) {
      total += counts[bin];
      sum += (long) bin * counts[bin];
    }
    int first = counts.length;
    double best = 0;
    long lower = 0;
    long lowerSum = 0;
    for (int bin = 0; bin < counts.length - 1; bin++) {
      lower += counts[bin];
      lowerSum += (long) bin * counts[bin];
      if (lower > 0 && lower < total) {
        double apart = (double) lowerSum / lower - (double) (sum - lowerSum) / (total - lower);
        double between = apart * apart * lower * (total - lower);
        if (between > best) {
          best = between;
          first = bin + 1;
        }
      }
    }
    return first;
  }
}
