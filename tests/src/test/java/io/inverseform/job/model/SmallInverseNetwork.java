package io.inverseform.job.model;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.config.InverseNetworkConfig.Transform;
import io.inverseform.job.torch.FlatParameters;
import java.util.List;

/** Inverse-transform networks that take milliseconds, with random weights. */
public final class SmallInverseNetwork {
  private SmallInverseNetwork() {}

  /** One hidden layer, four parameters. */
  public static InverseNetworkConfig perceptron(int tile) {
    return new InverseNetworkConfig.MultiLayerPerceptron(tile, List.of(8), Transform.EUCLIDEAN4);
  }

  /** Three convolutions, six parameters. */
  public static InverseNetworkConfig convolutional(int tile) {
    return new InverseNetworkConfig.Convolutional(tile, List.of(4, 5, 6), 8, Transform.EUCLIDEAN6);
  }

  /**
   * A network with random weights.
   *
   * @param manager owns the weights
   */
  public static InverseTransformNetwork random(NDManager manager, InverseNetworkConfig config) {
    InverseTransformNetwork network = InverseTransformNetwork.of(config);
    new FlatParameters(manager, network, 5);
    return network;
  }
}
