package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.model.OcrNet;
import io.inverseform.job.torch.Operators;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The weighted sum of the configured terms at the main output, plus a share of the same at the
 * auxiliary output. Nothing in it waits for the device.
 */
public final class TotalLoss {
  private static final String AUXILIARY = "aux.";

  private final double auxiliaryWeight;
  private final int classes;
  private final List<LossTerm> terms;

  /** The configured loss. */
  public TotalLoss(LossConfig config, int classes) {
    this(
        config.auxiliaryWeight(),
        classes,
        config.terms().stream().map(term -> LossTerm.of(term, classes)).toList());
  }

  TotalLoss(double auxiliaryWeight, int classes, List<LossTerm> terms) {
    Set<String> names = new HashSet<>();
    for (LossTerm term : terms) {
      if (!names.add(term.name())) {
        throw new IllegalArgumentException("two loss terms are named " + term.name());
      }
    }
    this.auxiliaryWeight = auxiliaryWeight;
    this.classes = classes;
    this.terms = terms;
  }

  /**
   * This loss and one term more.
   *
   * @throws IllegalArgumentException if a term has its name already
   */
  public TotalLoss plus(InverseForm term) {
    List<LossTerm> more = new ArrayList<>(terms);
    more.add(term);
    return new TotalLoss(auxiliaryWeight, classes, more);
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
    Truth truth = new Truth(target, edges);
    Map<String, NDArray> values = new LinkedHashMap<>();
    List<NDArray> weighted = new ArrayList<>();
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
