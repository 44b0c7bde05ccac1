package io.inverseform.job.config;

import java.io.Serializable;

/**
 * Two folders whose files belong together by their paths: {@code images/a/x.jpg} and {@code
 * labels/a/x.png}.
 *
 * @param images folder, relative to the source; folders below it count as well
 * @param imageEnding of the pictures' names; empty for png, jpg and jpeg
 * @param labels folder, relative to the source
 * @param labelEnding of the label files' names, in place of the picture's ending
 */
public record PairsConfig(String images, String imageEnding, String labels, String labelEnding)
    implements Serializable {
  /** No folders. */
  static final PairsConfig NONE = new PairsConfig("", "", "", ".png");

  public PairsConfig {
    Check.given("images", images);
    Check.given("image_ending", imageEnding);
    Check.given("labels", labels);
    Check.text("label_ending", labelEnding);
  }
}
