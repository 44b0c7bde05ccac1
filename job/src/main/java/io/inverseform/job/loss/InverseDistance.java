package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;

/**
 * The distance of predicted tiles from true ones by a frozen inverse-transform network f.
 *
 * <p>That of f(p, b) from the identity, as published, or anchored: that of f(p, b) from f(b, b),
 * which is exactly 0 for identical maps, whatever the network has learnt.
 *
 * <p>A few numbers cannot tell a map that is in its place from one that only makes the network say
 * so. So the maps' unlikeness can be added ({@link LossOperators#unlikeness}), which only the truth
 * makes 0: near the truth it leads, farther away the transform does.
 *
 * @param anchored whether distances are taken from what the network says of the truth itself
 * @param unlikeness weight of the maps' unlikeness; 0 for the transform alone
 */
public record InverseDistance(
    InverseTransformNetwork network, boolean anchored, double unlikeness) {
  /**
   * What depends on the truth alone.
   *
   * @param truth (M, 1, tile, tile); null where the transform alone counts
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
    return new OfTruth(unlikeness > 0 ? truth : null, firstLayer, anchors);
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
    if (unlikeness == 0) {
      return distances;
    }
    NDArray unlike = LossOperators.unlikeness(predicted, ofTruth.truth());
    return distances.add(Operators.scale(unlike, unlikeness));
  }
}
