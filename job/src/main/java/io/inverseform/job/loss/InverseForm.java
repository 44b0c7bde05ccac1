package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;

/**
 * The InverseForm loss (Borse et al., 2021): predicted and true boundary are cut into tiles, a
 * frozen network f regresses the transform between the tiles of a pair, and the loss is the mean
 * distance of an image's tiles. Pixels whose truth is left out are no edge in either map.
 *
 * <p>The distance of prediction p from truth b is |f(p, b)|, as published, or anchored: sqrt(|f(p,
 * b) - f(b, b)|^2 + e^2) - e, which is exactly 0 for identical maps, whatever the network has
 * learnt.
 */
final class InverseForm implements LossTerm {
  /** Below it an anchored distance grows as its square; a hundredth of the transforms' range. */
  private static final double EPSILON = 0.01;

  private final LossConfig.InverseForm config;
  private final InverseTransformNetwork network;
  private final TileGrid grid;

  /**
   * The configured term.
   *
   * @param network trained, with memory of its own; never changed
   * @throws IllegalArgumentException if the network is null or has no weights
   */
  InverseForm(LossConfig.InverseForm config, InverseTransformNetwork network) {
    if (network == null) {
      throw new IllegalArgumentException(
          "loss term "
              + config.lossName()
              + " needs an inverse-transform network and was given none");
    }
    if (!network.hasWeights()) {
      throw new IllegalArgumentException(
          "the inverse-transform network of loss term "
              + config.lossName()
              + " has no weights: give it memory and load them first");
    }
    this.config = config;
    this.network = network;
    grid = TileGrid.of(config.tiling(), network.tile());
  }

  @Override
  public String name() {
    return config.lossName();
  }

  @Override
  public double weight() {
    return config.lossWeight();
  }

  /**
   * What depends on the truth alone.
   *
   * @param valid (N, 1, H, W), 0 where the truth is left out and 1 elsewhere
   * @param firstLayer the network's share of the true tiles
   * @param shares (M): each tile's part in the sum over images of the means over tiles
   * @param anchors (M, outputs): where the distances are taken from; null for the identity
   */
  private record OfTruth(NDArray valid, NDArray firstLayer, NDArray shares, NDArray anchors)
      implements Truth.Derived {
    @Override
    public NDList arrays() {
      NDList arrays = new NDList(valid, firstLayer, shares);
      if (anchors != null) {
        arrays.add(anchors);
      }
      return arrays;
    }
  }

  @Override
  public NDArray sumOverImages(Prediction prediction, Truth truth) {
    try (NDScope step = new NDScope();
        Tape frozen = Tape.frozen(truth.edges().getManager())) {
      step.suppressNotUsedWarning();
      DataType type = prediction.boundary().getDataType();
      OfTruth ofTruth = truth.derived(this, OfTruth.class, () -> ofTruth(frozen, truth, type));
      NDArray probability = prediction.boundaryAtLabels().getNDArrayInternal().sigmoid();
      NDArray tiles = grid.cut(probability.mul(ofTruth.valid()));
      NDArray transforms = network.transforms(frozen, tiles, ofTruth.firstLayer());
      NDArray distances =
          ofTruth.anchors() == null
              ? Operators.rowNorms(transforms)
              : Operators.smoothRowNorms(transforms.sub(ofTruth.anchors()), EPSILON);
      NDArray sum = distances.mul(ofTruth.shares()).sum();
      NDScope.unregister(sum);
      return sum;
    }
  }

  private OfTruth ofTruth(Tape frozen, Truth truth, DataType type) {
    NDArray edge = truth.edges().eq(1);
    NDArray valid = edge.logicalOr(truth.edges().eq(0)).toType(type, false);
    NDArray tiles = grid.cut(edge.toType(type, false));
    NDArray firstLayer = network.ofTruth(frozen, tiles);
    NDArray anchors = config.anchored() ? network.transforms(frozen, tiles, firstLayer) : null;
    return new OfTruth(valid, firstLayer, grid.shares(tiles, truth.images()), anchors);
  }
}
