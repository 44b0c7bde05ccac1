package io.inverseform.job.config;

import io.inverseform.job.config.HeadConfig.Boundary;
import io.inverseform.job.config.HeadConfig.ObjectContext;
import io.inverseform.job.config.ModelConfig.ComputeConfig.MemoryFormat;
import io.inverseform.job.config.ModelConfig.ComputeConfig.Precision;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A segmentation network: heads on the features of one backbone, at one scale or at several.
 *
 * @param heads what reads the features; exactly one gives the main output
 * @param recompute stages whose activations are not kept for the backward pass but computed again,
 *     2 to 4: less memory, more time
 * @param frozen regular expressions; parameters whose whole name matches one are not trained, and a
 *     frozen normalisation uses its stored statistics
 */
public record ModelConfig(
    BackboneConfig backbone,
    List<HeadConfig> heads,
    ScalesConfig scales,
    NormConfig norm,
    ComputeConfig compute,
    List<Integer> recompute,
    List<String> frozen,
    PretrainedConfig pretrained)
    implements Serializable {
  public ModelConfig {
    Check.given("backbone", backbone);
    heads = Check.list("heads", heads, head -> true, "a head");
    checkHeads(heads);
    Check.given("scales", scales);
    Check.that(
        !scales.several() || heads.stream().noneMatch(h -> isBoundary(h, HeadConfig.AUXILIARY)),
        "heads",
        heads.stream().map(HeadConfig::name).toList(),
        "without an auxiliary boundary head, since with several scales the main one gives both");
    Check.given("norm", norm);
    Check.given("compute", compute);
    Check.that(
        Check.given("recompute", recompute).stream().allMatch(s -> s != null && s >= 2 && s <= 4),
        "recompute",
        recompute,
        "a list of stages, each 2 to 4");
    recompute = List.copyOf(recompute);
    frozen = Check.patterns("frozen", frozen);
    Check.given("pretrained", pretrained);
  }

  /** The same computed in another way. */
  public ModelConfig with(ComputeConfig otherCompute, List<Integer> otherRecompute) {
    return new ModelConfig(
        backbone, heads, scales, norm, otherCompute, otherRecompute, frozen, pretrained);
  }

  /** The same with other parameters frozen. */
  public ModelConfig frozen(List<String> otherFrozen) {
    return new ModelConfig(
        backbone, heads, scales, norm, compute, recompute, otherFrozen, pretrained);
  }

  ModelConfig with(PretrainedConfig otherPretrained) {
    return new ModelConfig(
        backbone, heads, scales, norm, compute, recompute, frozen, otherPretrained);
  }

  /** OCRNet with a boundary head at both outputs, at one scale, everything trained. */
  public static ModelConfig ocrNet(
      BackboneConfig backbone, int mid, int key, double dropout, NormConfig norm) {
    return new ModelConfig(
        backbone,
        List.of(
            new ObjectContext(HeadConfig.OCR, mid, key, dropout),
            new Boundary("edgeocr_cls_head", HeadConfig.MAIN, HeadConfig.OCR, List.of()),
            new Boundary("edge_head.last_layer", HeadConfig.AUXILIARY, "stage4", List.of(0))),
        new ScalesConfig(List.of(1.0), List.of(1.0), 1),
        norm,
        new ComputeConfig(Precision.FLOAT32, MemoryFormat.CHANNELS_LAST),
        List.of(),
        List.of(),
        PretrainedConfig.NONE);
  }

  private static void checkHeads(List<HeadConfig> heads) {
    List<String> names = heads.stream().map(HeadConfig::name).toList();
    Check.that(distinct(names), "heads", names, "heads of different names");
    List<String> boundaries = new ArrayList<>();
    for (HeadConfig head : heads) {
      if (head instanceof Boundary boundary) {
        boundaries.add(boundary.output());
        Check.that(
            !boundary.features().equals(HeadConfig.OCR) || hasContext(heads),
            "heads",
            names,
            "with one of type ocr, whose features " + boundary.name() + " reads");
      }
    }
    List<String> logits = heads.stream().flatMap(head -> head.logits().stream()).toList();
    Check.that(
        distinct(logits) && logits.contains(HeadConfig.MAIN),
        "heads",
        names,
        "such that one gives the main output and at most one the auxiliary, not " + logits);
    Check.that(
        distinct(boundaries) && logits.containsAll(boundaries),
        "heads",
        names,
        "such that an output with class logits has at most one boundary head, not " + boundaries);
  }

  private static boolean hasContext(List<HeadConfig> heads) {
    return heads.stream().anyMatch(ObjectContext.class::isInstance);
  }

  private static boolean distinct(List<String> values) {
    return values.stream().distinct().count() == values.size();
  }

  /**
   * What the network gives in training.
   *
   * @param name main, auxiliary, or with attention over scales such as scale_0.5
   * @param boundary whether there are boundary logits beside the class logits
   */
  public record Output(String name, boolean boundary) {}

  /** The network's outputs in training, the main one first. */
  public List<Output> outputs() {
    List<Output> outputs = new ArrayList<>();
    for (String name : List.of(HeadConfig.MAIN, HeadConfig.AUXILIARY)) {
      if (heads.stream().anyMatch(head -> head.logits().contains(name))) {
        String boundary = scales.several() ? HeadConfig.MAIN : name;
        outputs.add(new Output(name, heads.stream().anyMatch(head -> isBoundary(head, boundary))));
      }
    }
    if (scales.several()) {
      scales.train().forEach(scale -> outputs.add(new Output(scaleName(scale), false)));
    }
    return outputs;
  }

  private static boolean isBoundary(HeadConfig head, String output) {
    return head instanceof Boundary boundary && boundary.output().equals(output);
  }

  /** Name of the output at one scale alone. */
  public static String scaleName(double scale) {
    return "scale_" + scale;
  }

  /** The network that is left when training is over: without boundary and auxiliary heads. */
  public ModelConfig forInference() {
    return new ModelConfig(
        backbone,
        heads.stream().filter(head -> head.logits().contains(HeadConfig.MAIN)).toList(),
        scales,
        norm,
        compute,
        List.of(),
        List.of(),
        PretrainedConfig.NONE);
  }

  /**
   * HRNetV2.
   *
   * @param halveInput whether a learned 2x2 convolution of stride 2 comes first, as in light HRNet
   * @param stem channels of the two stride-2 convolutions
   * @param stage1 bottleneck blocks of the first stage
   * @param stage1Channels inner channels of those; they give four times as many
   * @param branches channels of the four resolutions, finest first
   * @param blocks basic blocks a branch and module
   * @param modules exchange modules of stages 2, 3 and 4
   */
  public record BackboneConfig(
      boolean halveInput,
      int stem,
      int stage1,
      int stage1Channels,
      List<Integer> branches,
      int blocks,
      List<Integer> modules)
      implements Serializable {
    public BackboneConfig {
      Check.atLeast(1, "stem", stem);
      Check.atLeast(1, "stage1", stage1);
      Check.atLeast(1, "stage1_channels", stage1Channels);
      branches = Check.list("branches", branches, 4, v -> v >= 1, "at least 1");
      Check.atLeast(1, "blocks", blocks);
      modules = Check.list("modules", modules, 3, v -> v >= 1, "at least 1");
    }
  }

  /**
   * Hierarchical multi-scale attention (Tao, Sapra, Catanzaro, 2020): the network runs at several
   * scales of the picture, and a learned attention joins what it says.
   *
   * @param train scales in training, ascending; 1 among them. Alone, there is no attention
   * @param infer scales in inference, likewise
   * @param channels of the attention's two hidden convolutions
   */
  public record ScalesConfig(List<Double> train, List<Double> infer, int channels)
      implements Serializable {
    public ScalesConfig {
      train = scales("train", train);
      infer = scales("infer", infer);
      Check.that(
          train.size() > 1 || infer.size() == 1,
          "infer",
          infer,
          "[1.0], since training at one scale teaches no attention");
      Check.atLeast(1, "channels", channels);
    }

    private static List<Double> scales(String key, List<Double> scales) {
      String range = "above 0, at most 8, ascending, 1.0 among them";
      List<Double> copy = Check.list(key, scales, s -> s > 0 && s <= 8, range);
      boolean ascending =
          IntStream.range(1, copy.size()).allMatch(i -> copy.get(i - 1) < copy.get(i));
      Check.that(ascending && copy.contains(1.0), key, copy, "a list, each " + range);
      return copy;
    }

    /** Whether there is attention over scales. */
    public boolean several() {
      return train.size() > 1;
    }
  }

  /**
   * How activations are kept and computed. Weights, their gradients, statistics and losses are
   * float32 whatever it says.
   */
  public record ComputeConfig(Precision precision, MemoryFormat memoryFormat)
      implements Serializable {
    /** Type of activations, and of the weights that a convolution sees. */
    public enum Precision {
      /** 32 bits. */
      FLOAT32,
      /** 16 bits with float32's range: half the memory, fast where the processor has it. */
      BFLOAT16
    }

    /**
     * Order in memory of an activation (N, C, H, W). In float32 on the CPU gradients in channels
     * last are less exact: PyTorch's batch norm adds up its statistics one by one there.
     */
    public enum MemoryFormat {
      /** N, C, H, W. */
      CONTIGUOUS,
      /** N, H, W, C. */
      CHANNELS_LAST
    }

    public ComputeConfig {
      Check.given("precision", precision);
      Check.given("memory_format", memoryFormat);
    }
  }

  /**
   * Normalisation behind every convolution.
   *
   * @param momentum share of the new batch in the running statistics, as in PyTorch
   * @param groups for {@link Type#GROUP}: at most this many, the largest that divides the channels
   */
  public record NormConfig(Type type, double momentum, double epsilon, int groups)
      implements Serializable {
    /** Kind of normalisation. */
    public enum Type {
      /** Statistics of the worker's own batch. */
      BATCH,
      /** Statistics of all workers' batches. */
      SYNC_BATCH,
      /** The stored running statistics, never updated. */
      FROZEN,
      /** Statistics of each image and group of channels. */
      GROUP
    }

    public NormConfig {
      Check.given("type", type);
      Check.that(momentum > 0 && momentum <= 1, "momentum", momentum, "above 0, at most 1");
      Check.positive("epsilon", epsilon);
      Check.atLeast(1, "groups", groups);
    }
  }
}
