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
 * A small inverse-transform network: convolutions on both tiles as two channels, and two affine
 * maps on what is left, which still see where in the tile it is. Nothing is pooled and nothing
 * normalised: a shift by a pixel stays visible, and a tile's transform depends on no other tile.
 *
 * <p>The first convolution is wide and quarters the tile, so that edges that have moved apart meet;
 * then those of stride 1 and 2 take turns.
 */
final class TileConvolutions extends InverseTransformNetwork {
  private static final int FIRST_KERNEL = 7;
  private static final int FIRST_STRIDE = 4;
  private static final int KERNEL = 3;

  /** Of the last layer's weights: before training, all transforms are nearly the identity. */
  private static final double LAST_STD = 0.01;

  private final Parameter weight;
  private final Parameter bias;
  private final List<Convolution> convolutions = new ArrayList<>();
  private final Linear hidden;
  private final Linear last;

  TileConvolutions(InverseNetworkConfig.Convolutional config, List<Double> normaliser) {
    super(config, normaliser);
    int in = config.channels().get(0);
    weight =
        weight(
            "conv.0.weight",
            Parameter.Type.WEIGHT,
            initial(2 * FIRST_KERNEL * FIRST_KERNEL),
            in,
            2,
            FIRST_KERNEL,
            FIRST_KERNEL);
    bias = weight("conv.0.bias", Parameter.Type.BIAS, Initial.constant(0), in);
    int side = strided(config.tile(), FIRST_STRIDE);
    int stride = 1;
    for (int out : config.channels().subList(1, config.channels().size())) {
      Convolution convolution =
          new Convolution(in, out, KERNEL, stride, true, initial(in * KERNEL * KERNEL));
      convolutions.add(add("conv." + 2 * (convolutions.size() + 1), convolution));
      in = out;
      side = strided(side, stride);
      stride = 3 - stride;
    }
    int flat = Math.multiplyExact(in, side * side);
    hidden = add("fc.0", new Linear(flat, config.hidden(), initial(flat)));
    last = add("fc.2", new Linear(config.hidden(), outputs(), Initial.normal(LAST_STD)));
  }

  private static int strided(int side, int stride) {
    return (side + stride - 1) / stride;
  }

  /** Keeps the variance through a ReLU (He et al., 2015). */
  private static Initial initial(int fanIn) {
    return Initial.uniform(Math.sqrt(6.0 / fanIn));
  }

  @Override
  public NDArray ofTruth(Tape tape, NDArray truth) {
    return first(tape, truth, ":, 1:", tape.use(bias));
  }

  @Override
  NDArray ofPredicted(Tape tape, NDArray predicted) {
    return first(tape, predicted, ":, :1", null);
  }

  private NDArray first(Tape tape, NDArray tiles, String channel, NDArray shift) {
    try (NDArray half = tape.use(weight).get(new NDIndex(channel))) {
      return Operators.convolution(tiles, half, shift, FIRST_STRIDE);
    }
  }

  @Override
  NDArray head(Tape tape, NDArray x) {
    NDArray y = x;
    for (Convolution convolution : convolutions) {
      y = convolution.forward(tape, y);
      Operators.reluInPlace(y);
    }
    try (NDArray maps = y) {
      y = hidden.forward(tape, maps.reshape(maps.getShape().get(0), -1));
    }
    Operators.reluInPlace(y);
    return last.forward(tape, y);
  }
}
