package io.inverseform.job.config;

import java.util.Collection;
import java.util.Comparator;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** What a mistyped word was meant to be. */
public final class Nearest {
  private Nearest() {}

  /** The word that takes the fewest changed letters; the first in the alphabet among equals. */
  public static String of(String word, Collection<String> known) {
    return known.stream().min(to(word)).orElseThrow();
  }

  static Comparator<String> to(String word) {
    return Comparator.<String>comparingInt(k -> distance(word, k)).thenComparing(k -> k);
  }

  static int distance(String a, String b) {
    return LevenshteinDistance.getDefaultInstance().apply(a, b);
  }
}
