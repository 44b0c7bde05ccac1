package io.inverseform.job.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("model.safetensors");
  }

  private static SafetensorsWriter.Entry entry(String name, List<Long> shape, float... values) {
    return new SafetensorsWriter.Entry(name, shape, () -> FloatBuffer.wrap(values));
  }

  private static byte[] written() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SafetensorsWriter.write(
        out,
        List.of(
            entry("a.weight", List.of(2L, 3L), 1, -2, 3.5f, 1e-30f, Float.NaN, 6),
            entry("scalar", List.of(), 7),
            entry("empty", List.of(0L, 4L)),
            entry("b.bias", List.of(2L), 8, 9)),
        Map.of("step", "7", "text", "a \"quoted\" ü"));
    return out.toByteArray();
  }

  /** A file of a header and as many bytes as are wanted. */
  private void write(String header, int bytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = Files.newOutputStream(file())) {
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      out.write(length.putLong(json.length).array());
      out.write(json);
      for (int i = 0; i < bytes; i++) {
        out.write(i + 1);
      }
    }
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> WeightFiles.open(file()).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file().toString())
        .hasMessageContaining(message);
  }

  @Test
  void whatIsWrittenComesBackBitForBit() throws IOException {
    Files.write(file(), written());
    try (WeightFile file = WeightFiles.open(file())) {
      assertThat(file.format()).isEqualTo("safetensors");
      assertThat(file.names()).containsExactly("a.weight", "scalar", "empty", "b.bias");
      assertThat(file.metadata()).isEqualTo(Map.of("step", "7", "text", "a \"quoted\" ü"));
      assertThat(file.tensor("a.weight")).hasToString("F32 [2, 3]");
      assertThat(file.values("a.weight")).containsExactly(1, -2, 3.5f, 1e-30f, Float.NaN, 6);
      assertThat(file.tensor("scalar").shape()).isEmpty();
      assertThat(file.values("scalar")).containsExactly(7);
      assertThat(file.values("empty")).isEmpty();
      assertThat(file.values("b.bias")).containsExactly(8, 9);
    }
  }

  @Test
  void theValuesBeginAtAMultipleOf8() throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(written()).order(ByteOrder.LITTLE_ENDIAN);
    int length = Math.toIntExact(bytes.getLong(0));
    assertThat(length % 8).isZero();
    assertThat(bytes.getFloat(8 + length)).isEqualTo(1);
  }

  @Test
  void moreOrFewerValuesThanTheShapeSaysAreNotWritten() {
    assertThatThrownBy(
            () ->
                SafetensorsWriter.write(
                    OutputStream.nullOutputStream(),
                    List.of(entry("w", List.of(2L, 2L), 1, 2, 3)),
                    Map.of()))
        .hasMessage("w has 3 values, its shape is [2, 2]");
  }

  @Test
  void otherTypesAreWidenedOrRounded() throws IOException {
    write(
        "{\"d\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},"
            + "\"n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[8,16]},"
            + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[16,20]}}",
        20);
    try (WeightFile file = WeightFiles.open(file())) {
      assertThat(file.values("d"))
          .containsExactly((float) Double.longBitsToDouble(0x0807060504030201L));
      assertThat(file.values("n")).containsExactly((float) 0x100F0E0D0C0B0A09L);
      assertThat(file.values("b"))
          .containsExactly(Float.intBitsToFloat(0x12110000), Float.intBitsToFloat(0x14130000));
    }
  }

  @Test
  void aFileThatEndsAnywhereBeforeItsEndIsRefused() throws IOException {
    byte[] whole = written();
    for (int length = 0; length < whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      assertRefused(length < 9 ? "is no weight file" : "is truncated");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}} | w begins at byte",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}} | w of shape [2], strides [1], offset 0 reaches beyond its 4 bytes",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,16]}} | w, F32 [2], has 16 bytes",
        "{'w':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | 8 bytes follow on the last array",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | w lies at [8, 0]",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0]}} | w lies at [0]",
        "{'w':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | w has shape [-2]",
        "{'w':{'dtype':'F32','shape':[99999999,99999999,99999999],'data_offsets':[0,12]}} | w has more elements than an array can have",
        "{'w':{'dtype':'F32','shape':[1e9],'data_offsets':[0,12]}} | w has a shape or offsets of 1.0E9",
        "{'w':{'dtype':'F8','shape':[12],'data_offsets':[0,12]}} | w has elements of type 'F8'; known are [F64,",
        "{'w':7} | w has elements of type ''",
        "{'w':{'dtype':'F32','shape':[3],'data_offsets':[0,12]},'v':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}} | v begins at byte",
        "{'w':{},'w':{}} | Duplicate field 'w'",
        "{'w': | damaged header"
      })
  void aHeaderThatContradictsItselfIsRefused(String header, String message) throws IOException {
    write(header.replace('\'', '"'), 12);
    assertRefused(message);
  }

  @Test
  void aHeaderOfAbsurdDepthIsRefused() throws IOException {
    write("{\"w\":" + "[".repeat(100_000), 0);
    assertRefused("damaged header");
  }
}
