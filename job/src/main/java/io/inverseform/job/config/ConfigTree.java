package io.inverseform.job.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Layers of YAML merged into one tree: maps merge deeply, lists and scalars replace, and so does a
 * map of another {@code type} where that says which keys there are. Remembers which layer every
 * value came from, so that an error can name its file.
 */
final class ConfigTree {
  private static final String TYPE = "type";

  private final ObjectNode root = ConfigYaml.MAPPER.createObjectNode();
  private final Map<String, String> origins = new HashMap<>();

  JsonNode root() {
    return root;
  }

  /**
   * Lays a file's values over what is there.
   *
   * @param origin named in errors
   */
  void merge(ObjectNode layer, String origin) {
    merge(root, layer, "", origin);
  }

  private void merge(ObjectNode into, ObjectNode layer, String prefix, String origin) {
    for (Iterator<Map.Entry<String, JsonNode>> it = layer.fields(); it.hasNext(); ) {
      Map.Entry<String, JsonNode> entry = it.next();
      String path = prefix + entry.getKey();
      if (entry.getValue() instanceof ObjectNode map) {
        merge(mapBelow(into, entry.getKey(), map, path), map, path + ".", origin);
      } else {
        into.set(entry.getKey(), entry.getValue());
      }
      origins.put(path, origin);
    }
  }

  /** The map that another is laid over; an empty one where that takes its place. */
  private static ObjectNode mapBelow(ObjectNode parent, String key, ObjectNode over, String path) {
    boolean merges =
        parent.get(key) instanceof ObjectNode below
            && (!KnownKeys.isTyped(path)
                || !over.has(TYPE)
                || over.get(TYPE).equals(below.get(TYPE)));
    return merges ? (ObjectNode) parent.get(key) : parent.putObject(key);
  }

  /** Sets one value by {@code key.path=value}; a number in the path picks a list's element. */
  void set(String setting) {
    String origin = "--set " + Check.withoutLogin(setting);
    int equals = setting.indexOf('=');
    if (equals < 1) {
      throw new ConfigException(origin + ": must have the form key.path=value");
    }
    String path = setting.substring(0, equals).strip();
    JsonNode value = ConfigYaml.parse(setting.substring(equals + 1), origin);
    if (value.isMissingNode()) {
      throw new ConfigException(origin + ": there is no value behind '='");
    }
    int list = path.indexOf('.');
    while (list > 0 && !(at(path.substring(0, list)) instanceof ArrayNode)) {
      list = path.indexOf('.', list + 1);
    }
    if (list > 0) {
      setElement(path.substring(0, list), path.substring(list + 1), value, origin);
    } else {
      merge(nest(path, value), origin);
    }
  }

  private void setElement(String listPath, String rest, JsonNode value, String origin) {
    ArrayNode list = (ArrayNode) at(listPath);
    String[] indexAndPath = rest.split("\\.", 2);
    int index = indexAndPath[0].matches("\\d{1,4}") ? Integer.parseInt(indexAndPath[0]) : -1;
    if (!list.has(index)) {
      throw new ConfigException(
          "%s: '%s' is a list of %d, its elements are 0 to %d, not '%s'"
              .formatted(origin, listPath, list.size(), list.size() - 1, indexAndPath[0]));
    }
    ArrayNode changed = list.deepCopy();
    if (indexAndPath.length == 1) {
      changed.set(index, value);
    } else if (changed.get(index) instanceof ObjectNode element) {
      merge(element, nest(indexAndPath[1], value), listPath + "[" + index + "].", origin);
    } else {
      throw new ConfigException("%s: '%s.%d' holds no keys".formatted(origin, listPath, index));
    }
    merge(nest(listPath, changed), origin);
  }

  private static ObjectNode nest(String path, JsonNode value) {
    ObjectNode outer = ConfigYaml.MAPPER.createObjectNode();
    int dot = path.indexOf('.');
    return dot < 0
        ? outer.set(path, value)
        : outer.set(path.substring(0, dot), nest(path.substring(dot + 1), value));
  }

  /** The node at a path such as {@code loss.terms[0].scope}, or null. */
  JsonNode at(String path) {
    JsonNode node = root;
    for (String part : path.split("[.\\[]")) {
      node = part.endsWith("]") ? node.get(index(part)) : node.get(part);
      if (node == null) {
        return null;
      }
    }
    return node;
  }

  private static int index(String part) {
    return Integer.parseInt(part.substring(0, part.length() - 1));
  }

  /** The layer that set a key, or the nearest key above it; null where there is none. */
  String origin(String path) {
    String key = path;
    while (!origins.containsKey(key)) {
      int end = Math.max(key.lastIndexOf('.'), key.lastIndexOf('['));
      if (end < 0) {
        return null;
      }
      key = key.substring(0, end);
    }
    return origins.get(key);
  }
}
