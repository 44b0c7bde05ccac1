package io.inverseform.job.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Some steps of a training.
 *
 * @param first from 1
 * @param last included; below the first for none
 */
public record StepRange(long first, long last) {
  /** No step. */
  public static final StepRange NONE = new StepRange(1, 0);

  private static final Pattern TEXT = Pattern.compile("([0-9]{1,9})-([0-9]{1,9})");

  /** The steps of a text such as "20-25"; none of an empty one. */
  static StepRange of(String text) {
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches()
        ? new StepRange(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)))
        : NONE;
  }

  /** Whether a text names at least one step and at most so many, or is empty. */
  static boolean isLegal(String text, int most) {
    if (text == null) {
      return false;
    }
    StepRange range = of(text);
    long steps = range.last - range.first + 1;
    return text.isEmpty() || range.first >= 1 && steps >= 1 && steps <= most;
  }

  /** Whether a step is one of them. */
  public boolean contains(long step) {
    return step >= first && step <= last;
  }
}
