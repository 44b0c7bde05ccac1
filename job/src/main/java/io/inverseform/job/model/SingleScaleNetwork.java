package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.inverseform.job.config.HeadConfig;
import io.inverseform.job.config.HeadConfig.Boundary;
import io.inverseform.job.config.HeadConfig.Classes;
import io.inverseform.job.config.HeadConfig.ObjectContext;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.ComputeConfig;
import io.inverseform.job.config.ModelConfig.ComputeConfig.MemoryFormat;
import io.inverseform.job.config.ModelConfig.ComputeConfig.Precision;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** A backbone with heads on its features. All outputs are at the features' resolution. */
final class SingleScaleNetwork extends SegmentationNetwork {
  private static final String LAST_STAGE = "stage4";
  private static final int COARSEST = 32;

  private final ComputeConfig compute;
  private final List<HeadConfig> heads;
  private final List<String> stages;
  private final HrNet backbone;

  /** By the heads' names. */
  private final Map<String, Layer> layers = new LinkedHashMap<>();

  private final int mainChannels;

  SingleScaleNetwork(ModelConfig config, int classes) {
    super(config.backbone().halveInput() ? 2 * COARSEST : COARSEST);
    NormConfig norm = config.norm();
    compute = config.compute();
    heads = config.heads();
    stages = stages(heads);
    List<Integer> numbers =
        stages.stream().map(stage -> Integer.parseInt(stage.substring("stage".length()))).toList();
    backbone = add("backbone", new HrNet(config.backbone(), norm, numbers, config.recompute()));
    int last = backbone.channels(4);
    int main = last;
    for (HeadConfig head : heads) {
      Layer layer;
      if (head instanceof ObjectContext ocr) {
        layer = new OcrHead(last, classes, ocr, norm);
        main = ocr.mid();
      } else if (head instanceof Classes fcn) {
        layer = PixelClassifier.classes(channels(fcn.features()), classes, fcn, norm);
      } else if (head instanceof Boundary boundary) {
        layer = PixelClassifier.boundary(channels(boundary.features()), boundary, norm);
      } else {
        throw new IllegalArgumentException("no head for " + head);
      }
      layers.put(head.name(), add(head.name(), layer));
    }
    mainChannels = main;
  }

  private static List<String> stages(List<HeadConfig> heads) {
    TreeSet<String> stages = new TreeSet<>();
    // What attention over scales reads where there is no object context.
    stages.add(LAST_STAGE);
    for (HeadConfig head : heads) {
      if (head instanceof Classes fcn) {
        stages.add(fcn.features());
      } else if (head instanceof Boundary boundary && !boundary.features().equals(HeadConfig.OCR)) {
        stages.add(boundary.features());
      }
    }
    return List.copyOf(stages);
  }

  private int channels(String features) {
    if (features.equals(HeadConfig.OCR)) {
      return heads.stream()
          .filter(ObjectContext.class::isInstance)
          .mapToInt(head -> ((ObjectContext) head).mid())
          .findFirst()
          .orElseThrow();
    }
    return backbone.channels(Integer.parseInt(features.substring("stage".length())));
  }

  /** Channels of {@link Pass#features}. */
  int mainChannels() {
    return mainChannels;
  }

  /**
   * One run over images.
   *
   * @param features those with object context, or else the backbone's last (N, {@link
   *     #mainChannels}, h, w); a cut's tensor
   * @param cuts of features, to be ended when nobody reads them any more
   */
  record Pass(List<Output> outputs, NDArray features, List<NDArray> cuts) {
    void end(Tape tape) {
      cuts.forEach(tape::endCut);
    }
  }

  @Override
  public List<Output> outputs(Tape tape, NDArray images) {
    Pass pass = pass(tape, images);
    pass.end(tape);
    return pass.outputs();
  }

  Pass pass(Tape tape, NDArray images) {
    NDList perStage = backbone.forward(tape, new NDList(prepared(tape, images)));
    Map<String, NDArray> features = new HashMap<>();
    List<NDArray> cuts = new ArrayList<>();
    for (int i = 0; i < stages.size(); i++) {
      cuts.add(tape.cut(perStage.get(i)));
      features.put(stages.get(i), cuts.get(i));
    }
    Map<String, NDArray> logits = new HashMap<>();
    Map<String, NDArray> boundaries = new HashMap<>();
    for (HeadConfig head : heads) {
      Layer layer = layers.get(head.name());
      if (head instanceof ObjectContext) {
        NDList context = layer.forward(tape, new NDList(features.get(LAST_STAGE)));
        logits.put(HeadConfig.MAIN, context.get(0));
        logits.put(HeadConfig.AUXILIARY, context.get(2));
        features.put(HeadConfig.OCR, context.get(1));
        cuts.add(context.get(1));
      } else if (head instanceof Classes fcn) {
        logits.put(fcn.output(), layer.forward(tape, features.get(fcn.features())));
      } else if (head instanceof Boundary boundary) {
        boundaries.put(boundary.output(), layer.forward(tape, features.get(boundary.features())));
      }
    }
    List<Output> outputs = new ArrayList<>();
    for (String name : List.of(HeadConfig.MAIN, HeadConfig.AUXILIARY)) {
      if (logits.containsKey(name)) {
        outputs.add(new Output(name, float32(logits.get(name)), float32(boundaries.get(name))));
      }
    }
    NDArray main = features.getOrDefault(HeadConfig.OCR, features.get(LAST_STAGE));
    return new Pass(outputs, main, cuts);
  }

  /** In the layout and of the type in which the network computes. */
  private NDArray prepared(Tape tape, NDArray images) {
    NDArray x = images;
    if (compute.memoryFormat() == MemoryFormat.CHANNELS_LAST) {
      x = Operators.channelsLast(x);
      tape.release(images);
    }
    if (compute.precision() == Precision.BFLOAT16) {
      try (NDArray wide = x) {
        x = Operators.bfloat16(wide);
      }
    }
    return x;
  }

  private NDArray float32(NDArray x) {
    return x == null || compute.precision() == Precision.FLOAT32 ? x : Operators.float32(x);
  }
}
