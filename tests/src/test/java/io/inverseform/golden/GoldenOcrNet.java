package io.inverseform.golden;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.BackboneConfig;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.config.ModelConfig.OcrConfig;
import io.inverseform.job.config.PretrainedConfig;
import io.inverseform.job.model.OcrNet;
import io.inverseform.job.torch.ChannelMasks;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Torch;
import io.inverseform.job.weights.WeightFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The golden OCRNet: its configuration and weights from the golden folder. */
public final class GoldenOcrNet implements AutoCloseable {
  /** The golden networks have no dropout. */
  public static final ChannelMasks NO_DROPOUT =
      (layer, samples, channels, probability) -> {
        throw new IllegalStateException("no dropout is meant in " + layer);
      };

  private final JsonNode json;
  private final NDManager manager;
  private final OcrNet network;
  private final FlatParameters parameters;

  /** Builds the network and loads the golden weights, every one of them. */
  public GoldenOcrNet() throws IOException {
    Torch.start(1);
    json = new ObjectMapper().readTree(Npz.folder().resolve("model_config.json").toFile());
    manager = Torch.manager(Device.cpu());
    network = new OcrNet(config(), classes());
    parameters = new FlatParameters(manager, network, 1);
    try (WeightFile file = weights()) {
      parameters.load(file, PretrainedConfig.NONE);
    }
  }

  private ModelConfig config() throws IOException {
    JsonNode stage1 = json.get("stage1");
    JsonNode modules = json.get("modules");
    List<Integer> branches = new ArrayList<>();
    json.get("branch_channels").forEach(channel -> branches.add(channel.asInt()));
    int stem;
    try (WeightFile file = weights()) {
      stem = Math.toIntExact(file.tensor("backbone.conv1.weight").shape().get(0));
    }
    return new ModelConfig(
        new BackboneConfig(
            stem,
            stage1.get("blocks").asInt(),
            stage1.get("channels").asInt(),
            branches,
            json.get("blocks_per_branch").asInt(),
            List.of(
                modules.get("stage2").asInt(),
                modules.get("stage3").asInt(),
                modules.get("stage4").asInt())),
        new OcrConfig(json.get("ocr_mid").asInt(), json.get("ocr_key").asInt(), 0),
        new NormConfig(NormConfig.Type.BATCH, 0.1, 1e-5, 32),
        PretrainedConfig.NONE);
  }

  private static WeightFile weights() throws IOException {
    Path file = new Path(Npz.folder().resolve("model_ocrnet.pth").toUri());
    return WeightFile.open(file, new Configuration());
  }

  /** The network. */
  public OcrNet network() {
    return network;
  }

  /** Its memory. */
  public FlatParameters parameters() {
    return parameters;
  }

  /** Number of classes. */
  public int classes() {
    return json.get("classes").asInt();
  }

  /** Owner of its memory. */
  public NDManager manager() {
    return manager;
  }

  @Override
  public void close() {
    parameters.close();
    manager.close();
  }
}
