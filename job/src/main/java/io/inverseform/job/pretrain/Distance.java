package io.inverseform.job.pretrain;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.torch.Tape;
import java.util.function.UnaryOperator;

/** How far tiles are from true ones. */
@FunctionalInterface
public interface Distance {
  /** Mean absolute difference of the pixels. */
  Distance PIXEL_L1 = truth -> tiles -> tiles.sub(truth).abs().flatten(1, -1).mean(new int[] {1});

  /**
   * The distance to true tiles.
   *
   * @param truth (M, 1, tile, tile)
   * @return from tiles of the same shape to their distances (M), with their history
   */
  UnaryOperator<NDArray> to(NDArray truth);

  /** The anchored InverseForm distance: between the network's output and that for equal tiles. */
  static Distance of(InverseTransformNetwork network) {
    return truth -> {
      NDArray ofTruth;
      NDArray anchor;
      try (Tape tape = Tape.inference(truth.getManager())) {
        ofTruth = network.ofTruth(tape, truth);
        anchor = network.transforms(tape, truth, ofTruth);
      }
      return tiles -> {
        try (Tape tape = Tape.frozen(truth.getManager())) {
          return network.distances(network.transforms(tape, tiles, ofTruth), anchor);
        }
      };
    };
  }
}
