package io.inverseform.job.preprocess;

import io.inverseform.job.dataset.PicturePair;
import io.inverseform.job.dataset.Rejected;
import java.io.Serializable;

/**
 * A picture of the source folder.
 *
 * @param fingerprint of its files and of the settings
 */
record Picture(PicturePair pair, String fingerprint) implements Serializable {
  Rejected rejected(String reason) {
    return new Rejected(pair.sampleId(), pair.split(), pair.image().path(), reason, fingerprint);
  }
}
