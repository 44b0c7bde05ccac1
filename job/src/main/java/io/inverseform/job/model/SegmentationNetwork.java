package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.PretrainedConfig;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.weights.WeightFile;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** From images to logits of classes and, in training, of boundaries. */
public abstract sealed class SegmentationNetwork extends Layer
    permits SingleScaleNetwork, MultiScaleNetwork {
  private final int minSide;

  SegmentationNetwork(int minSide) {
    this.minSide = minSide;
  }

  /** Smallest side of an image: below it the coarsest branch has less than one pixel. */
  public final int minSide() {
    return minSide;
  }

  /** The configured network, without memory. */
  public static SegmentationNetwork of(ModelConfig config, int classes) {
    SegmentationNetwork network =
        config.scales().several()
            ? new MultiScaleNetwork(config, classes)
            : new SingleScaleNetwork(config, classes);
    for (String pattern : config.frozen()) {
      if (network.freeze(Pattern.compile(pattern)) == 0) {
        throw new ConfigException(
            "'model.frozen': '%s' matches none of the network's %d names, such as %s"
                .formatted(
                    pattern, network.shapes().size(), network.shapes().keySet().iterator().next()));
      }
    }
    return network;
  }

  /**
   * A trained network.
   *
   * @param file in any format of {@link WeightFile}; every name and shape must fit
   * @param owner of its memory
   * @throws IOException if there is no such file, or it is damaged
   * @throws ConfigException if it holds another network
   */
  public static SegmentationNetwork read(
      Path file, ModelConfig config, int classes, NDManager owner, Configuration hadoop)
      throws IOException {
    SegmentationNetwork network = of(config, classes);
    FlatParameters parameters = new FlatParameters(owner, network, 0);
    try (WeightFile weights = WeightFile.open(file, hadoop)) {
      parameters.load(weights, PretrainedConfig.NONE);
    }
    return network;
  }

  /**
   * Images to outputs, the main one first; {@link ModelConfig#outputs} names those of training.
   *
   * @param images (N, 3, H, W), normalised, H and W at least {@link #minSide}; released
   */
  public abstract List<Output> outputs(Tape tape, NDArray images);

  /**
   * The main output alone, for inference.
   *
   * @param images (N, 3, H, W), normalised, H and W at least {@link #minSide}; released
   */
  public Output main(Tape tape, NDArray images) {
    return outputs(tape, images).get(0);
  }

  /** Logits and, behind them, boundary logits of each of the {@link #outputs}. */
  @Override
  public final NDList forward(Tape tape, NDList images) {
    NDList all = new NDList();
    for (Output output : outputs(tape, images.singletonOrThrow())) {
      all.add(output.logits());
      if (output.boundary() != null) {
        all.add(output.boundary());
      }
    }
    return all;
  }
}
