package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.inverseform.job.config.HeadConfig;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.model.Output;
import io.inverseform.job.torch.Operators;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The weighted sum of the configured terms at every output that has a weight. Nothing in it waits
 * for a GPU.
 */
public final class TotalLoss {
  /** Log-softmax, its gradient and that of the logits, at the labels' size, of every class. */
  private static final int SHARED_MAPS = 3;

  private final int classes;

  /** By the outputs' names; those with a weight alone. */
  private final Map<String, Weighted> outputs = new LinkedHashMap<>();

  /**
   * An output that has a loss.
   *
   * @param prefix of its terms' names
   */
  private record Weighted(String prefix, double weight, List<Named> terms) {}

  /**
   * A term under its name, without prefix.
   *
   * @param weight of the term itself
   */
  private record Named(String name, double weight, LossTerm term) {
    /** The term's sum over the images, and nothing else that it has made. */
    NDArray sumOverImages(Prediction prediction, Truth truth) {
      try (NDScope made = new NDScope()) {
        made.suppressNotUsedWarning();
        NDArray sum = term.sumOverImages(prediction, truth);
        NDScope.unregister(sum);
        return sum;
      }
    }
  }

  /**
   * The configured loss, without an InverseForm term.
   *
   * @throws IllegalArgumentException if there is one
   */
  public TotalLoss(LossConfig config, List<ModelConfig.Output> given, int classes) {
    this(config, given, classes, null);
  }

  /**
   * The configured loss.
   *
   * @param given what the network gives; one without boundary logits has no terms that read them
   * @param network frozen, with weights, for the InverseForm term; null where there is no such term
   * @throws IllegalArgumentException if there is such a term and no network, or one without
   *     weights, or a term that no output serves
   */
  public TotalLoss(
      LossConfig config,
      List<ModelConfig.Output> given,
      int classes,
      InverseTransformNetwork network) {
    config.requireOutputs(given);
    this.classes = classes;
    Map<LossConfig.Term, Named> terms = new LinkedHashMap<>();
    for (LossConfig.Term term : config.terms()) {
      LossTerm made = LossTerm.of(term, classes, network);
      terms.put(term, new Named(term.lossName(), term.lossWeight(), made));
    }
    for (ModelConfig.Output output : given) {
      List<Named> fitting =
          config.terms().stream()
              .filter(term -> config.applies(term, output))
              .map(terms::get)
              .toList();
      if (!fitting.isEmpty()) {
        double weight = config.outputWeights().get(output.name());
        outputs.put(output.name(), new Weighted(prefix(output.name()), weight, fitting));
      }
    }
  }

  private static String prefix(String output) {
    return switch (output) {
      case HeadConfig.MAIN -> "";
      case HeadConfig.AUXILIARY -> "aux.";
      default -> output + ".";
    };
  }

  /** Names of the terms, in the order of {@link StepLoss#terms}. */
  public List<String> names() {
    return outputs.values().stream()
        .flatMap(output -> output.terms().stream().map(term -> output.prefix() + term.name()))
        .toList();
  }

  /**
   * Float32 numbers that forward and backward pass hold for each of the labels' pixels at a time,
   * about.
   */
  public long numbersAPixel() {
    long numbers = 0;
    for (Weighted output : outputs.values()) {
      numbers += (long) SHARED_MAPS * classes;
      for (Named term : output.terms()) {
        numbers += term.term().numbersAPixel();
      }
    }
    return numbers;
  }

  /**
   * Sums every term over this worker's images and divides by the normaliser, so that losses and
   * gradients of all workers add up to those of one worker with all images. Terms of batch scope
   * look at this worker's images only. The terms of outputs other than the main one carry the
   * output's name, {@code aux.} for short.
   *
   * @param outputs at any resolution; brought to the labels' by bilinear interpolation
   * @param target train ids (N, H, W), int64; 255 is ignored, any other must be below the classes
   * @param edges (N, 1, H, W), 1 on edges and 0 elsewhere, of the outputs' type: float32, or
   *     float64 where an InverseForm term's network is float64 as well
   * @param normaliser images of the step over all workers
   * @throws IllegalArgumentException if shapes do not fit; the message names both
   */
  public StepLoss compute(List<Output> outputs, NDArray target, NDArray edges, double normaliser) {
    return compute(outputs, target, edges, null, normaliser);
  }

  /**
   * The same with signed distances, for terms that need them.
   *
   * @param outputs at any resolution; brought to the labels' by bilinear interpolation
   * @param target train ids (N, H, W), int64; 255 is ignored, any other must be below the classes
   * @param edges (N, 1, H, W), 1 on edges and 0 elsewhere, of the outputs' type: float32, or
   *     float64 where an InverseForm term's network is float64 as well
   * @param distances (N, classes, H, W), float32, as by {@link DistanceMaps}; null where no term
   *     needs them
   * @param normaliser images of the step over all workers
   * @throws IllegalArgumentException if shapes, types or labels do not fit; the message names both
   */
  public StepLoss compute(
      List<Output> outputs, NDArray target, NDArray edges, NDArray distances, double normaliser) {
    if (!(normaliser > 0)) {
      throw new IllegalArgumentException(
          "the normaliser is the number of images of a step, not " + normaliser);
    }
    Map<String, NDArray> values = new LinkedHashMap<>();
    List<NDArray> weighted = new ArrayList<>();
    try (Truth truth = new Truth(target, edges, distances)) {
      truth.requireClasses(classes);
      for (Map.Entry<String, Weighted> entry : this.outputs.entrySet()) {
        Weighted output = entry.getValue();
        try (Prediction prediction =
            new Prediction(Output.of(outputs, entry.getKey()), classes, truth)) {
          for (Named term : output.terms()) {
            NDArray value = Operators.scale(term.sumOverImages(prediction, truth), 1 / normaliser);
            values.put(output.prefix() + term.name(), value);
            weighted.add(Operators.scale(value, output.weight() * term.weight()));
          }
        }
      }
    }
    NDArray total = weighted.stream().reduce(NDArray::add).orElseThrow();
    return new StepLoss(total, values);
  }
}
