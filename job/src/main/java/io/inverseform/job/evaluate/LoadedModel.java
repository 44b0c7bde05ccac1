package io.inverseform.job.evaluate;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.PretrainedConfig;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.model.Segmenter;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.Torch;
import io.inverseform.job.weights.WeightFile;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A trained network in memory: one an executor, shared by its tasks, until another is asked for.
 */
final class LoadedModel {
  private static LoadedModel current;

  private final Key key;
  private final NDManager manager;
  private final SegmentationNetwork network;
  private final Images images;

  /**
   * Which network.
   *
   * @param configuration effective configuration as YAML
   * @param weights path of the safetensors file
   * @param version of that file: its time of change
   */
  record Key(String configuration, int classes, String weights, long version)
      implements Serializable {
    /** The file as it is now. */
    static Key of(JobConfig config, int classes, Path weights, Configuration hadoop)
        throws IOException {
      FileSystem fileSystem = weights.getFileSystem(hadoop);
      if (!fileSystem.exists(weights)) {
        throw new IOException("no trained model at " + weights + ": run train first, or set run");
      }
      long version = fileSystem.getFileStatus(weights).getModificationTime();
      return new Key(ConfigYaml.write(config), classes, weights.toString(), version);
    }
  }

  private LoadedModel(Key key, Configuration hadoop, List<String> gpuAddresses) throws IOException {
    this.key = key;
    JobConfig config = ConfigYaml.read(key.configuration(), "the driver's configuration");
    Torch.start(config.train().threads());
    Device device = Torch.device(gpuAddresses);
    manager = Torch.manager(device);
    network = SegmentationNetwork.of(config.model(), key.classes());
    images = new Images(config.augment().mean(), config.augment().std());
    FlatParameters parameters = new FlatParameters(manager, network, config.seed());
    try (WeightFile file = WeightFile.open(new Path(key.weights()), hadoop)) {
      parameters.load(file, PretrainedConfig.NONE);
    } catch (IOException | RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /** The network of that key, loaded if this process does not have it. */
  static synchronized LoadedModel get(Key key, Configuration hadoop, List<String> gpuAddresses)
      throws IOException {
    if (current == null || !current.key.equals(key)) {
      LoadedModel previous = current;
      current = new LoadedModel(key, hadoop, gpuAddresses);
      if (previous != null) {
        previous.manager.close();
      }
    }
    return current;
  }

  /** A segmenter for one thread. */
  Segmenter segmenter(double scale) {
    return new Segmenter(manager, network, images, scale);
  }
}
