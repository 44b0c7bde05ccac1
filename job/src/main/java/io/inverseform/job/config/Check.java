package io.inverseform.job.config;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The checks of the records' constructors: a legal value comes back, another one is refused. */
final class Check {
  /** Name and password within an address; a secret key of AWS may have slashes. */
  private static final Pattern LOGIN =
      Pattern.compile("(?<=s3[an]?://)[^/@]*:.*@|(?<=://)[^/@:]*:[^/@]*@");

  private Check() {}

  static void that(boolean legal, String key, Object value, String range) {
    if (!legal) {
      throw ConfigException.illegal(key, value, range);
    }
  }

  static void atLeast(int min, String key, int value) {
    that(value >= min, key, value, "at least " + min);
  }

  /** Finite and above 0. */
  static void positive(String key, double value) {
    that(value > 0 && Double.isFinite(value), key, value, "a finite number above 0");
  }

  /** In 0 to 1. */
  static void share(String key, double value) {
    that(value >= 0 && value <= 1, key, value, "in 0..1");
  }

  /** Finite and not below 0. */
  static void notNegative(String key, double value) {
    that(value >= 0 && Double.isFinite(value), key, value, "a finite number, 0 or above");
  }

  static <T> T given(String key, T value) {
    that(value != null, key, null, "given");
    return value;
  }

  static void text(String key, String value) {
    that(value != null && !value.isBlank(), key, "'" + value + "'", "a text that is not empty");
  }

  /** A folder; one with a password in it would show it in every log. */
  static void location(String key, String value) {
    text(key, value);
    that(!LOGIN.matcher(value).find(), key, withoutLogin(value), "without credentials");
  }

  /** A text to show, with stars for passwords in addresses. */
  static String withoutLogin(String text) {
    return LOGIN.matcher(text).replaceAll("***@");
  }

  /**
   * An unmodifiable copy of a list of at least one element, all of them legal.
   *
   * @param range what an element must be
   */
  static <T> List<T> list(String key, List<T> values, Predicate<T> legal, String range) {
    boolean fits = !given(key, values).isEmpty();
    that(
        fits && values.stream().allMatch(v -> v != null && legal.test(v)),
        key,
        values,
        "a list of at least 1, each " + range);
    return List.copyOf(values);
  }

  /**
   * An unmodifiable copy of a list of the given size whose elements are all legal.
   *
   * @param range what an element must be
   */
  static <T> List<T> list(String key, List<T> values, int size, Predicate<T> legal, String range) {
    boolean fits = given(key, values).size() == size;
    that(
        fits && values.stream().allMatch(v -> v != null && legal.test(v)),
        key,
        values,
        "a list of %d, each %s".formatted(size, range));
    return List.copyOf(values);
  }

  /** An unmodifiable copy of a list, possibly empty, of regular expressions. */
  static List<String> patterns(String key, List<String> patterns) {
    for (String pattern : given(key, patterns)) {
      try {
        Pattern.compile(given(key, pattern));
      } catch (PatternSyntaxException e) {
        throw ConfigException.illegal(
            key, "'" + pattern + "'", "regular expressions: " + e.getDescription());
      }
    }
    return List.copyOf(patterns);
  }
}
