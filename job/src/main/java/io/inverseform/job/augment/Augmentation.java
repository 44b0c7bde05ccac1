package io.inverseform.job.augment;

import io.inverseform.job.config.AugmentConfig;
import io.inverseform.job.dataset.Draw;
import io.inverseform.job.dataset.Sample;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.io.IOException;

/**
 * Makes crops of samples, each a function of the seed, the epoch, and the sample's turn in it.
 *
 * @param operator makes edges of labels where the configuration says so
 */
public record Augmentation(AugmentConfig config, EdgeOperator operator, long seed) {
  private static final long WINDOW = KeyedRandom.hash("augmentation");
  private static final long LOOK = KeyedRandom.hash("colours");

  /**
   * A crop of a sample.
   *
   * @param draw of the sample
   * @param epoch from 0
   * @throws IOException naming the sample, if it cannot be decoded
   */
  public Crop crop(Sample sample, Draw draw, int epoch) throws IOException {
    LabelMap whole = sample.labelMap();
    CropWindow window = window(whole, draw, epoch);
    LabelMap labels = window.labels(whole);
    LabelMap edges = window.edges(sample::edgeMap, labels, operator);
    Look look = Look.draw(config, new KeyedRandom(seed, LOOK, epoch, draw.sample(), draw.turn()));
    Box reach = window.reach(whole.width(), whole.height());
    return new Crop(
        window, look, reach, reach.cut(sample.picture()), labels.ids(), edges.ids(), null);
  }

  /**
   * The crop's edges alone.
   *
   * @throws IOException naming the sample, if it cannot be decoded
   */
  public LabelMap edges(Sample sample, Draw draw, int epoch) throws IOException {
    LabelMap whole = sample.labelMap();
    CropWindow window = window(whole, draw, epoch);
    return window.edges(sample::edgeMap, window.labels(whole), operator);
  }

  private CropWindow window(LabelMap labels, Draw draw, int epoch) {
    return CropWindow.draw(
        config,
        labels,
        draw.focus(),
        new KeyedRandom(seed, WINDOW, epoch, draw.sample(), draw.turn()));
  }
}
