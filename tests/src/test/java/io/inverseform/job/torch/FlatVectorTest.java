package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.TestDevice;
import io.inverseform.udf.random.KeyedRandom;
import java.nio.FloatBuffer;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlatVectorTest {
  private static final int LENGTH = 37;

  private NDManager manager;
  private FlatVector vector;

  @BeforeAll
  static void start() {
    Torch.start(1);
  }

  /** On a device by its name; "" for that of the tests. */
  private void on(String device) {
    manager = Torch.manager(device.isEmpty() ? TestDevice.get() : Devices.named(device));
    vector = new FlatVector(manager, LENGTH);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static float[] random(int seed) {
    KeyedRandom random = new KeyedRandom(seed);
    float[] values = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private float[] host() {
    float[] values = new float[LENGTH];
    vector.host().get(values);
    return values;
  }

  private float[] device() {
    return vector.array().toFloatArray();
  }

  @Test
  void onTheCpuHostAndDeviceAreOneMemory() {
    on("cpu");
    float[] values = random(1);
    vector.host().put(values);
    assertThat(device()).isEqualTo(values);
    assertThat(vector.onDevice()).isFalse();
  }

  @Test
  void aDeviceHasMemoryOfItsOwnUntilItIsMoved() {
    on("cpu0");
    float[] values = random(2);
    vector.host().put(values);
    assertThat(device()).containsOnly(0);
    vector.toDevice();
    assertThat(device()).isEqualTo(values);

    float[] other = random(3);
    Tensors.write(vector.array(), FloatBuffer.wrap(other));
    assertThat(host()).isEqualTo(values);
    vector.toHost();
    assertThat(host()).isEqualTo(other);
    assertThat(vector.onDevice()).isTrue();
  }

  @Test
  void aRangeIsMovedAndNothingBesideIt() {
    on("cpu0");
    vector.write(random(4));
    float[] expected = random(4);
    float[] other = random(5);
    vector.host().put(other);
    vector.toDevice(11, 9);
    System.arraycopy(other, 11, expected, 11, 9);
    assertThat(device()).isEqualTo(expected);

    vector.host().put(new float[LENGTH]);
    vector.toHost(30, 7);
    float[] shown = new float[LENGTH];
    System.arraycopy(expected, 30, shown, 30, 7);
    assertThat(host()).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "cpu0", ""})
  void aViewShowsWhatIsWritten(String device) {
    on(device);
    float[] values = random(6);
    vector.write(values);
    try (NDArray view = vector.view(12, new Shape(2, 5))) {
      for (int i = 0; i < 10; i++) {
        assertThat(view.toFloatArray()[i]).isEqualTo(values[12 + i]);
      }
    }
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    assertThat(vector.norm()).isCloseTo(Math.sqrt(sum), Offset.offset(1e-5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "cpu0", ""})
  void whatWasKeptLastIsPutBack(String device) {
    on(device);
    assertThatThrownBy(vector::putBack)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no copy of this vector was kept");
    float[] kept = random(8);
    vector.write(random(7));
    vector.save();
    vector.write(kept);
    vector.save();
    vector.write(random(9));
    vector.putBack();
    vector.await();
    float[] read = new float[LENGTH];
    vector.read(read);
    assertThat(read).isEqualTo(kept);
  }
}
