package io.inverseform.job.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** All keys that a configuration knows, and which of them a mistaken one was meant to be. */
final class KnownKeys {
  private static final List<String> ALL = new ArrayList<>();
  private static final Set<String> TYPED = new HashSet<>();

  static {
    collect(JobConfig.class, "");
  }

  private KnownKeys() {}

  private static void collect(Class<?> type, String prefix) {
    for (RecordComponent component : type.getRecordComponents()) {
      String key = prefix + SnakeCaseStrategy.INSTANCE.translate(component.getName());
      ALL.add(key);
      JsonSubTypes subTypes = component.getType().getAnnotation(JsonSubTypes.class);
      if (subTypes != null) {
        TYPED.add(key);
        for (JsonSubTypes.Type subType : subTypes.value()) {
          collect(subType.value(), key + ".");
        }
      }
      if (component.getType().isRecord()) {
        collect(component.getType(), key + ".");
      }
    }
  }

  /** Whether a configuration can have a key, if only with another {@code type} beside it. */
  static boolean isKnown(String path) {
    return ALL.contains(path);
  }

  /** Whether a key's map has a {@code type} that says which keys it has besides. */
  static boolean isTyped(String path) {
    return TYPED.contains(path);
  }

  /**
   * The nearest known key: one beside the unknown key if it is similar, else the most similar of
   * all keys.
   *
   * @param path of the unknown key
   * @param siblings known keys at that place
   */
  static String nearest(String path, Collection<String> siblings) {
    int dot = path.lastIndexOf('.');
    String name = path.substring(dot + 1);
    Optional<String> sibling =
        siblings.stream()
            .min(Nearest.to(name))
            .filter(k -> Nearest.distance(name, k) <= Math.max(1, name.length() / 2));
    return sibling
        .map(k -> path.substring(0, dot + 1) + k)
        .orElseGet(() -> ALL.stream().min(byLastNameThenPath(path)).orElseThrow());
  }

  private static Comparator<String> byLastNameThenPath(String path) {
    return Comparator.<String>comparingInt(k -> Nearest.distance(last(path), last(k)))
        .thenComparingInt(k -> Nearest.distance(path, k))
        .thenComparing(k -> k);
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }
}
