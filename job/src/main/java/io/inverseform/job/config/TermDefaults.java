package io.inverseform.job.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;

/**
 * Keys of the loss that may be left out. Those of terms stand in a list, which a file replaces as a
 * whole, so that no file of {@code _base_} can give them.
 */
final class TermDefaults {
  private static final String AVERAGED = "average: valid, scope: image";

  private static final Map<String, String> BY_TYPE =
      Map.of(
          "class_weighted_cross_entropy",
          "{norm: false}",
          "boundary_cross_entropy",
          "{positive_weight: 0, average: valid}",
          "edge_attention",
          "{norm: false}",
          "cross_entropy",
          "{class_weights: [], ignore_index: 255, use_sigmoid: false, %s}".formatted(AVERAGED),
          "ohem_cross_entropy",
          "{average: kept, edge_threshold: 0, scope: image}",
          "focal",
          "{gamma: 2, class_weights: [], use_sigmoid: false, alpha: 0.5, %s}".formatted(AVERAGED),
          "dice",
          "{exponent: 2, smooth: 1, classes: present, scope: image}",
          "tversky",
          "{smooth: 1, classes: present, scope: image}",
          "relaxed_boundary",
          "{border: 1, upper_bound: 0, scope: image}",
          "rmi",
          "{radius: 3, pool: 4, cross_entropy_weight: 0.5, information_weight: 0.5, scope: image}");

  private TermDefaults() {}

  /** Gives the loss of a whole configuration, and its terms, the keys that they lack. */
  static void fill(JsonNode root) {
    JsonNode loss = root.path("loss");
    fill(loss, "{targets: {}}");
    for (JsonNode term : loss.path("terms")) {
      fill(term, BY_TYPE.getOrDefault(term.path("type").asText(), "{}"));
    }
  }

  static void fill(JsonNode node, String defaults) {
    if (node instanceof ObjectNode given) {
      Iterator<Map.Entry<String, JsonNode>> fields =
          ConfigYaml.parse(defaults, "defaults").fields();
      fields.forEachRemaining(
          field -> {
            if (!given.has(field.getKey())) {
              given.set(field.getKey(), field.getValue());
            }
          });
    }
  }
}
