package io.inverseform.notebooks;

import java.awt.image.BufferedImage;

/** What a notebook shows as a picture when it is the value of a cell. */
public interface Drawing {
  /** The picture. */
  BufferedImage image();
}
