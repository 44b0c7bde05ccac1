package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.SpatialTransformer;
import io.inverseform.job.torch.Tape;

/**
 * The distance of predicted tiles from true ones by a frozen inverse-transform network f.
 *
 * <p>That of f(p, b) from the identity, as published, or anchored: that of f(p, b) from f(b, b),
 * which is exactly 0 for identical maps, whatever the network has learnt.
 *
 * <p>A few numbers cannot tell a map that is in its place from one that only makes the network say
 * so. So what the found transform does not explain can be added: how unlike the prediction is to
 * the truth under that transform ({@link LossOperators#unlikeness}). Then only a map that is a
 * warped true one is judged by its warp alone.
 *
 * @param anchored whether distances are taken from what the network says of the truth itself
 * @param residual weight of what the found transform does not explain; 0 for none
 */
public record InverseDistance(InverseTransformNetwork network, boolean anchored, double residual) {
  /**
   * What depends on the truth alone.
   *
   * @param truth (M, 1, tile, tile); null where there is no residual
   * @param firstLayer the network's share of the true tiles
   * @param anchors (M, outputs): where the distances are taken from; null for the identity
   */
  public record OfTruth(NDArray truth, NDArray firstLayer, NDArray anchors) {
    /** All that is not null. */
    NDList arrays() {
      NDList arrays = new NDList(firstLayer);
      if (truth != null) {
        arrays.add(truth);
      }
      if (anchors != null) {
        arrays.add(anchors);
      }
      return arrays;
    }
  }

  /**
   * What depends on true tiles alone.
   *
   * @param frozen of {@link Tape#frozen} or {@link Tape#inference}
   * @param truth (M, 1, tile, tile)
   */
  public OfTruth ofTruth(Tape frozen, NDArray truth) {
    NDArray firstLayer = network.ofTruth(frozen, truth);
    NDArray anchors = anchored ? network.transforms(frozen, truth, firstLayer) : null;
    return new OfTruth(residual > 0 ? truth : null, firstLayer, anchors);
  }

  /**
   * The distances.
   *
   * @param predicted (M, 1, tile, tile), probabilities
   * @param ofTruth of the true tiles of the same places
   * @return (M), with the history of the predicted tiles
   */
  public NDArray of(Tape frozen, NDArray predicted, OfTruth ofTruth) {
    NDArray transforms = network.transforms(frozen, predicted, ofTruth.firstLayer());
    NDArray anchors = ofTruth.anchors();
    NDArray distances =
        anchors == null ? network.distances(transforms) : network.distances(transforms, anchors);
    if (residual == 0) {
      return distances;
    }
    NDArray thetas = network.thetas(anchors == null ? transforms : transforms.sub(anchors));
    NDArray moved = SpatialTransformer.warp(ofTruth.truth(), thetas);
    // What comes from outside of the tile is not known.
    NDArray known = SpatialTransformer.warp(ofTruth.truth().onesLike(), thetas);
    NDArray unlike = LossOperators.unlikeness(predicted, moved, known);
    return distances.add(Operators.scale(unlike, residual));
  }
}
