package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.TestDevice;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.config.PretrainedConfig;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.model.SmallNetwork;
import io.inverseform.job.weights.Fit;
import io.inverseform.job.weights.SafetensorsWriter;
import io.inverseform.job.weights.WeightFile;
import io.inverseform.job.weights.WeightFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights of a network to a file and back, and what does not fit. */
class LoadedWeightsTest {
  @TempDir private Path folder;
  private NDManager manager;

  @BeforeEach
  void open() {
    Torch.start(1);
    manager = Torch.manager(TestDevice.get());
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private FlatParameters parameters(int classes, long seed) {
    SegmentationNetwork network =
        SegmentationNetwork.of(SmallNetwork.config(NormConfig.Type.BATCH), classes);
    FlatParameters parameters = new FlatParameters(manager, network, seed);
    for (int i = 0; i < parameters.buffers().length(); i++) {
      parameters.buffers().host().put(i, seed + i / 100f);
    }
    return parameters;
  }

  private Path written(FlatParameters parameters) throws IOException {
    Path file = folder.resolve("model.safetensors");
    try (OutputStream out = Files.newOutputStream(file)) {
      parameters.write(out, Map.of("step", "7"));
    }
    return file;
  }

  @Test
  void aSnapshotIsWrittenAsItWasWhateverBecomesOfTheParameters() throws IOException {
    FlatParameters parameters = parameters(3, 5);
    byte[] asItWas = Files.readAllBytes(written(parameters));
    FlatParameters.Snapshot snapshot = parameters.snapshot();
    parameters.weights().host().put(0, 7);
    parameters.buffers().host().put(0, 7);
    parameters.close();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.write(out, Map.of("step", "7"));
    assertThat(out.toByteArray()).isEqualTo(asItWas);
  }

  /** The same tensors under other names; those without a name are left out. */
  private Path renamed(FlatParameters parameters, UnaryOperator<String> rename) throws IOException {
    Path to = folder.resolve("renamed.safetensors");
    try (WeightFile file = WeightFiles.open(written(parameters));
        OutputStream out = Files.newOutputStream(to)) {
      List<SafetensorsWriter.Entry> entries = new ArrayList<>();
      for (String name : file.names()) {
        String other = rename.apply(name);
        if (other != null) {
          entries.add(
              new SafetensorsWriter.Entry(
                  other, file.tensor(name).shape(), () -> FloatBuffer.wrap(file.values(name))));
        }
      }
      SafetensorsWriter.write(out, entries, Map.of());
    }
    return to;
  }

  private static Fit load(Path from, FlatParameters into, PretrainedConfig expected)
      throws IOException {
    try (WeightFile file = WeightFiles.open(from)) {
      return into.load(file, expected);
    }
  }

  private static PretrainedConfig allowing(
      String prefix, List<String> missing, List<String> unexpected, List<String> mismatched) {
    return new PretrainedConfig("some.pth", prefix, missing, unexpected, mismatched);
  }

  @Test
  void weightsAndBuffersComeBackBitForBit() throws IOException {
    FlatParameters original = parameters(5, 1);
    FlatParameters copy = parameters(5, 2);
    Fit fit = load(written(original), copy, PretrainedConfig.NONE);
    for (FlatParameters.Slot slot : original.slots()) {
      assertThat(copy.values(slot)).as(slot.name()).isEqualTo(original.values(slot));
    }
    assertThat(fit).hasToString(original.slots().size() + " matched");
  }

  @Test
  void anotherNumberOfClassesIsRefusedWithBothShapes() throws IOException {
    Path file = written(parameters(5, 1));
    assertThatThrownBy(() -> load(file, parameters(6, 1), PretrainedConfig.NONE))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(
            "model.safetensors does not fit the configured network: of another shape [",
            "ocr.cls_head.weight [5, 12, 1, 1], the network has [6, 12, 1, 1]");
  }

  @Test
  void missingAndUnexpectedNamesAreTold() throws IOException {
    Path file = renamed(parameters(5, 1), name -> name.replace("backbone.conv1", "backbone.conv9"));
    assertThatThrownBy(() -> load(file, parameters(5, 1), PretrainedConfig.NONE))
        .isInstanceOf(ConfigException.class)
        .hasMessageEndingWith(
            "renamed.safetensors does not fit the configured network: missing"
                + " [backbone.conv1.weight]; unexpected [backbone.conv9.weight]");
  }

  @Test
  void longListsAreShortened() throws IOException {
    Path file = renamed(parameters(5, 1), name -> name.startsWith("backbone.conv1") ? name : null);
    int others = parameters(5, 1).slots().size() - 1;
    assertThatThrownBy(() -> load(file, parameters(5, 1), PretrainedConfig.NONE))
        .hasMessageEndingWith("] and %d more".formatted(others - 5));
  }

  /** An ImageNet backbone: no heads, a classifier of its own, names without the backbone's. */
  @Test
  void aBackboneIsTakenAndTheHeadsKeepTheirValues() throws IOException {
    FlatParameters original = parameters(5, 1);
    Path file =
        renamed(
            original,
            name ->
                name.startsWith("backbone.")
                    ? name.substring("backbone.".length())
                    : name.equals("ocr.cls_head.bias") ? "classifier.bias" : null);
    FlatParameters copy = parameters(5, 2);
    FlatParameters untouched = parameters(5, 2);
    PretrainedConfig expected =
        allowing(
            "backbone.",
            List.of("ocr\\..*", "edge.*"),
            List.of("backbone\\.classifier.*"),
            List.of());

    Fit fit = load(file, copy, expected);

    int backbone = 0;
    for (FlatParameters.Slot slot : original.slots()) {
      boolean taken = slot.name().startsWith("backbone.");
      assertThat(copy.values(slot))
          .as(slot.name())
          .isEqualTo((taken ? original : untouched).values(slot));
      backbone += taken ? 1 : 0;
    }
    int heads = original.slots().size() - backbone;
    assertThat(fit)
        .hasToString(
            "%d matched, %d missing (%d allowed), 1 unexpected (1 allowed)"
                .formatted(backbone, heads, heads));
    assertThat(fit.differences())
        .hasSize(heads + 1)
        .contains("unexpected, allowed: backbone.classifier.bias");
  }

  @Test
  void aPatternMustMatchTheWholeName() throws IOException {
    Path file = renamed(parameters(5, 1), name -> name.equals("ocr.cls_head.bias") ? null : name);
    PretrainedConfig partly = allowing("", List.of("cls_head", "ocr"), List.of(), List.of());
    assertThatThrownBy(() -> load(file, parameters(5, 1), partly))
        .hasMessageEndingWith("missing [ocr.cls_head.bias]");
    load(file, parameters(5, 1), allowing("", List.of(".*cls_head.*"), List.of(), List.of()));
  }

  @Test
  void allowedShapesKeepTheNetworksValues() throws IOException {
    FlatParameters original = parameters(5, 1);
    FlatParameters copy = parameters(6, 2);
    FlatParameters untouched = parameters(6, 2);
    Fit fit =
        load(written(original), copy, allowing("", List.of(), List.of(), List.of("ocr\\..*")));
    List<FlatParameters.Slot> slots = copy.slots();
    int different = 0;
    for (int i = 0; i < slots.size(); i++) {
      FlatParameters.Slot from = original.slots().get(i);
      boolean same = from.shape().equals(slots.get(i).shape());
      different += same ? 0 : 1;
      assertThat(copy.values(slots.get(i)))
          .as(from.name())
          .isEqualTo(same ? original.values(from) : untouched.values(slots.get(i)));
    }
    assertThat(different).isPositive();
    assertThat(fit.toString()).endsWith("%d of another shape (%1$d allowed)".formatted(different));
  }

  @Test
  void aFileWithoutAnyOfTheNamesIsRefusedWhateverIsAllowed() throws IOException {
    Path file = renamed(parameters(5, 1), name -> "other." + name);
    PretrainedConfig everything = allowing("", List.of(".*"), List.of(".*"), List.of(".*"));
    assertThatThrownBy(() -> load(file, parameters(5, 1), everything))
        .hasMessageEndingWith("no name of it is one of the network's");
  }

  @Test
  void countersAndACriterionAreKnown() throws IOException {
    FlatParameters original = parameters(5, 1);
    Path file = folder.resolve("more.safetensors");
    try (WeightFile model = WeightFiles.open(written(original));
        OutputStream out = Files.newOutputStream(file)) {
      List<SafetensorsWriter.Entry> entries = new ArrayList<>();
      for (String name : model.names()) {
        entries.add(
            new SafetensorsWriter.Entry(
                name, model.tensor(name).shape(), () -> FloatBuffer.wrap(model.values(name))));
      }
      for (String name :
          List.of(
              "backbone.bn1.num_batches_tracked",
              "criterion.inverse.fc.0.weight",
              "criterion.nll_loss.weight")) {
        entries.add(
            new SafetensorsWriter.Entry(name, List.of(), () -> FloatBuffer.wrap(new float[] {3})));
      }
      SafetensorsWriter.write(out, entries, Map.of());
    }
    Fit fit = load(file, parameters(5, 2), PretrainedConfig.NONE);
    assertThat(fit).hasToString(original.slots().size() + " matched, 2 of a criterion");
  }
}
