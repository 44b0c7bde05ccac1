package io.inverseform.job.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;

/**
 * Keys of the loss that may be left out, or be null, which is the same. Those of terms stand in a
 * list, which a file replaces as a whole, so that no file of {@code _base_} can give them.
 */
final class TermDefaults {
  private static final String AVERAGED = "average: valid, scope: image";

  private static final Map<String, String> BY_TYPE =
      Map.ofEntries(
          Map.entry("class_weighted_cross_entropy", "{norm: false}"),
          Map.entry("boundary_cross_entropy", "{positive_weight: 0, average: valid}"),
          Map.entry("edge_attention", "{norm: false}"),
          Map.entry(
              "inverse_form",
              "{boundary: head, grid: [], anchored: true, skip_empty: true, mask_ignored: true}"),
          Map.entry(
              "cross_entropy",
              "{class_weights: [], ignore_index: 255, use_sigmoid: false, %s}".formatted(AVERAGED)),
          Map.entry("ohem_cross_entropy", "{average: kept, edge_threshold: 0, scope: image}"),
          Map.entry(
              "focal", "{gamma: 2, class_weights: [], use_sigmoid: false, %s}".formatted(AVERAGED)),
          Map.entry("dice", "{exponent: 2, smooth: 1, classes: present, scope: image}"),
          Map.entry("tversky", "{smooth: 1, classes: present, scope: image}"),
          Map.entry("relaxed_boundary", "{border: 1, upper_bound: 0, scope: image}"),
          Map.entry(
              "rmi",
              "{radius: 3, pool: 4, cross_entropy_weight: 0.5, information_weight: 0.5, scope: image}"));

  private TermDefaults() {}

  /** Gives the loss of a whole configuration, and its terms, the keys that they lack. */
  static void fill(JsonNode root) {
    JsonNode loss = root.path("loss");
    fill(loss, "{targets: {}}");
    if (loss.path("targets") instanceof ObjectNode targets) {
      // So that a file can take away what one of its bases has.
      targets.properties().removeIf(target -> target.getValue().isNull());
    }
    for (JsonNode term : loss.path("terms")) {
      String type = term.path("type").asText();
      fill(term, BY_TYPE.getOrDefault(type, "{}"));
      if (type.equals("focal")) {
        fill(term, term.path("use_sigmoid").asBoolean() ? "{alpha: 0.5}" : "{alpha: 1}");
      }
    }
  }

  static void fill(JsonNode node, String defaults) {
    if (node instanceof ObjectNode given) {
      Iterator<Map.Entry<String, JsonNode>> fields =
          ConfigYaml.parse(defaults, "defaults").fields();
      fields.forEachRemaining(
          field -> {
            if (!given.hasNonNull(field.getKey())) {
              given.set(field.getKey(), field.getValue());
            }
          });
    }
  }
}
