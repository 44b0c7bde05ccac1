package io.inverseform.job.train;

import io.inverseform.job.augment.Crop;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.Draw;
import io.inverseform.job.loss.StepLoss;
import io.inverseform.job.torch.Tape;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Segmentation that remembers which samples a loss was computed of, workers of one JVM together.
 */
final class SeenSamples extends SegmentationAround {
  private final Map<Crop, String> made = new ConcurrentHashMap<>();

  /** Makes it. */
  static final class Factory implements Objective.Factory {
    private static final long serialVersionUID = 1;

    /** Epoch and sample, as "0:7". */
    static final Collection<String> SEEN = new ConcurrentLinkedQueue<>();

    @Override
    public Objective<Crop> open(JobConfig config, Site site) throws IOException {
      return new SeenSamples(config, site);
    }
  }

  private SeenSamples(JobConfig config, Site site) throws IOException {
    super(config, site);
  }

  @Override
  public Crop example(Draw draw, int epoch) throws IOException {
    Crop crop = whole.example(draw, epoch);
    made.put(crop, epoch + ":" + draw.sample());
    return crop;
  }

  @Override
  public StepLoss loss(Tape tape, List<Crop> crops, int globalBatch) {
    crops.forEach(crop -> Factory.SEEN.add(made.get(crop)));
    return whole.loss(tape, crops, globalBatch);
  }
}
