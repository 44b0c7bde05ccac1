package io.inverseform.job.train;

import io.inverseform.job.augment.Crop;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.Draw;
import io.inverseform.job.loss.StepLoss;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Segmentation whose loss is NaN wherever a certain sample is. */
final class PoisonedSegmentation extends SegmentationAround {
  private final int poisoned;
  private final boolean terms;
  private final Set<Crop> bad = ConcurrentHashMap.newKeySet();

  /**
   * Makes it.
   *
   * @param poisoned index of the sample
   * @param terms whether the terms say so too, besides their total
   */
  record Factory(int poisoned, boolean terms) implements Objective.Factory {
    private static final long serialVersionUID = 1;

    @Override
    public Objective<Crop> open(JobConfig config, Site site) throws IOException {
      return new PoisonedSegmentation(config, site, poisoned, terms);
    }
  }

  private PoisonedSegmentation(JobConfig config, Site site, int poisoned, boolean terms)
      throws IOException {
    super(config, site);
    this.poisoned = poisoned;
    this.terms = terms;
  }

  @Override
  public Crop example(Draw draw, int epoch) throws IOException {
    Crop crop = whole.example(draw, epoch);
    if (draw.sample() == poisoned) {
      bad.add(crop);
    }
    return crop;
  }

  @Override
  public StepLoss loss(Tape tape, List<Crop> crops, int globalBatch) {
    StepLoss loss = whole.loss(tape, crops, globalBatch);
    if (crops.stream().noneMatch(bad::contains)) {
      return loss;
    }
    Map<String, ai.djl.ndarray.NDArray> values = new java.util.LinkedHashMap<>(loss.terms());
    if (terms) {
      String last = new ArrayList<>(values.keySet()).get(values.size() - 1);
      values.put(last, Operators.scale(values.get(last), Double.NaN));
    }
    return new StepLoss(Operators.scale(loss.total(), Double.NaN), values);
  }
}
