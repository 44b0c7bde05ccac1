package io.inverseform.golden;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.config.InverseNetworkConfig.Transform;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.torch.FlatParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** Golden inverse-transform networks: tile and widths are those of the weights. */
public final class GoldenInverseNetwork {
  private GoldenInverseNetwork() {}

  /**
   * Builds a network and loads its weights.
   *
   * @param manager owns the weights
   * @param prefix of the weights' names, such as {@code inversenet.fc.}
   */
  public static InverseTransformNetwork load(NDManager manager, Npz golden, String prefix) {
    TreeMap<Integer, Npz.Array> weights = new TreeMap<>();
    for (String name : golden.names()) {
      if (name.startsWith(prefix) && name.endsWith(".weight")) {
        String index = name.substring(prefix.length(), name.length() - ".weight".length());
        weights.put(Integer.valueOf(index), golden.array(name));
      }
    }
    List<Integer> widths = new ArrayList<>();
    weights.values().forEach(weight -> widths.add(weight.shape()[0]));
    int tile = (int) Math.round(Math.sqrt(weights.firstEntry().getValue().shape()[1] / 2.0));
    int outputs = widths.remove(widths.size() - 1);
    InverseTransformNetwork network =
        InverseTransformNetwork.of(
            new InverseNetworkConfig.MultiLayerPerceptron(tile, widths, transform(outputs)));
    FlatParameters parameters = new FlatParameters(manager, network, 1);
    for (FlatParameters.Slot slot : parameters.slots()) {
      Npz.Array array = golden.array(prefix + slot.name().substring("fc.".length()));
      parameters.put(slot, array.floats());
    }
    return network;
  }

  private static Transform transform(int outputs) {
    return Arrays.stream(Transform.values())
        .filter(transform -> transform.parameters() == outputs)
        .findFirst()
        .orElseThrow();
  }
}
