package io.inverseform.job.train;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.loss.TotalLoss;
import io.inverseform.job.model.OcrNet;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.Tape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One step: forward, loss, backward with the exchange beneath it, update. */
final class Stepper {
  private final JobConfig config;
  private final NDManager device;
  private final OcrNet network;
  private final FlatParameters parameters;
  private final TotalLoss loss;
  private final List<String> terms;
  private final Images images;
  private final Exchange exchange;
  private final Sgd optimizer;

  /**
   * What a step came to, over all ranks.
   *
   * @param skipped whether some gradient was not finite, so that no rank moved its weights
   */
  record Outcome(double loss, Map<String, Double> terms, boolean skipped) {}

  Stepper(
      JobConfig config,
      NDManager device,
      OcrNet network,
      FlatParameters parameters,
      TotalLoss loss,
      Images images,
      Exchange exchange,
      Sgd optimizer) {
    this.config = config;
    this.device = device;
    this.network = network;
    this.parameters = parameters;
    this.loss = loss;
    this.terms = loss.names();
    this.images = images;
    this.exchange = exchange;
    this.optimizer = optimizer;
  }

  /** Runs a step; all ranks must, with the same step and rate. A rank without crops sends zeros. */
  Outcome run(long step, CropLoader.Loaded loaded, double learningRate) {
    FlatParameters.Collector gradients =
        parameters.collect(
            (offset, length) -> exchange.reduceScatter(new FloatRange(offset, length)));
    double[] mine = new double[2 + terms.size()];
    if (!loaded.crops().isEmpty()) {
      forwardAndBackward(loaded, gradients, mine);
    }
    gradients.finish();
    mine[0] = parameters.gradientIsFinite() ? 0 : 1;

    double[] all = exchange.sum(mine);
    boolean skipped = all[0] > 0;
    if (skipped) {
      exchange.skip(step);
    } else {
      optimizer.learningRate(learningRate);
      exchange.allGather(step, optimizer);
      parameters.weights().toDevice(0, parameters.weights().length());
    }
    Map<String, Double> values = new LinkedHashMap<>();
    for (int i = 0; i < terms.size(); i++) {
      values.put(terms.get(i), all[2 + i]);
    }
    return new Outcome(all[1], values, skipped);
  }

  private void forwardAndBackward(
      CropLoader.Loaded loaded, FlatParameters.Collector gradients, double[] mine) {
    DropoutMasks masks = new DropoutMasks(config.seed(), loaded.epoch(), loaded.samples());
    try (NDManager arrays = device.newSubManager();
        Tape tape = Tape.training(arrays, gradients, masks)) {
      Batch batch = Batch.of(arrays, loaded.crops(), images, config.augment());
      OcrNet.Outputs outputs = network.outputs(tape, batch.images());
      TotalLoss.Result result =
          loss.compute(outputs, batch.labels(), batch.edges(), loaded.globalBatch());
      tape.backward(result.total());
      mine[1] = result.total().getFloat();
      Map<String, Float> values = result.values();
      for (int i = 0; i < terms.size(); i++) {
        mine[2 + i] = values.get(terms.get(i));
      }
    }
  }
}
