package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Parameter;
import io.inverseform.job.torch.Initial;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import java.util.ArrayList;
import java.util.List;

/**
 * Regresses the transform that maps one boundary tile to another (Borse et al., "InverseForm: A
 * Loss Function for Structured Boundary-Aware Segmentation", 2021): a multi-layer perceptron on the
 * pixels of both.
 */
public final class InverseTransformNetwork extends Layer {
  private final int tile;
  private final List<Linear> layers = new ArrayList<>();

  /** An affine map and its place: {@code fc.0}, {@code fc.2}, ... with ReLUs between them. */
  private record Linear(Parameter weight, Parameter bias) {}

  /**
   * A network for square tiles.
   *
   * @param tile pixels on a side
   * @param hidden widths of the hidden layers; the published network has 1000 and 32 at tile 224
   * @param outputs parameters of the transform
   */
  public InverseTransformNetwork(int tile, List<Integer> hidden, int outputs) {
    this.tile = tile;
    List<Integer> widths = new ArrayList<>(hidden);
    widths.add(outputs);
    int in = Math.multiplyExact(2 * tile, tile);
    for (int out : widths) {
      String name = "fc." + 2 * layers.size();
      Initial initial = Initial.uniform(1 / Math.sqrt(in));
      layers.add(
          new Linear(
              weight(name + ".weight", Parameter.Type.WEIGHT, initial, out, in),
              weight(name + ".bias", Parameter.Type.BIAS, initial, out)));
      in = out;
    }
  }

  /** Pixels on a side of a tile. */
  public int tile() {
    return tile;
  }

  /**
   * Predicted and true boundary tiles, (M, tile * tile) each, row-major, to transforms (M,
   * outputs).
   */
  @Override
  public NDList forward(Tape tape, NDList inputs) {
    NDArray x = first(tape, inputs.get(0), inputs.get(1));
    inputs.forEach(tape::release);
    for (Linear layer : layers.subList(1, layers.size())) {
      try (NDArray before = x) {
        Operators.reluInPlace(before);
        x = Operators.linear(before, tape.use(layer.weight()), tape.use(layer.bias()));
      }
    }
    return new NDList(x);
  }

  /** The first layer without joining the tiles: no gradient is made for tiles that need none. */
  private NDArray first(Tape tape, NDArray predicted, NDArray truth) {
    long pixels = (long) tile * tile;
    NDArray weight = tape.use(layers.get(0).weight());
    try (NDArray left = weight.get(new NDIndex(":, :{}", pixels));
        NDArray right = weight.get(new NDIndex(":, {}:", pixels));
        NDArray ofTruth = Operators.linear(truth, right, tape.use(layers.get(0).bias()))) {
      NDArray sum = Operators.linear(predicted, left, null);
      Operators.addInPlace(sum, ofTruth);
      return sum;
    }
  }
}
