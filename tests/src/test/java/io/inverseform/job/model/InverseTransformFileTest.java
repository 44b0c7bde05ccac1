package io.inverseform.job.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.config.InverseNetworkConfig.Transform;
import io.inverseform.job.torch.Torch;
import io.inverseform.job.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands beside the weights of an inverse-transform network comes back with them. */
class InverseTransformFileTest {
  private static final InverseNetworkConfig CONFIG =
      new InverseNetworkConfig.MultiLayerPerceptron(4, List.of(3), Transform.GEODESIC8);

  @TempDir private Path folder;
  private NDManager manager;

  @BeforeEach
  void start() {
    Torch.start(1);
    manager = Torch.manager(Device.cpu());
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private Path written(Map<String, String> metadata) throws IOException {
    InverseTransformNetwork network = SmallInverseNetwork.random(manager, CONFIG);
    List<SafetensorsWriter.Entry> entries = new ArrayList<>();
    network
        .named()
        .forEach(
            (name, parameter) -> {
              NDArray array = parameter.getArray();
              List<Long> shape = new ArrayList<>();
              for (long side : array.getShape().getShape()) {
                shape.add(side);
              }
              FloatBuffer values = FloatBuffer.wrap(array.toFloatArray());
              entries.add(new SafetensorsWriter.Entry(name, shape, () -> values));
            });
    Path file = folder.resolve("inverse.safetensors");
    try (OutputStream out = Files.newOutputStream(file)) {
      SafetensorsWriter.write(out, entries, metadata);
    }
    return file;
  }

  private InverseTransformNetwork read(Path file) throws IOException {
    return InverseTransformFile.read(
            new org.apache.hadoop.fs.Path(file.toUri()), CONFIG, manager, new Configuration())
        .network();
  }

  @Test
  void distancesAreInUnitsOfTheNormaliserOfTheFile() throws IOException {
    List<Double> normaliser = List.of(0.5, 0.25, 0.125, 0.25, 0.75, 0.5, 0.1, 0.2);
    InverseTransformNetwork network =
        read(written(InverseTransformFile.metadata(CONFIG, normaliser)));
    assertThat(network.normaliser()).isEqualTo(normaliser);
    // A rotation by 0.2, theta - I over the normalisers.
    double[] rotation = {
      Math.cos(0.2) - 1, -Math.sin(0.2), 0, Math.sin(0.2), Math.cos(0.2) - 1, 0, 0, 0
    };
    float[] said = new float[8];
    for (int i = 0; i < said.length; i++) {
      said[i] = (float) (rotation[i] / normaliser.get(i));
    }
    NDArray transforms = manager.create(said, new Shape(1, 8));
    assertThat(network.distances(transforms).getFloat(0) * 0.75).isCloseTo(0.2, offset(1e-5));
    assertThat(network.distances(transforms, transforms).getFloat(0)).isZero();
  }

  @Test
  void aNormaliserThatIsNoneIsRefused() throws IOException {
    Map<String, String> metadata =
        new HashMap<>(InverseTransformFile.metadata(CONFIG, Collections.nCopies(8, 1.0)));
    for (String value : new String[] {"1 1 1 0 1 1 1 1", "1 1 1 1 1 1 1 NaN", "0.5", "much"}) {
      metadata.put("normaliser", value);
      Path file = written(metadata);
      assertThatThrownBy(() -> read(file))
          .isInstanceOf(ConfigException.class)
          .hasMessageEndingWith(
              "inverse.safetensors says that its 'normaliser' is "
                  + value
                  + ", which must be 8 finite numbers above 0: run pretrain again");
    }
  }
}
