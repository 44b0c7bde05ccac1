package io.inverseform.job.config;

import java.io.Serializable;

/**
 * Where pictures come from and where their sample table lies.
 *
 * @param source picture folder that {@code synthesize} writes and {@code preprocess} reads
 * @param table folder of the sample table that {@code preprocess} writes and training reads
 */
public record DataConfig(String source, Layout layout, String table) implements Serializable {
  /** How a picture folder is arranged. */
  public enum Layout {
    /** {@code leftImg8bit/<split>/<city>/} and {@code gtFine/<split>/<city>/}, label ids. */
    CITYSCAPES,
    /** {@code <split>/images/}, {@code <split>/labels/} and a {@code classes.json}. */
    FOLDERS
  }

  public DataConfig {
    Check.location("source", source);
    Check.given("layout", layout);
    Check.location("table", table);
  }
}
