package io.inverseform.job.pretrain;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.loss.InverseDistance;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Tape;
import java.util.function.UnaryOperator;

/** How far tiles are from true ones. */
@FunctionalInterface
public interface Distance {
  /** Mean absolute difference of the pixels. */
  Distance PIXEL_L1 = truth -> tiles -> tiles.sub(truth).abs().flatten(1, -1).mean(new int[] {1});

  /** How unlike the pixels are, whatever their contrast: {@link LossOperators#unlikeness}. */
  Distance UNLIKENESS = truth -> tiles -> LossOperators.unlikeness(tiles, truth);

  /**
   * The distance to true tiles.
   *
   * @param truth (M, 1, tile, tile)
   * @return from tiles of the same shape to their distances (M), with their history
   */
  UnaryOperator<NDArray> to(NDArray truth);

  /** The anchored InverseForm distance: between the network's output and that for equal tiles. */
  static Distance of(InverseTransformNetwork network) {
    return of(network, 0);
  }

  /**
   * The anchored InverseForm distance, and the maps' unlikeness.
   *
   * @param unlikeness weight of the latter
   */
  static Distance of(InverseTransformNetwork network, double unlikeness) {
    InverseDistance distance = new InverseDistance(network, true, unlikeness);
    return truth -> {
      InverseDistance.OfTruth ofTruth;
      try (Tape tape = Tape.inference(truth.getManager())) {
        ofTruth = distance.ofTruth(tape, truth);
      }
      return tiles -> {
        try (Tape tape = Tape.frozen(truth.getManager())) {
          return distance.of(tape, tiles, ofTruth);
        }
      };
    };
  }
}
