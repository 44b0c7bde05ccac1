package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;

/**
 * The InverseForm loss (Borse et al., 2021) in the form of its release: predicted and true boundary
 * are cut into tiles, a frozen network regresses the transform between the tiles of a pair, and the
 * loss is the mean of the transforms' L2 norms.
 */
public final class InverseForm implements LossTerm {
  private static final int ROWS = 3;
  private static final int COLUMNS = 6;

  private final String lossName;
  private final double lossWeight;
  private final InverseTransformNetwork network;

  /**
   * A term of the total loss.
   *
   * @param network trained, with memory of its own
   */
  public InverseForm(double lossWeight, String lossName, InverseTransformNetwork network) {
    this.lossWeight = lossWeight;
    this.lossName = lossName;
    this.network = network;
  }

  @Override
  public String name() {
    return lossName;
  }

  @Override
  public double weight() {
    return lossWeight;
  }

  @Override
  public NDArray sumOverImages(Prediction prediction, Truth truth) {
    try (NDScope step = new NDScope();
        Tape frozen = Tape.frozen(truth.edges().getManager())) {
      step.suppressNotUsedWarning();
      NDArray probability = prediction.boundaryAtLabels().getNDArrayInternal().sigmoid();
      NDList pair = new NDList(tiles(probability), tiles(truth.edges()));
      NDArray transforms = network.forward(frozen, pair).singletonOrThrow();
      NDArray norms = Operators.rowNorms(transforms).sum();
      NDArray sum = Operators.scale(norms, 1.0 / (ROWS * COLUMNS));
      NDScope.unregister(sum);
      return sum;
    }
  }

  private NDArray tiles(NDArray boundary) {
    int tile = network.tile();
    try (NDArray whole =
        Operators.bilinear(boundary, (long) ROWS * tile, (long) COLUMNS * tile, false)) {
      return Operators.tiles(whole, tile);
    }
  }
}
