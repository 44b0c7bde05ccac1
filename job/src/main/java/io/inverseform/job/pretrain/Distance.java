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

  /** Plus what the found transform does not explain. */
  static Distance aligned(
      InverseTransformNetwork network, double normaliser, int[] places, double weight, boolean through, boolean ncc) {
    return truth -> {
      NDArray ofTruth;
      NDArray anchor;
      try (Tape tape = Tape.inference(truth.getManager())) {
        ofTruth = network.ofTruth(tape, truth);
        anchor = network.transforms(tape, truth, ofTruth);
      }
      int n = places.length;
      float[] m = new float[n * 6];
      for (int i = 0; i < n; i++) m[i * 6 + places[i]] = (float) normaliser;
      NDArray toTheta = io.inverseform.job.torch.Tensors.of(truth.getManager(), m, new ai.djl.ndarray.types.Shape(n, 6));
      NDArray identity = io.inverseform.job.torch.Tensors.of(truth.getManager(), new float[] {1, 0, 0, 0, 1, 0}, new ai.djl.ndarray.types.Shape(1, 6));
      return tiles -> {
        try (Tape tape = Tape.frozen(truth.getManager())) {
          NDArray t = network.transforms(tape, tiles, ofTruth).sub(anchor);
          NDArray d = Operators.rowNorms(t);
          NDArray at = through ? t : t.stopGradient();
          NDArray moved = io.inverseform.job.torch.SpatialTransformer.warp(truth, at.matMul(toTheta).add(identity));
          NDArray mask = io.inverseform.job.torch.SpatialTransformer.warp(truth.onesLike(), at.stopGradient().matMul(toTheta).add(identity));
          NDArray p = tiles.mul(mask);
          int[] px = {1, 2, 3};
          if (ncc) {
            int[] q = {1, 2, 3};
            NDArray cnt = mask.sum(q, true).add(1e-6f);
            NDArray pc = p.sub(p.sum(q, true).div(cnt)).mul(mask);
            NDArray wc = moved.sub(moved.sum(q, true).div(cnt)).mul(mask);
            NDArray vars = pc.square().sum(q).add(1e-2f).mul(wc.square().sum(q).add(1e-2f));
            NDArray r = Operators.scale(pc.mul(wc).sum(q).div(vars.sqrt()), -1).add(1);
            return d.add(Operators.scale(r, weight));
          }
          NDArray both = Operators.scale(p.mul(moved).sum(px), 2);
          NDArray all = p.square().sum(px).add(moved.square().sum(px));
          NDArray rho = Operators.scale(both.div(all.add(1e-6f)), -1).add(1);
          return d.add(Operators.scale(rho, weight));
        }
      };
    };
  }
}
