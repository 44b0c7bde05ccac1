package io.inverseform.job.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.golden.Npz;
import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.config.HeadConfig;
import io.inverseform.job.config.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The configured full-size networks have the reference's parameters: names, shapes, counts. */
@Tag("golden")
class FullSizeNetworksGoldenTest {
  private static final String TRACKED = "num_batches_tracked";

  /** Base files of the networks, by the first word of the reference's name for them. */
  private static final Map<String, String> FILES =
      Map.of(
          "hrnet18", "hrnet_hr18s",
          "ocrnet48", "ocrnet_hr48",
          "mscale_ocr48", "ocrnet_hr48_mscale",
          "light_hrnet16", "hrnet_light16",
          "ocrnet18", "ocrnet_hr18s");

  @TempDir private Path folder;

  static Stream<JsonNode> models() throws IOException {
    JsonNode root = new ObjectMapper().readTree(Npz.folder().resolve("full_models.json").toFile());
    List<JsonNode> models = new ArrayList<>();
    root.get("models").forEach(models::add);
    assertThat(models).isNotEmpty();
    return models.stream();
  }

  @ParameterizedTest
  @MethodSource("models")
  void parametersEqualTheReference(JsonNode model) throws IOException {
    ModelConfig config = config(FILES.get(model.get("model").asText().split(" ")[0]));
    if (!model.get("has_edge_head").asBoolean()) {
      config = withoutBoundaryHeads(config);
    }
    Map<String, String> expected = new TreeMap<>();
    for (JsonNode entry : entries(model)) {
      if (!entry.get(0).asText().endsWith(TRACKED)) {
        expected.put(entry.get(0).asText(), entry.get(1).toString().replace(",", ", "));
      }
    }

    SegmentationNetwork network = SegmentationNetwork.of(config, 19);

    Map<String, String> actual = new TreeMap<>();
    long parameters = 0;
    for (var entry : network.shapes().entrySet()) {
      actual.put(entry.getKey(), entry.getValue().toString());
      boolean trained = network.named().get(entry.getKey()).requiresGradient();
      parameters += trained ? entry.getValue().stream().reduce(1L, Math::multiplyExact) : 0;
    }
    assertThat(actual).isEqualTo(expected);
    assertThat(parameters).isEqualTo(model.get("parameters").asLong());
  }

  private static JsonNode entries(JsonNode model) {
    for (JsonNode value : model) {
      if (value.isArray()) {
        return value;
      }
    }
    throw new IllegalStateException("no entries in " + model.get("model"));
  }

  private ModelConfig config(String base) throws IOException {
    Path configs = Path.of("..", "configs").toAbsolutePath().normalize();
    Path file =
        Files.writeString(
            folder.resolve("network.yaml"),
            "_base_: [%s, %s]%n"
                .formatted(
                    configs.resolve("demo.yaml"),
                    configs.resolve("_base_/models/" + base + ".yaml")));
    return ConfigLoader.load(file, List.of()).model();
  }

  private static ModelConfig withoutBoundaryHeads(ModelConfig config) {
    return new ModelConfig(
        config.backbone(),
        config.heads().stream().filter(h -> !(h instanceof HeadConfig.Boundary)).toList(),
        config.scales(),
        config.norm(),
        config.compute(),
        config.recompute(),
        config.frozen(),
        config.pretrained());
  }
}
