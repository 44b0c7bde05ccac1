package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.torch.Initial;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import java.util.ArrayList;
import java.util.List;

/**
 * An inverse-transform network that sees of a prediction only how well each cell of it fits the
 * true tile at every shift (a correlation layer: Fischer et al., "FlowNet", 2015).
 */
final class TileCorrelations extends InverseTransformNetwork {
  private static final double LAST_STD = 0.01;
  private static final double TINY = 1e-3;

  private final InverseNetworkConfig.Correlations config;
  private final List<Linear> layers = new ArrayList<>();

  TileCorrelations(InverseNetworkConfig.Correlations config, double normaliser) {
    super(config, normaliser);
    this.config = config;
    int width = 2 * config.radius() + 1;
    int in = config.cells() * config.cells() * width * width;
    for (int out : config.hidden()) {
      layers.add(
          add(
              "fc." + 2 * layers.size(),
              new Linear(in, out, Initial.uniform(Math.sqrt(6.0 / in)))));
      in = out;
    }
    layers.add(add("fc." + 2 * layers.size(), new Linear(in, outputs(), Initial.normal(LAST_STD))));
  }

  @Override
  public NDArray ofTruth(Tape tape, NDArray truth) {
    return shrunk(truth);
  }

  @Override
  NDArray ofPredicted(Tape tape, NDArray predicted) {
    return shrunk(predicted);
  }

  /** Of unit length. */
  private NDArray shrunk(NDArray tiles) {
    int side = config.tile() / config.shrink();
    NDArray small = config.shrink() == 1 ? tiles : Operators.bilinear(tiles, side, side, false);
    NDArray norms =
        Operators.smoothRowNorms(small.reshape(small.getShape().get(0), -1), TINY).add(TINY);
    return small.div(norms.reshape(-1, 1, 1, 1));
  }

  @Override
  public NDArray transforms(Tape tape, NDArray predicted, NDArray ofTruth) {
    NDArray x = ofPredicted(tape, predicted);
    NDArray fits = Operators.correlations(x, ofTruth, config.cells(), config.radius());
    return head(tape, Operators.scale(fits, config.cells() * config.cells() * 2));
  }

  @Override
  NDArray head(Tape tape, NDArray x) {
    NDArray y = layers.get(0).forward(tape, x.reshape(x.getShape().get(0), -1));
    for (Linear layer : layers.subList(1, layers.size())) {
      Operators.reluInPlace(y);
      y = layer.forward(tape, y);
    }
    return y;
  }
}
