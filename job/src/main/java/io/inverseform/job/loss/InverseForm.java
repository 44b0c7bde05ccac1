package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.BoundarySource;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Tape;
import io.inverseform.udf.label.LabelMap;

/**
 * The InverseForm loss (Borse et al., 2021): predicted and true boundary are cut into tiles, a
 * frozen network f regresses the transform between the tiles of a pair, and the loss is the mean
 * distance of an image's tiles. Pixels that are left out are no edge in either map.
 *
 * <p>The distance of prediction p from truth b is that of f(p, b) from the identity, as published,
 * or anchored: that of f(p, b) from f(b, b), which is exactly 0 for identical maps, whatever the
 * network has learnt ({@link InverseTransformNetwork#distances}).
 */
final class InverseForm implements LossTerm {
  private static final int[] PIXELS = {1, 2, 3};
  private static final int[] TILES = {0};

  /** Of the length of a softmax's gradient, which is 1 at a certain edge. */
  private static final double SMOOTH = 1e-3;

  private final LossConfig.InverseForm config;
  private final int classes;
  private final InverseTransformNetwork network;
  private final TileGrid grid;

  /**
   * The configured term.
   *
   * @param network trained, with memory of its own; never changed
   * @throws IllegalArgumentException if the network is null or has no weights
   */
  InverseForm(LossConfig.InverseForm config, int classes, InverseTransformNetwork network) {
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
    this.classes = classes;
    this.network = network;
    grid = TileGrid.of(config.grid(), network.tile());
  }

  /**
   * What depends on the truth alone.
   *
   * @param valid (N, 1, H, W), 0 where pixels are left out and 1 elsewhere
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

  /** Tiles of both maps and their layers; of a segmentation its softmax and their differences. */
  @Override
  public int numbersAPixel() {
    return 24 + (config.boundary() == BoundarySource.SEGMENTATION ? 8 * classes : 0);
  }

  @Override
  public NDArray sumOverImages(Prediction prediction, Truth truth) {
    try (Tape frozen = Tape.frozen(truth.edges().getManager())) {
      OfTruth ofTruth = truth.derived(this, OfTruth.class, () -> ofTruth(frozen, truth));
      NDArray tiles = grid.cut(probability(prediction).mul(ofTruth.valid()));
      NDArray transforms = network.transforms(frozen, tiles, ofTruth.firstLayer());
      NDArray distances =
          ofTruth.anchors() == null
              ? network.distances(transforms)
              : network.distances(transforms, ofTruth.anchors());
      return distances.mul(ofTruth.shares()).sum();
    }
  }

  private NDArray probability(Prediction prediction) {
    return switch (config.boundary()) {
      case HEAD -> prediction.boundaryAtLabels().getNDArrayInternal().sigmoid();
      case SEGMENTATION -> LossOperators.sobelBoundary(prediction.logitsAtLabels(), SMOOTH);
    };
  }

  private OfTruth ofTruth(Tape frozen, Truth truth) {
    NDArray valid = valid(truth);
    NDArray edge = LossOperators.indicator(truth.edges(), 1).toType(truth.type(), false);
    NDArray tiles = grid.cut(edge.mul(valid));
    NDArray firstLayer = network.ofTruth(frozen, tiles);
    NDArray anchors = config.anchored() ? network.transforms(frozen, tiles, firstLayer) : null;
    return new OfTruth(valid, firstLayer, shares(tiles, truth.images()), anchors);
  }

  private NDArray valid(Truth truth) {
    NDArray edge = LossOperators.indicator(truth.edges(), 1);
    NDArray known = edge.add(LossOperators.indicator(truth.edges(), 0));
    if (config.maskIgnored()) {
      NDArray ignored = LossOperators.indicator(truth.target(), LabelMap.IGNORE);
      known = known.mul(ignored.onesLike().sub(ignored).reshape(known.getShape()));
    }
    return known.toType(truth.type(), false);
  }

  /**
   * Weights (M) under which a sum over tiles is the sum over images of means over their tiles; a
   * mean over nothing is 0.
   */
  private NDArray shares(NDArray tiles, long images) {
    NDArray edges = tiles.sum(PIXELS).reshape(-1, images);
    NDArray counts = edges.onesLike();
    if (config.skipEmpty()) {
      counts = counts.sub(LossOperators.indicator(edges, 0).toType(tiles.getDataType(), false));
    }
    NDArray number = LossOperators.atLeast(counts.sum(TILES, true), 1);
    return counts.div(number).reshape(-1);
  }
}
