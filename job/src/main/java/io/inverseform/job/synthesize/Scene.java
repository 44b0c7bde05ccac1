package io.inverseform.job.synthesize;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.RgbPicture;

/**
 * A generated picture and its label map, of equal size.
 *
 * @param labels Cityscapes label ids
 */
public record Scene(RgbPicture picture, LabelMap labels) {}
