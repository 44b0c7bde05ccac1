package io.inverseform.job.archive;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.InferenceConfig;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.config.ViewsConfig;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.model.SmallNetwork;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.label.ClassCatalogue;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** An archive of random weights, without any training. */
public final class SmallArchive {
  /** With boundary heads. */
  public static final ModelConfig TRAINED = SmallNetwork.config(NormConfig.Type.BATCH);

  static final ModelArchive.Size SIZE = new ModelArchive.Size(96, 64);

  private SmallArchive() {}

  static InferenceConfig inference(ModelConfig model) {
    return new InferenceConfig(
        model, List.of(0.4, 0.5, 0.6), List.of(0.2, 0.25, 0.3), ViewsConfig.WHOLE);
  }

  static ClassCatalogue classes() {
    return new ClassCatalogue(
        ClassCatalogue.cityscapes().classes().subList(0, SmallNetwork.CLASSES), List.of(0, 1));
  }

  /** Random weights of a network as a run leaves them. */
  public static void writeWeights(Path file, ModelConfig model, int classes) throws IOException {
    writeWeights(file, model, classes, Map.of("step", "7"));
  }

  /** The same with other metadata. */
  public static void writeWeights(
      Path file, ModelConfig model, int classes, Map<String, String> metadata) throws IOException {
    Torch.start(1);
    Files.createDirectories(file.getParent());
    try (NDManager manager = Torch.manager(Device.cpu());
        OutputStream out = Files.newOutputStream(file)) {
      new FlatParameters(manager, SegmentationNetwork.of(model, classes), 5).write(out, metadata);
    }
  }

  static String export(Path weights, ModelConfig model, Path to) throws IOException {
    return ArchiveWriter.write(
        to.toString(),
        inference(model),
        classes(),
        new org.apache.hadoop.fs.Path(weights.toUri()),
        SIZE,
        new Configuration());
  }

  /** Weights and an archive of them in folders below this one. */
  public static Path write(Path folder) throws IOException {
    Path weights = folder.resolve("run/model.safetensors");
    writeWeights(weights, TRAINED, SmallNetwork.CLASSES);
    export(weights, TRAINED, folder.resolve("archive"));
    return folder.resolve("archive");
  }
}
