package io.inverseform.job.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.inverseform.golden.GoldenNetwork;
import io.inverseform.golden.GoldenNetwork.Kind;
import io.inverseform.golden.Npz;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.config.InverseNetworkConfig.Transform;
import io.inverseform.job.config.PretrainedConfig;
import io.inverseform.job.torch.Torch;
import io.inverseform.job.weights.Fit;
import io.inverseform.job.weights.WeightFile;
import io.inverseform.job.weights.WeightFiles;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints of PyTorch in this project's networks. */
@Tag("golden")
class GoldenCheckpointTest {
  @ParameterizedTest
  @CsvSource({"OCRNET, ckpt_ocrnet_wrapped_zip.pth", "LIGHT, ckpt_light_wrapped_legacy.pth"})
  void aWrappedCheckpointLoadsAsTheModelThatIsInIt(Kind kind, String name) throws IOException {
    try (GoldenNetwork network = new GoldenNetwork(kind);
        WeightFile file = WeightFiles.golden(name)) {
      float[] weights = values(network.parameters().weights().host());
      float[] buffers = values(network.parameters().buffers().host());
      fill(network.parameters().weights().host());
      fill(network.parameters().buffers().host());

      Fit fit = network.parameters().load(file, PretrainedConfig.NONE);

      for (var slot : network.parameters().slots()) {
        FloatBuffer loaded =
            (slot.trained() ? network.parameters().weights() : network.parameters().buffers())
                .host();
        for (int i = slot.offset(); i < slot.offset() + slot.length(); i++) {
          assertThat(loaded.get(i))
              .as(slot.name())
              .isEqualTo((slot.trained() ? weights : buffers)[i]);
        }
      }
      long criterion = file.names().stream().filter(n -> n.startsWith("criterion.")).count();
      // The reference saves its loss with OCRNet, not with the light network.
      assertThat(criterion > 0).isEqualTo(kind == Kind.OCRNET);
      String others = criterion == 0 ? "" : ", %d of a criterion".formatted(criterion);
      assertThat(fit).hasToString(network.parameters().slots().size() + " matched" + others);
    }
  }

  private static float[] values(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private static void fill(FloatBuffer buffer) {
    while (buffer.hasRemaining()) {
      buffer.put(-77);
    }
  }

  @Test
  void aPublishedInverseNetworkServesWhereItIsTheConfiguredOne() throws IOException {
    Torch.start(1);
    try (NDManager manager = Torch.manager(Device.cpu());
        Stream<Path> files = Files.list(Npz.folder())) {
      for (Path path :
          files
              .filter(f -> f.getFileName().toString().matches("inversenet_.*_out[468].pth"))
              .toList()) {
        InverseNetworkConfig config = config(path);
        InverseTransformFile file = read(path, config, manager);
        try (WeightFile weights = WeightFiles.open(path)) {
          for (Map.Entry<String, ai.djl.nn.Parameter> p : file.network().named().entrySet()) {
            assertThat(p.getValue().getArray().toFloatArray())
                .as(p.getKey())
                .isEqualTo(weights.values(p.getKey()));
          }
        }
        assertThatThrownBy(() -> read(path, SmallInverseNetwork.convolutional(16), manager))
            .isInstanceOf(ConfigException.class)
            .hasMessageContaining("does not say which inverse-transform network it holds");
        assertThatThrownBy(
                () ->
                    read(
                        path,
                        new InverseNetworkConfig.MultiLayerPerceptron(
                            config.tile() + 2, List.of(100, 32), config.transform()),
                        manager))
            .isInstanceOf(ConfigException.class)
            .hasMessageContaining("does not fit the configured network: of another shape [fc.0");
      }
    }
  }

  private static InverseTransformFile read(
      Path file, InverseNetworkConfig config, NDManager manager) throws IOException {
    return InverseTransformFile.read(
        new org.apache.hadoop.fs.Path(file.toUri()), config, manager, new Configuration());
  }

  private static InverseNetworkConfig config(Path file) throws IOException {
    try (WeightFile weights = WeightFiles.open(file)) {
      List<Long> first = weights.tensor("fc.0.weight").shape();
      int tile = (int) Math.round(Math.sqrt(first.get(1) / 2.0));
      int second = Math.toIntExact(weights.tensor("fc.2.weight").shape().get(0));
      long outputs = weights.tensor("fc.4.weight").shape().get(0);
      Transform transform =
          Stream.of(Transform.values())
              .filter(t -> t.parameters() == outputs)
              .findFirst()
              .orElseThrow();
      return new InverseNetworkConfig.MultiLayerPerceptron(
          tile, List.of(Math.toIntExact(first.get(0)), second), transform);
    }
  }
}
