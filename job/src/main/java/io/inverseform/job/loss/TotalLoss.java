package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.model.OcrNet;
import io.inverseform.job.torch.Operators;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The weighted sum of the configured terms at the main output, plus a share of the same at the
 * auxiliary output. Nothing in it waits for the device.
 */
public final class TotalLoss {
  private static final String AUXILIARY = "aux.";

  private final double auxiliaryWeight;
  private final int classes;
  private final List<LossTerm> terms;

  /**
   * The configured loss, without an InverseForm term.
   *
   * @throws IllegalArgumentException if there is one
   */
  public TotalLoss(LossConfig config, int classes) {
    this(config, classes, null);
  }

  /**
   * The configured loss.
   *
   * @param network frozen, with weights, for the InverseForm term; null where there is no such term
   * @throws IllegalArgumentException if there is such a term and no network, or one without weights
   */
  public TotalLoss(LossConfig config, int classes, InverseTransformNetwork network) {
    auxiliaryWeight = config.auxiliaryWeight();
    this.classes = classes;
    terms = config.terms().stream().map(term -> LossTerm.of(term, classes, network)).toList();
  }

  /** Names of the terms, in the order of {@link StepLoss#terms}. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    terms.forEach(term -> names.add(term.name()));
    if (auxiliaryWeight != 0) {
      terms.forEach(term -> names.add(AUXILIARY + term.name()));
    }
    return names;
  }

  /**
   * Sums every term over this worker's images and divides by the normaliser, so that losses and
   * gradients of all workers add up to those of one worker with all images. Terms of batch scope
   * look at this worker's images only. The auxiliary output's terms have {@code aux.} before their
   * names.
   *
   * @param outputs at any resolution; brought to the labels' by bilinear interpolation
   * @param target train ids (N, H, W), int64; 255 is ignored, any other must be below the classes
   * @param edges (N, 1, H, W), float32, 1 on edges and 0 elsewhere
   * @param normaliser images of the step over all workers
   * @throws IllegalArgumentException if shapes do not fit; the message names both
   */
  public StepLoss compute(
      OcrNet.Outputs outputs, NDArray target, NDArray edges, double normaliser) {
    if (!(normaliser > 0)) {
      throw new IllegalArgumentException(
          "the normaliser is the number of images of a step, not " + normaliser);
    }
    Map<String, NDArray> values = new LinkedHashMap<>();
    List<NDArray> weighted = new ArrayList<>();
    try (Truth truth = new Truth(target, edges)) {
      try (Prediction main =
          new Prediction("main", outputs.logits(), outputs.boundary(), classes, truth)) {
        add(main, truth, "", 1, normaliser, values, weighted);
      }
      if (auxiliaryWeight != 0) {
        try (Prediction auxiliary =
            new Prediction(
                "auxiliary",
                outputs.auxiliaryLogits(),
                outputs.auxiliaryBoundary(),
                classes,
                truth)) {
          add(auxiliary, truth, AUXILIARY, auxiliaryWeight, normaliser, values, weighted);
        }
      }
    }
    NDArray total = weighted.stream().reduce(NDArray::add).orElseThrow();
    return new StepLoss(total, values);
  }

  private void add(
      Prediction prediction,
      Truth truth,
      String prefix,
      double factor,
      double normaliser,
      Map<String, NDArray> values,
      List<NDArray> weighted) {
    for (LossTerm term : terms) {
      NDArray value = Operators.scale(term.sumOverImages(prediction, truth), 1 / normaliser);
      values.put(prefix + term.name(), value);
      weighted.add(Operators.scale(value, factor * term.weight()));
    }
  }
}
