package io.inverseform.golden;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.config.HeadConfig;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.BackboneConfig;
import io.inverseform.job.config.ModelConfig.ComputeConfig;
import io.inverseform.job.config.ModelConfig.ComputeConfig.MemoryFormat;
import io.inverseform.job.config.ModelConfig.ComputeConfig.Precision;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.config.ModelConfig.ScalesConfig;
import io.inverseform.job.config.PretrainedConfig;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.torch.ChannelMasks;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Torch;
import io.inverseform.job.weights.WeightFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A golden network: its configuration and weights from the golden folder. */
public final class GoldenNetwork implements AutoCloseable {
  /** The golden networks have no dropout. */
  public static final ChannelMasks NO_DROPOUT =
      (layer, samples, channels, probability) -> {
        throw new IllegalStateException("no dropout is meant in " + layer);
      };

  private final JsonNode json;
  private final ModelConfig config;
  private final Path weights;
  private final NDManager manager;
  private final SegmentationNetwork network;
  private final FlatParameters parameters;

  /** Which one. */
  public enum Kind {
    /** Object-contextual representations. */
    OCRNET,
    /** The plain head. */
    HRNET,
    /** OCRNet with attention over scales. */
    MSCALE,
    /** The plain head on a halved input. */
    LIGHT;

    private String file(String what) {
      return "model_" + name().toLowerCase(Locale.ROOT) + what;
    }

    private Path weights() {
      return new Path(Npz.folder().resolve(file(".pth")).toUri());
    }

    /** Inputs and outputs in evaluation. */
    public Npz evaluation() throws IOException {
      return Npz.golden(file("_eval.npz"));
    }

    /** Inputs, loss, gradients and statistics of a step. */
    public Npz training() throws IOException {
      return Npz.golden(file("_train.npz"));
    }
  }

  /** Builds the network and loads the golden weights, every one of them. */
  public GoldenNetwork(Kind kind) throws IOException {
    this(kind, List.of(1.0), MemoryFormat.CHANNELS_LAST);
  }

  /** The same with activations in another order in memory. */
  public GoldenNetwork(Kind kind, MemoryFormat format) throws IOException {
    this(kind, List.of(1.0), format);
  }

  /**
   * The same with other scales.
   *
   * @param scales of inference, if it is the network that has several
   */
  public GoldenNetwork(Kind kind, List<Double> scales) throws IOException {
    this(kind, scales, MemoryFormat.CHANNELS_LAST);
  }

  private GoldenNetwork(Kind kind, List<Double> scales, MemoryFormat format) throws IOException {
    Torch.start(1);
    json = new ObjectMapper().readTree(Npz.folder().resolve("model_config.json").toFile());
    manager = Torch.manager(Device.cpu());
    weights = kind.weights();
    try (WeightFile file = weights()) {
      int stem = Math.toIntExact(file.tensor("backbone.conv1.weight").shape().get(0));
      config = config(kind, scales, stem, format);
      network = SegmentationNetwork.of(config, classes());
      parameters = new FlatParameters(manager, network, 1);
      parameters.load(file, PretrainedConfig.NONE);
    }
  }

  private ModelConfig config(Kind kind, List<Double> scales, int stem, MemoryFormat format) {
    JsonNode stage1 = json.get("stage1");
    JsonNode modules = json.get("modules");
    List<Integer> branches = new ArrayList<>();
    json.get("branch_channels").forEach(channel -> branches.add(channel.asInt()));
    BackboneConfig backbone =
        new BackboneConfig(
            kind == Kind.LIGHT,
            stem,
            stage1.get("blocks").asInt(),
            stage1.get("channels").asInt(),
            branches,
            json.get("blocks_per_branch").asInt(),
            List.of(
                modules.get("stage2").asInt(),
                modules.get("stage3").asInt(),
                modules.get("stage4").asInt()));
    List<Double> training = kind == Kind.MSCALE ? List.of(0.5, 1.0) : List.of(1.0);
    return new ModelConfig(
        backbone,
        heads(kind),
        new ScalesConfig(training, scales, json.get("attention_bottleneck").asInt()),
        new NormConfig(NormConfig.Type.BATCH, 0.1, 1e-5, 32),
        new ComputeConfig(Precision.FLOAT32, format),
        List.of(),
        List.of(),
        PretrainedConfig.NONE);
  }

  private List<HeadConfig> heads(Kind kind) {
    HeadConfig ocr =
        new HeadConfig.ObjectContext(
            "ocr", json.get("ocr_mid").asInt(), json.get("ocr_key").asInt(), 0);
    List<Integer> mainHidden =
        List.of(kind == Kind.LIGHT ? json.get("light_head_channels").asInt() : 0);
    HeadConfig main =
        new HeadConfig.Classes(
            "hrhead.last_layer", "main", "stage4", mainHidden, kind != Kind.LIGHT);
    HeadConfig auxiliary =
        new HeadConfig.Classes("aux_head", "auxiliary", "stage4", List.of(0), true);
    HeadConfig boundary =
        new HeadConfig.Boundary(
            "edgeocr_cls_head", "main", kind == Kind.OCRNET ? "ocr" : "stage4", List.of());
    HeadConfig wide =
        new HeadConfig.Boundary(
            "edge_head.last_layer",
            kind == Kind.MSCALE ? "main" : "auxiliary",
            "stage4",
            List.of(0));
    return switch (kind) {
      case OCRNET -> List.of(ocr, boundary, wide);
      case MSCALE -> List.of(ocr, wide);
      case HRNET, LIGHT -> List.of(main, auxiliary, boundary, wide);
    };
  }

  /** The file of its weights. */
  public WeightFile weights() throws IOException {
    return WeightFile.open(weights, new Configuration());
  }

  /** What the network is made of. */
  public ModelConfig config() {
    return config;
  }

  /** The network. */
  public SegmentationNetwork network() {
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
