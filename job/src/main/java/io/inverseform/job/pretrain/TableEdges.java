package io.inverseform.job.pretrain;

import io.inverseform.job.augment.Augmentation;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.Draw;
import io.inverseform.job.dataset.EdgeOperators;
import io.inverseform.job.dataset.Epochs;
import io.inverseform.job.train.Site;
import io.inverseform.job.train.Splits;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.io.IOException;

/** The sample table's edges, augmented as segmentation sees them. */
final class TableEdges implements EdgeMaps {
  private static final long KEY = KeyedRandom.hash("edge tiles");
  private static final long HELD_KEY = KeyedRandom.hash("held-out edge tiles");

  private final Augmentation augmentation;
  private final Augmentation heldAugmentation;
  private final Epochs epochs;
  private final Splits splits;

  /** Opens the splits of a site. */
  static TableEdges open(JobConfig config, Site site) throws IOException {
    Splits splits = site.splits(config);
    try {
      return new TableEdges(config, splits);
    } catch (IOException | RuntimeException e) {
      splits.close();
      throw e;
    }
  }

  private TableEdges(JobConfig config, Splits splits) throws IOException {
    EdgeOperator operator = EdgeOperators.of(config.preprocess().edges());
    augmentation = new Augmentation(config.augment(), operator, config.seed() ^ KEY);
    heldAugmentation = new Augmentation(config.augment(), operator, config.seed() ^ HELD_KEY);
    epochs = Epochs.of(splits.train(), config.seed(), config.data().classUniform());
    this.splits = splits;
  }

  @Override
  public Epochs epochs() {
    return epochs;
  }

  @Override
  public int held() {
    return splits.held().size();
  }

  @Override
  public LabelMap sample(Draw draw, int epoch) throws IOException {
    return augmentation.edges(splits.train().sample(draw.sample()), draw, epoch);
  }

  @Override
  public String id(int index) throws IOException {
    return splits.train().sample(index).id();
  }

  @Override
  public LabelMap heldOut(int index) throws IOException {
    return heldAugmentation.edges(splits.held().sample(index), new Draw(index, 0, null), 0);
  }

  @Override
  public void close() throws IOException {
    splits.close();
  }
}
