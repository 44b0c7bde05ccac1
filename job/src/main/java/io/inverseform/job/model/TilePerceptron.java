package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Parameter;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.torch.Initial;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import java.util.ArrayList;
import java.util.List;

/**
 * The published inverse-transform network: a multi-layer perceptron on the pixels of both tiles,
 * the predicted one's first.
 */
final class TilePerceptron extends InverseTransformNetwork {
  private final int pixels;
  private final Parameter weight;
  private final Parameter bias;
  private final List<Linear> others = new ArrayList<>();

  TilePerceptron(InverseNetworkConfig.MultiLayerPerceptron config, List<Double> normaliser) {
    super(config, normaliser);
    pixels = config.tile() * config.tile();
    int in = config.hidden().get(0);
    weight = weight("fc.0.weight", Parameter.Type.WEIGHT, initial(2 * pixels), in, 2L * pixels);
    bias = weight("fc.0.bias", Parameter.Type.BIAS, initial(2 * pixels), in);
    List<Integer> widths = new ArrayList<>(config.hidden().subList(1, config.hidden().size()));
    widths.add(outputs());
    for (int out : widths) {
      others.add(add("fc." + 2 * (others.size() + 1), new Linear(in, out, initial(in))));
      in = out;
    }
  }

  private static Initial initial(int in) {
    return Initial.uniform(1 / Math.sqrt(in));
  }

  @Override
  public NDArray ofTruth(Tape tape, NDArray truth) {
    return first(tape, truth, ":, {}:", tape.use(bias));
  }

  @Override
  NDArray ofPredicted(Tape tape, NDArray predicted) {
    return first(tape, predicted, ":, :{}", null);
  }

  private NDArray first(Tape tape, NDArray tiles, String columns, NDArray shift) {
    try (NDArray flat = tiles.reshape(-1, pixels);
        NDArray half = tape.use(weight).get(new NDIndex(columns, pixels))) {
      return Operators.linear(flat, half, shift);
    }
  }

  @Override
  NDArray head(Tape tape, NDArray x) {
    NDArray y = others.get(0).forward(tape, x);
    for (Linear other : others.subList(1, others.size())) {
      Operators.reluInPlace(y);
      y = other.forward(tape, y);
    }
    return y;
  }
}
