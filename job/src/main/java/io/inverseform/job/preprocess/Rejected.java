package io.inverseform.job.preprocess;

import io.inverseform.job.dataset.PicturePair;
import java.io.Serializable;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** A picture that did not become a sample, and why. */
record Rejected(PicturePair pair, String reason) implements Serializable {
  Row row() {
    return RowFactory.create(pair.sampleId(), pair.split(), pair.image(), reason);
  }
}
