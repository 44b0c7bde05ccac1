package io.inverseform.job.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.inverseform.job.config.InverseNetworkConfig.Convolutional;
import io.inverseform.job.config.InverseNetworkConfig.MultiLayerPerceptron;
import io.inverseform.job.config.InverseNetworkConfig.Transform;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InverseNetworkConfigTest {
  private static InverseNetworkConfig read(String yaml) throws JsonProcessingException {
    return ConfigYaml.MAPPER.readValue(yaml, InverseNetworkConfig.class);
  }

  @Test
  void bothNetworksAreReadByTheirType() throws JsonProcessingException {
    assertThat(
            read(
                "{type: convolutional, tile: 64, channels: [16, 32], hidden: 48,"
                    + " transform: euclidean6}"))
        .isEqualTo(new Convolutional(64, List.of(16, 32), 48, Transform.EUCLIDEAN6));
    assertThat(
            read(
                "{type: multi_layer_perceptron, tile: 224, hidden: [1000, 32],"
                    + " transform: euclidean4}"))
        .isEqualTo(new MultiLayerPerceptron(224, List.of(1000, 32), Transform.EUCLIDEAN4));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          3  | [8]    | 8 | tile | must be 4 to 1024 pixels, is 3
          64 | []     | 8 | channels | must be a list of at least 1, each at least 1, is []
          64 | [8, 0] | 8 | channels | must be a list of at least 1, each at least 1, is [8, 0]
          64 | [8]    | 0 | hidden | must be at least 1, is 0
          """)
  void illegalSizesAreRefused(int tile, String channels, int hidden, String key, String problem) {
    assertThatThrownBy(
            () ->
                read(
                    "{type: convolutional, tile: %d, channels: %s, hidden: %d, transform: euclidean6}"
                        .formatted(tile, channels, hidden)))
        .hasRootCauseInstanceOf(ConfigException.class)
        .rootCause()
        .hasMessage("'" + key + "' " + problem);
  }
}
