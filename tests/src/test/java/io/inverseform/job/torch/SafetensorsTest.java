package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.model.SmallNetwork;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SafetensorsTest {
  private NDManager manager;

  @BeforeEach
  void open() {
    Torch.start(1);
    manager = Torch.manager(Device.cpu());
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private FlatParameters parameters(int classes, long seed) {
    SegmentationNetwork network =
        SegmentationNetwork.of(SmallNetwork.config(NormConfig.Type.BATCH), classes);
    return new FlatParameters(manager, network, seed);
  }

  private static byte[] written(FlatParameters parameters) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Safetensors.write(out, parameters, parameters.buffers().host(), Map.of("step", "7"));
    return out.toByteArray();
  }

  private void read(byte[] file, FlatParameters into) throws IOException {
    Safetensors.read(new ByteArrayInputStream(file), "model.safetensors", into);
  }

  private static float[] values(FlatVector vector) {
    float[] values = new float[vector.length()];
    vector.host().get(values);
    return values;
  }

  /** The same values under a header in which one text is replaced by one of equal length. */
  private static byte[] withHeader(byte[] file, String old, String replacement) {
    int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    String header = new String(file, 8, length, StandardCharsets.UTF_8);
    assertThat(header).contains(old);
    assertThat(replacement).hasSameSizeAs(old);
    byte[] changed = file.clone();
    byte[] text = header.replace(old, replacement).getBytes(StandardCharsets.UTF_8);
    System.arraycopy(text, 0, changed, 8, length);
    return changed;
  }

  @Test
  void weightsAndBuffersComeBackBitForBit() throws IOException {
    FlatParameters original = parameters(5, 1);
    FlatParameters copy = parameters(5, 2);
    for (int i = 0; i < original.buffers().length(); i++) {
      copy.buffers().host().put(i, -1);
    }
    read(written(original), copy);
    assertThat(values(copy.weights())).isEqualTo(values(original.weights()));
    for (FlatParameters.Slot slot : original.slots()) {
      if (!slot.trained()) {
        for (int i = slot.offset(); i < slot.offset() + slot.length(); i++) {
          assertThat(copy.buffers().host().get(i)).isEqualTo(original.buffers().host().get(i));
        }
      }
    }
  }

  @Test
  void anotherNumberOfClassesIsRefusedWithBothShapes() throws IOException {
    byte[] file = written(parameters(5, 1));
    assertThatThrownBy(() -> read(file, parameters(6, 1)))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(
            "model.safetensors: ", "\"shape\":[5,12,1,1]", "the network has", "[6,12,1,1]");
  }

  @Test
  void missingAndUnexpectedNamesAreTold() throws IOException {
    byte[] file =
        withHeader(written(parameters(5, 1)), "backbone.conv1.weight", "backbone.conv9.weight");
    assertThatThrownBy(() -> read(file, parameters(5, 1)))
        .hasMessage(
            "model.safetensors does not fit the configured network: missing"
                + " [backbone.conv1.weight], unexpected [backbone.conv9.weight]");
  }

  @Test
  void truncationAnywhereIsToldAndNeverRead() throws IOException {
    byte[] file = written(parameters(5, 1));
    for (int length : new int[] {0, 5, 8, 100, file.length / 2, file.length - 1}) {
      assertThatThrownBy(() -> read(Arrays.copyOf(file, length), parameters(5, 1)))
          .as("%d of %d bytes", length, file.length)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("model.safetensors is truncated");
    }
  }

  @Test
  void arraysInOnePlaceAreRefused() throws IOException {
    byte[] file =
        withHeader(written(parameters(5, 1)), "\"data_offsets\":[864,", "\"data_offsets\":[  0,");
    assertThatThrownBy(() -> read(file, parameters(5, 1)))
        .hasMessage("model.safetensors has a damaged header: two arrays at the same place");
  }

  @Test
  void overlappingArraysAreRefused() throws IOException {
    byte[] file =
        withHeader(written(parameters(5, 1)), "\"data_offsets\":[864,", "\"data_offsets\":[860,");
    assertThatThrownBy(() -> read(file, parameters(5, 1)))
        .hasMessage(
            "model.safetensors has a damaged header: backbone.bn1.weight begins at byte 860,"
                + " inside the array before");
  }

  @Test
  void anotherFormatIsRefused() {
    byte[] file = "PK\3\4 this is a zip archive, not weights".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> read(file, parameters(5, 1)))
        .hasMessageMatching(
            "model.safetensors is no safetensors file: its header claims \\d+ bytes");
  }
}
