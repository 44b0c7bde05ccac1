package io.inverseform.job.config;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where pictures come from and where their sample table lies.
 *
 * @param source picture folder that {@code synthesize} writes and {@code preprocess} reads
 * @param classes {@code cityscapes}, or a class file in YAML or JSON, its path relative to source
 * @param splits by name of a split what belongs to it: a list file ({@code .txt}, its path relative
 *     to source; a line is a picture's path below source or its sample id) or a glob on the path
 *     below source, in which {@code *} also stands for slashes; none for the layout's own splits
 * @param table folder of the sample table that {@code preprocess} writes and training reads
 */
public record DataConfig(
    String source, Layout layout, String classes, Map<String, String> splits, String table)
    implements Serializable {
  /** How a picture folder is arranged. */
  public enum Layout {
    /** {@code leftImg8bit/<split>/<city>/} and {@code gtFine/<split>/<city>/}, label ids. */
    CITYSCAPES,
    /** {@code <split>/images/} and {@code <split>/labels/}. */
    FOLDERS
  }

  public DataConfig {
    Check.location("source", source);
    Check.given("layout", layout);
    Check.text("classes", classes);
    Check.given("splits", splits);
    splits.forEach((name, what) -> Check.text("splits." + name, what));
    splits = new TreeMap<>(splits);
    Check.location("table", table);
  }

  /** The same at other places. */
  public DataConfig with(String otherSource, String otherTable) {
    return new DataConfig(otherSource, layout, classes, splits, otherTable);
  }
}
