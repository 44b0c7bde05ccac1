package io.inverseform.job.report;

import java.time.Duration;
import java.util.Locale;

/** Numbers as a report writes them. */
final class Figures {
  /** What stands where there is no value. */
  static final String NONE = "–";

  private Figures() {}

  /** A score of 0..1. */
  static String score(double value) {
    return Double.isNaN(value) ? NONE : String.format(Locale.ROOT, "%.3f", value);
  }

  /** A difference of scores, signed; of both signs where it rounds to nothing. */
  static String difference(double value) {
    return Double.isNaN(value) ? NONE : signed(String.format(Locale.ROOT, "%+.3f", value));
  }

  /** Whether a difference shows: 1 for more, -1 for less, 0 where it rounds to nothing. */
  static int sign(double difference) {
    return Double.isNaN(difference) || Math.abs(difference) < 0.0005
        ? 0
        : (int) Math.signum(difference);
  }

  private static String signed(String number) {
    return number.matches("[+-]0\\.0*") ? "±" + number.substring(1) : number.replace('-', '\u2212');
  }

  /** Four digits that count, for what has any size. */
  static String any(double value) {
    return Double.isNaN(value)
        ? NONE
        : Math.abs(value) >= 1e4 || value != 0 && Math.abs(value) < 1e-3
            ? String.format(Locale.ROOT, "%.2e", value).replace('-', '\u2212')
            : String.format(Locale.ROOT, "%.4g", value).replace('-', '\u2212');
  }

  static String percent(double share) {
    return Double.isNaN(share) ? NONE : String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** In the unit that gives numbers of a size to read. */
  static String seconds(double seconds) {
    if (Double.isNaN(seconds)) {
      return NONE;
    }
    return seconds < 1
        ? String.format(Locale.ROOT, "%.3g ms", 1e3 * seconds)
        : String.format(Locale.ROOT, "%.3g s", seconds);
  }

  /** Hours, minutes and seconds. */
  static String duration(double seconds) {
    Duration whole = Duration.ofSeconds(Math.round(seconds));
    return whole.toHours() > 0
        ? "%d h %02d min".formatted(whole.toHours(), whole.toMinutesPart())
        : whole.toMinutes() > 0
            ? "%d min %02d s".formatted(whole.toMinutes(), whole.toSecondsPart())
            : whole.toSeconds() + " s";
  }
}
