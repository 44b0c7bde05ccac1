package io.inverseform.job.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.config.AugmentConfig;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.ConfigLoader;
import java.util.List;
import org.junit.jupiter.api.Test;

class CropTest {
  private static final AugmentConfig CONFIG = ConfigLoader.loadDemo(List.of()).augment();
  private static final int WIDTH = CONFIG.cropWidth();

  private final byte[] labels = new byte[WIDTH * CONFIG.cropHeight()];
  private final Crop crop =
      new Crop(
          new CropWindow(
              new Box(0, 0, WIDTH, CONFIG.cropHeight()),
              WIDTH,
              CONFIG.cropHeight(),
              false,
              0,
              CONFIG),
          new Look(List.of()),
          new Box(0, 0, WIDTH, CONFIG.cropHeight()),
          new byte[0],
          labels,
          new byte[labels.length],
          null);

  @Test
  void aLabelThatIsNoClassIsRefusedWithItsPlace() {
    labels[3] = (byte) 255;
    labels[2 * WIDTH + 5] = 4;
    crop.requireClasses(5, "street-7");
    assertThatThrownBy(() -> crop.requireClasses(4, "street-7"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "sample street-7 has label 4 at row 2, column 5 of a crop, and the network 4 classes:"
                + " run preprocess again with the class file (data.classes) that its labels are"
                + " of, or set data.table to another sample table");
  }

  @Test
  void aClassThatIsNowhereOrEverywhereHasNoDistances() {
    assertThat(crop.withDistances(2).distances()).isEqualTo(new float[2][]);
    labels[0] = 1;
    float[][] distances = crop.withDistances(3).distances();
    assertThat(distances[0]).startsWith(1, -1, -2);
    assertThat(distances[1]).startsWith(-1, 1, 2);
    assertThat(distances[2]).isNull();
  }
}
