package io.inverseform.job.config;

import java.io.Serializable;

/**
 * Which of the label files of Cityscapes are taken.
 *
 * @param ids what the label files hold
 */
public record CityscapesConfig(Annotations annotations, Ids ids) implements Serializable {
  /** What is used without a word. */
  static final CityscapesConfig DEFAULT = new CityscapesConfig(Annotations.FINE, Ids.LABEL_IDS);

  /** Sets of annotations. */
  public enum Annotations {
    /** {@code gtFine}: splits train, val, test. */
    FINE,
    /** {@code gtCoarse}: splits train, train_extra, val. */
    COARSE,
    /** {@code gtFine} for the splits that it has, {@code gtCoarse} for the others. */
    FINE_ELSE_COARSE
  }

  /** Numberings of the classes. */
  public enum Ids {
    /** {@code _labelIds.png}: 0 to 33, as published. */
    LABEL_IDS,
    /** {@code _labelTrainIds.png}: 0 to 18 and 255, as the data set's own script makes them. */
    TRAIN_IDS
  }

  public CityscapesConfig {
    Check.given("annotations", annotations);
    Check.given("ids", ids);
  }
}
