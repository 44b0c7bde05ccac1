package io.inverseform.job.dataset;

import java.io.Serializable;

/**
 * A picture file and the label file that belongs to it; neither has been opened yet.
 *
 * @param sampleId name, unique within the split
 * @param image qualified path of the picture
 * @param label qualified path at which its label map must be
 * @param imageBytes length of the picture file
 */
public record PicturePair(
    String sampleId, String split, String image, String label, long imageBytes)
    implements Serializable {}
