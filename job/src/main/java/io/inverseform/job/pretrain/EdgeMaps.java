package io.inverseform.job.pretrain;

import io.inverseform.job.dataset.Draw;
import io.inverseform.job.dataset.Epochs;
import io.inverseform.udf.label.LabelMap;
import java.io.IOException;
import java.util.Map;

/** Edge maps, 0 and 1: some to learn from, and others, held out, to score with. */
interface EdgeMaps extends AutoCloseable {
  /** What is drawn in every epoch of those to learn from. */
  Epochs epochs();

  /** How many are held out. */
  int held();

  /**
   * One to learn from.
   *
   * @param epoch from 0; the same sample may look different in another
   */
  LabelMap sample(Draw draw, int epoch) throws IOException;

  /** What users call a sample to learn from. */
  String id(int index) throws IOException;

  /** One that is held out. */
  LabelMap heldOut(int index) throws IOException;

  /** What all workers must agree on, beyond the sample table, by name. */
  default Map<String, String> fingerprint() {
    return Map.of();
  }

  @Override
  void close() throws IOException;
}
