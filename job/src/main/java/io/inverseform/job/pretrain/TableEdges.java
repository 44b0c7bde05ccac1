package io.inverseform.job.pretrain;

import io.inverseform.job.config.AugmentConfig;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.EdgeOperators;
import io.inverseform.job.dataset.Sample;
import io.inverseform.job.train.CropWindow;
import io.inverseform.job.train.Splits;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.io.IOException;

/** The sample table's edges, augmented as segmentation sees them. */
final class TableEdges implements EdgeMaps {
  private static final long KEY = KeyedRandom.hash("edge tiles");
  private static final long HELD_KEY = KeyedRandom.hash("held-out edge tiles");

  private final long seed;
  private final AugmentConfig augment;
  private final EdgeOperator operator;
  private final Splits splits;

  TableEdges(JobConfig config, Splits splits) {
    seed = config.seed();
    augment = config.augment();
    operator = EdgeOperators.of(config.preprocess().edges());
    this.splits = splits;
  }

  @Override
  public int samples() {
    return splits.train().size();
  }

  @Override
  public int held() {
    return splits.held().size();
  }

  @Override
  public LabelMap sample(int index, int epoch) throws IOException {
    return edges(splits.train().sample(index), KEY, index, epoch);
  }

  @Override
  public String id(int index) throws IOException {
    return splits.train().sample(index).id();
  }

  @Override
  public LabelMap heldOut(int index) throws IOException {
    return edges(splits.held().sample(index), HELD_KEY, index, 0);
  }

  private LabelMap edges(Sample sample, long key, int index, int epoch) throws IOException {
    CropWindow window = CropWindow.draw(augment, sample, seed ^ key, epoch, index);
    return window.edges(sample, window.labels(sample), operator);
  }

  @Override
  public void close() throws IOException {
    splits.close();
  }
}
