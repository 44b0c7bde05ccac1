package io.inverseform.job.config;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where pictures come from, where their sample table lies, and which of its samples are drawn.
 *
 * @param source picture folder that {@code synthesize} writes and {@code preprocess} reads
 * @param cityscapes which label files, where the layout is that
 * @param pairs the two folders, where the layout is that
 * @param labels what a pixel of a label file is
 * @param classes {@code cityscapes}, or a class file in YAML or JSON, its path relative to source
 * @param splits by name of a split what belongs to it: a list file ({@code .txt}, its path relative
 *     to source; a line is a picture's path below source or its sample id) or a glob on the path
 *     below source, in which {@code *} also stands for slashes; none for the layout's own splits
 * @param table folder of the sample table that {@code preprocess} writes and training reads
 * @param localCopyMb most room, in MB, that copies of samples may take on a host of the workers; 0
 *     for as much as is free there
 * @param classUniform of the training split
 */
public record DataConfig(
    String source,
    Layout layout,
    CityscapesConfig cityscapes,
    PairsConfig pairs,
    Labels labels,
    String classes,
    Map<String, String> splits,
    String table,
    int localCopyMb,
    ClassUniformConfig classUniform)
    implements Serializable {
  /** The classes that are known without a file. */
  public static final String CITYSCAPES_CLASSES = "cityscapes";

  /** How a picture folder is arranged. */
  public enum Layout {
    /** {@code leftImg8bit/<split>/<city>/} and {@code gtFine/<split>/<city>/}. */
    CITYSCAPES,
    /** {@code <split>/images/} and {@code <split>/labels/}. */
    FOLDERS,
    /** Any two folders, and splits by lists or globs. */
    PAIRS
  }

  /** What a pixel of a label file is. */
  public enum Labels {
    /** A grey level or palette index: an id of the class file. */
    IDS,
    /** A colour of the class file. */
    COLOURS
  }

  public DataConfig {
    Check.location("source", source);
    Check.given("layout", layout);
    Check.given("cityscapes", cityscapes);
    Check.that(
        layout == Layout.CITYSCAPES || cityscapes.equals(CityscapesConfig.DEFAULT),
        "cityscapes",
        cityscapes,
        "left alone: it is for layout cityscapes");
    Check.given("pairs", pairs);
    if (layout == Layout.PAIRS) {
      Check.text("pairs.images", pairs.images());
      Check.text("pairs.labels", pairs.labels());
    } else {
      Check.that(
          pairs.equals(PairsConfig.NONE), "pairs", pairs, "left alone: it is for layout pairs");
    }
    Check.given("labels", labels);
    Check.text("classes", classes);
    Check.that(
        labels == Labels.IDS || !classes.equals(CITYSCAPES_CLASSES),
        "labels",
        "colours",
        "ids with 'classes' = cityscapes: for colours give a class file");
    Check.given("splits", splits);
    splits.forEach((name, what) -> Check.text("splits." + name, what));
    Check.that(
        layout != Layout.PAIRS || !splits.isEmpty(),
        "splits",
        splits,
        "given for layout pairs, such as {train: train.txt, val: val.txt}");
    splits = new TreeMap<>(splits);
    Check.location("table", table);
    Check.atLeast(0, "local_copy_mb", localCopyMb);
    Check.given("class_uniform", classUniform);
  }

  /** A folder whose layout and classes need no more words, with all samples drawn alike. */
  public static DataConfig of(
      String source, Layout layout, String classes, Map<String, String> splits, String table) {
    return new DataConfig(
        source,
        layout,
        CityscapesConfig.DEFAULT,
        PairsConfig.NONE,
        Labels.IDS,
        classes,
        splits,
        table,
        0,
        new ClassUniformConfig(0, Map.of()));
  }

  /** The same at other places. */
  public DataConfig with(String otherSource, String otherTable) {
    return new DataConfig(
        otherSource,
        layout,
        cityscapes,
        pairs,
        labels,
        classes,
        splits,
        otherTable,
        localCopyMb,
        classUniform);
  }
}
