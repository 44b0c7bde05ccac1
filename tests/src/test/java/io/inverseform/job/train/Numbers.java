package io.inverseform.job.train;

import io.inverseform.job.dataset.Draw;
import io.inverseform.job.dataset.Epochs;
import io.inverseform.job.dataset.UniformEpochs;
import io.inverseform.job.loss.StepLoss;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Tape;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** An objective of numbers: an example is its sample's index and epoch. */
class Numbers implements Objective<int[]> {
  static final int SAMPLES = 22;

  final AtomicInteger made = new AtomicInteger();

  @Override
  public Epochs epochs() {
    return new UniformEpochs(1, SAMPLES);
  }

  @Override
  public int[] example(Draw draw, int epoch) throws IOException {
    made.incrementAndGet();
    return new int[] {draw.sample(), epoch};
  }

  @Override
  public Layer network() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void initialise(FlatParameters parameters) {}

  @Override
  public Map<String, String> fingerprint() {
    return Map.of();
  }

  @Override
  public String sampleId(int sample) {
    return "sample " + sample;
  }

  @Override
  public List<String> terms() {
    return List.of();
  }

  @Override
  public StepLoss loss(Tape tape, List<int[]> examples, int globalBatch) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Map<String, Double> validate(Share share) {
    return Map.of();
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of();
  }

  @Override
  public void close() {}
}
