package io.inverseform.job.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a run was configured by, and what differs from another one.
 *
 * @param base configuration of the other run by key path, if there is one
 */
record ConfigurationSection(
    Map<String, String> configuration,
    String name,
    Optional<Map<String, String>> base,
    String baseName) {
  void draw(Html html) {
    base.ifPresent(other -> differences(html, other));
    base.filter(other -> baseIsShown()).ifPresent(other -> whole(html, baseName, other));
    whole(html, name, configuration);
  }

  /** Both are there, or the differences say it all. */
  private boolean baseIsShown() {
    return base.filter(other -> !other.isEmpty()).isPresent();
  }

  private void differences(Html html, Map<String, String> other) {
    Set<String> keys = new LinkedHashSet<>(other.keySet());
    keys.addAll(configuration.keySet());
    List<String> different = new ArrayList<>();
    for (String key : keys) {
      if (!other
          .getOrDefault(key, Figures.NONE)
          .equals(configuration.getOrDefault(key, Figures.NONE))) {
        different.add(key);
      }
    }
    if (different.isEmpty()) {
      html.element("p", "Not a key differs from " + baseName + ".", "class", "note");
      return;
    }
    html.open("table", "class", "pairs");
    html.element("caption", "Keys that differ");
    html.open("thead").open("tr").element("th", "key", "scope", "col");
    html.element("th", baseName, "scope", "col").element("th", name, "scope", "col");
    html.close().close().open("tbody");
    for (String key : different) {
      html.open("tr").element("th", key, "scope", "row");
      html.element("td", other.getOrDefault(key, Figures.NONE));
      html.element("td", configuration.getOrDefault(key, Figures.NONE)).close();
    }
    html.close().close();
  }

  private static void whole(Html html, String name, Map<String, String> values) {
    html.open("details");
    html.element("summary", "All %d keys, %s".formatted(values.size(), name));
    table(html, values);
    html.close();
  }

  /** Names and values. */
  static void table(Html html, Map<String, String> values) {
    html.open("table", "class", "pairs").open("tbody");
    values.forEach(
        (key, value) ->
            html.open("tr").element("th", key, "scope", "row").element("td", value).close());
    html.close().close();
  }
}
