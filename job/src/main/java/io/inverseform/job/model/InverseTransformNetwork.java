package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;

/**
 * Regresses the transform that maps one boundary tile to another (Borse et al., "InverseForm: A
 * Loss Function for Structured Boundary-Aware Segmentation", 2021).
 *
 * <p>The first layer is linear, so that what it makes of the true tile is computed apart: it serves
 * every prediction that is compared with that tile, and no gradient is made for it.
 */
public abstract sealed class InverseTransformNetwork extends Layer
    permits TileConvolutions, TileCorrelations, TilePerceptron {
  private final int tile;
  private final int outputs;

  InverseTransformNetwork(InverseNetworkConfig config) {
    tile = config.tile();
    outputs = config.transform().parameters();
  }

  /** The configured network, without memory. */
  public static InverseTransformNetwork of(InverseNetworkConfig config) {
    if (config instanceof InverseNetworkConfig.Convolutional convolutional) {
      return new TileConvolutions(convolutional);
    } else if (config instanceof InverseNetworkConfig.MultiLayerPerceptron perceptron) {
      return new TilePerceptron(perceptron);
    } else if (config instanceof InverseNetworkConfig.Correlations correlations) {
      return new TileCorrelations(correlations);
    }
    throw new IllegalArgumentException("no inverse-transform network for " + config);
  }

  /** Pixels on a side of a tile. */
  public final int tile() {
    return tile;
  }

  /** How many numbers describe a transform. */
  public final int outputs() {
    return outputs;
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
   * The transforms between tiles, theta - I over the normaliser that the network was trained with.
   *
   * @param predicted (M, 1, tile, tile), probabilities; not released
   * @param ofTruth what {@link #ofTruth} gave for the true tiles; not released
   * @return (M, outputs)
   */
  public NDArray transforms(Tape tape, NDArray predicted, NDArray ofTruth) {
    NDArray x = ofPredicted(tape, predicted);
    Operators.addInPlace(x, ofTruth);
    Operators.reluInPlace(x);
    return head(tape, x);
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
