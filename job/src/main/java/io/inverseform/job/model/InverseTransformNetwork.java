package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.config.InverseNetworkConfig.Transform;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Tensors;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Regresses the transform that maps one boundary tile to another (Borse et al., "InverseForm: A
 * Loss Function for Structured Boundary-Aware Segmentation", 2021).
 *
 * <p>The first layer is linear, so that what it makes of the true tile is computed apart: it serves
 * every prediction that is compared with that tile, and no gradient is made for it.
 */
public abstract sealed class InverseTransformNetwork extends Layer
    permits TileConvolutions, TilePerceptron {
  /** Of what is no rotation, beside the angle of the rotation; the paper's lambda. */
  private static final double REST = 0.1;

  /** Below it an anchored distance grows as its square; a hundredth of the transforms' range. */
  private static final double SMOOTH = 0.01;

  private final int tile;
  private final Transform transform;
  private final List<Double> normaliser;

  InverseTransformNetwork(InverseNetworkConfig config, List<Double> normaliser) {
    tile = config.tile();
    transform = config.transform();
    this.normaliser = List.copyOf(normaliser);
    if (normaliser.size() != outputs()) {
      throw new IllegalArgumentException(
          "%d normalisers for the %d numbers of %s"
              .formatted(normaliser.size(), outputs(), transform));
    }
  }

  /** The configured network, without memory, whose outputs are theta - I as it is. */
  public static InverseTransformNetwork of(InverseNetworkConfig config) {
    return of(config, Collections.nCopies(config.transform().parameters(), 1.0));
  }

  /**
   * The configured network, without memory.
   *
   * @param normaliser theta - I for an output of 1, of every number
   */
  public static InverseTransformNetwork of(InverseNetworkConfig config, List<Double> normaliser) {
    if (config instanceof InverseNetworkConfig.Convolutional convolutional) {
      return new TileConvolutions(convolutional, normaliser);
    } else if (config instanceof InverseNetworkConfig.MultiLayerPerceptron perceptron) {
      return new TilePerceptron(perceptron, normaliser);
    }
    throw new IllegalArgumentException("no inverse-transform network for " + config);
  }

  /** Pixels on a side of a tile. */
  public final int tile() {
    return tile;
  }

  /** How many numbers describe a transform. */
  public final int outputs() {
    return transform.parameters();
  }

  /** The weights that multiply, of two dimensions or more: all but biases. */
  public final List<Parameter> matrices() {
    Map<String, List<Long>> shapes = shapes();
    return named().entrySet().stream()
        .filter(weight -> shapes.get(weight.getKey()).size() > 1)
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Theta - I for an output of 1, of every number. */
  public final List<Double> normaliser() {
    return normaliser;
  }

  /** Whether the parameters have memory. */
  public final boolean hasWeights() {
    return named().values().stream().allMatch(Parameter::isInitialized);
  }

  /**
   * The first layer's share of the true tiles.
   *
   * @param truth (M, 1, tile, tile), not released
   * @return for {@link #transforms} of the same tiles
   */
  public abstract NDArray ofTruth(Tape tape, NDArray truth);

  /** The first layer's share of the predicted tiles, without bias. */
  abstract NDArray ofPredicted(Tape tape, NDArray predicted);

  /** What follows on the first layer; takes x over. */
  abstract NDArray head(Tape tape, NDArray x);

  /**
   * The transforms between tiles, theta - I over the normalisers that the network was trained with.
   *
   * @param predicted (M, 1, tile, tile), probabilities; not released
   * @param ofTruth what {@link #ofTruth} gave for the true tiles; not released
   * @return (M, outputs)
   */
  public final NDArray transforms(Tape tape, NDArray predicted, NDArray ofTruth) {
    NDArray x = ofPredicted(tape, predicted);
    Operators.addReluInPlace(x, ofTruth);
    return head(tape, x);
  }

  /**
   * How far transforms are from the identity, in normalisers: their L2 norm, or for {@link
   * Transform#GEODESIC8} the angle of the nearest rotation and a tenth of the squared rest ({@link
   * LossOperators#geodesicDistances}), over the largest of them.
   *
   * @param transforms (M, outputs), as by {@link #transforms}
   * @return (M), with the history; the gradient at the identity itself is 0
   */
  public final NDArray distances(NDArray transforms) {
    return transform == Transform.GEODESIC8
        ? geodesic(transforms, 0)
        : Operators.rowNorms(transforms);
  }

  /**
   * How far transforms are from others, in normalisers: the distance of their difference, smooth at
   * 0 and exactly 0 for equal ones.
   *
   * @param transforms (M, outputs), as by {@link #transforms}
   * @param anchors (M, outputs), without history: as by {@link #transforms} of true tiles twice
   * @return (M), with the transforms' history
   */
  public final NDArray distances(NDArray transforms, NDArray anchors) {
    try (NDArray difference = transforms.sub(anchors)) {
      return transform == Transform.GEODESIC8
          ? geodesic(difference, SMOOTH)
          : Operators.smoothRowNorms(difference, SMOOTH);
    }
  }

  private NDArray geodesic(NDArray transforms, double epsilon) {
    double[] factors = normaliser.stream().mapToDouble(Double::doubleValue).toArray();
    double largest = Collections.max(normaliser);
    Shape row = new Shape(1, factors.length);
    try (NDArray each =
            Tensors.of(transforms.getManager(), factors, row, transforms.getDataType());
        NDArray offsets = transforms.mul(each);
        NDArray distances = LossOperators.geodesicDistances(offsets, REST, epsilon * largest)) {
      return Operators.scale(distances, 1 / largest);
    }
  }

  /** Predicted and true tiles, (M, 1, tile, tile) each, to transforms (M, outputs). */
  @Override
  public final NDList forward(Tape tape, NDList inputs) {
    try (NDArray ofTruth = ofTruth(tape, inputs.get(1))) {
      NDArray transforms = transforms(tape, inputs.get(0), ofTruth);
      inputs.forEach(tape::release);
      return new NDList(transforms);
    }
  }
}
