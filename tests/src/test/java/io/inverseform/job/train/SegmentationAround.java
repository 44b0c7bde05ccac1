package io.inverseform.job.train;

import io.inverseform.job.augment.Crop;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.Epochs;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Layer;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Segmentation of which a test changes examples or loss. */
abstract class SegmentationAround implements Objective<Crop> {
  final Objective<Crop> whole;

  SegmentationAround(JobConfig config, Site site) throws IOException {
    whole = new Segmentation.Factory().open(config, site);
  }

  @Override
  public Layer network() {
    return whole.network();
  }

  @Override
  public void initialise(FlatParameters parameters) throws IOException {
    whole.initialise(parameters);
  }

  @Override
  public Epochs epochs() {
    return whole.epochs();
  }

  @Override
  public Map<String, String> fingerprint() {
    return whole.fingerprint();
  }

  @Override
  public String sampleId(int sample) throws IOException {
    return whole.sampleId(sample);
  }

  @Override
  public List<String> terms() {
    return whole.terms();
  }

  @Override
  public Map<String, Double> validate(Share share) throws IOException {
    return whole.validate(share);
  }

  @Override
  public Map<String, String> metadata() {
    return whole.metadata();
  }

  @Override
  public void close() throws IOException {
    whole.close();
  }
}
