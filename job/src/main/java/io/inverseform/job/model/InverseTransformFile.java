package io.inverseform.job.model;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.config.PretrainedConfig;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.weights.WeightFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A trained inverse-transform network in a file: pretrain's safetensors, with configuration and
 * normalisers in the metadata, or a multi-layer perceptron as published, {@code fc.0.weight} and so
 * on without any metadata, whose normalisers are 1.
 *
 * @param network frozen
 * @param crc32c of its weights
 */
public record InverseTransformFile(InverseTransformNetwork network, long crc32c) {
  private static final String NETWORK = "inverse_network";
  private static final String NORMALISER = "normaliser";

  /**
   * What is written beside the weights.
   *
   * @param normaliser theta - I for an output of 1, of every number
   */
  public static Map<String, String> metadata(
      InverseNetworkConfig network, List<Double> normaliser) {
    return Map.of(NETWORK, ConfigYaml.write(network), NORMALISER, join(normaliser));
  }

  private static String join(List<Double> normaliser) {
    return normaliser.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  /**
   * Loads a frozen network.
   *
   * @param file in any format of {@link WeightFile}
   * @param expected as configured
   * @param owner of its memory
   * @throws IOException if there is no such file, or it is damaged
   * @throws ConfigException if it holds another network than the configured one
   */
  public static InverseTransformFile read(
      Path file, InverseNetworkConfig expected, NDManager owner, Configuration hadoop)
      throws IOException {
    try (WeightFile weights = WeightFile.open(file, hadoop)) {
      Map<String, String> metadata = weights.metadata();
      requireSame(metadata.get(NETWORK), expected, file);
      InverseTransformNetwork network =
          metadata.containsKey(NETWORK)
              ? InverseTransformNetwork.of(expected, normaliser(metadata, expected, file))
              : InverseTransformNetwork.of(expected);
      FlatParameters parameters = new FlatParameters(owner, network, 0);
      parameters.load(weights, PretrainedConfig.NONE);
      CRC32C crc = new CRC32C();
      crc.update(parameters.weights().bytes());
      return new InverseTransformFile(network, crc.getValue());
    } catch (FileNotFoundException e) {
      throw new FileNotFoundException(
          "no inverse-transform network at "
              + file
              + ": run pretrain first, or set pretrain.run or pretrain.weights");
    }
  }

  private static List<Double> normaliser(
      Map<String, String> metadata, InverseNetworkConfig network, Path file) {
    String written = String.valueOf(metadata.get(NORMALISER));
    int numbers = network.transform().parameters();
    NumberFormatException cause = null;
    try {
      List<Double> normaliser = Arrays.stream(written.split(" ")).map(Double::valueOf).toList();
      if (normaliser.size() == numbers
          && normaliser.stream().allMatch(n -> n > 0 && Double.isFinite(n))) {
        return normaliser;
      }
    } catch (NumberFormatException e) {
      cause = e;
    }
    throw new ConfigException(
        "%s says that its '%s' is %s, which must be %d finite numbers above 0: run pretrain again"
            .formatted(file, NORMALISER, written, numbers),
        cause);
  }

  private static void requireSame(String network, InverseNetworkConfig expected, Path file) {
    if (network == null && expected instanceof InverseNetworkConfig.MultiLayerPerceptron) {
      // As published; names and shapes tell whether it is the configured one.
      return;
    }
    if (network == null) {
      throw new ConfigException(
          file
              + " does not say which inverse-transform network it holds, so it is not of pretrain:"
              + " only a multi_layer_perceptron as published may come so, pretrain.network is "
              + expected);
    }
    InverseNetworkConfig found = ConfigYaml.readNetwork(network, file.toString());
    if (found.tile() != expected.tile()) {
      throw new ConfigException(
          "%s is for tiles of %d pixels, pretrain.network.tile is %d: set that, or run pretrain again"
              .formatted(file, found.tile(), expected.tile()));
    }
    if (!found.equals(expected)) {
      throw new ConfigException(
          "%s holds %s, pretrain.network is %s: set that, or run pretrain again"
              .formatted(file, found, expected));
    }
  }
}
