package io.inverseform.job.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.golden.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that PyTorch wrote, in both of its formats. */
@Tag("golden")
class WeightFileGoldenTest {
  @ParameterizedTest
  @ValueSource(strings = {"pth_misc_zip.pth", "pth_misc_legacy.pth"})
  void everyTypeAndLayoutIsReadAsPyTorchHasIt(String name) throws IOException {
    Npz expected = Npz.golden("pth_misc_expected.npz");
    try (WeightFile file = WeightFiles.golden(name)) {
      assertThat(file.place()).isEqualTo("state");
      int compared = 0;
      for (String tensor : file.names()) {
        if (expected.has(tensor)) {
          Npz.Array array = expected.array(tensor);
          assertThat(file.tensor(tensor).shape()).as(tensor).isEqualTo(sides(array));
          assertThat(file.values(tensor)).as(tensor).containsExactly(array.floats());
          compared++;
        }
      }
      // Apart from those of 64 bits, the optimiser's and NumPy's.
      long comparable =
          expected.names().stream().filter(n -> !n.matches("i64_.*|optimizer.*|np_.*")).count();
      assertThat(compared).isEqualTo((int) comparable).isGreaterThan(10);
      assertThat(file.values("i64")).containsExactly(longs(expected));
    }
  }

  private static List<Long> sides(Npz.Array array) {
    return IntStream.of(array.shape()).asLongStream().boxed().toList();
  }

  private static float[] longs(Npz expected) {
    int[] low = expected.array("i64_lo_u32_as_i32").ints();
    int[] high = expected.array("i64_hi_i32").ints();
    float[] values = new float[low.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (long) high[i] << 32 | low[i] & 0xFFFFFFFFL;
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(strings = {"pth_misc_zip.pth", "pth_misc_legacy.pth"})
  void plainValuesBesideTheTensorsAreMetadata(String name) throws IOException {
    try (WeightFile file = WeightFiles.golden(name)) {
      assertThat(file.metadata())
          .containsKeys("epoch", "lr", "name", "np_scalar", "np_int", "neg")
          .containsEntry("flag", "true")
          .doesNotContainKeys("none", "list", "optimizer", "np_array");
      assertThat(Double.parseDouble(file.metadata().get("np_scalar"))).isFinite().isNotZero();
    }
  }

  @Test
  void aCheckpointHoldsTheModel() throws IOException {
    compareCheckpoint("ckpt_ocrnet_wrapped_zip.pth", "model_ocrnet.pth", "PyTorch zip archive");
    compareCheckpoint("ckpt_light_wrapped_legacy.pth", "model_light.pth", "PyTorch before 1.6");
  }

  private static void compareCheckpoint(String checkpoint, String model, String format)
      throws IOException {
    Map<String, float[]> expected = WeightFiles.values(WeightFiles.golden(model));
    WeightFile file = WeightFiles.golden(checkpoint);
    assertThat(file.format()).isEqualTo(format);
    assertThat(file.place()).isEqualTo("state_dict");
    assertThat(file.prefix()).isEqualTo("module.");
    assertThat(Double.parseDouble(file.metadata().get("mean_iu"))).isBetween(0.01, 1.0);
    Map<String, float[]> found = WeightFiles.values(file);
    found.keySet().removeIf(name -> name.startsWith("criterion."));
    assertThat(found.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach((name, values) -> assertThat(found.get(name)).as(name).isEqualTo(values));
  }

  @Test
  void inverseNetworksAreTheArrays() throws IOException {
    Npz golden = Npz.golden("inverseform.npz");
    try (Stream<Path> files = Files.list(Npz.folder())) {
      List<Path> networks =
          files
              .filter(f -> f.getFileName().toString().matches("inversenet_.*_out\\d+.pth"))
              .toList();
      int compared = 0;
      for (Path network : networks) {
        String outputs = network.toString().replaceAll(".*_out(\\d+).pth", "$1");
        if (!golden.has("inv" + outputs + ".fc.0.weight")) {
          continue;
        }
        compared++;
        WeightFiles.values(WeightFiles.open(network))
            .forEach(
                (name, values) ->
                    assertThat(values)
                        .isEqualTo(golden.array("inv" + outputs + "." + name).floats()));
      }
      assertThat(compared).isPositive();
    }
  }

  /** Names and shapes of full-size networks, all tensors views of a single element. */
  @Test
  void fullSizeLayoutsAreRead(@TempDir Path folder) throws IOException {
    Path json = Npz.folder().resolve("full_models.json");
    for (JsonNode model : new ObjectMapper().readTree(json.toFile()).get("models")) {
      Map<String, List<Long>> layout = new LinkedHashMap<>();
      for (JsonNode entry : model.get("entries")) {
        List<Long> shape = new ArrayList<>();
        entry.get(1).forEach(side -> shape.add(side.asLong()));
        layout.put(entry.get(0).asText(), shape);
      }
      TorchPickle pickle = new TorchPickle().raw('}', '(');
      layout.forEach(
          (name, shape) -> {
            List<Long> strides = Collections.nCopies(shape.size(), 0L);
            pickle.text("module." + name).tensor("0", 1, 0, shape, strides);
          });
      Path file = folder.resolve("layout.pth");
      TorchPickle.zip(file, pickle.raw('u').end(), Map.of("0", TorchPickle.floats(0.5f)));
      try (WeightFile weights = WeightFiles.open(file)) {
        assertThat(weights.names()).containsExactlyElementsOf(layout.keySet());
        layout.forEach(
            (name, shape) -> assertThat(weights.tensor(name).shape()).as(name).isEqualTo(shape));
        String first = layout.keySet().iterator().next();
        assertThat(weights.values(first)).hasSizeGreaterThan(1).containsOnly(0.5f);
      }
    }
  }
}
