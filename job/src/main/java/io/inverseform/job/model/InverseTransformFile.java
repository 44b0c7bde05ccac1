package io.inverseform.job.model;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Safetensors;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A trained inverse-transform network in a file: weights as safetensors, with configuration and
 * normaliser in its metadata.
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
   * @param normaliser theta - I for an output of 1
   */
  public static Map<String, String> metadata(InverseNetworkConfig network, double normaliser) {
    return Map.of(NETWORK, ConfigYaml.write(network), NORMALISER, Double.toString(normaliser));
  }

  /**
   * Loads a frozen network.
   *
   * @param expected as configured
   * @param owner of its memory
   * @throws IOException if there is no such file, or it is damaged
   * @throws ConfigException if it holds another network than the configured one
   */
  public static InverseTransformFile read(
      Path file, InverseNetworkConfig expected, NDManager owner, Configuration hadoop)
      throws IOException {
    FileSystem fileSystem = file.getFileSystem(hadoop);
    if (!fileSystem.exists(file)) {
      throw new FileNotFoundException(
          "no inverse-transform network at " + file + ": run pretrain first, or set pretrain.run");
    }
    requireSame(metadata(fileSystem, file), expected, file);
    InverseTransformNetwork network = InverseTransformNetwork.of(expected);
    FlatParameters parameters = new FlatParameters(owner, network, 0);
    try (InputStream in = new BufferedInputStream(fileSystem.open(file))) {
      Safetensors.read(in, file.toString(), parameters);
    }
    CRC32C crc = new CRC32C();
    crc.update(parameters.weights().bytes());
    return new InverseTransformFile(network, crc.getValue());
  }

  private static Map<String, String> metadata(FileSystem fileSystem, Path file) throws IOException {
    try (InputStream in = fileSystem.open(file)) {
      return Safetensors.metadata(in, file.toString());
    }
  }

  private static void requireSame(
      Map<String, String> metadata, InverseNetworkConfig expected, Path file) {
    String network = metadata.get(NETWORK);
    if (network == null) {
      throw new ConfigException(
          file + " does not say which inverse-transform network it holds: it is not of pretrain");
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
