package io.inverseform.job.weights;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the dictionary of tensors in what was saved, which may be a checkpoint around it. */
final class StateDict {
  /** Names of such dictionaries in checkpoints, where there are several the first counts. */
  private static final List<String> NAMES =
      List.of(
          "state_dict",
          "model_state_dict",
          "model_state",
          "model",
          "state",
          "net",
          "network",
          "weights",
          "params");

  private static final int MAX_DEPTH = 4;

  /** Above the name of any module; keeps places short. */
  private static final int MAX_NAME = 1000;

  private final SourceFile source;
  private final Map<String, Region> storages;
  private final Map<String, Map<?, ?>> found = new LinkedHashMap<>();
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  StateDict(SourceFile source, Map<String, Region> storages) {
    this.source = source;
    this.storages = storages;
  }

  /**
   * The tensors of the one dictionary most of whose values are tensors; where there are several, of
   * the one with a name as state dictionaries have it.
   *
   * @throws IOException if there is none, or no telling which
   */
  Content content(String format, Object root) throws IOException {
    collect("", root, 0);
    String place = place(root);
    List<StoredTensor> tensors = new ArrayList<>();
    for (Map.Entry<?, ?> entry : found.get(place).entrySet()) {
      if (entry.getValue() instanceof Pickled.Tensor tensor) {
        tensors.add(stored((String) entry.getKey(), tensor));
      }
    }
    return new Content(format, place, plainValues(root), tensors);
  }

  private void collect(String place, Object value, int depth) {
    if (depth > MAX_DEPTH || !(value instanceof Map<?, ?> map) || !seen.add(map)) {
      return;
    }
    long tensors = map.values().stream().filter(Pickled.Tensor.class::isInstance).count();
    boolean named = map.keySet().stream().allMatch(String.class::isInstance);
    if (named && 2 * tensors > map.size()) {
      found.put(place, map);
    }
    map.forEach(
        (key, child) -> {
          if (key instanceof String name
              && name.length() <= MAX_NAME
              && child instanceof Map<?, ?>) {
            collect(place.isEmpty() ? name : place + "." + name, child, depth + 1);
          }
        });
  }

  private String place(Object root) throws IOException {
    if (found.size() == 1) {
      return found.keySet().iterator().next();
    }
    for (String name : NAMES) {
      for (String place : found.keySet()) {
        if (place.equals(name) || place.endsWith("." + name)) {
          return place;
        }
      }
    }
    if (found.isEmpty()) {
      throw new IOException(
          "%s holds no dictionary of tensors%s"
              .formatted(
                  source.name(), root instanceof Map<?, ?> map ? ", only " + keys(map) : ""));
    }
    throw new IOException(
        "%s holds several dictionaries of tensors, %s: save the one that is meant by itself"
            .formatted(source.name(), Names.shortened(found.keySet())));
  }

  private static String keys(Map<?, ?> map) {
    return Names.shortened(
        map.keySet().stream().filter(String.class::isInstance).map(String.class::cast).toList());
  }

  private StoredTensor stored(String name, Pickled.Tensor tensor) throws IOException {
    Pickled.Storage storage = tensor.storage();
    return new StoredTensor(
        source,
        name,
        storage.type(),
        tensor.shape(),
        tensor.strides(),
        storages.get(storage.key()),
        tensor.offset());
  }

  private static Map<String, String> plainValues(Object root) {
    Map<String, String> values = new LinkedHashMap<>();
    if (root instanceof Map<?, ?> map) {
      map.forEach(
          (key, value) -> {
            boolean plain =
                value instanceof String
                    || value instanceof Long
                    || value instanceof Double
                    || value instanceof Boolean;
            if (key instanceof String name && plain) {
              values.put(name, value.toString());
            }
          });
    }
    return values;
  }
}
