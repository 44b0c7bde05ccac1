package io.inverseform.job.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * Keys of optimisers and schedules that may be left out. They depend on a {@code type}, or stand in
 * a list, so that no file of {@code _base_} can give them.
 */
final class RuleDefaults {
  private static final Map<String, String> RULES =
      Map.of(
          "sgd",
          "{momentum: 0.9, nesterov: false}",
          "adamw",
          "{betas: [0.9, 0.999], epsilon: 1e-8}");

  private static final Map<String, String> DECAYS =
      Map.of("polynomial", "{minimum: 0}", "cosine", "{minimum: 0}", "steps", "{factor: 0.1}");

  private RuleDefaults() {}

  /** Gives both trainings of a whole configuration the keys that they lack. */
  static void fill(JsonNode root) {
    for (JsonNode training : List.of(root, root.path("pretrain"))) {
      JsonNode optimizer = training.path("optimizer");
      byType(optimizer.path("rule"), RULES);
      for (JsonNode group : optimizer.path("groups")) {
        TermDefaults.fill(group, "{rate_factor: 1, decay_factor: 1}");
      }
      byType(training.path("schedule").path("decay"), DECAYS);
    }
  }

  private static void byType(JsonNode node, Map<String, String> defaults) {
    TermDefaults.fill(node, defaults.getOrDefault(node.path("type").asText(), "{}"));
  }
}
