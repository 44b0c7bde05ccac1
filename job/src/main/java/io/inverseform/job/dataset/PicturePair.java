package io.inverseform.job.dataset;

import java.io.Serializable;

/**
 * A picture file and the label file that belongs to it.
 *
 * @param sampleId name, unique within the split
 * @param label need not exist
 */
public record PicturePair(String sampleId, String split, PictureFile image, PictureFile label)
    implements Serializable {
  PicturePair in(String otherSplit) {
    return new PicturePair(sampleId, otherSplit, image, label);
  }
}
