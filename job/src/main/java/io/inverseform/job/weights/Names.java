package io.inverseform.job.weights;

import java.util.Collection;
import java.util.List;

/** Names of tensors, as files have them. */
final class Names {
  private static final int SHOWN = 5;

  /** What wrappers of networks put before every name. */
  private static final List<String> WRAPPERS = List.of("module.", "model.");

  private Names() {}

  /** The wrappers' prefix that all names carry, such as {@code module.model.}; mostly none. */
  static String prefix(Collection<String> names) {
    String prefix = "";
    boolean longer = !names.isEmpty();
    while (longer) {
      longer = false;
      for (String wrapper : WRAPPERS) {
        String candidate = prefix + wrapper;
        if (names.stream().allMatch(name -> name.startsWith(candidate))) {
          prefix = candidate;
          longer = true;
        }
      }
    }
    return prefix;
  }

  /** The first few, and how many more there are. */
  static String shortened(Collection<String> names) {
    return names.size() <= SHOWN
        ? names.toString()
        : names.stream().limit(SHOWN).toList() + " and " + (names.size() - SHOWN) + " more";
  }
}
